//! Writes `docs/failures.md` from the tables of failures that the function uses.

use std::fmt::Write;

use crate::aws::{KnownFailure, Pattern};
use crate::catalog;
use crate::error::ChatError;
use crate::model::{self, MAX_ATTEMPTS, Retry};

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/failures.md");

fn document() -> String {
    let mut text = format!(
        "# Failures of the chat and their handling\n\n\
         To see which failure you have, send one chat and print the function's log: `make invoke ARGS=--log`, with the \
         parameters of the deploy. The log contains the hint. Variables in a hint, such as `MODEL_ID`, are set by \
         parameters of the template ([which ones](configuration.md#parameters-of-the-template)): change the parameter, \
         then run `make deploy`.\n\n\
         The columns:\n\n\
         - **failure**: what failed. The first row that fits applies.\n\
         - **AWS's message**: the error code of AWS and an example of its text, without real account ids; `-` where the \
         function itself detects the failure.\n\
         - **text for the caller** (model only): the error in the reply, which has status 500.\n\
         - **retry**: the calls that the function makes before it gives up.\n\
         - **hint in the log**: what to do.\n\n\
         This page is generated from `function/src/model/failures.rs`, `function/src/catalog/failures.rs` and, for the \
         rows about credentials, `function/src/aws/credentials.rs`. `UPDATE_DOCS=1 cargo test --workspace --lib \
         documented` writes it, and `make test` fails if it is out of date.\n\n\
         ## The model\n\n\
         The table applies until the caller has the first word of an answer, for complete and for streamed answers. One \
         request makes at most {MAX_ATTEMPTS} calls, and none with less than 2 s left. After the first word a streamed \
         answer ends with the event `error`.\n\n\
         | failure | AWS's message | text for the caller | retry | hint in the log |\n|---|---|---|---|---|\n"
    );
    for row in model::FAILURES {
        let (public, retry) = row.action;
        let done = match retry {
            Retry::SameModel => "the same model once after 0.2 to 0.6 s, then each fallback once",
            Retry::NextModel => "each fallback once",
            Retry::Never => "none: every model would fail",
        };
        line(&mut text, row, &[&ChatError::Model(public).to_string(), done]);
    }
    text += "\n## The table of films\n\n\
             If the table cannot be read, the chat answers with the films of the cached copy, or from general knowledge \
             if there is no copy. The log has a warning with the hint.\n\n\
             | failure | AWS's message | retry | hint in the log |\n|---|---|---|---|\n";
    for row in catalog::FAILURES {
        let done = if row.action { "the page once within 0.1 s" } else { "none" };
        line(&mut text, row, &[done]);
    }
    text
}

fn line<T>(text: &mut String, row: &KnownFailure<T>, cells: &[&str]) {
    let codes = match row.pattern {
        Pattern::Code(codes) if row.example.status > 0 => codes,
        Pattern::Message(_) | Pattern::Code(_) | Pattern::Stage(_) | Pattern::Any => &[row.example.code],
    };
    let codes: Vec<String> = codes.iter().map(|code| format!("`{code}`")).collect();
    let message =
        if row.example.status > 0 { format!("{}: {}", codes.join(", "), row.example.message) } else { "-".to_owned() };
    let cells: Vec<&str> = [row.name, &message].into_iter().chain(cells.iter().copied()).chain([row.hint]).collect();
    let _ = writeln!(text, "| {} |", cells.join(" | "));
}

#[test]
fn every_failure_is_documented() {
    let written = document();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(PATH, &written).unwrap();
    }
    let committed = std::fs::read_to_string(PATH).unwrap_or_default();
    assert!(
        committed == written,
        "docs/failures.md is out of date: run `UPDATE_DOCS=1 cargo test --workspace --lib documented`"
    );
}

/// A row that never matches, because an earlier row matches all its failures, would document wrong behaviour.
#[test]
fn each_row_matches_its_example() {
    fn check<T>(rows: &[KnownFailure<T>]) {
        use crate::aws::{Failure, Stage};
        for row in rows {
            let stage = match (row.pattern, row.example.status) {
                (Pattern::Stage(stage), _) => stage,
                (_, 500..) => Stage::Fault,
                (_, 400..) => Stage::Service,
                _ => Stage::Other,
            };
            let failure = Failure::new(stage, row.example.code, row.example.message);
            let found = KnownFailure::find(rows, &failure).unwrap();
            assert_eq!(found.name, row.name);
        }
    }
    check(model::FAILURES);
    check(catalog::FAILURES);
}

#[test]
fn each_hint_is_an_imperative_in_one_line() {
    let hints = model::FAILURES.iter().map(|row| row.hint).chain(catalog::FAILURES.iter().map(|row| row.hint));
    for hint in hints {
        assert!(hint.starts_with(|c: char| c.is_ascii_lowercase()) && !hint.ends_with('.'), "{hint}");
        assert!(!hint.contains(['\n', '|']), "{hint}");
    }
}
