//! Finds files in a package that were probably included by mistake.

use std::collections::BTreeSet;
use std::io::Cursor;
use std::path::Path;

use zip::ZipArchive;

use super::left_out::{RULES, is_an_asset};

/// Files and folders of a package that look forgotten, and the remedy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forgotten {
    /// Their names, in order; a folder ends with `/`.
    pub names: Vec<String>,
    /// How to exclude them.
    pub hint: String,
}

/// Folders that tools create, or that contain one person's settings.
const FOLDERS: [&str; 7] = [".git", ".aws", ".ssh", "__pycache__", ".pytest_cache", ".venv", ".idea"];

/// Names of files that contain secrets, or that an operating system creates.
const FILES: [&str; 9] =
    ["id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", ".npmrc", ".pypirc", ".netrc", ".DS_Store", "credentials.json"];

/// Endings of files that contain private keys.
const ENDINGS: [&str; 4] = [".pem", ".key", ".p12", ".pfx"];

/// Endings of the `.env` files that are meant to be shared.
const EXAMPLES: [&str; 4] = ["example", "sample", "template", "dist"];

/// Public certificates may have the ending of a key, and are packed on purpose.
const CERTIFICATES: [&str; 4] = ["cacert.pem", "ca.pem", "ca-bundle.pem", "global-bundle.pem"];

/// Finds the files in a zip that look forgotten, by their names; `path` is the source of the package. `None` if there
/// are none.
pub fn forgotten(path: &Path, zip: &[u8]) -> Option<Forgotten> {
    let archive = ZipArchive::new(Cursor::new(zip)).ok()?;
    let names: BTreeSet<String> = archive.file_names().flatten().filter_map(|name| looks_forgotten(&name)).collect();
    let hint = match () {
        () if is_an_asset(path) => "exclude it with `exclude` in the CDK app".to_owned(),
        () if path.is_dir() => format!("exclude it with a line in {}", path.join(RULES).display()),
        () => "build the zip without it".to_owned(),
    };
    (!names.is_empty()).then(|| Forgotten { names: names.into_iter().collect(), hint })
}

/// The file, or the folder that contains it, if it looks forgotten.
fn looks_forgotten(name: &str) -> Option<String> {
    let parts: Vec<&str> = name.split('/').collect();
    let (file, folders) = parts.split_last()?;
    let up_to = |last: usize| format!("{}/", parts[..=last].join("/"));
    if let Some(at) = folders.iter().position(|folder| FOLDERS.contains(folder)) {
        return Some(up_to(at));
    }
    if let Some(at) = folders.windows(2).position(|pair| pair == ["node_modules", ".cache"]) {
        return Some(up_to(at + 1));
    }
    let is_a_key = ENDINGS.iter().any(|ending| file.ends_with(ending)) && !CERTIFICATES.contains(file);
    let variables = file
        .strip_prefix(".env")
        .is_some_and(|rest| rest.is_empty() || rest.strip_prefix('.').is_some_and(|kind| !EXAMPLES.contains(&kind)));
    (is_a_key || variables || FILES.contains(file)).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_and_caches_are_found_and_other_files_are_not() {
        for (name, expected) in [
            (".env", ".env"),
            ("app/.env.production", "app/.env.production"),
            ("keys/server.key", "keys/server.key"),
            ("private.pem", "private.pem"),
            ("home/id_ed25519", "home/id_ed25519"),
            ("lib/__pycache__/index.cpython-311.pyc", "lib/__pycache__/"),
            ("node_modules/.cache/babel/x.json", "node_modules/.cache/"),
            (".aws/credentials", ".aws/"),
            (".git/config", ".git/"),
        ] {
            assert_eq!(looks_forgotten(name).as_deref(), Some(expected), "{name}");
        }
        for name in [
            "index.py", ".env.example", "environment.py", "node_modules/cache/x", "keys.py", "certifi/cacert.pem",
            "env",
        ] {
            assert_eq!(looks_forgotten(name), None, "{name}");
        }
    }

    #[test]
    fn the_hint_depends_on_the_source_of_the_package() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("__pycache__")).unwrap();
        for name in ["index.py", ".env", "__pycache__/a.pyc", "__pycache__/b.pyc"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let zip = super::super::read(folder.path()).unwrap();
        let found = forgotten(folder.path(), &zip).unwrap();
        assert_eq!(found.names, [".env", "__pycache__/"]);
        assert_eq!(found.hint, format!("exclude it with a line in {}/.provisionerignore", folder.path().display()));
        assert_eq!(forgotten(Path::new("f.zip"), &zip).unwrap().hint, "build the zip without it");
        std::fs::write(folder.path().join(".provisionerignore"), ".env\n__pycache__\n").unwrap();
        assert_eq!(forgotten(folder.path(), &super::super::read(folder.path()).unwrap()), None);
    }
}
