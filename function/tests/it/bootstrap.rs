//! The program itself, as Lambda runs it: environment in, Runtime API and AWS at hand, replies and log lines out.

use std::{
    process::{Command, Output, Stdio},
    sync::Mutex,
};

use crate::stand_in::{Request, Response, Server};
use serde_json::{Value, json};

const NEXT: &str = "GET /2018-06-01/runtime/invocation/next";

/// The Runtime API, `DynamoDB` and Bedrock behind one address. After the last event the Runtime API hangs up,
/// which ends the program.
fn aws(events: Vec<Value>) -> Server {
    let events = Mutex::new(events.into_iter());
    let row = json!({"title": {"S": "Celestial Nomads"}, "rating": {"N": "9.5000000000000000000000000000000000001"}});
    Server::start(move |request| match request.line.as_str() {
        NEXT => events.lock().unwrap().next().map(invocation),
        "POST /" => Some(Response::ok(json!({"Items": [row], "Count": 1}))),
        line if line.ends_with("/converse") => Some(Response::ok(json!({
            "output": {"message": {"role": "assistant", "content": [{"text": "Watch hush-answer."}]}},
            "stopReason": "end_turn",
            "usage": {"inputTokens": 608, "outputTokens": 122, "totalTokens": 730},
            "metrics": {"latencyMs": 1},
        }))),
        _ => Some(Response { status: 202, headers: Vec::new(), body: b"{}".to_vec() }),
    })
}

fn invocation(event: Value) -> Response {
    let headers = vec![
        ("lambda-runtime-aws-request-id", "r-1".to_owned()),
        ("lambda-runtime-deadline-ms", "4102444800000".to_owned()),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:123456789012:function:f".to_owned()),
    ];
    Response { status: 200, headers, body: event.to_string().into_bytes() }
}

fn run(server: &Server, settings: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bootstrap"))
        .env_clear()
        .env("AWS_LAMBDA_RUNTIME_API", &server.address)
        .env("AWS_ENDPOINT_URL", format!("http://{}", server.address))
        .envs([("AWS_LAMBDA_FUNCTION_NAME", "f"), ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")])
        .envs([("AWS_LAMBDA_FUNCTION_VERSION", "1"), ("AWS_REGION", "us-east-1")])
        .envs([("AWS_ACCESS_KEY_ID", "hush-key"), ("AWS_SECRET_ACCESS_KEY", "hush-secret")])
        .envs(settings.iter().copied())
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn replies(server: &Server) -> Vec<Value> {
    let responses = server.requests().into_iter().filter(|request| request.line.ends_with("/response"));
    responses.map(|request| request.json()).collect()
}

fn log(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn the_shipped_test_event_and_an_http_apis_event_are_answered() {
    let shipped: Value = serde_json::from_str(include_str!("../../test-event.json")).unwrap();
    let http = json!({
        "version": "2.0",
        "routeKey": "POST /chat",
        "requestContext": {"http": {"method": "POST", "path": "/chat"}},
        "body": "eyJtZXNzYWdlIjogImh1c2gtbWVzc2FnZSJ9", // {"message": "hush-message"}
        "isBase64Encoded": true,
    });
    let server = aws(vec![shipped, http, json!({"httpMethod": "DELETE"}), json!("anything")]);
    let output = run(&server, &[("AWS_LAMBDA_LOG_LEVEL", "TRACE")]);

    let replies = replies(&server);
    let statuses: Vec<&Value> = replies.iter().map(|reply| &reply["statusCode"]).collect();
    assert_eq!(statuses, [200, 200, 405, 400]);
    let body: Value = serde_json::from_str(replies[0]["body"].as_str().unwrap()).unwrap();
    let usage = json!({"inputTokens": 608, "outputTokens": 122});
    assert_eq!(body, json!({"message": "Watch hush-answer.", "usage": usage}));

    let is_converse = |request: &Request| request.line == "POST /model/us.anthropic.claude-haiku-5-5/converse";
    let prompt = server.requests().into_iter().find(is_converse).unwrap().body;
    assert!(prompt.contains(r#"\"rating\":9.5000000000000000000000000000000000001"#), "{prompt}");

    let text = String::from_utf8_lossy(&output.stdout);
    assert!(!text.contains("hush") && output.stderr.is_empty(), "{text}");
    let lines = log(&output);
    assert_eq!([&lines[0]["message"], &lines[1]["message"]], ["started", "catalogue read"]);
    assert!(lines[2..lines.len() - 1].iter().all(|line| line["requestId"] == "r-1"), "{text}");
}

#[test]
fn a_bad_setting_stops_the_program_before_it_asks_for_work() {
    let server = aws(Vec::new());
    let output = run(&server, &[("MODEL_ID", "claude"), ("MOVIE_LIMIT", "0")]);
    assert!(!output.status.success());
    assert!(server.requests().is_empty());
    let [line] = &log(&output)[..] else { panic!("not one line") };
    assert_eq!(
        (line["level"].as_str().unwrap(), line["message"].as_str().unwrap()),
        (
            "ERROR",
            "the settings are wrong, the function stops: \
             MODEL_ID holds \"claude\", allowed is an inference profile, such as us.anthropic.claude-haiku-5-5, or the \
             ARN of one; MOVIE_LIMIT holds \"0\", allowed is a whole number from 1 to 200"
        )
    );
}
