//! Cloud Control: resources of the kinds that have no Rust type here.

use std::sync::Arc;

use aws_sdk_cloudcontrol::types::{OperationStatus, ProgressEvent, ResourceDescription};
use aws_sdk_cloudformation::error::ProvideErrorMetadata as _;
use aws_sdk_cloudformation::operation::describe_type::DescribeTypeOutput;
use aws_sdk_cloudformation::types::{ProvisioningType, RegistryType};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use serde_json::{Map, Value};

use super::problem::{if_exists, problem};
use super::retry::{First, Progress};
use super::service::{Dispatch, Find};
use super::{Aws, AwsReader};
use crate::error::{Error, Result};
use crate::observe::{Found, Reader as _};
use crate::resources::other::{Call, Identifier, Other, Schema};
use crate::resources::{Ids, OwnershipTag, Resource, typed_kinds};

/// How many resources are read at once. Cloud Control allows an account a few calls a second.
const AT_ONCE: usize = 4;

/// The hint for an emulator that does not know `DescribeType`.
const NO_REGISTRY: &str = "use an endpoint with the CloudFormation registry: without it, only the kinds in \
                           `docs/template-support.md` are supported";

impl Find for Other {
    /// Reads the resource that its own properties identify; otherwise searches all resources of its kind.
    async fn find(&self, reader: &AwsReader, tag: &OwnershipTag) -> Result<Option<Found>> {
        if let Some(identifier) = self.own_identifier() {
            let found = reader.aws.resource(self, &identifier).await?;
            return Ok(found.map(|one| found_as(one, tag)));
        }
        let listed = reader.listed(self).await?;
        let likely: Vec<_> = listed.iter().filter(|one| may_be(self, one)).cloned().collect();
        let all = reader.read(self, likely).await?;
        let found = self.among(all.iter().map(|one| ((), one)), tag);
        Ok(found.map(|((), one)| found_as(one.clone(), tag)))
    }
}

impl AwsReader {
    /// Finds the resource of a kind that has this ownership tag, by the ARN that the tagging API returns.
    ///
    /// Most ARNs contain the identifier or its last part: the resources for which that is so are read first, and the
    /// others only when none of the first has the ownership tag.
    pub(super) async fn tagged_other(&self, kind: &str, arn: &str, tag: &OwnershipTag) -> Result<Option<Found>> {
        let Some(mut bare) = Other::new(kind, Map::new()) else { return Ok(None) };
        bare.logical_id.clone_from(&tag.logical_id);
        bare.schema = Some(self.schema(kind).await?);
        let listed = self.listed(&bare).await?;
        let last_part = |one: &ResourceDescription| {
            one.identifier().and_then(|all| all.rsplit(['/', ':', '|']).next()).unwrap_or_default().to_owned()
        };
        let (likely, rest) = listed.iter().cloned().partition(|one| arn.contains(&last_part(one)));
        for listed in [likely, rest] {
            let all = self.read(&bare, listed).await?;
            if let Some(one) = all.into_iter().find(|one| one.has_tag(tag)) {
                return Ok(Some(found_as(one, tag)));
            }
        }
        Ok(None)
    }

    /// Lists all resources of a kind. A kind that AWS lists by a property gives those with the same value; where that
    /// value is not known, the list is empty.
    async fn listed(&self, of: &Other) -> Result<Arc<Vec<ResourceDescription>>> {
        let Some(model) = of.listed_by() else { return Ok(Arc::default()) };
        let (kind, model) = (&of.type_name, (!model.is_empty()).then(|| Value::Object(model).to_string()));
        let question = format!("{kind} {}", model.as_deref().unwrap_or_default());
        self.answers.others.once(&question, self.aws.resources(kind, model)).await
    }

    /// Reads these resources and returns those that still exist, sorted by identifier.
    async fn read(&self, of: &Other, listed: Vec<ResourceDescription>) -> Result<Vec<Other>> {
        let read = stream::iter(listed.into_iter().filter_map(|one| one.identifier))
            .map(async |identifier| self.aws.resource(of, &Identifier::new(identifier)).await)
            .buffer_unordered(AT_ONCE)
            .try_collect::<Vec<_>>()
            .await?;
        let mut all: Vec<_> = read.into_iter().flatten().collect();
        all.sort_by(|one, other| one.identifier.cmp(&other.identifier));
        Ok(all)
    }
}

