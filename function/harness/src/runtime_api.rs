//! The Lambda Runtime API: hands out one event after the other and takes the answers.

use std::{
    io::BufReader,
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::http;

/// An answer that takes longer than this is not waited for.
const LONGEST_ANSWER: Duration = Duration::from_secs(30);
const NEXT: &str = "GET /2018-06-01/runtime/invocation/next";

/// One environment's Runtime API.
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

#[derive(Debug)]
enum Told {
    Answer(Answer),
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
                thread::spawn(move || serve(&stream, &queue));
            }
        });
        Ok(Self { address, events, answers })
    }

    /// Hand out `event` as soon as the program asks for one, and wait for its answer.
    ///
    /// # Errors
    /// The program reports an error, or nothing for 30 seconds.
    pub fn invoke(&self, event: &[u8]) -> Result<Answer> {
        self.events.send(event.to_vec()).context("queueing an event")?;
        match self.answers.recv_timeout(LONGEST_ANSWER).context("waiting for the program's answer")? {
            Told::Answer(answer) => Ok(answer),
            Told::Error(report) => bail!("the program reports an error: {report}"),
        }
    }
}

fn serve(stream: &TcpStream, queue: &Queue) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    let mut writer = stream;
    while let Some(request) = http::read(&mut reader)? {
        let at = Instant::now();
        if request.line == NEXT {
            let Some(event) = queue.events.lock().ok().and_then(|events| events.recv().ok()) else { break };
            hand_out(&mut writer, queue, &event)?;
            continue;
        }
        let handed_out = queue.handed_out.lock().ok().and_then(|mut since| since.take());
        match handed_out.filter(|_| request.line.ends_with("/response")) {
            Some(since) => queue.answers.send(Told::Answer(Answer { body: request.body, took: at - since, at }))?,
            None => queue.answers.send(Told::Error(String::from_utf8_lossy(&request.body).into_owned()))?,
        }
        http::write(&mut writer, 202, &[], b"{}")?;
    }
    Ok(())
}

fn hand_out(writer: &mut &TcpStream, queue: &Queue, event: &[u8]) -> Result<()> {
    if let Ok(mut since) = queue.handed_out.lock() {
        *since = Some(Instant::now());
    }
    let headers = [
        ("lambda-runtime-aws-request-id", "r-1"),
        // The year 2100: what is measured is not stopped.
        ("lambda-runtime-deadline-ms", "4102444800000"),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:123456789012:function:f"),
    ];
    Ok(http::write(writer, 200, &headers, event)?)
}
