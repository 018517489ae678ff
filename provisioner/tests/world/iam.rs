//! Roles.

use std::collections::BTreeMap;

use super::{ACCOUNT, Execute, State, Stored, conflict, ids, missing};
use crate::observe::Found;
use crate::resources::inline_policy::InlinePolicy;
use crate::resources::role::{Call, Role};
use crate::resources::{Ids, Owner, OwnershipTag, Resource};

impl Stored for Role {
    fn find(&self, state: &State, tag: &OwnershipTag) -> Option<Found> {
        let role = state.roles.get(&self.role_name)?;
        let owner = tag.owner(&role.tags);
        let mut found = role.clone();
        let (separate, own) = std::mem::take(&mut found.policies)
            .into_iter()
            .partition(|(name, _)| self.attached_inline_policies.contains(name));
        let separate: BTreeMap<_, _> = separate;
        found.attached_inline_policies = separate.into_keys().collect();
        found.policies = own;
        Some(Found::new(
            Resource::Role(found),
            ids([("Arn", &arn(role)), ("RoleId", &role_id(&role.role_name))]),
            owner,
        ))
    }
}

impl Stored for InlinePolicy {
    fn find(&self, state: &State, tag: &OwnershipTag) -> Option<Found> {
        let roles = || self.roles.iter().filter_map(|name| state.roles.get_key_value(name));
        let seen =
            self.seen_on(roles().filter_map(|(name, role)| Some((name, role.policies.get(&self.policy_name)?))))?;
        let owner = roles().map(|(_, role)| tag.owner(&role.tags)).find(|owner| *owner != Owner::Ours);
        Some(Found::new(Resource::InlinePolicy(seen), Ids::new(), owner.unwrap_or(Owner::Ours)))
    }
}

impl Execute for Call {
    fn execute(&self, state: &mut State) -> Result<Ids, String> {
        match self {
            Call::CreateRole(role) => {
                if state.roles.contains_key(&role.role_name) {
                    return Err(conflict(&role.role_name));
                }
                // `CreateRole` accepts no policies: separate calls put and attach them afterwards.
                let mut role = Role::clone(role);
                role.policies.clear();
                role.attached_inline_policies.clear();
                role.managed_policy_arns.clear();
                let assigned = ids([("Arn", &arn(&role)), ("RoleId", &role_id(&role.role_name))]);
                state.roles.insert(role.role_name.clone(), role);
                return Ok(assigned);
            }
            Call::UpdateAssumeRolePolicy { role_name, document } => {
                state.role(role_name)?.assume_role_policy_document = document.clone();
            }
            Call::UpdateRole { role_name, description, max_session_duration } => {
                let role = state.role(role_name)?;
                role.description.clone_from(description);
                role.max_session_duration = *max_session_duration;
            }
            Call::PutRolePermissionsBoundary { role_name, boundary } => {
                state.role(role_name)?.permissions_boundary = Some(boundary.clone());
            }
            Call::DeleteRolePermissionsBoundary { role_name } => state.role(role_name)?.permissions_boundary = None,
            Call::PutRolePolicy { role_name, policy_name, document } => {
                state.role(role_name)?.policies.insert(policy_name.clone(), document.clone());
            }
            Call::DeleteRolePolicy { role_name, policy_name } => {
                state.role(role_name)?.policies.remove(policy_name);
            }
            Call::AttachRolePolicy { role_name, policy_arn } => {
                state.role(role_name)?.managed_policy_arns.insert(policy_arn.clone());
            }
            Call::DetachRolePolicy { role_name, policy_arn } => {
                state.role(role_name)?.managed_policy_arns.remove(policy_arn);
            }
            Call::TagRole { role_name, tags } => state.role(role_name)?.tags.extend(tags.clone()),
            Call::DeleteRole { role_name } => {
                if let Some(role) = state.roles.get(role_name)
                    && !(role.policies.is_empty() && role.managed_policy_arns.is_empty())
                {
                    return Err(format!("DeleteConflict: {role_name} still has policies"));
                }
                state.roles.remove(role_name);
            }
        }
        Ok(Ids::new())
    }
}

impl State {
    fn role(&mut self, name: &str) -> Result<&mut Role, String> {
        self.roles.get_mut(name).ok_or_else(|| missing(name))
    }
}

/// The unique id of a role in this world.
fn role_id(name: &str) -> String {
    format!("AROA{}", name.to_uppercase())
}

pub(super) fn arn(role: &Role) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role{}{}", role.path, role.role_name)
}
