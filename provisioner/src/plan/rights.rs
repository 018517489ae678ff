//! The serving version keeps its rights until callers have been moved, whether that succeeds or fails.

use std::collections::{BTreeMap, BTreeSet};

use super::hold::alias_of;
use super::losses::policy_taken_by;
use super::served::is_led_away;
use super::{Action, Note, Step};
use crate::observe::Observed;
use crate::resources::integration::Integration;
use crate::resources::{Call, Policy, Resource, Stages, property, role};

/// The maximum length of all inline policies of a role together, without white space.
const LONGEST: usize = 10_240;

/// Lets a role lose rights only after all other steps.
///
/// The serving version was released with these rights, and it continues to serve when the next version fails its check,
/// or when a run is killed before callers are moved. Until then a document that replaces another allows what both
/// allow, and a policy that is to be deleted stays. This applies where callers are moved, and to a role that has
/// separate inline policies, since a right may have moved from one policy to another. Returns notes where callers are
/// moved and this is not possible.
pub(super) fn keep_rights(steps: &mut [Step], observed: &Observed) -> Vec<Note> {
    let moves = steps.iter().any(|step| changes_what_serves(step, steps));
    let beside = steps.iter().filter(|step| matches!(step.resource, Resource::InlinePolicy(_)));
    let beside = beside.filter(|step| step.action.changes_something());
    let granted: BTreeSet<String> = beside.flat_map(|step| step.needs.iter().cloned()).collect();
    let is_kept = |step: &Step| {
        let of_a_role = matches!(step.resource, Resource::Role(_));
        let on_roles = matches!(step.resource, Resource::InlinePolicy(_));
        is_changed(step) && (moves && (of_a_role || on_roles) || of_a_role && granted.contains(&step.id))
    };
    let changing: Vec<&Step> = steps.iter().filter(|step| is_kept(step)).collect();
    let rights = Rights::of(observed, &changing);
    let mut notes = Vec::new();
    for step in steps.iter_mut().filter(|step| is_kept(step)) {
        notes.extend(take_away_last(step, &rights));
    }
    if moves { notes } else { Vec::new() }
}

/// Whether callers that get something now get something else after this step.
fn changes_what_serves(step: &Step, steps: &[Step]) -> bool {
    let is_another_uri = || step.changes.iter().any(|change| change.is_of(property!(Integration.integration_uri)));
    let of_callers = is_led_away(step) || matches!(step.resource, Resource::Integration(_)) && is_another_uri();
    let is_called_itself = |name: &str| {
        let leads = |step: &Step| alias_of(step).is_some_and(|alias| alias.function_name == name);
        !steps.iter().any(leads)
    };
    let changes_under_callers =
        matches!(&step.resource, Resource::Function(function) if is_called_itself(&function.function_name));
    is_changed(step) && (alias_of(step).is_some() || of_callers || changes_under_callers)
}

fn is_changed(step: &Step) -> bool {
    matches!(step.action, Action::Update | Action::Adopt)
}

fn take_away_last(step: &mut Step, rights: &Rights) -> Vec<Note> {
    let (mut first, mut last, mut notes) = (Stages::new(), Vec::new(), Vec::new());
    for stage in std::mem::take(&mut step.stages) {
        let mut calls = Vec::new();
        for call in stage {
            match rights.changed_by(&call) {
                Effect::Kept => calls.push(call),
                Effect::Taken => last.push(call),
                Effect::Replaced { had, new, both } => {
                    calls.extend((both != had).then(|| with_document(&call, both.clone())));
                    last.extend((both != new).then_some(call));
                }
                Effect::AtOnce(why) => {
                    notes.push(Note { logical_id: Some(step.logical_id.clone()), text: why, hint: None });
                    calls.push(call);
                }
            }
        }
        first.extend((!calls.is_empty()).then_some(calls));
    }
    step.stages = first;
    let last = if last.is_empty() { Stages::new() } else { vec![last] };
    step.cleanup = [last, std::mem::take(&mut step.cleanup)].concat();
    step.name_calls();
    notes
}

