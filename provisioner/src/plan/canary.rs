//! Canaries: a new version first gets a share of the calls and is watched, then it gets all of them or none.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::hold::{alias_of, is_changed_function};
use super::{Action, Blocker, Note, REVISION, Step, Undo};
use crate::resources::alias::{self, Alias, RoutingConfig};
use crate::resources::function::Function;
use crate::resources::served::LATEST;
use crate::resources::watch::{Watch, time_in_words};
use crate::resources::{Call, Change, Resource, property};
use crate::template::Reference;

/// The share that a new version gets first, and for how long it is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct Canary {
    /// The new version's share of the alias's calls, in percent.
    pub percent: u8,
    /// For how long it is watched, in seconds.
    pub bake_seconds: u64,
}

/// Makes each alias that moves to another version do so in two steps. Returns what blocks that, and notes where there
/// is nothing to share.
pub(super) fn share_first(steps: &mut [Step], canary: Canary) -> (Vec<Blocker>, Vec<Note>) {
    let (mut blockers, mut notes) = (Vec::new(), Vec::new());
    for index in 0..steps.len() {
        let way = match alias_of(&steps[index]) {
            Some(alias) => way_of(alias, &steps[index], steps),
            None if changes_without_an_alias(&steps[index], steps) => Way::Barred(NO_ALIAS.to_owned(), ADD_AN_ALIAS),
            None => continue,
        };
        let step = &mut steps[index];
        let logical_id = step.logical_id.clone();
        match way {
            Way::From(version) => in_two_steps(step, &version, canary),
            Way::Nothing(why) => {
                let text = format!("`--canary` finds no calls to share: {why}");
                notes.push(Note { logical_id: Some(logical_id), text, hint: None });
            }
            Way::Barred(cause, hint) => {
                step.leave("it is blocked, see the error");
                blockers.push(Blocker { logical_id, cause, hint: hint.into() });
            }
            Way::Blocked => {}
        }
    }
    if blockers.is_empty() && !steps.iter().any(|step| alias_of(step).is_some()) {
        let text = "`--canary` finds no calls to share: the template has no alias".to_owned();
        notes.push(Note { logical_id: None, text, hint: None });
    }
    (blockers, notes)
}

/// How an alias can move.
enum Way {
    /// From this version, which keeps the rest of the calls during the canary.
    From(String),
    /// It does not move, for this reason.
    Nothing(&'static str),
    /// It moves, and its calls cannot be shared; the reason and the remedy.
    Barred(String, &'static str),
    /// Another blocker prevents the move.
    Blocked,
}

const NO_ALIAS: &str = "`--canary` shares the calls of an alias, and the template has none for this function";
const ADD_AN_ALIAS: &str =
    "give the function an AWS::Lambda::Version and an AWS::Lambda::Alias, or leave `--canary` out";
const ALL_AT_ONCE: &str = "leave `--canary` out: all callers get the new version at once, after its check";

fn way_of(alias: &Alias, step: &Step, steps: &[Step]) -> Way {
    match step.action {
        Action::Create => return Way::Nothing("the alias is new, so no version serves yet"),
        Action::Leave | Action::Delete | Action::Replace => return Way::Blocked,
        Action::Keep | Action::Update | Action::Adopt => {}
    }
    let Some(version) = version_it_leaves(step) else {
        return Way::Nothing("the alias leads to the wanted version already");
    };
    if version == LATEST {
        return Way::Barred(
            "`$LATEST` serves now, and Lambda shares calls of published versions only".to_owned(),
            ALL_AT_ONCE,
        );
    }
    if alias.routing_config != RoutingConfig::default() {
        return Way::Barred("the template gives other versions a share itself".to_owned(), "leave `--canary` out");
    }
    let another_role = |step: &Step| {
        is_changed_function(step, alias) && step.changes.iter().any(|change| change.is_of(property!(Function.role)))
    };
    if steps.iter().any(another_role) {
        let cause = "the function gets another role, and Lambda shares calls of versions with the same role only";
        return Way::Barred(cause.to_owned(), ALL_AT_ONCE);
    }
    Way::From(version)
}

/// Whether a step changes a function whose callers use no alias.
fn changes_without_an_alias(step: &Step, steps: &[Step]) -> bool {
    let Resource::Function(function) = &step.resource else { return false };
    let led = |other: &Step| alias_of(other).is_some_and(|alias| alias.function_name == function.function_name);
    matches!(step.action, Action::Update | Action::Adopt) && !steps.iter().any(led)
}

/// The version that an alias points to and will leave: the one that the step reads before it moves the alias, or the
/// one that the change shows.
fn version_it_leaves(step: &Step) -> Option<String> {
    let read = step.stages.iter().flatten().find_map(|call| {
        if let Call::Alias(alias::Call::GetAlias { version, .. }) = call { Some(version.clone()) } else { None }
    });
    let old = || {
        let change = step.changes.iter().find(|change| change.is_of(property!(Alias.function_version)))?;
        change.old.as_ref()?.as_str().map(str::to_owned)
    };
    read.or_else(old)
}

/// Replaces the last stage, which moves the alias, by the share, the watch, and the move.
fn in_two_steps(step: &mut Step, before: &str, canary: Canary) {
    let Some(alias) = alias_of(step).cloned() else { return };
    let Some(moved) = step.stages.pop() else { return };
    let Canary { percent, bake_seconds } = canary;
    let watch = |seconds| {
        let alias::Properties { function_name, name, function_version, .. } = alias.properties.clone();
        let beside = before.to_owned();
        let revision = if seconds == 0 { String::new() } else { Reference::own(REVISION).to_string() };
        let watch = Watch { function_name, alias: name, version: function_version, beside, seconds, revision };
        Call::Alias(alias::Call::GetMetricData(watch))
    };
    let share = f64::from(percent) / 100.0;
    // A watch of zero seconds checks that the metrics can be read before the first caller gets the version.
    if let Some(checks) = step.stages.first_mut() {
        checks.push(watch(0));
    }
    if !has_the_share(step, &alias.function_version, share) {
        let shared = RoutingConfig::share(&alias.function_version, share);
        step.stages.push(vec![Call::Alias(alias.led(before, &shared))]);
    }
    step.stages.push(vec![watch(bake_seconds)]);
    let back = Call::Alias(alias.led(before, &RoutingConfig::default()));
    step.undo = Some(Undo { stage: step.stages.len() - 1, calls: vec![vec![back]] });
    step.stages.push(moved);
    step.canary = Some(canary);
    let time = time_in_words(bake_seconds);
    step.reason = Some(format!("{percent}% of its calls for {time}, watched; then all, or none if they fail"));
    step.name_calls();
}

/// Whether an interrupted run has left the version with exactly this share.
fn has_the_share(step: &Step, version: &str, share: f64) -> bool {
    let is_of_it = |change: &Change| change.entry_of(property!(Alias.routing_config)) == Some(version);
    step.changes.iter().any(|change| is_of_it(change) && change.old == Some(json!(share)))
}
