//! The request of a smoke test.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::super::entrance::{Entrance, METHODS};
use super::mistake;
use crate::template::{Evaluated, Fault, Reason, scalar_text, text_of_scalar};

/// A request as a template declares it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Request {
    /// `GET`, `POST` or another method that API Gateway routes.
    pub method: String,
    /// The path, with a query if there is one: `/orders?limit=1`. It does not include the stage.
    pub path: String,
    /// The headers.
    #[serde(default)]
    headers: BTreeMap<String, Value>,
    /// A text is sent as it is, and other values as JSON.
    pub(super) body: Option<Value>,
}

impl Request {
    pub(super) fn check(&self) -> Evaluated<()> {
        let Self { method, path, headers, .. } = self;
        if !METHODS.contains(&method.as_str()) {
            let reason = format!("`{method}` is not a method; the methods are {}", METHODS.join(", "));
            return Err(mistake(&["Request", "Method"], reason));
        }
        let is_path = path.starts_with('/') && path.chars().all(|c| c.is_ascii_graphic() && c != '#');
        if !is_path {
            let reason = format!(
                "`{path}` is not a path: it must begin with `/`, with spaces and other special characters escaped, such as `%20`"
            );
            return Err(mistake(&["Request", "Path"], reason));
        }
        for (name, value) in headers {
            let at = ["Request", "Headers", name];
            let is_name =
                !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c));
            if !is_name {
                return Err(mistake(&at, format!("`{name}` is not the name of a header")));
            }
            if text_of_scalar(value).is_none_or(|text| text.contains(char::is_control)) {
                return Err(mistake(&at, Reason::not_text("the value of a header must be text in one line")));
            }
        }
        Ok(())
    }

    /// The reason why no route or function URL accepts the request.
    pub(super) fn unmatched(&self, entrances: &[&Entrance]) -> Fault {
        let keys = entrances.iter().filter_map(|entrance| entrance.route_key.as_deref());
        let keys: Vec<_> = keys.map(|key| format!("`{key}`")).collect();
        let reason = match keys.as_slice() {
            [] => "the template has no route or function URL for this request; declare an `Event`".to_owned(),
            keys => format!("`{} {}` does not match {}", self.method, self.path, keys.join(", ")),
        };
        mistake(&["Request"], reason)
    }

    /// The path without the query, and the query.
    pub(super) fn path_and_query(&self) -> (&str, &str) {
        self.path.split_once('?').unwrap_or((&self.path, ""))
    }

    /// The body as it is sent.
    pub fn body(&self) -> Option<String> {
        self.body.as_ref().map(scalar_text)
    }

    /// The headers as they arrive: with names in lower case, and with a `content-type` for the body.
    pub fn headers(&self) -> BTreeMap<String, String> {
        let given = self.headers.iter().filter_map(|(name, value)| Some((name.to_lowercase(), text_of_scalar(value)?)));
        let mut headers: BTreeMap<String, String> = given.collect();
        if let Some(body) = &self.body {
            let kind = if body.is_string() { "text/plain; charset=utf-8" } else { "application/json" };
            headers.entry("content-type".to_owned()).or_insert_with(|| kind.to_owned());
        }
        headers
    }

    /// Whether the body arrives as text. It is not documented which types are text. The authors of
    /// ministackorg/ministack#766 tested on AWS that these are text and that a form is not.
    pub(super) fn is_text(&self) -> bool {
        let headers = self.headers();
        let kind =
            headers.get("content-type").map(|kind| kind.split(';').next().unwrap_or_default().trim().to_lowercase());
        kind.is_none_or(|kind| {
            kind.starts_with("text/")
                || ["application/json", "application/xml", "application/javascript"].contains(&kind.as_str())
        })
    }
}
