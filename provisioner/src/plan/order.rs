//! Dependencies between steps beyond those of the template: each step waits only for what it needs, and callers are
//! moved last.

use std::collections::BTreeSet;

use super::{Action, Step};
use crate::resources::Resource;
use crate::resources::named::FunctionRef;

/// Lets resources that run later start as soon as what they need exists: a function needs its role, but not yet the
/// role's policies.
///
/// Steps that need that function wait for the complete role: a version is checked, and called, with the role's
/// permissions.
pub(super) fn start_early(steps: &mut [Step]) {
    let filled_in_later = |step: &&Step| step.action == Action::Create && step.resource.is_filled_in_later();
    let fillable: BTreeSet<String> = steps.iter().filter(filled_in_later).map(|step| step.id.clone()).collect();
    for index in 0..steps.len() {
        let before = steps.iter().filter(|step| steps[index].needs.contains(&step.id));
        let whole: BTreeSet<String> = before.flat_map(|step| step.needs_created.iter().cloned()).collect();
        let step = &mut steps[index];
        if step.resource.runs_later() {
            step.needs_created = step.needs.intersection(&fillable).cloned().collect();
            step.needs.retain(|need| !fillable.contains(need));
        }
        step.needs.extend(whole);
    }
}

/// Points callers to a function, or to another function, only after they have permission to call it.
///
/// This applies even where the template has no such dependency: otherwise the calls in between would be refused. A change
/// of a route that callers use (its authorisation) waits until they get the version that the change is for.
pub(super) fn callers_last(steps: &mut [Step]) {
    for index in 0..steps.len() {
        let Some(callee) = callee_of(&steps[index], steps) else { continue };
        let has_callers = steps[index].action != Action::Create;
        let lets_in =
            |step: &Step| matches!(&step.resource, Resource::Permission(one) if is_for(&one.function_name, &callee));
        let is_called =
            |step: &Step| matches!(step.resource, Resource::Alias(_)) && is_for(&step.resource.name(), &callee);
        let precedes = |step: &&Step| lets_in(step) || has_callers && is_called(step);
        let first: Vec<_> = steps.iter().filter(precedes).map(|step| step.id.clone()).collect();
        for first in first {
            if !needs(steps, &first, &steps[index].id) {
                steps[index].needs.insert(first);
            }
        }
    }
}

/// In a removal: gives routes back to their former targets before their permissions are deleted, where the template
/// allows it.
pub(super) fn callers_first(steps: &mut [Step]) {
    let restores = |step: &&Step| step.action == Action::Update && matches!(step.resource, Resource::Route(_));
    let back: Vec<String> = steps.iter().filter(restores).map(|step| step.id.clone()).collect();
    for index in 0..steps.len() {
        if matches!(steps[index].resource, Resource::Permission(_)) {
            let may_wait = |route: &&String| !needs(steps, route, &steps[index].id);
            let routes: Vec<String> = back.iter().filter(may_wait).cloned().collect();
            steps[index].needs.extend(routes);
        }
    }
}

/// The URI that callers reach through this step: a route's, or that of an integration that has callers already.
fn callee_of(step: &Step, steps: &[Step]) -> Option<String> {
    if matches!(step.resource, Resource::Route(_)) {
        return steps.iter().filter(|one| step.needs.contains(&one.id)).find_map(uri);
    }
    uri(step).filter(|_| step.action != Action::Create)
}

fn uri(step: &Step) -> Option<String> {
    if let Resource::Integration(one) = &step.resource { Some(one.integration_uri.clone()) } else { None }
}

fn is_for(callee: &str, uri: &str) -> bool {
    FunctionRef::in_uri(uri) == Some(FunctionRef::parse(callee))
}

/// Whether `step` depends on `other`, directly or through other steps.
fn needs(steps: &[Step], step: &str, other: &str) -> bool {
    let Some(step) = steps.iter().find(|one| one.id == step) else { return false };
    step.needs.iter().any(|need| need == other || needs(steps, need, other))
}
