//! Sends thousands of requests to one environment: its memory does not grow with their number.

use std::sync::atomic::{AtomicUsize, Ordering};

use harness::bedrock;
use harness::call::Call;
use harness::dynamodb::Table;
use harness::http::Response;
use serde_json::json;

use crate::support::{Chat, aws};

#[test]
fn memory_reaches_a_plateau_over_valid_invalid_and_failing_requests() {
    const REQUESTS: usize = 2_000;
    const WARM_UP: usize = 600;
    /// If each request kept one KiB, they would keep 1,400 KiB. The allocator's blocks of 128 KiB add less than the
    /// limit.
    const GROWTH_KIB: u64 = 1_024;
    let (table, calls) = (Table::with_films(20), AtomicUsize::new(0));
    let backend = aws(move |request| match request.call() {
        Call::Scan => Some(table.scan(request)),
        // These failures are not retried: the pauses before retries would take minutes.
        _ if calls.fetch_add(1, Ordering::Relaxed) % 5 == 4 => Some(Response::error(400, "ValidationException", "no")),
        Call::Converse(_) | Call::ConverseStream(_) | Call::Other => Some(Response::ok(bedrock::answer("Alien."))),
    });
    let chat = Chat::start(&backend, &[]);
    let mut warm = 0;
    for number in 0..REQUESTS {
        if number == WARM_UP {
            warm = chat.environment.resident().unwrap();
        }
        let (status, _) = match number % 4 {
            0 => chat.post(json!({"message": format!("a film like number {number}?")})),
            1 => chat.post(json!({"message": "and?", "history": [{"role": "user", "content": "x".repeat(number)}]})),
            2 => chat.post("[".repeat(number * 10)),
            _ => chat.post(json!({"message": "z".repeat(number)})),
        };
        assert!([200, 400, 500].contains(&status), "{status}");
        backend.clear_requests();
    }
    let end = chat.environment.resident().unwrap();
    println!("resident: {warm} KiB after {WARM_UP} requests, {end} KiB after {REQUESTS}");
    assert!(end < warm + GROWTH_KIB, "{warm} KiB grew to {end} KiB");
}
