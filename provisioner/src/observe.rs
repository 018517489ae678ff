//! The observed state of the resources in a template.

mod requests;

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use futures_util::future::{OptionFuture, join_all, join3};

use self::requests::read_resources;
use crate::desired::Desired;
use crate::error::{Error, Result, all};
use crate::releases::Releases;
use crate::resources::former_target::FormerTarget;
use crate::resources::function::Failure;
use crate::resources::other::Schema;
use crate::resources::{Batches, Call, Ids, Owner, OwnershipTag, Resource};
use crate::template::{reserved, reserved_in};

/// Reads from AWS and changes nothing: planning has no other access to AWS.
pub trait Reader {
    /// The account that the credentials belong to.
    fn account(&self) -> impl Future<Output = Result<String>> + Send;

    /// The registry's schema of a kind without a type here.
    fn schema(&self, kind: &str) -> impl Future<Output = Result<Schema>> + Send;

    /// The configuration of an API that this stack does not own, as far as it affects the routes that are added to it.
    fn surroundings(&self, api_id: &str) -> impl Future<Output = Result<Surroundings>> + Send;

    /// All resources with the stack's ownership tag, except parts of other resources.
    ///
    /// Resources that the template names may be omitted, since they are looked for anyway. The reader may request the
    /// data for [`Self::tagged_parts`] concurrently.
    fn tagged(&self, desired: &Desired) -> impl Future<Output = Result<TaggedResources>> + Send;

    /// The parts of the observed resources that have the stack's ownership tag: routes, integrations and stages of
    /// APIs; aliases, permissions and URLs of functions; subscriptions of topics.
    fn tagged_parts(&self, stack: &str, observed: &Observed) -> impl Future<Output = Result<TaggedParts>> + Send;

    /// The resource that a template's resource names, if it exists.
    ///
    /// The account may still be a reference in it, since it is requested concurrently. The result is an error with
    /// [`Error::is_without_parent`] if the resource cannot exist, because the resource that it would be part of does
    /// not exist.
    fn find(&self, wanted: &Resource, tag: &OwnershipTag) -> impl Future<Output = Result<Option<Found>>> + Send;

    /// The ids of an API's integrations, without another call if the API's parts have been listed.
    fn integrations(&self, api_id: &str) -> impl Future<Output = Result<BTreeSet<String>>> + Send;

    /// Callers of the stack's functions that the stack does not route, as far as the earlier answers show them.
    fn outside_callers(&self, observed: &Observed) -> Vec<OutsideCaller>;

    /// The published versions and the aliases of a function; `None` if the function does not exist.
    fn releases(&self, function_name: &str) -> impl Future<Output = Result<Option<Releases>>> + Send;
}

/// A resource that exists.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Its properties as AWS returns them, in their normal form.
    pub resource: Resource,
    /// The ids that AWS assigned to it.
    pub ids: Ids,
    /// Its owner.
    pub owner: Owner,
    /// Duplicates of this stack's resource: an interrupted replacement leaves the old resource in addition to the new
    /// one.
    ///
    /// Which is which is known only when all references of the wanted resource are known.
    pub duplicates: Vec<Duplicate>,
}

/// A duplicate of another resource with the same logical id.
#[derive(Debug, Clone, PartialEq)]
pub struct Duplicate {
    /// Its properties.
    pub resource: Resource,
    /// The ids that AWS assigned to it.
    pub ids: Ids,
}

impl Found {
    /// A resource without duplicates.
    pub fn new(resource: Resource, ids: Ids, owner: Owner) -> Self {
        Self { resource, ids, owner, duplicates: Vec::new() }
    }

    /// Checks that no text from AWS can be taken for a reference: texts of registry resources are copied into calls and
    /// into references.
    ///
    /// # Errors
    /// When a text contains one of the characters that delimit references.
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

    /// The same resource, with the duplicate that equals `wanted` first, if there is one.
    pub fn prefer_equal_to(mut self, wanted: &Resource) -> Self {
        let equal = |one: &Resource| wanted.changes_from(one).is_empty();
        if !equal(&self.resource)
            && let Some(duplicate) = self.duplicates.iter_mut().find(|duplicate| equal(&duplicate.resource))
        {
            std::mem::swap(&mut self.resource, &mut duplicate.resource);
            std::mem::swap(&mut self.ids, &mut duplicate.ids);
        }
        self
    }

    /// The resource and its duplicates, with the ids that AWS assigned to each.
    pub fn each(&self) -> impl Iterator<Item = (&Resource, &Ids)> {
        let duplicates = self.duplicates.iter().map(|duplicate| (&duplicate.resource, &duplicate.ids));
        std::iter::once((&self.resource, &self.ids)).chain(duplicates)
    }

