//! The function's package: a zip that is the same for the same content, checked before it is uploaded.

mod binary;
mod check;
mod folder;
mod forgotten;
mod left_out;
mod size;
mod zip_file;

use std::path::Path;

pub use check::{Target, check};
pub use forgotten::{Forgotten, forgotten};
pub use left_out::RULES;
pub use size::{Way, check_size};
pub use zip_file::{sha256, write};

/// A package's bytes: a zip as it is, a folder zipped.
///
/// # Errors
/// Why it cannot be read; what it is for, the caller knows.
pub fn read(path: &Path) -> Result<Vec<u8>, String> {
    let what = std::fs::metadata(path).map_err(|error| error.to_string())?;
    if what.is_dir() {
        return folder::zip(path);
    }
    if let Some(kind) = folder::not_a_file(what.file_type()) {
        return Err(format!("it is {kind}, and a package is a zip file or a folder"));
    }
    std::fs::read(path).map_err(|error| error.to_string())
}
