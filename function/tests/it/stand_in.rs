//! A stand-in for AWS on this machine: an HTTP server that answers by a rule and remembers what it was asked.

use std::{
    future::{pending, ready},
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{AsyncSleep, Credentials, SharedAsyncSleep, SharedCredentialsProvider, Sleep};
use aws_smithy_http_client::Builder;
use serde_json::Value;

/// What came in: the request line's method and path, and the body.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) line: String,
    pub(crate) body: String,
}

impl Request {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// What goes out. `error` fills the header in which AWS sends an error's code.
#[derive(Debug, Clone)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Response {
    pub(crate) fn ok(body: impl ToString) -> Self {
        Self {
            status: 200,
            headers: vec![("x-amzn-requestid", "aws-1".to_owned())],
            body: body.to_string().into_bytes(),
        }
    }

    pub(crate) fn error(status: u16, code: &str, message: &str) -> Self {
        let body = serde_json::json!({"__type": code, "message": message}).to_string().into_bytes();
        let headers = vec![("x-amzn-errortype", code.to_owned()), ("x-amzn-requestid", "aws-1".to_owned())];
        Self { status, headers, body }
    }
}

/// The server. It lives until the test's process ends.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) address: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Answer each request by `rule`; `None` hangs up.
    pub(crate) fn start(rule: impl Fn(&Request) -> Option<Response> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server = Self { address, requests: Arc::default() };
        let (requests, rule) = (Arc::clone(&server.requests), Arc::new(rule));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (requests, rule) = (Arc::clone(&requests), Arc::clone(&rule));
                thread::spawn(move || serve(&stream.unwrap(), &requests, &*rule));
            }
        });
        server
    }

    /// An address at which nobody listens.
    pub(crate) fn closed() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        Self { address: listener.local_addr().unwrap().to_string(), requests: Arc::default() }
    }

    /// What was asked so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// A configuration for SDK clients that talk to this server and do not wait between attempts.
    pub(crate) fn sdk_config(&self) -> SdkConfig {
        let credentials = Credentials::new("test", "test", None, None, "test");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .endpoint_url(format!("http://{}", self.address))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(Builder::new().build_http())
            .sleep_impl(SharedAsyncSleep::new(NoSleep))
            .build()
    }
}

#[derive(Debug)]
struct NoSleep;

impl AsyncSleep for NoSleep {
    /// Retries wait for a moment, everything else that sleeps here is a timeout that is not wanted.
    fn sleep(&self, duration: Duration) -> Sleep {
        if duration <= Duration::from_secs(1) { Sleep::new(ready(())) } else { Sleep::new(pending()) }
    }
}

fn serve(stream: &TcpStream, requests: &Mutex<Vec<Request>>, rule: &dyn Fn(&Request) -> Option<Response>) {
    let Some(request) = read(stream) else { return };
    requests.lock().unwrap().push(request.clone());
    let Some(Response { status, headers, body }) = rule(&request) else {
        return;
    };
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} X\r\n{headers}content-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    );
    let _ = (&*stream).write_all(&[head.as_bytes(), &body].concat());
}

fn read(stream: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let (mut line, mut length) = (String::new(), 0);
    reader.read_line(&mut line).ok()?;
    let line = line.rsplit_once(" HTTP/").map(|(line, _)| line.to_owned())?;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        match header.trim_end().split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.trim().parse().ok()?,
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request { line, body: String::from_utf8(body).ok()? })
}
