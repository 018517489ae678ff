//! The program: started as Lambda starts it, frozen and thawed, and what the kernel says of it.

use std::{
    fs::{self, File},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

use crate::{
    backend::Backend,
    runtime_api::{Answer, Arriving, RuntimeApi},
    signature::CREDENTIALS,
};

/// How to start a program, besides what Lambda sets for each.
#[derive(Debug, Clone, Default)]
pub struct Program {
    /// Program and arguments.
    pub command: Vec<String>,
    /// Environment variables.
    pub settings: Vec<(String, String)>,
}

/// One environment: a process and its Runtime API. The process ends with it.
#[derive(Debug)]
pub struct Environment {
    /// When the process was started.
    pub since: Instant,
    child: Child,
    api: Option<RuntimeApi>,
}

impl Environment {
    /// Start `program` with nothing in its environment but what Lambda and `program` set. Log lines are made and
    /// written, as on Lambda; nobody reads them.
    ///
    /// # Errors
    /// The program cannot be started.
    pub fn start(program: &Program, backend: &Backend) -> Result<Self> {
        Self::launch(program, backend, |command| command.stdout(Stdio::null()))
    }

    /// The same, with all that it prints in the file `log`.
    ///
    /// # Errors
    /// The program cannot be started, or the file not be made.
    pub fn logged(program: &Program, backend: &Backend, log: &Path) -> Result<Self> {
        let stdout = File::create(log).with_context(|| format!("making {}", log.display()))?;
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

    /// Hand the program one event and wait for its answer.
    ///
    /// # Errors
    /// See [`RuntimeApi::invoke`].
    pub fn invoke(&self, event: &[u8]) -> Result<Answer> {
        self.api()?.invoke(event)
    }

    /// Hand the program one event, and wait for nothing.
    ///
    /// # Errors
    /// See [`RuntimeApi::hand`].
    pub fn hand(&self, event: &[u8]) -> Result<()> {
        self.api()?.hand(event)
    }

    /// The answer to what was handed over, to the last byte.
    ///
    /// # Errors
    /// See [`RuntimeApi::answer`].
    pub fn answer(&self) -> Result<Answer> {
        self.api()?.answer()
    }

    /// The answer that begins next, which comes in chunks.
    ///
    /// # Errors
    /// See [`RuntimeApi::arriving`].
    pub fn arriving(&self) -> Result<Arriving> {
        self.api()?.arriving()
    }

    fn api(&self) -> Result<&RuntimeApi> {
        self.api.as_ref().context("the environment has ended")
    }

    /// Stop the process in the middle of whatever it does, as Lambda does between two events.
    ///
    /// # Errors
    /// The program is gone, or there is no shell.
    pub fn freeze(&self) -> Result<()> {
        self.signal("STOP")?;
        // The signal is on its way when it has been sent; it has come when the kernel says so.
        while !matches!(self.state()?, 'T' | 't') {
            thread::yield_now();
        }
        Ok(())
    }

    /// Let it go on.
    ///
    /// # Errors
    /// The program is gone, or there is no shell.
    pub fn thaw(&self) -> Result<()> {
        self.signal("CONT")
    }

    fn signal(&self, name: &str) -> Result<()> {
        let command = format!("kill -s {name} {}", self.child.id());
        let status = Command::new("/bin/sh").args(["-c", &command]).status().context("asking a shell for a signal")?;
        ensure!(status.success(), "{command:?} failed");
        Ok(())
    }

    /// `R` for running, `S` for sleeping, `T` for stopped: see proc(5).
    fn state(&self) -> Result<char> {
        let state = self.status("State:")?;
        state.chars().next().context("the state is empty")
    }

    /// Hang up where it asks for the next event, and wait until it has ended by itself.
    ///
    /// # Errors
    /// The program cannot be waited for.
    pub fn end(&mut self) -> Result<ExitStatus> {
        self.api = None;
        self.child.wait().context("waiting for the program's end")
    }

    /// Time on a processor so far, of all the program's threads. `/proc/PID/stat` counts in hundredths of a second,
    /// the scheduler in nanoseconds.
    ///
    /// # Errors
    /// The program is gone, or this is not Linux.
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

    /// Memory that is resident now, in KiB.
    ///
    /// # Errors
    /// The program is gone, or this is not Linux.
    pub fn resident(&self) -> Result<u64> {
        self.kibibytes("VmRSS:")
    }

    /// The most memory that was ever resident, in KiB.
    ///
    /// # Errors
    /// The program is gone, or this is not Linux.
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
        // It may have ended by itself; either way nothing of it is left.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
