//! What the function is invoked with.
//!
//! It is an HTTP API's event (payload 2.0), a REST API's (1.0), or the stripped one of `test-event.json`. Whatever else
//! it is, the function answers it in JSON, so reading an event never fails.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{chat::limits::MAX_BODY_BYTES, error::BadRequest};

/// The parts of an event that matter here. The path does not: the route is the API's business, and its stage prefix
/// varies.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Value")]
pub struct Event {
    method: Option<String>,
    body: Body,
}

/// What to do with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "HTTP methods")]
pub enum Method {
    Post,
    Options,
    Other,
    /// The event has none: it did not come through an API.
    Missing,
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
    /// The request's method.
    pub fn method(&self) -> Method {
        match self.method.as_deref() {
            Some("POST") => Method::Post,
            Some("OPTIONS") => Method::Options,
            Some(_) => Method::Other,
            None => Method::Missing,
        }
    }

    /// The request's body, decoded.
    pub fn into_body(self) -> Result<String, BadRequest> {
        match self.body {
            Body::Missing => Ok(String::new()),
            Body::Text(text) => Ok(text),
            Body::Base64(text) => decode(&text),
            Body::NotText => Err(BadRequest::BodyIsNotText),
        }
    }
}

impl From<Value> for Event {
    fn from(event: Value) -> Self {
        match event {
            Value::Object(fields) => read(fields),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Self::default(),
        }
    }
}

fn read(mut fields: Map<String, Value>) -> Event {
    let http = fields.get("requestContext").and_then(|context| context.get("http"));
    let method = http.and_then(|http| http.get("method")).or_else(|| fields.get("httpMethod"));
    let method = method.and_then(Value::as_str).map(str::to_owned);
    let is_base64 = fields.get("isBase64Encoded").and_then(Value::as_bool).unwrap_or(false);
    let body = match fields.remove("body") {
        None | Some(Value::Null) => Body::Missing,
        Some(Value::String(text)) if is_base64 => Body::Base64(text),
        Some(Value::String(text)) => Body::Text(text),
        Some(Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => Body::NotText,
    };
    Event { method, body }
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
    use serde_json::json;

    use super::*;

    fn event(value: Value) -> Event {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn the_method_is_found_in_every_kind_of_event() {
        for (value, method) in [
            (json!({"version": "2.0", "requestContext": {"http": {"method": "POST"}}}), Method::Post),
            (json!({"version": "1.0", "httpMethod": "OPTIONS", "requestContext": {"stage": "prod"}}), Method::Options),
            (json!({"httpMethod": "GET"}), Method::Other),
            (json!({"httpMethod": 7}), Method::Missing),
            (json!({"message": "hi"}), Method::Missing),
            (json!(["POST"]), Method::Missing),
        ] {
            assert_eq!(event(value).method(), method);
        }
    }

    #[test]
    fn the_shipped_test_event_is_a_post_with_a_body() {
        let event: Event = serde_json::from_str(include_str!("../test-event.json")).unwrap();
        assert_eq!(event.method(), Method::Post);
        assert_eq!(event.into_body().unwrap(), r#"{"message": "Recommend me a sci-fi movie", "history": []}"#);
    }

    #[test]
    fn a_body_is_decoded_if_it_is_marked_as_base64() {
        let body = |text: &str, marked: bool| event(json!({"body": text, "isBase64Encoded": marked})).into_body();
        assert_eq!(body("eyJhIjoxfQ==", true).unwrap(), "{\"a\":1}");
        assert_eq!(body("eyJhIjoxfQ==", false).unwrap(), "eyJhIjoxfQ==");
        assert_eq!(body("no base64", true), Err(BadRequest::BodyIsNotBase64));
        assert_eq!(body("//8=", true), Err(BadRequest::BodyIsNotUtf8));
        assert_eq!(body(&"A".repeat(174_768), true), Err(BadRequest::BodyTooLarge));
    }

    #[test]
    fn a_missing_body_is_empty_and_any_other_type_is_refused() {
        assert_eq!(event(json!({})).into_body().unwrap(), "");
        assert_eq!(event(json!({"body": null})).into_body().unwrap(), "");
        assert_eq!(event(json!({"body": {"message": "hi"}})).into_body(), Err(BadRequest::BodyIsNotText));
    }

    proptest! {
        #[test]
        fn any_bytes_as_base64_are_text_or_a_refusal(bytes in any::<Vec<u8>>()) {
            let body = event(json!({"body": BASE64_STANDARD.encode(&bytes), "isBase64Encoded": true})).into_body();
            prop_assert_eq!(body, String::from_utf8(bytes).map_err(|_| BadRequest::BodyIsNotUtf8));
        }
    }
}
