//! The transitions: how the callers of each function move from the current version to that of the template.
//!
//! Each transition is decided once, from the differences of the resources and from what AWS has; [`Transitions::emit`]
//! turns them into steps. No decision reads a step that another decision has changed.

mod callers;
mod canary;
mod emit;
mod pin;
mod publication;
mod retirement;
mod revocation;

use schemars::JsonSchema;
use serde::Serialize;

use self::callers::CallerMoves;
pub use self::canary::Canary;
use self::canary::Sharing;
pub use self::pin::Pin;
use self::publication::Publication;
use self::retirement::Retirement;
use self::revocation::Revocation;
use super::{Action, Blocker, Note, Options, Step};
use crate::observe::Observed;
use crate::resources::Resource;
use crate::resources::alias::Alias;
use crate::resources::served::LATEST;
use crate::template::{Reference, references_in_text};

/// All that happens to the callers of a stack's functions.
#[derive(Debug)]
pub(super) struct Transitions {
    /// One for each alias, and for each function that changes without an alias.
    each: Vec<Transition>,
    /// The versions that the call that writes the code also publishes.
    publications: Vec<Publication>,
    /// The old versions that are deleted.
    retirements: Vec<Retirement>,
    /// The permissions that are removed last.
    revocations: Vec<Revocation>,
    /// Notes about permissions that cannot be removed last.
    notes: Vec<Note>,
    /// Whether a canary is wanted, and the template has no alias.
    has_no_alias_to_share: bool,
}

/// How the callers of one alias move from the current version to that of the template.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Transition {
    /// The alias, by its logical id.
    pub logical_id: String,
    /// The name by which callers call it, such as `chat:live`.
    pub callee: String,
    /// The version that callers get now, or `$LATEST`; absent if nothing serves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The version that callers will get; absent if the plan publishes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// How callers keep the current version while the function changes, if they do not use the alias yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pin: Option<Pin>,
    /// The steps that point callers to the alias before the function changes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub caller_moves: Vec<String>,
    /// How many smoke tests the new version must pass before callers get it.
    pub smoke_tests: usize,
    /// The share of the calls that the new version gets first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub canary: Option<Canary>,
    /// The step of the function, if it changes in place.
    #[serde(skip)]
    function: Option<String>,
    /// The version that the alias points to until it moves, if it moves from one: a reference if it is published first.
    #[serde(skip)]
    serving: Option<String>,
    /// Whether the alias itself points to another version before the first call.
    #[serde(skip)]
    leaves: bool,
    /// Whether the alias moves, or is created.
    #[serde(skip)]
    moves: bool,
    /// The moves of callers before and after the function changes.
    #[serde(skip)]
    callers: CallerMoves,
    /// Whether the calls can be shared.
    #[serde(skip)]
    sharing: Sharing,
}

impl Transitions {
    /// Decides the transitions. `differences` are independent of each other.
    pub(super) fn decide(differences: &[Step], observed: &Observed, options: &Options) -> Self {
        let each = differences.iter().filter_map(|step| Transition::of(step, differences, observed, options));
        let each: Vec<Transition> = each.collect();
        let (revocations, notes) = revocation::decide(differences, observed, &each);
        let keep = options.keep_versions;
        let retirements = keep.map(|keep| retirement::decide(differences, &observed.releases, keep, &each));
        let has_no_alias_to_share = options.canary.is_some()
            && !each.iter().any(Transition::cannot_share)
            && !differences.iter().any(|step| alias_of(step).is_some());
        Self {
            each,
            publications: publication::decide(differences),
            retirements: retirements.unwrap_or_default(),
            revocations,
            notes,
            has_no_alias_to_share,
        }
    }

    /// The reasons why callers cannot be moved, or their calls not be shared.
    pub(super) fn blockers(&self) -> Vec<Blocker> {
        let of_moves = self.each.iter().flat_map(|one| one.callers.blockers.iter().cloned());
        of_moves.chain(self.each.iter().filter_map(|one| one.sharing.blocker(&one.logical_id))).collect()
    }

    /// The transitions in which something happens to callers.
    pub(super) fn stated(self, steps: &[Step]) -> Vec<Transition> {
        let is_blocked = |id: &String| steps.iter().any(|step| step.id == *id && step.action == Action::Leave);
        self.each.into_iter().filter(|one| one.affects_callers() && !is_blocked(&one.logical_id)).collect()
    }

    /// The notes about the transitions.
    pub(super) fn notes(&self) -> Vec<Note> {
        let of_sharing = self.each.iter().filter_map(|one| one.sharing.note(&one.logical_id));
        let of_none = self.has_no_alias_to_share.then(canary::no_alias);
        self.notes.iter().cloned().chain(of_sharing).chain(of_none).collect()
    }
}

