//! Reads from `DynamoDB`.

mod failures;

use std::fs::{File, read_to_string};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use aws_config::SdkConfig;
use function::aws::Failure;
use function::catalog::{CacheLimits, Catalog, DynamoTable, FAILURES, FirstRows, Query, Selection, Table as _};
use harness::backend::Backend;
use harness::dynamodb::Table;
use harness::http::{Request, Response};
use serde_json::{Value, json};
use tracing::Level;
use tracing::subscriber::set_default;

use crate::support::{aws, scratch, sdk_config};

const LIMITS: CacheLimits = CacheLimits { films: 1_000, bytes: 100_000 };

/// A table of `rows` films with pages of at most `page` rows.
fn table(rows: u64, page: usize) -> impl Fn(&Request) -> Option<Response> {
    let table = Table::of((0..rows).map(|id| json!({"id": {"N": id.to_string()}}))).with_page_size(page);
    move |request| Some(table.scan(request))
}

fn lines(selection: &Selection) -> Vec<String> {
    selection.movies().map(|(_, movie)| movie.as_json().to_owned()).collect()
}

async fn first_rows(backend: &Backend, limit: u16) -> Result<Vec<String>, Failure> {
    first_rows_by(&sdk_config(&backend.url), limit).await
}

async fn first_rows_by(config: &SdkConfig, limit: u16) -> Result<Vec<String>, Failure> {
    let catalog = FirstRows::new(DynamoTable::new(config, "cinedb", LIMITS), limit);
    Ok(lines(&catalog.movies(&Query::default()).await?))
}

async fn whole_table(backend: &Backend, limits: CacheLimits) -> Vec<String> {
    let movies = Arc::new(DynamoTable::new(&sdk_config(&backend.url), "cinedb", limits).read_all().await.unwrap());
    lines(&movies.select(&Query::default(), usize::MAX))
}

#[tokio::test]
async fn the_first_rows_of_a_small_table_are_read_in_one_call() {
    let backend = aws(table(3, 100));
    assert_eq!(first_rows(&backend, 50).await.unwrap(), ["{\"id\":0}", "{\"id\":1}", "{\"id\":2}"]);
    let [scan] = &backend.requests()[..] else { panic!("not one call") };
    assert_eq!(scan.json(), json!({"TableName": "cinedb", "Limit": 50}));
}

#[tokio::test]
async fn pages_are_read_until_the_limit_and_no_further_row() {
    let backend = aws(table(100, 20));
    assert_eq!(first_rows(&backend, 50).await.unwrap().len(), 50);
    let limits: Vec<Value> = backend.requests().iter().map(|scan| scan.json()["Limit"].clone()).collect();
    assert_eq!(limits, [50, 30, 10]);
}

#[tokio::test]
async fn an_empty_page_with_a_key_is_not_the_end() {
    let last = table(1, 1);
    let backend = aws(move |request| match request.json().get("ExclusiveStartKey") {
        None => Some(Response::ok(json!({"Items": [], "LastEvaluatedKey": {"id": {"N": "before the first"}}}))),
        Some(_) => last(request),
    });
    assert_eq!(first_rows(&backend, 50).await.unwrap(), ["{\"id\":0}"]);
    assert_eq!(whole_table(&backend, LIMITS).await, ["{\"id\":0}"]);
}

#[tokio::test]
async fn a_whole_table_is_read_page_by_page() {
    let backend = aws(table(250, 100));
    assert_eq!(whole_table(&backend, LIMITS).await.len(), 250);
    assert_eq!(backend.requests()[0].json(), json!({"TableName": "cinedb"}));
    assert_eq!(backend.requests().len(), 3);
}

#[tokio::test]
async fn a_part_of_a_table_beyond_the_limits_is_cached_with_a_warning() {
    let log = scratch("large-table.log");
    let _logger = set_default(function::log::subscriber(Level::WARN, File::create(&log).unwrap()));
    for limits in [CacheLimits { films: 300, ..LIMITS }, CacheLimits { bytes: 3_000, ..LIMITS }] {
        let backend = aws(table(10_000, 100));
        let cached = whole_table(&backend, limits).await.len();
        assert!((300..500).contains(&cached), "{cached}");
        assert!(backend.requests().len() < 6);
    }
    let lines = read_to_string(log).unwrap();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    for line in lines {
        assert_eq!(line["message"], "the table exceeds the cache limits: only a part of it is searched");
        let hint = "increase the function's memory, or store fewer films in the table: at most 200000 are cached";
        assert_eq!(line["hint"], hint);
    }
}

#[tokio::test]
async fn a_page_that_fails_once_is_requested_again_without_the_pages_before_it() {
    let (rows, failed) = (table(300, 100), AtomicBool::new(false));
    let backend = aws(move |request| {
        let third = request.json()["ExclusiveStartKey"]["id"]["N"] == "199";
        if third && !failed.swap(true, Ordering::Relaxed) { None } else { rows(request) }
    });
    assert_eq!(whole_table(&backend, LIMITS).await.len(), 300);
    assert_eq!(backend.requests().len(), 4);
}

/// The foreign answers are: no body, no rows, JSON of another kind, and HTML with the statuses of proxies.
#[tokio::test]
async fn an_answer_of_another_server_is_requested_once_more_and_is_not_an_empty_table() {
    let row = FAILURES.iter().find(|row| row.name.contains("an answer of another server")).unwrap();
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
        let foreign = move || Response::foreign(status, body);
        let backend = aws(move |_| Some(foreign()));
        let failure = first_rows(&backend, 50).await.unwrap_err();
        assert_eq!(function::aws::hint(FAILURES, &failure), Some(row.hint), "{status} {body}: {failure:?}");
        assert_eq!(backend.requests().len(), 2, "{status} {body}");

        let (rows, calls) = (table(3, 100), AtomicUsize::new(0));
        let backend = aws(move |request| match calls.fetch_add(1, Ordering::Relaxed) {
            0 => Some(foreign()),
            _ => rows(request),
        });
        assert_eq!(whole_table(&backend, LIMITS).await.len(), 3, "{status} {body}");
    }
    let backend = aws(table(0, 100));
    assert_eq!(whole_table(&backend, LIMITS).await.len(), 0);
    assert_eq!(backend.requests().len(), 1, "an empty table is an answer");
}

#[tokio::test]
async fn a_failure_has_the_details_of_aws_for_the_log() {
    let denied = "User is not authorized to perform: dynamodb:Scan";
    let backend = aws(move |_| Some(Response::error(400, "AccessDeniedException", denied)));
    let failure = first_rows(&backend, 50).await.unwrap_err();
    assert_eq!((failure.code.as_str(), failure.detail.as_str()), ("AccessDeniedException", denied));
    assert_eq!(failure.aws_request_id.as_deref(), Some("aws-1"));
}
