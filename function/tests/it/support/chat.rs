//! The program as Lambda runs it.

use std::fs;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::sync::atomic::{AtomicUsize, Ordering};

use harness::backend::Backend;
use harness::child::{Environment, Program};
use serde_json::{Value, json};

use super::scratch;

/// Numbers the log files.
static STARTED: AtomicUsize = AtomicUsize::new(0);

/// One environment of the chat, and its log.
pub(crate) struct Chat {
    pub(crate) environment: Environment,
    log: PathBuf,
}

impl Chat {
    /// Starts the program with `settings` and with `backend` as its AWS.
    pub(crate) fn start(backend: &Backend, settings: &[(&str, &str)]) -> Self {
        let log = scratch(&format!("{}.log", STARTED.fetch_add(1, Ordering::Relaxed)));
        let set = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
        let settings = settings.iter().map(set).collect();
        let program = Program { command: vec![env!("CARGO_BIN_EXE_bootstrap").to_owned()], settings };
        Self { environment: Environment::logged(&program, backend, &log).unwrap(), log }
    }

    /// The reply to the API for an event.
    pub(crate) fn reply(&self, event: &Value) -> Value {
        let answer = self.environment.invoke(event.to_string().as_bytes()).unwrap();
        serde_json::from_slice(&answer.body).unwrap()
    }

    /// The status and the JSON body of the reply to a `POST` of `body`.
    pub(crate) fn post(&self, body: impl ToString) -> (u64, Value) {
        let reply = self.reply(&post(body));
        (reply["statusCode"].as_u64().unwrap(), serde_json::from_str(reply["body"].as_str().unwrap()).unwrap())
    }

    /// The same for a program that streams, if its reply is not streamed.
    pub(crate) fn streamed(&self, body: impl ToString) -> (u64, Value) {
        let answer = self.environment.invoke(post(body).to_string().as_bytes()).unwrap();
        let (prelude, body) = split(&answer.body);
        (prelude["statusCode"].as_u64().unwrap(), serde_json::from_str(&body).unwrap())
    }

    /// Ends the Runtime API, and waits until the program exits.
    pub(crate) fn end(&mut self) -> ExitStatus {
        self.environment.end().unwrap()
    }

    /// The log so far. A line that is not JSON fails the test.
    pub(crate) fn log(&self) -> Vec<Value> {
        self.log_text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    pub(crate) fn log_text(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }
}

impl Drop for Chat {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.log);
    }
}

/// An event of an HTTP API.
pub(crate) fn post(body: impl ToString) -> Value {
    json!({"version": "2.0", "requestContext": {"http": {"method": "POST"}}, "body": body.to_string()})
}

/// The head and the body of a streamed answer, which Lambda separates by eight zero bytes.
pub(crate) fn split(answer: &[u8]) -> (Value, String) {
    let (prelude, body) = std::str::from_utf8(answer).unwrap().split_once("\0\0\0\0\0\0\0\0").unwrap();
    (serde_json::from_str(prelude).unwrap(), body.to_owned())
}
