//! The traits of a service's kinds: how the reader finds a resource, and how the writer sends a call.

use super::{Aws, AwsReader};
use crate::error::{Error, Result};
use crate::observe::Found;
use crate::resources::{Ids, OwnershipTag};

/// A kind that the reader finds.
pub(super) trait Find {
    /// The resource on AWS that this resource of a template names, if it exists. `tag` is its ownership tag.
    fn find(&self, reader: &AwsReader, tag: &OwnershipTag) -> impl Future<Output = Result<Option<Found>>> + Send;
}

/// The calls of a kind.
pub(super) trait Dispatch: Sync {
    /// Sends the call once, and returns the ids that AWS assigned.
    fn dispatch(&self, aws: &Aws) -> impl Future<Output = Result<Ids>> + Send;

    /// The ids that AWS assigned, if the call took effect although it failed. `found` has the ids of the resource that
    /// the call leaves, if it exists in that state.
    fn took_effect(&self, _aws: &Aws, found: Option<Ids>) -> impl Future<Output = Option<Ids>> + Send {
        std::future::ready(found)
    }

    /// The error of a call that failed because of another change.
    fn overtaken(&self, _aws: &Aws, error: Error) -> impl Future<Output = Error> + Send {
        std::future::ready(error)
    }
}
