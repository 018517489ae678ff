//! The only module that writes to the terminal: results to stdout, everything else to stderr.

use std::io::{ErrorKind, IsTerminal as _, Write};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock};

use provisioner::template::shown_in;
use provisioner::{Error, Hint, Result, printable, report};

use crate::cli::SameStack;

/// The result of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// It succeeded, or there was nothing to do.
    Done,
    /// It failed; the error has been printed.
    Failed,
    /// There are changes, and the caller asked for an exit code about them.
    Changes,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Done => Self::SUCCESS,
            Exit::Failed => Self::from(1),
            Exit::Changes => Self::from(2),
        }
    }
}

// One write at a time, because steps that run at the same time report their progress.
static STDERR: Mutex<()> = Mutex::new(());

// Whether a result could not be written: then the command fails, whatever else it did.
static RESULT_LOST: AtomicBool = AtomicBool::new(false);

// The options to add to proposed commands, once the template is read.
static SAME_STACK: OnceLock<SameStack> = OnceLock::new();

/// Sets the stack of all commands that are proposed from now on.
pub(crate) fn propose_for(stack: SameStack) {
    let _first_counts = SAME_STACK.set(stack);
}

/// A hint with complete commands. A complete one does not change.
pub(crate) fn completed(hint: Hint) -> Hint {
    match SAME_STACK.get() {
        Some(stack) => hint.complete(|command| stack.complete(command)),
        None => hint,
    }
}

/// Prints a result for the user to stdout. The caller makes texts from outside printable; this is a second check.
pub(crate) fn result(text: &str) {
    print(anstream::stdout().lock(), &printable::styled(text));
}

/// Prints a result for programs to stdout unchanged. Only for a terminal it is made printable.
pub(crate) fn data(text: &str) {
    let stdout = std::io::stdout();
    if stdout.is_terminal() { print(stdout, &printable::lines(text)) } else { print(stdout, text) }
}

/// Writes to stdout. A closed pipe is not an error; any other failure makes the command fail.
fn print(mut stdout: impl Write, text: &str) {
    let end: &[u8] = if text.ends_with('\n') { b"" } else { b"\n" };
    let written = stdout.write_all(text.as_bytes()).and_then(|()| stdout.write_all(end)).and_then(|()| stdout.flush());
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            note(&format!("{} {}", report::removed("error:"), Error::new("writing the result to stdout", error)));
            RESULT_LOST.store(true, Ordering::SeqCst);
        }
        _ => {}
    }
}

/// The exit code for this result of a command.
pub(crate) fn exit(exit: Exit) -> ExitCode {
    if RESULT_LOST.load(Ordering::SeqCst) { Exit::Failed.into() } else { exit.into() }
}

/// Prints a value to stdout as JSON. A value that is not known yet is written as in a template.
pub(crate) fn result_json(value: &impl serde::Serialize) {
    let value = serde_json::to_value(value).map(|value| shown_in(&value)).unwrap_or_default();
    print(std::io::stdout(), &printable::json(&serde_json::to_string_pretty(&value).unwrap_or_default()));
}

/// Prints a message that is not the result.
pub(crate) fn note(text: &str) {
    let text = printable::styled(text);
    let _one_at_a_time = STDERR.lock();
    let mut stderr = anstream::stderr().lock();
    let _ = writeln!(stderr, "{text}");
}

/// Prints an error and returns its exit code.
pub(crate) fn failed(error: &Error) -> ExitCode {
    let error = error.clone().complete(completed);
    note(&format!("{} {error}", report::removed("error:")));
    Exit::Failed.into()
}

/// Prints clap's message: help and versions are results, wrong arguments are errors. Their exit code is 1, as for all
/// errors: 2 means changes.
pub(crate) fn usage(usage: &clap::Error) -> ExitCode {
    let _ = usage.print();
    if usage.use_stderr() { Exit::Failed.into() } else { Exit::Done.into() }
}

/// Whether a user is present to answer.
pub(crate) fn is_interactive() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks a question; every answer except yes means no.
pub(crate) fn agrees(question: &str) -> Result<bool> {
    let answer = answer_to(&format!("{question} [y/N]")).map_err(|error| Error::new("reading the answer", error))?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// Asks for a text. `None` at the end of the input, or when the input cannot be read.
pub(crate) fn ask(question: &str) -> Option<String> {
    // A line contains its line break; only the end of the input is empty.
    answer_to(question).ok().filter(|answer| !answer.is_empty())
}

fn answer_to(question: &str) -> std::io::Result<String> {
    {
        let _one_at_a_time = STDERR.lock();
        let mut stderr = anstream::stderr().lock();
        // In a single write, so that the echo of an early answer does not appear inside the question.
        let question = format!("{} ", printable::styled(question));
        let _ = stderr.write_all(question.as_bytes()).and_then(|()| stderr.flush());
    }
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(answer)
}
