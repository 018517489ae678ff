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
    /// Whether it is the answer of a chat that works.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.function_error.is_none() && self.payload["statusCode"] == 200
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
        let answer = request.send().await.map_err(|error| {
            let told = problem(format!("invoking function {name}"), &error);
            if is_missing(&error) { told.hint("set it up with `provisioner deploy`") } else { told }
        })?;
        let payload =
            answer.payload().map(|blob| String::from_utf8_lossy(blob.as_ref()).into_owned()).unwrap_or_default();
        let log = answer.log_result().and_then(|log| BASE64_STANDARD.decode(log).ok()).unwrap_or_default();
        Ok(Answer {
            payload: serde_json::from_str(&payload).unwrap_or(Value::String(payload)),
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
