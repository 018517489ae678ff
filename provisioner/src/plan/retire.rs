//! Which published versions nobody needs any more.

use std::collections::{BTreeMap, BTreeSet};

use super::{Action, Step};
use crate::releases::Releases;
use crate::resources::{Call, Resource, version};

/// Has the step of each published version delete the oldest others beyond `keep`, once everything else is done and
/// callers have been moved. Never one that an alias holds afterwards, and nothing at all in a run that takes
/// something over: what somebody else published is their way back.
pub(super) fn retire_versions(steps: &mut [Step], releases: &BTreeMap<String, Releases>, keep: usize) {
    if steps.iter().any(|step| step.action == Action::Adopt || step.id != step.logical_id) {
        return;
    }
    let moved: BTreeMap<(String, String), String> = steps.iter().filter_map(led_anew).collect();
    for step in steps.iter_mut() {
        let Resource::Version(version) = &step.resource else { continue };
        let Some(releases) = releases.get(&version.function_name) else { continue };
        if !matches!(step.action, Action::Keep | Action::Create) {
            continue;
        }
        let old = beyond(releases, &moved, keep, step.action == Action::Create);
        if old.is_empty() {
            continue;
        }
        let delete = |number: &u64| {
            let function_name = version.function_name.clone();
            Call::Version(version::Call::DeleteFunction { function_name, version: *number })
        };
        step.cleanup.push(old.iter().map(delete).collect());
        if step.action == Action::Keep {
            step.action = Action::Update;
        }
        let numbers: Vec<_> = old.iter().map(u64::to_string).collect();
        let plural = if numbers.len() == 1 { "" } else { "s" };
        step.reason = Some(format!("deletes version{plural} {}: the newest {keep} are kept", numbers.join(", ")));
        step.name_calls();
    }
}

/// The versions to delete, oldest first.
fn beyond(
    releases: &Releases,
    moved: &BTreeMap<(String, String), String>,
    keep: usize,
    one_more: bool,
) -> BTreeSet<u64> {
    let held = |number: u64| {
        let number = number.to_string();
        releases.aliases.iter().any(|alias| match moved.get(&(releases.function_name.clone(), alias.name.clone())) {
            Some(version) => *version == number,
            None => alias.holds(&number),
        })
    };
    let newest = releases.versions.iter().rev().map(|version| version.number);
    newest.skip(keep.saturating_sub(usize::from(one_more))).filter(|number| !held(*number)).collect()
}

/// The alias that a step moves, and where to; a version that is yet to be published is no number here.
fn led_anew(step: &Step) -> Option<((String, String), String)> {
    let Resource::Alias(alias) = &step.resource else { return None };
    let moves = step.action.changes_something();
    moves.then(|| ((alias.function_name.clone(), alias.name.clone()), alias.function_version.clone()))
}
