//! What is read from `DynamoDB`.

use crate::stand_in::{Request, Response, Server};
use function::catalog::{Catalog, DynamoCatalog};
use serde_json::{Value, json};

/// A table of `rows` films whose pages end early, as at 1 MB, after `page` rows.
fn table(rows: u64, page: u64) -> impl Fn(&Request) -> Option<Response> {
    move |request| {
        let asked = request.json();
        let text = asked["ExclusiveStartKey"]["id"]["N"].as_str().unwrap_or("0");
        let first: u64 = text.parse().unwrap();
        let end = rows.min(first + page.min(asked["Limit"].as_u64().unwrap()));
        let items: Vec<Value> = (first..end).map(|id| json!({"id": {"N": id.to_string()}})).collect();
        let mut answer = json!({"Items": items, "Count": items.len()});
        if end < rows {
            answer["LastEvaluatedKey"] = json!({"id": {"N": end.to_string()}});
        }
        Some(Response::ok(answer))
    }
}

async fn ids(server: &Server, limit: u16) -> Vec<String> {
    let catalog = DynamoCatalog::new(&server.sdk_config(), "cinedb", limit);
    catalog.movies().await.unwrap().iter().map(|movie| movie.as_json().to_owned()).collect()
}

#[tokio::test]
async fn a_small_table_is_read_in_one_call() {
    let server = Server::start(table(3, 100));
    assert_eq!(ids(&server, 50).await, ["{\"id\":0}", "{\"id\":1}", "{\"id\":2}"]);
    let [scan] = &server.requests()[..] else { panic!("not one call") };
    assert_eq!(scan.json(), json!({"TableName": "cinedb", "Limit": 50}));
}

#[tokio::test]
async fn pages_are_followed_until_the_limit_and_no_row_is_read_for_nothing() {
    let server = Server::start(table(100, 20));
    assert_eq!(ids(&server, 50).await.len(), 50);
    let limits: Vec<Value> = server.requests().iter().map(|scan| scan.json()["Limit"].clone()).collect();
    assert_eq!(limits, [50, 30, 10]);
}

#[tokio::test]
async fn an_empty_page_before_the_end_is_not_the_end() {
    let last = table(1, 1);
    let server = Server::start(move |request| match request.json().get("ExclusiveStartKey") {
        None => Some(Response::ok(json!({"Items": [], "LastEvaluatedKey": {"id": {"N": "0"}}}))),
        Some(_) => last(request),
    });
    assert_eq!(ids(&server, 50).await, ["{\"id\":0}"]);
}

#[tokio::test]
async fn why_there_are_no_films_is_kept_for_the_log() {
    let denied = "User is not authorized to perform: dynamodb:Scan";
    let server = Server::start(move |_| Some(Response::error(400, "AccessDeniedException", denied)));
    let trouble = DynamoCatalog::new(&server.sdk_config(), "cinedb", 50).movies().await.unwrap_err();
    assert_eq!((trouble.code.as_str(), trouble.detail.as_str()), ("AccessDeniedException", denied));
    assert_eq!(trouble.aws_request_id.as_deref(), Some("aws-1"));
}
