//! The servers of `local`: MiniStack instead of AWS, and a model instead of Claude.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use provisioner::{Error, Result, report};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep};

use super::http;
use super::process::Supervised;
use crate::cli::Local;
use crate::terminal;

const EMBEDDED: &str = include_str!("../../../local/embedded_llm.py");

/// The maximum time until a server's first answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// The servers of one run. They end with it.
pub(super) struct Servers {
    endpoint_url: String,
    pub(super) llm: Llm,
    running: Mutex<Vec<Supervised>>,
    _folder: Folder,
}

/// The source of the answers.
pub(super) enum Llm {
    /// MiniStack's built-in text.
    Canned,
    /// The small model from `requirements-llm.txt`.
    Embedded,
    /// An external server.
    Server(String),
}

impl Llm {
    fn of(arguments: &Local) -> Result<Self> {
        match arguments.llm.as_deref() {
            None | Some("") => Ok(Self::Canned),
            Some("embedded") => Ok(Self::Embedded),
            Some(url) if url.starts_with("http://") || url.starts_with("https://") => Ok(Self::Server(url.to_owned())),
            Some(other) => {
                Err(Error::new("choosing the model", format!("`{other}` is neither `embedded` nor a URL"))
                    .hint("give `LLM=embedded`, or `LLM=http://127.0.0.1:8080` for llama.cpp's server; docs/local.md describes Ollama"))
            }
        }
    }

    /// A note for the user about the answers.
    pub(super) fn description(&self) -> String {
        match self {
            Self::Canned => {
                "Answers are MiniStack's canned text, not a model's. LLM=embedded runs a small model on this machine, \
                             LLM=URL uses an OpenAI-compatible server."
                    .to_owned()
            }
            Self::Embedded => {
                "Answers come from SmolLM2-135M, a very small model on this machine. It is often wrong.".to_owned()
            }
            Self::Server(url) => {
                format!(
                    "Answers come from {url}, which gets Bedrock's id as the name of the model. If it does not answer, or has no model of that name, MiniStack answers with canned text that begins with `[ministack mock`."
                )
            }
        }
    }
}

impl Servers {
    pub(super) async fn start(arguments: &Local) -> Result<Self> {
        let llm = Llm::of(arguments)?;
        check_port(arguments.port)?;
        let folder = Folder::make()?;
        let python = arguments.venv.join("bin/python");
        let mut running = Vec::new();
        let mut proxy = match &llm {
            Llm::Canned => None,
            Llm::Server(url) => Some(url.trim_end_matches('/').trim_end_matches("/v1").to_owned()),
            Llm::Embedded => {
                let (server, url) = start_embedded(&python, &folder.0).await?;
                running.push(server);
                Some(url)
            }
        };
        let endpoint_url = format!("http://127.0.0.1:{}", arguments.port);
        let variables = ministack_variables(arguments.port, &endpoint_url, &folder.0, proxy.take());
        let executable = arguments.venv.join("bin/ministack");
        let executable = executable.to_string_lossy();
        let log = folder.0.join("ministack.log");
        running.push(Supervised::start("MiniStack", &python, &[executable.as_ref()], &variables, &log, false)?);
        let mut servers = Self { endpoint_url, llm, running: Mutex::new(running), _folder: folder };
        servers.wait_until_up().await?;
        terminal::note(&report::dim(format!("  MiniStack at {}", servers.endpoint_url)));
        Ok(servers)
    }

    pub(super) fn endpoint_url(&self) -> &str {
        &self.endpoint_url
    }

    async fn wait_until_up(&mut self) -> Result<()> {
        let health = format!("{}/_ministack/health", self.endpoint_url);
        let up = async {
            let begun = Instant::now();
            while begun.elapsed() < PATIENCE {
                if http::is_up(&health).await {
                    return Ok(());
                }
                sleep(Duration::from_millis(100)).await;
            }
            Err(Error::new("starting MiniStack", format!("it did not answer within {} s", PATIENCE.as_secs())))
        };
        tokio::select! {
            up = up => up,
            ended = self.ended() => Err(ended),
        }
    }

    /// Waits until one of them ends unexpectedly.
    pub(super) async fn ended(&self) -> Error {
        let mut running = self.running.lock().await;
        let all = running.iter_mut().map(|server| Box::pin(server.ended()));
        futures_util::future::select_all(all).await.0
    }

    /// Stops all servers, in reverse order of their start.
    pub(super) async fn stop(self) {
        for server in self.running.into_inner().into_iter().rev() {
            server.stop().await;
        }
    }
}

async fn start_embedded(python: &Path, folder: &Path) -> Result<(Supervised, String)> {
    let log = folder.join("llm.log");
    let python_text = python.to_string_lossy();
    let variables = [("PATH", std::env::var("PATH").unwrap_or_default()), ("HOME", folder.display().to_string())];
    let arguments = [python_text.as_ref(), "-u", "-c", EMBEDDED];
    let mut server = Supervised::start("the embedded model", python, &arguments, &variables, &log, true)?;
    match server.first_line().await {
        Some(url) if url.starts_with("http://") => {
            terminal::note(&report::dim(format!("  the embedded model at {url}")));
            Ok((server, url))
        }
        _ => Err(server.ended().await.hint("install it with `make local LLM=embedded`")),
    }
}

/// A clean environment: functions inherit MiniStack's, and without `AWS_ENDPOINT_URL` they would call the real AWS.
fn ministack_variables(
    port: u16,
    endpoint_url: &str,
    folder: &Path,
    proxy: Option<String>,
) -> Vec<(&'static str, String)> {
    let folder = folder.display();
    let mut variables = vec![
        ("PATH", std::env::var("PATH").unwrap_or_default()),
        ("HOME", folder.to_string()),
        ("TMPDIR", folder.to_string()),
        ("STATE_DIR", format!("{folder}/state")),
        ("S3_DATA_DIR", format!("{folder}/s3")),
        ("BIND_HOST", "127.0.0.1".to_owned()),
        ("GATEWAY_PORT", port.to_string()),
        ("AWS_ENDPOINT_URL", endpoint_url.to_owned()),
        ("LAMBDA_ACCOUNT_CONCURRENCY", "1000".to_owned()),
        // Its MQTT listener binds to all interfaces, whatever `BIND_HOST` contains.
        ("IOT_MTLS_ENABLED", "0".to_owned()),
        ("SFTP_ENABLED", "0".to_owned()),
        // It removes containers of a Docker engine that it finds.
        ("DOCKER_HOST", "unix:///nonexistent".to_owned()),
    ];
    if let Some(url) = proxy {
        variables.push(("MINISTACK_BEDROCK_PROXY_URL", url));
        variables.push(("MINISTACK_BEDROCK_PROXY_TIMEOUT_SECONDS", "24".to_owned()));
    }
    variables
}

fn check_port(port: u16) -> Result<()> {
    match TcpListener::bind(("127.0.0.1", port)) {
        Ok(_) => Ok(()),
        Err(error) => Err(Error::new(format!("taking port {port} on 127.0.0.1"), error).hint(format!(
            "end the program that uses it, or choose another port with `make local PORT={}`",
            port.wrapping_add(1)
        ))),
    }
}

/// A directory of this run, which is removed with it.
struct Folder(PathBuf);

impl Folder {
    fn make() -> Result<Self> {
        let path = std::env::temp_dir().join(format!("cinedb-chat-local-{}", std::process::id()));
        std::fs::create_dir_all(&path).map_err(|error| Error::new(format!("creating {}", path.display()), error))?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
