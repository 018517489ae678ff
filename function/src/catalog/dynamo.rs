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

use super::{FAILURES, Movie, MovieList, MovieListBuilder, Table};
use crate::aws::{Failure, Http, KnownFailure, Pause, Stage};
use crate::deadline::CATALOG_READ_TIMEOUT;

/// The time limit for a page. A page of at most 1 MB arrives in less than a second.
///
/// The limit also detects a connection that did not survive a freeze.
const PAGE_TIMEOUT: Duration = CATALOG_READ_TIMEOUT;
/// The longest pause before a page is requested again. It is short, because an answer does not need the catalogue.
const RETRY_PAUSE: Duration = Duration::from_millis(100);
/// The number of rows that are added to the list before another task may run: about a millisecond of work.
const ROWS_AT_ONCE: usize = 100;
/// The number of films from which the list is built on a separate thread, so that requests need not wait.
const LARGE_LIST: usize = 2_000;

/// The hint if only a part of the table is cached.
const LARGE_TABLE_HINT: &str =
    "increase the function's memory, or store fewer films in the table: at most 200000 are cached";

/// The limits on the cached part of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "a pair")]
pub struct CacheLimits {
    pub films: usize,
    /// Bytes of the films' lines. The index takes about half as much in addition.
    pub bytes: usize,
}

impl CacheLimits {
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
    limits: CacheLimits,
    pause: Pause,
}

type Key = HashMap<String, AttributeValue>;

impl DynamoTable {
    /// The table `table`, of which at most `limits` is cached.
    pub fn new(sdk: &SdkConfig, table: &str, limits: CacheLimits) -> Self {
        // The table of failures decides which requests are retried. The SDK would not retry an answer that it can parse
        // but that DynamoDB did not send.
        let retry = RetryConfig::disabled();
        let timeouts = sdk.timeout_config().map_or_else(TimeoutConfig::builder, TimeoutConfig::to_builder);
        let timeouts = timeouts.operation_attempt_timeout(PAGE_TIMEOUT).build();
        let config = config::Builder::from(sdk).retry_config(retry).timeout_config(timeouts).build();
        Self { client: Client::from_conf(config), table: table.to_owned(), limits, pause: Pause::of(sdk) }
    }

    /// Prepares a call without sending it: see [`Http::preconnect`].
    pub(super) async fn preconnect(&self, http: &Http) {
        let http = config::Builder::new().http_client(http.preconnect());
        // The call always fails. The first request reports any real problem.
        let _ = self.client.scan().table_name(&self.table).customize().config_override(http).send().await;
    }

    /// The table's first `limit` rows. A page can end early at 1 MB, or be empty before the end of the table: only a
    /// missing key means that the table ends.
    pub(super) async fn first_rows(&self, limit: usize) -> Result<Vec<Movie>, Failure> {
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
    async fn page(&self, start: Option<Key>, limit: Option<i32>) -> Result<ScanOutput, Failure> {
        let page = self.scan(start.clone(), limit).await;
        if !page.as_ref().is_err_and(|failure| KnownFailure::find(FAILURES, failure).is_some_and(|row| row.action)) {
            return page;
        }
        self.pause.up_to(RETRY_PAUSE).await;
        self.scan(start, limit).await
    }

    /// Requests whole rows: the attributes of a film are not known in advance, and a Scan for fewer attributes costs
    /// the same.
    async fn scan(&self, start: Option<Key>, limit: Option<i32>) -> Result<ScanOutput, Failure> {
        let scan = self.client.scan().table_name(&self.table).set_limit(limit).set_exclusive_start_key(start);
        let page = scan.send().await.map_err(|error| Failure::of(&error))?;
        // DynamoDB always sends `Items` for a Scan that returns attributes, also for a page without rows. An answer
        // without it is from another server, and does not mean that the table is empty.
        if page.items.is_none() { Err(Failure::unreadable(page.request_id())) } else { Ok(page) }
    }
}

impl Table for DynamoTable {
    async fn read_all(&self) -> Result<MovieList, Failure> {
        let mut builder = MovieListBuilder::default();
        let mut start = None;
        loop {
            let page = self.page(start, None).await?;
            for rows in page.items().chunks(ROWS_AT_ONCE) {
                rows.iter().for_each(|row| builder.add(row));
                yield_now().await;
            }
            start = page.last_evaluated_key;
            let full = builder.len() >= self.limits.films || builder.bytes() >= self.limits.bytes;
            if full && start.is_some() {
                tracing::warn!(
                    movies = builder.len(),
                    bytes = builder.bytes(),
                    hint = LARGE_TABLE_HINT,
                    "the table exceeds the cache limits: only a part of it is searched"
                );
            }
            if full || start.is_none() {
                break;
            }
        }
        if builder.len() < LARGE_LIST {
            return Ok(builder.finish());
        }
        spawn_blocking(|| builder.finish())
            .await
            .map_err(|error| Failure::new(Stage::Other, "JoinError", error.to_string()))
    }
}
