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
use crate::releases::{Led, Published, Releases};
use crate::resources::alias::Alias;
use crate::resources::version::{Version, beside_too, release_name};
use crate::resources::{Ids, Mark, Owner, Resource};

impl Find for Version {
    /// Finds the newest version with the wanted release.
    async fn find(&self, reader: &AwsReader, _mark: &Mark) -> Result<Option<Found>> {
        let name = &self.function_name;
        let versions = reader.versions_of(name);
        let (versions, account) = tokio::try_join!(versions, reader.known_account())?;
        let wanted_release = account.fill(&self.release);
        let latest = versions.iter().flatten().find(|one| number(one).is_none());
        let sought =
            beside_too(wanted_release.clone(), &latest.map(|latest| release(name, latest)).unwrap_or_default());
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
    async fn find(&self, reader: &AwsReader, mark: &Mark) -> Result<Option<Found>> {
        let aliases = reader.aliases_of(&self.function_name).await?;
        let led = aliases.iter().flatten().find(|led| led.name == self.name);
        let owner = |led: &Led| mark.owner_by_description(&led.description);
        Ok(led.map(|led| found_alias(&self.function_name, led, owner(led))))
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
    pub(in super::super) async fn aliases_of(&self, name: &str) -> Result<Arc<Option<Vec<Led>>>> {
        let ask = async { if self.has_no_function(name).await { Ok(None) } else { self.aws.list_aliases(name).await } };
        self.aliases.once(name, ask).await
    }

    /// All published versions of a function; `None` when the function does not exist.
    async fn versions_of(&self, name: &str) -> Result<Arc<Option<Vec<FunctionConfiguration>>>> {
        let ask =
            async { if self.has_no_function(name).await { Ok(None) } else { self.aws.list_versions(name).await } };
        self.versions.once(name, ask).await
    }
}

impl Aws {
    /// All published versions and, as `$LATEST`, the function itself; `None` when the function does not exist.
    async fn list_versions(&self, name: &str) -> Result<Option<Vec<FunctionConfiguration>>> {
        let pages = self.lambda.list_versions_by_function().function_name(name).into_paginator().items().send();
        if_exists(format!("listing the versions of function {name}"), pages.try_collect().await)
    }

    async fn list_aliases(&self, name: &str) -> Result<Option<Vec<Led>>> {
        let pages = self.lambda.list_aliases().function_name(name).into_paginator().items().send();
        let aliases = if_exists(format!("listing the aliases of function {name}"), pages.try_collect().await)?;
        Ok(aliases.map(|aliases| aliases.into_iter().map(led).collect()))
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
pub(in super::super) fn found_alias(function: &str, led: &Led, owner: Owner) -> Found {
    let resource = Alias::seen(function, &led.name, &led.version, led.routing.clone(), &led.description);
    let ids = Ids::from([(Ids::REVISION_ID.to_owned(), led.revision.clone())]);
    Found::new(Resource::Alias(resource), ids, owner)
}

fn led(alias: AliasConfiguration) -> Led {
    Led {
        name: alias.name.unwrap_or_default(),
        version: alias.function_version.unwrap_or_default(),
        routing: routing(alias.routing_config),
        description: alias.description.unwrap_or_default(),
        revision: alias.revision_id.unwrap_or_default(),
    }
}
