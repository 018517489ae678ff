//! The catalogue in `DynamoDB`.

use std::time::Duration;

use aws_config::{SdkConfig, retry::RetryConfig};
use aws_sdk_dynamodb::{Client, config};

use super::{Catalog, Movie};
use crate::aws::Trouble;

/// The first rows of a table, read for each request.
#[derive(Debug, Clone)]
pub struct DynamoCatalog {
    client: Client,
    table: String,
    limit: u16,
}

impl DynamoCatalog {
    /// Up to `limit` rows of `table`.
    pub fn new(sdk: &SdkConfig, table: &str, limit: u16) -> Self {
        // One quick retry: the catalogue is wanted, not needed, and has three seconds.
        let retry = RetryConfig::standard().with_max_attempts(2).with_initial_backoff(Duration::from_millis(100));
        let config = config::Builder::from(sdk).retry_config(retry).build();
        Self { client: Client::from_conf(config), table: table.to_owned(), limit }
    }
}

impl Catalog for DynamoCatalog {
    /// A page can end early at 1 MB, or be empty before the end: only a missing key says that the table ends.
    async fn movies(&self) -> Result<Vec<Movie>, Trouble> {
        let limit = usize::from(self.limit);
        let mut movies = Vec::with_capacity(limit);
        let mut start = None;
        while movies.len() < limit {
            let missing = i32::try_from(limit - movies.len()).unwrap_or(i32::MAX);
            let scan = self.client.scan().table_name(&self.table).limit(missing).set_exclusive_start_key(start);
            let page = scan.send().await.map_err(|error| Trouble::of(&error))?;
            movies.extend(page.items().iter().map(Movie::from_item));
            start = page.last_evaluated_key;
            if start.is_none() {
                break;
            }
        }
        movies.truncate(limit);
        Ok(movies)
    }
}
