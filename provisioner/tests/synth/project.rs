//! A copy of the template with a package, and the program with nothing else: no settings, no credentials.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// The repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the repository")
}

/// A directory with the project's templates and policies, and a package in the place that the template's `Code` names.
pub(crate) struct Project(TempDir);

impl Project {
    pub(crate) fn new() -> Self {
        let copy = TempDir::new().expect("a directory");
        for folder in ["templates", "policies"] {
            fs::create_dir(copy.path().join(folder)).expect("a directory");
            for entry in fs::read_dir(root().join(folder)).expect("the project's files") {
                let file = entry.expect("an entry").path();
                if file.is_file() {
                    fs::copy(&file, copy.path().join(folder).join(file.file_name().expect("a name"))).expect("a copy");
                }
            }
        }
        fs::create_dir_all(copy.path().join("target/package")).expect("a directory");
        fs::write(copy.path().join("target/package/function.zip"), "a package").expect("a package");
        Self(copy)
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.0.path().join(relative)
    }

    /// Runs `provisioner synth` in the copy, with no variable set.
    pub(crate) fn synth(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_provisioner"))
            .arg("synth")
            .args(args)
            .env_clear()
            .current_dir(self.0.path())
            .stdin(Stdio::null())
            .output()
            .expect("the built program")
    }

    /// The output of `synth`, which must succeed.
    #[track_caller]
    pub(crate) fn synthesized(&self, args: &[&str]) -> String {
        let output = self.synth(args);
        assert!(output.status.success(), "synth {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    }

    /// The output of `synth --resolved`.
    #[track_caller]
    pub(crate) fn resolved(&self, parameters: &[&str]) -> Value {
        let always = ["--resolved", "--format", "json", "--stack", "cinedb-chat"];
        serde_json::from_str(&self.synthesized(&[&always, parameters].concat())).expect("JSON")
    }
}

/// Runs a tool to its end. It must succeed.
#[track_caller]
pub(crate) fn run(command: &mut Command, missing: &str) {
    let output =
        command.stdin(Stdio::null()).output().unwrap_or_else(|error| panic!("{command:?}: {error}; {missing}"));
    let printed = [output.stdout, output.stderr].map(|printed| String::from_utf8_lossy(&printed).into_owned()).concat();
    assert!(output.status.success(), "{command:?} ended with {}; {missing}\n{printed}", output.status);
}
