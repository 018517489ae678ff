//! The effect of a call, by which the writer checks whether a call without an answer took effect.

use super::Resource;
use super::kind::Changed;
use super::property::Property;

/// The effect of a call, and what happens when the call is sent again.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect<R> {
    /// It sets or deletes what it names, or it only reads. Sent again, it has the same result.
    Repeatable,
    /// Only its service's file finds out whether it took effect (`Dispatch::took_effect`). AWS may refuse it when it is
    /// sent again, or it leaves another version.
    SeenByService,
    /// It deletes the resource with this physical id, which is the value of `Ref`. Sent again, it has the same result.
    Deletes {
        /// The physical id.
        id: String,
    },
    /// It leaves this state.
    Leaves(Left<R>, Again),
}

/// What happens when a call that leaves a state is sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// It has the same result.
    Same,
    /// AWS may refuse it, because the state exists or has changed since.
    Refused,
    /// It takes effect a second time, so the SDK must not retry it by itself.
    Twice,
}

/// The state that a call leaves: a resource, of which the call sets some properties.
#[derive(Debug, Clone, PartialEq)]
pub struct Left<R> {
    /// The resource.
    pub resource: R,
    sets: Sets,
}

#[derive(Debug, Clone, PartialEq)]
enum Sets {
    AllBut(&'static [Property]),
    Only(Vec<String>),
}

impl<R> Effect<R> {
    /// A call that sets all properties of a resource.
    pub(super) fn all(resource: R, again: Again) -> Self {
        Self::all_but(&[], resource, again)
    }

    /// A call that sets all properties of a resource except these.
    pub(super) fn all_but(others: &'static [Property], resource: R, again: Again) -> Self {
        Self::Leaves(Left { resource, sets: Sets::AllBut(others) }, again)
    }

    /// A call that sets only these properties of a resource.
    pub(super) fn only(properties: Vec<String>, resource: R, again: Again) -> Self {
        Self::Leaves(Left { resource, sets: Sets::Only(properties) }, again)
    }

    /// The same effect on a resource of another type.
    pub(super) fn map<S>(self, into: fn(R) -> S) -> Effect<S> {
        match self {
            Self::Repeatable => Effect::Repeatable,
            Self::SeenByService => Effect::SeenByService,
            Self::Deletes { id } => Effect::Deletes { id },
            Self::Leaves(Left { resource, sets }, again) => {
                Effect::Leaves(Left { resource: into(resource), sets }, again)
            }
        }
    }
}

impl Left<Resource> {
    /// Whether `now` has the properties that the call sets.
    pub fn is_there(&self, now: &Resource) -> bool {
        !Changed::of(&self.resource.changes_from(now)).names().any(|property| self.has(property))
    }
}

impl<R> Left<R> {
    /// Whether the call sets all properties, so that it creates the resource.
    #[cfg(test)]
    pub(crate) fn is_whole(&self) -> bool {
        matches!(self.sets, Sets::AllBut(_))
    }

    /// Whether the call sets this property.
    pub fn has(&self, property: &str) -> bool {
        match &self.sets {
            Sets::AllBut(others) => !others.iter().any(|one| one.name() == property),
            Sets::Only(own) => own.iter().any(|one| one == property),
        }
    }
}
