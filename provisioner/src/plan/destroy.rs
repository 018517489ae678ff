//! The plan that removes a stack.

use std::collections::{BTreeMap, BTreeSet};

use super::afterwards::afterwards;
use super::callers::outside_callers_of;
use super::notes::awaited;
use super::order::callers_first;
use super::{Action, Blocker, Note, Plan, Step};
use super::{orphans, takeover};
use crate::desired::{Desired, Wanted};
use crate::hint::{Command, Hint};
use crate::observe::{Found, Observed};
use crate::resources::{Batches, Ids, Owner, Resource};
use crate::template::Known;

/// Removes the resources with the stack's ownership tag, in reverse order, and states why the others stay.
pub fn plan_destroy(desired: &Desired, observed: &Observed) -> Plan {
    let mut known = Known::of_account(&observed.account);
    for (logical_id, found) in &observed.found {
        for (reference, value) in found.resource.known(logical_id, &desired.place, &found.ids) {
            known.insert(reference, value);
        }
    }
    let needed_by = reversed(&desired.resources);
    let steps = desired.resources.iter().rev().filter_map(|wanted| {
        let found = observed.found.get(&wanted.logical_id)?;
        // The keys of its routes can contain values that are known now.
        let wanted = Wanted { resource: wanted.resource.fill(&known), ..wanted.clone() };
        let step = step(&wanted, found, needed_by.get(&wanted.logical_id).cloned().unwrap_or_default());
        Some(given_back(step, found, observed))
    });
    let mut steps: Vec<Step> = steps.collect();
    steps.extend(orphans::duplicate_apis(desired, observed));
    callers_first(&mut steps);
    // The template decides which names are deleted, so a value that is read differently from how it is written, or a
    // pattern that is not checked, matters here as much as in a deploy.
    let mut notes: Vec<Note> = desired.remarks.iter().map(Note::from).collect();
    let (still_used, remaining) = orphans::after_a_removal(desired, observed, &steps);
    notes.extend(remaining);
    notes.extend(outside_callers_of(observed, &steps));
    notes.extend(awaited(&steps, |awaited| awaited.to_remove_it));
    notes.extend(afterwards(observed, &steps));
    Plan {
        steps,
        blockers: other_apis(desired, observed).chain(still_used).collect(),
        notes,
        reports_outputs: false,
        ..Plan::of(desired, &observed.account, known)
    }
}

/// The permissions for APIs that this run does not inspect: the stack has routes on those APIs, and they would remain
/// without a function to call.
fn other_apis(desired: &Desired, observed: &Observed) -> impl Iterator<Item = Blocker> {
    observed.apis_of_permissions.iter().map(move |(logical_id, there)| {
        let own = |(resource, ids): (&Resource, &Ids)| {
            matches!(resource, Resource::Api(_)) && ids.get(Ids::API_ID) == Some(there)
        };
        let destroy = Command::provisioner(["destroy"]);
        let hint = match (observed.each().any(own), desired.parameter_of_api()) {
            (true, parameter) => {
                let without = parameter.map(|parameter| format!(", without `{parameter}`")).unwrap_or_default();
                Hint::new(format!("pass the parameters of the deploy{without}"))
                    .or(Hint::new("remove the route first").run(Command::provisioner(["deploy", "--prune"])))
            }
            (false, Some(parameter)) => Hint::new("pass the parameters of the deploy")
                .run(destroy.with("-P").with(format!("{parameter}={there}"))),
            (false, None) => Hint::new("pass the parameters of the deploy"),
        };
        Blocker {
            logical_id: logical_id.clone(),
            cause: format!(
                "the stack has a route on the HTTP API `{there}`, which the template with these parameters does not \
                 contain"
            ),
            hint,
        }
    })
}

/// A route that was taken over gets its former target instead of being deleted.
fn given_back(mut step: Step, found: &Found, observed: &Observed) -> Step {
    if step.action == Action::Delete
        && let Some((action, batches, reason)) = takeover::given_back(found, observed)
    {
        step.action = action;
        step.reason = Some(reason);
        step.batches = batches;
        step.name_calls();
    }
    step
}

fn step(wanted: &Wanted, found: &Found, needs: BTreeSet<String>) -> Step {
    let kept = match &found.owner {
        Owner::Ours if wanted.retain => Some("its DeletionPolicy is Retain".to_owned()),
        Owner::Ours => takeover::still_has_target(&wanted.resource, &found.resource),
        Owner::None => Some("it was not created by this stack".to_owned()),
        Owner::Stack(other) => Some(format!("it belongs to the stack `{other}`")),
        Owner::InRegion(region) => {
            Some(format!("it belongs to this stack in region {region}: remove it there, with `--region {region}`"))
        }
        Owner::CloudFormation(stack) => Some(format!("it belongs to CloudFormation's stack `{stack}`")),
    };
    let (action, batches) = match kept {
        None => (Action::Delete, [found.delete_duplicates(), found.resource.delete(&found.ids)].concat()),
        Some(_) => (Action::Leave, Batches::new()),
    };
    let step = Step::new(&wanted.logical_id, found.resource.clone(), found.ids.clone(), action, batches);
    Step { needs, reason: kept, ..step }
}

/// The reversed dependencies: a resource is deleted before the resources that it depends on.
fn reversed(resources: &[Wanted]) -> BTreeMap<String, BTreeSet<String>> {
    let mut needed_by: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for wanted in resources {
        for need in &wanted.needs {
            needed_by.entry(need.clone()).or_default().insert(wanted.logical_id.clone());
        }
    }
    needed_by
}
