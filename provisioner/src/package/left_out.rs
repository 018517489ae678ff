//! Decides which files of a folder are excluded from the package.

use std::fs;
use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::template::file_text;

/// The file with the rules for exclusion, in the syntax of a `.gitignore`: in the folder and in each subfolder.
pub(super) const RULES: &str = ".provisionerignore";

/// The exclusions of a folder: those of its rules, the files with the rules, and a Git repository.
pub(super) enum LeftOut {
    /// The rules of the folders from the root to the current one, innermost last.
    Rules(Vec<Option<Gitignore>>),
    /// A Git repository only: the CDK applies its own `exclude` when it writes the folder, which does not exclude a
    /// repository. No hash depends on the repository, because the package is zipped here.
    Repository,
}

/// The reason why a folder is not packed.
pub(super) struct Refused {
    pub cause: String,
    /// The remedy, if the problem is not in a file to be packed.
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
    /// The exclusions of this folder, before its rules are read.
    pub(super) fn of(folder: &Path) -> Self {
        if is_an_asset(folder) { Self::Repository } else { Self::Rules(Vec::new()) }
    }

    /// Reads the rules of a folder: they apply to its content and its subfolders. `prefix` is its path in the package.
    ///
    /// A line that matches nothing in Git, such as `[z-a]`, matches nothing here.
    pub(super) fn enter(&mut self, folder: &Path, prefix: &str) -> Result<(), Refused> {
        let Self::Rules(rules) = self else { return Ok(()) };
        let path = folder.join(RULES);
        let mut read = None;
        // An entry that is not a file is refused when the entry itself is read.
        if path.is_file() {
            let bytes = fs::read(&path)
                .map_err(|error| Refused::new(format!("{prefix}{RULES}: {error}"), "make it readable"))?;
            let text = file_text(bytes).map_err(|cause| {
                Refused::new(format!("{prefix}{RULES}: {cause}"), format!("save {} as UTF-8", path.display()))
            })?;
            let mut builder = GitignoreBuilder::new(folder);
            for line in text.lines() {
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

    /// Removes the rules of the folder that was entered last.
    pub(super) fn leave(&mut self) {
        if let Self::Rules(rules) = self {
            rules.pop();
        }
    }

    /// Whether a path is excluded. As in Git, the innermost matching rule applies, and of several in one file the last.
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

/// Whether the CDK wrote the folder: its name is `asset.` and a SHA-256.
pub(super) fn is_an_asset(folder: &Path) -> bool {
    let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.strip_prefix("asset.").is_some_and(|hash| hash.len() == 64 && hash.bytes().all(|c| c.is_ascii_hexdigit()))
}
