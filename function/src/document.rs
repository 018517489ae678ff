//! Writes `docs/failures.md` from the tables of failures that the function uses.

use std::fmt::Write;

use crate::aws::{Known, Sign};
use crate::catalog;
use crate::error::ChatError;
use crate::model::{self, MAX_ATTEMPTS, Remedy};

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/failures.md");

fn document() -> String {
    let mut text = format!(
        "# What can fail, and what is done\n\n\
         Generated from `function/src/model/failures.rs`, `function/src/catalog/failures.rs` and, for the rows of \
         credentials, `function/src/aws/credentials.rs`: `UPDATE_DOCS=1 cargo \
         test --workspace --lib documented` writes it, and `make test` fails when it is stale. The first row that fits a \
         failure is taken. AWS's words are examples, cut where they name an account.\n\n\
         ## The model\n\n\
         All of it holds until the caller has the first word of an answer, for whole answers and for streamed ones: one \
         request makes at most {MAX_ATTEMPTS} calls, none of them with less than 2 s left. The caller gets 500 with the \
         text of the third column, the log the hint. After the first word a streamed answer ends with the event `error`.\n\n\
         | failure | what AWS writes | the caller reads | what is done | hint in the log |\n|---|---|---|---|---|\n"
    );
    for row in model::FAILURES {
        let (public, remedy) = row.then;
        let done = match remedy {
            Remedy::Again => "the same model is asked once more after 0.2 to 0.6 s, then each fallback once",
            Remedy::Another => "each fallback is asked once",
            Remedy::Nothing => "nothing: every model would fail",
        };
        line(&mut text, row, &[&ChatError::Model(public).to_string(), done]);
    }
    text += "\n## The table of films\n\n\
             Without films the chat answers from general knowledge, or from the copy that it has, and the log has a \
             warning with the hint.\n\n\
             | failure | what AWS writes | what is done | hint in the log |\n|---|---|---|---|\n";
    for row in catalog::FAILURES {
        let done = if row.then { "the page is requested once more within 0.1 s" } else { "no second request" };
        line(&mut text, row, &[done]);
    }
    text
}

fn line<T>(text: &mut String, row: &Known<T>, cells: &[&str]) {
    let codes = match row.sign {
        Sign::Code(codes) if row.example.status > 0 => codes,
        Sign::Says(_) | Sign::Code(_) | Sign::Stage(_) | Sign::Any => &[row.example.code],
    };
    let codes: Vec<String> = codes.iter().map(|code| format!("`{code}`")).collect();
    let wrote =
        if row.example.status > 0 { format!("{}: {}", codes.join(", "), row.example.message) } else { "-".to_owned() };
    let cells: Vec<&str> = [row.what, &wrote].into_iter().chain(cells.iter().copied()).chain([row.hint]).collect();
    let _ = writeln!(text, "| {} |", cells.join(" | "));
}

#[test]
fn every_failure_is_documented() {
    let written = document();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(PATH, &written).unwrap();
    }
    let kept = std::fs::read_to_string(PATH).unwrap_or_default();
    assert!(kept == written, "docs/failures.md is stale: run `UPDATE_DOCS=1 cargo test --workspace --lib documented`");
}

/// A row that never matches, because an earlier row matches all its failures, would document wrong behaviour.
#[test]
fn each_row_takes_the_failure_that_it_describes() {
    fn check<T>(rows: &[Known<T>]) {
        use crate::aws::{Stage, Trouble};
        for row in rows {
            let stage = match (row.sign, row.example.status) {
                (Sign::Stage(stage), _) => stage,
                (_, 500..) => Stage::Fault,
                (_, 400..) => Stage::Service,
                _ => Stage::Other,
            };
            let (code, detail) = (row.example.code.to_owned(), row.example.message.to_owned());
            let found = Known::of(rows, &Trouble { stage, code, detail, aws_request_id: None }).unwrap();
            assert_eq!(found.what, row.what);
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
