//! What AWS answers now about the resources that a template wants.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use futures_util::future::{join, join_all};
use futures_util::stream::{FuturesUnordered, StreamExt as _};

use crate::desired::{Desired, Wanted};
use crate::error::{Error, Result};
use crate::releases::Releases;
use crate::resources::other::Schema;
use crate::resources::taken::Taken;
use crate::resources::{Call, Ids, Mark, Owner, Resource, Stages};
use crate::template::{Known, Reference, references_in_text};

/// Answers questions and changes nothing: all that planning can be given.
pub trait Reader {
    /// The account that the credentials belong to.
    fn account(&self) -> impl Future<Output = Result<String>> + Send;

    /// What AWS's registry says of a kind that has no type here.
    fn schema(&self, kind: &str) -> impl Future<Output = Result<Schema>> + Send;

    /// What an API of somebody else does to the routes that are added to it.
    fn surroundings(&self, api_id: &str) -> impl Future<Output = Result<Surroundings>> + Send;

    /// The functions, APIs, log groups and roles that carry the stack's mark. Those that the template names may be left
    /// out: they are looked at anyway.
    fn marked(&self, desired: &Desired) -> impl Future<Output = Result<Vec<Leftover>>> + Send;

    /// The routes, integrations and permissions that carry the stack's mark, in what was observed.
    fn marked_parts(&self, stack: &str, observed: &Observed) -> impl Future<Output = Result<Vec<Leftover>>> + Send;

    /// The resource that a template's resource names, if it exists. The account may still stand in it as a reference:
    /// it is asked for beside. An error that [`Error::is_nowhere`] when it
    /// cannot, since what it would be part of does not exist.
    fn find(&self, wanted: &Resource, mark: &Mark) -> impl Future<Output = Result<Option<Found>>> + Send;

    /// The ids of an API's integrations: of one whose parts were looked for, without another call.
    fn integrations(&self, api_id: &str) -> impl Future<Output = Result<BTreeSet<String>>> + Send;

    /// What was published of a function, and its aliases; nothing where there is no such function.
    fn releases(&self, function_name: &str) -> impl Future<Output = Result<Option<Releases>>> + Send;
}

/// A resource that exists.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Its properties as AWS answers them, in their normal form.
    pub resource: Resource,
    /// What AWS assigned to it.
    pub ids: Ids,
    /// Whose it is.
    pub owner: Owner,
    /// Others that are the same resource of this stack: an interrupted replacement leaves the old one beside the
    /// new one. Which is which is told only when all that the wanted one refers to is known.
    pub twins: Vec<Twin>,
}

/// A resource that stands beside another of the same name in the template.
#[derive(Debug, Clone, PartialEq)]
pub struct Twin {
    /// Its properties.
    pub resource: Resource,
    /// What AWS assigned to it.
    pub ids: Ids,
}

impl Found {
    /// A resource that exists once.
    #[must_use]
    pub fn new(resource: Resource, ids: Ids, owner: Owner) -> Self {
        Self { resource, ids, owner, twins: Vec::new() }
    }

    /// The same, with the twin that is as `wanted` in the first place, if there is one.
    #[must_use]
    pub fn led_by(mut self, wanted: &Resource) -> Self {
        let equal = |one: &Resource| wanted.changes_from(one).is_empty();
        if !equal(&self.resource)
            && let Some(twin) = self.twins.iter_mut().find(|twin| equal(&twin.resource))
        {
            std::mem::swap(&mut self.resource, &mut twin.resource);
            std::mem::swap(&mut self.ids, &mut twin.ids);
        }
        self
    }

    /// The calls that remove the twins.
    #[must_use]
    pub fn remove_twins(&self) -> Stages<Call> {
        self.twins.iter().flat_map(|twin| twin.resource.delete(&twin.ids)).collect()
    }
}

/// An API that is attached to, as far as its owner decides about the routes on it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// `HTTP`, or `WEBSOCKET`, to which no route of an HTTP API can be added.
    pub protocol: String,
    /// Whether the API answers browsers' CORS questions by itself.
    pub cors: bool,
    /// Its stages.
    pub stages: Vec<SeenStage>,
}

