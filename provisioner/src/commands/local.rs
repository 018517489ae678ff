//! `local`: the whole chat on this machine, deployed by the same code as on AWS.

mod http;
mod package;
mod process;
mod servers;

use std::path::PathBuf;

use provisioner::aws::{Aws, Connection};
use provisioner::desired::{Desired, PackageCheck, Packages, Request, SmokeTest};
use provisioner::execute::{Stop, execute};
use provisioner::hint::shell_word;
use provisioner::observe::Reach;
use provisioner::plan::{Options, plan};
use provisioner::printable::lines;
use provisioner::template::Template;
use provisioner::{Error, Result, report};
use serde_json::Value;

use self::servers::{Llm, Servers};
use super::emulator::reachable_url;
use super::progress::Progress;
use super::session;
use super::signal::stop_requested;
use crate::cli::Local;
use crate::terminal::{self, Exit};

/// The sample catalogue.
const FILMS: &str = include_str!("../../local/films.json");

/// The prefix of MiniStack's built-in answers.
const CANNED: &str = "[ministack mock";

/// The number of films for the embedded model: with more films the answer would exceed the caller's timeout.
const FILMS_FOR_EMBEDDED: &str = "12";

pub(crate) async fn run(arguments: &Local) -> Result<Exit> {
    package::check(&arguments.code)?;
    let servers = tokio::select! {
        servers = Servers::start(arguments) => servers?,
        _ = stop_requested() => return Ok(Exit::Failed),
    };
    let ended = tokio::select! {
        ended = serve(arguments, &servers) => ended,
        _ = stop_requested() => Ok(()),
    };
    terminal::note("stopping");
    servers.stop().await;
    ended.map(|()| Exit::Done)
}

/// Deploys everything and waits until a server ends, which is unexpected.
async fn serve(arguments: &Local, servers: &Servers) -> Result<()> {
    let chat = set_up(arguments, servers).await?;
    terminal::result(&format!("chat: {}", chat.url));
    if let Some(url) = &chat.stream {
        terminal::result(&format!("stream: {url}"));
    }
    let curl = chat.request().map(|request| curl(&chat.url, request)).unwrap_or_default();
    terminal::note(&format!("\n{}\n{curl}\nCtrl-C ends it.", servers.llm.description()));
    Err(servers.ended().await)
}

/// The deployed chat.
struct Chat {
    url: String,
    /// The URL that streams its answers, if the template has one.
    stream: Option<String>,
    /// The first smoke test, if the template declares one.
    test: Option<SmokeTest>,
}

impl Chat {
    fn request(&self) -> Option<&Request> {
        self.test.as_ref()?.request()
    }
}

/// Deploys the catalogue and the chat, and sends the first chat over HTTP.
async fn set_up(arguments: &Local, servers: &Servers) -> Result<Chat> {
    let mut parameters = arguments.parameter.clone();
    let gives = |name: &str| arguments.parameter.iter().any(|(given, _)| given == name);
    if matches!(servers.llm, Llm::Embedded) && !gives("MovieLimit") {
        parameters.push(("MovieLimit".to_owned(), FILMS_FOR_EMBEDDED.to_owned()));
    }
    let table = parameters.iter().find(|(name, _)| name == "TableName").cloned();
    deploy(&arguments.catalog_template, "cinedb-catalog", table.clone().into_iter().collect(), None, servers).await?;
    let films: Vec<Value> =
        serde_json::from_str(FILMS).map_err(|error| Error::new("reading the sample films", error))?;
    let table = table.map_or_else(|| "cinedb".to_owned(), |(_, name)| name);
    connect(servers).await?.put_items(&table, &films).await?;
    terminal::note(&report::dim(format!("  {} films in table {table}", films.len())));
    let (desired, outputs) =
        deploy(&arguments.template, "cinedb-chat", parameters, Some(&arguments.code), servers).await?;
    let url = |name: &str| {
        let (_, url) = outputs.iter().find(|(output, _)| output == name)?;
        Some(reachable_url(url, Some(servers.endpoint_url())))
    };
    let Some(chat) = url("ChatUrl") else {
        return Err(Error::new("looking for the chat's address", "the template has no output `ChatUrl`"));
    };
    let chat = Chat { url: chat, stream: url("StreamUrl"), test: desired.smoke_tests.into_iter().next() };
    match &chat.test {
        Some(test) => first_chat(&chat.url, test, &servers.llm).await?,
        None => terminal::note("the template declares no smoke test, so no first request is sent"),
    }
    Ok(chat)
}

