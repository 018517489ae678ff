//! The HTTP client of the SDK clients: HTTP/1.1 with a pool of idle connections.
//!
//! The SDK's own client is `aws_smithy_http_client`. This client can open a connection before the first request, loads
//! the machine's certificates once instead of once for each SDK client, and leaves out HTTP/2 and proxies, which the
//! function does not use. `docs/decisions/` gives the reasons.

use std::error::Error;
use std::future::ready;
use std::io;
use std::iter::successors;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_sdk_bedrockruntime::config::{HttpClient, RuntimeComponents, SharedHttpClient};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::connection::{CaptureSmithyConnection, ConnectionMetadata};
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::ErrorKind;
use http::header::HOST;
use http::{HeaderValue, Request, Uri};
use hyper::client::conn::http1::SendRequest;
use lambda_runtime::{BoxFuture, Error as RuntimeError, SnapStartResource};
use tokio::task::yield_now;
use tokio::time::{Instant, timeout};

use super::connect::{Connector, ServerAddress};

/// The longest idle time after which a connection is used again. Later, the server may be about to close it.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);
/// The same for a connection without any request so far. Servers close such connections sooner.
const UNUSED_TIMEOUT: Duration = Duration::from_secs(10);

/// Connections to AWS.
#[derive(Debug, Clone, Default)]
pub struct Http(Arc<Connections>);

#[derive(Debug, Default)]
struct Connections {
    connector: Connector,
    idle: Mutex<Vec<Idle>>,
}

#[derive(Debug)]
struct Idle {
    server: ServerAddress,
    sender: SendRequest<SdkBody>,
    until: Instant,
}

impl Http {
    /// A client that opens the connection that a call needs, and then fails the call without sending it.
    ///
    /// A call through it loads everything that a first call needs (credentials, endpoint, certificates, pages of the
    /// program). The next call finds these and the open connection.
    pub fn preconnect(&self) -> SharedHttpClient {
        SharedHttpClient::new(Preconnect(self.clone()))
    }
}

impl HttpClient for Http {
    fn http_connector(&self, settings: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Transport { connections: Arc::clone(&self.0), settings: settings.clone() })
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        Some(ConnectorMetadata::new("hyper", Some("1.x".into())))
    }
}

/// A connection does not survive a snapshot, and the restored process is not notified that it is closed.
impl SnapStartResource for Http {
    fn before_snapshot(&self) -> BoxFuture<'_, Result<(), RuntimeError>> {
        self.0.idle().clear();
        Box::pin(ready(Ok(())))
    }
}

/// See [`Http::preconnect`].
#[derive(Debug)]
struct Preconnect(Http);

impl HttpClient for Preconnect {
    fn http_connector(&self, settings: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        let transport = Transport { connections: Arc::clone(&self.0.0), settings: settings.clone() };
        SharedHttpConnector::new(PreconnectTransport(transport))
    }
}

#[derive(Debug)]
struct PreconnectTransport(Transport);

impl HttpConnector for PreconnectTransport {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let transport = self.0.clone();
        HttpConnectorFuture::new(async move {
            let (_, server) = with_server_address(request)?;
            let mut sender = transport.open(&server).await?;
            sender.ready().await.map_err(connector_error)?;
            transport.connections.keep(server, sender, UNUSED_TIMEOUT);
            Err(ConnectorError::user("connected without sending a request".into()))
        })
    }
}

/// Makes calls with the time limits that an SDK client sets.
#[derive(Debug, Clone)]
struct Transport {
    connections: Arc<Connections>,
    settings: HttpConnectorSettings,
}

impl HttpConnector for Transport {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let transport = self.clone();
        HttpConnectorFuture::new(async move { transport.send(request).await })
    }
}

