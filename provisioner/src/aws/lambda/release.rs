//! Versions and aliases: what callers get.

use aws_sdk_lambda::operation::get_function::GetFunctionOutput;
use futures_util::future::join;

use super::super::Aws;
use super::super::problem::{PLAN_AGAIN, gone_is_removed, is_missing, problem};
use super::function::observed;
use crate::error::{Error, Result};
use crate::observe::Found;
use crate::resources::alias::{self, Alias};
use crate::resources::version::{self, LATEST_REVISION, Version};
use crate::resources::{Ids, Mark, Owner, Resource};

impl Aws {
    /// The newest version that holds what is wanted.
    pub(in super::super) async fn find_version(&self, wanted: &Version) -> Result<Option<Found>> {
        let name = &wanted.function_name;
        let mut pages = self.lambda.list_versions_by_function().function_name(name).into_paginator().send();
        let mut newest: Option<(u64, Ids)> = None;
        while let Some(page) = pages.next().await {
            let page = match page {
                Ok(page) => page,
                Err(error) if is_missing(&error) => return Ok(None),
                Err(error) => return Err(problem(format!("listing the versions of function {name}"), &error)),
            };
            for configuration in page.versions.unwrap_or_default() {
                let arn = configuration.function_arn.clone().unwrap_or_default();
                let number = configuration.version.clone().and_then(|version| version.parse().ok());
                let answer = GetFunctionOutput::builder().configuration(configuration).build();
                if let Some(number) = number.filter(|number| newest.as_ref().is_none_or(|(newest, _)| number > newest))
                    && observed(name, answer).release() == wanted.release
                {
                    newest = Some((number, version_ids(number.to_string(), arn)));
                }
            }
        }
        let resource = Resource::Version(wanted.clone());
        Ok(newest.map(|(_, ids)| Found::new(resource, ids, Owner::Ours)))
    }

    pub(in super::super) async fn send_version(&self, call: &version::Call) -> Result<Ids> {
        let version::Call::PublishVersion { function_name: name, description, package, revision } = call;
        let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let request = self
            .lambda
            .publish_version()
            .function_name(name)
            .set_description(given(description))
            .set_code_sha256(given(package))
            .set_revision_id(given(revision));
        let answer = self.on_function("publishing a version of", name, "", || request.clone().send()).await?;
        let version = answer.version.unwrap_or_default();
        let (published, latest) =
            join(self.function_is_ready(name, Some(&version)), self.function_is_ready(name, None)).await;
        published?;
        let mut ids = version_ids(version, answer.function_arn.unwrap_or_default());
        // Whether publishing gives the function itself a new revision is not documented.
        ids.extend(latest?.remove("RevisionId").map(|revision| (LATEST_REVISION.to_owned(), revision)));
        Ok(ids)
    }

    /// The newest version, if it is what publishing `package` now would make: publishing leaves `$LATEST` as it is.
    pub(in super::super) async fn published(&self, name: &str, package: &str) -> Result<Option<Ids>> {
        let latest = self.lambda.get_function().function_name(name).send().await;
        let latest = latest.map_err(|error| problem(format!("reading function {name}"), &error))?;
        let latest = observed(name, latest);
        if !package.is_empty() && latest.code.sha256 != package {
            return Ok(None);
        }
        let holds_it = Version {
            function_name: name.to_owned(),
            description: String::new(),
            release: latest.release(),
            package: String::new(),
            revision: String::new(),
        };
        let Some(found) = self.find_version(&holds_it).await? else { return Ok(None) };
        let version = found.ids.get("Version").map(String::as_str);
        let (published, latest) = join(self.function_is_ready(name, version), self.function_is_ready(name, None)).await;
        published?;
        let revision = latest?.remove("RevisionId").map(|revision| (LATEST_REVISION.to_owned(), revision));
        Ok(Some(found.ids.into_iter().chain(revision).collect()))
    }

    pub(in super::super) async fn find_alias(&self, wanted: &Alias, mark: &Mark) -> Result<Option<Found>> {
        let (function, name) = (&wanted.function_name, &wanted.name);
        let found = match self.lambda.get_alias().function_name(function).name(name).send().await {
            Ok(found) => found,
            Err(error) if is_missing(&error) => return Ok(None),
            Err(error) => return Err(problem(format!("reading alias {name} of function {function}"), &error)),
        };
        let resource = Alias {
            name: name.clone(),
            function_name: function.clone(),
            function_version: found.function_version.unwrap_or_default(),
            description: found.description.unwrap_or_default(),
            check: None,
        };
        let owner = mark.owner_by_description(&resource.description);
        let ids = alias_ids(found.alias_arn, found.revision_id);
        Ok(Some(Found::new(Resource::Alias(resource), ids, owner)))
    }

    pub(in super::super) async fn send_alias(&self, call: &alias::Call) -> Result<Ids> {
        let lambda = &self.lambda;
        match call {
            alias::Call::Invoke { function_name, version, check } => {
                let answer = self.check(function_name, Some(version), check).await?;
                if answer.is_good() {
                    return Ok(Ids::new());
                }
                Err(Error::new(format!("checking version {version} of function {function_name}"), answer.told())
                    .hint("callers still get what they got before; mend it and run the same command again"))
            }
            alias::Call::GetAlias { function_name: function, name, version } => {
                let doing = || format!("reading alias {name} of function {function}");
                let answer = lambda.get_alias().function_name(function).name(name).send().await;
                let answer = answer.map_err(|error| problem(doing(), &error))?;
                match answer.function_version() {
                    Some(now) if now == version => Ok(alias_ids(answer.alias_arn, answer.revision_id)),
                    now => {
                        let now = now.unwrap_or_default();
                        let cause = format!("it was changed since planned: it leads to version {now}, not {version}");
                        Err(Error::new(doing(), cause).hint(PLAN_AGAIN))
                    }
                }
            }
            alias::Call::CreateAlias { function_name: function, name, version, description } => {
                let request = lambda.create_alias().function_name(function).name(name);
                let request = request.function_version(version).description(description);
                let doing = || format!("creating alias {name} of function {function}");
                let answer = request.send().await.map_err(|error| problem(doing(), &error))?;
                Ok(alias_ids(answer.alias_arn, answer.revision_id))
            }
            alias::Call::UpdateAlias { function_name: function, name, version, description, revision } => {
                let request = lambda.update_alias().function_name(function).name(name).revision_id(revision);
                let request = request.function_version(version).description(description);
                let doing = || format!("moving alias {name} of function {function} to version {version}");
                let answer = request.send().await.map_err(|error| problem(doing(), &error))?;
                Ok(alias_ids(answer.alias_arn, answer.revision_id))
            }
            alias::Call::DeleteAlias { function_name: function, name } => {
                let answer = lambda.delete_alias().function_name(function).name(name).send().await;
                gone_is_removed(format!("deleting alias {name} of function {function}"), answer)?;
                Ok(Ids::new())
            }
        }
    }
}

fn version_ids(version: String, arn: String) -> Ids {
    Ids::from([("Ref".to_owned(), arn.clone()), ("FunctionArn".to_owned(), arn), ("Version".to_owned(), version)])
}

fn alias_ids(arn: Option<String>, revision: Option<String>) -> Ids {
    let arn = arn.unwrap_or_default();
    Ids::from([
        ("Ref".to_owned(), arn.clone()),
        ("AliasArn".to_owned(), arn),
        ("RevisionId".to_owned(), revision.unwrap_or_default()),
    ])
}