    /// The calls that delete the duplicates.
    pub fn delete_duplicates(&self) -> Batches<Call> {
        self.duplicates.iter().flat_map(|duplicate| duplicate.resource.delete(&duplicate.ids)).collect()
    }
}

/// An API that the stack attaches to, as far as its owner's configuration affects the stack's routes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// `HTTP`, or `WEBSOCKET`, which does not accept routes of an HTTP API.
    pub protocol: String,
    /// Whether the API answers browsers' CORS requests itself.
    pub cors: bool,
    /// Its stages.
    pub stages: Vec<SeenStage>,
    /// Why the stages could not be read.
    pub stages_unknown: Option<Error>,
}

/// A stage of an API that the stack attaches to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SeenStage {
    /// Its name.
    pub name: String,
    /// Whether it serves a changed route at once.
    pub auto_deploy: bool,
    /// Whether every route has a throttle.
    pub throttled: bool,
    /// The keys of the routes with a specific throttle.
    pub throttled_routes: BTreeSet<String>,
}

/// An orphan: a resource with the stack's ownership tag that the template does not contain.
#[derive(Debug, Clone, PartialEq)]
pub struct Orphan {
    /// Its logical id in the template that created it.
    pub logical_id: String,
    /// The resource.
    pub found: Found,
}

/// An untagged route that calls a function of the stack, or an API with permission to call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutsideCaller {
    /// The function.
    pub function_name: String,
    /// The alias or version that it calls; empty for the function itself.
    pub qualifier: String,
    /// The API.
    pub api_id: String,
    /// The route; `None` if only the function's policy shows the API.
    pub route_key: Option<String>,
}

/// All resources with the stack's ownership tag, except parts of other resources.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TaggedResources {
    /// The resources that were read.
    pub orphans: Vec<Orphan>,
    /// The resources of which only the ARN is known.
    pub unsupported: Vec<UnsupportedOrphan>,
}

/// The parts of the stack's resources that have the stack's ownership tag.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TaggedParts {
    /// The parts that were read.
    pub orphans: Vec<Orphan>,
    /// Why subscriptions could not be looked for.
    pub subscriptions_unknown: Option<Error>,
}

/// A resource with the stack's ownership tag of a kind that this crate cannot read, for example after a user copied the
/// tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsupportedOrphan {
    /// Its ARN.
    pub arn: String,
    /// The logical id in its ownership tag.
    pub logical_id: String,
}

/// The observed state.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Observed {
    /// The account.
    pub account: String,
    /// The resources that exist, by logical id.
    pub found: BTreeMap<String, Found>,
    /// The registry's schemas of the kinds without a type here, by kind.
    pub schemas: BTreeMap<String, Schema>,
    /// The resources that neither exist nor can be created, since the resource that they are part of does not exist:
    /// the error, by logical id.
    pub without_parent: BTreeMap<String, Error>,
    /// The APIs of other owners that the stack attaches to, by their ids.
    pub attached: BTreeMap<String, Surroundings>,
    /// APIs that permissions of the stack are for and that the template with these parameters does not use: the API, by
    /// the permission's logical id.
    pub apis_of_permissions: BTreeMap<String, String>,
    /// The orphans, if they were looked for.
    pub orphans: Vec<Orphan>,
    /// Other resources with the stack's ownership tag, of which only the ARN is known.
    pub unsupported: Vec<UnsupportedOrphan>,
    /// Why orphans could not be looked for.
    pub orphans_unknown: Option<Error>,
    /// Why orphaned subscriptions could not be looked for. No run deletes these, so the other orphans do not depend on
    /// them.
    pub subscriptions_unknown: Option<Error>,
    /// The integrations that exist on the APIs for which the stack has stored the former target of a route, by API.
    pub integrations: BTreeMap<String, BTreeSet<String>>,
    /// Other callers of the stack's functions.
    pub outside_callers: Vec<OutsideCaller>,
    /// The releases of the functions of which the template publishes versions, by function name.
    pub releases: BTreeMap<String, Releases>,
}

/// The scope of the observation. Each value includes the previous ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// The resources that the template names.
    Resources,
    /// Also conflicts on APIs of other owners, and the configuration of these APIs.
    Surroundings,
    /// Also orphans. A missing permission for this is not an error: the plan reports it, and removes no orphan.
    Orphans,
}

/// Looks for every resource of `desired`, and for the other parts of the scope.
///
/// Each request is sent as soon as its arguments are known: resources with a name at once, parts of another resource
/// when that one was found.
///
/// # Errors
/// All requests that AWS refuses for lack of permission, in one error; else the first failure.
pub async fn observe(reader: &impl Reader, desired: &Desired, reach: Reach) -> Result<Observed> {
    observe_all(reader, desired, reach).await.map_err(|error| error.exists("nothing was changed"))
}

