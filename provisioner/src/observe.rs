//! What AWS answers now about the resources that a template wants.

mod look;

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use futures_util::future::{OptionFuture, join_all, join3};

use self::look::look;
use crate::desired::Desired;
use crate::error::{Error, Result, all};
use crate::releases::Releases;
use crate::resources::function::Failure;
use crate::resources::other::Schema;
use crate::resources::taken::Taken;
use crate::resources::{Call, Ids, Mark, Owner, Resource, Stages};
use crate::template::{reserved, reserved_in};

/// Answers questions and changes nothing: all that planning can be given.
pub trait Reader {
    /// The account that the credentials belong to.
    fn account(&self) -> impl Future<Output = Result<String>> + Send;

    /// What AWS's registry says of a kind that has no type here.
    fn schema(&self, kind: &str) -> impl Future<Output = Result<Schema>> + Send;

    /// What an API of somebody else does to the routes that are added to it.
    fn surroundings(&self, api_id: &str) -> impl Future<Output = Result<Surroundings>> + Send;

    /// All that carries the stack's mark and is no part of another thing. What the template names may be left out: it is
    /// looked at anyway. What [`Self::marked_parts`] will ask may be asked beside.
    fn marked(&self, desired: &Desired) -> impl Future<Output = Result<Marked>> + Send;

    /// The parts of what was observed that carry the stack's mark: routes, integrations and stages of APIs; aliases,
    /// permissions and URLs of functions.
    fn marked_parts(&self, stack: &str, observed: &Observed) -> impl Future<Output = Result<Vec<Leftover>>> + Send;

    /// The resource that a template's resource names, if it exists. The account may still stand in it as a reference:
    /// it is asked for beside. An error that [`Error::is_nowhere`] when it
    /// cannot, since what it would be part of does not exist.
    fn find(&self, wanted: &Resource, mark: &Mark) -> impl Future<Output = Result<Option<Found>>> + Send;

    /// The ids of an API's integrations: of one whose parts were looked for, without another call.
    fn integrations(&self, api_id: &str) -> impl Future<Output = Result<BTreeSet<String>>> + Send;

    /// Who calls the stack's functions and is not led by the stack, as far as what was answered already tells it.
    fn callers_beside(&self, observed: &Observed) -> Vec<CallerBeside>;

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

    /// Whether what AWS answers could be taken for a reference: texts of other kinds go into calls and into references.
    ///
    /// # Errors
    /// When it holds one of the characters that mark references.
    pub(crate) fn check_plain(&self) -> Result<()> {
        let properties = if let Resource::Other(other) = &self.resource { Some(&other.properties) } else { None };
        let mut all = self.ids.iter().chain(properties.into_iter().flatten());
        match all.find_map(|(name, value)| Some((name, reserved_in(&value.to_string())?))) {
            None => Ok(()),
            Some((name, character)) => {
                let doing = format!("reading {} {}", self.resource.kind(), self.resource.name());
                Err(Error::new(doing, format!("`{name}`: {}", reserved(character)))
                    .hint("write another text there, for example in the AWS console"))
            }
        }
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

    /// It and its twins, with what AWS assigned to each.
    pub fn each(&self) -> impl Iterator<Item = (&Resource, &Ids)> {
        let twins = self.twins.iter().map(|twin| (&twin.resource, &twin.ids));
        std::iter::once((&self.resource, &self.ids)).chain(twins)
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
    /// Why these could not be looked at.
    pub stages_unknown: Option<Error>,
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

/// A route of somebody else that leads to a function of the stack, or an API that may call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallerBeside {
    /// The function.
    pub function_name: String,
    /// The alias or version of it; empty for the function itself.
    pub qualifier: String,
    /// The API.
    pub api_id: String,
    /// The route; none where the function's policy alone tells of it.
    pub route_key: Option<String>,
}

/// All that carries the stack's mark and is no part of another thing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Marked {
    /// What is known of it.
    pub leftovers: Vec<Leftover>,
    /// What no more is known of than its ARN.
    pub strays: Vec<Stray>,
}

/// Something that carries the stack's mark and is of a kind that nothing here tells, such as what somebody copied the
/// tags to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stray {
    /// Its ARN.
    pub arn: String,
    /// The name that its mark gives it.
    pub logical_id: String,
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
    /// What else carries the stack's mark, under no name that the template has.
    pub strays: Vec<Stray>,
    /// Why that could not be looked for.
    pub leftovers_unknown: Option<Error>,
    /// The integrations that exist on the APIs where the stack remembers where a route of somebody else led, by API.
    pub integrations: BTreeMap<String, BTreeSet<String>>,
    /// Who else calls the stack's functions.
    pub callers_beside: Vec<CallerBeside>,
    /// What was published of the functions that the template publishes versions of, by function name.
    pub releases: BTreeMap<String, Releases>,
}

