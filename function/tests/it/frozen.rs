//! Lambda freezes the process between two events for any time. Connections that AWS closes meanwhile cost no answer.

use std::sync::atomic::{AtomicBool, Ordering};

use harness::bedrock;
use harness::call::Call;
use harness::dynamodb::Table;
use harness::gate::Gate;
use harness::http::{Request, Response};
use serde_json::json;

use crate::support::{Chat, aws, post};

#[test]
fn connections_that_were_closed_in_a_freeze_cost_no_answer() {
    let table = Table::of_films(3);
    let backend = aws(move |request| match request.call() {
        Call::Scan => Some(table.scan(request)),
        Call::Converse(_) | Call::ConverseStream(_) | Call::Other => Some(Response::ok(bedrock::answer("Alien."))),
    });
    for ttl in ["900", "0"] {
        let chat = Chat::start(&backend, &[("CATALOG_TTL", ttl)]);
        for _ in 0..5 {
            assert_eq!(chat.post(json!({"message": "sci-fi?"})).0, 200);
            chat.environment.freeze().unwrap();
            backend.hang_up();
            chat.environment.hand(post(json!({"message": "and now?"})).to_string().as_bytes()).unwrap();
            chat.environment.thaw().unwrap();
            let answer = String::from_utf8(chat.environment.answer().unwrap().body).unwrap();
            assert!(answer.contains(r#""statusCode":200"#), "{answer}");
        }
    }
}

#[test]
fn a_refresh_that_was_frozen_goes_on_where_it_was() {
    let answer = || Some(Response::ok(bedrock::answer("Alien.")));
    let old = Table::of_films(3);
    let backend = aws(move |request| if request.call() == Call::Scan { Some(old.scan(request)) } else { answer() });
    let chat = Chat::start(&backend, &[("CATALOG_TTL", "1")]);
    assert_eq!(chat.post(json!({"message": "hi"})).0, 200);

    // The new table has three pages. The gate blocks the second until the process is frozen and its connection closed.
    let (new, gate, held) = (Table::of_films(60).in_pages_of(20), Gate::default(), AtomicBool::new(false));
    let holding = gate.clone();
    backend.forget();
    backend.answer_by(move |request| match request.call() {
        Call::Scan => {
            let second = request.json()["ExclusiveStartKey"]["id"]["S"] == "film-19";
            if second && !held.swap(true, Ordering::Relaxed) {
                holding.pass();
            }
            Some(new.scan(request))
        }
        Call::Converse(_) | Call::ConverseStream(_) | Call::Other => answer(),
    });
    let scans = || backend.requests().iter().filter(|request| request.call() == Call::Scan).count();
    while scans() < 2 {
        assert_eq!(chat.post(json!({"message": "hi"})).0, 200);
    }
    chat.environment.freeze().unwrap();
    backend.hang_up();
    gate.open();
    chat.environment.thaw().unwrap();
    let knows = |title: &str| {
        let asked = backend.requests().into_iter().rfind(|request| matches!(request.call(), Call::Converse(_)));
        String::from_utf8_lossy(&asked.unwrap().body).contains(title)
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
        "the lost page is asked for again"
    );
}
