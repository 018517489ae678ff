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
use super::function::wait_reason;
use crate::error::Result;
use crate::phrase::Phrase;
use crate::resources::check::Check;

/// How long to wait while IAM refuses new permissions. A function that starts a moment too early gets the refusal for
/// about three minutes.
const PATIENCE: Duration = Duration::from_secs(240);

/// The answer of a function.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The payload.
    pub payload: Value,
    /// `Handled` or `Unhandled`, when the function failed.
    pub function_error: Option<String>,
    /// The last 4 KiB of its log.
    pub log: String,
}

impl Answer {
    /// Whether IAM refused a call of the function. The answer does not show this, but the log does.
    pub fn was_refused_by_iam(&self) -> bool {
        Phrase::REFUSED_BY_IAM.is_in(&self.log)
    }
}

/// The separator between the prelude (status and headers) and the body of a streamed answer, as Lambda's runtimes send
/// it. Only a function URL separates the two.
const PRELUDE_END: &str = "\0\0\0\0\0\0\0\0";

/// Parses the payload as JSON. A streamed answer becomes its prelude (status and headers) with the body as a further
/// property. Lambda returns the stream unchanged; an emulator returns it as one JSON text.
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
    /// Invokes a function, or the version or alias that `qualifier` names, and waits for its answer.
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
        let wait_reason = |error: &_| wait_reason(error, name, "");
        let answer = self.with_retries(wait_reason, || request.clone().send()).await;
        let answer = answer.map_err(|error| {
            let reported = problem(format!("invoking function {name}"), &error);
            if is_missing(&error) { reported.hint("deploy the stack first: `provisioner deploy`") } else { reported }
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

    /// Sends a smoke test and returns the answer, and how it differs from the expected one.
    ///
    /// When permissions are new, the test is retried while IAM refuses them; any other failure is final.
    ///
    /// # Errors
    /// As [`Aws::invoke`].
    pub async fn check(&self, name: &str, qualifier: Option<&str>, check: &Check) -> Result<(Answer, Option<String>)> {
        let begun = Instant::now();
        let mut notified = false;
        loop {
            let answer = self.invoke(name, qualifier, &check.event).await?;
            let objection = check.objection(&answer.payload, answer.function_error.is_some());
            let retries = check.patient && answer.was_refused_by_iam() && begun.elapsed() < PATIENCE;
            if objection.is_none() || !retries {
                return Ok((answer, objection));
            }
            if !notified {
                (self.notify)("waiting until the role's new permissions take effect");
                notified = true;
            }
            sleep(Duration::from_secs(2)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::resources::check::{Expect, Matches};

    #[test]
    fn an_answer_in_pieces_has_a_status_and_a_body_that_an_expectation_can_name() {
        let prelude = r#"{"statusCode":200,"headers":{"Content-Type":"text/event-stream"}}"#;
        let done = Matches { contains: vec!["event: done".to_owned()], ..Matches::default() };
        let check = Check {
            name: "POST /".to_owned(),
            event: json!({}),
            expect: Expect { status: Some(200), body: done, payload: Matches::default() },
            status_is_implied: true,
            patient: false,
        };
        let objection = |payload: String| check.objection(&read(payload), false);
        let token = "event: token\ndata: {\"text\":\"Dune\"}\n\n";
        let whole = format!("{prelude}{PRELUDE_END}{token}event: done\ndata: {{}}\n\n");
        assert_eq!(objection(whole.clone()), None);
        assert_eq!(objection(Value::from(whole).to_string()), None, "as an emulator gives it");
        for broken in [token.to_owned(), format!("{token}event: error\ndata: {{}}\n\n")] {
            let message = objection(format!("{prelude}{PRELUDE_END}{broken}")).unwrap();
            assert!(message.starts_with("its body does not contain `event: done`: event: token"), "{message}");
        }
    }
}
