//! The output of `make synth` is checked in.

use std::fs;
use std::path::Path;

use crate::project::{Project, root};

#[test]
fn the_checked_in_flat_template_and_cdk_apps_are_current() {
    let project = Project::new();
    project.synthesized(&["--out", "templates/dist/chat.template.yaml"]);
    for language in ["typescript", "python"] {
        project.synthesized(&["--cdk", language, "--out", &format!("templates/cdk/{language}")]);
    }
    for folder in ["templates/dist", "templates/cdk"] {
        for file in files(&project.path(folder)) {
            let written = fs::read_to_string(&file).expect("a file");
            let relative = file.strip_prefix(project.path("")).expect("a file of the project");
            let checked_in = fs::read_to_string(root().join(relative)).unwrap_or_default();
            assert!(checked_in == written, "{} is stale: run `make synth`", relative.display());
        }
    }
}

#[test]
fn paths_in_the_flat_template_name_the_same_files() {
    let flat = fs::read_to_string(root().join("templates/dist/chat.template.yaml")).expect("the flat template");
    assert_eq!(flat.matches("Code: ../../target/package/function.zip").count(), 2, "{flat}");
    assert!(!flat.contains("Fn::Transform"), "{flat}");
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).expect("a directory").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
