//! What AWS answers now about the resources that a template wants.

use std::collections::BTreeMap;
use std::future::Future;

use futures_util::future::{join, join_all};

use crate::desired::{Desired, Wanted};
use crate::error::Result;
use crate::resources::{Call, Ids, Mark, Owner, Resource, Stages};
use crate::template::{Known, Reference};

/// Answers questions and changes nothing: all that planning can be given.
pub trait Reader {
    /// The account that the credentials belong to.
    fn account(&self) -> impl Future<Output = Result<String>> + Send;

    /// The resource that a template's resource names, if it exists.
    fn find(&self, wanted: &Resource, mark: &Mark) -> impl Future<Output = Result<Option<Found>>> + Send;
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
    /// The ids of others that are the same resource of this stack: an interrupted replacement leaves the old one
    /// beside the new one.
    pub leftovers: Vec<Ids>,
}

impl Found {
    /// A resource that exists once.
    #[must_use]
    pub fn new(resource: Resource, ids: Ids, owner: Owner) -> Self {
        Self { resource, ids, owner, leftovers: Vec::new() }
    }

    /// The calls that remove the leftovers.
    #[must_use]
    pub fn remove_leftovers(&self) -> Stages<Call> {
        self.leftovers.iter().flat_map(|ids| self.resource.delete(ids)).collect()
    }
}

/// What AWS answered.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Observed {
    /// The account.
    pub account: String,
    /// What exists, by logical id.
    pub found: BTreeMap<String, Found>,
}

/// Looks for every resource of `desired`, as many at once as their identities allow: first all that have a name,
/// then those that live inside something that was found.
///
/// # Errors
/// The first question that AWS refuses to answer.
pub async fn observe(reader: &impl Reader, desired: &Desired) -> Result<Observed> {
    let mut observed = Observed::default();
    let mut known = Known::default();
    let mut waiting: Vec<&Wanted> = desired.resources.iter().collect();
    loop {
        let filled = waiting.iter().map(|wanted| (*wanted, wanted.resource.fill(&known)));
        let ready: Vec<_> = filled.filter(|(_, resource)| resource.can_be_found()).collect();
        waiting.retain(|wanted| !ready.iter().any(|(one, _)| one.logical_id == wanted.logical_id));
        let first_round = observed.account.is_empty();
        if ready.is_empty() && !first_round {
            return Ok(observed); // what still waits lives inside something that does not exist
        }
        let answers = join_all(ready.iter().map(|(wanted, resource)| find(reader, desired, wanted, resource)));
        // The account is asked for beside the first round: nothing is found by it.
        let account = async { if first_round { reader.account().await.map(Some) } else { Ok(None) } };
        let (account, answers) = join(account, answers).await;
        if let Some(account) = account? {
            known.insert(Reference::account(), &account);
            observed.account = account;
        }
        for ((wanted, _), answer) in ready.iter().zip(answers) {
            if let Some(found) = answer? {
                for (reference, value) in found.resource.known(&wanted.logical_id, &desired.place, &found.ids) {
                    known.insert(reference, value);
                }
                observed.found.insert(wanted.logical_id.clone(), found);
            }
        }
    }
}

async fn find(reader: &impl Reader, desired: &Desired, wanted: &Wanted, resource: &Resource) -> Result<Option<Found>> {
    let mark = Mark { stack: desired.stack.as_str().to_owned(), logical_id: wanted.logical_id.clone() };
    reader.find(resource, &mark).await
}
