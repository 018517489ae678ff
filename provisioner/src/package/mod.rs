//! The function's package: a zip that is the same for the same content, checked before it is uploaded.

mod binary;
mod check;
mod folder;
mod size;
mod zip_file;

use std::path::Path;

pub use check::{Target, check};
pub use size::{Way, check_size};
pub use zip_file::{sha256, write};

/// A package's bytes: a zip as it is, a folder zipped.
///
/// # Errors
/// Why it cannot be read; what it is for, the caller knows.
pub fn read(path: &Path) -> Result<Vec<u8>, String> {
    if path.is_dir() { folder::zip(path) } else { std::fs::read(path).map_err(|error| error.to_string()) }
}
