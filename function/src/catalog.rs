//! The films of the table.
//!
//! Either the whole table is kept in memory and each request gets the films that match it best ([`KeptCatalog`]), or
//! each request reads the table's first rows ([`FirstRows`]).

mod dynamo;
mod failures;
mod first_rows;
mod kept;
mod movie;
mod shelf;

pub use dynamo::{Cap, DynamoTable};
pub use failures::FAILURES;
pub use first_rows::FirstRows;
pub use kept::{KeptCatalog, RETRY_AFTER};
pub use movie::Movie;
pub use shelf::{Filling, Query, Selection, Shelf};

use crate::aws::{Http, Trouble};

/// A source of films.
pub trait Catalog {
    /// The films for the model, or the reason why there are none. The caller sets the time limit, and drops the future
    /// when it passes.
    fn movies(&self, query: &Query) -> impl Future<Output = Result<Selection, Trouble>>;
}

/// A source from which a whole catalogue is read.
pub trait Table: Send + Sync + 'static {
    /// Reads the whole table without a time limit: Lambda may freeze the process during a read.
    fn shelf(&self) -> impl Future<Output = Result<Shelf, Trouble>> + Send;
}

/// The catalogue that the settings select.
#[derive(Debug)]
pub enum Films {
    /// For a `CATALOG_TTL` of 0.
    FirstRows(FirstRows),
    /// For any other `CATALOG_TTL`.
    Kept(KeptCatalog<DynamoTable>),
}

impl Films {
    /// Prepares the first request: reads the table if it is kept, and otherwise connects to it.
    pub async fn prepare(&self, http: &Http) {
        match self {
            Self::FirstRows(rows) => rows.prepare(http).await,
            Self::Kept(kept) => kept.prepare().await,
        }
    }
}

impl Catalog for Films {
    async fn movies(&self, query: &Query) -> Result<Selection, Trouble> {
        match self {
            Self::FirstRows(rows) => rows.movies(query).await,
            Self::Kept(kept) => kept.movies(query).await,
        }
    }
}
