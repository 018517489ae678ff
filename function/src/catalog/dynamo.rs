//! The catalogue in `DynamoDB`.

use std::{collections::HashMap, time::Duration};

use aws_config::{SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_dynamodb::{
    Client, config,
    operation::{RequestId, scan::ScanOutput},
    types::AttributeValue,
};
use tokio::task::{spawn_blocking, yield_now};

use super::{FAILURES, Filling, Movie, Shelf, Table};
use crate::{
    aws::{Http, Known, Pause, Stage, Trouble},
    deadline::LONGEST_CATALOG_READ,
};

/// A page of at most 1 MB comes in less than a second. A connection that did not survive a freeze is noticed by this.
const LONGEST_PAGE: Duration = LONGEST_CATALOG_READ;
/// The longest pause before a page is requested once more: the catalogue is wanted, not needed.
const PAUSE: Duration = Duration::from_millis(100);
/// Rows that are put on the shelf before a request gets its turn: about a millisecond.
const ROWS_AT_ONCE: usize = 100;
/// Films from which on the shelf is finished on a thread of its own: it would keep a request waiting.
const LARGE: usize = 2_000;

/// Hint where a table is not kept whole.
const TOO_LARGE: &str = "raise the function's memory, or keep fewer films in the table: the chat keeps 200000 at most";

/// How much of a table is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "a pair")]
pub struct Cap {
    pub films: usize,
    /// Of the films' lines; the index takes about half as much again.
    pub bytes: usize,
}

impl Cap {
    /// For a function with `megabytes` of memory. While a copy is refreshed there are two, and each has its index.
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
    /// The table `table`, of which `cap` is kept at most.
    pub fn new(sdk: &SdkConfig, table: &str, cap: Cap) -> Self {
        // The table of failures decides what is requested once more. The SDK would not ask again for an answer that it can
        // read and DynamoDB did not write.
        let retry = RetryConfig::disabled();
        let timeouts = sdk.timeout_config().map_or_else(TimeoutConfig::builder, TimeoutConfig::to_builder);
        let timeouts = timeouts.operation_attempt_timeout(LONGEST_PAGE).build();
        let config = config::Builder::from(sdk).retry_config(retry).timeout_config(timeouts).build();
        Self { client: Client::from_conf(config), table: table.to_owned(), cap, pause: Pause::of(sdk) }
    }

    /// Go through a call without sending it: see [`Http::rehearsal`].
    pub(super) async fn rehearse(&self, http: &Http) {
        let http = config::Builder::new().http_client(http.rehearsal());
        // It always fails, and whatever else is wrong the first request tells.
        let _ = self.client.scan().table_name(&self.table).customize().config_override(http).send().await;
    }

    /// The table's first `limit` rows. A page can end early at 1 MB, or be empty before the end: only a missing key
    /// says that the table ends.
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

    /// A page, which is requested once more if its failure is one where that can help.
    async fn page(&self, start: Option<Key>, limit: Option<i32>) -> Result<ScanOutput, Trouble> {
        let page = self.scan(start.clone(), limit).await;
        if !page.as_ref().is_err_and(|trouble| Known::of(FAILURES, trouble).is_some_and(|row| row.then)) {
            return page;
        }
        self.pause.up_to(PAUSE).await;
        self.scan(start, limit).await
    }

    /// Whole rows: which attributes a film has is the table's business, and reading fewer of them costs the same.
    async fn scan(&self, start: Option<Key>, limit: Option<i32>) -> Result<ScanOutput, Trouble> {
        let scan = self.client.scan().table_name(&self.table).set_limit(limit).set_exclusive_start_key(start);
        let page = scan.send().await.map_err(|error| Trouble::of(&error))?;
        // A Scan that selects attributes writes `Items`, also for a page without rows. Another server wrote an answer
        // without it, and the table is not empty.
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
