//! Lambda freezes the process between two events for any time. Connections that AWS closes meanwhile cost no answer.

use std::sync::atomic::{AtomicBool, Ordering};

use harness::backend::chat_rule;
use harness::bedrock;
use harness::call::Call;
use harness::dynamodb::Table;
use harness::gate::Gate;
use harness::http::{Request, Response};
use serde_json::json;

use crate::support::{Chat, aws, post};

#[test]
fn each_request_is_answered_after_connections_were_closed_in_a_freeze() {
    let backend = aws(chat_rule(Table::with_films(3), "Alien."));
    for ttl in ["900", "0"] {
        let chat = Chat::start(&backend, &[("CATALOG_TTL", ttl)]);
        for _ in 0..5 {
            assert_eq!(chat.post(json!({"message": "sci-fi?"})).0, 200);
            chat.environment.freeze().unwrap();
            backend.close_connections();
            chat.environment.send_event(post(json!({"message": "and now?"})).to_string().as_bytes()).unwrap();
            chat.environment.thaw().unwrap();
            let answer = String::from_utf8(chat.environment.answer().unwrap().body).unwrap();
            assert!(answer.contains(r#""statusCode":200"#), "{answer}");
        }
    }
}

#[test]
fn a_frozen_refresh_continues_at_its_page() {
    let backend = aws(chat_rule(Table::with_films(3), "Alien."));
    let chat = Chat::start(&backend, &[("CATALOG_TTL", "1")]);
    assert_eq!(chat.post(json!({"message": "hi"})).0, 200);

    // The new table has three pages. The gate blocks the second until the process is frozen and its connection closed.
    let (new, gate, is_blocked) = (Table::with_films(60).with_page_size(20), Gate::default(), AtomicBool::new(false));
    let second_page = gate.clone();
    backend.clear_requests();
    backend.set_rule(move |request| match request.call() {
        Call::Scan => {
            let second = request.json()["ExclusiveStartKey"]["id"]["S"] == "film-19";
            if second && !is_blocked.swap(true, Ordering::Relaxed) {
                second_page.pass();
            }
            Some(new.scan(request))
        }
        Call::Converse(_) | Call::ConverseStream(_) | Call::Other => Some(Response::ok(bedrock::answer("Alien."))),
    });
    let scans = || backend.requests().iter().filter(|request| request.call() == Call::Scan).count();
    while scans() < 2 {
        assert_eq!(chat.post(json!({"message": "hi"})).0, 200);
    }
    chat.environment.freeze().unwrap();
    backend.close_connections();
    gate.open();
    chat.environment.thaw().unwrap();
    let knows = |title: &str| {
        let request = backend.requests().into_iter().rfind(|request| matches!(request.call(), Call::Converse(_)));
        String::from_utf8_lossy(&request.unwrap().body).contains(title)
    };
    while !knows("Celestial Nomads 42") {
        assert_eq!(chat.post(json!({"message": "42?"})).0, 200);
    }
    let first = backend.requests().into_iter().find(|request| request.call() == Call::Scan).unwrap();
    assert!(first.json().get("ExclusiveStartKey").is_none());
    let second = |request: &Request| request.json()["ExclusiveStartKey"]["id"]["S"] == "film-19";
    assert_eq!(
        backend.requests().iter().filter(|request| second(request)).count(),
        2,
        "the lost page is requested again"
    );
}