impl Transition {
    /// The transition of a step's callers; `None` if it is neither an alias nor a function that changes without one.
    fn of(step: &Step, differences: &[Step], observed: &Observed, options: &Options) -> Option<Self> {
        let Some(alias) = alias_of(step) else {
            let logical_id = changed_without_an_alias(step, differences)?.to_owned();
            let sharing = options.canary.map_or(Sharing::Unwanted, |_| Sharing::without_an_alias());
            return Some(Self { logical_id, callee: step.resource.name(), sharing, ..Self::default() });
        };
        let function = differences.iter().find(|step| is_changed_function(step, alias));
        let is_blocked = matches!(step.action, Action::Replace | Action::Delete | Action::Leave);
        let pin = function.filter(|_| !is_blocked).and_then(|one| pin::decide(step, alias, one, differences, observed));
        let callers = match pin {
            Some(_) => CallerMoves::decide(step, alias, differences, observed),
            None => CallerMoves::default(),
        };
        let now = step.now.as_ref().and_then(|now| if let Resource::Alias(now) = now { Some(now) } else { None });
        let now = now.map(|now| now.function_version.clone());
        let previous = now.clone().filter(|now| *now != alias.function_version);
        let serving = match &pin {
            Some(Pin::Publish) => Some(Reference::own("Version").to_string()),
            Some(Pin::Version(version)) => Some(version.clone()),
            Some(Pin::InPlace) | None => previous.clone(),
        };
        let sharing = match options.canary {
            Some(canary) => Sharing::decide(step, alias, serving.as_deref(), function, canary),
            None => Sharing::Unwanted,
        };
        let moves = step.action == Action::Create || serving.is_some();
        Some(Self {
            from: if pin == Some(Pin::Publish) { Some(LATEST.to_owned()) } else { serving.clone().or(now) },
            caller_moves: callers.first.iter().map(|one| one.step.clone()).collect(),
            canary: if let Sharing::First(canary, _) = sharing { Some(canary) } else { None },
            function: function.map(|step| step.id.clone()),
            leaves: previous.is_some(),
            pin,
            callers,
            sharing,
            ..Self::to(&step.id, alias, moves, serving)
        })
    }

    /// The transition of an alias that leaves the version `serving`, if it leaves one. Whether it `moves`, or is created.
    pub(super) fn to(logical_id: &str, alias: &Alias, moves: bool, serving: Option<String>) -> Self {
        let is_known = references_in_text(&alias.function_version).is_empty();
        Self {
            logical_id: logical_id.to_owned(),
            callee: Resource::Alias(alias.clone()).name(),
            to: is_known.then(|| alias.function_version.clone()),
            from: serving.clone(),
            smoke_tests: if moves { alias.checks.len() } else { 0 },
            leaves: serving.is_some(),
            serving,
            moves,
            ..Self::default()
        }
    }

    /// Whether the alias moves to a version that only has to be ready, without a smoke test.
    pub(super) fn is_untested(&self) -> bool {
        self.moves && self.smoke_tests == 0
    }

    /// Whether something happens to callers.
    fn affects_callers(&self) -> bool {
        self.moves || !self.caller_moves.is_empty()
    }

    /// The step of the function that changes only after callers have been moved.
    pub(super) fn changed_function(&self) -> Option<&str> {
        self.function.as_deref()
    }

    /// Whether the alias has had callers: it pointed to another version before the plan was executed, or one of the
    /// `done` steps has pointed it to the serving code.
    pub fn had_callers(&self, done: &[String]) -> bool {
        self.leaves || self.pin_step().is_some_and(|pin| done.contains(&pin))
    }

    /// The version that the alias points to until it moves, if its number is known.
    pub fn serving_version(&self) -> Option<&str> {
        self.serving.as_deref().filter(|version| references_in_text(version).is_empty())
    }

    /// The id of the step that puts the serving code behind the alias, if there is one.
    fn pin_step(&self) -> Option<String> {
        match self.pin {
            Some(Pin::Publish | Pin::Version(_)) => Some(format!("{} (serving version)", self.logical_id)),
            Some(Pin::InPlace) | None => None,
        }
    }

    /// Whether a canary is wanted, and it is not possible.
    fn cannot_share(&self) -> bool {
        self.sharing.blocker(&self.logical_id).is_some()
    }
}

/// The alias that a step is about.
fn alias_of(step: &Step) -> Option<&Alias> {
    if let Resource::Alias(alias) = &step.resource { Some(alias) } else { None }
}

/// Whether a step changes the function of an alias in place.
fn is_changed_function(step: &Step, alias: &Alias) -> bool {
    let Resource::Function(function) = &step.resource else { return false };
    is_changed_in_place(step) && function.function_name == alias.function_name
}

/// The function that a step changes in place, if callers use no alias of the template.
fn changed_without_an_alias<'a>(step: &'a Step, differences: &[Step]) -> Option<&'a str> {
    let Resource::Function(function) = &step.resource else { return None };
    let is_for_it = |other: &Step| alias_of(other).is_some_and(|alias| alias.function_name == function.function_name);
    (is_changed_in_place(step) && !differences.iter().any(is_for_it)).then_some(&step.id)
}

fn is_changed_in_place(step: &Step) -> bool {
    matches!(step.action, Action::Update | Action::Adopt)
}

/// Whether a step points an existing route to another integration.
fn is_repointed(step: &Step) -> bool {
    let (Resource::Route(wanted), Some(Resource::Route(now))) = (&step.resource, &step.now) else { return false };
    is_changed_in_place(step) && wanted.target != now.target
}
