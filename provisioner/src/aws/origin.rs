//! The origin of an answer. Each answer carries its host, and an error answer carries the hint for renewing the
//! credentials. An HTML page is not an answer of AWS: it is a login page of the network, or a proxy's page.

use std::sync::Arc;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use http::Uri;

use super::advice::Advice;

/// On each answer: the host that received the call, with the port where the URL has one.
const HOST: &str = "x-provisioner-host";

/// On each error answer: the hint for an expired session.
const RENEWAL: &str = "x-provisioner-renewal";

/// An HTTP client whose answers carry their origin. `renewal` is the hint for expired credentials.
pub(super) fn named(client: SharedHttpClient, renewal: String) -> SharedHttpClient {
    SharedHttpClient::new(Named { client, renewal: renewal.into() })
}

/// The hint for renewing the credentials of the call with this answer.
pub(super) fn renewal(answer: &HttpResponse) -> Option<&str> {
    answer.headers().get(RENEWAL)
}

/// The origin of an answer that does not look like one of AWS: `answer` has no error code and cannot be parsed.
pub(super) fn not_aws(answer: &HttpResponse) -> Option<NotAws> {
    let status = answer.status().as_u16();
    // AWS gives each answer a request id. Answers of its own load balancers have none, and are 5xx.
    if status >= 500 || is_numbered(answer) {
        return None;
    }
    let host = answer.headers().get(HOST)?.to_owned();
    Some(NotAws { host, status, is_html: is_html(answer) })
}

fn is_html(answer: &HttpResponse) -> bool {
    let kind = answer.headers().get("content-type").unwrap_or_default();
    kind.trim_start().to_ascii_lowercase().starts_with("text/html")
}

/// Whether the body is an HTML page. The header is not enough, because emulators send `text/html` for everything. The
/// body is read and put back.
async fn is_page(answer: &mut HttpResponse) -> Result<bool, ConnectorError> {
    let body = ByteStream::new(answer.take_body()).collect().await;
    let body = body.map_err(|error| ConnectorError::io(error.into()))?.into_bytes();
    let begin = String::from_utf8_lossy(&body[..body.len().min(256)]).trim_start().to_ascii_lowercase();
    *answer.body_mut() = SdkBody::from(body);
    Ok(["<!doctype html", "<html"].iter().any(|tag| begin.starts_with(tag)))
}

fn is_numbered(answer: &HttpResponse) -> bool {
    ["x-amzn-requestid", "x-amzn-request-id", "x-amz-request-id"]
        .iter()
        .any(|name| answer.headers().get(name).is_some())
}

/// An answer that does not come from AWS.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the server at {host} is not AWS: it answered with status {status} and {}",
    if *.is_html { "an HTML page" } else { "no request id of AWS" }
)]
pub(super) struct NotAws {
    host: String,
    status: u16,
    is_html: bool,
}

impl NotAws {
    /// The cause and the hint.
    pub(super) fn advice(&self) -> Advice {
        Advice::new(
            self.to_string(),
            "open a page in a browser, because the network may require a login; otherwise check the endpoint \
             (`--endpoint-url`, AWS_ENDPOINT_URL) and the proxies",
        )
    }
}

#[derive(Debug)]
struct Named<C> {
    client: C,
    renewal: Arc<str>,
}

impl HttpClient for Named<SharedHttpClient> {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let client = self.client.http_connector(settings, components);
        SharedHttpConnector::new(Named { client, renewal: Arc::clone(&self.renewal) })
    }
}

impl HttpConnector for Named<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let uri = request.uri().parse::<Uri>().unwrap_or_default();
        let host = uri.authority().map_or("the endpoint", |authority| authority.as_str()).to_owned();
        let (answer, renewal) = (self.client.call(request), Arc::clone(&self.renewal));
        HttpConnectorFuture::new(async move {
            let mut answer = answer.await?;
            let is_error = answer.status().as_u16() >= 400;
            let headers = answer.headers_mut();
            // Both texts are without control characters. Without these headers, a message only has fewer details.
            let _ = headers.try_insert(HOST, host);
            if is_error {
                let _ = headers.try_insert(RENEWAL, renewal.to_string());
            }
            // The metadata service of a machine answers 404 with a page and without a request id.
            if super::proxy::is_link_local(uri.host().unwrap_or_default()) {
                return Ok(answer);
            }
            match not_aws(&answer).filter(|what| what.is_html) {
                Some(page) if is_page(&mut answer).await? => Err(ConnectorError::other(page.into(), None)),
                _ => Ok(answer),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, headers: &[(&'static str, &'static str)]) -> HttpResponse {
        let mut answer = HttpResponse::new(status.try_into().unwrap(), SdkBody::empty());
        for (name, value) in [(HOST, "sts.us-east-1.amazonaws.com")].iter().chain(headers) {
            answer.headers_mut().insert(*name, *value);
        }
        answer
    }

    #[test]
    fn web_pages_and_answers_without_a_request_id_are_not_of_aws() {
        let page = not_aws(&answer(200, &[("content-type", "Text/HTML; charset=utf-8")])).unwrap();
        let cause =
            "the server at sts.us-east-1.amazonaws.com is not AWS: it answered with status 200 and an HTML page";
        assert_eq!(page.to_string(), cause);
        let other = not_aws(&answer(302, &[])).unwrap().advice();
        assert!(other.cause.ends_with("is not AWS: it answered with status 302 and no request id of AWS"), "{other:?}");
        assert!(other.hint.contains("may require a login"), "{other:?}");
    }

    #[tokio::test]
    async fn a_web_page_differs_from_xml_and_keeps_its_body() {
        for (body, expected) in
            [("\n<!DOCTYPE html><title>Hotel</title>", true), ("<HTML>", true), ("<Response/>", false)]
        {
            let mut answer = HttpResponse::new(200.try_into().unwrap(), SdkBody::from(body));
            assert_eq!(is_page(&mut answer).await.unwrap(), expected, "{body}");
            assert_eq!(answer.body().bytes(), Some(body.as_bytes()));
        }
    }

    #[test]
    fn answers_with_a_request_id_and_faults_of_load_balancers_are_of_aws() {
        for number in ["x-amzn-RequestId", "x-amz-request-id"] {
            assert_eq!(not_aws(&answer(403, &[(number, "1"), ("content-type", "text/html")])), None, "{number}");
        }
        assert_eq!(not_aws(&answer(503, &[("content-type", "text/html")])), None);
    }
}
