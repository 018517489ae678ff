//! A smoke test as it is sent: an event, and the expected answer.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::scalar::Typed;
use crate::template::scalar_text;

/// One smoke test, for one function or version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// The name that is shown, such as `POST /chat`.
    pub name: String,
    /// The event that is sent.
    pub event: Value,
    /// The expected answer.
    pub expect: Expect,
    /// Whether an answer without `statusCode` is a 200 with the answer as its body, as in payload format 2.0 and for
    /// function URLs.
    ///
    /// In payload format 1.0 it is an error (AWS's guide to HTTP APIs, "Lambda function response").
    pub status_is_implied: bool,
    /// Whether a refusal by IAM is retried, because permissions are new and take time to become effective.
    pub patient: bool,
}

/// The expected answer in a template. The names are those of `Metadata.Provisioner.SmokeTest.Expect`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Expect {
    /// The status that the caller gets. Without it, a test only requires that the event is handled without a failure.
    #[serde(default, deserialize_with = "whole")]
    pub status: Option<i32>,
    /// The expected content of the body that the caller gets.
    #[serde(default)]
    pub body: Matches,
    /// The expected content of the function's whole answer.
    #[serde(default)]
    pub payload: Matches,
}

/// An expectation about a text or a JSON value: all parts must match.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct Matches {
    /// Texts that it must contain. One text may be written without a list.
    #[serde(deserialize_with = "one_or_many")]
    pub contains: Vec<String>,
    /// JSON pointers (RFC 6901) to values that must not be null.
    #[serde(deserialize_with = "one_or_many")]
    pub exists: Vec<String>,
    /// JSON pointers, and the expected values.
    pub equals: BTreeMap<String, Value>,
}

/// A status as a number or as text: declarations are not properties of a kind.
fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i32>, D::Error> {
    Option::deserialize(Typed(Value::deserialize(deserializer)?)).map_err(D::Error::custom)
}

fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let given = Value::deserialize(deserializer)?;
    let texts = given.as_array().cloned().unwrap_or_else(|| vec![given]);
    let texts = texts.iter().map(|one| one.as_str().map(str::to_owned));
    texts.collect::<Option<_>>().ok_or_else(|| D::Error::custom("it must be text or a list of texts"))
}

impl Matches {
    /// Whether nothing is expected.
    pub fn is_empty(&self) -> bool {
        self == &Self::default()
    }

    /// The expectation as text: `with /id and /state = "new"`.
    pub fn summary(&self) -> String {
        let contains = self.contains.iter().map(|text| format!("`{text}`"));
        let exists = self.exists.iter().cloned();
        let equals = self.equals.iter().map(|(pointer, value)| format!("{pointer} = {value}"));
        let all: Vec<String> = contains.chain(exists).chain(equals).collect();
        match all.split_last() {
            None => "of any content".to_owned(),
            Some((last, [])) => format!("with {last}"),
            Some((last, first)) => format!("with {} and {last}", first.join(", ")),
        }
    }

    /// The expectation that `text` does not meet; `what` is its name. JSON is parsed from the text.
    fn objection(&self, what: &str, text: &str) -> Option<String> {
        let missing = self.contains.iter().find(|part| !text.contains(*part));
        if let Some(part) = missing {
            return Some(format!("its {what} does not contain `{part}`: {}", short(text)));
        }
        if self.exists.is_empty() && self.equals.is_empty() {
            return None;
        }
        let Ok(json) = serde_json::from_str::<Value>(text) else {
            return Some(format!("its {what} is not JSON: {}", short(text)));
        };
        let at = |pointer: &str| json.pointer(pointer).filter(|value| !value.is_null());
        if let Some(pointer) = self.exists.iter().find(|pointer| at(pointer).is_none()) {
            return Some(format!("its {what} has no `{pointer}`: {}", short(text)));
        }
        let other = self.equals.iter().find(|(pointer, value)| json.pointer(pointer) != Some(value));
        other.map(|(pointer, value)| format!("`{pointer}` of its {what} is not {value}: {}", short(text)))
    }
}

/// The maximum length of an answer in a message.
const SHOWN: usize = 2_000;

fn short(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
        None => text.to_owned(),
    }
}

impl Check {
    /// Why the answer `payload` is not the expected one; `failed` means that the function failed instead of answering.
    pub fn objection(&self, payload: &Value, failed: bool) -> Option<String> {
        let whole = scalar_text(payload);
        if failed {
            return Some(format!("the function returned an error: {}", short(&whole)));
        }
        self.expect.payload.objection("answer", &whole).or_else(|| {
            let is_request = self.expect.status.is_some() || !self.expect.body.is_empty();
            if !is_request {
                return None;
            }
            match received(payload, self.status_is_implied) {
                Some((status, body)) => self.expect.response_objection(status, &body),
                None => Some(format!("its answer has no `statusCode`: {}", short(&whole))),
            }
        })
    }
}

impl Expect {
    /// Why a response with this status and body is not the expected one.
    pub fn response_objection(&self, status: i64, body: &str) -> Option<String> {
        match self.status.map(i64::from).filter(|expected| *expected != status) {
            Some(expected) => Some(format!("it answered {status}, not {expected}: {}", short(body))),
            None => self.body.objection("body", body),
        }
    }
}

