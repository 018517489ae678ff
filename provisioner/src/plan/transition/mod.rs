//! The transitions: how the callers of each function get from what they get now to what the template declares.
//!
//! Each transition is decided once, from the differences of the resources and from what AWS has; [`Transitions::emit`]
//! makes steps of them. No decision reads a step that another decision has changed.

mod callers;
mod canary;
mod emit;
mod pin;
mod publication;
mod retirement;
mod revocation;

pub use self::canary::Canary;

use self::callers::CallerMoves;
use self::canary::Sharing;
use self::pin::Pin;
use self::publication::Publication;
use self::retirement::Retirement;
use self::revocation::Revocation;
use super::{Action, Blocker, Note, Options, Step};
use crate::observe::Observed;
use crate::resources::Resource;
use crate::resources::alias::Alias;
use crate::template::Reference;

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

/// How the callers of one alias get from what they get now to what the template declares.
#[derive(Debug)]
struct Transition {
    /// The step of the alias, or of the function where the template has no alias for it.
    step: String,
    /// The step of the function, if it changes in place.
    function: Option<String>,
    /// The version that the alias points to until it moves, if it moves from one.
    serving: Option<String>,
    /// How callers keep what they get now while the function changes, if they do not use the alias yet.
    pin: Option<Pin>,
    /// The changes of integrations, routes and permissions that point callers to the alias.
    caller_moves: CallerMoves,
    /// Whether the new version first gets a share of the calls.
    sharing: Sharing,
}

impl Transitions {
    /// Decides what happens to callers. `differences` are independent of each other.
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
        let of_moves = self.each.iter().flat_map(|one| one.caller_moves.blockers.iter().cloned());
        of_moves.chain(self.each.iter().filter_map(|one| one.sharing.blocker(&one.step))).collect()
    }

    /// What the user needs to know about the transitions.
    pub(super) fn notes(&self) -> Vec<Note> {
        let of_sharing = self.each.iter().filter_map(|one| one.sharing.note(&one.step));
        let of_none = self.has_no_alias_to_share.then(canary::no_alias);
        self.notes.iter().cloned().chain(of_sharing).chain(of_none).collect()
    }
}

impl Transition {
    /// The transition of a step's callers; `None` if it is neither an alias nor a function that changes without one.
    fn of(step: &Step, differences: &[Step], observed: &Observed, options: &Options) -> Option<Self> {
        let Some(alias) = alias_of(step) else {
            let function = changed_without_an_alias(step, differences)?;
            let sharing = options.canary.map_or(Sharing::Unwanted, |_| Sharing::without_an_alias());
            return Some(Self {
                step: function.to_owned(),
                function: Some(function.to_owned()),
                serving: None,
                pin: None,
                caller_moves: CallerMoves::default(),
                sharing,
            });
        };
        let function = differences.iter().find(|step| is_changed_function(step, alias));
        let is_blocked = matches!(step.action, Action::Replace | Action::Delete | Action::Leave);
        let pin = function.filter(|_| !is_blocked).and_then(|one| pin::decide(step, alias, one, differences, observed));
        let caller_moves = match pin {
            Some(_) => CallerMoves::decide(step, alias, differences, observed),
            None => CallerMoves::default(),
        };
        let serving = match &pin {
            Some(Pin::Publish) => Some(Reference::own("Version").to_string()),
            Some(Pin::Version(version)) => Some(version.clone()),
            Some(Pin::InPlace) | None => left_version(step, alias),
        };
        let sharing = match options.canary {
            Some(canary) => Sharing::decide(step, alias, serving.as_deref(), function, canary),
            None => Sharing::Unwanted,
        };
        let function = function.map(|step| step.id.clone());
        Some(Self { step: step.id.clone(), function, serving, pin, caller_moves, sharing })
    }

    /// The id of the step that puts the serving code behind the alias, if there is one.
    fn pin_step(&self) -> Option<String> {
        match self.pin {
            Some(Pin::Publish | Pin::Version(_)) => Some(format!("{} (what serves now)", self.step)),
            Some(Pin::InPlace) | None => None,
        }
    }

    /// Whether a canary is wanted, and it is not possible.
    fn cannot_share(&self) -> bool {
        self.sharing.blocker(&self.step).is_some()
    }
}

/// The alias that a step is about.
fn alias_of(step: &Step) -> Option<&Alias> {
    if let Resource::Alias(alias) = &step.resource { Some(alias) } else { None }
}

/// The version that an alias points to and will leave.
fn left_version(step: &Step, wanted: &Alias) -> Option<String> {
    let Some(Resource::Alias(now)) = &step.now else { return None };
    (now.function_version != wanted.function_version).then(|| now.function_version.clone())
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
fn is_pointed_elsewhere(step: &Step) -> bool {
    let (Resource::Route(wanted), Some(Resource::Route(now))) = (&step.resource, &step.now) else { return false };
    is_changed_in_place(step) && wanted.target != now.target
}
