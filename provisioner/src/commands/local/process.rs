//! A process that ends when this program ends for any reason.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use provisioner::{Error, Result};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, ChildStdin, Command};

/// Ends a process group when its own stdin is closed; the operating system closes it even after a `kill -9`.
const SUPERVISE: &str = include_str!("../../../local/supervise.py");

/// A server that runs during this program.
pub(super) struct Supervised {
    what: &'static str,
    child: Child,
    // Open as long as the server runs. Separate from the child, whose `wait` would close it.
    lifeline: Option<ChildStdin>,
    log: PathBuf,
}

impl Supervised {
    /// Starts `arguments` under the supervisor, in an environment that contains only `variables`. Its stderr is written
    /// to `log`; so is its stdout, unless `piped`.
    pub(super) fn start(
        what: &'static str,
        python: &Path,
        arguments: &[&str],
        variables: &[(&str, String)],
        log: &Path,
        piped: bool,
    ) -> Result<Self> {
        let doing = || format!("starting {what}");
        let file = std::fs::File::create(log).map_err(|error| Error::new(doing(), error))?;
        let copy = file.try_clone().map_err(|error| Error::new(doing(), error))?;
        let mut command = Command::new(python);
        command
            .args(["-c", SUPERVISE])
            .args(arguments)
            .env_clear()
            .envs(variables.iter().map(|(key, value)| (key, value)))
            .stdin(Stdio::piped())
            .stdout(if piped { Stdio::piped() } else { Stdio::from(copy) })
            .stderr(file);
        #[cfg(unix)]
        command.process_group(0); // Ctrl-C reaches this program only, which then ends its servers in order
        let mut child = command.spawn().map_err(|error| {
            Error::new(doing(), format!("{}: {error}", python.display()))
                .hint("create the environment with `make local`")
        })?;
        let lifeline = child.stdin.take();
        Ok(Self { what, child, lifeline, log: log.to_owned() })
    }

    /// The first line of its stdout; `None` if it ends before.
    pub(super) async fn first_line(&mut self) -> Option<String> {
        let stdout = self.child.stdout.take()?;
        let mut lines = BufReader::new(stdout).lines();
        let line = lines.next_line().await.ok().flatten();
        // Its further output must not block it.
        tokio::spawn(async move { lines.into_inner().read_to_end(&mut Vec::new()).await });
        line
    }

    /// Waits until it ends, which is unexpected, and returns an error with the end of its log.
    pub(super) async fn ended(&mut self) -> Error {
        let status = self.child.wait().await.map_or_else(|error| error.to_string(), |status| status.to_string());
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        let last = lines[lines.len().saturating_sub(10)..].join("\n  ");
        Error::new(format!("running {}", self.what), format!("it ended ({status})\n  {last}"))
    }

    /// Stops it and waits until it has ended.
    pub(super) async fn stop(mut self) {
        drop(self.lifeline.take());
        let _ = self.child.wait().await;
    }
}
