//! The films that the table holds.
//!
//! Either the whole table is kept in memory and each request gets the films that fit it best ([`KeptCatalog`]), or each
//! request reads the table's first rows ([`FirstRows`]).

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

/// Where films come from.
pub trait Catalog {
    /// The films to show the model, or why there are none to be had. The caller sets the time limit and drops the
    /// future when it is over.
    fn movies(&self, query: &Query) -> impl Future<Output = Result<Selection, Trouble>>;
}

/// Where a whole catalogue is read.
pub trait Table: Send + Sync + 'static {
    /// All of it, however long that takes: a read can span the time for which Lambda freezes the process.
    fn shelf(&self) -> impl Future<Output = Result<Shelf, Trouble>> + Send;
}

/// The catalogue that the settings ask for.
#[derive(Debug)]
pub enum Films {
    /// `CATALOG_TTL` is 0.
    FirstRows(FirstRows),
    /// It is not.
    Kept(KeptCatalog<DynamoTable>),
}

impl Films {
    /// What can be done before the first request: read the table if it is kept, or else connect to it.
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
