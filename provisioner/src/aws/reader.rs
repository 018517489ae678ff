//! The reading side: each list is read once per run.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_apigatewayv2::types::{Api, Integration, Route, Stage};
use aws_sdk_cloudcontrol::types::ResourceDescription;
use aws_sdk_iam::types::Role as SdkRole;
use aws_sdk_lambda::operation::get_function::GetFunctionOutput;
use aws_sdk_lambda::types::FunctionConfiguration;
use aws_sdk_sns::types::Subscription;
use futures_util::future::BoxFuture;
use serde_json::Value;
use tokio::sync::OnceCell;

use super::Aws;
use super::apigateway::SeenApi;
use super::log_groups::Listed;
use super::service::Find as _;
use super::tagged::Tagged;
use crate::desired::Desired;
use crate::error::Result;
use crate::observe::{Found, Observed, OutsideCaller, Reader, Surroundings, TaggedParts, TaggedResources};
use crate::releases::{AliasState, Releases};
use crate::resources::other::Schema;
use crate::resources::{CLOUDFORMATION_TAG, Owner, OwnershipTag, Resource, Tags, each_kind};
use crate::template::Known;

/// One second of Lambda's control plane: 15 calls for an account (AWS, "Lambda quotas").
const EARLY: u32 = 15;

impl Aws {
    /// A reader for one run. It caches AWS's answers, so the next run needs a new one.
    pub fn reader(&self) -> AwsReader {
        let aws = self.clone();
        AwsReader { aws, patient: true, early: AtomicU32::new(EARLY), answers: Answers::default() }
    }
}

/// Reads from AWS, and cannot change it.
///
/// The parts of one resource are found in the same list, which is read once.
#[derive(Debug)]
pub struct AwsReader {
    pub(super) aws: Aws,
    /// Whether to wait for a function while it is changing.
    pub(super) patient: bool,
    /// How many calls about functions may still be sent before the function is known to exist.
    pub(super) early: AtomicU32,
    pub(super) answers: Answers,
}

/// The answers of AWS in this run.
#[derive(Debug, Default)]
pub(super) struct Answers {
    account: Cache<String>,
    pub(super) apis: Cache<Vec<Api>>,
    /// By API.
    pub(super) seen_apis: Cache<SeenApi>,
    /// By API.
    pub(super) integrations: Cache<Vec<Integration>>,
    /// By API.
    pub(super) routes: Cache<Vec<Route>>,
    /// By API.
    pub(super) api_stages: Cache<Vec<Stage>>,
    /// By function, or function and alias (`chat:live`).
    pub(super) policies: Cache<Value>,
    /// Whether CloudFormation has a stack of this name.
    stacks: Cache<bool>,
    /// The names of the wanted log groups.
    pub(super) log_group_names: Mutex<BTreeSet<String>>,
    pub(super) log_groups: Cache<Listed>,
    /// By ARN, for many log groups at once.
    pub(super) log_tags: Cache<BTreeMap<String, Tags>>,
    /// By role; `None` for a role that does not exist.
    pub(super) roles: Cache<Option<SdkRole>>,
    /// By function; `None` for a function that does not exist.
    pub(super) functions: Cache<Option<GetFunctionOutput>>,
    /// By function.
    pub(super) versions: Cache<Option<Vec<FunctionConfiguration>>>,
    /// By function.
    pub(super) aliases: Cache<Option<Vec<AliasState>>>,
    /// By function, or function and alias (`chat:live`).
    pub(super) urls: Cache<Option<Found>>,
    /// By kind, for the kinds that have no Rust type here.
    schemas: Cache<Schema>,
    /// By kind, for the kinds that have no Rust type here.
    pub(super) others: Cache<Vec<ResourceDescription>>,
    /// By stack: the resources with its tag.
    pub(super) tagged: Cache<Vec<Tagged>>,
    /// By topic.
    pub(super) subscriptions: Cache<Vec<Subscription>>,
}

impl AwsReader {
    /// The same without waiting, for `status`: a function that is changing is returned in its current state.
    pub fn without_waiting(self) -> Self {
        Self { patient: false, ..self }
    }
}

impl Reader for AwsReader {
    async fn account(&self) -> Result<String> {
        let account = self.answers.account.once("", self.aws.account_id()).await?;
        Ok(String::clone(&account))
    }

