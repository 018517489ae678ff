//! The event with which the function is invoked.
//!
//! It is the event of an HTTP API (payload 2.0), of a REST API (1.0), or the minimal one of `test-event.json`. The
//! function responds to any other event in JSON too, so reading an event never fails.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::chat::limits::MAX_BODY_BYTES;
use crate::error::BadRequest;
use crate::json::{Json, Kind, Object};

/// The parts of an event that the function uses. The path is not one of them: the API defines the route, and the path
/// may have a stage prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    method: Result<Method, BadRequest>,
    origins: Vec<String>,
    body: Body,
}

/// The method of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "HTTP methods")]
pub enum Method {
    Post,
    Options,
    Other,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
enum Body {
    #[default]
    Missing,
    Text(String),
    Base64(String),
    NotText,
}

impl Event {
    /// Reads the bytes from the Runtime API. Bytes that are not UTF-8 become U+FFFD.
    pub fn read(bytes: &[u8]) -> Self {
        match Json::parse(&String::from_utf8_lossy(bytes)) {
            Ok(event) => Self::of(&event.object().unwrap_or_default()),
            Err(error) => {
                let method = Err(BadRequest::EventIsNotJson { line: error.line(), column: error.column() });
                Self { method, origins: Vec::new(), body: Body::Missing }
            }
        }
    }

    fn of(event: &Object<'_>) -> Self {
        let context = event.get("requestContext").and_then(Json::object).unwrap_or_default();
        let http = context.get("http").and_then(Json::object).unwrap_or_default();
        let method = http.get("method").or_else(|| event.get("httpMethod")).and_then(Json::text);
        let method = method.ok_or(BadRequest::NoMethod).map(|name| Method::of(&name));
        Self { method, origins: origins(event), body: body(event) }
    }

    /// The request's method, or the reason why there is none.
    pub fn method(&self) -> Result<Method, BadRequest> {
        self.method
    }

    /// The values of the header `Origin`. Browsers send it with each `POST`, and a page cannot change it. Other
    /// programs do not send it.
    pub fn origins(&self) -> impl Iterator<Item = &str> {
        self.origins.iter().map(String::as_str)
    }

