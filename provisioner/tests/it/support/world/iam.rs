//! Roles with their policies, and customer-managed policies.

use aws_sdk_iam::types::{AttachedPolicy, PolicyScopeType, Role};
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{by_name, policy, sorted, without_nulls};

pub(super) async fn read(iam: &aws_sdk_iam::Client) -> (Value, Value) {
    let roles: Result<Vec<Role>, _> = iam.list_roles().into_paginator().items().send().collect().await;
    let roles = join_all(roles.expect("roles").iter().map(|r| role(iam, r.role_name()))).await;
    let policies = iam.list_policies().scope(PolicyScopeType::Local).into_paginator().items();
    let policies: Result<Vec<_>, _> = policies.send().collect().await;
    let policies = policies.expect("policies").into_iter();
    let policies = policies.map(|p| (p.policy_name().unwrap_or_default().to_owned(), json!(p.arn())));
    (by_name(roles), by_name(policies))
}

async fn role(iam: &aws_sdk_iam::Client, name: &str) -> (String, Value) {
    let role = iam.get_role().role_name(name).send().await.expect("the role").role.expect("a role");
    let inline: Result<Vec<String>, _> =
        iam.list_role_policies().role_name(name).into_paginator().items().send().collect().await;
    let inline = join_all(inline.expect("its inline policies").into_iter().map(async |policy_name| {
        let got = iam.get_role_policy().role_name(name).policy_name(&policy_name).send().await;
        let document = policy(got.expect("the inline policy").policy_document());
        (policy_name, document)
    }))
    .await;
    let attached: Result<Vec<AttachedPolicy>, _> =
        iam.list_attached_role_policies().role_name(name).into_paginator().items().send().collect().await;
    let attached = attached.expect("its attached policies");
    let tags = role.tags().iter().map(|tag| (tag.key().to_owned(), tag.value().into()));
    let value = json!({
        "id": role.role_id(),
        "arn": role.arn(),
        "description": role.description(),
        "max_session": role.max_session_duration(),
        "boundary": role.permissions_boundary().and_then(|b| b.permissions_boundary_arn()),
        "trust": role.assume_role_policy_document().map(policy),
        "inline": by_name(inline),
        "attached": sorted(attached.iter().filter_map(AttachedPolicy::policy_arn)),
        "tags": by_name(tags),
    });
    (name.to_owned(), without_nulls(value))
}
