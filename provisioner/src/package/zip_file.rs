//! Writes the zip.

use std::fs;
use std::io::{Cursor, Write as _};
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::error::{Error, Result};

/// The name of the binary that Lambda's `provided.*` runtimes start.
pub(super) const BOOTSTRAP: &str = "bootstrap";

/// Packs a binary as `bootstrap`, executable and dated 1980: the result has the same bytes for the same binary, on
/// every machine.
///
/// Writes the zip to `to`, and creates its folder if necessary. An identical file is not written again.
pub fn write(binary: &Path, to: &Path) -> Result<Vec<u8>> {
    let content = fs::read(binary).map_err(|error| {
        Error::new(format!("reading the binary {}", binary.display()), error)
            .hint("build the binary first, or name another one with `--binary`")
    })?;
    let doing = || format!("writing the package {}", to.display());
    let zip = pack(&content).map_err(|error| Error::new(doing(), error))?;
    if fs::read(to).is_ok_and(|there| there == zip) {
        return Ok(zip);
    }
    let written = || {
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder)?;
        }
        // Written under another name and renamed, so that a simultaneous deployment never reads half a file.
        let temporary = to.with_extension("zip.part");
        fs::write(&temporary, &zip)?;
        fs::rename(&temporary, to)
    };
    written().map_err(|error| Error::new(doing(), error))?;
    Ok(zip)
}

/// The mode of an executable file.
pub(super) const EXECUTABLE: u32 = 0o755;

/// The mode of a file that is not executable.
pub(super) const PLAIN: u32 = 0o644;

/// The options of a file in a package: they do not depend on the machine or the time.
pub(super) fn entry(mode: u32) -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(mode)
}

fn pack(binary: &[u8]) -> zip::result::ZipResult<Vec<u8>> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file(BOOTSTRAP, entry(EXECUTABLE))?;
    writer.write_all(binary)?;
    Ok(writer.finish()?.into_inner())
}

/// Base64 of the SHA-256 of a zip, which Lambda returns as `CodeSha256`.
pub fn sha256(zip: &[u8]) -> String {
    BASE64_STANDARD.encode(Sha256::digest(zip))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_binary_gives_the_same_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let (binary, zip) = (folder.path().join("b"), folder.path().join("out/f.zip"));
        fs::write(&binary, b"binary").unwrap();
        let first = write(&binary, &zip).unwrap();
        fs::remove_file(&zip).unwrap();
        fs::write(&binary, b"binary").unwrap(); // another mtime
        assert_eq!(write(&binary, &zip).unwrap(), first);
        assert_eq!(fs::read(&zip).unwrap(), first);
    }

    #[test]
    fn the_binary_is_executable_inside() {
        let zip = pack(b"binary").unwrap();
        let mut archive = zip::ZipArchive::new(Cursor::new(zip)).unwrap();
        assert_eq!(archive.by_name(BOOTSTRAP).unwrap().unix_mode(), Some(0o100_755));
    }

    #[test]
    fn the_hint_for_a_missing_binary_builds_it() {
        let error = write(Path::new("/nowhere/bootstrap"), Path::new("/nowhere/f.zip")).unwrap_err().to_string();
        assert!(error.contains("reading the binary /nowhere/bootstrap"), "{error}");
        assert!(error.contains("hint: build the binary first"), "{error}");
    }
}
