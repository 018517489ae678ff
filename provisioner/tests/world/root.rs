//! An AWS in memory, for tests: it stores the state that AWS would store, and answers as AWS documents.
//!
//! It does not know plans. Each call is executed literally: an update changes only what it names, a name that exists is
//! a conflict, a statement of a resource policy cannot be changed, and only creation and tagging set tags. Ids that AWS
//! assigns (of APIs, integrations, routes) are assigned here.

mod gateway;
mod iam;
mod lambda;
mod orphans;
mod other;
mod release;
mod simple;
mod stores;
mod url;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{LazyLock, Mutex, MutexGuard};
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use crate::desired::Desired;
use crate::error::{Error, ErrorKind, Result};
use crate::execute::Writer;
use crate::observe::{Found, Observed, OutsideCaller, Reader, SeenStage, Surroundings, TaggedParts, TaggedResources};
use crate::releases::Releases;
use crate::resources::alias::Alias;
use crate::resources::api::Api;
use crate::resources::function::Function;
use crate::resources::integration::Integration;
use crate::resources::log_group::LogGroup;
use crate::resources::other::{Identifier, Other, Schema};
use crate::resources::permission::Permission;
use crate::resources::role::Role;
use crate::resources::route::Route;
use crate::resources::stage::Stage;
use crate::resources::table::Table;
use crate::resources::url::Url;
use crate::resources::{Call, Ids, OwnershipTag, Resource, each_kind};
use crate::template::{Known, references_in};

/// The registry's schemas of some kinds, which `provisioner/tests/schemas/generate.py` writes.
static REGISTRY: LazyLock<BTreeMap<String, Schema>> = LazyLock::new(|| {
    let all: Value = serde_json::from_str(include_str!("../schemas/registry.json")).expect("JSON");
    let kinds = all["kinds"].as_object().expect("an object").iter();
    kinds.map(|(kind, schema)| (kind.clone(), Schema::from_registry(&schema.to_string()).expect("JSON"))).collect()
});

/// The schema of a kind, if the registry has it.
pub(crate) fn schema(kind: &str) -> Option<Schema> {
    REGISTRY.get(kind).cloned()
}

/// The number of cases of a property test: `make check` sets `PROPTEST_CASES` to run fewer.
pub(crate) fn cases(most: u32) -> u32 {
    let wanted = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    wanted.unwrap_or(most).min(most)
}

/// The account of the world.
pub(crate) const ACCOUNT: &str = "123456789012";

/// The resources that exist.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct State {
    /// By name.
    pub(crate) roles: BTreeMap<String, Role>,
    /// By name.
    pub(crate) log_groups: BTreeMap<String, LogGroup>,
    /// By name.
    pub(crate) functions: BTreeMap<String, Function>,
    /// The published versions, by function and number.
    pub(crate) versions: BTreeMap<(String, u32), Function>,
    /// By function and name.
    pub(crate) aliases: BTreeMap<(String, String), Alias>,
    /// How often a function or an alias was changed.
    pub(crate) revisions: BTreeMap<String, u32>,
    /// By function, or function and alias (`chat:live`), and statement id.
    pub(crate) permissions: BTreeMap<(String, String), Permission>,
    /// By function, or function and alias (`chat:live`).
    pub(crate) urls: BTreeMap<String, Url>,
    /// By id.
    pub(crate) apis: BTreeMap<String, Api>,
    /// By id.
    pub(crate) integrations: BTreeMap<String, Integration>,
    /// By id.
    pub(crate) routes: BTreeMap<String, Route>,
    /// By API and name.
    pub(crate) stages: BTreeMap<(String, String), Stage>,
    /// By name.
    pub(crate) tables: BTreeMap<String, Table>,
    /// The resources that Cloud Control created, by kind and identifier.
    pub(crate) others: BTreeMap<(String, Identifier), Other>,
    /// The resources of kinds without special behaviour, by the value of `Ref`.
    pub(crate) simple: BTreeMap<String, (Resource, Ids)>,
    /// How many ids were assigned.
    pub(crate) assigned: u32,
}

impl State {
    /// A new, unique id.
    pub(crate) fn next_id(&mut self, kind: &str) -> String {
        self.assigned += 1;
        format!("{kind}{}", self.assigned)
    }
}

/// A kind that this AWS stores.
pub(crate) trait Stored {
    /// The stored resource that this resource of a template names.
    fn find(&self, state: &State, tag: &OwnershipTag) -> Option<Found>;
}

/// The calls of a kind, as this AWS carries them out.
pub(crate) trait Execute {
    /// Changes the state, and returns the ids that AWS assigns.
    fn execute(&self, state: &mut State) -> std::result::Result<Ids, String>;
}

fn execute(state: &mut State, call: &Call) -> std::result::Result<Ids, String> {
    each_kind!(call, Call(one) => one.execute(state))
}

/// A failure of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CallFailure {
    /// The call is refused and has no effect.
    Refused,
    /// The call has its effect, but the answer is lost.
    AnswerLost,
    /// The program ends before the call, so it sends no later call either.
    Killed,
}

