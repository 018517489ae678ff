//! Reads from `DynamoDB`.

mod failures;

use std::fs::{File, read_to_string};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use aws_config::SdkConfig;
use function::aws::Trouble;
use function::catalog::{Cap, Catalog, DynamoTable, FAILURES, FirstRows, Query, Selection, Table as _};
use harness::backend::Backend;
use harness::dynamodb::Table;
use harness::http::{Body, Request, Response};
use serde_json::{Value, json};
use tracing::Level;
use tracing::subscriber::set_default;

use crate::support::{aws, scratch, sdk_config};

const CAP: Cap = Cap { films: 1_000, bytes: 100_000 };

/// A table of `rows` films with pages of at most `page` rows.
fn table(rows: u64, page: usize) -> impl Fn(&Request) -> Option<Response> {
    let table = Table::of((0..rows).map(|id| json!({"id": {"N": id.to_string()}}))).in_pages_of(page);
    move |request| Some(table.scan(request))
}

fn lines(selection: &Selection) -> Vec<String> {
    selection.movies().map(|(_, movie)| movie.as_json().to_owned()).collect()
}

async fn first_rows(backend: &Backend, limit: u16) -> Result<Vec<String>, Trouble> {
    first_rows_by(&sdk_config(&backend.url), limit).await
}

async fn first_rows_by(config: &SdkConfig, limit: u16) -> Result<Vec<String>, Trouble> {
    let catalog = FirstRows::new(DynamoTable::new(config, "cinedb", CAP), limit);
    Ok(lines(&catalog.movies(&Query::default()).await?))
}

async fn whole(backend: &Backend, cap: Cap) -> Vec<String> {
    let shelf = Arc::new(DynamoTable::new(&sdk_config(&backend.url), "cinedb", cap).shelf().await.unwrap());
    lines(&shelf.select(&Query::default(), usize::MAX))
}

#[tokio::test]
async fn the_first_rows_of_a_small_table_are_read_in_one_call() {
    let backend = aws(table(3, 100));
    assert_eq!(first_rows(&backend, 50).await.unwrap(), ["{\"id\":0}", "{\"id\":1}", "{\"id\":2}"]);
    let [scan] = &backend.requests()[..] else { panic!("not one call") };
    assert_eq!(scan.json(), json!({"TableName": "cinedb", "Limit": 50}));
}

#[tokio::test]
async fn pages_are_followed_until_the_limit_and_no_row_is_read_for_nothing() {
    let backend = aws(table(100, 20));
    assert_eq!(first_rows(&backend, 50).await.unwrap().len(), 50);
    let limits: Vec<Value> = backend.requests().iter().map(|scan| scan.json()["Limit"].clone()).collect();
    assert_eq!(limits, [50, 30, 10]);
}

#[tokio::test]
async fn an_empty_page_before_the_end_is_not_the_end() {
    let last = table(1, 1);
    let backend = aws(move |request| match request.json().get("ExclusiveStartKey") {
        None => Some(Response::ok(json!({"Items": [], "LastEvaluatedKey": {"id": {"N": "before the first"}}}))),
        Some(_) => last(request),
    });
    assert_eq!(first_rows(&backend, 50).await.unwrap(), ["{\"id\":0}"]);
    assert_eq!(whole(&backend, CAP).await, ["{\"id\":0}"]);
}

#[tokio::test]
async fn a_whole_table_is_read_page_by_page() {
    let backend = aws(table(250, 100));
    assert_eq!(whole(&backend, CAP).await.len(), 250);
    assert_eq!(backend.requests()[0].json(), json!({"TableName": "cinedb"}));
    assert_eq!(backend.requests().len(), 3);
}

#[tokio::test]
async fn of_a_table_that_is_too_large_a_part_is_kept_and_a_warning_says_what_to_do() {
    let log = scratch("large-table.log");
    let _logger = set_default(function::log::subscriber(Level::WARN, File::create(&log).unwrap()));
    for cap in [Cap { films: 300, ..CAP }, Cap { bytes: 3_000, ..CAP }] {
        let backend = aws(table(10_000, 100));
        let kept = whole(&backend, cap).await.len();
        assert!((300..500).contains(&kept), "{kept}");
        assert!(backend.requests().len() < 6);
    }
    let lines = read_to_string(log).unwrap();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    for line in lines {
        assert_eq!(line["message"], "the table holds more than is kept: the chat knows only a part of it");
        let hint = "raise the function's memory, or keep fewer films in the table: the chat keeps 200000 at most";
        assert_eq!(line["hint"], hint);
    }
}

#[tokio::test]
async fn a_page_that_fails_once_is_asked_for_again_and_the_pages_before_it_are_not() {
    let (rows, failed) = (table(300, 100), AtomicBool::new(false));
    let backend = aws(move |request| {
        let third = request.json()["ExclusiveStartKey"]["id"]["N"] == "199";
        if third && !failed.swap(true, Ordering::Relaxed) { None } else { rows(request) }
    });
    assert_eq!(whole(&backend, CAP).await.len(), 300);
    assert_eq!(backend.requests().len(), 4);
}

/// The foreign answers are: no body, no rows, JSON of another kind, and HTML with the statuses of proxies.
#[tokio::test]
async fn an_answer_that_dynamodb_did_not_write_is_requested_once_more_and_is_not_an_empty_table() {
    let row = FAILURES.iter().find(|row| row.what.contains("that DynamoDB did not write")).unwrap();
    for (status, body) in [
        (200, ""),
        (200, "{}"),
        (200, r#"{"message": "Forbidden by gateway"}"#),
        (200, "<html>Sign in</html>"),
        (200, r#"{"Items": [{"title""#),
        (302, ""),
        (403, "<html>Blocked</html>"),
        (407, "<html>Sign in</html>"),
        (503, "<html>Unavailable</html>"),
    ] {
        let foreign = move || Response { status, headers: Vec::new(), body: Body::Whole(body.as_bytes().to_vec()) };
        let backend = aws(move |_| Some(foreign()));
        let trouble = first_rows(&backend, 50).await.unwrap_err();
        assert_eq!(function::aws::hint(FAILURES, &trouble), Some(row.hint), "{status} {body}: {trouble:?}");
        assert_eq!(backend.requests().len(), 2, "{status} {body}");

        let (rows, asked) = (table(3, 100), AtomicUsize::new(0));
        let backend = aws(move |request| match asked.fetch_add(1, Ordering::Relaxed) {
            0 => Some(foreign()),
            _ => rows(request),
        });
        assert_eq!(whole(&backend, CAP).await.len(), 3, "{status} {body}");
    }
    let backend = aws(table(0, 100));
    assert_eq!(whole(&backend, CAP).await.len(), 0);
    assert_eq!(backend.requests().len(), 1, "an empty table is an answer");
}

#[tokio::test]
async fn why_there_are_no_films_is_kept_for_the_log() {
    let denied = "User is not authorized to perform: dynamodb:Scan";
    let backend = aws(move |_| Some(Response::error(400, "AccessDeniedException", denied)));
    let trouble = first_rows(&backend, 50).await.unwrap_err();
    assert_eq!((trouble.code.as_str(), trouble.detail.as_str()), ("AccessDeniedException", denied));
    assert_eq!(trouble.aws_request_id.as_deref(), Some("aws-1"));
}