/// A stage of an API that is attached to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SeenStage {
    /// Its name.
    pub name: String,
    /// Whether it serves a changed route at once.
    pub auto_deploy: bool,
    /// Whether every route has a throttle.
    pub throttled: bool,
    /// The keys of the routes that have a throttle of their own.
    pub throttled_routes: BTreeSet<String>,
}

/// Something that carries the stack's mark and that the template does not name.
#[derive(Debug, Clone, PartialEq)]
pub struct Leftover {
    /// Its name in the template that made it.
    pub logical_id: String,
    /// What it is.
    pub found: Found,
}

/// What AWS answered.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Observed {
    /// The account.
    pub account: String,
    /// What exists, by logical id.
    pub found: BTreeMap<String, Found>,
    /// What the registry says of the kinds that have no type here, by their names.
    pub schemas: BTreeMap<String, Schema>,
    /// What neither exists nor can be made, since what it is part of does not exist: why, by logical id.
    pub nowhere: BTreeMap<String, Error>,
    /// The APIs of somebody else that are attached to, by their ids.
    pub attached: BTreeMap<String, Surroundings>,
    /// APIs that permissions of the stack are for and that the template with these parameters has nothing to do with:
    /// the API, by the permission's logical id.
    pub elsewhere: BTreeMap<String, String>,
    /// What the template no longer names, where that was looked for.
    pub leftovers: Vec<Leftover>,
    /// Why that could not be looked for.
    pub leftovers_unknown: Option<Error>,
    /// The integrations that exist on the APIs where the stack remembers where a route of somebody else led, by API.
    pub integrations: BTreeMap<String, BTreeSet<String>>,
    /// What was published of the functions that the template publishes versions of, by function name.
    pub releases: BTreeMap<String, Releases>,
}

/// Looks for every resource of `desired`, each the moment that all it is found by is known: those that have a name at
/// once, those that live inside another when that one was found.
///
/// # Errors
/// The first question that AWS refuses to answer.
pub async fn observe(reader: &impl Reader, desired: &Desired) -> Result<Observed> {
    let (observed, releases) = join(look(reader, desired), releases(reader, desired)).await;
    let mut observed = observed.map_err(before_any_write)?;
    observed.releases = releases.map_err(before_any_write)?;
    observed.integrations = integrations(reader, &observed).await.map_err(before_any_write)?;
    Ok(observed)
}

/// The integrations beside those that remember a route: one of them is where it led. They were all in one list.
async fn integrations(reader: &impl Reader, observed: &Observed) -> Result<BTreeMap<String, BTreeSet<String>>> {
    let mut all = BTreeMap::new();
    let left_over = observed.leftovers.iter().map(|one| &one.found);
    for found in observed.found.values().chain(left_over) {
        let Resource::Integration(integration) = &found.resource else { continue };
        if !Taken::all_in(&integration.description).is_empty() {
            all.insert(integration.api_id.clone(), reader.integrations(&integration.api_id).await?);
        }
    }
    Ok(all)
}

/// All that was published: beside the first round, since functions have their names from the template.
async fn releases(reader: &impl Reader, desired: &Desired) -> Result<BTreeMap<String, Releases>> {
    let published = desired.resources.iter().filter_map(|wanted| {
        if let Resource::Version(version) = &wanted.resource { Some(version.function_name.as_str()) } else { None }
    });
    releases_of(reader, published).await
}

/// What was published of the template's functions, whether it publishes versions of them or not.
///
/// # Errors
/// The first question that AWS refuses to answer.
pub async fn published(reader: &impl Reader, desired: &Desired) -> Result<BTreeMap<String, Releases>> {
    let functions = desired.resources.iter().filter_map(|wanted| {
        if let Resource::Function(function) = &wanted.resource { Some(function.function_name.as_str()) } else { None }
    });
    releases_of(reader, functions).await
}

async fn releases_of<'a>(
    reader: &impl Reader,
    functions: impl Iterator<Item = &'a str>,
) -> Result<BTreeMap<String, Releases>> {
    let answers = join_all(functions.map(|function| reader.releases(function))).await;
    let found = answers.into_iter().filter_map(Result::transpose);
    found.map(|releases| releases.map(|releases| (releases.function_name.clone(), releases))).collect()
}

