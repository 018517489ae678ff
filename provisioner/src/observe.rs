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
