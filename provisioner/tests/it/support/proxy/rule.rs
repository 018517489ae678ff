//! Scripted misbehavior: which calls, which occurrences of them, and what happens instead of a plain answer.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::Response;
use serde_json::{Value, json};

use super::call::Call;
use super::rounds::Rounds;
use super::shares::Turns;
use super::trap::Trap;

/// The effect on a call. A new kind of fault is a new variant here and an arm in the proxy's `serve`.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// The proxy answers; AWS does not receive the call.
    Answer(AwsError),
    /// The connection is closed; AWS does not receive the call.
    DropRequest,
    /// AWS executes the call, but the connection is closed in place of an answer.
    LoseResponse,
    /// AWS executes the call, and the answer reports a failure.
    FailAfter(AwsError),
    /// The call waits, and then continues: with the next rule, or to AWS.
    Delay(Duration),
    /// AWS executes the call, and its answer is changed.
    Edit(Edit),
    /// AWS executes the call, and its answer is released at the end of the round.
    InRounds(Rounds),
    /// An invocation by an alias is sent to the version whose turn it is, by the alias's weights.
    ShareOut(Turns),
    /// This answer replaces AWS's, whatever else happens to the call.
    Reply(Value),
    /// The same, with an answer that is computed from the request.
    Serve(Serve),
    /// The call waits until the trap is opened, and then continues as after a delay.
    Hold(Trap),
    /// The call is held before it is sent, so that a test can kill its caller; AWS does not receive it.
    PauseBefore(Trap),
    /// AWS executes the call, and the answer is held, so that a test can kill the caller.
    PauseAfter(Trap),
}

type Answer = dyn Fn(&str, &[u8]) -> Result<String, AwsError> + Send + Sync;

/// A service's answer to an operation and its request.
#[derive(Clone)]
pub(crate) struct Serve(Arc<Answer>);

impl Serve {
    pub(crate) fn new(answer: impl Fn(&str, &[u8]) -> Result<String, AwsError> + Send + Sync + 'static) -> Self {
        Self(Arc::new(answer))
    }

    pub(super) fn response(&self, service: &str, operation: &str, request: &[u8]) -> Response<Full<Bytes>> {
        match (self.0)(operation, request) {
            Ok(answer) => Response::new(Full::from(answer)),
            Err(error) => error.response(service),
        }
    }
}

impl fmt::Debug for Serve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Serve")
    }
}

type Change = dyn Fn(&[u8]) -> Bytes + Send + Sync;

/// A change of an answer.
#[derive(Clone)]
pub(crate) struct Edit(Arc<Change>);

impl Edit {
    /// A change of JSON.
    pub(crate) fn new(edit: impl Fn(&mut Value) + Send + Sync + 'static) -> Self {
        Self(Arc::new(move |body| {
            let mut value = serde_json::from_slice(body).unwrap_or_default();
            edit(&mut value);
            value.to_string().into()
        }))
    }

    /// A change of text, such as the XML of IAM.
    pub(crate) fn of_text(edit: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        Self(Arc::new(move |body| edit(&String::from_utf8_lossy(body)).into()))
    }

    pub(super) fn apply(&self, body: &[u8]) -> Bytes {
        (self.0)(body)
    }
}

impl fmt::Debug for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Edit")
    }
}

/// An error in AWS's words; the called service determines its form on the wire.
#[derive(Clone, Debug)]
pub(crate) struct AwsError {
    status: u16,
    code: String,
    message: String,
}

impl AwsError {
    pub(crate) fn new(status: u16, code: &str, message: &str) -> Self {
        Self { status, code: code.to_owned(), message: message.to_owned() }
    }

    /// An answer that does not look like one of AWS.
    pub(crate) fn without_a_code(status: u16) -> Self {
        Self { status, code: String::new(), message: String::new() }
    }