async fn observe_all(reader: &impl Reader, desired: &Desired, reach: Reach) -> Result<Observed> {
    let tagged = OptionFuture::from((reach >= Reach::Orphans).then(|| reader.tagged(desired)));
    let (observed, releases, tagged) =
        join3(read_resources(reader, desired, reach), releases(reader, desired), tagged).await;
    let mut observed = match (observed, releases) {
        (Ok(observed), Ok(releases)) => Observed { releases, ..observed },
        (observed, releases) => {
            let refused = tagged.and_then(Result::err).filter(Error::is_denied);
            let errors = [observed.err(), releases.err(), refused].into_iter().flatten();
            return Err(Error::together(errors).unwrap_or_else(|| Error::new("reading what exists", "it failed")));
        }
    };
    observed.keep_served_functions();
    if let Some(tagged) = tagged {
        let parts = reader.tagged_parts(desired.stack.as_str(), &observed).await;
        match tagged.and_then(|tagged| Ok((tagged, parts?))) {
            Ok((TaggedResources { orphans, unsupported }, parts)) => {
                let all = orphans.into_iter().chain(parts.orphans);
                observed.orphans = all.filter(|one| !observed.has(&one.found)).collect();
                observed.unsupported = unsupported;
                observed.subscriptions_unknown = parts.subscriptions_unknown;
            }
            Err(error) => observed.orphans_unknown = Some(error),
        }
    }
    observed.integrations = integrations(reader, &observed).await?;
    observed.outside_callers = reader.outside_callers(&observed);
    Ok(observed)
}

/// All releases, requested concurrently with the resources, since functions have their names from the template.
async fn releases(reader: &impl Reader, desired: &Desired) -> Result<BTreeMap<String, Releases>> {
    let published = desired.resources.iter().filter_map(|wanted| {
        if let Resource::Version(version) = &wanted.resource { Some(version.function_name.as_str()) } else { None }
    });
    releases_of(reader, published).await
}

/// The releases of the template's functions, whether it publishes versions of them or not.
///
/// # Errors
/// All requests that AWS refuses for lack of permission, in one error; else the first failure.
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

/// The integrations on the APIs of those that store a route's former target: that target is one of them. One list call
/// has returned them all.
async fn integrations(reader: &impl Reader, observed: &Observed) -> Result<BTreeMap<String, BTreeSet<String>>> {
    let mut all = BTreeMap::new();
    for (resource, _) in observed.each() {
        let Resource::Integration(integration) = resource else { continue };
        if !FormerTarget::all_in(&integration.description).is_empty() {
            all.insert(integration.api_id.clone(), reader.integrations(&integration.api_id).await?);
        }
    }
    Ok(all)
}

impl Observed {
    /// Treats the failed state of a function that has served as a failed change: if it were recreated, it would lose
    /// its versions, and with them what callers get and the rollback targets.
    fn keep_served_functions(&mut self) {
        for found in self.found.values_mut() {
            let Resource::Function(function) = &mut found.resource else { continue };
            let has_served = self.releases.get(&function.function_name).is_some_and(Releases::were_called);
            if let (Some(Failure::Create(reason)), true) = (&function.failure, has_served) {
                function.failure = Some(Failure::Change(format!("its state is Failed: {reason}")));
            }
        }
    }

    /// All resources of the template and all orphans, with the ids that AWS assigned to each.
    pub fn each(&self) -> impl Iterator<Item = (&Resource, &Ids)> {
        let of_orphans = self.orphans.iter().map(|one| &one.found);
        self.found.values().chain(of_orphans).flat_map(Found::each)
    }

    /// Whether this is one of the template's resources.
    fn has(&self, other: &Found) -> bool {
        let mut all = self.found.values().flat_map(Found::each);
        all.any(|(resource, ids)| resource.is_same(ids, &other.resource, &other.ids))
    }

    /// The ids of the APIs that the stack has, or has had, parts in.
    pub fn api_ids(&self) -> BTreeSet<String> {
        let ids = self.found.values().flat_map(Found::each).filter_map(|(resource, ids)| {
            if let Resource::Api(_) = resource {
                ids.get(Ids::API_ID).cloned()
            } else if let Resource::Permission(permission) = resource {
                // The API that an earlier run attached to, if the parameters name another one now.
                permission.api_id().map(str::to_owned)
            } else {
                resource.part_of_api().map(str::to_owned)
            }
        });
        ids.collect()
    }

    /// The functions and aliases that the stack's permissions are for, or may have been for.
    pub fn callees(&self) -> BTreeSet<String> {
        self.found.values().filter_map(|found| found.resource.callee()).collect()
    }

    /// The resource, completed with the registry's schema of its kind.
    pub fn with_schema(&self, resource: Resource) -> Resource {
        if let Resource::Other(other) = resource {
            let schema = self.schemas.get(&other.type_name);
            return Resource::Other(other.with_schema(schema));
        }
        resource
    }
}
