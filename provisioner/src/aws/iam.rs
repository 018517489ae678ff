//! IAM: roles and their policies.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aws_sdk_iam::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_iam::types::{Role as SdkRole, Tag};
use futures_util::TryFutureExt as _;
use futures_util::future::join_all;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::problem::{Answer, Refusal, has_message, if_exists};
use super::service::{Dispatch, Find};
use super::{Aws, AwsReader};
use crate::error::{Error, Result, all, both};
use crate::observe::Found;
use crate::phrase::Phrase;
use crate::resources::inline_policy::InlinePolicy;
use crate::resources::role::{self, Call, Role};
use crate::resources::{Ids, Owner, OwnershipTag, Policy, Resource, Tags};

impl Find for Role {
    async fn find(&self, reader: &AwsReader, tag: &OwnershipTag) -> Result<Option<Found>> {
        let name = &self.role_name;
        let role = match reader.role(name).await {
            Ok(role) if role.is_none() => return Ok(None),
            Ok(role) => Ok(Option::clone(&*role)),
            // The remaining calls are sent anyway, so that one run reports all missing permissions.
            Err(error) if error.is_denied() => Err(error),
            Err(error) => return Err(error),
        };
        let iam = &reader.aws;
        // The policies of the template are read at the same time as the lists; other policies are read after the lists.
        let expected = join_all(self.policies.keys().map(|policy| iam.inline_policy(name, policy)));
        let (attached, listed, expected) =
            tokio::join!(iam.attached_policies(name), iam.inline_policy_names(name), expected);
        let (role, (attached, (listed, expected))) = both(role, both(attached, both(listed, all(expected))))?;
        let Some(role) = role else { return Ok(None) };
        let expected = self.policies.keys().cloned().zip(expected);
        let mut policies: BTreeMap<_, _> = expected.filter_map(|(name, document)| Some((name, document?))).collect();
        let (separate, own): (Vec<_>, Vec<_>) =
            listed.into_iter().partition(|policy| self.attached_inline_policies.contains(policy));
        for policy in own {
            if !self.policies.contains_key(&policy)
                && let Some(document) = iam.inline_policy(name, &policy).await?
            {
                policies.insert(policy, document);
            }
        }
        let tags = tags_of(&role);
        let owner = tag.owner(&tags);
        let properties = role::Properties {
            role_name: role.role_name,
            assume_role_policy_document: decode(role.assume_role_policy_document.as_deref().unwrap_or_default()),
            description: role.description.unwrap_or_default(),
            max_session_duration: role.max_session_duration.unwrap_or(3600),
            path: role.path,
            permissions_boundary: role.permissions_boundary.and_then(|boundary| boundary.permissions_boundary_arn),
            managed_policy_arns: attached,
            policies,
            tags,
        };
        let resource = Role { properties, attached_inline_policies: separate.into_iter().collect() };
        let ids = Ids::from([(Ids::ARN.to_owned(), role.arn), ("RoleId".to_owned(), role.role_id)]);
        Ok(Some(Found::new(Resource::Role(resource), ids, owner)))
    }
}

impl Find for InlinePolicy {
    /// Finds an inline policy on the wanted roles. Its owner is this stack, unless one of the roles has another owner.
    async fn find(&self, reader: &AwsReader, tag: &OwnershipTag) -> Result<Option<Found>> {
        let answers = self.roles.iter().map(|name| async move {
            let Some(role) = Option::clone(&*reader.role(name).await?) else { return Ok(None) };
            let document = reader.aws.inline_policy(name, &self.policy_name).await?;
            Ok(document.map(|document| (name, tag.owner(&tags_of(&role)), document)))
        });
        let there: Vec<_> = all(join_all(answers).await)?.into_iter().flatten().collect();
        let owner = there.iter().map(|(_, owner, _)| owner).find(|owner| **owner != Owner::Ours);
        let owner = owner.cloned().unwrap_or(Owner::Ours);
        let seen = self.seen_on(there.iter().map(|(name, _, document)| (*name, document)));
        Ok(seen.map(|seen| Found::new(Resource::InlinePolicy(seen), Ids::new(), owner)))
    }
}

