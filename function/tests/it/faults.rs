//! The program with a failing AWS: the calls, their number, and the errors that the caller gets.

use std::sync::atomic::{AtomicUsize, Ordering};

use harness::backend::{Backend, chat_rule};
use harness::bedrock;
use harness::call::Call;
use harness::dynamodb::Table;
use harness::http::{Request, Response};
use serde_json::{Value, json};

use crate::support::{Chat, aws, post};

const FALLBACKS: (&str, &str) =
    ("FALLBACK_MODEL_IDS", "us.anthropic.claude-haiku-4-5-20251001-v1:0,us.amazon.nova-lite-v1:0");

fn question() -> Value {
    json!({"message": "sci-fi?"})
}

#[test]
fn a_throttled_model_is_called_twice_and_then_the_fallback() {
    let backend = aws(|request| match request.call() {
        Call::Converse("us.anthropic.claude-haiku-5-5") => Some(Response::error(429, "ThrottlingException", "slow")),
        Call::Converse(_) => Some(Response::ok(bedrock::answer("Watch Alien."))),
        Call::Scan | Call::ConverseStream(_) | Call::Other => Some(Table::with_films(3).scan(request)),
    });
    let chat = Chat::start(&backend, &[FALLBACKS]);
    let (status, body) = chat.post(question());
    assert_eq!((status, &body["message"]), (200, &json!("Watch Alien.")));
    let requests = backend.requests();
    let lines: Vec<&str> = requests.iter().filter_map(|request| request.line.strip_prefix("POST /model/us.")).collect();
    assert_eq!(
        lines,
        [
            "anthropic.claude-haiku-5-5/converse",
            "anthropic.claude-haiku-5-5/converse",
            "anthropic.claude-haiku-4-5-20251001-v1%3A0/converse",
        ]
    );
}

