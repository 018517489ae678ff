//! A mock of `DynamoDB` and Bedrock at one address, over TLS. A rule computes each response, and the mock records the
//! requests.

use std::io::{BufReader, ErrorKind};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{fmt, thread};

use anyhow::{Context, Result, ensure};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::bedrock;
use crate::call::Call;
use crate::certificate::Certificate;
use crate::dynamodb::Table;
use crate::http::{self, Body, ClientEvent, Request, Response};
use crate::signature;

/// The longest time that [`Backend::wait_until`] waits.
const WAIT_TIMEOUT: Duration = Duration::from_secs(30);
/// The socket timeouts of a streamed response. A reader that accepts no data for twice this time has stalled.
const SOCKET_TIMEOUT: Duration = Duration::from_millis(500);

/// The model's answer in a measurement.
const TEXT: &str = "Watch Celestial Nomads 7: a crew follows a signal between the stars. It has the best end.";

type Rule = dyn Fn(&Request) -> Option<Response> + Send + Sync;

/// The mock backend. It serves until the process ends.
#[derive(Debug, Clone)]
pub struct Backend {
    /// The value for `AWS_ENDPOINT_URL`.
    pub url: String,
    /// The value for `SSL_CERT_FILE` and `AWS_CA_BUNDLE`.
    pub bundle: PathBuf,
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    received: Condvar,
}

struct State {
    rule: Arc<Rule>,
    requests: Vec<Request>,
    connections: Vec<TcpStream>,
}

impl Backend {
    /// Starts a backend that responds immediately, so that measured times are those of the program.
    ///
    /// The bundle with its certificate is written to `folder`.
    ///
    /// # Errors
    /// There is no free port, or the bundle cannot be written.
    pub fn start(folder: &Path) -> Result<Self> {
        let certificate = Certificate::for_host("localhost")?;
        Self::with_rule(&certificate, certificate.bundle(folder)?, chat_rule(Table::with_films(50), TEXT))
    }

    /// Starts a backend that responds to each signed request by `rule`, and closes the connection if `rule` returns
    /// `None`.
    ///
    /// A rule may block: each connection has its own thread.
    ///
    /// # Errors
    /// There is no free port.
    pub fn with_rule(
        certificate: &Certificate,
        bundle: PathBuf,
        rule: impl Fn(&Request) -> Option<Response> + Send + Sync + 'static,
    ) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").context("listening for AWS")?;
        let url =
            format!("https://localhost:{}", listener.local_addr().context("reading the port of the mock AWS")?.port());
        let state = State { rule: Arc::new(rule), requests: Vec::new(), connections: Vec::new() };
        let shared = Arc::new(Shared { state: Mutex::new(state), received: Condvar::new() });
        let (serving, tls) = (Arc::clone(&shared), Arc::clone(&certificate.tls));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (shared, tls) = (Arc::clone(&serving), Arc::clone(&tls));
                thread::spawn(move || -> Result<()> {
                    let connection = stream.try_clone()?;
                    shared.state().connections.push(stream.try_clone()?);
                    // A broken connection shows in the program's answer.
                    let _ = serve(stream, tls, &shared);
                    // The recorded copies of the stream would keep the connection open.
                    Ok(connection.shutdown(Shutdown::Both)?)
                });
            }
        });
        Ok(Self { url, bundle, shared })
    }

    /// Responds by another rule from now on.
    pub fn set_rule(&self, rule: impl Fn(&Request) -> Option<Response> + Send + Sync + 'static) {
        self.shared.state().rule = Arc::new(rule);
    }

    /// The requests so far, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.shared.state().requests.clone()
    }

    /// Deletes the recorded requests.
    pub fn clear_requests(&self) {
        self.shared.state().requests.clear();
    }

    /// Waits until the requests so far satisfy `condition`.
    ///
    /// # Errors
    /// They do not satisfy it after 30 seconds.
    pub fn wait_until(&self, condition: impl Fn(&[Request]) -> bool) -> Result<()> {
        let (state, is_missing) = (self.shared.state(), |state: &mut State| !condition(&state.requests));
        let waited = self.shared.received.wait_timeout_while(state, WAIT_TIMEOUT, is_missing);
        ensure!(!waited.unwrap_or_else(PoisonError::into_inner).1.timed_out(), "the expected requests did not arrive");
        Ok(())
    }

    /// Closes all connections, as a server does with connections that are idle for a long time.
    pub fn close_connections(&self) {
        for stream in self.shared.state().connections.drain(..) {
            // A connection that is closed already needs no action.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

/// A rule that answers every call of the chat: a Scan from `table`, and the model with `text`, word by word in a stream.
pub fn chat_rule(table: Table, text: &str) -> impl Fn(&Request) -> Option<Response> + Send + Sync + use<> {
    let (answer, words) = (bedrock::answer(text).to_string(), text.split_inclusive(' ').map(bedrock::words));
    let events: Vec<_> = words.chain([bedrock::end("end_turn")]).collect();
    move |request| {
        Some(match request.call() {
            Call::Scan => table.scan(request),
            Call::Converse(_) => Response::ok(&answer),
            Call::ConverseStream(_) => bedrock::stream(&events),
            Call::Other => Response::error(404, "UnknownOperation", &request.line),
        })
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Shared")
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn serve(stream: TcpStream, tls: Arc<ServerConfig>, shared: &Shared) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(StreamOwned::new(ServerConnection::new(tls)?, stream));
    while let Some(request) = http::read(&mut reader)? {
        let rule = {
            let mut state = shared.state();
            state.requests.push(request.clone());
            Arc::clone(&state.rule)
        };
        shared.received.notify_all();
        let response = match signature::check(&request) {
            Ok(()) => rule(&request),
            Err(error) => Some(Response::error(403, "InvalidSignatureException", &error.to_string())),
        };
        let Some(response) = response else { break };
        if let Body::Streamed(chunks) = &response.body {
            let (stream, client_events) = (reader.get_ref().sock.try_clone()?, chunks.client_events.clone());
            // rustls reads from the socket when it cannot write, so both directions need the timeout.
            stream.set_write_timeout(Some(SOCKET_TIMEOUT))?;
            stream.set_read_timeout(Some(SOCKET_TIMEOUT))?;
            // While a response is sent, the client sends nothing: the next event on the socket is the end of the
            // connection.
            thread::spawn(move || {
                while stream.peek(&mut [0]).is_err_and(|error| error.kind() == ErrorKind::WouldBlock) {}
                client_events.send(ClientEvent::Gone)
            });
        }
        http::write(reader.get_mut(), &response)?;
        reader.get_ref().sock.set_write_timeout(None)?;
        reader.get_ref().sock.set_read_timeout(None)?;
    }
    Ok(())
}
