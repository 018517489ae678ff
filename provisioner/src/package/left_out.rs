//! What of a folder is not packed.

use std::fs;
use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// The file whose lines say what is not packed, as those of a `.gitignore` say it: in the folder and in each below it.
pub(super) const RULES: &str = ".provisionerignore";

/// What of a folder is not packed: what its rules say, the rules themselves, and a Git repository.
pub(super) enum LeftOut {
    /// By the rules of the folders on the way to where it is; the last is the innermost.
    Rules(Vec<Option<Gitignore>>),
    /// A Git repository alone: the CDK has applied its own `exclude` when it wrote the folder, which does not leave out a
    /// repository. No hash depends on it: the package is zipped here.
    Repository,
}

/// Why a folder is not packed.
pub(super) struct Refused {
    pub cause: String,
    /// What to do about it, where it is not what is to be packed that is at fault.
    pub remedy: Option<String>,
}

impl Refused {
    pub(super) fn new(cause: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { cause: cause.into(), remedy: Some(remedy.into()) }
    }
}

impl From<String> for Refused {
    fn from(cause: String) -> Self {
        Self { cause, remedy: None }
    }
}

impl LeftOut {
    /// Of this folder; none of its rules is read yet.
    pub(super) fn of(folder: &Path) -> Self {
        if is_an_asset(folder) { Self::Repository } else { Self::Rules(Vec::new()) }
    }

    /// Reads the rules of a folder: they count for what is in it and below it. `prefix` is its path in the package.
    ///
    /// A line that matches nothing to Git, such as `[z-a]`, matches nothing here.
    pub(super) fn enter(&mut self, folder: &Path, prefix: &str) -> Result<(), Refused> {
        let Self::Rules(rules) = self else { return Ok(()) };
        let path = folder.join(RULES);
        let mut read = None;
        // What is no file is met and refused in its place.
        if path.is_file() {
            let bytes = fs::read(&path)
                .map_err(|error| Refused::new(format!("{prefix}{RULES}: {error}"), "make it readable"))?;
            let text = std::str::from_utf8(&bytes).map_err(|error| {
                let valid = error.valid_up_to();
                let line = bytes[..valid].iter().filter(|byte| **byte == b'\n').count() + 1;
                Refused::new(
                    format!(
                        "{prefix}{RULES} is not UTF-8: byte {} on line {line} belongs to another encoding",
                        valid + 1
                    ),
                    format!("save {} as UTF-8", path.display()),
                )
            })?;
            let mut builder = GitignoreBuilder::new(folder);
            for line in text.trim_start_matches('\u{feff}').lines() {
                let _ = builder.add_line(None, line);
            }
            let built = builder.build();
            read = Some(built.map_err(|error| {
                Refused::new(format!("{prefix}{RULES}: {error}"), format!("correct {}", path.display()))
            })?);
        }
        rules.push(read);
        Ok(())
    }

    /// Forgets the rules of the folder that was entered last.
    pub(super) fn leave(&mut self) {
        if let Self::Rules(rules) = self {
            rules.pop();
        }
    }

    /// Whether it is not packed. As for Git the innermost rule that matches counts, and of these the last.
    pub(super) fn has(&self, path: &Path, is_folder: bool) -> bool {
        let name = path.file_name().unwrap_or_default();
        if name == ".git" {
            return true;
        }
        let Self::Rules(rules) = self else { return false };
        if name == RULES && !is_folder && path.is_file() {
            return true;
        }
        let matches = rules.iter().rev().flatten().map(|rules| rules.matched(path, is_folder));
        matches.into_iter().find(|found| !found.is_none()).is_some_and(|found| found.is_ignore())
    }
}

/// Whether the CDK wrote the folder: it calls it `asset.` and a SHA-256.
pub(super) fn is_an_asset(folder: &Path) -> bool {
    let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.strip_prefix("asset.").is_some_and(|hash| hash.len() == 64 && hash.bytes().all(|c| c.is_ascii_hexdigit()))
}
