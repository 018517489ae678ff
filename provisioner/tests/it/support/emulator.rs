//! An emulated AWS for the whole test process. The first test that needs it starts it, and it ends with the process,
//! however that ends.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long one start may take. An idle machine needs less than a second.
const START_LIMIT: Duration = Duration::from_secs(60);
/// Another process may take a free port before the emulator listens on it.
const PORT_ATTEMPTS: usize = 5;

/// A running emulator.
#[derive(Debug)]
pub(crate) struct Emulator {
    url: String,
    /// Its standard input is the lifeline: the supervisor ends the emulator when this process no longer holds it open.
    _supervisor: Child,
    _directory: OwnDirectory,
}

impl Emulator {
    /// The endpoint of every service, without a trailing slash.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

/// How to start an emulator.
pub(crate) struct Program {
    pub(crate) name: &'static str,
    pub(crate) executable: PathBuf,
    /// A path that returns 200 when the emulator is ready.
    pub(crate) health: &'static str,
    /// The arguments for this port in this directory.
    pub(crate) arguments: fn(port: u16) -> Vec<String>,
    pub(crate) environment: fn(port: u16, directory: &Path) -> Vec<(&'static str, OsString)>,
    /// A file that the emulator writes once it found the port free, so that another healthy server on the port is not
    /// mistaken for it.
    pub(crate) pid_file: Option<fn(port: u16, directory: &Path) -> PathBuf>,
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port on loopback").port()
}

impl Program {
    pub(crate) fn start(&self) -> Result<Emulator, String> {
        let supervise = Path::new(env!("CARGO_MANIFEST_DIR")).join("local/supervise.py");
        let python = self.executable.with_file_name("python");
        for program in [&self.executable, &python, &supervise] {
            if !program.exists() {
                let program = program.display();
                return Err(format!("{program} is missing: run `make test`, which installs what the tests need"));
            }
        }
        let name = self.name;
        let directory = OwnDirectory::create(name).map_err(|e| format!("making a directory for {name}: {e}"))?;
        let mut failure = String::new();
        for _ in 0..PORT_ATTEMPTS {
            let port = free_port();
            let mut supervisor = self.spawn(&python, &supervise, &directory.path, port)?;
            match self.wait_until_healthy(&mut supervisor, &directory.path, port) {
                Ok(()) => {
                    let url = format!("http://127.0.0.1:{port}");
                    return Ok(Emulator { url, _supervisor: supervisor, _directory: directory });
                }
                Err(why) => failure = why,
            }
            drop(supervisor.stdin.take());
            let _ = supervisor.wait();
        }
        let log = fs::read_to_string(directory.path.join("log")).unwrap_or_default();
        Err(format!("{name} did not start: {failure}; its log:\n{log}"))
    }

    /// A clean environment, because the functions that an emulator runs inherit it.
    fn spawn(&self, python: &Path, supervise: &Path, directory: &Path, port: u16) -> Result<Child, String> {
        let log = File::create(directory.join("log")).map_err(|e| format!("making its log: {e}"))?;
        let log_again = log.try_clone().map_err(|e| format!("making its log: {e}"))?;
        Command::new(python)
            .arg(supervise)
            .arg(&self.executable)
            .args((self.arguments)(port))
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", directory)
            .env("TMPDIR", directory)
            .envs((self.environment)(port, directory))
            // The emulator's cleanup of orphaned containers must not see those of the developer.
            .env("DOCKER_HOST", "unix:///nonexistent")
            .current_dir(directory)
            // A separate process group, so that a signal to the tests' whole group leaves the supervisor alive to clean
            // up.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(log)
            .stderr(log_again)
            .spawn()
            .map_err(|e| format!("starting {}: {e}", python.display()))
    }

    fn wait_until_healthy(&self, supervisor: &mut Child, directory: &Path, port: u16) -> Result<(), String> {
        let deadline = Instant::now() + START_LIMIT;
        while Instant::now() < deadline {
            let written = self.pid_file.is_none_or(|file| file(port, directory).exists());
            let healthy = written && is_healthy(port, self.health).unwrap_or(false);
            if let Ok(Some(status)) = supervisor.try_wait() {
                return Err(format!("it ended with {status}"));
            }
            if healthy {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Err(format!("not healthy within {START_LIMIT:?}"))
    }
}

fn is_healthy(port: u16, path: &str) -> std::io::Result<bool> {
    let mut connection = TcpStream::connect(("127.0.0.1", port))?;
    connection.set_read_timeout(Some(Duration::from_secs(5)))?;
    write!(connection, "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer)?;
    Ok(answer.starts_with("HTTP/1.1 200"))
}

/// A directory that belongs to this process as long as it lives.
///
/// Statics are never dropped and a killed process cleans nothing up, so the next process removes the directories of
/// ended processes: those whose lock is free.
#[derive(Debug)]
struct OwnDirectory {
    path: PathBuf,
    _lock: File,
}

impl OwnDirectory {
    fn create(name: &str) -> std::io::Result<Self> {
        let parent = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&parent)?;
        let everyone = File::create(parent.join("lock"))?;
        everyone.lock()?;
        for entry in fs::read_dir(&parent)? {
            let directory = entry?.path();
            if File::open(directory.join("lock")).is_ok_and(|lock| lock.try_lock().is_ok()) {
                fs::remove_dir_all(directory)?;
            }
        }
        let path = parent.join(std::process::id().to_string());
        fs::create_dir_all(&path)?;
        let lock = File::create(path.join("lock"))?;
        lock.lock()?;
        Ok(Self { path, _lock: lock })
    }
}
