//! A generated app, run as the CDK runs it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::project::{Project, root, run};

const NPM: &str = "Node 20 or newer is needed, and aws-cdk-lib: `make test` installs it, or \
                   `npm ci --ignore-scripts` in templates/cdk/typescript";
const PIP: &str = "aws-cdk-lib is needed: `make test` installs it into .venv from requirements.txt";

/// The output of an app.
pub(crate) struct Synthesized {
    /// The template.
    pub(crate) template: Value,
    /// The folder of the template and its assets.
    pub(crate) folder: PathBuf,
}

impl Synthesized {
    fn read(folder: PathBuf) -> Self {
        let template = fs::read_to_string(folder.join("cinedb-chat.template.json")).expect("a template");
        Self { template: serde_json::from_str(&template).expect("JSON"), folder }
    }

    /// The file of an asset, by its key in the bucket.
    pub(crate) fn asset(&self, key: &str) -> Vec<u8> {
        let manifest = fs::read_to_string(self.folder.join("cinedb-chat.assets.json")).expect("a list of assets");
        let manifest: Value = serde_json::from_str(&manifest).expect("JSON");
        let source = &manifest["files"][key.trim_end_matches(".zip")]["source"];
        assert_eq!(source["packaging"], "file", "{key} in {manifest:#}");
        fs::read(self.folder.join(source["path"].as_str().expect("a path"))).expect("the asset")
    }
}

/// Generates the app in TypeScript, checks its types strictly, and runs it.
pub(crate) fn typescript(project: &Project, parameters: &[&str]) -> Synthesized {
    let folder = generate(project, "typescript", parameters);
    node_modules(&folder);
    run(Command::new("node").arg("node_modules/typescript/bin/tsc").current_dir(&folder), NPM);
    node(&folder, "bin/app.js")
}

/// Generates the app in Python and runs it.
pub(crate) fn python(project: &Project, parameters: &[&str]) -> Synthesized {
    let folder = generate(project, "python", parameters);
    let out = folder.join("cdk.out");
    let mut python = Command::new(root().join(".venv/bin/python3"));
    python.arg("app.py").current_dir(&folder);
    run(python.env("CDK_OUTDIR", &out).env("CDK_VALIDATION", "false").env("PYTHONDONTWRITEBYTECODE", "1"), PIP);
    Synthesized::read(out)
}

/// Runs a program that creates the stack `cinedb-chat`.
pub(crate) fn node(folder: &Path, program: &str) -> Synthesized {
    Synthesized::read(run_node(folder, program))
}

/// Runs a program that uses aws-cdk-lib, and returns the path of its output. aws-cdk-lib can validate templates too,
/// which takes six seconds; `make lint` does that once.
pub(crate) fn run_node(folder: &Path, program: &str) -> PathBuf {
    let out = folder.join("cdk.out");
    let mut node = Command::new("node");
    run(node.arg(program).current_dir(folder).env("CDK_OUTDIR", &out).env("CDK_VALIDATION", "false"), NPM);
    out
}

/// Puts the installed packages of the checked-in app next to a program.
pub(crate) fn node_modules(folder: &Path) {
    let installed = root().join("templates/cdk/typescript/node_modules");
    assert!(installed.is_dir(), "{} is missing: {NPM}", installed.display());
    symlink(installed, folder.join("node_modules")).expect("a link");
}

/// Generates an app in the place of the checked-in one, so that the paths in it are the same.
fn generate(project: &Project, language: &str, parameters: &[&str]) -> PathBuf {
    let folder = format!("templates/cdk/{language}");
    project.synthesized(&[&["--cdk", language, "--out", &folder], parameters].concat());
    project.path(&folder)
}
