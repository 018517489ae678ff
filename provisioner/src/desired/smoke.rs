//! Smoke tests: declared in `Metadata.Provisioner.SmokeTest` of an alias, a function, a route or a function URL.

mod account;
mod declaration;
mod depends;
mod event;
mod query;
mod request;
mod route;
#[cfg(test)]
mod tests;
mod untested;

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use self::declaration::Declaration;
pub use self::request::Request;
pub use self::untested::Untested;
use super::entrance::{Entrance, Format};
use super::{Desired, Wanted};
use crate::error::Result;
use crate::resources::Resource;
use crate::resources::check::{Check, Expect};
use crate::resources::named::FunctionRef;
use crate::template::{Evaluated, Fault, Known, Reason, Reference, Template, Unfilled, references_in};

/// A smoke test of one function or alias.
#[derive(Debug, Clone, PartialEq)]
pub struct SmokeTest {
    /// The resource that declares it.
    pub logical_id: String,
    /// The function's name.
    pub function_name: String,
    /// The alias that callers use; `None` if they call the function itself.
    pub alias: Option<String>,
    /// The resources that affect the answer: the callee, and all that these need.
    pub depends_on: BTreeSet<String>,
    /// The expected answer.
    pub expect: Expect,
    sent: Sent,
    message: Option<String>,
}

/// The content that a smoke test sends.
#[derive(Debug, Clone, PartialEq)]
enum Sent {
    /// This event.
    Event(Value),
    /// The event of a request through this route or function URL.
    Request(Box<(Request, Entrance)>),
}

/// A sample account in place of an unknown one. Every account's id has twelve digits.
const ANY_ACCOUNT: &str = "123456789012";

/// A fault of a declaration, at these keys below `SmokeTest`.
fn mistake(path: &[&str], reason: impl Into<Reason>) -> Fault {
    Fault::at(&[&["SmokeTest"], path].concat(), reason)
}

/// The smoke tests in these declarations, in the template's order.
///
/// # Errors
/// When a declaration is not valid, with its place in the template.
pub(super) fn declared(
    template: &Template,
    declarations: Vec<(String, Value)>,
    resources: &[Wanted],
    entrances: &[Entrance],
    known: &Known,
) -> Result<Vec<SmokeTest>> {
    let order: Vec<&String> = template.flat()["Resources"].as_object().map(Map::keys).into_iter().flatten().collect();
    let mut tests = Vec::new();
    for (logical_id, value) in declarations {
        let value = known.fill(&value);
        let problem = |fault| template.problem(&["Resources", &logical_id, "Metadata", "Provisioner"], fault);
        if known.get(&Reference::account()).is_none() {
            account::check(&value).map_err(problem)?;
        }
        tests.extend(test(&logical_id, &value, resources, entrances).map_err(problem)?);
    }
    tests.sort_by_key(|test| order.iter().position(|id| **id == test.logical_id));
    Ok(tests)
}

fn test(id: &str, value: &Value, resources: &[Wanted], entrances: &[Entrance]) -> Evaluated<Option<SmokeTest>> {
    if let Some(unfilled) = Known::of_account(ANY_ACCOUNT).unfilled(&Known::of_account(ANY_ACCOUNT).fill(value))
        && references_in(value).iter().all(|one| *one == Reference::account())
    {
        let Unfilled { path, term, reason, .. } = unfilled;
        return Err(Fault { path, ..Fault::here(format!("`{term}` {reason}")) });
    }
    let Some(Declaration { request, event, mut expect, message }) = Declaration::read(value)? else { return Ok(None) };
    if let Some(reference) = references_in(value).into_iter().find(|one| *one != Reference::account()) {
        let what = match reference.attribute.as_str() {
            "Ref" => format!("the id of `{}`", reference.logical_id),
            _ => format!("`{}`", reference.name()),
        };
        let reason = format!("{what} is not known before AWS assigns it: use parameters, pseudo parameters and names");
        return Err(mistake(&[], reason));
    }
    let declared_at = |wanted: &&Wanted| wanted.logical_id == id;
    let Some(wanted) = resources.iter().find(declared_at) else { return Ok(None) };
    let own: Vec<&Entrance> = entrances.iter().filter(|one| one.logical_id == id).collect();
    let (function_name, alias) = callee(&wanted.resource, own.first().copied(), resources)?;
    let is_ours = |one: &Wanted| matches!(&one.resource, Resource::Function(one) if one.function_name == function_name);
    if !resources.iter().any(is_ours) {
        return Err(mistake(&[], format!("it calls `{function_name}`, which is not a function of this template")));
    }
    let sent = match (request, event) {
        (Some(request), _) => {
            let calls_it = |one: &&Entrance| one.function_name == function_name && one.alias == alias;
            let candidates = if own.is_empty() { entrances.iter().filter(calls_it).collect() } else { own };
            let entrance =
                route::best_match(&candidates, &request).ok_or_else(|| request.unmatched(&candidates))?.clone();
            expect.status.get_or_insert(200);
            Sent::Request(Box::new((request, entrance)))
        }
        (None, event) => Sent::Event(event.unwrap_or_default()),
    };
    let depends_on = depends::on(id, &function_name, alias.as_deref(), resources);
    Ok(Some(SmokeTest { logical_id: id.to_owned(), function_name, alias, depends_on, sent, expect, message }))
}

