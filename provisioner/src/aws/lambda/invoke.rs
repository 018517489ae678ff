//! Invoking functions.

use std::time::Duration;

use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::LogType;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::super::Aws;
use super::super::problem::{is_missing, problem};
use super::function::heals;
use crate::error::Result;
use crate::resources::alias::Check;

/// How long a refusal by IAM is waited for when permissions are new. A function that was started a moment too early
/// keeps the refusal for about three minutes.
const PATIENCE: Duration = Duration::from_secs(240);

/// What a function answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The payload.
    pub payload: Value,
    /// `Handled` or `Unhandled` when the function failed rather than answered.
    pub function_error: Option<String>,
    /// The last 4 KiB of its log.
    pub log: String,
}

impl Answer {
    /// Whether it is the answer of a chat that works. One that comes in pieces has 200 from its first word on, and
    /// works when it says that it is done.
    #[must_use]
    pub fn is_good(&self) -> bool {
        let body = self.payload["body"].as_str().unwrap_or_default();
        let complete = !body.starts_with("event:") || body.contains("event: done");
        self.function_error.is_none() && self.payload["statusCode"] == 200 && complete
    }

    /// Whether IAM refused the function something. Its answer tells callers nothing of that; its log does.
    #[must_use]
    pub fn was_refused_by_iam(&self) -> bool {
        self.log.contains("AccessDenied")
    }

    /// What was answered, in one line.
    #[must_use]
    pub fn told(&self) -> String {
        let status = &self.payload["statusCode"];
        match (self.payload["body"].as_str(), &self.function_error) {
            (Some(body), None) => format!("it answered {status}: {body}"),
            _ => format!("it failed: {}", self.payload),
        }
    }
}

/// Between the status and headers of an answer that comes in pieces and its body, as Lambda's runtimes send it. Only a
/// function URL takes the two apart.
const PRELUDE_END: &str = "\0\0\0\0\0\0\0\0";

/// The payload as JSON; of an answer in pieces its status and headers, with the body beside them. Lambda gives the
/// pieces as they are, an emulator as one JSON text.
fn read(payload: String) -> Value {
    let value = serde_json::from_str(&payload).unwrap_or(Value::String(payload));
    value.as_str().and_then(in_pieces).unwrap_or(value)
}

fn in_pieces(text: &str) -> Option<Value> {
    let (prelude, body) = text.split_once(PRELUDE_END)?;
    let mut answer: Value = serde_json::from_str(prelude).ok()?;
    answer.as_object_mut()?.insert("body".to_owned(), body.into());
    Some(answer)
}

impl Aws {
    /// Invokes a function, or the version or alias of it that `qualifier` names, and waits for its answer.
    ///
    /// # Errors
    /// When Lambda does not run it. A function that runs and fails is an [`Answer`] with an error.
    pub async fn invoke(&self, name: &str, qualifier: Option<&str>, event: &Value) -> Result<Answer> {
        let request = self
            .lambda
            .invoke()
            .function_name(name)
            .set_qualifier(qualifier.map(str::to_owned))
            .log_type(LogType::Tail)
            .payload(Blob::new(event.to_string()));
        let heals = |error: &_| heals(error, name, "");
        let answer = self.healed(heals, || request.clone().send()).await;
        let answer = answer.map_err(|error| {
            let told = problem(format!("invoking function {name}"), &error);
            if is_missing(&error) { told.hint("set it up with `provisioner deploy`") } else { told }
        })?;
        let payload =
            answer.payload().map(|blob| String::from_utf8_lossy(blob.as_ref()).into_owned()).unwrap_or_default();
        let log = answer.log_result().and_then(|log| BASE64_STANDARD.decode(log).ok()).unwrap_or_default();
        Ok(Answer {
            payload: read(payload),
            function_error: answer.function_error,
            log: String::from_utf8_lossy(&log).into_owned(),
        })
    }

    /// Sends the event of a check until the answer is good or will not become so. A refusal by IAM is waited for
    /// when permissions are new; any other failure is final.
    ///
    /// # Errors
    /// As [`Aws::invoke`].
    pub async fn check(&self, name: &str, qualifier: Option<&str>, check: &Check) -> Result<Answer> {
        let begun = Instant::now();
        let mut told = false;
        loop {
            let answer = self.invoke(name, qualifier, &check.event).await?;
            let heals = check.patient && answer.was_refused_by_iam() && begun.elapsed() < PATIENCE;
            if answer.is_good() || !heals {
                return Ok(answer);
            }
            if !told {
                (self.notify)("waiting until the role's new permissions have spread");
                told = true;
            }
            sleep(Duration::from_secs(2)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(payload: &str) -> Answer {
        Answer { payload: read(payload.to_owned()), function_error: None, log: String::new() }
    }

    #[test]
    fn an_answer_in_pieces_is_good_when_it_says_that_it_is_done() {
        let prelude = r#"{"statusCode":200,"headers":{"Content-Type":"text/event-stream"}}"#;
        let streamed = |body: &str| answer(&format!("{prelude}{PRELUDE_END}{body}"));
        let token = "event: token\ndata: {\"text\":\"Dune\"}\n\n";
        assert!(streamed(&format!("{token}event: done\ndata: {{}}\n\n")).is_good());
        let as_text = Value::from(format!("{prelude}{PRELUDE_END}{token}event: done\ndata: {{}}\n\n"));
        assert!(answer(&as_text.to_string()).is_good(), "as an emulator gives it");
        for broken in [token.to_owned(), format!("{token}event: error\ndata: {{}}\n\n")] {
            assert!(!streamed(&broken).is_good(), "{broken}");
        }
        assert!(answer(r#"{"statusCode":200,"body":"{}"}"#).is_good());
        assert!(!answer(r#"{"statusCode":500,"body":"{}"}"#).is_good());
        assert!(!answer("not JSON").is_good());
    }
}
