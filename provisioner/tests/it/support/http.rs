//! A caller of the chat: plain HTTP, without the SDK.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{HeaderMap, Request};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

use super::account::Account;

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// A text that is not JSON is a JSON string here, and an empty body is `Null`.
    pub(crate) body: Value,
}

impl Answer {
    /// The text of one header, or `None`.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// `curl -X POST URL -d JSON`
pub(crate) async fn post_chat(account: &Account, url: &str, body: &Value) -> Answer {
    send(account, "POST", url, &[("content-type", "application/json")], body.to_string()).await
}

/// A browser's preflight request before a POST from `origin`.
pub(crate) async fn options(account: &Account, url: &str, origin: &str) -> Answer {
    let headers = [
        ("origin", origin),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "content-type"),
    ];
    send(account, "OPTIONS", url, &headers, String::new()).await
}

/// Any request. MiniStack serves the account that the request names, and 000000000000 if it names none.
pub(crate) async fn send(account: &Account, method: &str, url: &str, headers: &[(&str, &str)], body: String) -> Answer {
    let request = Request::builder().method(method).uri(url).header("authorization", account.authorization());
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let request = request.body(Full::<Bytes>::from(body)).expect("a request of valid parts");
    let client = Client::builder(TokioExecutor::new()).build_http();
    let (head, body) = client.request(request).await.unwrap_or_else(|e| panic!("{method} {url}: {e:?}")).into_parts();
    let body = body.collect().await.expect("the whole body").to_bytes();
    let body = match serde_json::from_slice(&body) {
        Ok(json) => json,
        Err(_) if body.is_empty() => Value::Null,
        Err(_) => Value::String(String::from_utf8_lossy(&body).into_owned()),
    };
    Answer { status: head.status.as_u16(), headers: head.headers, body }
}
