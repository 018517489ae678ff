//! One MiniStack for the whole test process: started by whoever asks first, ended with the process, however it ends.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// How long one start may take; an idle machine needs less than a second.
const START_LIMIT: Duration = Duration::from_secs(60);
/// Between looking for a free port and listening on it, somebody else may take it.
const PORT_ATTEMPTS: usize = 5;

pub(crate) struct MiniStack {
    url: String,
    /// Its standard input is the lifeline: the supervisor ends MiniStack when this process no longer holds it.
    _supervisor: Child,
    _directory: OwnDirectory,
}

impl MiniStack {
    /// The endpoint of every service, without a trailing slash.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Where an HTTP API answers; the host name in its `ApiEndpoint` does not resolve everywhere.
    pub(crate) fn api_url(&self, api_id: &str, path: &str) -> String {
        format!("{}/_aws/execute-api/{api_id}/$default{path}", self.url)
    }
}

/// The MiniStack of this process; the first call starts it and waits until it answers.
pub(crate) fn ministack() -> &'static MiniStack {
    static SHARED: OnceLock<Result<MiniStack, String>> = OnceLock::new();
    match SHARED.get_or_init(start) {
        Ok(ministack) => ministack,
        Err(why) => panic!("{why}"),
    }
}

/// The Python environment that holds MiniStack.
pub(crate) fn venv() -> PathBuf {
    executable().ancestors().nth(2).map_or_else(PathBuf::new, Path::to_owned)
}

fn executable() -> PathBuf {
    match std::env::var_os("MINISTACK") {
        Some(path) => PathBuf::from(path),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../.venv/bin/ministack"),
    }
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port on loopback").port()
}

fn start() -> Result<MiniStack, String> {
    let programs = Programs::find()?;
    let directory = OwnDirectory::create().map_err(|e| format!("making a directory for MiniStack: {e}"))?;
    let mut failure = String::new();
    for _ in 0..PORT_ATTEMPTS {
        let port = free_port();
        let mut supervisor = spawn(&programs, &directory.path, port)?;
        match wait_until_healthy(&mut supervisor, &directory.path, port) {
            Ok(()) => {
                let url = format!("http://127.0.0.1:{port}");
                return Ok(MiniStack { url, _supervisor: supervisor, _directory: directory });
            }
            Err(why) => failure = why,
        }
        drop(supervisor.stdin.take());
        let _ = supervisor.wait();
    }
    let log = fs::read_to_string(directory.path.join("ministack.log")).unwrap_or_default();
    Err(format!("MiniStack did not start: {failure}; its log:\n{log}"))
}

struct Programs {
    python: PathBuf,
    supervise: PathBuf,
    ministack: PathBuf,
}

impl Programs {
    /// From the project's `.venv`; `MINISTACK` may name another executable, whose neighbour `python` is then used.
    fn find() -> Result<Self, String> {
        let provisioner = Path::new(env!("CARGO_MANIFEST_DIR"));
        let ministack = executable();
        let found = Self {
            python: ministack.with_file_name("python"),
            supervise: provisioner.join("local/supervise.py"),
            ministack,
        };
        for program in [&found.ministack, &found.python, &found.supervise] {
            if !program.exists() {
                let program = program.display();
                return Err(format!("{program} is missing: run `make test`, which installs what the tests need"));
            }
        }
        Ok(found)
    }
}

/// A clean environment, because the functions that MiniStack runs inherit it.
fn spawn(programs: &Programs, directory: &Path, port: u16) -> Result<Child, String> {
    let log = File::create(directory.join("ministack.log")).map_err(|e| format!("making MiniStack's log: {e}"))?;
    let log_again = log.try_clone().map_err(|e| format!("making MiniStack's log: {e}"))?;
    Command::new(&programs.python)
        .arg(&programs.supervise)
        .arg(&programs.ministack)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", directory)
        .env("TMPDIR", directory)
        .env("STATE_DIR", directory.join("state"))
        .env("S3_DATA_DIR", directory.join("s3"))
        .env("BIND_HOST", "127.0.0.1")
        .env("GATEWAY_PORT", port.to_string())
        .env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{port}"))
        .env("LAMBDA_ACCOUNT_CONCURRENCY", "1000")
        // These two listen on every interface, at a fixed port, whatever BIND_HOST says.
        .env("IOT_MTLS_ENABLED", "0")
        .env("SFTP_ENABLED", "0")
        // Its sweep for left-over containers must not see a developer's own.
        .env("DOCKER_HOST", "unix:///nonexistent")
        .current_dir(directory)
        // A group of its own, so that a signal to the tests' whole group leaves the supervisor alive to clean up.
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(log)
        .stderr(log_again)
        .spawn()
        .map_err(|e| format!("starting {}: {e}", programs.python.display()))
}

fn wait_until_healthy(supervisor: &mut Child, directory: &Path, port: u16) -> Result<(), String> {
    // Written only after MiniStack found the port free, so that a healthy stranger on the port is not taken for ours.
    let pid_file = directory.join(format!("ministack-{port}.pid"));
    let deadline = Instant::now() + START_LIMIT;
    while Instant::now() < deadline {
        if let Ok(Some(status)) = supervisor.try_wait() {
            return Err(format!("it ended with {status}"));
        }
        if pid_file.exists() && is_healthy(port).unwrap_or(false) {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Err(format!("not healthy within {START_LIMIT:?}"))
}

fn is_healthy(port: u16) -> std::io::Result<bool> {
    let mut connection = TcpStream::connect(("127.0.0.1", port))?;
    connection.set_read_timeout(Some(Duration::from_secs(5)))?;
    write!(connection, "GET /_ministack/health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer)?;
    Ok(answer.starts_with("HTTP/1.1 200"))
}

/// A directory that belongs to this process as long as it lives. Statics are never dropped and a killed process cleans
/// nothing up, so whoever comes next removes the directories of the dead: those whose lock can be had.
struct OwnDirectory {
    path: PathBuf,
    _lock: File,
}

impl OwnDirectory {
    fn create() -> std::io::Result<Self> {
        let parent = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ministack");
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