impl AwsReader {
    /// Reads a role. It is read before its parts, which cannot exist without it.
    async fn role(&self, name: &str) -> Result<Arc<Option<SdkRole>>> {
        self.answers.roles.once(name, self.aws.role(name)).await
    }
}

impl Dispatch for Call {
    async fn dispatch(&self, aws: &Aws) -> Result<Ids> {
        let iam = &aws.iam;
        match self {
            Call::CreateRole(role) => {
                let request = iam
                    .create_role()
                    .role_name(&role.role_name)
                    .path(&role.path)
                    .assume_role_policy_document(role.assume_role_policy_document.to_json())
                    .set_description(Some(role.description.clone()).filter(|text| !text.is_empty()))
                    .max_session_duration(role.max_session_duration)
                    .set_permissions_boundary(role.permissions_boundary.clone())
                    .set_tags(Some(iam_tags(&role.tags)?));
                let doing = format!("creating role {}", role.role_name);
                let answer = aws.sent(doing, busy, || request.clone().send()).await?;
                let assigned =
                    answer.role.map(|role| [(Ids::ARN.to_owned(), role.arn), ("RoleId".to_owned(), role.role_id)]);
                return Ok(assigned.into_iter().flatten().collect());
            }
            Call::UpdateAssumeRolePolicy { role_name, document } => {
                let request = iam.update_assume_role_policy().role_name(role_name).policy_document(document.to_json());
                aws.on_role("updating the trust policy of", role_name, || request.clone().send()).await
            }
            Call::UpdateRole { role_name, description, max_session_duration } => {
                let request = iam.update_role().role_name(role_name).description(description);
                let request = request.max_session_duration(*max_session_duration);
                aws.on_role("updating", role_name, || request.clone().send().map_ok(drop)).await
            }
            Call::PutRolePermissionsBoundary { role_name, boundary } => {
                let request = iam.put_role_permissions_boundary().role_name(role_name).permissions_boundary(boundary);
                aws.on_role("setting the permissions boundary of", role_name, || request.clone().send()).await
            }
            Call::DeleteRolePermissionsBoundary { role_name } => {
                let request = iam.delete_role_permissions_boundary().role_name(role_name);
                aws.on_role("removing the permissions boundary of", role_name, || request.clone().send()).await
            }
            Call::PutRolePolicy { role_name, policy_name, document } => {
                let request = iam.put_role_policy().role_name(role_name).policy_name(policy_name);
                let request = request.policy_document(document.to_json());
                let doing = format!("putting policy {policy_name} on");
                aws.on_role(&doing, role_name, || request.clone().send()).await
            }
            Call::DeleteRolePolicy { role_name, policy_name } => {
                let request = iam.delete_role_policy().role_name(role_name).policy_name(policy_name);
                let doing = format!("removing policy {policy_name} from role {role_name}");
                return aws.removed(doing, busy, || request.clone().send()).await;
            }
            Call::AttachRolePolicy { role_name, policy_arn } => {
                let request = iam.attach_role_policy().role_name(role_name).policy_arn(policy_arn);
                let doing = format!("attaching {policy_arn} to");
                aws.on_role(&doing, role_name, || request.clone().send()).await
            }
            Call::DetachRolePolicy { role_name, policy_arn } => {
                let request = iam.detach_role_policy().role_name(role_name).policy_arn(policy_arn);
                let doing = format!("detaching {policy_arn} from role {role_name}");
                return aws.removed(doing, busy, || request.clone().send()).await;
            }
            Call::TagRole { role_name, tags } => {
                let request = iam.tag_role().role_name(role_name).set_tags(Some(iam_tags(tags)?));
                aws.on_role("tagging", role_name, || request.clone().send()).await
            }
            Call::DeleteRole { role_name } => {
                let request = iam.delete_role().role_name(role_name);
                return aws.removed(format!("deleting role {role_name}"), busy, || request.clone().send()).await;
            }
        }?;
        Ok(Ids::new())
    }
}