async fn look(reader: &impl Reader, desired: &Desired) -> Result<Observed> {
    let mut observed = Observed::default();
    let mut known = Known::default();
    let mut waiting: Vec<&Wanted> = desired.resources.iter().collect();
    let mut asked = FuturesUnordered::new();
    asked.push(ask(reader, desired, Question::Account));
    let untyped = desired.resources.iter().filter(|wanted| matches!(wanted.resource, Resource::Other(_)));
    let kinds: BTreeSet<_> = untyped.map(|wanted| wanted.resource.kind().to_owned()).collect();
    let attached = desired.resources.iter().filter_map(|wanted| {
        let Resource::Route(route) = &wanted.resource else { return None };
        // An API of the stack's own is still a reference here.
        references_in_text(&route.api_id).is_empty().then(|| route.api_id.clone())
    });
    let attached: BTreeSet<_> = attached.collect();
    asked.extend(attached.into_iter().map(|api_id| ask(reader, desired, Question::Surroundings(api_id))));
    asked.extend(kinds.into_iter().map(|kind| ask(reader, desired, Question::Schema(kind))));
    loop {
        let filled = waiting.iter().map(|wanted| (*wanted, observed.told(wanted.resource.fill(&known))));
        let ready: Vec<_> = filled.filter(|(_, resource)| resource.can_be_found()).collect();
        waiting.retain(|wanted| !ready.iter().any(|(one, _)| one.logical_id == wanted.logical_id));
        asked.extend(
            ready.into_iter().map(|(one, resource)| ask(reader, desired, Question::Find(one, resource.into()))),
        );
        // When nothing is under way, what still waits lives inside something that does not exist.
        let Some(answer) = asked.next().await else {
            observed.elsewhere = elsewhere(reader, &observed).await?;
            return Ok(observed);
        };
        match answer {
            Answer::Account(account) => {
                observed.account = account?;
                known.insert(Reference::account(), &observed.account);
            }
            Answer::Schema(kind, schema) => {
                observed.schemas.insert(kind, schema?);
            }
            Answer::Surroundings(api_id, answer) => match answer {
                Err(error) if error.is_nowhere() => {} // its routes say so
                answer => drop(observed.attached.insert(api_id, answer?)),
            },
            Answer::Resource(wanted, answer) => match *answer {
                Err(error) if error.is_nowhere() => {
                    observed.nowhere.insert(wanted.logical_id.clone(), error);
                }
                answer => {
                    let Some(found) = answer? else { continue };
                    for (reference, value) in found.resource.known(&wanted.logical_id, &desired.place, &found.ids) {
                        known.insert(reference, value);
                    }
                    observed.found.insert(wanted.logical_id.clone(), found);
                }
            },
        }
    }
}

/// Whoever meets an error wants to know first what it has done.
fn before_any_write(error: Error) -> Error {
    error.exists("nothing was changed")
}

/// The APIs that permissions of the stack are for beside those that it is looked for on, if they still exist.
async fn elsewhere(reader: &impl Reader, observed: &Observed) -> Result<BTreeMap<String, String>> {
    let own = observed.found.values().filter_map(|found| found.ids.get("ApiId"));
    let looked_at: BTreeSet<&str> = own.chain(observed.attached.keys()).map(String::as_str).collect();
    let mut others = BTreeMap::new();
    for (logical_id, found) in &observed.found {
        let Resource::Permission(permission) = &found.resource else { continue };
        let Some(api_id) = permission.api_id().filter(|id| !looked_at.contains(id)) else { continue };
        match reader.surroundings(api_id).await {
            Err(error) if error.is_nowhere() => {}
            answer => {
                answer?;
                others.insert(logical_id.clone(), api_id.to_owned());
            }
        }
    }
    Ok(others)
}

/// What is asked of AWS.
enum Question<'a> {
    Account,
    Schema(String),
    Surroundings(String),
    Find(&'a Wanted, Box<Resource>),
}

