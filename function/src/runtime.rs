//! The way between Lambda's Runtime API and the handler.
//!
//! `lambda_runtime` asks for the events and does what `SnapStart` needs. What it does with an event is replaced here, by
//! a layer over its service, for two reasons. It reads events into types with `serde_json` and reports what that cannot
//! read as an error that names a Rust type; here every event gets a reply. And its client (`lambda_runtime_api_client`
//! 1.1.1) connects without `TCP_NODELAY`: the kernel then keeps a small write back until the one before it is
//! acknowledged (Nagle's algorithm), which Linux may do 40 ms later (delayed acknowledgement, tcp(7)). Each word of a
//! streamed answer is a small write.

use std::{future::ready, sync::Arc};

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use http::{
    HeaderName, Method, Request,
    header::{CONTENT_TYPE, TRANSFER_ENCODING},
};
use http_body_util::StreamBody;
use hyper::body::Frame;
use hyper_util::client::legacy::connect::HttpConnector;
use lambda_runtime::{
    Error, LambdaEvent, LambdaInvocation, MetadataPrelude, Runtime, StreamResponse, service_fn,
    streaming::Body,
    tower::{layer::layer_fn, util::MapResultLayer},
};
use lambda_runtime_api_client::{PooledClient, build_request};
use serde::de::IgnoredAny;

use crate::{
    aws::Http,
    catalog::Catalog,
    event::Event,
    handler::{Events, Handler},
    model::Model,
};

/// Lambda sends it with an event and refuses a response that does not send it back, such as one that comes after its
/// invocation has timed out.
const INVOCATION_ID: HeaderName = HeaderName::from_static("lambda-runtime-invocation-id");
const RESPONSE_MODE: HeaderName = HeaderName::from_static("lambda-runtime-function-response-mode");
/// What divides the head of a streamed response from its body.
const DELIMITER: [u8; 8] = [0; 8];

/// Answer one event after the other, until the Runtime API is gone. Connections in `http` are closed before a snapshot.
///
/// # Panics
/// `lambda_runtime` does if one of the variables that Lambda sets is missing.
///
/// # Errors
/// The Runtime API cannot be asked for the next event.
pub async fn run<C: Catalog, M: Model>(handler: &Handler<C, M>, streaming: bool, http: Http) -> Result<(), Error> {
    let client = PooledClient::builder().with_connector(connector()).build();
    let answering = layer_fn(|_| {
        service_fn(async |invocation| {
            let sent = client.call(response(handler, streaming, invocation).await?).await?;
            if sent.status().is_success() { Ok(()) } else { Err(Error::from(format!("HTTP {}", sent.status()))) }
        })
    });
    Runtime::new(service_fn(async |_: LambdaEvent<IgnoredAny>| Ok::<(), Error>(())))
        .layer(answering)
        .layer(MapResultLayer::new(outlive))
        .register_snapstart_resource(Arc::new(http))
        .run()
        .await
}

fn connector() -> HttpConnector {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    connector
}

/// A response that could not be delivered, since its reader went away, is not the end of the process. When Lambda itself
/// is gone, asking it for the next request fails.
fn outlive(sent: Result<(), Error>) -> Result<(), Error> {
    if let Err(error) = sent {
        tracing::warn!("the response was not delivered: {error}");
    }
    Ok(())
}

/// What is sent to the Runtime API for an event.
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

/// A streamed response. Its head leaves in one chunk with the first words, which are there already.
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
    async fn a_connection_to_the_runtime_api_sends_small_writes_at_once() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let connection = connector().call(address).await.unwrap();
        assert!(connection.inner().nodelay().unwrap());
    }
}
