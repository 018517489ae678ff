//! Calls that AWS refuses because of missing permissions: parses AWS's sentence, and finds the remedy.

use std::collections::BTreeSet;

use serde_json::json;

/// A call that AWS refused because of a missing permission.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Denial {
    /// The action, such as `iam:GetRole`.
    pub action: String,
    /// The resource of the call, in AWS's words: an ARN, or a kind and a name (`role chat-role`).
    pub resource: Option<String>,
    /// The reason, if AWS gives one.
    pub why: Why,
    /// The account of the caller; empty when the sentence does not name the caller.
    account: String,
}

/// The reason why a call was refused.
///
/// The sentences are those of the IAM user guide, "Troubleshoot access denied error messages": `because no POLICY allows
/// the ACTION action` for an implicit deny, `with an explicit deny in a POLICY` for an explicit one. Some services give
/// no reason.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// No policy of this type allows it: the action, the resource or the condition of every statement does not match.
    NotAllowedBy(String),
    /// A policy of this type denies it.
    DeniedBy(String),
    /// The sentence gives no reason.
    Unsaid,
}

/// The beginning of the sentences that name an action.
const REFUSED: &str = "not authorized to perform: ";

impl Denial {
    /// Parses AWS's sentence; `None` if it names no action.
    pub fn read(message: &str) -> Option<Self> {
        let (before, rest) = message.split_once(REFUSED)?;
        let word = rest.split_whitespace().next().unwrap_or_default();
        let resource = rest.split_once("on resource: ").map(|(_, rest)| resource(rest));
        let why = if let Some((_, reason)) = rest.split_once("because no ") {
            Why::NotAllowedBy(reason.split(" allows ").next().unwrap_or_default().to_owned())
        } else if let Some((_, reason)) = rest.split_once("explicit deny") {
            Why::DeniedBy(policy(reason))
        } else {
            Why::Unsaid
        };
        let caller = before.split_once("arn:").map(|(_, arn)| arn);
        let account = caller.and_then(|arn| arn.split(':').nth(3)).unwrap_or_default().to_owned();
        Some(Self { action: word.trim_end_matches(['.', ',', ';']).to_owned(), resource, why, account })
    }

    fn on(&self) -> String {
        self.resource.as_ref().map(|resource| format!(" on `{resource}`")).unwrap_or_default()
    }

    /// Whether a statement in a policy of the caller may be the remedy.
    fn needs_a_statement(&self) -> bool {
        match &self.why {
            Why::NotAllowedBy(policy) => policy == "identity-based policy",
            Why::Unsaid => true,
            Why::DeniedBy(_) => false,
        }
    }

    /// Whether it changes the permissions of a role. Without a condition on the role's boundary, a caller with this
    /// permission can create a role with every permission: IAM user guide, "Permissions boundaries for IAM entities".
    fn writes_a_role(&self) -> bool {
        [
            "iam:CreateRole", "iam:PutRolePolicy", "iam:DeleteRolePolicy", "iam:AttachRolePolicy",
            "iam:DetachRolePolicy", "iam:PutRolePermissionsBoundary",
        ]
        .contains(&self.action.as_str())
    }

    /// The resource in the form of a policy.
    fn arn(&self) -> String {
        let unnamed = if self.writes_a_role() { "role NAME" } else { "*" };
        let name = self.resource.as_deref().unwrap_or(unnamed);
        match name.split_once(' ') {
            // IAM identifies some of its resources by kind and name.
            Some((kind @ ("role" | "user" | "policy" | "instance profile"), name)) => {
                let account = if self.account.is_empty() { "*" } else { &self.account };
                format!("arn:aws:iam::{account}:{kind}/{name}")
            }
            None if name.starts_with("arn:") => name.to_owned(),
            _ => "*".to_owned(),
        }
    }

    /// The remedy where a statement in a policy of the caller is not one.
    fn other_remedy(&self) -> String {
        let (action, on) = (&self.action, self.on());
        match &self.why {
            Why::DeniedBy(policy) => format!(
                "change {policy}, which denies `{action}`{on}, or meet its Condition, since another permission does not help"
            ),
            Why::NotAllowedBy(policy) if policy == "resource-based policy" => {
                format!("allow `{action}`{on} for these credentials in the resource-based policy")
            }
            Why::NotAllowedBy(policy) if policy.starts_with("session") => {
                format!("get a session whose session policy allows `{action}`{on}")
            }
            Why::NotAllowedBy(policy) => format!(
                "allow `{action}`{on} in the {policy} too, since a permission of these credentials alone does not help"
            ),
            Why::Unsaid => format!("give these credentials `{action}`{on}"),
        }
    }
}

