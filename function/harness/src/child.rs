//! The program that is measured: started as Lambda starts it, and what the kernel says of it.

use std::{
    fs,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result};

use crate::{
    backend::Backend,
    runtime_api::{Answer, RuntimeApi},
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
    api: RuntimeApi,
}

impl Environment {
    /// Start `program` with nothing in its environment but what Lambda and `program` set.
    ///
    /// # Errors
    /// The program cannot be started.
    pub fn start(program: &Program, backend: &Backend) -> Result<Self> {
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
            .envs([("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "secret")])
            .envs(program.settings.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            // Log lines are made and written, as on Lambda; nobody reads them.
            .stdout(Stdio::null());
        let since = Instant::now();
        let child = command.spawn().with_context(|| format!("starting {name}"))?;
        Ok(Self { since, child, api })
    }

    /// Hand the program one event and wait for its answer.
    ///
    /// # Errors
    /// See [`RuntimeApi::invoke`].
    pub fn invoke(&self, event: &[u8]) -> Result<Answer> {
        self.api.invoke(event)
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
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).context("reading its status")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("VmRSS is missing")?;
        line.trim().trim_end_matches(" kB").parse().context("reading VmRSS")
    }
}

impl Drop for Environment {
    fn drop(&mut self) {
        // It may have ended by itself; either way nothing of it is left.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
