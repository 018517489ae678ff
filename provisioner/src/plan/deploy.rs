//! The plan that changes AWS to match the template.

use serde::{Deserialize, Serialize};

use super::afterwards::afterwards;
use super::callers::past_the_alias;
use super::check::{tested, untested};
use super::differences::differences;
use super::lists;
use super::messages::Messages;
use super::notes::{awaited, findings, of_deleted_principals, of_terraform, outside_settings};
use super::order::{callers_last, start_early};
use super::orphans;
use super::outputs::{unprintable, unresolved};
use super::registry;
use super::takeover;
use super::transition::{Canary, Transitions};
use super::{Note, Plan, Step};
use crate::desired::Desired;
use crate::observe::Observed;

/// The options of a plan, which are part of its file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Options {
    /// Whether the stack takes ownership of untagged resources.
    pub adopt: bool,
    /// Whether untagged routes are pointed to this stack.
    pub take_over: bool,
    /// Whether orphans are removed.
    pub prune: bool,
    /// Whether the smoke tests that the template declares are sent.
    pub smoke: bool,
    /// The canary, if a new version first gets only a share of the calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canary: Option<Canary>,
    /// How many versions of each function stay; all if it is `None`.
    pub keep_versions: Option<usize>,
}

/// Compares the desired state with the observed state, and derives the steps and their order.
pub fn plan(desired: &Desired, observed: &Observed, options: &Options) -> Plan {
    let mut messages = Messages::default();
    let (mut steps, known) = differences(desired, observed, options, &mut messages);
    examine(desired, observed, options, &mut steps, &mut messages);
    let transitions = Transitions::decide(&steps, observed, options);
    let mut steps = transitions.emit(steps);
    messages.block(&mut steps, transitions.blockers());
    messages.notes.extend(transitions.notes());
    let transitions = transitions.stated(&steps);
    callers_last(&mut steps);
    start_early(&mut steps);
    if options.prune {
        messages.blockers.extend(orphans::impossible(desired, observed));
        steps.extend(orphans::removals(desired, observed, &steps));
    }
    let declared = if options.smoke { desired.smoke_tests.clone() } else { Vec::new() };
    messages.notes.extend(if options.smoke { untested(desired, &steps, &transitions) } else { Vec::new() });
    messages.notes.extend(afterwards(observed, &steps));
    let smoke_tests = tested(&steps, &transitions, &declared);
    let Messages { blockers, notes } = messages;
    let plan = Plan::of(desired, &observed.account, known);
    Plan { steps, blockers, notes, transitions, smoke_tests, declared, ..plan }
}

/// Adds the faults of the template and its surroundings, and blocks the steps that AWS would refuse.
fn examine(desired: &Desired, observed: &Observed, options: &Options, steps: &mut [Step], messages: &mut Messages) {
    let (refused, notes) = findings(desired, observed, steps);
    messages.block(steps, refused);
    messages.notes.extend(notes);
    let (impossible, of_others) = takeover::surroundings(observed, steps);
    messages.block(steps, impossible);
    messages.notes.extend(desired.remarks.iter().map(Note::from));
    messages.notes.extend(of_others);
    messages.notes.extend(of_deleted_principals(steps));
    messages.notes.extend(of_terraform(steps, observed));
    messages.notes.extend(outside_settings(observed));
    messages.notes.extend(awaited(steps, |awaited| awaited.to_use_it));
    messages.notes.extend(unresolved(desired));
    messages.notes.extend(past_the_alias(desired, observed, steps));
    messages.notes.extend(orphans::notes(desired, observed, steps, options.prune));
    messages.blockers.extend(unprintable(desired));
    messages.blockers.extend(registry::unknown(desired, observed));
    messages.blockers.extend(registry::not_findable(desired, observed));
    messages.blockers.extend(lists::misplaced(desired, observed));
    let remaining_routes = takeover::remaining_routes(desired, observed, steps, options);
    messages.block(steps, remaining_routes);
}
