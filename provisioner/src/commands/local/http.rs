//! A minimal HTTP client for `local`: one request to a loopback address.

use std::collections::BTreeMap;

use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

/// Sends a request; returns the status and the body.
pub(super) async fn send(
    method: &str,
    url: &str,
    headers: &BTreeMap<String, String>,
    body: Option<String>,
) -> Result<(u16, String), String> {
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<bytes::Bytes>>();
    let request = Request::builder().method(method).uri(url);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(name, value));
    let request = request.body(Full::from(body.unwrap_or_default())).map_err(|error| error.to_string())?;
    let answer = client.request(request).await.map_err(|error| error.to_string())?;
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.map_err(|error| error.to_string())?.to_bytes();
    Ok((status, String::from_utf8_lossy(&body).into_owned()))
}

/// Whether the answer to a GET is 200.
pub(super) async fn is_up(url: &str) -> bool {
    matches!(send("GET", url, &BTreeMap::new(), None).await, Ok((200, _)))
}
