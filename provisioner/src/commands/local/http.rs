//! The little HTTP that `local` needs: one request to a loopback address.

use http_body_util::{BodyExt as _, Full};
use hyper::{Method, Request};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

/// Sends a POST with a JSON body; answers status and body.
pub(super) async fn post(url: &str, body: &str) -> Result<(u16, String), String> {
    send(Method::POST, url, body).await
}

/// Whether a GET is answered with 200.
pub(super) async fn is_up(url: &str) -> bool {
    matches!(send(Method::GET, url, "").await, Ok((200, _)))
}

async fn send(method: Method, url: &str, body: &str) -> Result<(u16, String), String> {
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<bytes::Bytes>>();
    let request = Request::builder()
        .method(method)
        .uri(url)
        .header("content-type", "application/json")
        .body(Full::from(body.to_owned()))
        .map_err(|error| error.to_string())?;
    let answer = client.request(request).await.map_err(|error| error.to_string())?;
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.map_err(|error| error.to_string())?.to_bytes();
    Ok((status, String::from_utf8_lossy(&body).into_owned()))
}
