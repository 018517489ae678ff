//! The function's package: a zip that is the same for the same binary, checked before it is uploaded.

mod binary;
mod check;
mod zip_file;

pub use check::{Target, check};
pub use zip_file::{sha256, write};
