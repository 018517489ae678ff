//! Callers of the stack's functions that the stack does not route. The plan reports them, since it cannot protect them
//! from a change.

use super::{Action, Note, Step};
use crate::observe::{CallerBeside, Observed};
use crate::resources::Resource;

/// The callers that get each change of a function unchecked.
pub(super) fn past_the_alias(observed: &Observed, steps: &[Step]) -> Vec<Note> {
    let changes = |step: &&Step| step.action.changes_something();
    let notes = steps.iter().filter(changes).flat_map(|step| {
        let direct = callers_of(step, observed).into_iter().filter(|one| one.qualifier.is_empty());
        direct.map(|CallerBeside { function_name, api_id, route_key, .. }| {
            let (text, hint) = match route_key {
                Some(key) => (
                    format!("`{key}` of API {api_id} leads to function `{function_name}` itself, and goes on to"),
                    "its callers get each change at once and unchecked, unless it is led to a version or an alias".to_owned(),
                ),
                None => (
                    format!(
                        "the policy of function `{function_name}` lets API {api_id} call it, which this run does not look at"
                    ),
                    format!(
                        "who calls it there gets each change at once and unchecked; if that is where the stack's routes \
                         are, give `--parameter ApiId={api_id}`"
                    ),
                ),
            };
            Note { logical_id: Some(step.logical_id.clone()), text, hint: Some(hint) }
        })
    });
    notes.collect()
}

/// The callers of functions that a removal deletes.
pub(super) fn left_without(observed: &Observed, steps: &[Step]) -> Vec<Note> {
    let goes = |step: &&Step| step.action == Action::Delete;
    let notes = steps.iter().filter(goes).flat_map(|step| {
        let led = callers_of(step, observed).into_iter().filter_map(|one| Some((one, one.route_key.as_ref()?)));
        led.map(|(one, key)| Note {
            logical_id: Some(step.logical_id.clone()),
            text: format!(
                "`{key}` of API {} leads to function `{}`, which goes: its callers will get an error",
                one.api_id, one.function_name
            ),
            hint: Some("it is not the stack's and stays: lead it elsewhere before, or remove it".to_owned()),
        })
    });
    notes.collect()
}

fn callers_of<'a>(step: &Step, observed: &'a Observed) -> Vec<&'a CallerBeside> {
    let Resource::Function(function) = &step.resource else { return Vec::new() };
    observed.callers_beside.iter().filter(|one| one.function_name == function.function_name).collect()
}
