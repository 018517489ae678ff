//! Files that are written for people.

use std::path::Path;

use provisioner::{Error, Result};

/// Writes a file, and the directories above it where they are missing. One that is right already stays untouched:
/// make goes by its time.
pub(super) fn write(path: &Path, text: &str) -> Result<()> {
    let failed = |error| Error::new(format!("writing {}", path.display()), error);
    if std::fs::read_to_string(path).is_ok_and(|there| there == text) {
        return Ok(());
    }
    std::fs::create_dir_all(beside(path)).map_err(failed)?;
    std::fs::write(path, text).map_err(failed)
}

/// The directory that a file is in.
pub(super) fn beside(file: &Path) -> &Path {
    file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
