//! An HTTP proxy between a program and an emulated AWS. It names and counts every AWS call by the request itself, and
//! misbehaves on request as a network or AWS may.

pub(crate) mod call;
pub(crate) mod chain;
mod naming;
pub(crate) mod principals;
pub(crate) mod rate;
pub(crate) mod rounds;
pub(crate) mod rule;
mod shares;
pub(crate) mod strict;
mod subject;
pub(crate) mod trap;
mod turn;
pub(crate) mod words;

use std::error::Error;
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::task::{JoinHandle, JoinSet};

use self::call::{Call, Kind};
use self::rounds::Rounds;
use self::rule::{Edit, Fault, Rule};
use self::shares::Turns;
use super::ministack::ministack;

/// Proxies run outside the tests' own runtimes, so that a test may block while a program runs.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    Builder::new_multi_thread().worker_threads(2).thread_name("proxy").enable_all().build().expect("a runtime")
});

/// Longer than a busy machine needs from one parallel call to the next.
const QUIET: Duration = Duration::from_millis(250);

/// The proxy of one test. Dropping it closes its port and connections.
pub(crate) struct Proxy {
    url: String,
    shared: Arc<Shared>,
    listening: JoinHandle<()>,
}

struct Shared {
    upstream: String,
    client: Client<HttpConnector, Full<Bytes>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    calls: Vec<Call>,
    /// `clear` starts a new one, so that a call from before it does not write its status into the record of a newer
    /// one.
    generation: usize,
    rules: Vec<Rule>,
    /// These rules decide last, and `forget_rules` keeps them.
    always: Vec<Rule>,
}

impl Proxy {
    /// A proxy for this process's MiniStack.
    pub(crate) fn start() -> Self {
        Self::before(ministack().url())
    }

    /// A proxy for any endpoint.
    pub(crate) fn before(upstream: &str) -> Self {
        // Bound without waiting, because the caller may be in a test's own runtime.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port on loopback");
        listener.set_nonblocking(true).expect("a port that can be waited for");
        let address = listener.local_addr().expect("the port's number");
        let shared = Arc::new(Shared {
            upstream: upstream.to_owned(),
            // A new connection for each call: the other side may close a pooled one just as it is used.
            client: Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build_http(),
            state: Mutex::default(),
        });
        let listening = RUNTIME.spawn(accept(listener, Arc::clone(&shared)));
        Self { url: format!("http://{address}"), shared, listening }
    }

