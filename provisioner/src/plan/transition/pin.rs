//! The version that callers of a function get now, for each path by which they call it, and how they keep it while
//! the function changes for the first time under this alias.

use schemars::JsonSchema;
use serde::Serialize;

use super::super::{Action, Step};
use super::is_repointed;
use crate::observe::Observed;
use crate::releases::Releases;
use crate::resources::Resource;
use crate::resources::alias::Alias;
use crate::resources::named::FunctionRef;
use crate::resources::served::LATEST;
use crate::resources::version::release_name;

/// How callers keep the current version while the function changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Pin {
    /// The current function is published, and the alias points to that version.
    Publish,
    /// The alias points to an existing version.
    Version(String),
    /// The alias stays unchanged: an interrupted run has pointed it there but has not moved the callers.
    InPlace,
}

/// What callers get now.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Serving {
    /// A published version, which callers call by its number or by another alias.
    Version(String),
    /// The unpublished function (`$LATEST`).
    Latest,
    /// The version that the alias points to.
    ByTheAlias,
}

/// The steps before `function` changes, so that callers see no change before the alias moves.
///
/// Callers get the current code of a function if they call it without an alias (the function was created by hand, or by
/// a template without an alias), by another alias, or by an alias that points to `$LATEST`. So before `$LATEST` changes,
/// the serving code is published, or the version that has it is taken; the alias is pointed there, and callers are
/// moved to the alias. Then the function is updated, its new version is tested, and the alias moves on.
///
/// `None` where callers use the alias already, and where there are no callers yet: the function may then be the result
/// of an earlier run whose version failed its smoke test. A function that this stack did not create may have callers
/// that are not known.
pub(super) fn decide(
    alias: &Step,
    wanted: &Alias,
    function: &Step,
    differences: &[Step],
    observed: &Observed,
) -> Option<Pin> {
    let now = if let Some(Resource::Alias(now)) = &alias.now { Some(now.function_version.as_str()) } else { None };
    let releases = observed.releases.get(&wanted.function_name);
    let is_the_function = |version: &str| version == LATEST || is_same_release(version, releases, function);
    match called_uris(&alias.id, differences).filter_map(|uri| serving(uri, wanted, releases)).min() {
        Some(Serving::Version(version)) if now == Some(version.as_str()) => Some(Pin::InPlace),
        Some(Serving::Version(version)) => Some(Pin::Version(version)),
        Some(Serving::Latest) if now.is_some_and(|now| now != LATEST && is_the_function(now)) => Some(Pin::InPlace),
        Some(Serving::Latest) => Some(Pin::Publish),
        Some(Serving::ByTheAlias) => (now == Some(LATEST)).then_some(Pin::Publish),
        None if now == Some(LATEST) => Some(Pin::Publish),
        None => (now.is_none() && function.action == Action::Adopt).then_some(Pin::Publish),
    }
}

/// Whether a version has the content that the function has now.
fn is_same_release(version: &str, releases: Option<&Releases>, function: &Step) -> bool {
    let Some(Resource::Function(function)) = &function.now else { return false };
    let mut published = releases.into_iter().flat_map(|releases| &releases.versions);
    let published = published.find(|one| one.number.to_string() == version);
    published.is_some_and(|one| one.release == release_name(&function.release()))
}

/// The URIs by which the stack's callers call the function now: those of its integrations, and the present ones of
/// routes that the plan points to another integration.
fn called_uris<'a>(alias: &'a str, differences: &'a [Step]) -> impl Iterator<Item = &'a str> {
    differences.iter().filter_map(move |step| match &step.now {
        Some(Resource::Integration(now)) => {
            let stays = matches!(step.action, Action::Keep | Action::Update | Action::Adopt);
            (stays && step.needs.contains(alias)).then_some(now.integration_uri.as_str())
        }
        Some(Resource::Route(now)) => {
            let calls_it = |one: &Step| {
                let is_integration = matches!(one.resource, Resource::Integration(_));
                is_integration && step.needs.contains(&one.id) && one.needs.contains(alias)
            };
            (is_repointed(step) && differences.iter().any(calls_it)).then_some(now.calls.as_str())
        }
        _ => None,
    })
}

/// What callers of a URI get; `None` where the URI calls another function, or where its alias does not exist.
fn serving(uri: &str, alias: &Alias, releases: Option<&Releases>) -> Option<Serving> {
    let function = FunctionRef::in_uri(uri).filter(|function| function.name == alias.function_name)?;
    let qualifier = function.qualifier.unwrap_or(LATEST);
    if qualifier == alias.name {
        return Some(Serving::ByTheAlias);
    }
    let version = match qualifier.parse::<u64>() {
        Ok(_) => qualifier,
        Err(_) if qualifier == LATEST => LATEST,
        Err(_) => &releases?.alias(qualifier)?.version,
    };
    Some(if version == LATEST { Serving::Latest } else { Serving::Version(version.to_owned()) })
}
