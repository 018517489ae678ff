//! Published versions, aliases, and the revisions by which Lambda detects a concurrent change.

use super::lambda::{changeable, function_arn};
use super::{Execute, State, Stored, conflict, ids, missing};
use crate::observe::Found;
use crate::releases::{AliasState, Published, Releases};
use crate::resources::alias::{self, Alias, RoutingConfig};
use crate::resources::version::{self, Version, release_name, with_outside_settings};
use crate::resources::{Ids, Owner, OwnershipTag, Resource};

impl Stored for Version {
    fn find(&self, state: &State, _tag: &OwnershipTag) -> Option<Found> {
        let of_function = state.versions.iter().filter(|((function, _), _)| *function == self.function_name);
        let latest = state.functions.get(&self.function_name)?.release();
        let sought = with_outside_settings(self.release.clone(), &latest);
        let ((name, number), _) = of_function.rev().find(|(_, content)| content.release() == sought)?;
        Some(Found::new(Resource::Version(self.clone()), version_ids(name, *number), Owner::Ours))
    }
}

impl Stored for Alias {
    fn find(&self, state: &State, tag: &OwnershipTag) -> Option<Found> {
        let alias = state.aliases.get(&(self.function_name.clone(), self.name.clone()))?;
        let owner = tag.owner_by_description(&alias.description);
        Some(Found::new(Resource::Alias(alias.clone()), state.alias_ids(&alias.function_name, &alias.name), owner))
    }
}

impl Execute for version::Call {
    fn execute(&self, state: &mut State) -> Result<Ids, String> {
        match self {
            version::Call::PublishVersion { function_name: name, description, package, revision } => {
                state.publish_version(name, description, package, revision)
            }
            version::Call::DeleteFunction { function_name: function, version } => {
                let number = version.to_string();
                let points_to_it = |alias: &Alias| {
                    let shared = alias.routing_config.share_of(&number).is_some();
                    alias.function_name == *function && (alias.function_version == number || shared)
                };
                if state.aliases.values().any(points_to_it) {
                    return Err(conflict(&number));
                }
                state.versions.retain(|(of, published), _| of != function || u64::from(*published) != *version);
                Ok(Ids::new())
            }
        }
    }
}

impl Execute for alias::Call {
    fn execute(&self, state: &mut State) -> Result<Ids, String> {
        use alias::Call;
        match self {
            Call::Invoke { function_name, version, .. } | Call::GetFunction { function_name, version } => {
                state.must_have(function_name, version)?;
                Ok(Ids::new())
            }
            Call::GetMetricData(watch) => {
                state.must_have(&watch.function_name, &watch.version)?;
                state.must_have(&watch.function_name, &watch.other_version)?;
                state.must_be_at(&format!("{}:{}", watch.function_name, watch.alias), &watch.revision)?;
                Ok(Ids::new())
            }
            Call::GetAlias { function_name: function, name, version } => {
                let found = state.aliases.get(&(function.clone(), name.clone())).ok_or_else(|| missing(name))?;
                match found.function_version == *version {
                    true => Ok(state.alias_ids(function, name)),
                    false => Err(format!("{name} points to {}", found.function_version)),
                }
            }
            Call::CreateAlias { function_name: function, name, version, routing, description } => {
                if state.aliases.contains_key(&(function.clone(), name.clone())) {
                    return Err(conflict(name));
                }
                state.put_alias(function, name, version, routing, description)
            }
            Call::UpdateAlias { function_name: function, name, version, routing, description, revision } => {
                if !state.aliases.contains_key(&(function.clone(), name.clone())) {
                    return Err(missing(name));
                }
                state.must_be_at(&format!("{function}:{name}"), revision)?;
                state.put_alias(function, name, version, routing, description)
            }
            Call::DeleteAlias { function_name: function, name } => {
                state.aliases.remove(&(function.clone(), name.clone()));
                state.permissions.retain(|(of, _), _| *of != format!("{function}:{name}"));
                Ok(Ids::new())
            }
        }
    }
}

impl State {
    /// The revision of a function, or of an alias (`function:alias`).
    pub(super) fn revision(&self, of: &str) -> String {
        format!("revision-{}", self.revisions.get(of).copied().unwrap_or_default())
    }

    /// Every change results in a new revision: of properties, of tags, of the resource policy.
    pub(super) fn revise(&mut self, of: &str) {
        *self.revisions.entry(of.to_owned()).or_default() += 1;
    }

