//! The `cdk.out` that the tests deploy equals the current output of the real CDK.

use std::fs;
use std::path::{Path, PathBuf};

use crate::app::{node_modules, run_node};
use crate::project::root;

const APP: &str = "provisioner/tests/cdk_app";

#[test]
fn the_checked_in_cdk_output_is_current() {
    let folder = tempfile::tempdir().expect("a directory");
    for file in ["app.js", "handler/index.py"] {
        let to = folder.path().join(file);
        fs::create_dir_all(to.parent().expect("a directory")).expect("a directory");
        fs::copy(root().join(APP).join(file), to).expect("a copy");
    }
    node_modules(folder.path());
    let written = run_node(folder.path(), "app.js");
    let checked_in = root().join(APP).join("cdk.out");
    if std::env::var_os("UPDATE_CDK_OUT").is_some() {
        drop(fs::remove_dir_all(&checked_in));
        for file in read_by_us(&written) {
            let to = checked_in.join(&file);
            fs::create_dir_all(to.parent().expect("a directory")).expect("a directory");
            fs::copy(written.join(&file), to).expect("a copy");
        }
    }
    let files = read_by_us(&written);
    assert_eq!(files.len(), 3, "a template, a list of assets and one file of an asset: {files:?}");
    assert_eq!(read_by_us(&checked_in), files, "{STALE}");
    for file in files {
        let text = |folder: &Path| fs::read_to_string(folder.join(&file)).expect("text");
        assert!(text(&checked_in) == text(&written), "{} is stale: {STALE}", file.display());
    }
}

const STALE: &str = "`UPDATE_CDK_OUT=1 cargo test --workspace --test synth real_cdk` writes it";

/// The files that a deploy reads. The others are for the CDK's own tools.
fn read_by_us(out: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(out).expect("a directory") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if path.is_dir() {
            let inside = fs::read_dir(&path).expect("a directory").map(|entry| entry.expect("an entry").file_name());
            files.extend(inside.map(|file| Path::new(&name).join(file)));
        } else if name.ends_with(".template.json") || name.ends_with(".assets.json") {
            files.push(name.into());
        }
    }
    files.sort();
    files
}
