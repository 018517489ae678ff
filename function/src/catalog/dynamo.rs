//! The catalogue in `DynamoDB`.

use std::collections::HashMap;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::operation::RequestId;
use aws_sdk_dynamodb::operation::scan::ScanOutput;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_dynamodb::{Client, config};
use tokio::task::{spawn_blocking, yield_now};

use super::{FAILURES, Filling, Movie, Shelf, Table};
use crate::aws::{Http, Known, Pause, Stage, Trouble};
use crate::deadline::LONGEST_CATALOG_READ;

/// The time limit for a page. A page of at most 1 MB arrives in less than a second.
///
/// The limit also detects a connection that did not survive a freeze.
const LONGEST_PAGE: Duration = LONGEST_CATALOG_READ;
/// The longest pause before a page is requested again. It is short, because an answer does not need the catalogue.
const PAUSE: Duration = Duration::from_millis(100);
/// The number of rows that are added to the shelf before another task may run: about a millisecond of work.
const ROWS_AT_ONCE: usize = 100;
/// The number of films from which the shelf is finished on a separate thread, so that requests need not wait.
const LARGE: usize = 2_000;

/// The hint if only a part of the table is kept.
const TOO_LARGE: &str = "raise the function's memory, or keep fewer films in the table: the chat keeps 200000 at most";

/// The limits on the kept part of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "a pair")]
pub struct Cap {
    pub films: usize,
    /// Bytes of the films' lines. The index takes about half as much in addition.
    pub bytes: usize,
}

impl Cap {
    /// The limits for a function with `megabytes` of memory. During a refresh there are two copies, each with an index.
    pub fn for_memory(megabytes: usize) -> Self {
        Self { films: 200_000, bytes: megabytes * 1024 * 1024 / 8 }
    }
}

/// A table of films.
#[derive(Debug, Clone)]
pub struct DynamoTable {
    client: Client,
    table: String,
    cap: Cap,
    pause: Pause,
}

type Key = HashMap<String, AttributeValue>;

impl DynamoTable {
    /// The table `table`, of which at most `cap` is kept.
    pub fn new(sdk: &SdkConfig, table: &str, cap: Cap) -> Self {
        // The table of failures decides which requests are retried. The SDK would not retry an answer that it can parse
        // but that DynamoDB did not send.
        let retry = RetryConfig::disabled();
        let timeouts = sdk.timeout_config().map_or_else(TimeoutConfig::builder, TimeoutConfig::to_builder);
        let timeouts = timeouts.operation_attempt_timeout(LONGEST_PAGE).build();
        let config = config::Builder::from(sdk).retry_config(retry).timeout_config(timeouts).build();
        Self { client: Client::from_conf(config), table: table.to_owned(), cap, pause: Pause::of(sdk) }
    }

    /// Prepares a call without sending it: see [`Http::rehearsal`].
    pub(super) async fn rehearse(&self, http: &Http) {
        let http = config::Builder::new().http_client(http.rehearsal());
        // The call always fails. The first request reports any real problem.
        let _ = self.client.scan().table_name(&self.table).customize().config_override(http).send().await;
    }

    /// The table's first `limit` rows. A page can end early at 1 MB, or be empty before the end of the table: only a
    /// missing key means that the table ends.
    pub(super) async fn first_rows(&self, limit: usize) -> Result<Vec<Movie>, Trouble> {
        let mut movies = Vec::with_capacity(limit);
        let mut start = None;
        while movies.len() < limit {
            let missing = i32::try_from(limit - movies.len()).unwrap_or(i32::MAX);
            let page = self.page(start, Some(missing)).await?;
            movies.extend(page.items().iter().map(Movie::from_item));
            start = page.last_evaluated_key;
            if start.is_none() {
                break;
            }
        }
        movies.truncate(limit);
        Ok(movies)
    }

    /// Requests a page, and requests it once more after a failure that a retry can resolve.
    async fn page(&self, start: Option<Key>, limit: Option<i32>) -> Result<ScanOutput, Trouble> {
        let page = self.scan(start.clone(), limit).await;
        if !page.as_ref().is_err_and(|trouble| Known::of(FAILURES, trouble).is_some_and(|row| row.then)) {
            return page;
        }
        self.pause.up_to(PAUSE).await;
        self.scan(start, limit).await
    }

    /// Requests whole rows: the attributes of a film are not known in advance, and a Scan for fewer attributes costs
    /// the same.
    async fn scan(&self, start: Option<Key>, limit: Option<i32>) -> Result<ScanOutput, Trouble> {
        let scan = self.client.scan().table_name(&self.table).set_limit(limit).set_exclusive_start_key(start);
        let page = scan.send().await.map_err(|error| Trouble::of(&error))?;
        // DynamoDB always sends `Items` for a Scan that returns attributes, also for a page without rows. An answer
        // without it is from another server, and does not mean that the table is empty.
        if page.items.is_none() { Err(Trouble::unreadable(page.request_id())) } else { Ok(page) }
    }
}

impl Table for DynamoTable {
    async fn shelf(&self) -> Result<Shelf, Trouble> {
        let mut filling = Filling::default();
        let mut start = None;
        loop {
            let page = self.page(start, None).await?;
            for rows in page.items().chunks(ROWS_AT_ONCE) {
                rows.iter().for_each(|row| filling.add(row));
                yield_now().await;
            }
            start = page.last_evaluated_key;
            let full = filling.len() >= self.cap.films || filling.bytes() >= self.cap.bytes;
            if full && start.is_some() {
                tracing::warn!(
                    movies = filling.len(),
                    bytes = filling.bytes(),
                    hint = TOO_LARGE,
                    "the table holds more than is kept: the chat knows only a part of it"
                );
            }
            if full || start.is_none() {
                break;
            }
        }
        if filling.len() < LARGE {
            return Ok(filling.finish());
        }
        spawn_blocking(|| filling.finish()).await.map_err(|error| Trouble {
            stage: Stage::Other,
            code: "JoinError".to_owned(),
            detail: error.to_string(),
            aws_request_id: None,
        })
    }
}
