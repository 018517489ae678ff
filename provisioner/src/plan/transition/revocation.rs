//! The serving version keeps its permissions until callers have been moved, whether that succeeds or fails.

use std::collections::{BTreeMap, BTreeSet};

use super::super::losses::policy_removed_by;
use super::super::{Note, Step};
use super::{Transition, alias_of, changed_without_an_alias, is_changed_in_place, is_repointed};
use crate::observe::Observed;
use crate::resources::{Batches, Call, Policy, Resource, role};

/// The maximum length of all inline policies of a role together, without white space.
const LONGEST: usize = 10_240;

/// A role, or a policy on roles, that loses permissions only after all other steps.
#[derive(Debug)]
pub(super) struct Revocation {
    /// The step of the role or policy.
    pub(super) step: String,
    /// The calls that remove no permission.
    pub(super) first: Batches<Call>,
    /// The calls that remove permissions.
    pub(super) last: Vec<Call>,
}

/// Lets roles lose permissions only after all other steps.
///
/// The serving version was released with these permissions, and it continues to serve when the next version fails its
/// smoke test, or when a run is killed before traffic moves. Until then a document that replaces another allows what
/// both allow, and a policy that is to be deleted stays. This applies where traffic moves, and to a role that has
/// separate inline policies, since a permission may have moved from one policy to another. Returns notes where traffic
/// moves and this is not possible.
pub(super) fn decide(
    differences: &[Step],
    observed: &Observed,
    transitions: &[Transition],
) -> (Vec<Revocation>, Vec<Note>) {
    let creates_for_callers = transitions.iter().any(|one| one.pin_step().is_some());
    let moves = creates_for_callers || differences.iter().any(|step| changes_what_callers_get(step, differences));
    let separate = differences.iter().filter(|step| matches!(step.resource, Resource::InlinePolicy(_)));
    let separate = separate.filter(|step| step.action.changes_something());
    let granted: BTreeSet<&String> = separate.flat_map(|step| &step.needs).collect();
    let is_kept = |step: &&Step| {
        let of_a_role = matches!(step.resource, Resource::Role(_));
        let on_roles = matches!(step.resource, Resource::InlinePolicy(_));
        is_changed_in_place(step) && (moves && (of_a_role || on_roles) || of_a_role && granted.contains(&step.id))
    };
    let changing: Vec<&Step> = differences.iter().filter(is_kept).collect();
    let rights = Rights::of(observed, &changing);
    let (mut revocations, mut notes) = (Vec::new(), Vec::new());
    for step in changing {
        let (revocation, at_once) = revocation(step, &rights);
        revocations.push(revocation);
        notes.extend(at_once);
    }
    (revocations, if moves { notes } else { Vec::new() })
}

/// Whether callers that get something now get something else after this step.
fn changes_what_callers_get(step: &Step, differences: &[Step]) -> bool {
    is_changed_in_place(step)
        && (alias_of(step).is_some()
            || is_repointed(step)
            || has_another_uri(step)
            || changed_without_an_alias(step, differences).is_some())
}

fn has_another_uri(step: &Step) -> bool {
    let (Resource::Integration(wanted), Some(Resource::Integration(now))) = (&step.resource, &step.now) else {
        return false;
    };
    wanted.integration_uri != now.integration_uri
}

fn revocation(step: &Step, rights: &Rights) -> (Revocation, Vec<Note>) {
    let (mut first, mut last, mut notes) = (Batches::new(), Vec::new(), Vec::new());
    for batch in &step.batches {
        let mut calls = Vec::new();
        for call in batch {
            match rights.changed_by(call) {
                Effect::Kept => calls.push(call.clone()),
                Effect::Removed => last.push(call.clone()),
                Effect::Replaced { had, new, both } => {
                    calls.extend((both != had).then(|| with_document(call, both.clone())));
                    last.extend((both != new).then(|| call.clone()));
                }
                Effect::AtOnce(why) => {
                    notes.push(Note { logical_id: Some(step.logical_id.clone()), text: why, hint: None });
                    calls.push(call.clone());
                }
            }
        }
        first.extend((!calls.is_empty()).then_some(calls));
    }
    (Revocation { step: step.id.clone(), first, last }, notes)
}

/// The effect of a call on the rights that exist now.
enum Effect {
    /// All rights stay.
    Kept,
    /// Some rights are lost.
    Removed,
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
        for call in changing.iter().flat_map(|step| &step.batches).flatten() {
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
                    "the serving version may lose permissions before the alias moves: policy `{policy}` of role `{role}` \
                     is replaced at once, because {why}"
                ))
            };
            return match document.united_with(had) {
                None => at_once("the two documents cannot be combined"),
                Some(both) if self.full.contains(role) && both != *had && both != *document => {
                    at_once("both documents together exceed IAM's limit of 10,240 characters")
                }
                Some(both) => Effect::Replaced { had: had.clone(), new: document.clone(), both },
            };
        }
        // Removing a policy that denies something grants more rights.
        let denies = |role: &str, policy: &str| self.had(role, policy).is_some_and(|had| !had.only_allows());
        match dropped_by(call) {
            Some((role, policy)) if denies(role, policy) => Effect::Kept,
            _ if policy_removed_by(call).is_some() => Effect::Removed,
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
