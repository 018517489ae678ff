//! The package that `local` deploys, checked before a server starts.

use std::io::Cursor;
use std::path::Path;

use provisioner::{Error, Result};

/// Fails when there is no package that an emulator can unpack.
pub(super) fn check(code: &Path) -> Result<()> {
    let hint = "build it with `make local`, which writes target/local/function.zip and starts it, or name another with \
                `--code ZIP`";
    let refused = |cause: String| Error::new(format!("reading the package {}", code.display()), cause).hint(hint);
    let zip = provisioner::package::read(code).map_err(|unread| refused(unread.cause))?;
    match zip::ZipArchive::new(Cursor::new(zip)) {
        Ok(_) => Ok(()),
        Err(error) => Err(refused(format!("it is not a zip file: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_a_zip_or_a_folder_and_else_says_how_to_build_one() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("function.zip");
        std::fs::write(&file, "hello").unwrap();
        assert_eq!(check(folder.path()), Ok(()));
        for (path, cause) in [(file, "it is not a zip file"), (folder.path().join("gone.zip"), "No such file")] {
            let error = check(&path).unwrap_err().to_string();
            assert!(error.starts_with(&format!("reading the package {}: {cause}", path.display())), "{error}");
            assert!(error.contains("hint: build it with `make local`") && error.contains("`--code ZIP`"), "{error}");
            assert!(!error.contains("make build"), "{error}");
        }
    }
}