/// The effect of a call on the rights that exist now.
enum Effect {
    /// All rights stay.
    Kept,
    /// Some rights are lost.
    Taken,
    /// A document replaces another; `both` allows what each of them allows.
    Replaced { had: Policy, new: Policy, both: Policy },
    /// A document replaces another, and no document allows what both allow, for this reason.
    AtOnce(String),
}

/// The inline policies that exist, by role and name.
struct Rights {
    had: BTreeMap<(String, String), Policy>,
    /// The roles that have no room for the union of two documents.
    full: BTreeSet<String>,
}

impl Rights {
    fn of(observed: &Observed, changing: &[&Step]) -> Self {
        let had = observed.found.values().flat_map(|found| policies_of(&found.resource)).collect();
        let mut rights = Self { had, full: BTreeSet::new() };
        rights.full = rights.too_long_with(changing);
        rights
    }

    /// The roles whose policies would be too long before anything is removed.
    fn too_long_with(&self, changing: &[&Step]) -> BTreeSet<String> {
        let mut meanwhile = self.had.clone();
        for call in changing.iter().flat_map(|step| &step.stages).flatten() {
            let Some((role, policy, document)) = put_by(call) else { continue };
            let at = (role.to_owned(), policy.to_owned());
            let both = self.had.get(&at).and_then(|had| document.united_with(had));
            meanwhile.insert(at, both.unwrap_or_else(|| document.clone()));
        }
        let mut lengths: BTreeMap<String, usize> = BTreeMap::new();
        for ((role, _), document) in meanwhile {
            *lengths.entry(role).or_default() += document.length();
        }
        lengths.retain(|_, length| *length > LONGEST);
        lengths.into_keys().collect()
    }

    fn had(&self, role: &str, policy: &str) -> Option<&Policy> {
        self.had.get(&(role.to_owned(), policy.to_owned()))
    }

    fn changed_by(&self, call: &Call) -> Effect {
        if let Some((role, policy, document)) = put_by(call) {
            let Some(had) = self.had(role, policy) else { return Effect::Kept };
            let at_once = |why: &str| {
                Effect::AtOnce(format!(
                    "what serves may lose rights before callers are moved: policy `{policy}` of role `{role}` takes \
                     the other's place at once, since {why}"
                ))
            };
            return match document.united_with(had) {
                None => at_once("the two documents cannot be one"),
                Some(both) if self.full.contains(role) && both != *had && both != *document => {
                    at_once("a role has no room for both documents")
                }
                Some(both) => Effect::Replaced { had: had.clone(), new: document.clone(), both },
            };
        }
        // Removing a policy that denies something grants more rights.
        let denies = |role: &str, policy: &str| self.had(role, policy).is_some_and(|had| !had.only_allows());
        match dropped_by(call) {
            Some((role, policy)) if denies(role, policy) => Effect::Kept,
            _ if policy_taken_by(call).is_some() => Effect::Taken,
            _ => Effect::Kept,
        }
    }
}

fn policies_of(found: &Resource) -> Vec<((String, String), Policy)> {
    let on = |role: &str, name: &str, document: &Policy| ((role.to_owned(), name.to_owned()), document.clone());
    if let Resource::Role(role) = found {
        return role.policies.iter().map(|(name, one)| on(&role.role_name, name, one)).collect();
    }
    let Resource::InlinePolicy(policy) = found else { return Vec::new() };
    policy.seen.iter().map(|(role, one)| on(role, &policy.policy_name, one)).collect()
}

/// The role, the policy's name and the document.
fn put_by(call: &Call) -> Option<(&str, &str, &Policy)> {
    let (Call::Role(call) | Call::InlinePolicy(call)) = call else { return None };
    let role::Call::PutRolePolicy { role_name, policy_name, document } = call else { return None };
    Some((role_name, policy_name, document))
}

fn dropped_by(call: &Call) -> Option<(&str, &str)> {
    let (Call::Role(call) | Call::InlinePolicy(call)) = call else { return None };
    let role::Call::DeleteRolePolicy { role_name, policy_name } = call else { return None };
    Some((role_name, policy_name))
}

fn with_document(put: &Call, other: Policy) -> Call {
    let mut put = put.clone();
    if let Call::Role(call) | Call::InlinePolicy(call) = &mut put
        && let role::Call::PutRolePolicy { document, .. } = call
    {
        *document = other;
    }
    put
}