impl Aws {
    async fn role(&self, name: &str) -> Result<Option<SdkRole>> {
        let answer = self.iam.get_role().role_name(name).send().await;
        Ok(if_exists(format!("reading role {name}"), answer)?.and_then(|answer| answer.role))
    }

    pub(super) async fn role_tags(&self, role: &str) -> Result<Tags> {
        let answer = self.iam.list_role_tags().role_name(role).send().await;
        // The role may have been deleted after the list was read.
        let tags = if_exists(format!("reading the tags of role {role}"), answer)?.map(|answer| answer.tags);
        Ok(tags.into_iter().flatten().map(|tag| (tag.key, tag.value)).collect())
    }

    async fn attached_policies(&self, role: &str) -> Result<BTreeSet<String>> {
        let items = self.iam.list_attached_role_policies().role_name(role).into_paginator().items().send();
        let all = if_exists(format!("listing the policies attached to role {role}"), items.try_collect().await)?;
        Ok(all.into_iter().flatten().filter_map(|one| one.policy_arn).collect())
    }

    async fn inline_policy_names(&self, role: &str) -> Result<Vec<String>> {
        let items = self.iam.list_role_policies().role_name(role).into_paginator().items().send();
        let names = if_exists(format!("listing the policies of role {role}"), items.try_collect().await)?;
        Ok(names.unwrap_or_default())
    }

    async fn inline_policy(&self, role: &str, policy: &str) -> Result<Option<Policy>> {
        let answer = self.iam.get_role_policy().role_name(role).policy_name(policy).send().await;
        let answer = if_exists(format!("reading policy {policy} of role {role}"), answer)?;
        Ok(answer.map(|answer| decode(&answer.policy_document)))
    }

    /// Sends a call about a role that may be new: not all of IAM may know it yet.
    async fn on_role<T, E: Refusal, F: Future<Output = Answer<T, E>>>(
        &self,
        doing: &str,
        role: &str,
        call: impl FnMut() -> F,
    ) -> Result<()> {
        let unknown_yet = |error: &SdkError<E>| -> Option<String> {
            has_message(error, "NoSuchEntity", Phrase::UNKNOWN_ROLE)
                .then(|| format!("waiting until IAM knows role {role} everywhere"))
        };
        let wait_reason = |error: &SdkError<E>| unknown_yet(error).or_else(|| busy(error));
        self.sent(format!("{doing} role {role}"), wait_reason, call).await.map(drop)
    }
}

/// The errors that a retry solves. IAM makes one change of a role at a time, and for a moment still counts deleted
/// policies.
fn busy<E: ProvideErrorMetadata>(error: &SdkError<E>) -> Option<String> {
    match error.code()? {
        "ConcurrentModification" | "ConcurrentModificationException" => {
            Some("waiting for another change of the role".to_owned())
        }
        "DeleteConflict" | "DeleteConflictException" => error
            .message()
            .is_some_and(|message| Phrase::POLICIES_LEFT.is_in(message))
            .then(|| "waiting until the deletion of the role's policies has propagated in IAM".to_owned()),
        _ => None,
    }
}

/// Whether a trust policy, URL-encoded as IAM returns it, names Lambda.
pub(super) fn names_lambda(document: Option<&str>) -> bool {
    let text = percent_decode_str(document.unwrap_or_default()).decode_utf8_lossy();
    text.contains("lambda.amazonaws.com")
}

fn tags_of(role: &SdkRole) -> Tags {
    role.tags().iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect()
}

/// Decodes a policy document, which IAM returns URL-encoded.
fn decode(document: &str) -> Policy {
    Policy::from(Value::String(percent_decode_str(document).decode_utf8_lossy().into_owned()))
}

fn iam_tags(tags: &Tags) -> Result<Vec<Tag>> {
    let build = |(key, value)| {
        let tag = Tag::builder().key(key).value(value).build();
        tag.map_err(|error| Error::new("writing a tag", error))
    };
    tags.iter().map(build).collect()
}