/// The text up to the reason. IAM identifies some of its resources by kind and name: `role chat-role`. S3 writes them
/// in quotes.
fn resource(text: &str) -> String {
    // CloudFormation adds ` (Service: Iam, Status Code: 403, …)`.
    let end = [" because ", " with an explicit deny", " (Service"].iter().filter_map(|end| text.find(end)).min();
    text[..end.unwrap_or(text.len())].trim_end_matches(['.', ',', ';']).trim_matches('"').to_owned()
}

/// The policy in ` in a service control policy: arn:…`; for some services AWS omits it.
fn policy(reason: &str) -> String {
    let named = reason.strip_prefix(" in ").and_then(|named| named.split([':', ',']).next());
    let named = named.map(|named| named.trim().trim_end_matches('.')).filter(|named| !named.is_empty());
    named.unwrap_or("a policy").to_owned()
}

const ALL: &str = "(`docs/permissions.md` lists all permissions of a deploy)";

/// One remedy for all of these refusals.
pub fn remedy<'a>(denials: impl IntoIterator<Item = &'a Denial>) -> String {
    let all: BTreeSet<_> = denials.into_iter().collect();
    let (stated, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|denial| denial.needs_a_statement());
    let bounded = stated.iter().find(|denial| denial.writes_a_role()).map(|denial| {
        format!(
            "if a policy allows `{}` only for roles with a permissions boundary, name that boundary in the role's \
             `PermissionsBoundary`; otherwise ",
            denial.action
        )
    });
    let mut remedies = match stated.as_slice() {
        [] => Vec::new(),
        [one] => vec![format!(
            "give these credentials `{}`{}; if a policy has it already, correct its Resource or Condition {ALL}",
            one.action,
            one.on()
        )],
        several => {
            let actions: BTreeSet<_> = several.iter().map(|denial| &denial.action).collect();
            let resources: BTreeSet<_> = several.iter().map(|denial| denial.arn()).collect();
            let statement = json!({"Effect": "Allow", "Action": actions, "Resource": resources});
            vec![format!(
                "give these credentials the statement `{statement}`; if a policy has an action already, correct its \
                 Resource or Condition {ALL}"
            )]
        }
    };
    remedies.extend(others.iter().map(|denial| denial.other_remedy()));
    bounded.unwrap_or_default() + &remedies.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER: &str = "User: arn:aws:iam::123456789012:user/dev is not authorized to perform: ";

    fn read(rest: &str) -> Denial {
        Denial::read(&format!("{USER}{rest}")).unwrap()
    }

    #[test]
    fn each_sentence_of_aws_is_parsed() {
        let not = |policy: &str| Why::NotAllowedBy(policy.to_owned());
        let by = |policy: &str| Why::DeniedBy(policy.to_owned());
        let on = "lambda:CreateFunction on resource: arn:aws:lambda:us-east-1:123456789012:function:chat";
        for (reason, why) in [
            (" because no identity-based policy allows the lambda:CreateFunction action", not("identity-based policy")),
            (" because no permissions boundary allows the lambda:CreateFunction action", not("permissions boundary")),
            (" because no session policy allows the lambda:CreateFunction action", not("session policy")),
            (
                " because no service control policy allows the lambda:CreateFunction action",
                not("service control policy"),
            ),
            (" because no resource-based policy allows the lambda:CreateFunction action", not("resource-based policy")),
            (" with an explicit deny in an identity-based policy", by("an identity-based policy")),
            (" with an explicit deny in a permissions boundary", by("a permissions boundary")),
            (
                " with an explicit deny in a service control policy: arn:aws:organizations::1:policy/o-1/p-1",
                by("a service control policy"),
            ),
            (" with an explicit deny", by("a policy")),
            ("", Why::Unsaid),
        ] {
            let denial = read(&format!("{on}{reason}"));
            assert_eq!(denial.why, why, "{reason}");
            assert_eq!(denial.action, "lambda:CreateFunction");
            let resource = denial.resource.as_deref();
            assert_eq!(resource, Some("arn:aws:lambda:us-east-1:123456789012:function:chat"), "{reason}");
        }
        assert_eq!(Denial::read("Access Denied"), None);
    }

    #[test]
    fn an_unmet_condition_is_not_reported_as_a_missing_action_only() {
        let text = remedy([&read(
            "iam:PassRole on resource: arn:aws:iam::123456789012:role/chat because no \
                                  identity-based policy allows the iam:PassRole action",
        )]);
        assert_eq!(
            text,
            "give these credentials `iam:PassRole` on `arn:aws:iam::123456789012:role/chat`; if a policy has it \
             already, correct its Resource or Condition (`docs/permissions.md` lists all permissions of a deploy)"
        );
    }

    #[test]
    fn a_denial_that_no_permission_solves_names_its_remedy() {
        let text = |reason: &str| remedy([&read(&format!("iam:CreateRole on resource: role r {reason}"))]);
        let deny = text("with an explicit deny in a service control policy");
        assert_eq!(
            deny,
            "change a service control policy, which denies `iam:CreateRole` on `role r`, or meet its Condition, since another \
             permission does not help"
        );
        let boundary = text("because no permissions boundary allows the iam:CreateRole action");
        assert!(
            boundary.starts_with("allow `iam:CreateRole` on `role r` in the permissions boundary too"),
            "{boundary}"
        );
        let session = text("because no session policy allows the iam:CreateRole action");
        assert!(session.contains("get a session whose session policy allows `iam:CreateRole`"), "{session}");
        let resource = text("because no resource-based policy allows the iam:CreateRole action");
        assert!(
            resource.starts_with("allow `iam:CreateRole` on `role r` for these credentials in the resource-based"),
            "{resource}"
        );
    }

    #[test]
    fn a_denied_change_of_a_role_mentions_the_permissions_boundary_first() {
        let because = |action: &str| format!("because no identity-based policy allows the {action} action");
        let create = read(&format!("iam:CreateRole on resource: role chat {}", because("iam:CreateRole")));
        let remedy_of_one = remedy([&create]);
        assert!(
            remedy_of_one.starts_with(
                "if a policy allows `iam:CreateRole` only for roles with a permissions boundary, name that boundary in \
                 the role's `PermissionsBoundary`; otherwise give these credentials `iam:CreateRole` on `role chat`"
            ),
            "{remedy_of_one}"
        );
        let unnamed = read(&format!("iam:PutRolePolicy {}", because("iam:PutRolePolicy")));
        for action in ["iam:DeleteRolePolicy", "iam:DetachRolePolicy"] {
            let text = remedy([&read(&format!("{action} on resource: role chat {}", because(action)))]);
            let start = format!("if a policy allows `{action}` only for roles with a permissions boundary");
            assert!(text.starts_with(&start), "{text}");
        }
        let statement = remedy([&create, &unnamed]);
        assert!(statement.contains("\"arn:aws:iam::123456789012:role/NAME\""), "{statement}");
        assert!(!statement.contains("\"*\""), "{statement}");
    }

    #[test]
    fn several_denials_are_one_statement_without_duplicates() {
        let because = |action: &str| format!("because no identity-based policy allows the {action} action");
        let role = read(&format!("iam:GetRole on resource: role chat {}", because("iam:GetRole")));
        let function = "arn:aws:lambda:us-east-1:123456789012:function:chat";
        let code = read(&format!("lambda:GetFunction on resource: {function} {}", because("lambda:GetFunction")));
        let deny = read("logs:DescribeLogGroups on resource: * with an explicit deny in an identity-based policy");
        let text = remedy([&code, &role, &role, &deny]);
        assert!(
            text.starts_with(
                "give these credentials the statement `{\"Effect\":\"Allow\",\"Action\":[\"iam:GetRole\",\
                 \"lambda:GetFunction\"],\"Resource\":[\"arn:aws:iam::123456789012:role/chat\",\
                 \"arn:aws:lambda:us-east-1:123456789012:function:chat\"]}`; if a policy has an action already"
            ),
            "{text}"
        );
        assert!(
            text.ends_with(
                "; change an identity-based policy, which denies `logs:DescribeLogGroups` on `*`, or meet its Condition, \
                 since another permission does not help"
            ),
            "{text}"
        );
    }
}