    pub(super) fn response(&self, service: &str) -> Response<Full<Bytes>> {
        let Self { code, message, .. } = self;
        let builder = Response::builder().status(self.status).header("x-amzn-requestid", "scripted");
        if code.is_empty() {
            return builder
                .header("content-type", "text/html")
                .body(Full::default())
                .expect("a response of valid parts");
        }
        let (builder, body) = match service {
            "iam" | "sts" | "sns" | "cloudformation" => {
                let kind = if self.status < 500 { "Sender" } else { "Receiver" };
                let (code, message) = (xml(code), xml(message));
                let body = format!(
                    "<ErrorResponse><Error><Type>{kind}</Type><Code>{code}</Code><Message>{message}</Message></Error>\
                     <RequestId>scripted</RequestId></ErrorResponse>"
                );
                (builder.header("content-type", "text/xml"), body)
            }
            "s3" => {
                let body = format!("<Error><Code>{}</Code><Message>{}</Message></Error>", xml(code), xml(message));
                (builder.header("content-type", "application/xml"), body)
            }
            "dynamodb" => {
                let body = json!({"__type": format!("com.amazonaws.dynamodb.v20120810#{code}"), "message": message});
                (builder.header("content-type", "application/x-amz-json-1.0"), body.to_string())
            }
            "logs" => {
                let body = json!({"__type": code, "message": message});
                (builder.header("content-type", "application/x-amz-json-1.1"), body.to_string())
            }
            "cloudwatch" => {
                let mut body = aws_smithy_cbor::Encoder::new(Vec::new());
                body.begin_map().str("__type").str(&format!("com.amazonaws.cloudwatch#{code}"));
                body.str("message").str(message).end();
                let builder = builder.header("content-type", "application/cbor");
                let builder = builder.header("smithy-protocol", "rpc-v2-cbor");
                return builder.body(Full::from(body.into_writer())).expect("a response of valid parts");
            }
            // Lambda's errors contain either `Message` or `message`.
            "lambda" => {
                let body = json!({"Type": "User", "Message": message, "message": message});
                let builder = builder.header("x-amzn-errortype", code);
                (builder.header("content-type", "application/json"), body.to_string())
            }
            _ => {
                let builder = builder.header("x-amzn-errortype", code);
                (builder.header("content-type", "application/json"), json!({"message": message}).to_string())
            }
        };
        builder.body(Full::from(body)).expect("a response of valid parts")
    }
}

fn xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

type Matcher = Box<dyn Fn(&Call) -> bool + Send + Sync>;

/// The calls of a rule; it becomes a rule with the effect on them.
pub(crate) struct When {
    matches: Matcher,
    occurrences: Range<usize>,
}

/// Every call of this operation.
pub(crate) fn call(operation: &str) -> When {
    let operation = operation.to_owned();
    calls_that(move |call| call.operation == operation)
}

/// Every writing call.
pub(crate) fn writes() -> When {
    calls_that(Call::is_write)
}

pub(crate) fn calls_that(matches: impl Fn(&Call) -> bool + Send + Sync + 'static) -> When {
    When { matches: Box::new(matches), occurrences: 1..usize::MAX }
}

impl When {
    /// Only the nth of them, counted from 1 since the rule was added.
    pub(crate) fn nth(mut self, n: usize) -> Self {
        self.occurrences = n..n + 1;
        self
    }

    /// This many of them, from the nth on.
    pub(crate) fn from(mut self, n: usize, times: usize) -> Self {
        self.occurrences = n..n.saturating_add(times);
        self
    }

    /// Only the first `n` of them.
    pub(crate) fn first(mut self, n: usize) -> Self {
        self.occurrences = 1..n + 1;
        self
    }

    pub(crate) fn answer(self, error: AwsError) -> Rule {
        self.suffer(Fault::Answer(error))
    }

    pub(crate) fn drop_request(self) -> Rule {
        self.suffer(Fault::DropRequest)
    }

    pub(crate) fn lose_response(self) -> Rule {
        self.suffer(Fault::LoseResponse)
    }

    pub(crate) fn reply(self, answer: Value) -> Rule {
        self.suffer(Fault::Reply(answer))
    }

    pub(crate) fn delay(self, by: Duration) -> Rule {
        self.suffer(Fault::Delay(by))
    }

    pub(crate) fn suffer(self, fault: Fault) -> Rule {
        let Self { matches, occurrences } = self;
        let mut seen = 0;
        Rule::when(move |call, _| {
            if !matches(call) {
                return None;
            }
            seen += 1;
            occurrences.contains(&seen).then(|| fault.clone())
        })
    }
}

type Condition = Box<dyn FnMut(&Call, &[Call]) -> Option<Fault> + Send>;

/// The effect on certain calls.
pub(crate) struct Rule(Condition);

impl Rule {
    /// A rule that gets every call in order of arrival, with the calls before it.
    pub(crate) fn when(condition: impl FnMut(&Call, &[Call]) -> Option<Fault> + Send + 'static) -> Self {
        Self(Box::new(condition))
    }

    /// The effect on this call; `None` if the rule does not match it.
    pub(super) fn apply(&mut self, call: &Call, before: &[Call]) -> Option<Fault> {
        (self.0)(call, before)
    }
}
