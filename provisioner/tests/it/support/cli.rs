//! Runs the built program as a user or a CI job does: in an account, without a terminal and without the developer's own
//! settings.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::process::{Child, Command};

use super::account::Account;
use super::proxy::Proxy;

/// The tests' runs are much shorter; a program that hangs fails its test and not the whole run.
const TIME_LIMIT: Duration = Duration::from_secs(120);

pub(crate) struct Cli {
    env: Vec<(OsString, OsString)>,
    directory: PathBuf,
}

impl Cli {
    /// With the emulator as the endpoint.
    pub(crate) fn new(account: &Account) -> Self {
        Self::at(account, account.endpoint())
    }

    pub(crate) fn through(account: &Account, proxy: &Proxy) -> Self {
        Self::at(account, proxy.url())
    }

    /// Without an account, an endpoint and a home directory.
    pub(crate) fn empty() -> Self {
        let cli = Self { env: Vec::new(), directory: Path::new(env!("CARGO_MANIFEST_DIR")).join("..") };
        cli.env("PATH", std::env::var_os("PATH").unwrap_or_default())
    }

    fn at(account: &Account, endpoint: &str) -> Self {
        let cli = Self::empty().env("HOME", Path::new(env!("CARGO_TARGET_TMPDIR")));
        account.env(endpoint).into_iter().fold(cli, |cli, (name, value)| cli.env(name, value))
    }

    /// Sets a variable, and overrides the account's variable of that name.
    pub(crate) fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.env.push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// The program's working directory; by default the workspace's root.
    pub(crate) fn directory(mut self, directory: &Path) -> Self {
        directory.clone_into(&mut self.directory);
        self
    }

    /// Runs the program to its end.
    pub(crate) async fn run<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Run {
        let args: Vec<OsString> = args.into_iter().map(|arg| arg.as_ref().to_owned()).collect();
        let words: Vec<_> = args.iter().map(|arg| arg.to_string_lossy()).collect();
        let command = format!("provisioner {}", words.join(" "));
        let ended = tokio::time::timeout(TIME_LIMIT, self.spawn(&args).wait_with_output()).await;
        let output = ended.unwrap_or_else(|_| panic!("{command} still runs after {TIME_LIMIT:?}"));
        let output = output.expect("the program's output");
        Run {
            command,
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Starts the program without waiting for its end, for tests that kill it. Dropping the child kills it too.
    pub(crate) fn spawn<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Child {
        Command::new(env!("CARGO_BIN_EXE_provisioner"))
            .args(args)
            .env_clear()
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .current_dir(&self.directory)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the built program")
    }
}

/// An ended run. Its debug form is everything that a user would have seen.
pub(crate) struct Run {
    command: String,
    /// `None` if a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    #[track_caller]
    pub(crate) fn expect_success(self) -> Self {
        self.expect_code(0)
    }

    #[track_caller]
    pub(crate) fn expect_code(self, code: i32) -> Self {
        assert!(self.code == Some(code), "expected exit code {code}\n{self:?}");
        self
    }

    /// The output of `--output json`.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("stdout is not JSON: {e}\n{self:?}"))
    }
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { command, code, stdout, stderr } = self;
        let code = code.map_or("a signal".to_owned(), |code| code.to_string());
        write!(f, "$ {command}\n--- stdout\n{stdout}--- stderr\n{stderr}--- ended with {code}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_prints_stdout_and_stderr_and_parses_stdout_as_json() {
        let run = |code| Run {
            command: "provisioner plan --output json".to_owned(),
            code,
            stdout: "{\"changes\":[]}\n".to_owned(),
            stderr: "reading what exists\n".to_owned(),
        };
        assert_eq!(run(Some(0)).expect_success().json(), serde_json::json!({"changes": []}));
        let printed = "$ provisioner plan --output json\n--- stdout\n{\"changes\":[]}\n\
                       --- stderr\nreading what exists\n--- ended with a signal";
        assert_eq!(format!("{:?}", run(None)), printed);
    }
}
