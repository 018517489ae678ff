//! The only door to the terminal: results to stdout, everything else to stderr.

use std::io::{ErrorKind, IsTerminal as _, Write};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock};

use provisioner::template::shown_in;
use provisioner::{Error, Result, printable, report};

use crate::cli::SameStack;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done, or nothing to do.
    Done,
    /// It did not work; the reason has been told.
    Failed,
    /// There are changes, and the caller asked to be told so.
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

// One write at a time: steps that run side by side tell of themselves.
static STDERR: Mutex<()> = Mutex::new(());

// A result that could not be written: the command has failed, whatever else it did.
static RESULT_LOST: AtomicBool = AtomicBool::new(false);

// What proposed commands are given, once the template is read.
static SAME_STACK: OnceLock<SameStack> = OnceLock::new();

/// From now on, the commands that are proposed act on this stack.
pub(crate) fn propose_for(stack: SameStack) {
    let _first_counts = SAME_STACK.set(stack);
}

/// A text for people with its proposals complete.
pub(crate) fn proposing(text: &str) -> String {
    SAME_STACK.get().map_or_else(|| text.to_owned(), |stack| stack.in_commands_of(text))
}

/// Prints a result for people to stdout. What it holds of texts from outside is made printable by who wrote it; what was
/// missed is made printable here.
pub(crate) fn result(text: &str) {
    print(anstream::stdout().lock(), &printable::styled(text));
}

/// Prints a result for programs to stdout, byte by byte. Only on a terminal it is made printable.
pub(crate) fn data(text: &str) {
    let stdout = std::io::stdout();
    if stdout.is_terminal() { print(stdout, &printable::lines(text)) } else { print(stdout, text) }
}

/// Writes to stdout. A reader that has gone away is no error; any other loss makes the command fail.
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

/// The exit code of a command that ended like this.
pub(crate) fn exit(exit: Exit) -> ExitCode {
    if RESULT_LOST.load(Ordering::SeqCst) { Exit::Failed.into() } else { exit.into() }
}

/// Prints a value to stdout as JSON. What is not known yet is written as a template writes it.
pub(crate) fn result_json(value: &impl serde::Serialize) {
    let value = serde_json::to_value(value).map(|value| shown_in(&value)).unwrap_or_default();
    print(std::io::stdout(), &printable::json(&serde_json::to_string_pretty(&value).unwrap_or_default()));
}

/// Tells something that is not the result.
pub(crate) fn note(text: &str) {
    let text = printable::styled(&proposing(text));
    let _one_at_a_time = STDERR.lock();
    let mut stderr = anstream::stderr().lock();
    let _ = writeln!(stderr, "{text}");
}

/// Tells an error and gives its exit code.
pub(crate) fn failed(error: &Error) -> ExitCode {
    note(&format!("{} {error}", report::removed("error:")));
    Exit::Failed.into()
}

/// Prints what clap has to say: help and versions are results, wrong arguments are errors. An error is 1, as all
/// errors are: 2 means changes.
pub(crate) fn usage(usage: &clap::Error) -> ExitCode {
    let _ = usage.print();
    if usage.use_stderr() { Exit::Failed.into() } else { Exit::Done.into() }
}

/// Whether somebody is there to answer.
pub(crate) fn somebody_is_there() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks a question; anything but yes is no.
pub(crate) fn agrees(question: &str) -> Result<bool> {
    let answer = answer_to(&format!("{question} [y/N]")).map_err(|error| Error::new("reading the answer", error))?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// Asks for a text. `None` at the end of the input, or when it cannot be read.
pub(crate) fn ask(question: &str) -> Option<String> {
    // A line has its line break; only the end of the input is empty.
    answer_to(question).ok().filter(|answer| !answer.is_empty())
}

fn answer_to(question: &str) -> std::io::Result<String> {
    {
        let _one_at_a_time = STDERR.lock();
        let mut stderr = anstream::stderr().lock();
        // In one write, so that the echo of an early answer does not stand inside the question.
        let question = format!("{} ", printable::styled(question));
        let _ = stderr.write_all(question.as_bytes()).and_then(|()| stderr.flush());
    }
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(answer)
}
