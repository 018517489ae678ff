//! The chat that a version answers before callers get it, where a chat comes to it at all.

use std::collections::BTreeMap;

use serde_json::Value;

use super::hold::alias_of;
use super::{Note, Step};
use crate::resources::Call;
use crate::resources::alias::{self, Check};

/// The events that versions must answer, by the name of the alias (`chat:live`) or the function that callers come to.
pub type Checks = BTreeMap<String, Value>;

/// What a version must answer before the alias of this name (`chat:live`) leads to it. Nothing where no caller comes with a chat, as to a worker
/// of a queue: it would be given work to do.
pub(super) fn check(alias: &str, checks: Option<&Checks>, patient: bool) -> Option<Check> {
    let event = checks?.get(alias)?.clone();
    Some(Check { event, patient })
}

/// Where a chat is wanted and none is tried before callers get another version: that is said.
pub(super) fn unasked(steps: &[Step], checks: Option<&Checks>) -> Option<Note> {
    checks?;
    let calls = |step: &Step, is: fn(&alias::Call) -> bool| {
        step.stages.iter().flatten().any(|call| matches!(call, Call::Alias(call) if is(call)))
    };
    if steps.iter().any(|step| calls(step, |call| matches!(call, alias::Call::Invoke { .. }))) {
        return None;
    }
    let only_ready = |step: &&Step| calls(step, |call| matches!(call, alias::Call::GetFunction { .. }));
    let step = steps.iter().filter(|step| alias_of(step).is_some()).find(only_ready)?;
    let text = "no chat is tried before it leads to another version: no route with POST and no function URL of the \
                template leads to it";
    Some(Note { logical_id: Some(step.logical_id.clone()), text: text.to_owned(), hint: None })
}
