//! The films of the table.
//!
//! Either the whole table is cached in memory and each request gets the films that match it best ([`CachedCatalog`]),
//! or each request reads the table's first rows ([`FirstRows`]).

mod cached;
mod dynamo;
mod failures;
mod first_rows;
mod movie;
mod movie_list;

pub use cached::{CachedCatalog, RETRY_AFTER};
pub use dynamo::{CacheLimits, DynamoTable};
pub use failures::FAILURES;
pub use first_rows::FirstRows;
pub use movie::Movie;
pub use movie_list::{MovieList, MovieListBuilder, Query, Selection};

use crate::aws::{Failure, Http};

/// A source of films.
pub trait Catalog {
    /// The films for the model, or the reason why there are none. The caller sets the time limit, and drops the future
    /// when it passes.
    fn movies(&self, query: &Query) -> impl Future<Output = Result<Selection, Failure>>;
}

/// A source from which a whole catalogue is read.
pub trait Table: Send + Sync + 'static {
    /// Reads the whole table without a time limit: Lambda may freeze the process during a read.
    fn read_all(&self) -> impl Future<Output = Result<MovieList, Failure>> + Send;
}

/// The catalogue that the settings select.
#[derive(Debug)]
pub enum ConfiguredCatalog {
    /// For a `CATALOG_TTL` of 0.
    FirstRows(FirstRows),
    /// For any other `CATALOG_TTL`.
    Cached(CachedCatalog<DynamoTable>),
}

impl ConfiguredCatalog {
    /// Prepares the first request: reads the table if it is cached, and otherwise connects to it.
    pub async fn prepare(&self, http: &Http) {
        match self {
            Self::FirstRows(rows) => rows.prepare(http).await,
            Self::Cached(cached) => cached.prepare().await,
        }
    }
}

impl Catalog for ConfiguredCatalog {
    async fn movies(&self, query: &Query) -> Result<Selection, Failure> {
        match self {
            Self::FirstRows(rows) => rows.movies(query).await,
            Self::Cached(cached) => cached.movies(query).await,
        }
    }
}