impl Dispatch for Call {
    async fn dispatch(&self, aws: &Aws) -> Result<Ids> {
        match self {
            Call::CreateResource { type_name: kind, desired_state } => {
                let request =
                    aws.cloudcontrol.create_resource().type_name(kind).desired_state(desired_state.to_string());
                let doing = format!("creating {kind}");
                let answer = request.send().await.map_err(|error| problem(&doing, &error))?;
                let done = aws.ended(&doing, answer.progress_event).await?;
                let identifier = Identifier::new(done.identifier.unwrap_or_default());
                let Some(bare) = Other::new(kind, Map::new()) else { return Ok(Ids::new()) };
                let created = aws.resource(&bare, &identifier).await?;
                Ok(created.unwrap_or_else(|| bare.found(identifier, Map::new())).assigned())
            }
            Call::UpdateResource { type_name: kind, identifier, patch } => {
                let request = aws.cloudcontrol.update_resource().type_name(kind).identifier(identifier.as_str());
                let doing = format!("updating {kind} {identifier}");
                let answer = request.patch_document(patch.to_string()).send().await;
                let answer = answer.map_err(|error| problem(&doing, &error))?;
                aws.ended(&doing, answer.progress_event).await.map(|_| Ids::new())
            }
            Call::DeleteResource { type_name: kind, identifier } => {
                let request = aws.cloudcontrol.delete_resource().type_name(kind).identifier(identifier.as_str());
                let doing = format!("deleting {kind} {identifier}");
                let Some(answer) = if_exists(&doing, request.send().await)? else { return Ok(Ids::new()) };
                aws.ended(&doing, answer.progress_event).await.map(|_| Ids::new())
            }
        }
    }
}

impl Aws {
    /// The registry's schema of a kind.
    pub(super) async fn registry_schema(&self, kind: &str) -> Result<Schema> {
        let doing = format!("reading the schema of the kind {kind}");
        let request = self.cloudformation.describe_type().r#type(RegistryType::Resource).type_name(kind);
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) if error.code() == Some("TypeNotFoundException") => {
                let hint = closest(kind).map_or_else(
                    || "correct the `Type` in the template".to_owned(),
                    |similar| format!("correct the `Type` in the template, for example to {similar}"),
                );
                return Err(Error::new(doing, "AWS has no such resource type in this region").hint(hint));
            }
            Err(error) if error.code() == Some("InvalidAction") => {
                let hint = closest(kind).map_or_else(
                    || NO_REGISTRY.to_owned(),
                    |similar| format!("if {similar} is meant, correct the `Type`; otherwise {NO_REGISTRY}"),
                );
                return Err(problem(doing, &error).hint(hint));
            }
            Err(error) => return Err(problem(doing, &error)),
        };
        schema_in(doing, &answer)
    }

    async fn resources(&self, kind: &str, model: Option<String>) -> Result<Vec<ResourceDescription>> {
        let request = self.cloudcontrol.list_resources().type_name(kind).set_resource_model(model);
        let all = request.into_paginator().items().send().try_collect().await;
        all.map_err(|error| problem(format!("listing the resources of kind {kind}"), &error))
    }

    async fn resource(&self, wanted: &Other, identifier: &Identifier) -> Result<Option<Other>> {
        let kind = &wanted.type_name;
        let doing = || format!("reading {kind} {identifier}");
        let request = self.cloudcontrol.get_resource().type_name(kind).identifier(identifier.as_str());
        let Some(answer) = if_exists(doing(), request.send().await)? else { return Ok(None) };
        let text = answer.resource_description.and_then(|one| one.properties).unwrap_or_default();
        let properties = serde_json::from_str(&text).map_err(|error| Error::new(doing(), error))?;
        Ok(Some(wanted.found(identifier.clone(), properties)))
    }

    /// Waits until Cloud Control has completed a request.
    async fn ended(&self, doing: &str, begun: Option<ProgressEvent>) -> Result<ProgressEvent> {
        let token = begun.as_ref().and_then(|event| event.request_token.clone()).unwrap_or_default();
        if let Some(Progress::Ready(event)) = begun.map(|event| progress(doing, event)).transpose()? {
            return Ok(event);
        }
        let poll = || async {
            let request = self.cloudcontrol.get_resource_request_status().request_token(&token);
            let answer = request.send().await.map_err(|error| problem(doing, &error))?;
            answer.progress_event.map_or(Ok(Progress::Underway), |event| progress(doing, event))
        };
        self.waits.until_ready(First::AtOnce, poll).await?.ok_or_else(|| {
            Error::new(doing, "the operation did not end within two minutes").hint("run the same command again")
        })
    }
}