/// The declared request as a command.
fn curl(url: &str, request: &Request) -> String {
    let headers: String = request
        .headers()
        .iter()
        .map(|(name, value)| format!(" -H {}", shell_word(&format!("{name}: {value}"))))
        .collect();
    let body = request.body().map(|body| format!(" -d {}", shell_word(&body))).unwrap_or_default();
    format!("\n  curl -X {} {}{headers}{body}\n", request.method, shell_word(url))
}

/// Deploys a template without a confirmation, since all resources belong to this run.
async fn deploy(
    template: &std::path::Path,
    stack: &str,
    parameters: Vec<(String, String)>,
    code: Option<&PathBuf>,
    servers: &Servers,
) -> Result<(Desired, Vec<(String, String)>)> {
    let aws = connect(servers).await?;
    let template = Template::load(template)?;
    // Every function uses the package that was built for this machine.
    let functions = template.logical_ids_of("AWS::Lambda::Function").into_iter();
    let instead = code.iter().flat_map(|code| functions.clone().map(|id| (id.to_owned(), (*code).clone()))).collect();
    let packages = Packages { instead, check: PackageCheck::ForThisMachine };
    let parameters = parameters.into_iter().collect();
    let desired = session::resolved(&template, &parameters, &packages, &stack.parse()?, &aws).await?;
    let observed = session::observe_named(&aws.reader(), &desired, Reach::Resources).await?;
    let plan = plan(&desired, &observed, &Options::default());
    let progress = Progress::of(&plan);
    let outcome = execute(&plan, &aws, &Stop::default(), &|event| progress.print(&event)).await;
    match outcome.failed.into_iter().next() {
        Some((_, error)) => Err(error),
        None => {
            desired.check_outputs(&outcome.known, &plan.steps.iter().map(|step| step.logical_id.as_str()).collect())?;
            let outputs = desired.outputs(&outcome.known);
            Ok((desired, outputs))
        }
    }
}

async fn connect(servers: &Servers) -> Result<Aws> {
    let connection = Connection {
        region: Some("us-east-1".to_owned()),
        profile: None,
        endpoint_url: Some(servers.endpoint_url().to_owned()),
        with_test_credentials: true,
        ask_code: None,
    };
    Aws::connect(&connection, session::notify()).await
}

/// Sends the template's first smoke test over HTTP, and prints the question and the answer.
async fn first_chat(url: &str, test: &SmokeTest, llm: &Llm) -> Result<()> {
    let doing = || format!("sending the first chat to {url}");
    let Some(request) = test.request() else {
        let cause = format!("the smoke test of {} is an event, which cannot be sent over HTTP", test.logical_id);
        return Err(Error::new(doing(), cause).hint("declare a `Request` (docs/smoke-tests.md)"));
    };
    let answer = http::send(&request.method, url, &request.headers(), request.body()).await;
    let (status, body) = answer.map_err(|cause| Error::new(doing(), cause))?;
    if let Some(objection) = test.expect.response_objection(status.into(), &body) {
        return Err(Error::new(doing(), objection));
    }
    let message = message(&body);
    let question = self::message(&request.body().unwrap_or_default());
    terminal::note(&format!("\n> {}\n{}\n", lines(&question), report::dim(lines(&message))));
    if !matches!(llm, Llm::Canned) && message.starts_with(CANNED) {
        terminal::note("That was MiniStack's canned text: the model did not answer, or not within 24 s. Ask again.");
    }
    Ok(())
}

fn message(body: &str) -> String {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    body["message"].as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_catalogue_is_about_sixty_whole_films() {
        let films: Vec<Value> = serde_json::from_str(FILMS).unwrap();
        assert!((55..=70).contains(&films.len()), "{}", films.len());
        for film in &films {
            for key in ["id", "title", "year", "genres", "rating", "director", "plot"] {
                assert!(!film[key].is_null(), "{film} has no {key}");
            }
        }
    }
}
