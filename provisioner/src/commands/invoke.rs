//! `invoke`: sends one event to the stack's function.

use std::io::Read as _;
use std::path::Path;

use provisioner::desired::PackageCheck;
use provisioner::{Error, Result};
use serde_json::Value;

use super::session::Session;
use super::smoke;
use crate::cli::Invoke;
use crate::terminal::{self, Exit};

pub(crate) async fn run(arguments: &Invoke) -> Result<Exit> {
    let session = Session::open(&arguments.stack, PackageCheck::Unread).await?;
    let Some((function, alias, chat)) = smoke::callee(&session.desired, &arguments.message) else {
        return Err(Error::new(format!("invoking stack {}", session.desired.stack), "it has not just one function"));
    };
    let event = match &arguments.event {
        Some(file) => event(file)?,
        None => chat,
    };
    let answer = session.aws.invoke(&function, alias.as_deref(), &event).await?;
    if arguments.log {
        terminal::note(&answer.log);
    }
    terminal::result_json(&answer.payload);
    let refused = answer.payload["statusCode"].as_u64().is_some_and(|status| status >= 400);
    Ok(if answer.function_error.is_some() || refused { Exit::Failed } else { Exit::Done })
}

fn event(file: &Path) -> Result<Value> {
    let doing = || format!("reading the event {}", file.display());
    let text = if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(file)
    };
    let text = text.map_err(|error| Error::new(doing(), error))?;
    serde_json::from_str(&text).map_err(|error| Error::new(doing(), error))
}