/// The function that a resource is or calls, and its alias if callers use one.
fn callee(at: &Resource, own: Option<&Entrance>, resources: &[Wanted]) -> Evaluated<(String, Option<String>)> {
    if let Some(own) = own {
        return Ok((own.function_name.clone(), own.alias.clone()));
    }
    if let Resource::Alias(alias) = at {
        return Ok((alias.function_name.clone(), Some(alias.name.clone())));
    }
    if let Resource::Function(function) = at {
        return Ok((function.function_name.clone(), only_alias(&function.function_name, resources)?));
    }
    if let Resource::Route(_) = at {
        return Err(mistake(&[], "the route's integration does not call a Lambda function"));
    }
    let places = "an alias, a function, a route or a function URL";
    Err(mistake(&[], format!("{} cannot have a smoke test; declare it at {places}", at.kind())))
}

/// The alias that a function's callers use.
fn only_alias(function_name: &str, resources: &[Wanted]) -> Evaluated<Option<String>> {
    let mut aliases = resources.iter().filter_map(|wanted| {
        let Resource::Alias(alias) = &wanted.resource else { return None };
        (alias.function_name == function_name).then(|| alias.name.clone())
    });
    let first = aliases.next();
    match aliases.next() {
        None => Ok(first),
        Some(_) => Err(mistake(&[], "the function has several aliases: declare the test at one of them")),
    }
}

impl SmokeTest {
    /// The name of the tested alias (`chat:live`) or function (`chat`).
    pub fn callee(&self) -> String {
        FunctionRef { name: &self.function_name, qualifier: self.alias.as_deref() }.to_string()
    }

    /// The request or event, for messages: `POST /chat`.
    pub fn name(&self) -> String {
        match &self.sent {
            Sent::Event(_) => format!("the event of {}", self.logical_id),
            Sent::Request(sent) => format!("{} {}", sent.0.method, sent.0.path),
        }
    }

    /// The request or event and the expected answer in one line, for messages: `POST /chat expects 200`.
    pub fn summary(&self) -> String {
        match self.expect.status {
            Some(status) => format!("{} expects {status}", self.name()),
            None if self.expect.payload.is_empty() => format!("{} expects no error", self.name()),
            None => format!("{} expects an answer {}", self.name(), self.expect.payload.summary()),
        }
    }

    /// The check: the test as it is sent to the function or a version of it.
    pub fn check(&self, patient: bool) -> Check {
        // In this format an answer without a status counts as one with status 200.
        let status_is_implied = matches!(&self.sent, Sent::Request(sent) if sent.1.format == Format::Two);
        Check { name: self.name(), event: self.event(), expect: self.expect.clone(), status_is_implied, patient }
    }

    /// The event to send.
    pub fn event(&self) -> Value {
        match &self.sent {
            Sent::Event(event) => event.clone(),
            Sent::Request(sent) => event::of(&sent.0, &sent.1),
        }
    }

    /// The request, if the test declares one.
    pub fn request(&self) -> Option<&Request> {
        match &self.sent {
            Sent::Event(_) => None,
            Sent::Request(sent) => Some(&sent.0),
        }
    }

    /// The same test with another message, if the declaration contains the place of the message.
    pub fn with_message(&self, text: &str) -> Option<Self> {
        let pointer = self.message.as_deref()?;
        let mut test = self.clone();
        let place = match &mut test.sent {
            Sent::Event(event) => event.pointer_mut(pointer),
            Sent::Request(sent) => sent.0.body.as_mut()?.pointer_mut(pointer),
        };
        *place? = Value::from(text);
        Some(test)
    }
}

impl Desired {
    /// The smoke tests whose answers depend on one of these resources.
    pub fn smoke_tests_of<'d>(&'d self, changed: &BTreeSet<&str>) -> Vec<&'d SmokeTest> {
        let affected = |test: &&SmokeTest| test.depends_on.iter().any(|id| changed.contains(id.as_str()));
        self.smoke_tests.iter().filter(affected).collect()
    }
}