/// What AWS answered to it.
enum Answer<'a> {
    Account(Result<String>),
    Schema(String, Result<Schema>),
    Surroundings(String, Result<Surroundings>),
    Resource(&'a Wanted, Box<Result<Option<Found>>>),
}

async fn ask<'a>(reader: &impl Reader, desired: &Desired, question: Question<'a>) -> Answer<'a> {
    match question {
        Question::Account => Answer::Account(reader.account().await),
        Question::Schema(kind) => {
            let schema = reader.schema(&kind).await;
            Answer::Schema(kind, schema)
        }
        Question::Surroundings(api_id) => {
            let surroundings = reader.surroundings(&api_id).await;
            Answer::Surroundings(api_id, surroundings)
        }
        Question::Find(wanted, resource) => {
            let mark = Mark { stack: desired.stack.as_str().to_owned(), logical_id: wanted.logical_id.clone() };
            Answer::Resource(wanted, reader.find(&resource, &mark).await.into())
        }
    }
}

/// As [`observe`], and besides all that carries the stack's mark and is not of the template. What may not be looked for
/// is no error: it is told, and nothing of it is removed.
///
/// # Errors
/// As [`observe`].
pub async fn observe_all(reader: &impl Reader, desired: &Desired) -> Result<Observed> {
    let stack = desired.stack.as_str();
    let (observed, marked) = join(observe(reader, desired), reader.marked(desired)).await;
    let mut observed = observed?;
    let parts = reader.marked_parts(stack, &observed).await;
    let all = marked.and_then(|marked| Ok([marked, parts?].concat()));
    match all {
        Ok(all) => {
            observed.leftovers = all.into_iter().filter(|one| !observed.has(&one.found)).collect();
            observed.integrations = integrations(reader, &observed).await.map_err(before_any_write)?;
        }
        Err(error) => observed.leftovers_unknown = Some(error),
    }
    Ok(observed)
}

impl Observed {
    /// Whether this is one of the resources that the template names.
    fn has(&self, other: &Found) -> bool {
        self.found.values().any(|found| {
            let twins = found.twins.iter().map(|twin| (&twin.resource, &twin.ids));
            let mut all = std::iter::once((&found.resource, &found.ids)).chain(twins);
            all.any(|(resource, ids)| resource.is_the_very(ids, &other.resource, &other.ids))
        })
    }

    /// The ids of the APIs that the stack has or had parts in.
    #[must_use]
    pub fn api_ids(&self) -> BTreeSet<String> {
        let all = self.found.values().flat_map(|found| {
            let twins = found.twins.iter().map(|twin| (&twin.resource, &twin.ids));
            std::iter::once((&found.resource, &found.ids)).chain(twins)
        });
        let ids = all.filter_map(|(resource, ids)| {
            if let Resource::Api(_) = resource {
                ids.get("ApiId").cloned()
            } else if let Resource::Permission(permission) = resource {
                // The one that an earlier run attached to, where the parameters name another now.
                permission.api_id().map(str::to_owned)
            } else {
                resource.part_of_api().map(str::to_owned)
            }
        });
        ids.collect()
    }

    /// The functions and aliases whose resource policies may have been asked for.
    #[must_use]
    pub fn callees(&self) -> BTreeSet<String> {
        let names = self.found.values().filter_map(|found| match &found.resource {
            Resource::Function(_) | Resource::Alias(_) => Some(found.resource.name()),
            Resource::Permission(permission) => Some(permission.function_name.clone()),
            Resource::Role(_)
            | Resource::LogGroup(_)
            | Resource::Version(_)
            | Resource::Url(_)
            | Resource::Api(_)
            | Resource::Integration(_)
            | Resource::Route(_)
            | Resource::Stage(_)
            | Resource::Table(_)
            | Resource::Other(_) => None,
        });
        names.collect()
    }
    /// The resource with what the registry says of its kind.
    #[must_use]
    pub fn told(&self, mut resource: Resource) -> Resource {
        if let Resource::Other(other) = &mut resource {
            other.schema = self.schemas.get(&other.type_name).cloned();
        }
        resource
    }
}
