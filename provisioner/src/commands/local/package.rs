//! Checks the package that `local` deploys before a server starts.

use std::io::Cursor;
use std::path::Path;

use provisioner::package::Unread;
use provisioner::{Error, Result};

/// Fails when there is no package that an emulator can unpack.
pub(super) fn check(code: &Path) -> Result<()> {
    let refused = |cause: String, hint: &str| {
        Error::new(format!("reading the package {}", code.display()), cause).hint(format!("{hint}{OR_ANOTHER}"))
    };
    let zip = provisioner::package::read(code).map_err(|Unread { cause, remedy }| {
        // The hint for a directory names what to correct in it. A missing package is one that `make local` writes.
        let hint = if code.is_dir() { &remedy } else { BUILD };
        refused(cause, hint)
    })?;
    match zip::ZipArchive::new(Cursor::new(zip)) {
        Ok(_) => Ok(()),
        Err(_) => Err(refused("it is not a zip file".to_owned(), BUILD)),
    }
}

const BUILD: &str = "build it with `make local`, which writes target/local/function.zip and starts it";
const OR_ANOTHER: &str = ", or name another with `--code ZIP`";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_package_is_an_error_with_the_command_that_builds_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("function.zip");
        std::fs::write(&file, "hello").unwrap();
        assert_eq!(check(folder.path()), Ok(()));
        assert!(
            check(&folder.path().join("gone")).unwrap_err().to_string().contains("hint: build it with `make local`")
        );
        for (path, cause) in [(file, "it is not a zip file"), (folder.path().join("gone.zip"), "No such file")] {
            let error = check(&path).unwrap_err().to_string();
            assert!(error.starts_with(&format!("reading the package {}: {cause}", path.display())), "{error}");
            assert!(error.contains("hint: build it with `make local`") && error.contains("`--code ZIP`"), "{error}");
            assert!(!error.contains("make build"), "{error}");
        }
    }

    #[test]
    fn a_folder_that_cannot_be_zipped_is_an_error_with_the_correction() {
        let folder = tempfile::tempdir().unwrap();
        let empty = check(folder.path()).unwrap_err().to_string();
        assert!(empty.contains("hint: put the function's code into it, or name another with `--code ZIP`"), "{empty}");
        std::fs::write(folder.path().join("app.py"), "").unwrap();
        std::fs::write(folder.path().join(".provisionerignore"), b"\xff\n").unwrap();
        let rules = check(folder.path()).unwrap_err().to_string();
        assert!(rules.contains(".provisionerignore: the file is not UTF-8") && rules.contains("hint: "), "{rules}");
        for error in [empty, rules] {
            assert!(!error.contains("make local") && error.contains("`--code ZIP`"), "{error}");
        }
    }
}