/// The schema in the registry's answer. CloudFormation handles some older kinds by itself, such as `AWS::IAM::Policy`:
/// the registry calls them non-provisionable, and Cloud Control refuses each call for them.
fn schema_in(doing: String, answer: &DescribeTypeOutput) -> Result<Schema> {
    if answer.provisioning_type() == Some(&ProvisioningType::NonProvisionable) {
        return Err(Error::new(doing, "only CloudFormation can create this kind, Cloud Control cannot")
            .hint("apply this template with `--engine cloudformation`, or write another kind in its place"));
    }
    Schema::from_registry(answer.schema().unwrap_or_default()).map_err(|error| Error::new(doing, error))
}

/// The kind with a type here that a misspelt one is most similar to.
fn closest(kind: &str) -> Option<&'static str> {
    similar::get_close_matches(kind, &typed_kinds(), 1, 0.9).first().copied()
}

fn progress(doing: &str, event: ProgressEvent) -> Result<Progress<ProgressEvent>> {
    match event.operation_status {
        Some(OperationStatus::Success) => Ok(Progress::Ready(event)),
        Some(OperationStatus::Failed | OperationStatus::CancelComplete) => {
            let code = event.error_code.map(|code| format!(" ({})", code.as_str())).unwrap_or_default();
            let message = event.status_message.unwrap_or_else(|| "it failed, without a reason".to_owned());
            Err(Error::new(doing, format!("{message}{code}")))
        }
        _ => Ok(Progress::Underway),
    }
}

/// Whether a listed resource may be the wanted one. Many kinds list only identifiers, which contain the name.
fn may_be(wanted: &Other, listed: &ResourceDescription) -> bool {
    let Some(name) = wanted.given_name() else { return true };
    let properties: Map<String, Value> =
        listed.properties().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let identifier = listed.identifier().unwrap_or_default();
    match wanted.found(Identifier::new(identifier), properties).given_name() {
        Some(listed) => listed == name,
        None => identifier.contains(name),
    }
}

fn found_as(one: Other, tag: &OwnershipTag) -> Found {
    let (ids, owner) = (one.assigned(), one.owner(tag));
    Found::new(Resource::Other(one), ids, owner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_kind_with_a_type_is_proposed_for_a_misspelt_one() {
        assert_eq!(closest("AWS::Lamda::Function"), Some("AWS::Lambda::Function"));
        assert_eq!(closest("AWS::SQS::Queue"), None);
    }

    #[test]
    fn a_kind_without_handlers_is_refused_before_the_first_call() {
        let schema = r#"{"primaryIdentifier": ["/properties/Id"], "properties": {"Id": {"type": "string"}}}"#;
        let answer = |how| DescribeTypeOutput::builder().schema(schema).provisioning_type(how).build();
        let read = |how| schema_in("reading the schema of the kind AWS::IAM::Policy".to_owned(), &answer(how));
        assert!(read(ProvisioningType::FullyMutable).is_ok());
        let error = read(ProvisioningType::NonProvisionable).unwrap_err().to_string();
        assert!(error.contains("only CloudFormation can create this kind"), "{error}");
        assert!(error.contains("--engine cloudformation"), "{error}");
    }
}
