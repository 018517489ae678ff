//! IAM's evaluation of identity policies and a permissions boundary, as far as the printed policies need it.
//!
//! Source: the IAM user guide, "Policy evaluation logic" and "Permissions boundaries for IAM entities". An explicit
//! `Deny` wins; otherwise a statement must allow the request; with a boundary, a statement of the boundary must allow
//! it too. A condition on a key that is not in the request is not met. Anything unknown here, such as another operator,
//! panics, so that no policy counts as narrower than it is.

use serde_json::Value;

/// A request to AWS.
#[derive(Clone, Debug)]
pub(crate) struct Request<'a> {
    pub(crate) action: &'a str,
    pub(crate) resource: &'a str,
    /// The condition keys and their values.
    pub(crate) context: &'a [(&'a str, &'a str)],
}

/// Whether a principal with these policies, without a boundary, may send the request.
pub(crate) fn is_allowed(policies: &[&Value], request: &Request<'_>) -> bool {
    let statements = || policies.iter().flat_map(|policy| list(&policy["Statement"]));
    let has_effect = |effect: &str| statements().any(|one| one["Effect"] == effect && applies(one, request));
    !has_effect("Deny") && has_effect("Allow")
}

/// The same under a permissions boundary.
pub(crate) fn is_allowed_within(boundary: &Value, policies: &[&Value], request: &Request<'_>) -> bool {
    is_allowed(policies, request) && is_allowed(&[boundary], request)
}

fn applies(statement: &Value, request: &Request<'_>) -> bool {
    let known = ["Sid", "Effect", "Action", "Resource", "Condition"];
    for key in statement.as_object().expect("a statement").keys() {
        assert!(known.contains(&key.as_str()), "the element {key} is not evaluated");
    }
    // Actions are compared case-insensitively, resources case-sensitively.
    let action = request.action.to_ascii_lowercase();
    let is_about = list(&statement["Action"]).any(|one| matches(&text(one).to_ascii_lowercase(), &action));
    let is_on = list(&statement["Resource"]).any(|one| matches(text(one), request.resource));
    is_about && is_on && conditions_hold(&statement["Condition"], request)
}

fn conditions_hold(condition: &Value, request: &Request<'_>) -> bool {
    let operators = condition.as_object().into_iter().flatten();
    let mut keys =
        operators.flat_map(|(operator, keys)| keys.as_object().expect("keys").iter().map(move |key| (operator, key)));
    keys.all(|(operator, (key, values))| {
        let given = request.context.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| *value);
        let is_one = |value: &Value| match operator.as_str() {
            "StringEquals" => given == value.as_str(),
            "ArnEquals" | "ArnLike" | "StringLike" => given.is_some_and(|given| matches(text(value), given)),
            other => panic!("the operator {other} is not evaluated"),
        };
        list(values).any(is_one)
    })
}

/// The items of a list, or the single value in place of a list.
fn list(value: &Value) -> std::slice::Iter<'_, Value> {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice).iter()
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// Whether the text matches the pattern, in which `*` is any text.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text.strip_prefix(start).is_some_and(|tail| {
            (0..=tail.len()).filter(|at| tail.is_char_boundary(*at)).any(|at| matches(rest, &tail[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_deny_wins_a_missing_key_is_not_met_and_a_boundary_gives_nothing() {
        let request = |action, context| Request { action, resource: "arn:aws:iam::1:role/chat", context };
        let allow = json!({"Statement": {"Effect": "Allow", "Action": "iam:*", "Resource": "*"}});
        let deny =
            json!({"Statement": [{"Effect": "Deny", "Action": "IAM:Delete*", "Resource": "arn:aws:iam::1:role/*"}]});
        assert!(is_allowed(&[&allow], &request("iam:DeleteRole", &[])));
        assert!(!is_allowed(&[&allow, &deny], &request("iam:DeleteRole", &[])));
        assert!(is_allowed(&[&allow, &deny], &request("iam:GetRole", &[])));
        let bound = json!({"Statement": [{"Effect": "Allow", "Action": ["iam:CreateRole"], "Resource": "*",
            "Condition": {"StringEquals": {"iam:PermissionsBoundary": ["b"]}}}]});
        assert!(!is_allowed(&[&bound], &request("iam:CreateRole", &[])));
        assert!(!is_allowed(&[&bound], &request("iam:CreateRole", &[("iam:PermissionsBoundary", "c")])));
        assert!(is_allowed(&[&bound], &request("iam:CreateRole", &[("iam:PermissionsBoundary", "b")])));
        let read = json!({"Statement": {"Effect": "Allow", "Action": "iam:Get*", "Resource": "*"}});
        assert!(is_allowed_within(&read, &[&allow], &request("iam:GetRole", &[])));
        assert!(!is_allowed_within(&read, &[&allow], &request("iam:PutRolePolicy", &[])));
        assert!(!is_allowed_within(&allow, &[&read], &request("iam:PutRolePolicy", &[])), "a boundary gives nothing");
    }
}
