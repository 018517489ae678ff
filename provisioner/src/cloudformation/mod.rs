//! The second engine: CloudFormation itself applies the template. Pure: the contents of requests, and the meaning of
//! answers.

mod change_set;
mod event;
mod letting_go;
mod packaged;
mod stack;

pub use change_set::{Action, ChangeSet, PropertyChange, Row};
pub use event::{Event, Told, Watch, hint_for};
pub use letting_go::{Retaining, retaining};
pub use packaged::{Packaged, Upload};
pub use stack::{Kind, Stack};