    /// The endpoint for a program.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// All calls since the start or the last `clear`, in order of arrival.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.shared.state().calls.clone()
    }

    /// The calls that may have changed something.
    pub(crate) fn writes(&self) -> Vec<Call> {
        self.calls().into_iter().filter(Call::is_write).collect()
    }

    /// Forgets the calls and keeps the rules.
    pub(crate) fn clear(&self) {
        let mut state = self.shared.state();
        state.calls.clear();
        state.generation += 1;
    }

    /// Adds a rule. Of several rules for a call, the one that was added first decides, and delays add up. Each rule
    /// counts every call that it matches, whether or not it decides.
    pub(crate) fn on(&self, rule: Rule) {
        self.shared.state().rules.push(rule);
    }

    /// Adds a rule that decides before the earlier ones.
    pub(crate) fn before_others(&self, rule: Rule) {
        self.shared.state().rules.insert(0, rule);
    }

    /// Adds a rule for the behavior of this AWS: it decides after the other rules, and stays when they are forgotten.
    pub(crate) fn always(&self, rule: Rule) {
        self.shared.state().always.push(rule);
    }

    /// Answers in rounds, so that only a call that waits for the answer of another one begins after it.
    pub(crate) fn answer_in_rounds(&self) {
        let rounds = Fault::InRounds(Rounds::new(QUIET));
        self.on(rule::calls_that(|_| true).suffer(rounds));
    }

    /// Waits until no call is in progress.
    pub(crate) async fn settled(&self) {
        while self.shared.state().calls.iter().any(|call| call.ended.is_none()) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Forwards all calls again, except for the rules of `always`.
    pub(crate) fn forget_rules(&self) {
        self.shared.state().rules.clear();
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

/// Closes the caller's connection without an answer.
#[derive(Debug, thiserror::Error)]
#[error("dropped on purpose")]
struct Dropped;

async fn accept(listener: std::net::TcpListener, shared: Arc<Shared>) {
    let listener = TcpListener::from_std(listener).expect("a listener of the runtime");
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        connections.spawn(connection(stream, Arc::clone(&shared)));
    }
}

async fn connection(stream: TcpStream, shared: Arc<Shared>) {
    let service = service_fn(move |request| {
        // A separate task, because a call that was sent takes effect even if the caller is killed in the meantime.
        let serving = tokio::spawn(Arc::clone(&shared).serve(request));
        async move { serving.await.unwrap_or(Err(Dropped)) }
    });
    // An error here is a dropped connection: by the proxy on purpose, or by the caller.
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn serve(self: Arc<Self>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Dropped> {
        let began = Instant::now();
        let (head, body) = request.into_parts();
        let body = body.collect().await.map_err(|_| Dropped)?.to_bytes();
        let mut request = Request::from_parts(head, body);
        let (ticket, faults) = self.arrived(&request, began);
        let service = ticket.service.clone();

        let reply = faults.iter().find(|fault| matches!(fault, Fault::Reply(_) | Fault::Serve(_)));
        let upstream = async |request: Request<Bytes>| match reply {
            Some(Fault::Reply(answer)) => self.reply(&ticket, Response::new(Full::from(answer.to_string()))),
            Some(Fault::Serve(serve)) => {
                self.reply(&ticket, serve.response(&ticket.service, &ticket.operation, request.body()))
            }
            _ => self.forward(&ticket, request).await,
        };
        let mut edits = Vec::new();
        let mut entered = None;
        for fault in &faults {
            match fault {
                Fault::Delay(by) => tokio::time::sleep(*by).await,
                Fault::Hold(trap) => trap.pause().await,
                Fault::Answer(error) => return Ok(self.ended(&ticket, error.response(&service))),
                Fault::DropRequest => return Err(self.dropped(&ticket)),
                Fault::LoseResponse => {
                    upstream(request).await;
                    return Err(self.dropped(&ticket));
                }
                Fault::FailAfter(error) => {
                    upstream(request).await;
                    return Ok(self.ended(&ticket, error.response(&service)));
                }
                Fault::Edit(edit) => edits.push(edit),
                Fault::InRounds(rounds) => entered = Some(rounds.enter()),
                Fault::ShareOut(turns) => self.share_out(&mut request, turns).await,
                Fault::Reply(_) | Fault::Serve(_) => {}
                Fault::PauseBefore(trap) => {
                    trap.pause().await;
                    return Err(self.dropped(&ticket));
                }
                Fault::PauseAfter(trap) => {
                    upstream(request).await;
                    trap.pause().await;
                    return Err(self.dropped(&ticket));
                }
            }
        }
        let mut response = upstream(request).await;
        if response.status().is_success() {
            for edit in edits {
                response = edited(response, edit).await;
            }
        }
        if let Some(entered) = entered {
            entered.round_ends().await;
        }
        Ok(self.ended(&ticket, response))
    }

    /// Records the call and applies the rules in one step, so that the order is the same for both.
    fn arrived(&self, request: &Request<Bytes>, began: Instant) -> (Ticket, Vec<Fault>) {
        let (service, operation) =
            naming::name(request.method().as_str(), request.uri(), request.headers(), request.body());
        let call = Call {
            kind: Kind::of(&service, &operation),
            subject: subject::subject(&service, request.uri(), request.body()),
            target: request.uri().to_string(),
            status: None,
            question: question(request),
            upstream: None,
            began,
            ended: None,
            service: service.clone(),
            operation,
        };
        let mut state = self.state();
        let State { calls, rules, always, .. } = &mut *state;
        let faults = rules.iter_mut().chain(always).filter_map(|rule| rule.apply(&call, calls)).collect();
        let ticket = Ticket {
            operation: call.operation.clone(),
            service,
            generation: state.generation,
            index: state.calls.len(),
        };
        state.calls.push(call);
        (ticket, faults)
    }

    fn ended(&self, ticket: &Ticket, response: Response<Full<Bytes>>) -> Response<Full<Bytes>> {
        self.settle(ticket, Some(response.status().as_u16()));
        response
    }

    fn dropped(&self, ticket: &Ticket) -> Dropped {
        self.settle(ticket, None);
        Dropped
    }

    fn settle(&self, ticket: &Ticket, status: Option<u16>) {
        self.record(ticket, |call| {
            call.status = status;
            call.ended = Some(Instant::now());
        });
    }

    fn record(&self, ticket: &Ticket, change: impl FnOnce(&mut Call)) {
        let mut state = self.state();
        if state.generation == ticket.generation {
            change(&mut state.calls[ticket.index]);
        }
    }

    /// Forwards the request with an unchanged `Host` header, which is part of the signature. A change of a function
    /// waits for the chats in progress.
    async fn forward(&self, ticket: &Ticket, request: Request<Bytes>) -> Response<Full<Bytes>> {
        let _turn = turn::of(&ticket.service, &ticket.operation).await;
        let (mut head, body) = request.into_parts();
        let uri = format!("{}{}", self.upstream, head.uri);
        head.uri = uri.parse().expect("a URI of two valid parts");
        head.headers.remove(CONNECTION);
        head.headers.remove(TRANSFER_ENCODING);
        match self.ask(Request::from_parts(head, Full::new(body))).await {
            Ok(response) => {
                self.record(ticket, |call| call.upstream = Some(response.status().as_u16()));
                response
            }
            Err(why) => {
                let body = Full::from(format!("the proxy got no answer: {why}"));
                let mut response = Response::new(body);
                *response.status_mut() = StatusCode::BAD_GATEWAY;
                response
            }
        }
    }

    /// Sends an invocation by an alias to the version whose turn it is, by the alias's current weights.
    async fn share_out(&self, request: &mut Request<Bytes>, turns: &Turns) {
        let Some(path) = shares::alias_path(request.uri()) else { return };
        let question = Request::get(format!("{}{path}", self.upstream));
        let question = request.headers().get(AUTHORIZATION).into_iter().fold(question, |question, whose| {
            question.header(AUTHORIZATION, whose) // it identifies the account
        });
        let question = question.body(Full::default()).expect("a question of valid parts");
        let alias = self.ask(question).await.expect("the alias").into_body().collect().await;
        let alias = alias.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        if let Some(version) = turns.next(&serde_json::from_slice(&alias).unwrap_or_default()) {
            let version = shares::of_version(request.uri(), &version);
            *request.uri_mut() = version.parse().expect("a URI of two valid parts");
        }
    }

    fn reply(&self, ticket: &Ticket, response: Response<Full<Bytes>>) -> Response<Full<Bytes>> {
        self.record(ticket, |call| call.upstream = Some(response.status().as_u16()));
        response
    }

    async fn ask(&self, request: Request<Full<Bytes>>) -> Result<Response<Full<Bytes>>, Box<dyn Error + Send + Sync>> {
        let (mut head, body) = self.client.request(request).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        head.headers.remove(CONNECTION);
        head.headers.remove(TRANSFER_ENCODING);
        Ok(Response::from_parts(head, Full::new(body)))
    }
}

fn question(request: &Request<Bytes>) -> u64 {
    let mut digest = DefaultHasher::new();
    (request.uri(), request.body()).hash(&mut digest);
    digest.finish()
}

async fn edited(response: Response<Full<Bytes>>, edit: &Edit) -> Response<Full<Bytes>> {
    let (mut head, body) = response.into_parts();
    let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    head.headers.remove(CONTENT_LENGTH);
    Response::from_parts(head, Full::from(edit.apply(&body)))
}

/// The place of a call's record.
struct Ticket {
    service: String,
    operation: String,
    generation: usize,
    index: usize,
}
