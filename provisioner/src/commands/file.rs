//! Files that users read.

use std::path::Path;

use provisioner::{Error, Result};

/// Writes a file, and creates missing parent directories. A file with the right content is not changed, since make
/// compares modification times. Returns whether the file was written.
pub(super) fn write(path: &Path, text: &str) -> Result<bool> {
    let failed = |error| Error::new(format!("writing {}", path.display()), error);
    if std::fs::read_to_string(path).is_ok_and(|there| there == text) {
        return Ok(false);
    }
    std::fs::create_dir_all(folder_of(path)).map_err(failed)?;
    std::fs::write(path, text).map(|()| true).map_err(failed)
}

/// The directory of a file.
pub(super) fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
