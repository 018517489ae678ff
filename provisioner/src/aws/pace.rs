//! Sends calls no faster than AWS allows, and retries throttled calls for minutes, for all services of the control
//! plane.
//!
//! This wraps the HTTP client that all service clients share, so every call passes through it, including the SDK's
//! retries. It is the only place that waits for rates.

mod bucket;
mod limit;
mod refusal;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::retry::ErrorKind;
use tokio::time::{Instant, sleep, timeout_at};

use self::bucket::Bucket;
use self::limit::{Limit, limit};
pub(super) use self::refusal::is_refusal;
use self::refusal::refuses;
use super::connect::Notify;

/// For how long a throttled call is retried.
pub(super) const PATIENCE: Duration = Duration::from_secs(300);

/// How long a signed request may wait. AWS accepts a signature for five minutes; an older request is returned to the
/// SDK, which signs it again.
const FRESH: Duration = Duration::from_secs(240);

/// A shorter wait is not reported.
const NOTABLE_WAIT: Duration = Duration::from_secs(1);

/// On an answer that is still throttled at the end of `PATIENCE`: the seconds since the call was first throttled.
pub(super) const REFUSED_FOR: &str = "x-provisioner-refused-for";

/// The rates of one account in one region, shared by all clients.
#[derive(Clone)]
pub(super) struct Pace(Arc<Shared>);

struct Shared {
    notify: Notify,
    reported: AtomicBool,
    begun: Instant,
    /// The queues by the calls that AWS counts together.
    queues: Mutex<BTreeMap<&'static str, Arc<Queue>>>,
    /// When each throttled call that is not done yet was first throttled, by the SDK's id of the call.
    refused: Mutex<BTreeMap<String, Instant>>,
}

/// Sends calls in the order in which they arrive.
struct Queue {
    limit: Limit,
    /// Tokio's lock is granted in the order of the requests for it.
    turn: tokio::sync::Mutex<()>,
    bucket: Mutex<Bucket>,
}

impl fmt::Debug for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pace")
    }
}

impl Pace {
    /// `notify` gets one message, when a call first has to wait for its turn.
    pub(super) fn new(notify: Notify) -> Self {
        let (queues, refused) = (Mutex::default(), Mutex::default());
        Self(Arc::new(Shared { notify, reported: AtomicBool::new(false), begun: Instant::now(), queues, refused }))
    }

    /// An HTTP client that sends at these rates.
    pub(super) fn client(&self, client: impl HttpClient + 'static) -> impl HttpClient + 'static {
        Paced { client, pace: self.clone() }
    }

    async fn send(
        &self,
        limit: Limit,
        connector: SharedHttpConnector,
        request: HttpRequest,
    ) -> Result<HttpResponse, ConnectorError> {
        let queue = self.queue(limit);
        let signed = Instant::now();
        let id = request.headers().get("amz-sdk-invocation-id").unwrap_or_default().to_owned();
        let mut refusal = None;
        while timeout_at(signed + FRESH, self.turn(&queue)).await.is_ok() {
            let Some(copy) = request.try_clone() else { return connector.call(request).await };
            let mut response = connector.call(copy).await?;
            if !refuses(&mut response).await? {
                locked(&self.0.refused).remove(&id);
                return Ok(response);
            }
            locked(&queue.bucket).refused(self.0.begun.elapsed());
            let since = *locked(&self.0.refused).entry(id.clone()).or_insert_with(Instant::now);
            if since.elapsed() >= PATIENCE {
                response.headers_mut().insert(REFUSED_FOR, since.elapsed().as_secs().to_string());
                return Ok(response);
            }
            refusal = Some(response);
        }
        refusal.ok_or_else(|| {
            let why = "it waited for its turn longer than its signature is valid";
            ConnectorError::other(why.into(), Some(ErrorKind::TransientError))
        })
    }

    fn queue(&self, limit: Limit) -> Arc<Queue> {
        let begun = self.0.begun;
        let new = || {
            let bucket = Mutex::new(Bucket::new(&limit, begun.elapsed()));
            Arc::new(Queue { limit: limit.clone(), turn: tokio::sync::Mutex::default(), bucket })
        };
        Arc::clone(locked(&self.0.queues).entry(limit.of).or_insert_with(new))
    }

    /// Waits for this call's turn.
    async fn turn(&self, queue: &Queue) {
        let arrived = Instant::now();
        let _first = queue.turn.lock().await;
        loop {
            let token = locked(&queue.bucket).take(self.0.begun.elapsed());
            let Err(wait) = token else { return };
            if arrived.elapsed() + wait >= NOTABLE_WAIT && !self.0.reported.swap(true, Ordering::Relaxed) {
                (self.0.notify)(&waits(&queue.limit));
            }
            sleep(wait).await;
        }
    }
}

/// The message of a run that has to wait.
fn waits(limit: &Limit) -> String {
    let Limit { of, documented, .. } = limit;
    match documented {
        Some(rate) => format!("AWS allows {rate} {of} calls a second for this account; this run waits for its turn"),
        None => format!("AWS limits the {of} calls of this account; this run waits for its turn"),
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[derive(Debug)]
struct Paced<C> {
    client: C,
    pace: Pace,
}

impl<C: HttpClient> HttpClient for Paced<C> {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let client = self.client.http_connector(settings, components);
        SharedHttpConnector::new(Paced { client, pace: self.pace.clone() })
    }
}

impl HttpConnector for Paced<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Some(limit) = limit(&request) else { return self.client.call(request) };
        let (pace, connector) = (self.pace.clone(), self.client.clone());
        HttpConnectorFuture::new(async move { pace.send(limit, connector, request).await })
    }
}

#[cfg(test)]
mod tests;
