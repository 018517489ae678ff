//! The program as Lambda runs it: its environment variables, the Runtime API and AWS, its replies and its log.

use harness::bedrock;
use harness::call::Call;
use harness::dynamodb::Table;
use harness::http::Response;
use serde_json::{Value, json};

use crate::support::{Chat, aws, post};

#[test]
fn the_test_event_and_the_event_of_an_http_api_are_answered() {
    let shipped: Value = serde_json::from_str(include_str!("../../test-event.json")).unwrap();
    let http = json!({
        "version": "2.0",
        "routeKey": "POST /chat",
        "requestContext": {"http": {"method": "POST", "path": "/chat"}},
        "body": "eyJtZXNzYWdlIjogImh1c2gtbWVzc2FnZSJ9", // {"message": "hush-message"}
        "isBase64Encoded": true,
    });
    let rating = "9.5000000000000000000000000000000000001";
    let table = Table::of([json!({"title": {"S": "Celestial Nomads"}, "rating": {"N": rating}})]);
    let backend = aws(move |request| match request.call() {
        Call::Scan => Some(table.scan(request)),
        Call::Converse(_) | Call::ConverseStream(_) | Call::Other => {
            Some(Response::ok(bedrock::answer("Watch hush-answer.")))
        }
    });
    let mut chat = Chat::start(&backend, &[("AWS_LAMBDA_LOG_LEVEL", "TRACE")]);
    let replies = [shipped, http, json!({"httpMethod": "DELETE"}), json!("anything")].map(|event| chat.reply(&event));
    chat.end();

    assert_eq!(replies.each_ref().map(|reply| &reply["statusCode"]), [200, 200, 405, 400]);
    let body: Value = serde_json::from_str(replies[0]["body"].as_str().unwrap()).unwrap();
    let usage = json!({"inputTokens": 608, "outputTokens": 122});
    assert_eq!(body, json!({"message": "Watch hush-answer.", "usage": usage}));

    let requests = backend.requests();
    let request =
        requests.iter().find(|request| request.call() == Call::Converse("us.anthropic.claude-haiku-5-5")).unwrap();
    let prompt = String::from_utf8_lossy(&request.body);
    assert!(prompt.contains(&format!(r#"\"rating\":{rating}"#)), "{prompt}");

    let (lines, text) = (chat.log(), chat.log_text());
    assert!(!text.contains("hush"), "{text}");
    assert_eq!([&lines[0]["message"], &lines[1]["message"]], ["started", "catalogue read"]);
    assert!(lines[2..lines.len() - 1].iter().all(|line| line["requestId"] == "r-1"), "{text}");
}

#[test]
fn an_invalid_setting_stops_the_program_before_its_first_request() {
    let backend = aws(|_| None);
    let mut chat = Chat::start(&backend, &[("MODEL_ID", "claude"), ("MOVIE_LIMIT", "0")]);
    assert!(!chat.end().success());
    assert!(backend.requests().is_empty());
    let [line] = &chat.log()[..] else { panic!("not one line") };
    assert_eq!(
        (line["level"].as_str().unwrap(), line["message"].as_str().unwrap()),
        (
            "ERROR",
            "the settings are invalid, the function stops: \
             MODEL_ID is \"claude\", expected an inference profile, such as us.anthropic.claude-haiku-5-5, or the \
             ARN of one; MOVIE_LIMIT is \"0\", expected a whole number from 1 to 200"
        )
    );
}

#[test]
fn a_plain_text_post_of_another_origin_is_rejected_without_calls() {
    let backend = aws(|_| Some(Response::ok(bedrock::answer("Alien."))));
    let page = "https://cinedb.example";
    let chat = Chat::start(&backend, &[("ALLOWED_ORIGIN", page), ("CATALOG_TTL", "0")]);
    let event = |origin: &str| {
        let mut event = post(json!({"message": "sci-fi?"}));
        event["headers"] = json!({"content-type": "text/plain;charset=UTF-8", "origin": origin});
        event
    };
    for origin in ["https://evil.example", "null"] {
        let reply = chat.reply(&event(origin));
        assert_eq!(
            (&reply["statusCode"], &reply["headers"]["Access-Control-Allow-Origin"]),
            (&json!(403), &json!(page))
        );
        assert_eq!(reply["body"], r#"{"error":"Pages of this origin may not use the chat"}"#);
    }
    assert!(backend.requests().is_empty());
    assert_eq!(chat.reply(&event(page))["statusCode"], 200);
    assert_eq!(chat.post(json!({"message": "sci-fi?"})).0, 200, "curl and servers send no origin");
}
