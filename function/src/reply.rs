//! The reply to API Gateway.

use serde::Serialize;
use serde_json::{Value, json};

use crate::error::ChatError;
use crate::model::Answer;
use crate::settings::Origin;

/// The number of seconds for which a browser may cache the response to a preflight request.
const PREFLIGHT_MAX_AGE: &str = "86400";
const ALLOWED_METHODS: &str = "POST, OPTIONS";

/// A reply in the format that REST and HTTP APIs both accept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "API Gateway's own field names")]
pub struct Reply {
    pub status_code: u16,
    pub headers: Headers,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

/// A reply's headers: the origin that may read it, and the type of its body.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "HTTP headers")]
pub struct Headers {
    #[serde(rename = "Content-Type", skip_serializing_if = "Option::is_none")]
    pub content_type: Option<&'static str>,
    #[serde(rename = "Access-Control-Allow-Origin")]
    pub allow_origin: String,
    #[serde(rename = "Access-Control-Allow-Methods")]
    pub allow_methods: &'static str,
    #[serde(rename = "Access-Control-Allow-Headers")]
    pub allow_headers: &'static str,
    #[serde(rename = "Access-Control-Max-Age", skip_serializing_if = "Option::is_none")]
    pub max_age: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vary: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow: Option<&'static str>,
}

impl Reply {
    /// 200 with the body of the API contract: `{message, usage: {inputTokens, outputTokens}}`.
    pub fn answer(origin: &Origin, answer: &Answer) -> Self {
        Self::json(origin, 200, &json!({"message": answer.message(), "usage": answer.usage.to_json()}))
    }

    /// 400, 403 or 500, with the error's public text.
    pub fn error(origin: &Origin, error: ChatError) -> Self {
        let status = match error {
            ChatError::BadRequest(_) => 400,
            ChatError::ForeignOrigin => 403,
            ChatError::Model(_) => 500,
        };
        Self::json(origin, status, &json!({"error": error.to_string()}))
    }

    /// 204 for a preflight request, for an API without its own CORS configuration.
    pub fn preflight(origin: &Origin) -> Self {
        let headers = Headers { max_age: Some(PREFLIGHT_MAX_AGE), ..Headers::cors(origin) };
        Self { status_code: 204, headers, body: None }
    }

    /// 405.
    pub fn method_not_allowed(origin: &Origin) -> Self {
        let mut reply = Self::json(origin, 405, &json!({"error": "Only POST and OPTIONS are allowed"}));
        reply.headers.allow = Some(ALLOWED_METHODS);
        reply
    }

    fn json(origin: &Origin, status_code: u16, body: &Value) -> Self {
        let headers = Headers { content_type: Some("application/json"), ..Headers::cors(origin) };
        Self { status_code, headers, body: Some(body.to_string()) }
    }
}

impl Headers {
    fn cors(origin: &Origin) -> Self {
        Self {
            allow_origin: origin.to_string(),
            allow_methods: ALLOWED_METHODS,
            allow_headers: "content-type",
            // A cache must not return a reply with the name of one origin to a page of another.
            vary: (!origin.is_any()).then_some("Origin"),
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::error::{BadRequest, ModelError};
    use crate::model::{StopReason, Usage};

    fn any() -> Origin {
        Origin::parse("*").unwrap()
    }

    fn pretty(reply: &Reply) -> String {
        serde_json::to_string_pretty(reply).unwrap()
    }

    #[test]
    fn an_answer_is_200_with_the_body_of_the_contract() {
        let usage = Usage { input_tokens: 608, output_tokens: 122, ..Usage::default() };
        let answer = Answer { text: "Watch \"Dune\".".to_owned(), stop: StopReason::Finished, usage };
        assert_snapshot!(pretty(&Reply::answer(&any(), &answer)), @r#"
        {
          "statusCode": 200,
          "headers": {
            "Content-Type": "application/json",
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Allow-Methods": "POST, OPTIONS",
            "Access-Control-Allow-Headers": "content-type"
          },
          "body": "{\"message\":\"Watch \\\"Dune\\\".\",\"usage\":{\"inputTokens\":608,\"outputTokens\":122}}"
        }
        "#);
    }

    #[test]
    fn a_preflight_is_204_without_a_body_and_with_the_allowed_origin() {
        let origin = Origin::parse("https://cinedb.example").unwrap();
        assert_snapshot!(pretty(&Reply::preflight(&origin)), @r#"
        {
          "statusCode": 204,
          "headers": {
            "Access-Control-Allow-Origin": "https://cinedb.example",
            "Access-Control-Allow-Methods": "POST, OPTIONS",
            "Access-Control-Allow-Headers": "content-type",
            "Access-Control-Max-Age": "86400",
            "Vary": "Origin"
          }
        }
        "#);
    }

    #[test]
    fn another_method_is_405_with_the_allowed_methods() {
        assert_snapshot!(pretty(&Reply::method_not_allowed(&any())), @r#"
        {
          "statusCode": 405,
          "headers": {
            "Content-Type": "application/json",
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Allow-Methods": "POST, OPTIONS",
            "Access-Control-Allow-Headers": "content-type",
            "Allow": "POST, OPTIONS"
          },
          "body": "{\"error\":\"Only POST and OPTIONS are allowed\"}"
        }
        "#);
    }

    #[test]
    fn an_error_is_400_403_or_500_with_its_text() {
        let body = |error: ChatError| Reply::error(&any(), error);
        let bad = body(BadRequest::NoMessage.into());
        assert_eq!((bad.status_code, bad.body.unwrap().as_str()), (400, r#"{"error":"Message is required"}"#));
        let foreign = body(ChatError::ForeignOrigin);
        let text = r#"{"error":"Pages of this origin may not use the chat"}"#;
        assert_eq!((foreign.status_code, foreign.body.unwrap().as_str()), (403, text));
        let failed = body(ModelError::TimedOut.into());
        let text = r#"{"error":"Bedrock service error: the model did not answer in time"}"#;
        assert_eq!((failed.status_code, failed.body.unwrap().as_str()), (500, text));
    }
}