/// The status and body that the caller gets for a function's answer.
fn received(payload: &Value, status_is_implied: bool) -> Option<(i64, String)> {
    let Some(status) = payload.get("statusCode") else {
        return status_is_implied.then(|| (200, scalar_text(payload)));
    };
    let status = status.as_i64().or_else(|| status.as_str()?.parse().ok())?;
    let body = payload.get("body").filter(|body| !body.is_null()).map(scalar_text).unwrap_or_default();
    let decoded = (payload["isBase64Encoded"] == true).then(|| BASE64_STANDARD.decode(&body).ok()).flatten();
    Some((status, decoded.map_or(body, |bytes| String::from_utf8_lossy(&bytes).into_owned())))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn expect(declared: Value) -> Expect {
        serde_json::from_value(declared).unwrap()
    }

    fn check(declared: Value) -> Check {
        let expect = expect(declared);
        Check { name: "POST /chat".to_owned(), event: json!({}), expect, status_is_implied: true, patient: false }
    }

    #[test]
    fn an_expectation_is_described_in_words() {
        let summary = |declared| expect(json!({"Payload": declared})).payload.summary();
        assert_eq!(summary(json!({"Contains": "new"})), "with `new`");
        let many = json!({"Contains": ["new"], "Exists": "/id", "Equals": {"/state": "open"}});
        assert_eq!(summary(many), "with `new`, /id and /state = \"open\"");
        assert_eq!(summary(json!({})), "of any content");
    }

    #[test]
    fn each_part_of_an_expectation_is_compared_with_the_answer() {
        let answer = json!({"statusCode": 200, "body": "{\"message\": \"Dune\", \"films\": [{\"year\": 2021}], \"none\": null}"});
        let whole = "it answered 200, not 404: {\"message\": \"Dune\", \"films\": [{\"year\": 2021}], \"none\": null}";
        for (declared, objection) in [
            (json!({"Status": 200}), None),
            (json!({"Status": "200", "Body": {"Contains": "Dune"}}), None),
            (json!({"Status": 404}), Some(whole)),
            (json!({"Body": {"Contains": ["Dune", "message"]}}), None),
            (json!({"Body": {"Contains": ["Dune", "Alien"]}}), Some("its body does not contain `Alien`")),
            (json!({"Body": {"Exists": ["/message", "/films/0/year"]}}), None),
            (json!({"Body": {"Exists": "/films/1"}}), Some("its body has no `/films/1`")),
            (json!({"Body": {"Exists": "/none"}}), Some("its body has no `/none`")),
            (json!({"Body": {"Equals": {"/films/0/year": 2021, "/none": null}}}), None),
            (json!({"Body": {"Equals": {"/message": "Alien"}}}), Some("`/message` of its body is not \"Alien\"")),
            (json!({"Body": {"Equals": {"/films/0/year": "2021"}}}), Some("`/films/0/year` of its body is not")),
            (json!({"Payload": {"Equals": {"/statusCode": 200}}}), None),
            (json!({"Payload": {"Exists": "/jobs"}}), Some("its answer has no `/jobs`")),
            (json!({}), None),
        ] {
            let found = check(declared.clone()).objection(&answer, false);
            let fits = match (&found, objection) {
                (None, None) => true,
                (Some(found), Some(objection)) => found.starts_with(objection),
                _ => false,
            };
            assert!(fits, "{declared}: {found:?} instead of {objection:?}");
            assert!(
                check(declared)
                    .objection(&answer, true)
                    .is_some_and(|found| found.starts_with("the function returned an error: "))
            );
        }
    }

    #[test]
    fn a_status_is_implied_where_api_gateway_implies_one() {
        let good = check(json!({"Status": 200, "Body": {"Equals": {"/ok": true}}}));
        assert_eq!(good.objection(&json!({"ok": true}), false), None);
        let strict = Check { status_is_implied: false, ..good.clone() };
        let found = strict.objection(&json!({"ok": true}), false).unwrap();
        assert_eq!(found, "its answer has no `statusCode`: {\"ok\":true}");
        let encoded =
            json!({"statusCode": 200, "isBase64Encoded": true, "body": BASE64_STANDARD.encode("{\"ok\": true}")});
        assert_eq!(strict.objection(&encoded, false), None);
        let text = check(json!({"Status": 200, "Body": {"Contains": "done"}}));
        assert_eq!(text.objection(&json!("done"), false), None);
        assert!(good.objection(&json!("done"), false).is_some_and(|found| found.starts_with("its body is not JSON")));
    }

    #[test]
    fn an_event_without_an_expectation_only_has_to_be_handled() {
        let check = check(json!({}));
        for answer in [Value::Null, json!("done"), json!({"statusCode": 500}), json!([1])] {
            assert_eq!(check.objection(&answer, false), None);
        }
    }

    #[test]
    fn a_long_answer_is_shortened_between_characters() {
        let found =
            check(json!({"Status": 200})).objection(&json!({"statusCode": 500, "body": "ü".repeat(9_000)}), false);
        let found = found.unwrap();
        assert!(found.ends_with("ü… (18000 bytes)"), "{found}");
        assert!(found.chars().count() < 2_100);
    }
}
