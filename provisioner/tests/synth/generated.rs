//! The data about resource kinds equals the output of its generator for the installed cfn-lint and aws-cdk-lib.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::project::{root, run};

/// The generator's files, and their places in the repository.
const FILES: [(&str, &str); 3] = [
    ("ref_values.json", "provisioner/src/resources/other/ref_values.json"),
    ("registry.json", "provisioner/tests/schemas/registry.json"),
    ("limits.json", "provisioner/src/lint/limits/schemas.json"),
];

const STALE: &str = "`UPDATE_SCHEMAS=1 cargo test --workspace --test synth generated` writes it";

#[test]
fn generated_data_on_resource_types_matches_the_installed_packages() {
    let out = tempfile::tempdir().expect("a directory");
    let mut python = Command::new(root().join(".venv/bin/python3"));
    python.arg(root().join("provisioner/tests/schemas/generate.py")).arg(site_packages());
    python.arg(root().join("templates/cdk/typescript/node_modules/aws-cdk-lib")).arg(out.path());
    run(&mut python, "cfn-lint and aws-cdk-lib are needed: `make test` installs them");
    for (written, kept) in FILES {
        let kept = root().join(kept);
        if std::env::var_os("UPDATE_SCHEMAS").is_some() {
            fs::copy(out.path().join(written), &kept).expect("a copy");
        }
        let text = |path: &Path| fs::read_to_string(path).expect("text");
        assert!(text(&out.path().join(written)) == text(&kept), "{} is stale: {STALE}", kept.display());
    }
}

/// The folder of the installed Python packages.
fn site_packages() -> PathBuf {
    let lib = root().join(".venv/lib");
    let python =
        fs::read_dir(&lib).expect("the installed Python packages").next().expect("a Python").expect("an entry");
    python.path().join("site-packages")
}
