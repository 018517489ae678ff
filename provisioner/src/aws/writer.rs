//! The writing side: a call takes effect once, even when its answer is lost.
//!
//! When no answer arrives, the SDK retries a call that AWS may already have executed. For most calls the retry has the
//! same result. AWS refuses the retry of some calls (`EntityAlreadyExists`, a different revision): before such an error
//! is reported, the current state is read. And some calls would take effect twice, because nothing makes an API or an
//! integration unique: the SDK must not retry these by itself. Each kind declares which of its calls these are
//! (`Kind::effect`).

use super::Aws;
use super::retry::{Uncertainty, retry_unless_done};
use super::service::Dispatch as _;
use crate::error::{Error, Result};
use crate::execute::Writer;
use crate::observe::Reader as _;
use crate::resources::{Again, Call, Effect, Ids, OwnershipTag, Resource, each_kind};

impl Writer for Aws {
    async fn send(&self, call: &Call) -> Result<Ids> {
        let effect = call.effect();
        let twice = matches!(effect, Effect::Leaves(_, Again::Twice));
        let uncertainty = |error: &Error| match () {
            () if twice && error.is_unanswered() => Uncertainty::CheckThenRetry,
            () if error.is_unanswered() || error.is_conflict() => Uncertainty::Check,
            () => Uncertainty::None,
        };
        let send = || async { each_kind!(call, Call(one) => one.dispatch(self).await) };
        match retry_unless_done(send, uncertainty, || self.took_effect(call, &effect)).await {
            Err(error) if error.is_overtaken() => Err(each_kind!(call, Call(one) => one.overtaken(self, error).await)),
            sent => sent,
        }
    }
}

impl Aws {
    /// The ids that AWS assigned, if the call took effect.
    async fn took_effect(&self, call: &Call, effect: &Effect<Resource>) -> Option<Ids> {
        let found = self.existing_ids(effect).await;
        each_kind!(call, Call(one) => one.took_effect(self, found).await)
    }

    /// The ids of the resource that a call leaves, if it exists in that state. A look that fails counts as not found,
    /// so the call's own error is reported.
    async fn existing_ids(&self, effect: &Effect<Resource>) -> Option<Ids> {
        let Effect::Leaves(expected, Again::Refused | Again::Twice) = effect else { return None };
        let tag = OwnershipTag::of(&expected.resource.tags());
        let found = self.reader().find(&expected.resource, &tag).await.ok()??.prefer_equal_to(&expected.resource);
        expected.is_there(&found.resource).then_some(found.ids)
    }
}