/// A call that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SentCall {
    /// The operation, and its resource if the call's name does not contain it.
    pub(crate) operation: String,
    /// The time of the call, from the creation of the world.
    pub(crate) begun: Duration,
    /// The time of the answer.
    pub(crate) ended: Duration,
}

/// The state behind a reader and a writer.
pub(crate) struct World {
    state: Mutex<State>,
    sent: Mutex<Vec<SentCall>>,
    failure: Option<(usize, CallFailure)>,
    latency: Duration,
    created: Instant,
}

impl World {
    /// A world with these resources.
    pub(crate) fn of(state: State) -> Self {
        Self {
            state: Mutex::new(state),
            sent: Mutex::default(),
            failure: None,
            latency: Duration::ZERO,
            created: Instant::now(),
        }
    }

    /// The same world, with trouble at the call of this number; the first is 0.
    pub(crate) fn with_failure(mut self, call: usize, failure: CallFailure) -> Self {
        self.failure = Some((call, failure));
        self
    }

    /// The same world, in which every call takes this long.
    pub(crate) fn with_latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// The current state.
    pub(crate) fn state(&self) -> State {
        lock(&self.state).clone()
    }

    /// The calls that were sent, in the order in which they began.
    pub(crate) fn sent(&self) -> Vec<SentCall> {
        lock(&self.sent).clone()
    }

    fn answer(&self, number: usize, call: &Call) -> std::result::Result<Ids, String> {
        match self.failure {
            Some((at, CallFailure::Killed)) if number >= at => Err("the program was killed".to_owned()),
            Some((at, CallFailure::Refused)) if number == at => Err("AccessDenied".to_owned()),
            Some((at, CallFailure::AnswerLost)) if number == at => {
                execute(&mut lock(&self.state), call)?;
                Err("the connection was closed".to_owned())
            }
            _ => execute(&mut lock(&self.state), call),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no test goes on after a panic")
}

impl Reader for World {
    async fn account(&self) -> Result<String> {
        Ok(ACCOUNT.to_owned())
    }

    async fn schema(&self, kind: &str) -> Result<Schema> {
        schema(kind).ok_or_else(|| Error::new("asking for a schema", missing(kind)))
    }

    async fn surroundings(&self, api_id: &str) -> Result<Surroundings> {
        let state = lock(&self.state);
        if !state.apis.contains_key(api_id) {
            return Err(Error::new("reading an API", missing(api_id)).of_kind(ErrorKind::NoParent));
        }
        let stages = state.stages.values().filter(|stage| stage.api_id == api_id).map(|stage| SeenStage {
            name: stage.stage_name.clone(),
            auto_deploy: stage.auto_deploy,
            ..SeenStage::default()
        });
        Ok(Surroundings { protocol: "HTTP".to_owned(), stages: stages.collect(), ..Surroundings::default() })
    }

    async fn tagged(&self, desired: &Desired) -> Result<TaggedResources> {
        let orphans = lock(&self.state).tagged(&desired.ownership_tag(""));
        Ok(TaggedResources { orphans, ..TaggedResources::default() })
    }

    async fn tagged_parts(&self, stack: &str, observed: &Observed) -> Result<TaggedParts> {
        let orphans = lock(&self.state).tagged_parts(stack, observed);
        Ok(TaggedParts { orphans, ..TaggedParts::default() })
    }

    async fn find(&self, wanted: &Resource, tag: &OwnershipTag) -> Result<Option<Found>> {
        let known = Known::of_account(ACCOUNT);
        let state = lock(&self.state);
        Ok(each_kind!(&wanted.fill(&known), Resource(one) => one.find(&state, tag)))
    }

    async fn integrations(&self, api_id: &str) -> Result<BTreeSet<String>> {
        let state = lock(&self.state);
        let here = state.integrations.iter().filter(|(_, one)| one.api_id == api_id);
        Ok(here.map(|(id, _)| id.clone()).collect())
    }

    fn outside_callers(&self, observed: &Observed) -> Vec<OutsideCaller> {
        lock(&self.state).outside_callers(observed)
    }

    async fn releases(&self, function_name: &str) -> Result<Option<Releases>> {
        Ok(lock(&self.state).releases(function_name))
    }
}

impl Writer for World {
    async fn send(&self, call: &Call) -> Result<Ids> {
        let json = serde_json::to_value(call).expect("calls are plain data");
        assert!(references_in(&json).is_empty(), "a call must hold nothing unknown: {json}");
        let begun = self.created.elapsed();
        let number = {
            let mut sent = lock(&self.sent);
            sent.push(SentCall { operation: call.operation(), begun, ended: begun });
            sent.len() - 1
        };
        if !self.latency.is_zero() {
            tokio::time::sleep(self.latency).await; // the clock of these tests is paused
        }
        let answer = self.answer(number, call);
        lock(&self.sent)[number].ended = self.created.elapsed();
        answer.map_err(|cause| Error::new(call.operation(), cause))
    }
}

fn missing(what: &str) -> String {
    format!("NotFoundException: {what}")
}

fn conflict(what: &str) -> String {
    format!("ConflictException: {what}")
}

fn ids<const N: usize>(ids: [(&str, &str); N]) -> Ids {
    ids.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