    /// The decoded body of the request.
    pub fn into_body(self) -> Result<String, BadRequest> {
        match self.body {
            Body::Missing => Ok(String::new()),
            Body::Text(text) => Ok(text),
            Body::Base64(text) => decode(&text),
            Body::NotText => Err(BadRequest::BodyIsNotText),
        }
    }
}

impl Method {
    fn of(name: &str) -> Self {
        match name {
            "POST" => Self::Post,
            "OPTIONS" => Self::Options,
            _ => Self::Other,
        }
    }
}

/// Payload 2.0 has header names in lower case, payload 1.0 as the caller wrote them. `multiValueHeaders` (1.0) has all
/// values of a header, and `headers` has the last one.
fn origins(event: &Object<'_>) -> Vec<String> {
    let mut origins = Vec::new();
    for headers in ["headers", "multiValueHeaders"].into_iter().filter_map(|name| event.get(name)?.object()) {
        for (_, value) in headers.members().filter(|(name, _)| name.eq_ignore_ascii_case("origin")) {
            match value.kind() {
                Kind::Null => {}
                Kind::Text(origin) => origins.push(origin),
                Kind::List(values) => origins.extend(values.into_iter().map(|value| value.text().unwrap_or_default())),
                Kind::Bool(_) | Kind::Number | Kind::Object(_) => origins.push(String::new()),
            }
        }
    }
    origins
}

fn body(event: &Object<'_>) -> Body {
    let is_base64 = matches!(event.get("isBase64Encoded").map(Json::kind), Some(Kind::Bool(true)));
    match event.get("body").map(Json::kind) {
        None | Some(Kind::Null) => Body::Missing,
        Some(Kind::Text(text)) if is_base64 => Body::Base64(text),
        Some(Kind::Text(text)) => Body::Text(text),
        Some(Kind::Bool(_) | Kind::Number | Kind::List(_) | Kind::Object(_)) => Body::NotText,
    }
}

fn decode(text: &str) -> Result<String, BadRequest> {
    if text.len() > MAX_BODY_BYTES.div_ceil(3) * 4 {
        return Err(BadRequest::BodyTooLarge);
    }
    let bytes = BASE64_STANDARD.decode(text).map_err(|_| BadRequest::BodyIsNotBase64)?;
    String::from_utf8(bytes).map_err(|_| BadRequest::BodyIsNotUtf8)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn event(value: Value) -> Event {
        Event::read(value.to_string().as_bytes())
    }

    #[test]
    fn the_method_is_read_from_each_type_of_event() {
        for (value, method) in [
            (json!({"version": "2.0", "requestContext": {"http": {"method": "POST"}}}), Ok(Method::Post)),
            (
                json!({"version": "1.0", "httpMethod": "OPTIONS", "requestContext": {"stage": "prod"}}),
                Ok(Method::Options),
            ),
            (json!({"httpMethod": "GET"}), Ok(Method::Other)),
            (json!({"httpMethod": 7}), Err(BadRequest::NoMethod)),
            (json!({"message": "hi"}), Err(BadRequest::NoMethod)),
            (json!(["POST"]), Err(BadRequest::NoMethod)),
        ] {
            assert_eq!(event(value).method(), method);
        }
    }

    #[test]
    fn the_shipped_test_event_is_a_post_with_a_body() {
        let event = Event::read(include_bytes!("../test-event.json"));
        assert_eq!(event.method(), Ok(Method::Post));
        assert_eq!(event.into_body().unwrap(), r#"{"message": "Recommend me a sci-fi movie", "history": []}"#);
    }

    #[test]
    fn a_body_is_decoded_if_the_event_declares_base64() {
        let body = |text: &str, is_base64: bool| event(json!({"body": text, "isBase64Encoded": is_base64})).into_body();
        assert_eq!(body("eyJhIjoxfQ==", true).unwrap(), "{\"a\":1}");
        assert_eq!(body("eyJhIjoxfQ==", false).unwrap(), "eyJhIjoxfQ==");
        assert_eq!(body("no base64", true), Err(BadRequest::BodyIsNotBase64));
        assert_eq!(body("//8=", true), Err(BadRequest::BodyIsNotUtf8));
        assert_eq!(body(&"A".repeat(174_768), true), Err(BadRequest::BodyTooLarge));
    }

    #[test]
    fn a_missing_body_is_empty_and_another_type_is_rejected() {
        assert_eq!(event(json!({})).into_body().unwrap(), "");
        assert_eq!(event(json!({"body": null})).into_body().unwrap(), "");
        assert_eq!(event(json!({"body": {"message": "hi"}})).into_body(), Err(BadRequest::BodyIsNotText));
    }

    #[test]
    fn an_origin_is_found_in_both_versions_and_in_any_case() {
        let origins = |value: Value| event(value).origins().map(str::to_owned).collect::<Vec<_>>();
        let page = "https://cinedb.example";
        assert_eq!(origins(json!({"version": "2.0", "headers": {"origin": page, "host": "x"}})), [page]);
        assert_eq!(
            origins(json!({"headers": {"Origin": page}, "multiValueHeaders": {"Origin": [page]}})),
            [page, page]
        );
        assert_eq!(
            origins(json!({"headers": null, "multiValueHeaders": {"ORIGIN": [page, "null", 7]}})),
            [page, "null", ""]
        );
        assert_eq!(origins(json!({"headers": {"Origin": 7, "origin": null}})), [""]);
        for without in [json!({}), json!({"headers": {"x-origin": page, "referer": page}}), json!({"headers": page})] {
            assert!(origins(without).is_empty());
        }
    }

    #[test]
    fn an_event_that_is_not_json_is_rejected_with_the_position() {
        for (bytes, line, column) in [(&b""[..], 1, 0), (b"{\"httpMethod\": \"POST\"", 1, 21), (b"\xFF", 1, 1)] {
            assert_eq!(Event::read(bytes).method(), Err(BadRequest::EventIsNotJson { line, column }));
        }
    }

    #[test]
    fn ignored_fields_of_an_event_may_be_any_json() {
        let deep = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
        for unread in [deep.as_str(), "1e999999", r#""\ud83c""#] {
            let text = format!("\u{FEFF}{{\"x\": {unread}, \"httpMethod\": \"POST\", \"body\": \"a\\ud83c\"}}");
            let event = Event::read(text.as_bytes());
            assert_eq!((event.method(), event.into_body()), (Ok(Method::Post), Ok("a\u{FFFD}".to_owned())), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_as_base64_are_text_or_rejected(bytes in any::<Vec<u8>>()) {
            let body = event(json!({"body": BASE64_STANDARD.encode(&bytes), "isBase64Encoded": true})).into_body();
            prop_assert_eq!(body, String::from_utf8(bytes).map_err(|_| BadRequest::BodyIsNotUtf8));
        }
    }
}
