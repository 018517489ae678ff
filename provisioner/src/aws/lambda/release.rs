//! Versions and aliases.

use std::collections::BTreeMap;

use aws_sdk_lambda::types::AliasRoutingConfiguration;

use super::super::Aws;
use super::super::problem::{if_exists, overtaken, problem};
use super::super::retry::First;
use super::super::service::{Dispatch, Find};
use super::function::observed;
use super::ready::first_poll;
use crate::error::{Error, ErrorKind, Result};
use crate::hint::Hint;
use crate::resources::alias::{self, RoutingConfig, VersionWeight};
use crate::resources::served::LATEST;
use crate::resources::version::{self, LATEST_REVISION, PUBLISHED_ARN, PUBLISHED_VERSION, Version};
use crate::resources::{Ids, OwnershipTag, Tags};

impl Dispatch for version::Call {
    async fn dispatch(&self, aws: &Aws) -> Result<Ids> {
        match self {
            version::Call::PublishVersion { function_name, description, package, revision } => {
                aws.publish(function_name, description, package, revision).await
            }
            version::Call::DeleteFunction { function_name: name, version } => {
                let request = aws.lambda.delete_function().function_name(name).qualifier(version.to_string());
                if_exists(format!("deleting version {version} of function {name}"), request.send().await)?;
                Ok(Ids::new())
            }
        }
    }

    /// The version, if publishing again would create the same one.
    async fn took_effect(&self, aws: &Aws, _found: Option<Ids>) -> Option<Ids> {
        let version::Call::PublishVersion { function_name, package, .. } = self else { return None };
        aws.published(function_name, package).await.ok().flatten()
    }
}

impl Dispatch for alias::Call {
    async fn dispatch(&self, aws: &Aws) -> Result<Ids> {
        let lambda = &aws.lambda;
        match self {
            alias::Call::Invoke { function_name, version, check } => {
                let (_, objection) = aws.check(function_name, Some(version), check).await?;
                let Some(objection) = objection else { return Ok(Ids::new()) };
                let failed = format!("version {version} of function {function_name} failed its smoke test");
                Err(Error::new(failed, format!("{}: {objection}", check.name)).of_kind(ErrorKind::Unfit))
            }
            alias::Call::GetFunction { function_name, version } => {
                aws.function_is_ready(function_name, Some(version), First::AtOnce).await?;
                Ok(Ids::new())
            }
            alias::Call::GetMetricData(watch) => {
                aws.watch(watch).await?;
                Ok(Ids::new())
            }
            alias::Call::GetAlias { function_name: function, name, version } => {
                let now = aws.alias_now(function, name).await?;
                if now.version == *version {
                    return Ok(now.ids);
                }
                Err(overtaken(format!("reading alias {name} of function {function}"), &now.summary))
            }
            alias::Call::CreateAlias { function_name: function, name, version, routing, description } => {
                let request = lambda.create_alias().function_name(function).name(name);
                let shares = (!routing.additional_version_weights.is_empty()).then(|| sdk_routing(routing));
                let request = request.set_routing_config(shares);
                let request = request.function_version(version).description(description);
                let doing = || format!("creating alias {name} of function {function}");
                let answer = request.send().await.map_err(|error| problem(doing(), &error))?;
                Ok(alias_ids(answer.alias_arn, answer.revision_id))
            }
            alias::Call::UpdateAlias { function_name: function, name, version, routing, description, revision } => {
                let request = lambda.update_alias().function_name(function).name(name).revision_id(revision);
                let request = request.function_version(version).description(description);
                // Without this field, an earlier weight would remain.
                let request = request.routing_config(sdk_routing(routing));
                let answer = request.send().await.map_err(|error| problem(moving(name, function, version), &error))?;
                Ok(alias_ids(answer.alias_arn, answer.revision_id))
            }
            alias::Call::DeleteAlias { function_name: function, name } => {
                let answer = lambda.delete_alias().function_name(function).name(name).send().await;
                if_exists(format!("deleting alias {name} of function {function}"), answer)?;
                Ok(Ids::new())
            }
        }
    }

    /// Names the version that the alias points at now, if that can be read.
    async fn overtaken(&self, aws: &Aws, error: Error) -> Error {
        let alias::Call::UpdateAlias { function_name: function, name, version, .. } = self else { return error };
        match aws.alias_now(function, name).await {
            Ok(now) => overtaken(moving(name, function, version), &now.summary),
            Err(_) => error,
        }
    }
}

impl Aws {
    async fn publish(&self, name: &str, description: &str, package: &str, revision: &str) -> Result<Ids> {
        let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let request = self
            .lambda
            .publish_version()
            .function_name(name)
            .set_description(given(description))
            .set_code_sha256(given(package))
            .set_revision_id(given(revision));
        let answer = self.on_function("publishing a version of", name, "", || request.clone().send()).await?;
        let first = first_poll(answer.state.as_ref(), answer.last_update_status.as_ref());
        let version = answer.version.unwrap_or_default();
        let mut latest = self.are_ready(name, &version, first).await?;
        let mut ids = version_ids(version, answer.function_arn.unwrap_or_default());
        // The documentation does not say whether publishing gives the function itself a new revision.
        ids.extend(latest.remove(Ids::REVISION_ID).map(|revision| (LATEST_REVISION.to_owned(), revision)));
        Ok(ids)
    }

