//! The table's first rows, read for each request.

use std::sync::Arc;

use super::{Catalog, DynamoTable, MovieList, Query, Selection};
use crate::aws::{Failure, Http};

/// The first rows of a table, independent of the question.
#[derive(Debug, Clone)]
pub struct FirstRows {
    table: DynamoTable,
    limit: usize,
}

impl FirstRows {
    /// A catalogue of at most `limit` rows of `table`.
    pub fn new(table: DynamoTable, limit: u16) -> Self {
        Self { table, limit: usize::from(limit) }
    }

    /// Connects to the table.
    pub(super) async fn prepare(&self, http: &Http) {
        self.table.preconnect(http).await;
    }
}

impl Catalog for FirstRows {
    async fn movies(&self, _: &Query) -> Result<Selection, Failure> {
        let movies = Arc::new(MovieList::in_order(self.table.first_rows(self.limit).await?));
        Ok(movies.select(&Query::default(), self.limit))
    }
}
