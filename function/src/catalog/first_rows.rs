//! The table's first rows, read for each request.

use std::sync::Arc;

use super::{Catalog, DynamoTable, Query, Selection, Shelf};
use crate::aws::{Http, Trouble};

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
        self.table.rehearse(http).await;
    }
}

impl Catalog for FirstRows {
    async fn movies(&self, _: &Query) -> Result<Selection, Trouble> {
        let shelf = Arc::new(Shelf::in_order(self.table.first_rows(self.limit).await?));
        Ok(shelf.select(&Query::default(), self.limit))
    }
}
