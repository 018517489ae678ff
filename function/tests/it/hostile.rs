//! Hostile bodies and events, through the program: each gets JSON with the correct status, and the next question gets
//! its answer.

use harness::backend::chat_rule;
use harness::dynamodb::Table;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::support::{Chat, aws, split};

/// The largest event that an API sends to a function.
const LARGEST: usize = 6 * 1024 * 1024;

fn chat(streaming: &str) -> Chat {
    let backend = aws(chat_rule(Table::with_films(3), "Alien."));
    Chat::start(&backend, &[("STREAMING", streaming)])
}

/// The status of a response whose body is JSON or a complete stream.
fn status(chat: &Chat, streaming: &str, event: &Value) -> u64 {
    status_of(chat, streaming, event.to_string().as_bytes())
}

fn status_of(chat: &Chat, streaming: &str, event: &[u8]) -> u64 {
    let answer = chat.environment.invoke(event).unwrap().body;
    let (head, body) = match streaming {
        "true" => split(&answer),
        _ => {
            let reply: Value = serde_json::from_slice(&answer).unwrap();
            let body = reply["body"].as_str().unwrap_or("{}").to_owned();
            (reply, body)
        }
    };
    let is_stream = body.starts_with("event: token") && body.contains("event: done");
    assert!(body.is_empty() || is_stream || serde_json::from_str::<Value>(&body).unwrap().is_object(), "{body}");
    head["statusCode"].as_u64().unwrap()
}

fn post(body: &Value, is_base64: bool) -> Value {
    json!({"httpMethod": "POST", "body": body, "isBase64Encoded": is_base64})
}

fn bodies() -> Vec<String> {
    let message = |text: &str| format!(r#"{{"message": "{text}"}}"#);
    vec![
        "[".repeat(100_000),
        format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)),
        format!(r#"{{"message": {}"#, r#"{"a":"#.repeat(20_000)),
        format!(r#"{{"message": "hi", "history": {}{}}}"#, "[".repeat(500), "]".repeat(500)),
        format!(r#"{{"message": 1{}}}"#, "0".repeat(100_000)),
        r#"{"message": 1e99999}"#.to_owned(),
        "\0".to_owned(),
        "\u{FEFF}{}".to_owned(),
        message(&"\u{200B}".repeat(4_000)),
        message(r"\u202e\u2063\u3164\u00ad\ue000\u001b\uffff"),
        "a".repeat(LARGEST),
        "\u{10FFFF}".repeat(LARGEST / 4),
        message(&"a".repeat(LARGEST)),
        message(&r"\u0000".repeat(LARGEST / 6)),
        format!("[{}", "{},".repeat(LARGEST / 3)),
        " ".repeat(LARGEST),
    ]
}

#[test]
fn hostile_bodies_are_rejected_in_json_and_the_next_request_is_answered() {
    for streaming in ["false", "true"] {
        let chat = chat(streaming);
        for body in bodies() {
            for is_base64 in [false, true] {
                let status = status(&chat, streaming, &post(&json!(body), is_base64));
                assert_eq!(status, 400, "{}", body.chars().take(60).collect::<String>());
            }
        }
        assert_eq!(status(&chat, streaming, &post(&json!(r#"{"message": "sci-fi?"}"#), false)), 200);
    }
}

#[test]
fn unusual_but_valid_bodies_are_answered() {
    let chat = chat("false");
    for body in [
        r#"{"message": "\u0000 hi \u202E there"}"#,
        r#"{"message": 1, "message": "the last one counts"}"#,
        r#"{"message": "hi", "history": null, "more": [1e99999, {"a": []}]}"#,
        r#"{"message": "half an emoji \ud83c", "history": [{"role": "user", "content": "\udfac"}]}"#,
        "\u{FEFF}{\"message\": \"hi\"}",
        &format!(r#"{{"message": "hi", "more": {}{}}}"#, "[".repeat(20_000), "]".repeat(20_000)),
        "\r\n\t {\"message\": \"Amélie 天空の城 🎬\"} ",
    ] {
        assert_eq!(status(&chat, "false", &post(&json!(body), false)), 200, "{body}");
    }
}

/// Any JSON is a valid event, because unused values are not parsed. An event that is not JSON gets an error without a
/// Rust type.
#[test]
fn any_event_is_answered_and_the_next_request_too() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let question = |more: &str| format!(r#"{{"httpMethod": "POST", "body": "{{\"message\": \"hi\"}}", "x": {more}}}"#);
    for streaming in ["false", "true"] {
        let chat = chat(streaming);
        for (event, expected) in [
            (deep.clone(), 400),
            (question(&deep), 200),
            (question("-1e999999"), 200),
            (question(r#""\ud83c""#), 200),
            (format!("\u{FEFF}{}", question("{}")), 200),
            (r#"{"httpMethod": "POST", "body": "\ud800"}"#.to_owned(), 400),
            (r#"{"httpMethod": "POST", "body": "#.to_owned(), 400),
            (String::new(), 400),
        ] {
            assert_eq!(status_of(&chat, streaming, event.as_bytes()), expected, "{event:.80}");
        }
        let answer = chat.environment.invoke(b"\xFF\xFE{}").unwrap().body;
        let text = String::from_utf8_lossy(&answer);
        assert!(text.contains("The event is not valid JSON: line 1, column 1"), "{text}");
    }
}

/// Any JSON, in which the names that have a meaning are frequent.
fn any_json() -> impl Strategy<Value = Value> {
    let name = prop_oneof![Just("message"), Just("history"), Just("role"), Just("content"), Just("user"), Just("x")];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        name.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, move |inner| {
        let fields = prop::collection::vec((name.clone().prop_map(str::to_owned), inner.clone()), 0..6);
        prop_oneof![
            prop::collection::vec(inner, 0..6).prop_map(Value::from),
            fields.prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

#[test]
fn any_event_gets_json_with_a_status() {
    let body = prop_oneof![
        any_json(),
        any_json().prop_map(|body| body.to_string().into()),
        any::<String>().prop_map(Value::from)
    ];
    let event = prop_oneof![4 => (body, any::<bool>()).prop_map(|(body, base64)| post(&body, base64)), 1 => any_json()];
    for streaming in ["false", "true"] {
        let chat = chat(streaming);
        let mut runner = TestRunner::new(Config { cases: 128, failure_persistence: None, ..Config::default() });
        runner
            .run(&event, |event| {
                let status = status(&chat, streaming, &event);
                prop_assert!([200, 400].contains(&status), "{}", status);
                Ok(())
            })
            .unwrap();
    }
}
