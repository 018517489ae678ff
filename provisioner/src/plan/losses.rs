//! The deletions of a plan.

use super::{Action, Plan, Step};
use crate::resources::{Call, Resource, role};

impl Plan {
    /// The deletions of the plan, as text: resources by their names in the template, and policies with their roles.
    pub fn losses(&self) -> Vec<String> {
        self.steps.iter().flat_map(losses).collect()
    }
}

fn losses(step: &Step) -> Vec<String> {
    match step.action {
        Action::Replace if matches!(step.resource, Resource::Function(_)) => {
            vec![format!("{} with its versions, aliases and function URLs", step.logical_id)]
        }
        Action::Delete | Action::Replace => vec![step.logical_id.clone()],
        Action::Update | Action::Adopt => {
            step.batches.iter().chain(&step.cleanup).flatten().filter_map(policy_removed_by).collect()
        }
        Action::Keep | Action::Create | Action::Leave => Vec::new(),
    }
}

/// The policy that a call removes from a role that stays.
#[expect(clippy::wildcard_enum_match_arm, reason = "no other call removes a policy")]
pub(super) fn policy_removed_by(call: &Call) -> Option<String> {
    let (Call::Role(call) | Call::InlinePolicy(call)) = call else { return None };
    let (role, policy) = match call {
        role::Call::DeleteRolePolicy { role_name, policy_name } => (role_name, policy_name),
        role::Call::DetachRolePolicy { role_name, policy_arn } => (role_name, policy_arn),
        _ => return None,
    };
    Some(format!("policy `{policy}` of role `{role}`"))
}

#[cfg(test)]
mod tests {
    use crate::plan::Options;
    use crate::plan::tests::judge::existing;
    use crate::plan::tests::planned;
    use crate::plan::tests::spec::Spec;
    use crate::report::consent;

    #[test]
    fn a_removed_policy_is_named_with_its_role_and_needs_consent() {
        let old = Spec { policies: [("Read", "s:Get"), ("Invoke", "s:Get")].into(), ..Spec::plain() };
        let new = Spec { policies: [("Read", "s:Get")].into(), path: None, source: "talk", ..Spec::plain() };
        let plan = planned(&new.desired(), &existing(&old, true), Options::default());
        assert_eq!(plan.losses(), ["policy `Invoke` of role `role`", "Permission"]);
        assert_eq!(
            consent(&plan).unwrap(),
            "deletes or replaces policy `Invoke` of role `role`, Permission: without a terminal, `deploy` needs `--yes`"
        );
        let other = Spec { memory: Some(512), ..old.clone() };
        let plan = planned(&other.desired(), &existing(&old, true), Options::default());
        assert!(plan.losses().is_empty() && consent(&plan).is_none());
    }
}
