//! Callers of the stack's functions that the stack does not route. The plan reports them, since it cannot protect them
//! from a change.

use super::{Action, Note, Step};
use crate::desired::Desired;
use crate::hint::Hint;
use crate::observe::{Observed, OutsideCaller};
use crate::resources::Resource;

/// The callers that get each change of a function unchecked.
pub(super) fn past_the_alias(desired: &Desired, observed: &Observed, steps: &[Step]) -> Vec<Note> {
    let changes = |step: &&Step| step.action.changes_something();
    let notes = steps.iter().filter(changes).flat_map(|step| {
        let direct = callers_of(step, observed).into_iter().filter(|one| one.qualifier.is_empty());
        direct.map(|OutsideCaller { function_name, api_id, route_key, .. }| {
            let (text, hint) = match route_key {
                Some(key) => (
                    format!(
                        "`{key}` of API {api_id} points to function `{function_name}` itself: its callers get each change \
                         at once and without a smoke test"
                    ),
                    Hint::new("point it to a version or an alias"),
                ),
                None => (
                    format!(
                        "the policy of function `{function_name}` allows API {api_id} to call it, which is not part of \
                         this stack: its callers may get each change at once and without a smoke test"
                    ),
                    match desired.parameter_of_api() {
                        Some(parameter) => {
                            Hint::new(format!("if the stack's routes are there, give `--parameter {parameter}={api_id}`"))
                        }
                        None => Hint::new("point its routes to a version or an alias"),
                    },
                ),
            };
            Note { logical_id: Some(step.logical_id.clone()), text, hint: Some(hint) }
        })
    });
    notes.collect()
}

/// The callers of functions that a removal deletes.
pub(super) fn outside_callers_of(observed: &Observed, steps: &[Step]) -> Vec<Note> {
    let is_deleted = |step: &&Step| step.action == Action::Delete;
    let notes = steps.iter().filter(is_deleted).flat_map(|step| {
        let routes = callers_of(step, observed).into_iter().filter_map(|one| Some((one, one.route_key.as_ref()?)));
        routes.map(|(one, key)| Note {
            logical_id: Some(step.logical_id.clone()),
            text: format!(
                "`{key}` of API {} points to function `{}`, which is deleted: its callers will get an error",
                one.api_id, one.function_name
            ),
            hint: Some(Hint::new("point it elsewhere first, or delete it: it does not belong to the stack and stays")),
        })
    });
    notes.collect()
}

fn callers_of<'a>(step: &Step, observed: &'a Observed) -> Vec<&'a OutsideCaller> {
    let Resource::Function(function) = &step.resource else { return Vec::new() };
    observed.outside_callers.iter().filter(|one| one.function_name == function.function_name).collect()
}