    /// The newest version, if publishing `package` now would create the same one: publishing does not change `$LATEST`.
    async fn published(&self, name: &str, package: &str) -> Result<Option<Ids>> {
        let Some(latest) = self.read_function(name).await? else { return Ok(None) };
        let latest = observed(name, latest);
        if !package.is_empty() && latest.code.sha256 != package {
            return Ok(None);
        }
        let properties = version::Properties { function_name: name.to_owned(), description: String::new() };
        let of_its_content = Version { release: latest.release(), ..properties.into() };
        let no_tag = OwnershipTag::of(&Tags::new());
        let Some(found) = of_its_content.find(&self.reader(), &no_tag).await? else { return Ok(None) };
        let version = found.ids.get(Ids::VERSION).cloned().unwrap_or_default();
        let mut latest = self.are_ready(name, &version, First::AtOnce).await?;
        let revision = latest.remove(Ids::REVISION_ID).map(|revision| (LATEST_REVISION.to_owned(), revision));
        let mut ids = found.ids;
        ids.extend(revision);
        Ok(Some(ids))
    }

    /// The ids that a call that updates and publishes a function returns, if the newest version is equal to the
    /// function.
    pub(super) async fn was_published(&self, name: &str) -> Result<Option<Ids>> {
        match self.published(name, "").await?.and_then(|ids| ids.get(Ids::VERSION).cloned()) {
            Some(version) => self.is_published(name, &version, First::AtOnce).await.map(Some),
            None => Ok(None),
        }
    }

    /// Waits for a function and for the version that the same call published.
    pub(super) async fn is_published(&self, name: &str, version: &str, first: First) -> Result<Ids> {
        if version == LATEST {
            let cause = "Lambda wrote the function but did not publish a version";
            return Err(Error::new(format!("publishing a version of function {name}"), cause).hint(Hint::again()));
        }
        let mut ids = self.are_ready(name, version, first).await?;
        let arn = ids.get(Ids::ARN).cloned().unwrap_or_default();
        ids.insert(PUBLISHED_ARN.to_owned(), format!("{arn}:{version}"));
        ids.insert(PUBLISHED_VERSION.to_owned(), version.to_owned());
        Ok(ids)
    }
}

/// An alias as Lambda returns it now.
#[derive(Default)]
pub(in super::super) struct Now {
    /// Its ids, including the revision.
    pub(in super::super) ids: Ids,
    version: String,
    /// The versions that it points at, for messages.
    pub(in super::super) summary: String,
}

impl Aws {
    /// Reads the version that an alias points at. A deleted alias has no version.
    pub(in super::super) async fn alias_now(&self, function: &str, name: &str) -> Result<Now> {
        let answer = self.lambda.get_alias().function_name(function).name(name).send().await;
        let Some(answer) = if_exists(format!("reading alias {name} of function {function}"), answer)? else {
            return Ok(Now { summary: format!("{name} no longer exists"), ..Now::default() });
        };
        let version = answer.function_version.unwrap_or_default();
        let shares = routing(answer.routing_config).additional_version_weights;
        let shares = shares.iter().map(|VersionWeight { function_version: version, function_weight: share }| {
            format!(", and version {version} gets {}%", (share * 1000.0).round() / 10.0)
        });
        let summary = format!("{name} points to version {version} now{}", shares.collect::<String>());
        Ok(Now { ids: alias_ids(answer.alias_arn, answer.revision_id), version, summary })
    }
}

fn moving(name: &str, function: &str, version: &str) -> String {
    format!("moving alias {name} of function {function} to version {version}")
}

pub(super) fn routing(answer: Option<AliasRoutingConfiguration>) -> RoutingConfig {
    let weights: BTreeMap<_, _> =
        answer.and_then(|routing| routing.additional_version_weights).into_iter().flatten().collect();
    let weight = |(function_version, function_weight)| VersionWeight { function_version, function_weight };
    RoutingConfig { additional_version_weights: weights.into_iter().map(weight).collect() }
}

fn sdk_routing(routing: &RoutingConfig) -> AliasRoutingConfiguration {
    let weights = routing.additional_version_weights.iter();
    let weights = weights.map(|weight| (weight.function_version.clone(), weight.function_weight)).collect();
    AliasRoutingConfiguration::builder().set_additional_version_weights(Some(weights)).build()
}

pub(super) fn version_ids(version: String, arn: String) -> Ids {
    Ids::from([(Ids::REF, arn.clone()), ("FunctionArn", arn), (Ids::VERSION, version)])
}

fn alias_ids(arn: Option<String>, revision: Option<String>) -> Ids {
    let (arn, revision) = (arn.unwrap_or_default(), revision.unwrap_or_default());
    Ids::from([(Ids::REF, arn.clone()), ("AliasArn", arn), (Ids::REVISION_ID, revision)])
}
