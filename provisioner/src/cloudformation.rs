//! The second engine: CloudFormation itself applies the template. Pure: the contents of requests, and the meaning of
//! answers.

mod change_set;
mod event;
mod packaged;
mod retain;
mod stack;

pub use change_set::{Action, ChangeSet, PropertyChange, Row};
pub use event::{Event, ResourceEvent, Watch, hint_for};
pub use packaged::{Packaged, Upload};
pub use retain::{Retaining, retaining};
pub use stack::{Stack, StackChange};
