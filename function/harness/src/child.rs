//! The program under test: starts it as Lambda does, freezes and thaws it, and reads its state from the kernel.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::backend::Backend;
use crate::runtime_api::{Answer, RuntimeApi, StreamedAnswer};
use crate::signature::CREDENTIALS;

/// The command and the settings of a program, without the variables that Lambda sets for every function.
#[derive(Debug, Clone, Default)]
pub struct Program {
    /// The program and its arguments.
    pub command: Vec<String>,
    /// The environment variables.
    pub settings: Vec<(String, String)>,
}

/// One execution environment: a process and its Runtime API. Dropping it kills the process.
#[derive(Debug)]
pub struct Environment {
    /// The time at which the process started.
    pub since: Instant,
    child: Child,
    api: Option<RuntimeApi>,
}

impl Environment {
    /// Starts `program` with an environment that contains only the variables of Lambda and of `program`.
    ///
    /// The program writes its log lines, as on Lambda, and they are discarded.
    ///
    /// # Errors
    /// The program cannot be started.
    pub fn start(program: &Program, backend: &Backend) -> Result<Self> {
        Self::launch(program, backend, |command| command.stdout(Stdio::null()))
    }

    /// Starts `program` as [`Self::start`] does, and writes its output to the file `log`.
    ///
    /// # Errors
    /// The program cannot be started, or the file cannot be created.
    pub fn logged(program: &Program, backend: &Backend, log: &Path) -> Result<Self> {
        let stdout = File::create(log).with_context(|| format!("creating {}", log.display()))?;
        let stderr = stdout.try_clone().with_context(|| format!("sharing {}", log.display()))?;
        Self::launch(program, backend, |command| command.stdout(stdout).stderr(stderr))
    }

    fn launch(program: &Program, backend: &Backend, log: impl FnOnce(&mut Command) -> &mut Command) -> Result<Self> {
        let api = RuntimeApi::start()?;
        let (name, arguments) = program.command.split_first().context("there is no program")?;
        let mut command = Command::new(name);
        command
            .args(arguments)
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("AWS_LAMBDA_RUNTIME_API", &api.address)
            .env("AWS_ENDPOINT_URL", &backend.url)
            .env("SSL_CERT_FILE", &backend.bundle)
            .env("AWS_CA_BUNDLE", &backend.bundle)
            .envs([("AWS_LAMBDA_FUNCTION_NAME", "f"), ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")])
            .envs([("AWS_LAMBDA_FUNCTION_VERSION", "1"), ("AWS_REGION", "us-east-1")])
            .envs([("AWS_ACCESS_KEY_ID", CREDENTIALS.0), ("AWS_SECRET_ACCESS_KEY", CREDENTIALS.1)])
            .envs(program.settings.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        log(&mut command);
        let since = Instant::now();
        let child = command.spawn().with_context(|| format!("starting {name}"))?;
        Ok(Self { since, child, api: Some(api) })
    }

    /// Sends one event to the program and waits for the answer.
    ///
    /// # Errors
    /// See [`RuntimeApi::invoke`].
    pub fn invoke(&self, event: &[u8]) -> Result<Answer> {
        self.api()?.invoke(event)
    }

    /// Sends one event to the program and does not wait.
    ///
    /// # Errors
    /// See [`RuntimeApi::send_event`].
    pub fn send_event(&self, event: &[u8]) -> Result<()> {
        self.api()?.send_event(event)
    }

    /// Waits for the complete answer to an event that [`Self::send_event`] sent.
    ///
    /// # Errors
    /// See [`RuntimeApi::answer`].
    pub fn answer(&self) -> Result<Answer> {
        self.api()?.answer()
    }

    /// Waits for the start of the next answer, which arrives in chunks.
    ///
    /// # Errors
    /// See [`RuntimeApi::streamed_answer`].
    pub fn streamed_answer(&self) -> Result<StreamedAnswer> {
        self.api()?.streamed_answer()
    }

    fn api(&self) -> Result<&RuntimeApi> {
        self.api.as_ref().context("the environment has ended")
    }

    /// Stops the process at any point of its work, as Lambda does between two events.
    ///
    /// # Errors
    /// The program has ended, or there is no shell.
    pub fn freeze(&self) -> Result<()> {
        self.signal("STOP")?;
        // `kill` returns before the signal takes effect. The process is stopped when the kernel reports that state.
        while !matches!(self.state()?, 'T' | 't') {
            thread::yield_now();
        }
        Ok(())
    }

    /// Continues the process.
    ///
    /// # Errors
    /// The program has ended, or there is no shell.
    pub fn thaw(&self) -> Result<()> {
        self.signal("CONT")
    }

    fn signal(&self, name: &str) -> Result<()> {
        let command = format!("kill -s {name} {}", self.child.id());
        let status =
            Command::new("/bin/sh").args(["-c", &command]).status().context("sending a signal through a shell")?;
        ensure!(status.success(), "{command:?} failed");
        Ok(())
    }

    /// The state of the process: `R` for running, `S` for sleeping, `T` for stopped. See proc(5).
    fn state(&self) -> Result<char> {
        let state = self.status("State:")?;
        state.chars().next().context("the state is empty")
    }

    /// Closes the connection on which the program waits for the next event, and waits until the program exits.
    ///
    /// # Errors
    /// Waiting for the program fails.
    pub fn end(&mut self) -> Result<ExitStatus> {
        self.api = None;
        self.child.wait().context("waiting for the program's end")
    }

    /// The CPU time of all threads of the program so far.
    ///
    /// The scheduler counts in nanoseconds, `/proc/PID/stat` only in hundredths of a second.
    ///
    /// # Errors
    /// The program has ended, or this is not Linux.
    pub fn cpu(&self) -> Result<Duration> {
        let tasks = format!("/proc/{}/task", self.child.id());
        let mut nanoseconds = 0;
        for task in fs::read_dir(&tasks).with_context(|| format!("reading {tasks}"))? {
            let stat = fs::read_to_string(task?.path().join("schedstat")).context("reading a thread's schedstat")?;
            let first = stat.split_whitespace().next().context("schedstat is empty")?;
            nanoseconds += first.parse::<u64>().context("reading a thread's time")?;
        }
        Ok(Duration::from_nanos(nanoseconds))
    }

    /// The resident memory now, in KiB.
    ///
    /// # Errors
    /// The program has ended, or this is not Linux.
    pub fn resident(&self) -> Result<u64> {
        self.kibibytes("VmRSS:")
    }

    /// The peak of the resident memory, in KiB.
    ///
    /// # Errors
    /// The program has ended, or this is not Linux.
    pub fn peak(&self) -> Result<u64> {
        self.kibibytes("VmHWM:")
    }

    fn kibibytes(&self, name: &str) -> Result<u64> {
        self.status(name)?.trim_end_matches(" kB").parse().with_context(|| format!("reading {name}"))
    }

    fn status(&self, name: &str) -> Result<String> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).context("reading its status")?;
        let line =
            status.lines().find_map(|line| line.strip_prefix(name)).with_context(|| format!("{name} is missing"))?;
        Ok(line.trim().to_owned())
    }
}

impl Drop for Environment {
    fn drop(&mut self) {
        // The process may have exited already. In either case it does not exist afterwards.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
