//! The Lambda Runtime API: hands out one event after the other and takes the answers.

use std::{
    io::{self, BufReader},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::http::{self, Body, Request, Response};

/// An answer that takes longer than this is not waited for.
const LONGEST_ANSWER: Duration = Duration::from_secs(30);
const NEXT: &str = "GET /2018-06-01/runtime/invocation/next";
/// Asked when the program is ready for its snapshot. It is restored at once.
const RESTORE: &str = "GET /2018-06-01/runtime/restore/next";

/// One environment's Runtime API. When it is dropped, whoever waits for the next event is hung up on.
#[derive(Debug)]
pub struct RuntimeApi {
    /// What `AWS_LAMBDA_RUNTIME_API` has to hold.
    pub address: String,
    events: Sender<Vec<u8>>,
    answers: Receiver<Told>,
}

/// What the program made of an event.
#[derive(Debug, Clone)]
pub struct Answer {
    /// As it came, such as a proxy response.
    pub body: Vec<u8>,
    /// From the event's first byte going out to the answer's last byte coming in.
    pub took: Duration,
    /// When its last byte came in.
    pub at: Instant,
}

/// An answer that comes in chunks. They are taken from the connection when they are asked for and not before; dropped
/// before its end, the connection is closed.
#[derive(Debug)]
pub struct Arriving {
    connection: BufReader<TcpStream>,
    back: Sender<BufReader<TcpStream>>,
    since: Instant,
}

#[derive(Debug)]
enum Told {
    Whole(Answer),
    Arriving(Arriving),
    Error(String),
}

struct Queue {
    events: Mutex<Receiver<Vec<u8>>>,
    answers: Sender<Told>,
    handed_out: Mutex<Option<Instant>>,
}

impl RuntimeApi {
    /// Listen on a free port of loopback.
    ///
    /// # Errors
    /// There is no free port.
    pub fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").context("listening for the Runtime API")?;
        let address = listener.local_addr().context("asking for the Runtime API's port")?.to_string();
        let ((events, queued), (told, answers)) = (channel(), channel());
        let queue = Arc::new(Queue { events: Mutex::new(queued), answers: told, handed_out: Mutex::new(None) });
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let queue = Arc::clone(&queue);
                // A broken connection shows as an answer that does not come.
                thread::spawn(move || serve(stream, &queue));
            }
        });
        Ok(Self { address, events, answers })
    }

    /// Hand out `event` as soon as the program asks for one, and wait for its answer, to the last byte.
    ///
    /// # Errors
    /// The program reports an error, or nothing for 30 seconds.
    pub fn invoke(&self, event: &[u8]) -> Result<Answer> {
        self.hand(event)?;
        self.answer()
    }

    /// The answer to what was handed out, to the last byte.
    ///
    /// # Errors
    /// The program reports an error, or nothing for 30 seconds.
    pub fn answer(&self) -> Result<Answer> {
        match self.told()? {
            Told::Whole(answer) => Ok(answer),
            Told::Arriving(arriving) => arriving.rest(),
            Told::Error(report) => bail!("the program reports an error: {report}"),
        }
    }

    /// Hand out `event` as soon as the program asks for one. What comes of it is asked for with [`Self::arriving`].
    ///
    /// # Errors
    /// The Runtime API is gone.
    pub fn hand(&self, event: &[u8]) -> Result<()> {
        self.events.send(event.to_vec()).context("queueing an event")
    }

    /// The answer that begins next, which comes in chunks.
    ///
    /// # Errors
    /// It is whole, the program reports an error, or nothing for 30 seconds.
    pub fn arriving(&self) -> Result<Arriving> {
        match self.told()? {
            Told::Arriving(arriving) => Ok(arriving),
            Told::Whole(answer) => bail!("the answer is whole: {}", String::from_utf8_lossy(&answer.body)),
            Told::Error(report) => bail!("the program reports an error: {report}"),
        }
    }

    fn told(&self) -> Result<Told> {
        self.answers.recv_timeout(LONGEST_ANSWER).context("waiting for the program's answer")
    }
}

impl Arriving {
    /// The next chunk.
    ///
    /// # Errors
    /// The connection broke, or the answer is at its end.
    pub fn chunk(&mut self) -> io::Result<Vec<u8>> {
        http::read_chunk(&mut self.connection)?.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    /// How long ago the event's first byte went out.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.since.elapsed()
    }

    /// Everything that is still to come.
    ///
    /// # Errors
    /// The connection broke before the answer's end.
    pub fn rest(mut self) -> Result<Answer> {
        let mut body = Vec::new();
        while let Some(chunk) = http::read_chunk(&mut self.connection).context("reading an answer's chunks")? {
            body.extend_from_slice(&chunk);
        }
        let at = Instant::now();
        // The program is told on the same connection that its answer has come.
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
            if let Ok(mut since) = queue.handed_out.lock() {
                *since = Some(Instant::now());
            }
            http::write(connection.get_mut(), &invocation(event))?;
            continue;
        }
        let since = queue.handed_out.lock().ok().and_then(|mut since| since.take());
        let since = since.filter(|_| request.line.ends_with("/response"));
        if let (Some(since), true) = (since, request.is_chunked()) {
            let (back, returned) = channel();
            queue.answers.send(Told::Arriving(Arriving { connection, back, since }))?;
            connection = returned.recv()?;
        } else {
            http::read_body(&mut connection, &mut request)?;
            queue.answers.send(told(request, since))?;
        }
        http::write(connection.get_mut(), &Response { status: 202, ..Response::ok("{}") })?;
    }
    Ok(())
}

fn told(request: Request, since: Option<Instant>) -> Told {
    let at = Instant::now();
    match since {
        Some(since) => Told::Whole(Answer { body: request.body, took: at - since, at }),
        None => Told::Error(String::from_utf8_lossy(&request.body).into_owned()),
    }
}

fn invocation(event: Vec<u8>) -> Response {
    let headers = [
        // Lambda sends it, and AWS's runtime client for Python crashes without it.
        ("content-type", "application/json"),
        ("lambda-runtime-aws-request-id", "r-1"),
        // The year 2100: what is measured is not stopped.
        ("lambda-runtime-deadline-ms", "4102444800000"),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:123456789012:function:f"),
    ];
    let headers = headers.map(|(name, value)| (name, value.to_owned())).to_vec();
    Response { status: 200, headers, body: Body::Whole(event) }
}
