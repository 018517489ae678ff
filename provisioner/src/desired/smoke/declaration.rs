//! The declaration of a smoke test, as a template writes it.

use serde::Deserialize;
use serde::de::Deserializer;
use serde_json::Value;

use super::mistake;
use super::request::Request;
use crate::resources::check::{Expect, Matches};
use crate::template::{Evaluated, below, decoded};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Provisioner {
    smoke_test: Option<Value>,
}

/// `SmokeTest`: a request or an event, and the expected answer.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Declaration {
    /// A request; the event is derived from it.
    pub(super) request: Option<Request>,
    /// The event itself.
    #[serde(default, deserialize_with = "present")]
    pub(super) event: Option<Value>,
    /// The expected answer.
    #[serde(default)]
    pub(super) expect: Expect,
    /// A JSON pointer into the request's body, or the event, to the text that `invoke --message` replaces.
    pub(super) message: Option<String>,
}

/// A value that is present, even if it is null.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl Declaration {
    /// Reads `Metadata.Provisioner`.
    pub(super) fn read(value: &Value) -> Evaluated<Option<Self>> {
        let Provisioner { smoke_test } = decoded(value)?;
        let Some(value) = smoke_test else { return Ok(None) };
        // Decoding would accept a list as the values of a map in their order.
        let maps: [&[&str]; 5] = [&[], &["Request"], &["Expect"], &["Expect", "Body"], &["Expect", "Payload"]];
        let other = maps.into_iter().find(|path| at(&value, path).is_some_and(|one| !one.is_object()));
        if let Some(path) = other {
            return Err(mistake(path, "it must be a map"));
        }
        let declaration: Self = below("SmokeTest", decoded(&value))?;
        declaration.check()?;
        Ok(Some(declaration))
    }

    fn check(&self) -> Evaluated<()> {
        match (&self.request, &self.event) {
            (None, None) => return Err(mistake(&[], "it has neither `Request` nor `Event`")),
            (Some(_), Some(_)) => return Err(mistake(&[], "it has both `Request` and `Event`: declare one of them")),
            (Some(request), None) => request.check()?,
            (None, Some(_)) => {}
        }
        let Expect { status, body, payload } = &self.expect;
        if let Some(status) = status.filter(|status| !(100..=599).contains(status)) {
            return Err(mistake(&["Expect", "Status"], format!("{status} is not an HTTP status (100 to 599)")));
        }
        if self.request.is_some() && !payload.is_empty() {
            let reason = "`Payload` is for an `Event`; for a `Request`, declare `Status` and `Body`";
            return Err(mistake(&["Expect", "Payload"], reason));
        }
        check_matches("Body", body)?;
        check_matches("Payload", payload)?;
        self.message.as_deref().map_or(Ok(()), |pointer| self.check_message(pointer))
    }

    fn check_message(&self, pointer: &str) -> Evaluated<()> {
        let (what, value) = match &self.request {
            Some(request) => ("`Request.Body`", request.body.as_ref()),
            None => ("`Event`", self.event.as_ref()),
        };
        match value.and_then(|value| value.pointer(pointer)) {
            Some(Value::String(_)) if !pointer.is_empty() => Ok(()),
            _ => Err(mistake(&["Message"], format!("`{pointer}` is not a JSON pointer to a text in {what}"))),
        }
    }
}

fn check_matches(name: &str, matches: &Matches) -> Evaluated<()> {
    if matches.contains.iter().any(String::is_empty) {
        return Err(mistake(&["Expect", name, "Contains"], "every answer contains an empty text"));
    }
    let exists = matches.exists.iter().map(|pointer| ("Exists", pointer));
    let equals = matches.equals.keys().map(|pointer| ("Equals", pointer));
    let is_pointer = |pointer: &str| pointer.is_empty() || pointer.starts_with('/');
    match exists.chain(equals).find(|(_, pointer)| !is_pointer(pointer)) {
        None => Ok(()),
        Some((key, pointer)) => {
            let reason = format!("`{pointer}` is not a JSON pointer: write `/{pointer}`");
            Err(mistake(&["Expect", name, key], reason))
        }
    }
}

fn at<'v>(value: &'v Value, path: &[&str]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, key| value.get(key))
}
