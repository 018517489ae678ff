//! Reads versions and aliases. Each function's lists are read once per run.

use std::sync::Arc;

use aws_sdk_lambda::operation::get_function::GetFunctionOutput;
use aws_sdk_lambda::types::{AliasConfiguration, FunctionConfiguration};
use serde_json::Value;

use super::super::problem::if_exists;
use super::super::service::Find;
use super::super::{Aws, AwsReader};
use super::function::observed;
use super::release::{routing, version_ids};
use crate::error::{Result, both};
use crate::observe::Found;
use crate::releases::{AliasState, Published, Releases};
use crate::resources::alias::Alias;
use crate::resources::version::{Version, release_name, with_outside_settings};
use crate::resources::{Ids, Owner, OwnershipTag, Resource};

impl Find for Version {
    /// Finds the newest version with the wanted release.
    async fn find(&self, reader: &AwsReader, _tag: &OwnershipTag) -> Result<Option<Found>> {
        let name = &self.function_name;
        let versions = reader.versions_of(name);
        let (versions, account) = tokio::try_join!(versions, reader.known_account())?;
        let wanted_release = account.fill(&self.release);
        let latest = versions.iter().flatten().find(|one| number(one).is_none());
        let sought = with_outside_settings(
            wanted_release.clone(),
            &latest.map(|latest| release(name, latest)).unwrap_or_default(),
        );
        let mut newest: Option<(u64, Ids)> = None;
        for configuration in versions.iter().flatten() {
            if let Some(number) = number(configuration)
                && newest.as_ref().is_none_or(|(newest, _)| number > *newest)
                && release(name, configuration) == sought
            {
                let arn = configuration.function_arn.clone().unwrap_or_default();
                newest = Some((number, version_ids(number.to_string(), arn)));
            }
        }
        let resource = Resource::Version(Version { release: wanted_release, ..self.clone() });
        Ok(newest.map(|(_, ids)| Found::new(resource, ids, Owner::Ours)))
    }
}

impl Find for Alias {
    async fn find(&self, reader: &AwsReader, tag: &OwnershipTag) -> Result<Option<Found>> {
        let aliases = reader.aliases_of(&self.function_name).await?;
        let alias = aliases.iter().flatten().find(|alias| alias.name == self.name);
        let owner = |alias: &AliasState| tag.owner_by_description(&alias.description);
        Ok(alias.map(|alias| found_alias(&self.function_name, alias, owner(alias))))
    }
}

impl AwsReader {
    pub(in super::super) async fn releases_of(&self, name: &str) -> Result<Option<Releases>> {
        let versions = self.versions_of(name);
        let (versions, aliases) = tokio::join!(versions, self.aliases_of(name));
        let (versions, aliases) = both(versions, aliases)?;
        let (Some(listed), Some(aliases)) = (versions.as_ref(), aliases.as_ref()) else { return Ok(None) };
        let mut releases = Releases { function_name: name.to_owned(), aliases: aliases.clone(), ..Releases::default() };
        for configuration in listed {
            let when = configuration.last_modified().unwrap_or_default().to_owned();
            match number(configuration) {
                Some(number) => releases.versions.push(Published {
                    number,
                    when,
                    release: release_name(&release(name, configuration)),
                    description: configuration.description().unwrap_or_default().to_owned(),
                }),
                None => {
                    releases.last_change = when;
                    releases.code_sha256 = configuration.code_sha256().unwrap_or_default().to_owned();
                }
            }
        }
        releases.versions.sort_by_key(|version| version.number);
        Ok(Some(releases))
    }

    /// All aliases of a function; `None` when the function does not exist.
    pub(in super::super) async fn aliases_of(&self, name: &str) -> Result<Arc<Option<Vec<AliasState>>>> {
        let ask = async { if self.has_no_function(name).await { Ok(None) } else { self.aws.list_aliases(name).await } };
        self.answers.aliases.once(name, ask).await
    }

    /// All published versions of a function; `None` when the function does not exist.
    async fn versions_of(&self, name: &str) -> Result<Arc<Option<Vec<FunctionConfiguration>>>> {
        let ask =
            async { if self.has_no_function(name).await { Ok(None) } else { self.aws.list_versions(name).await } };
        self.answers.versions.once(name, ask).await
    }
}

impl Aws {
    /// All published versions and, as `$LATEST`, the function itself; `None` when the function does not exist.
    async fn list_versions(&self, name: &str) -> Result<Option<Vec<FunctionConfiguration>>> {
        let pages = self.lambda.list_versions_by_function().function_name(name).into_paginator().items().send();
        if_exists(format!("listing the versions of function {name}"), pages.try_collect().await)
    }

    async fn list_aliases(&self, name: &str) -> Result<Option<Vec<AliasState>>> {
        let pages = self.lambda.list_aliases().function_name(name).into_paginator().items().send();
        let aliases = if_exists(format!("listing the aliases of function {name}"), pages.try_collect().await)?;
        Ok(aliases.map(|aliases| aliases.into_iter().map(alias_state).collect()))
    }
}

/// A version's number; `None` for the function itself.
fn number(configuration: &FunctionConfiguration) -> Option<u64> {
    configuration.version()?.parse().ok()
}

/// The release of a version.
fn release(name: &str, configuration: &FunctionConfiguration) -> Value {
    observed(name, GetFunctionOutput::builder().configuration(configuration.clone()).build()).release()
}

/// An alias from the list of a function.
pub(in super::super) fn found_alias(function: &str, alias: &AliasState, owner: Owner) -> Found {
    let resource = Alias::seen(function, &alias.name, &alias.version, alias.routing.clone(), &alias.description);
    let ids = Ids::from([(Ids::REVISION_ID.to_owned(), alias.revision.clone())]);
    Found::new(Resource::Alias(resource), ids, owner)
}

fn alias_state(alias: AliasConfiguration) -> AliasState {
    AliasState {
        name: alias.name.unwrap_or_default(),
        version: alias.function_version.unwrap_or_default(),
        routing: routing(alias.routing_config),
        description: alias.description.unwrap_or_default(),
        revision: alias.revision_id.unwrap_or_default(),
    }
}
