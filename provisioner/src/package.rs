//! The function's package: a zip that is the same for the same content, checked before the upload.

mod binary;
mod check;
mod folder;
mod forgotten;
mod left_out;
mod size;
mod zip_file;

use std::fmt;
use std::path::Path;

use crate::error::Error;

pub use check::{Target, check};
pub use forgotten::{Forgotten, forgotten};
pub use size::{Transfer, check_size};
pub use zip_file::{sha256, write};

/// The cause where a package is another file.
const NOT_A_ZIP: &str = "it is not a zip file";

/// The reason why a package cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// The problem, with its file.
    pub cause: String,
    /// The remedy.
    pub remedy: String,
}

impl Unread {
    /// The error of a step that needs the package, with the remedy as its hint.
    pub(crate) fn problem(self, doing: impl Into<String>) -> Error {
        Error::new(doing, self.cause).hint(self.remedy)
    }
}

impl fmt::Display for Unread {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.cause)
    }
}

/// A package's bytes: a zip unchanged, or a folder zipped.
///
/// # Errors
/// The reason why it cannot be read; the caller adds the purpose of the package.
pub fn read(path: &Path) -> Result<Vec<u8>, Unread> {
    let unread = |cause: String| Unread { cause, remedy: "build the package".to_owned() };
    let what = std::fs::metadata(path).map_err(|error| unread(error.to_string()))?;
    if what.is_dir() {
        return folder::zip(path);
    }
    if let Some(kind) = folder::not_a_file(what.file_type()) {
        return Err(unread(format!("it is {kind}, but a package is a zip file or a folder")));
    }
    std::fs::read(path).map_err(|error| unread(error.to_string()))
}