    pub(super) fn must_be_at(&self, of: &str, revision: &str) -> Result<(), String> {
        match revision.is_empty() || self.revision(of) == revision {
            true => Ok(()),
            false => Err(format!("PreconditionFailedException: {of} is not at {revision}")),
        }
    }

    pub(super) fn releases(&self, function: &str) -> Option<Releases> {
        let code_sha256 = self.functions.get(function)?.code.sha256.clone();
        let versions = self.versions.iter().filter(|((of, _), _)| of == function);
        let versions = versions.map(|((_, number), content)| Published {
            number: u64::from(*number),
            when: "2026-11-25T12:00:00.000+0000".to_owned(),
            release: release_name(&content.release()),
            description: content.description.clone(),
        });
        let aliases = self.aliases.iter().filter(|((of, _), _)| of == function);
        let aliases = aliases.map(|((_, name), alias)| AliasState {
            name: name.clone(),
            version: alias.function_version.clone(),
            routing: alias.routing_config.clone(),
            description: alias.whole_description(),
            revision: self.revision(&format!("{function}:{name}")),
        });
        Some(Releases {
            function_name: function.to_owned(),
            last_change: "2026-11-25T12:00:00.000+0000".to_owned(),
            code_sha256,
            versions: versions.collect(),
            aliases: aliases.collect(),
        })
    }

    fn publish_version(&mut self, name: &str, description: &str, package: &str, revision: &str) -> Result<Ids, String> {
        self.must_be_at(name, revision)?;
        let content = self.functions.get(name).ok_or_else(|| missing(name))?;
        changeable(content)?;
        if !package.is_empty() && package != content.code.sha256 {
            return Err(format!("InvalidParameterValueException: {name} does not hold {package}"));
        }
        let number = self.publish(name, Some(description));
        let mut assigned = version_ids(name, number);
        assigned.insert("LatestRevisionId".to_owned(), self.revision(name));
        Ok(assigned)
    }

    /// Publishes a function with its current content, and with its own description unless another is given.
    pub(super) fn publish(&mut self, name: &str, description: Option<&str>) -> u32 {
        let Some(content) = self.functions.get(name).cloned() else { return 0 };
        let newest = self.versions.iter().rfind(|((function, _), _)| function == name);
        match newest {
            // Lambda does not publish a new version if nothing has changed since the last one.
            Some(((_, number), last)) if last.release() == content.release() => *number,
            _ => {
                let number = newest.map_or(1, |((_, number), _)| number + 1);
                let description = description.map_or_else(|| content.description.clone(), str::to_owned);
                let mut content = content;
                content.description = description;
                content.tags.clear();
                content.reserved_concurrent_executions = None;
                self.versions.insert((name.to_owned(), number), content);
                self.revise(name); // the strictest reading: publishing is a change of the function too
                number
            }
        }
    }

    fn put_alias(
        &mut self,
        function: &str,
        name: &str,
        version: &str,
        routing: &RoutingConfig,
        description: &str,
    ) -> Result<Ids, String> {
        self.must_have(function, version)?;
        for weight in &routing.additional_version_weights {
            self.must_have(function, &weight.function_version)?;
            if self.role_of(function, version) != self.role_of(function, &weight.function_version) {
                return Err(format!("InvalidParameterValueException: {version} and {weight:?} have different roles"));
            }
        }
        let alias = Alias::seen(function, name, version, routing.clone(), description);
        self.aliases.insert((function.to_owned(), name.to_owned()), alias);
        self.revise(&format!("{function}:{name}"));
        Ok(self.alias_ids(function, name))
    }

    fn role_of(&self, function: &str, version: &str) -> Option<&str> {
        let content = self.versions.get(&(function.to_owned(), version.parse().ok()?))?;
        Some(&content.role)
    }

    fn must_have(&self, function: &str, version: &str) -> Result<(), String> {
        let number = version.parse().map_err(|_| format!("no version number: {version}"))?;
        match self.versions.contains_key(&(function.to_owned(), number)) {
            true => Ok(()),
            false => Err(missing(version)),
        }
    }

    fn alias_ids(&self, function: &str, name: &str) -> Ids {
        let arn = format!("{}:{name}", function_arn(function));
        ids([("Ref", &arn), ("AliasArn", &arn), ("RevisionId", &self.revision(&format!("{function}:{name}")))])
    }
}

fn version_ids(function: &str, number: u32) -> Ids {
    let arn = format!("{}:{number}", function_arn(function));
    ids([("Ref", &arn), ("FunctionArn", &arn), ("Version", &number.to_string())])
}
