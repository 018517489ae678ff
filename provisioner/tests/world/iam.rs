//! Roles.

use std::collections::BTreeMap;

use super::{ACCOUNT, State, conflict, ids, missing};
use crate::observe::Found;
use crate::resources::inline_policy::InlinePolicy;
use crate::resources::role::{Call, Role};
use crate::resources::{Ids, Mark, Owner, Resource};

impl State {
    pub(super) fn find_role(&self, wanted: &Role, mark: &Mark) -> Option<Found> {
        let role = self.roles.get(&wanted.role_name)?;
        let owner = mark.owner(&role.tags);
        let mut found = role.clone();
        let (beside, own) = found.policies.into_iter().partition(|(name, _)| wanted.policies_beside.contains(name));
        let beside: BTreeMap<_, _> = beside;
        found.policies_beside = beside.into_keys().collect();
        found.policies = own;
        Some(Found::new(
            Resource::Role(found),
            ids([("Arn", &arn(role)), ("RoleId", &role_id(&role.role_name))]),
            owner,
        ))
    }

    pub(super) fn find_inline_policy(&self, wanted: &InlinePolicy, mark: &Mark) -> Option<Found> {
        let roles = || wanted.roles.iter().filter_map(|name| self.roles.get_key_value(name));
        let seen =
            wanted.seen_on(roles().filter_map(|(name, role)| Some((name, role.policies.get(&wanted.policy_name)?))))?;
        let owner = roles().map(|(_, role)| mark.owner(&role.tags)).find(|owner| *owner != Owner::Ours);
        Some(Found::new(Resource::InlinePolicy(seen), Ids::new(), owner.unwrap_or(Owner::Ours)))
    }

    fn role(&mut self, name: &str) -> Result<&mut Role, String> {
        self.roles.get_mut(name).ok_or_else(|| missing(name))
    }

    pub(super) fn role_call(&mut self, call: &Call) -> Result<Ids, String> {
        match call {
            Call::CreateRole(role) => {
                if self.roles.contains_key(&role.role_name) {
                    return Err(conflict(&role.role_name));
                }
                // `CreateRole` accepts no policies: separate calls put and attach them afterwards.
                let mut role = Role::clone(role);
                role.policies.clear();
                role.policies_beside.clear();
                role.managed_policy_arns.clear();
                let assigned = ids([("Arn", &arn(&role)), ("RoleId", &role_id(&role.role_name))]);
                self.roles.insert(role.role_name.clone(), role);
                return Ok(assigned);
            }
            Call::UpdateAssumeRolePolicy { role_name, document } => {
                self.role(role_name)?.assume_role_policy_document = document.clone();
            }
            Call::UpdateRole { role_name, description, max_session_duration } => {
                let role = self.role(role_name)?;
                role.description.clone_from(description);
                role.max_session_duration = *max_session_duration;
            }
            Call::PutRolePermissionsBoundary { role_name, boundary } => {
                self.role(role_name)?.permissions_boundary = Some(boundary.clone());
            }
            Call::DeleteRolePermissionsBoundary { role_name } => self.role(role_name)?.permissions_boundary = None,
            Call::PutRolePolicy { role_name, policy_name, document } => {
                self.role(role_name)?.policies.insert(policy_name.clone(), document.clone());
            }
            Call::DeleteRolePolicy { role_name, policy_name } => {
                self.role(role_name)?.policies.remove(policy_name);
            }
            Call::AttachRolePolicy { role_name, policy_arn } => {
                self.role(role_name)?.managed_policy_arns.insert(policy_arn.clone());
            }
            Call::DetachRolePolicy { role_name, policy_arn } => {
                self.role(role_name)?.managed_policy_arns.remove(policy_arn);
            }
            Call::TagRole { role_name, tags } => self.role(role_name)?.tags.extend(tags.clone()),
            Call::DeleteRole { role_name } => {
                if let Some(role) = self.roles.get(role_name)
                    && !(role.policies.is_empty() && role.managed_policy_arns.is_empty())
                {
                    return Err(format!("DeleteConflict: {role_name} still has policies"));
                }
                self.roles.remove(role_name);
            }
        }
        Ok(Ids::new())
    }
}

/// The unique id of a role in this world.
fn role_id(name: &str) -> String {
    format!("AROA{}", name.to_uppercase())
}

pub(super) fn arn(role: &Role) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role{}{}", role.path, role.role_name)
}
