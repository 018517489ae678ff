//! What callers of a function get now, for each path by which they call it.

use super::{Action, Step};
use crate::observe::{Found, Observed};
use crate::releases::Releases;
use crate::resources::alias::Alias;
use crate::resources::named::FunctionRef;
use crate::resources::route::Route;
use crate::resources::served::LATEST;
use crate::resources::version::release_name;
use crate::resources::{Resource, property};

/// What callers get.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Served {
    /// A published version, which callers call by its number or by another alias.
    Version(String),
    /// The unpublished function (`$LATEST`).
    Latest,
    /// The version that the alias points to.
    ByTheAlias,
}

/// How callers keep what they get now while the function changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Hold {
    /// The current function is published and put behind the alias.
    Published,
    /// A version that exists is put behind the alias.
    Version(String),
    /// The alias stays unchanged: an interrupted run has pointed it there but has not moved the callers.
    AsItIs,
}

/// What must happen before `function` changes, so that callers see no change before `alias` moves.
///
/// `None` where callers use the alias already, and where there are no callers yet: the function may then be the result
/// of an earlier run whose version failed its check. A function that this stack did not create may have callers that
/// are not known.
pub(super) fn hold(alias: &Step, function: &Step, steps: &[Step], observed: &Observed) -> Option<Hold> {
    let Resource::Alias(wanted) = &alias.resource else { return None };
    let found = observed.found.get(&alias.logical_id).map(|found| &found.resource);
    let now =
        found.and_then(|now| if let Resource::Alias(now) = now { Some(now.function_version.as_str()) } else { None });
    let releases = observed.releases.get(&wanted.function_name);
    let latest = observed.found.get(&function.logical_id).map(|found| &found.resource);
    let is_the_function = |version: &str| version == LATEST || same_release(version, releases, latest);
    match entries(&alias.id, steps, observed).filter_map(|uri| served(&uri, wanted, releases)).min() {
        Some(Served::Version(version)) if now == Some(version.as_str()) => Some(Hold::AsItIs),
        Some(Served::Version(version)) => Some(Hold::Version(version)),
        Some(Served::Latest) if now.is_some_and(|now| now != LATEST && is_the_function(now)) => Some(Hold::AsItIs),
        Some(Served::Latest) => Some(Hold::Published),
        Some(Served::ByTheAlias) => (now == Some(LATEST)).then_some(Hold::Published),
        None if now == Some(LATEST) => Some(Hold::Published),
        None => (now.is_none() && function.action == Action::Adopt).then_some(Hold::Published),
    }
}

/// Whether a version has the content that the function has now.
fn same_release(version: &str, releases: Option<&Releases>, function: Option<&Resource>) -> bool {
    let Some(Resource::Function(function)) = function else { return false };
    let mut published = releases.into_iter().flat_map(|releases| &releases.versions);
    let held = published.find(|one| one.number.to_string() == version);
    held.is_some_and(|held| held.release == release_name(&function.release()))
}

/// The URIs by which the stack's callers call the function now: those of its integrations, and the present ones of
/// routes that the plan points to another integration.
fn entries<'a>(alias: &'a str, steps: &'a [Step], observed: &'a Observed) -> impl Iterator<Item = String> + 'a {
    let found = |step: &Step| observed.found.get(&step.logical_id);
    steps.iter().filter_map(move |step| match (&step.resource, found(step)) {
        (Resource::Integration(_), Some(Found { resource: Resource::Integration(now), .. })) => {
            (exists(step) && step.needs.contains(alias)).then(|| now.integration_uri.clone())
        }
        (Resource::Route(_), Some(Found { resource: Resource::Route(now), .. })) => {
            let leads_to_it = |one: &Step| step.needs.contains(&one.id) && one.needs.contains(alias);
            (is_led_away(step) && steps.iter().any(leads_to_it)).then(|| now.calls.clone())
        }
        _ => None,
    })
}

fn exists(step: &Step) -> bool {
    matches!(step.action, Action::Keep | Action::Update | Action::Adopt)
}

/// Whether the plan points an existing route to another integration.
pub(super) fn is_led_away(step: &Step) -> bool {
    let moves = matches!((&step.resource, step.action), (Resource::Route(_), Action::Update | Action::Adopt));
    moves && step.changes.iter().any(|change| change.is_of(property!(Route.target)))
}

/// Whether a URI calls the function, with or without a qualifier.
pub(super) fn comes_to(uri: &str, function_name: &str) -> bool {
    FunctionRef::in_uri(uri).is_some_and(|function| function.name == function_name)
}

/// What callers of a URI get; `None` where the URI calls another function, or where its alias does not exist.
fn served(uri: &str, alias: &Alias, releases: Option<&Releases>) -> Option<Served> {
    let function = FunctionRef::in_uri(uri).filter(|function| function.name == alias.function_name)?;
    let qualifier = function.qualifier.unwrap_or(LATEST);
    if qualifier == alias.name {
        return Some(Served::ByTheAlias);
    }
    let version = match qualifier.parse::<u64>() {
        Ok(_) => qualifier,
        Err(_) if qualifier == LATEST => LATEST,
        Err(_) => &releases?.alias(qualifier)?.version,
    };
    Some(if version == LATEST { Served::Latest } else { Served::Version(version.to_owned()) })
}