/// The answers are: half of a JSON document, HTML, and a connection that is closed in the middle of the answer.
#[test]
fn an_incomplete_answer_is_requested_again_and_then_from_the_fallback() {
    fn html() -> Response {
        Response::foreign(200, "<html>Sign in</html>")
    }
    fn half() -> Response {
        Response::ok(&bedrock::answer("Watch Alien.").to_string()[..40])
    }
    fn cut() -> Response {
        let (sender, response) = Response::streamed("application/json");
        sender.send(br#"{"output": {"message""#.to_vec());
        sender.cut();
        response
    }
    let breaks: [fn() -> Response; 3] = [html, half, cut];
    for broken in breaks {
        for streaming in ["false", "true"] {
            let answer = chat_rule(Table::with_films(3), "Nomads.");
            let backend = aws(move |request| match request.call() {
                Call::Converse("us.anthropic.claude-haiku-5-5")
                | Call::ConverseStream("us.anthropic.claude-haiku-5-5") => Some(broken()),
                Call::Scan | Call::ConverseStream(_) | Call::Converse(_) | Call::Other => answer(request),
            });
            let chat = Chat::start(&backend, &[FALLBACKS, ("STREAMING", streaming)]);
            let answer = chat.environment.invoke(post(question()).to_string().as_bytes()).unwrap().body;
            assert!(String::from_utf8_lossy(&answer).contains("Nomads."), "{}", chat.log_text());
            let calls = backend.requests().iter().filter(|request| request.line.starts_with("POST /model/")).count();
            assert_eq!(calls, 3, "the first model twice, the fallback once");
        }
    }
}

#[test]
fn a_request_makes_at_most_four_calls() {
    for (streaming, fault) in [
        ("false", Some((429, "ThrottlingException", "too many requests at the moment, please try again shortly"))),
        ("true", Some((503, "ServiceUnavailableException", "the model is busy, please try again shortly"))),
        ("false", Some((500, "InternalServerException", "the model failed"))),
        ("true", None),
    ] {
        let backend = aws(move |request| match (request.call(), fault) {
            (Call::Scan, _) => Some(Table::with_films(3).scan(request)),
            (_, Some((status, code, _))) => Some(Response::error(status, code, "no")),
            (_, None) => None,
        });
        let chat = Chat::start(&backend, &[FALLBACKS, ("STREAMING", streaming)]);
        let (status, body) = if streaming == "true" { chat.streamed(question()) } else { chat.post(question()) };
        let expected = fault.map_or("the model could not be reached", |(.., error)| error);
        assert_eq!((status, body), (500, json!({"error": format!("Bedrock service error: {expected}")})));
        let calls = backend.requests().iter().filter(|request| request.line.starts_with("POST /model/")).count();
        assert_eq!(calls, function::model::MAX_ATTEMPTS, "{expected}");
        assert_own_lines(&chat);
    }
}

/// Asserts that each warning and error in the log has a hint, except the one at the start about a model. No line is
/// from another crate.
fn assert_own_lines(chat: &Chat) {
    for line in chat.log().iter().filter(|line| line["level"] != "INFO") {
        assert!(line["hint"].is_string() || line["model"].is_string(), "{line}");
    }
}

#[test]
fn the_cached_copy_is_used_if_another_server_answers() {
    let answer = || Some(Response::ok(bedrock::answer("Alien.")));
    let backend = aws(chat_rule(Table::with_films(3), "Alien."));
    let chat = Chat::start(&backend, &[("CATALOG_TTL", "1")]);
    assert_eq!(chat.post(question()).0, 200);
    backend.set_rule(move |request| if request.call() == Call::Scan { Some(Response::ok("{}")) } else { answer() });
    let message = "the catalogue cannot be refreshed: answering from the cached copy";
    while !chat.log_text().contains(message) {
        assert_eq!(chat.post(question()).0, 200);
    }
    assert_eq!(chat.post(question()).0, 200);
    let request = backend.requests().into_iter().rfind(|request| matches!(request.call(), Call::Converse(_))).unwrap();
    assert!(String::from_utf8_lossy(&request.body).contains("Celestial Nomads"), "the prompt has no films");
    let line = chat.log().into_iter().find(|line| line["message"] == message).unwrap();
    assert_eq!(line["code"], "UnreadableAnswer", "{line}");
}

#[test]
fn a_throttled_table_is_read_again_and_the_request_is_answered() {
    let throttled = |request: &Request| match request.call() {
        Call::Scan => Some(Response::error(400, "ProvisionedThroughputExceededException", "slow")),
        Call::Converse(_) | Call::ConverseStream(_) | Call::Other => Some(Response::ok(bedrock::answer("Alien."))),
    };
    let backend = aws(throttled);
    let chat = Chat::start(&backend, &[]);
    assert_eq!(chat.post(question()).0, 200);
    let scans = |backend: &Backend| backend.requests().iter().filter(|request| request.call() == Call::Scan).count();
    assert_eq!(scans(&backend), 4, "two attempts before the first request, two for it");
    assert!(chat.log_text().contains("answering from general knowledge"), "{}", chat.log_text());

    // Seven pages. The request for the third one fails once with a fault of the service.
    let (table, faults) = (Table::with_films(130).with_page_size(20), AtomicUsize::new(0));
    backend.clear_requests();
    backend.set_rule(move |request| match request.call() {
        Call::Scan if request.json()["ExclusiveStartKey"]["id"]["S"] == "film-39" => {
            match faults.fetch_add(1, Ordering::Relaxed) {
                0 => Some(Response::error(500, "InternalServerError", "oh")),
                _ => Some(table.scan(request)),
            }
        }
        Call::Scan => Some(table.scan(request)),
        Call::Converse(_) | Call::ConverseStream(_) | Call::Other => Some(Response::ok(bedrock::answer("Alien."))),
    });
    assert_eq!(chat.post(question()).0, 200);
    assert_eq!(scans(&backend), 8);
    let request = backend.requests().pop().unwrap();
    assert!(String::from_utf8_lossy(&request.body).contains("<catalog>"), "the prompt has no films");
    assert_own_lines(&chat);
}
