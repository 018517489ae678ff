//! The order of the requests: a request that depends on another answer is sent as soon as that answer is known.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::FutureExt as _;
use futures_util::stream::{FuturesUnordered, StreamExt as _};

use super::{Found, Observed, Reach, Reader, Surroundings};
use crate::desired::{Desired, Wanted};
use crate::error::{Error, Result};
use crate::resources::other::Schema;
use crate::resources::{Ids, Resource};
use crate::template::{Known, Reference, references_in_text};

/// The template's resources as found, and their surroundings if they are in scope.
pub(super) async fn read_resources(reader: &impl Reader, desired: &Desired, reach: Reach) -> Result<Observed> {
    let surroundings = reach >= Reach::Surroundings;
    let mut observed = Observed::default();
    let mut known = Known::default();
    let mut waiting: Vec<&Wanted> = desired.resources.iter().collect();
    let mut refused = Vec::new();
    let mut requests = FuturesUnordered::new();
    requests.push(async { Answer::Account(reader.account().await) }.boxed_local());
    let untyped = desired.resources.iter().filter(|wanted| matches!(wanted.resource, Resource::Other(_)));
    let kinds: BTreeSet<_> = untyped.map(|wanted| wanted.resource.kind().to_owned()).collect();
    let attached = desired.resources.iter().filter_map(|wanted| {
        let Resource::Route(route) = &wanted.resource else { return None };
        // An API of the stack is still a reference here.
        references_in_text(&route.api_id).is_empty().then(|| route.api_id.clone())
    });
    let attached: BTreeSet<_> = attached.filter(|_| surroundings).collect();
    for api_id in attached {
        let ask = async move { Answer::Surroundings(api_id.clone(), reader.surroundings(&api_id).await) };
        requests.push(ask.boxed_local());
    }
    for kind in kinds {
        requests.push(async move { Answer::Schema(kind.clone(), reader.schema(&kind).await) }.boxed_local());
    }
    loop {
        let filled = waiting.iter().map(|wanted| (*wanted, observed.with_schema(wanted.resource.fill(&known))));
        let ready: Vec<_> = filled.filter(|(_, resource)| resource.can_be_found()).collect();
        waiting.retain(|wanted| !ready.iter().any(|(one, _)| one.logical_id == wanted.logical_id));
        for (wanted, resource) in ready {
            let tag = desired.ownership_tag(&wanted.logical_id);
            let ask = async move { Answer::Resource(wanted, reader.find(&resource, &tag).await.into()) };
            requests.push(ask.boxed_local());
        }
        // When no request is running, the remaining resources are parts of resources that do not exist.
        let Some(first) = requests.next().await else {
            if let Some(refused) = Error::together(refused) {
                return Err(refused);
            }
            if surroundings {
                observed.apis_of_permissions = apis_of_permissions(reader, &observed).await?;
            }
            return Ok(observed);
        };
        // All available answers are processed together: with hundreds of resources, filling in references takes longer
        // than most requests.
        let more = std::iter::from_fn(|| requests.next().now_or_never().flatten());
        let answers: Vec<_> = std::iter::once(first).chain(more).collect();
        for answer in answers {
            // After a refusal the other requests continue, so that one error lists all refusals.
            let error = match answer {
                Answer::Account(Ok(account)) => {
                    observed.account = account;
                    known.insert(Reference::account(), observed.account.as_str());
                    continue;
                }
                Answer::Schema(kind, Ok(schema)) => {
                    observed.schemas.insert(kind, schema);
                    continue;
                }
                Answer::Surroundings(api_id, Ok(seen)) => {
                    observed.attached.insert(api_id, seen);
                    continue;
                }
                Answer::Surroundings(_, Err(error)) if error.is_without_parent() => continue, // its routes report it
                Answer::Resource(wanted, answer) => match *answer {
                    Err(error) if error.is_without_parent() => {
                        observed.without_parent.insert(wanted.logical_id.clone(), error);
                        continue;
                    }
                    Err(error) => error,
                    Ok(found) => {
                        let Some(found) = found else { continue };
                        found.check_plain()?;
                        for (reference, value) in found.resource.known(&wanted.logical_id, &desired.place, &found.ids) {
                            known.insert(reference, value);
                        }
                        observed.found.insert(wanted.logical_id.clone(), found);
                        continue;
                    }
                },
                Answer::Schema(kind, Err(error)) => error.of(&desired.resources_of(&kind)),
                Answer::Account(Err(error)) | Answer::Surroundings(_, Err(error)) => error,
            };
            let continues = error.is_denied();
            refused.push(error);
            if !continues {
                return Error::together(refused).map_or(Ok(observed), Err);
            }
        }
    }
}

/// The APIs, other than the inspected ones, that the stack's permissions are for, if they still exist.
async fn apis_of_permissions(reader: &impl Reader, observed: &Observed) -> Result<BTreeMap<String, String>> {
    let own = observed.found.values().filter_map(|found| found.ids.get(Ids::API_ID));
    let inspected: BTreeSet<&str> = own.chain(observed.attached.keys()).map(String::as_str).collect();
    let mut others = BTreeMap::new();
    for (logical_id, (resource, _)) in
        observed.found.iter().flat_map(|(id, found)| found.each().map(move |one| (id, one)))
    {
        let Resource::Permission(permission) = resource else { continue };
        let Some(api_id) = permission.api_id().filter(|id| !inspected.contains(id)) else { continue };
        match reader.surroundings(api_id).await {
            Err(error) if error.is_without_parent() => {}
            answer => {
                answer?;
                others.insert(logical_id.clone(), api_id.to_owned());
            }
        }
    }
    Ok(others)
}

/// The answer to a request.
enum Answer<'a> {
    Account(Result<String>),
    Schema(String, Result<Schema>),
    Surroundings(String, Result<Surroundings>),
    Resource(&'a Wanted, Box<Result<Option<Found>>>),
}
