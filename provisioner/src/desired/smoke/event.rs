//! The event for a request, as API Gateway or a function URL sends it to a function.
//!
//! Fields and their forms are those of AWS's guides to HTTP APIs ("Create AWS Lambda proxy integrations", payload
//! formats 1.0 and 2.0) and to function URLs ("Request payload"). Values that are known only when a request arrives
//! (its id, the time, the API's id) are constant: a plan knows no clock.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::super::entrance::{Entrance, Format};
use super::request::Request;
use super::{ANY_ACCOUNT, query, route};
use crate::template::{Reference, with_unknown_as};

/// Replaces the ids that AWS assigns to requests and APIs.
const ID: &str = "provisioner";
/// A function can recognize a smoke test by this user agent.
const USER_AGENT: &str = "provisioner-smoke-test";
/// The time of the request.
const TIME: &str = "01/Jan/1970:00:00:00 +0000";
/// The source of the request.
const SOURCE_IP: &str = "127.0.0.1";

/// The event for `request` through the route or function URL `entrance`.
pub(super) fn of(request: &Request, entrance: &Entrance) -> Value {
    let event = Parts::of(request, entrance);
    match entrance.format {
        Format::One => event.format_1(),
        Format::Two => event.format_2(),
    }
}

/// The parts of both formats.
struct Parts<'r> {
    request: &'r Request,
    entrance: &'r Entrance,
    path: String,
    query: &'r str,
    domain: String,
    account: String,
    headers: BTreeMap<String, String>,
    body: Option<String>,
    is_base64: bool,
    path_parameters: Map<String, Value>,
    parameters: BTreeMap<String, Vec<String>>,
}

impl<'r> Parts<'r> {
    fn of(request: &'r Request, entrance: &'r Entrance) -> Self {
        let (path, query) = request.path_and_query();
        let pattern = entrance.method_and_path().map(|(_, pattern)| pattern);
        let path_parameters = pattern.and_then(|pattern| route::path_parameters(pattern, path)).unwrap_or_default();
        let path_parameters = path_parameters.into_iter().map(|(name, value)| (name, decoded(&value).into())).collect();
        let path = match (entrance.route_key.is_none(), entrance.stage.as_str()) {
            (true, _) => path.to_owned(),
            (false, "$default") => decoded(path),
            // A stage other than `$default` is the first part of the path.
            (false, stage) => format!("/{stage}{}", decoded(path)),
        };
        let is_base64 = request.body.is_some() && !request.is_text();
        let body = request.body();
        // The account is filled in when the test is sent, and the length is that of the sent text.
        let length = body.as_ref().map(|body| with_unknown_as(body, ANY_ACCOUNT).len().to_string());
        let domain = format!("{ID}.{}", entrance.domain);
        let mut headers = request.headers();
        let defaults = [
            ("host", domain.as_str()),
            ("user-agent", USER_AGENT),
            ("x-amzn-trace-id", "Root=1-00000000-000000000000000000000000"),
            ("x-forwarded-for", SOURCE_IP),
            ("x-forwarded-port", "443"),
            ("x-forwarded-proto", "https"),
        ];
        let length = length.as_deref().map(|length| ("content-length", length));
        for (name, value) in defaults.into_iter().chain(length) {
            headers.entry(name.to_owned()).or_insert_with(|| value.to_owned());
        }
        // Requests through a URL without authentication have no account.
        let account = if entrance.is_anonymous { "anonymous".to_owned() } else { Reference::account().to_string() };
        Self {
            request,
            entrance,
            path,
            query,
            domain,
            account,
            headers,
            body: body.map(|body| if is_base64 { BASE64_STANDARD.encode(body) } else { body }),
            is_base64,
            path_parameters,
            parameters: query::parameters(query),
        }
    }

    fn format_2(mut self) -> Value {
        let cookies = self.headers.remove("cookie");
        let mut event = json!({
            "version": "2.0",
            "routeKey": self.route_key(),
            "rawPath": self.path,
            "rawQueryString": self.query,
            "headers": self.headers,
            "requestContext": {
                "accountId": self.account,
                "apiId": ID,
                "domainName": self.domain,
                "domainPrefix": ID,
                "http": {
                    "method": self.request.method,
                    "path": self.path,
                    "protocol": "HTTP/1.1",
                    "sourceIp": SOURCE_IP,
                    "userAgent": self.headers.get("user-agent"),
                },
                "requestId": ID,
                "routeKey": self.route_key(),
                "stage": self.entrance.stage,
                "time": TIME,
                "timeEpoch": 0,
            },
            "isBase64Encoded": self.is_base64,
        });
        // AWS omits these fields instead of sending null.
        let joined = self.parameters.into_iter().map(|(name, values)| (name, Value::from(values.join(","))));
        let cookies = cookies.map(|cookies| cookies.split("; ").map(Value::from).collect::<Value>());
        let optional = [
            ("cookies", cookies),
            ("queryStringParameters", object(joined.collect())),
            ("pathParameters", object(self.path_parameters)),
            ("body", self.body.map(Value::from)),
        ];
        for (name, value) in optional {
            if let Some(value) = value {
                event[name] = value;
            }
        }
        event
    }

    /// In this format an absent field is null.
    fn format_1(self) -> Value {
        let resource = self.entrance.method_and_path().map_or("$default", |(_, pattern)| pattern);
        let many = |(name, values): (&String, &Vec<String>)| (name.clone(), Value::from(values.clone()));
        let last = |(name, values): (&String, &Vec<String>)| (name.clone(), Value::from(values.last().cloned()));
        let headers = self.headers.iter().map(|(name, value)| (name.clone(), json!([value])));
        json!({
            "version": "1.0",
            "resource": resource,
            "path": self.path,
            "httpMethod": self.request.method,
            "headers": self.headers,
            "multiValueHeaders": headers.collect::<Map<_, _>>(),
            "queryStringParameters": object(self.parameters.iter().map(last).collect()),
            "multiValueQueryStringParameters": object(self.parameters.iter().map(many).collect()),
            "requestContext": {
                "accountId": self.account,
                "apiId": ID,
                "domainName": self.domain,
                "domainPrefix": ID,
                "extendedRequestId": ID,
                "httpMethod": self.request.method,
                "identity": {"sourceIp": SOURCE_IP, "userAgent": self.headers.get("user-agent")},
                "path": self.path,
                "protocol": "HTTP/1.1",
                "requestId": ID,
                "requestTime": TIME,
                "requestTimeEpoch": 0,
                "resourceId": self.route_key(),
                "resourcePath": resource,
                "stage": self.entrance.stage,
            },
            "pathParameters": object(self.path_parameters),
            "stageVariables": null,
            "body": self.body,
            "isBase64Encoded": self.is_base64,
        })
    }

    fn route_key(&self) -> &str {
        self.entrance.route_key.as_deref().unwrap_or("$default")
    }
}

fn object(entries: Map<String, Value>) -> Option<Value> {
    (!entries.is_empty()).then_some(Value::Object(entries))
}

/// A path as an HTTP API passes it to the function: unescaped.
fn decoded(path: &str) -> String {
    percent_decode_str(path).decode_utf8_lossy().into_owned()
}
