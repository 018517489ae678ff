//! `docs/performance.md`: `make local`, the build and the tests compile each dependency only once.

use std::collections::BTreeSet;
use std::process::Command;

use crate::markdown::root;

/// All dependencies of the workspace with version and features, along these edges of the graph.
fn dependencies(edges: &str) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--workspace", "--locked", "--offline", "--prefix", "none", "--format", "{p} {f}"])
        .args(["--edges", edges])
        .output()
        .expect("cargo");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).expect("text");
    // ` (*)` means that the package's dependencies are listed above.
    lines.lines().map(|line| line.trim_end_matches(" (*)").to_owned()).collect()
}

#[test]
fn make_local_builds_the_programs_in_the_profile_of_the_tests() {
    let mut make = Command::new("make");
    // Only what make would do, as a user runs it, and not with the settings of a `make test` around this test.
    make.args(["--dry-run", "--no-print-directory", "local"]).current_dir(root());
    let output = make.env_remove("MAKEFLAGS").env_remove("PREBUILT").env_remove("PROFILE").output().expect("make");
    let commands = String::from_utf8(output.stdout).expect("text");
    let build = "cargo build --locked --profile dev --workspace --bin provisioner --bin bootstrap";
    assert!(output.status.success() && commands.contains(build), "{commands}");
}

#[test]
fn a_build_gives_each_dependency_the_features_that_the_tests_give_it() {
    let (build, tests) = (dependencies("normal,build"), dependencies("normal,build,dev"));
    assert!(build.iter().any(|line| line.starts_with("tokio v")), "{build:?}");
    let other: Vec<_> = build.difference(&tests).collect();
    assert!(
        other.is_empty(),
        "compiled once more for the tests, with other features: {other:#?}; add what asks for these to \
         provisioner/tests/workspace-hack"
    );
}