impl Transport {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let (request, server) = with_server_address(request)?;
        let mut request = in_origin_form(request, &server)?;
        loop {
            // Process the data that arrived since the last request: after a freeze, the server may have closed the
            // connection.
            yield_now().await;
            let reused = self.connections.take(&server);
            let is_reused = reused.is_some();
            let mut sender = match reused {
                Some(sender) => sender,
                None => self.open(&server).await?,
            };
            match with_timeout(self.settings.read_timeout(), sender.try_send_request(request)).await? {
                Ok(response) => {
                    // After a server error the connection is dropped, so that the next attempt may reach another
                    // server.
                    if !response.status().is_server_error() {
                        self.connections.keep(server, sender, IDLE_TIMEOUT);
                    }
                    let response = HttpResponse::try_from(response.map(SdkBody::from_body_1_x));
                    return response.map_err(|error| ConnectorError::other(error.into(), None));
                }
                Err(mut failed) => match failed.take_message() {
                    // The server had closed the connection, and no part of the request was sent.
                    Some(unsent) if is_reused => request = unsent,
                    _ => return Err(connector_error(failed.into_error())),
                },
            }
        }
    }

    async fn open(&self, server: &ServerAddress) -> Result<SendRequest<SdkBody>, ConnectorError> {
        let opened = with_timeout(self.settings.connect_timeout(), self.connections.connector.open(server)).await?;
        opened.map_err(|error| {
            if error.kind() == io::ErrorKind::InvalidData {
                // For example, a certificate that is not trusted: a retry would fail too.
                ConnectorError::other(error.into(), None)
            } else {
                ConnectorError::io(error.into())
            }
        })
    }
}

impl Connections {
    fn idle(&self) -> MutexGuard<'_, Vec<Idle>> {
        // No code that runs under the lock can panic and leave the list inconsistent.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes an idle connection that can send a request immediately.
    fn take(&self, server: &ServerAddress) -> Option<SendRequest<SdkBody>> {
        let (mut idle, now) = (self.idle(), Instant::now());
        idle.retain(|idle| !idle.sender.is_closed() && now < idle.until);
        let position = idle.iter().position(|idle| idle.server == *server && idle.sender.is_ready())?;
        Some(idle.swap_remove(position).sender)
    }

    /// Keeps a connection for `idle_time`. It may still be reading a response, and is taken only after that.
    fn keep(&self, server: ServerAddress, sender: SendRequest<SdkBody>, idle_time: Duration) {
        self.idle().push(Idle { server, sender, until: Instant::now() + idle_time });
    }
}

/// The request of the SDK, and the server of its URI.
fn with_server_address(request: HttpRequest) -> Result<(Request<SdkBody>, ServerAddress), ConnectorError> {
    let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
    let server = ServerAddress::of(request.uri()).ok_or_else(no_address)?;
    // The SDK uses this to close the connection after a transient failure, and logs an error if it is not set
    // (aws-smithy-runtime 1.16.2, `connection_poisoning.rs`). The close function is empty, because such a connection is
    // not kept.
    if let Some(capture) = request.extensions().get::<CaptureSmithyConnection>() {
        capture
            .set_connection_retriever(|| Some(ConnectionMetadata::builder().proxied(false).poison_fn(|| {}).build()));
    }
    Ok((request, server))
}

/// The request in the form of HTTP/1.1: only the path in the request line, and the host in `Host`.
fn in_origin_form(mut request: Request<SdkBody>, server: &ServerAddress) -> Result<Request<SdkBody>, ConnectorError> {
    if !request.headers().contains_key(HOST) {
        let host = HeaderValue::from_str(server.host()).map_err(|error| ConnectorError::user(error.into()))?;
        request.headers_mut().insert(HOST, host);
    }
    let path = request.uri().path_and_query().cloned();
    *request.uri_mut() = path.map_or_else(Uri::default, Uri::from);
    Ok(request)
}

async fn with_timeout<F: Future>(limit: Option<Duration>, work: F) -> Result<F::Output, ConnectorError> {
    match limit {
        Some(limit) => timeout(limit, work).await.map_err(|elapsed| ConnectorError::timeout(elapsed.into())),
        None => Ok(work.await),
    }
}

fn no_address() -> ConnectorError {
    ConnectorError::user("the request has no http or https address".into())
}

/// Classifies an error as the SDK's own client does, for the SDK's retries.
fn connector_error(error: hyper::Error) -> ConnectorError {
    let convert: fn(BoxError) -> ConnectorError = if error.is_timeout() {
        ConnectorError::timeout
    } else if error.is_user() {
        ConnectorError::user
    } else if error.is_closed() || error.is_canceled() || has_io_source(&error) {
        ConnectorError::io
    } else if error.is_incomplete_message() {
        |error| ConnectorError::other(error, Some(ErrorKind::TransientError))
    } else {
        |error| ConnectorError::other(error, None)
    };
    convert(error.into())
}

fn has_io_source(error: &hyper::Error) -> bool {
    successors(error.source(), |&error| error.source()).any(|error| error.is::<io::Error>())
}

#[cfg(test)]
mod tests;
