//! Connects Lambda's Runtime API with the handler.
//!
//! `lambda_runtime` requests the events and does the work that `SnapStart` needs. A layer over its service replaces the
//! processing of an event, for two reasons. First, `lambda_runtime` parses events into types with `serde_json`, and
//! reports an event that it cannot parse as an error with the name of a Rust type; this layer replies to every event.
//! Second, its client (`lambda_runtime_api_client` 1.1.1) connects without `TCP_NODELAY`: the kernel then delays a
//! small write until the previous one is acknowledged (Nagle's algorithm), which Linux may do 40 ms later (delayed
//! acknowledgement, tcp(7)). Each word of a streamed answer is a small write.

use std::future::ready;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use http::header::{CONTENT_TYPE, TRANSFER_ENCODING};
use http::{HeaderName, Method, Request};
use http_body_util::StreamBody;
use hyper::body::Frame;
use hyper_util::client::legacy::connect::HttpConnector;
use lambda_runtime::streaming::Body;
use lambda_runtime::tower::layer::layer_fn;
use lambda_runtime::tower::util::MapResultLayer;
use lambda_runtime::{Error, LambdaEvent, LambdaInvocation, MetadataPrelude, Runtime, StreamResponse, service_fn};
use lambda_runtime_api_client::{PooledClient, build_request};
use serde::de::IgnoredAny;

use crate::aws::Http;
use crate::catalog::Catalog;
use crate::event::Event;
use crate::handler::{Events, Handler};
use crate::model::Model;

/// Lambda sends this header with an event, and rejects a response without the value of the current invocation.
///
/// So a response that arrives after its invocation has timed out is rejected.
const INVOCATION_ID: HeaderName = HeaderName::from_static("lambda-runtime-invocation-id");
const RESPONSE_MODE: HeaderName = HeaderName::from_static("lambda-runtime-function-response-mode");
/// The separator between the head of a streamed response and its body.
const DELIMITER: [u8; 8] = [0; 8];

/// Handles one event after the other, until the Runtime API ends. It closes the connections in `http` before a
/// snapshot.
///
/// # Panics
/// `lambda_runtime` panics if one of the variables that Lambda sets is missing.
///
/// # Errors
/// The request for the next event fails.
pub async fn run<C: Catalog, M: Model>(handler: &Handler<C, M>, streaming: bool, http: Http) -> Result<(), Error> {
    let client = PooledClient::builder().with_connector(connector()).build();
    let respond = layer_fn(|_| {
        service_fn(async |invocation| {
            let sent = client.call(response(handler, streaming, invocation).await?).await?;
            if sent.status().is_success() { Ok(()) } else { Err(Error::from(format!("HTTP {}", sent.status()))) }
        })
    });
    Runtime::new(service_fn(async |_: LambdaEvent<IgnoredAny>| Ok::<(), Error>(())))
        .layer(respond)
        .layer(MapResultLayer::new(log_undelivered))
        .register_snapstart_resource(Arc::new(http))
        .run()
        .await
}

fn connector() -> HttpConnector {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    connector
}

/// A response that cannot be delivered, because its reader closed the connection, does not end the process. If Lambda
/// itself has ended, the request for the next event fails.
fn log_undelivered(sent: Result<(), Error>) -> Result<(), Error> {
    if let Err(error) = sent {
        tracing::warn!("the response was not delivered: {error}");
    }
    Ok(())
}

/// Builds the request to the Runtime API that responds to an event.
async fn response<C: Catalog, M: Model>(
    handler: &Handler<C, M>,
    streaming: bool,
    LambdaInvocation { parts, body, context }: LambdaInvocation,
) -> Result<Request<Body>, Error> {
    let (event, id, deadline) = (Event::read(&body), context.request_id.as_str(), context.deadline());
    let mut request = build_request().method(Method::POST).uri(format!("/2018-06-01/runtime/invocation/{id}/response"));
    if let Some(invocation) = parts.headers.get(INVOCATION_ID) {
        request = request.header(INVOCATION_ID, invocation);
    }
    if !streaming {
        let reply = handler.invoke(event, id, deadline).await;
        return Ok(request.body(serde_json::to_vec(&reply)?.into())?);
    }
    let StreamResponse { metadata_prelude, stream } = handler.invoke_streaming(event, id, deadline).await;
    Ok(request
        .header(RESPONSE_MODE, "streaming")
        .header(TRANSFER_ENCODING, "chunked")
        .header(CONTENT_TYPE, "application/vnd.awslambda.http-integration-response")
        .body(streamed(&metadata_prelude, stream).await?)?)
}

/// The body of a streamed response. Its head is sent in one chunk with the first words, which have arrived already.
async fn streamed(head: &MetadataPrelude, mut events: Events) -> Result<Body, Error> {
    let mut first = serde_json::to_vec(head)?;
    first.extend(DELIMITER);
    if let Some(Ok(words)) = events.next().await {
        first.extend(words);
    }
    let first = stream::once(ready(Ok(Bytes::from(first))));
    Ok(Body::new(StreamBody::new(first.chain(events).map_ok(Frame::data))))
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use lambda_runtime::Service;

    use super::*;

    #[tokio::test]
    async fn a_connection_to_the_runtime_api_sends_small_writes_immediately() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let connection = connector().call(address).await.unwrap();
        assert!(connection.inner().nodelay().unwrap());
    }
}
