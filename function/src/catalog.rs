//! The films that the table holds.

mod dynamo;
mod movie;

pub use dynamo::DynamoCatalog;
pub use movie::Movie;

use crate::aws::Trouble;

/// Where films come from.
pub trait Catalog {
    /// The films to show the model, or why there are none to be had. The caller sets the time limit and drops the
    /// future when it is over.
    fn movies(&self) -> impl Future<Output = Result<Vec<Movie>, Trouble>>;
}