    async fn schema(&self, kind: &str) -> Result<Schema> {
        let schema = self.answers.schemas.once(kind, self.aws.registry_schema(kind)).await?;
        Ok(Schema::clone(&schema))
    }

    async fn surroundings(&self, api_id: &str) -> Result<Surroundings> {
        self.api_surroundings(api_id).await
    }

    async fn tagged(&self, desired: &Desired) -> Result<TaggedResources> {
        self.tagged_resources(desired).await
    }

    async fn tagged_parts(&self, stack: &str, observed: &Observed) -> Result<TaggedParts> {
        self.all_tagged_parts(stack, observed).await
    }

    async fn integrations(&self, api_id: &str) -> Result<BTreeSet<String>> {
        let listed = self.answers.integrations.once(api_id, self.aws.integrations(api_id)).await?;
        Ok(listed.iter().filter_map(|one| one.integration_id.clone()).collect())
    }

    fn outside_callers(&self, observed: &Observed) -> Vec<OutsideCaller> {
        self.known_outside_callers(observed)
    }

    async fn releases(&self, function_name: &str) -> Result<Option<Releases>> {
        self.releases_of(function_name).await
    }

    async fn find(&self, wanted: &Resource, tag: &OwnershipTag) -> Result<Option<Found>> {
        let found = each_kind!(wanted, Resource(one) => one.find(self, tag).await)?;
        self.with_cloudformations_claim(found).await
    }
}

impl AwsReader {
    /// Sets CloudFormation as the owner of a resource that no stack of this program owns, if its tag names a stack that
    /// exists. The tag alone is not enough: it remains on resources that a stack has released.
    async fn with_cloudformations_claim(&self, found: Option<Found>) -> Result<Option<Found>> {
        let Some(mut found) = found else { return Ok(None) };
        if found.owner != Owner::None {
            return Ok(Some(found));
        }
        if let Some(stack) = found.resource.tags().remove(CLOUDFORMATION_TAG)
            && *self.answers.stacks.once(&stack, async { Ok(self.aws.stack(&stack).await?.is_some()) }).await?
        {
            found.owner = Owner::CloudFormation(stack);
        }
        Ok(Some(found))
    }

    /// The account, as the value of the reference to it.
    pub(super) async fn known_account(&self) -> Result<Known> {
        Ok(Known::of_account(&self.account().await?))
    }
}

/// Caches answers by question. A second caller of the same question waits for the first one's answer.
pub(super) struct Cache<T>(Mutex<BTreeMap<String, Arc<OnceCell<Shared<T>>>>>);

/// An answer or its error, for all callers.
type Shared<T> = Result<Arc<T>>;

impl<T> Cache<T> {
    /// The answer to `question`, which the first caller's `ask` computes.
    ///
    /// Boxed, because the SDK's futures are large and one question may wait for another.
    pub(super) fn once<'a>(
        &'a self,
        question: &str,
        ask: impl Future<Output = Result<T>> + Send + 'a,
    ) -> BoxFuture<'a, Shared<T>>
    where
        T: Send + Sync,
    {
        let cell = {
            let mut cells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(cells.entry(question.to_owned()).or_default())
        };
        Box::pin(async move { cell.get_or_init(|| async { ask.await.map(Arc::new) }).await.clone() })
    }

    /// The answer to `question`, if it has already been read.
    pub(super) fn get(&self, question: &str) -> Option<Arc<T>> {
        let cells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cells.get(question)?.get()?.clone().ok()
    }
}

impl<T> Default for Cache<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> fmt::Debug for Cache<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use futures_util::future::join;

    use super::*;
    use crate::error::Error;

    #[tokio::test]
    async fn concurrent_readers_share_one_request_and_its_refusal() {
        let cache = Cache::default();
        let count = AtomicU32::new(0);
        let ask = |answer: Result<u8>| {
            cache.once("question", async {
                count.fetch_add(1, Ordering::SeqCst);
                tokio::task::yield_now().await;
                answer
            })
        };
        let refused = || Err(Error::new("asking", "denied"));
        let (one, other) = join(ask(refused()), ask(Ok(2))).await;
        assert_eq!((one.clone(), other), (refused().map(Arc::new), one));
        assert_eq!((count.load(Ordering::SeqCst), cache.get("question")), (1, None));
        assert_eq!(cache.once("another", async { Ok(3) }).await, Ok(Arc::new(3)));
        assert_eq!(cache.get("another"), Some(Arc::new(3)));
    }
}