/// How far to look. Each asks for more than the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// The resources that the template names.
    Resources,
    /// Besides, what stands in their way on APIs of others, and what to know of these.
    Surroundings,
    /// Besides, all that carries the stack's mark and is not of the template. What may not be looked for is no error:
    /// it is told, and nothing of it is removed.
    Leftovers,
}

/// Looks for every resource of `desired`, and for what else is in reach.
///
/// Each is asked for the moment that all it is found by is known: those that have a name at once, those that live inside
/// another when that one was found.
///
/// # Errors
/// Every question that AWS refuses for lack of rights, in one error; else the first that fails.
pub async fn observe(reader: &impl Reader, desired: &Desired, reach: Reach) -> Result<Observed> {
    seen(reader, desired, reach).await.map_err(|error| error.exists("nothing was changed"))
}

async fn seen(reader: &impl Reader, desired: &Desired, reach: Reach) -> Result<Observed> {
    let marked = OptionFuture::from((reach >= Reach::Leftovers).then(|| reader.marked(desired)));
    let (observed, releases, marked) = join3(look(reader, desired, reach), releases(reader, desired), marked).await;
    let mut observed = match (observed, releases) {
        (Ok(observed), Ok(releases)) => Observed { releases, ..observed },
        (observed, releases) => {
            let beside = marked.and_then(Result::err).filter(Error::is_denied);
            let errors = [observed.err(), releases.err(), beside].into_iter().flatten();
            return Err(Error::together(errors).unwrap_or_else(|| Error::new("reading what exists", "it failed")));
        }
    };
    observed.keep_what_has_served();
    if let Some(marked) = marked {
        let parts = reader.marked_parts(desired.stack.as_str(), &observed).await;
        match marked.and_then(|marked| Ok((marked, parts?))) {
            Ok((Marked { leftovers, strays }, parts)) => {
                let all = leftovers.into_iter().chain(parts);
                observed.leftovers = all.filter(|one| !observed.has(&one.found)).collect();
                observed.strays = strays;
            }
            Err(error) => observed.leftovers_unknown = Some(error),
        }
    }
    observed.integrations = integrations(reader, &observed).await?;
    observed.callers_beside = reader.callers_beside(&observed);
    Ok(observed)
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
/// Every question that AWS refuses for lack of rights, in one error; else the first that fails.
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
    let found = all(answers)?.into_iter().flatten();
    Ok(found.map(|releases| (releases.function_name.clone(), releases)).collect())
}

/// The integrations beside those that remember a route: one of them is where it led. They were all in one list.
async fn integrations(reader: &impl Reader, observed: &Observed) -> Result<BTreeMap<String, BTreeSet<String>>> {
    let mut all = BTreeMap::new();
    for (resource, _) in observed.each() {
        let Resource::Integration(integration) = resource else { continue };
        if !Taken::all_in(&integration.description).is_empty() {
            all.insert(integration.api_id.clone(), reader.integrations(&integration.api_id).await?);
        }
    }
    Ok(all)
}

impl Observed {
    /// Lets a function that has served be changed, in whatever state it is: made anew, it would lose its versions, and
    /// with them what callers get and what they had before.
    fn keep_what_has_served(&mut self) {
        for found in self.found.values_mut() {
            let Resource::Function(function) = &mut found.resource else { continue };
            let has_served = self.releases.get(&function.function_name).is_some_and(Releases::were_called);
            if let (Some(Failure::Make(reason)), true) = (&function.failure, has_served) {
                function.failure = Some(Failure::Change(format!("its state is Failed: {reason}")));
            }
        }
    }

    /// All that is the template's or is left over, with what AWS assigned to each.
    pub fn each(&self) -> impl Iterator<Item = (&Resource, &Ids)> {
        let left_over = self.leftovers.iter().map(|one| &one.found);
        self.found.values().chain(left_over).flat_map(Found::each)
    }

    /// Whether this is one of the resources that the template names.
    fn has(&self, other: &Found) -> bool {
        let mut all = self.found.values().flat_map(Found::each);
        all.any(|(resource, ids)| resource.is_the_very(ids, &other.resource, &other.ids))
    }

    /// The ids of the APIs that the stack has or had parts in.
    #[must_use]
    pub fn api_ids(&self) -> BTreeSet<String> {
        let ids = self.found.values().flat_map(Found::each).filter_map(|(resource, ids)| {
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

    /// The functions and aliases that the stack's permissions are for, or may have been for.
    #[must_use]
    pub fn callees(&self) -> BTreeSet<String> {
        self.found.values().filter_map(|found| found.resource.callee()).collect()
    }

    /// The resource with what the registry says of its kind.
    #[must_use]
    pub fn told(&self, resource: Resource) -> Resource {
        if let Resource::Other(other) = resource {
            let schema = self.schemas.get(&other.type_name);
            return Resource::Other(other.with_schema(schema));
        }
        resource
    }
}
