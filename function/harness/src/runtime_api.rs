//! A mock of the Lambda Runtime API: sends one event after the other and receives the answers.

use std::io::{self, BufReader};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::http::{self, Body, Request, Response};

/// The longest wait for an answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
const NEXT: &str = "GET /2018-06-01/runtime/invocation/next";
/// The request of a program that is ready for its snapshot. The mock restores it immediately.
const RESTORE: &str = "GET /2018-06-01/runtime/restore/next";

/// The Runtime API of one environment. Dropping it closes the connection on which the program waits for an event.
#[derive(Debug)]
pub struct RuntimeApi {
    /// The value for `AWS_LAMBDA_RUNTIME_API`.
    pub address: String,
    events: Sender<Vec<u8>>,
    answers: Receiver<Received>,
}

/// The program's answer to an event.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The answer as received, such as a proxy response.
    pub body: Vec<u8>,
    /// The time from the first byte of the event to the last byte of the answer.
    pub took: Duration,
    /// The time at which the last byte arrived.
    pub at: Instant,
}

/// An answer in chunks.
///
/// Each chunk is read from the connection only when it is requested. Dropping the answer before its end closes the
/// connection.
#[derive(Debug)]
pub struct StreamedAnswer {
    connection: BufReader<TcpStream>,
    back: Sender<BufReader<TcpStream>>,
    since: Instant,
}

#[derive(Debug)]
enum Received {
    Whole(Answer),
    Streamed(StreamedAnswer),
    Error(String),
}

struct Queue {
    events: Mutex<Receiver<Vec<u8>>>,
    answers: Sender<Received>,
    sent_at: Mutex<Option<Instant>>,
}

impl RuntimeApi {
    /// Listens on a free loopback port.
    ///
    /// # Errors
    /// There is no free port.
    pub fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").context("listening for the Runtime API")?;
        let address = listener.local_addr().context("reading the port of the Runtime API")?.to_string();
        let ((events, queued), (received, answers)) = (channel(), channel());
        let queue = Arc::new(Queue { events: Mutex::new(queued), answers: received, sent_at: Mutex::new(None) });
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let queue = Arc::clone(&queue);
                // A broken connection shows as an answer that does not arrive.
                thread::spawn(move || serve(stream, &queue));
            }
        });
        Ok(Self { address, events, answers })
    }

    /// Sends `event` when the program asks for one, and waits for the complete answer.
    ///
    /// # Errors
    /// The program reports an error, or it sends nothing for 30 seconds.
    pub fn invoke(&self, event: &[u8]) -> Result<Answer> {
        self.send_event(event)?;
        self.answer()
    }

    /// Waits for the complete answer to an event that [`Self::send_event`] sent.
    ///
    /// # Errors
    /// The program reports an error, or it sends nothing for 30 seconds.
    pub fn answer(&self) -> Result<Answer> {
        match self.receive()? {
            Received::Whole(answer) => Ok(answer),
            Received::Streamed(answer) => answer.rest(),
            Received::Error(report) => bail!("the program reports an error: {report}"),
        }
    }

    /// Sends `event` when the program asks for one. [`Self::answer`] and [`Self::streamed_answer`] return the answer.
    ///
    /// # Errors
    /// The Runtime API has ended.
    pub fn send_event(&self, event: &[u8]) -> Result<()> {
        self.events.send(event.to_vec()).context("queueing an event")
    }

    /// Waits for the start of the next answer, which arrives in chunks.
    ///
    /// # Errors
    /// The answer is not in chunks, the program reports an error, or it sends nothing for 30 seconds.
    pub fn streamed_answer(&self) -> Result<StreamedAnswer> {
        match self.receive()? {
            Received::Streamed(answer) => Ok(answer),
            Received::Whole(answer) => bail!("the answer is whole: {}", String::from_utf8_lossy(&answer.body)),
            Received::Error(report) => bail!("the program reports an error: {report}"),
        }
    }

    fn receive(&self) -> Result<Received> {
        self.answers.recv_timeout(ANSWER_TIMEOUT).context("waiting for the program's answer")
    }
}

impl StreamedAnswer {
    /// Reads the next chunk.
    ///
    /// # Errors
    /// The connection broke, or the answer has ended.
    pub fn chunk(&mut self) -> io::Result<Vec<u8>> {
        http::read_chunk(&mut self.connection)?.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    /// The time since the first byte of the event was sent.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.since.elapsed()
    }

    /// Reads the rest of the answer.
    ///
    /// # Errors
    /// The connection broke before the end of the answer.
    pub fn rest(mut self) -> Result<Answer> {
        let mut body = Vec::new();
        while let Some(chunk) = http::read_chunk(&mut self.connection).context("reading an answer's chunks")? {
            body.extend_from_slice(&chunk);
        }
        let at = Instant::now();
        // The response that confirms the answer is sent on the same connection.
        let _ = self.back.send(self.connection);
        Ok(Answer { body, took: at - self.since, at })
    }
}

fn serve(stream: TcpStream, queue: &Queue) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut connection = BufReader::new(stream);
    while let Some(mut request) = http::read_head(&mut connection)? {
        if request.line == RESTORE {
            http::write(connection.get_mut(), &Response::ok("{}"))?;
            continue;
        }
        if request.line == NEXT {
            let Some(event) = queue.events.lock().ok().and_then(|events| events.recv().ok()) else { break };
            if let Ok(mut since) = queue.sent_at.lock() {
                *since = Some(Instant::now());
            }
            http::write(connection.get_mut(), &invocation(event))?;
            continue;
        }
        let since = queue.sent_at.lock().ok().and_then(|mut since| since.take());
        let since = since.filter(|_| request.line.ends_with("/response"));
        if let (Some(since), true) = (since, request.is_chunked()) {
            let (back, returned) = channel();
            queue.answers.send(Received::Streamed(StreamedAnswer { connection, back, since }))?;
            connection = returned.recv()?;
        } else {
            http::read_body(&mut connection, &mut request)?;
            queue.answers.send(received(request, since))?;
        }
        http::write(connection.get_mut(), &Response { status: 202, ..Response::ok("{}") })?;
    }
    Ok(())
}

fn received(request: Request, since: Option<Instant>) -> Received {
    let at = Instant::now();
    match since {
        Some(since) => Received::Whole(Answer { body: request.body, took: at - since, at }),
        None => Received::Error(String::from_utf8_lossy(&request.body).into_owned()),
    }
}

fn invocation(event: Vec<u8>) -> Response {
    let headers = [
        // Lambda sends it, and AWS's runtime client for Python crashes without it.
        ("content-type", "application/json"),
        ("lambda-runtime-aws-request-id", "r-1"),
        // The year 2100: the deadline does not stop a measured program.
        ("lambda-runtime-deadline-ms", "4102444800000"),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:123456789012:function:f"),
    ];
    let headers = headers.map(|(name, value)| (name, value.to_owned())).to_vec();
    Response { status: 200, headers, body: Body::Whole(event) }
}
