//! `invoke`: sends one event to the stack's function.

use std::io::Read as _;
use std::path::Path;

use provisioner::desired::{PackageCheck, SmokeTest};
use provisioner::printable::lines;
use provisioner::template::{SAVE_AS_UTF_8, file_text};
use provisioner::{Command, Error, Hint, Result};
use serde_json::Value;

use super::session::Session;
use super::smoke;
use crate::cli::Invoke;
use crate::terminal::{self, Exit};

pub(crate) async fn run(arguments: &Invoke) -> Result<Exit> {
    let session = Session::open(&arguments.given(), PackageCheck::Unread).await?;
    let doing = || format!("invoking stack {}", session.desired.stack);
    let Some((function, alias)) = smoke::callee(&session.desired) else {
        let cause = "the template has several functions, and no smoke test, route or function URL selects one";
        return Err(Error::new(doing(), cause).hint(DECLARE));
    };
    let event = match &arguments.event {
        Some(file) => event(file)?,
        None => {
            let test = session.desired.smoke_tests.first();
            let test = test.ok_or_else(|| Error::new(doing(), "the template declares no smoke test").hint(DECLARE))?;
            let test = match &arguments.message {
                Some(text) => {
                    test.with_message(text).ok_or_else(|| Error::new(doing(), no_message(test)).hint(MESSAGE))?
                }
                None => test.clone(),
            };
            smoke::filled(&test.event(), &session).await?
        }
    };
    let answer = session.aws.invoke(&function, alias.as_deref(), &event).await?;
    if arguments.log {
        terminal::note(&lines(&answer.log));
    }
    terminal::result_json(&answer.payload);
    let status = answer.payload["statusCode"].as_u64().filter(|status| *status >= 400);
    let cause = match (&answer.function_error, status) {
        (Some(_), _) => "the function failed".to_owned(),
        (None, Some(status)) => format!("it answered {status}"),
        (None, None) => return Ok(Exit::Done),
    };
    Err(Error::new(format!("invoking {function}"), cause).hint(read_the_log(arguments)))
}

/// The hint where the answer is an error: this invocation again, with the log, or what the printed log is for.
fn read_the_log(Invoke { event, message, log, .. }: &Invoke) -> Hint {
    if *log {
        return Hint::new("correct the event or the function, as the answer and the log say");
    }
    let again = Command::provisioner(["invoke", "--log"]);
    let again = match (event, message) {
        (Some(file), _) => again.with("--event").with(file.display().to_string()),
        (None, Some(text)) => again.with("--message").with(text),
        (None, None) => again,
    };
    Hint::new("read the log").run(again)
}

/// The hint where no event is known.
const DECLARE: &str = "give the event with `--event FILE`, or declare a smoke test (docs/smoke-tests.md)";
/// The hint where a message has no place in the event.
const MESSAGE: &str = "give the whole event with `--event FILE`, or name the place with `Message` in the smoke test \
                       (docs/smoke-tests.md)";

/// The hint where the event cannot be read.
const NAME_A_FILE: &str = "name a JSON file with `--event FILE`, or `-` for stdin";

fn no_message(test: &SmokeTest) -> String {
    format!("the smoke test of {} does not name the place of the message", test.logical_id)
}

fn event(file: &Path) -> Result<Value> {
    let doing = || format!("reading the event {}", file.display());
    let bytes = if file == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(file)
    };
    let bytes = bytes.map_err(|error| Error::new(doing(), error).hint(NAME_A_FILE))?;
    let text = file_text(bytes).map_err(|cause| Error::new(doing(), cause).hint(SAVE_AS_UTF_8))?;
    serde_json::from_str(&text).map_err(|error| Error::new(doing(), error).hint("write the event as JSON"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(bytes: &[u8]) -> Result<Value> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("event.json");
        std::fs::write(&file, bytes).unwrap();
        event(&file)
    }

    #[test]
    fn an_event_that_cannot_be_read_has_a_hint() {
        let missing = event(Path::new("nowhere/event.json")).unwrap_err().to_string();
        assert!(missing.ends_with("hint: name a JSON file with `--event FILE`, or `-` for stdin"), "{missing}");
        let unfinished = read(b"{\"message\": ").unwrap_err().to_string();
        assert!(unfinished.ends_with("hint: write the event as JSON"), "{unfinished}");
    }

    #[test]
    fn an_event_may_have_a_byte_order_mark_and_must_be_utf_8() {
        let text = "{\"message\": \"é\"}";
        for bytes in [text.as_bytes().to_vec(), [b"\xef\xbb\xbf", text.as_bytes()].concat()] {
            assert_eq!(read(&bytes).unwrap(), json!({"message": "é"}));
        }
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [wide.clone(), [b"\xff\xfe".to_vec(), wide].concat()] {
            let error = read(&bytes).unwrap_err().to_string();
            assert!(
                error.starts_with("reading the event ") && error.contains("the file is UTF-16, not UTF-8"),
                "{error}"
            );
        }
    }
}
