//! The part of HTTP/1.1 that an SDK and a Lambda runtime use with a server.

use std::io::{self, BufRead, ErrorKind, Write};
use std::sync::mpsc::{Receiver, Sender, channel};

use serde_json::{Value, json};

const JSON: &str = "application/json";

/// A request.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The method and the path, such as `POST /model/x/converse`.
    pub line: String,
    /// The headers, with names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, without the framing of its chunks.
    pub body: Vec<u8>,
}

impl Request {
    /// The value of the header `name`, which must be in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON, or null if it is not JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    pub(crate) fn is_chunked(&self) -> bool {
        self.header("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked"))
    }
}

/// A response.
#[derive(Debug)]
#[expect(missing_docs, reason = "the parts of an HTTP response")]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Body,
}

/// The body of a response.
#[derive(Debug)]
pub enum Body {
    /// A complete body.
    Whole(Vec<u8>),
    /// A body in chunks that a [`ChunkSender`] sends.
    Streamed(ChunkReceiver),
}

/// The receiving end of a [`ChunkSender`].
#[derive(Debug)]
pub struct ChunkReceiver {
    chunks: Receiver<Chunk>,
    pub(crate) client_events: Sender<ClientEvent>,
}

#[derive(Debug)]
enum Chunk {
    Bytes(Vec<u8>),
    Cut,
}

/// What the server observes of the client that reads a streamed response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientEvent {
    /// The client does not read: a chunk has waited for the write timeout.
    Stalled,
    /// The client closed the connection.
    Gone,
}

/// Sends the chunks of a response, one after the other, at any time. Dropping it ends the response.
#[derive(Debug)]
pub struct ChunkSender {
    chunks: Sender<Chunk>,
    /// The observations of the client.
    pub client_events: Receiver<ClientEvent>,
}

impl ChunkSender {
    /// Sends `bytes`. If the client has closed the connection, nothing is sent.
    pub fn send(&self, bytes: Vec<u8>) {
        let _ = self.chunks.send(Chunk::Bytes(bytes));
    }

    /// Closes the connection in the middle of the response.
    pub fn cut(self) {
        let _ = self.chunks.send(Chunk::Cut);
    }
}

impl Response {
    /// Status 200 with `body`.
    pub fn ok(body: impl ToString) -> Self {
        Self { status: 200, headers: aws_headers(JSON), body: Body::Whole(body.to_string().into_bytes()) }
    }

    /// A response without headers, as of a server other than AWS.
    pub fn foreign(status: u16, body: &str) -> Self {
        Self { status, headers: Vec::new(), body: Body::Whole(body.as_bytes().to_vec()) }
    }

    /// An AWS error, with `code` in the header and in the body, as the two protocols define it.
    #[must_use]
    pub fn error(status: u16, code: &str, message: &str) -> Self {
        let body = json!({"__type": code, "message": message}).to_string().into_bytes();
        let mut headers = aws_headers(JSON);
        headers.push(("x-amzn-errortype", code.to_owned()));
        Self { status, headers, body: Body::Whole(body) }
    }

    /// Status 200 with a body that a [`ChunkSender`] sends later.
    #[must_use]
    pub fn streamed(content_type: &str) -> (ChunkSender, Self) {
        let ((sender, chunks), (events, client_events)) = (channel(), channel());
        let body = Body::Streamed(ChunkReceiver { chunks, client_events: events });
        (ChunkSender { chunks: sender, client_events }, Self { status: 200, headers: aws_headers(content_type), body })
    }

    fn head(&self, length: &str) -> Vec<u8> {
        let headers: String = self.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        format!("HTTP/1.1 {} X\r\n{headers}{length}\r\n\r\n", self.status).into_bytes()
    }
}

fn aws_headers(content_type: &str) -> Vec<(&'static str, String)> {
    vec![("content-type", content_type.to_owned()), ("x-amzn-requestid", "aws-1".to_owned())]
}

/// Reads the next request of a connection. Returns `None` when the client has closed it.
///
/// # Errors
/// The connection broke, or the data is not HTTP.
pub fn read(reader: &mut impl BufRead) -> io::Result<Option<Request>> {
    let Some(mut request) = read_head(reader)? else { return Ok(None) };
    read_body(reader, &mut request)?;
    Ok(Some(request))
}

/// Reads a request without its body.
pub(crate) fn read_head(reader: &mut impl BufRead) -> io::Result<Option<Request>> {
    let first = line(reader)?;
    if first.is_empty() {
        return Ok(None);
    }
    let (line, _) = first.rsplit_once(" HTTP/").ok_or_else(|| invalid("a request line"))?;
    Ok(Some(Request { line: line.to_owned(), headers: headers(reader)?, body: Vec::new() }))
}

/// Reads the body of a request.
pub(crate) fn read_body(reader: &mut impl BufRead, request: &mut Request) -> io::Result<()> {
    if request.is_chunked() {
        while let Some(chunk) = read_chunk(reader)? {
            request.body.extend_from_slice(&chunk);
        }
    } else if let Some(length) = request.header("content-length") {
        let length = length.parse().map_err(|_| invalid("content-length"))?;
        request.body.resize(length, 0);
        reader.read_exact(&mut request.body)?;
    }
    Ok(())
}

/// Reads the next chunk of a body. Returns `None` at its end.
pub(crate) fn read_chunk(reader: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let size = line(reader)?;
    let size = usize::from_str_radix(&size, 16).map_err(|_| invalid("a chunk's size"))?;
    if size == 0 {
        // A streamed response ends with trailers and an empty line.
        headers(reader)?;
        return Ok(None);
    }
    let mut chunk = vec![0; size];
    reader.read_exact(&mut chunk)?;
    line(reader)?;
    Ok(Some(chunk))
}

/// Writes a response. A complete body is sent in one write with its head, so that no packet waits for another.
///
/// # Errors
/// The connection broke, or the sender cut it.
pub fn write(writer: &mut impl Write, response: &Response) -> io::Result<()> {
    match &response.body {
        Body::Whole(body) => {
            let mut bytes = response.head(&format!("content-length: {}", body.len()));
            bytes.extend_from_slice(body);
            writer.write_all(&bytes)?;
            writer.flush()
        }
        Body::Streamed(receiver) => {
            send(writer, &response.head("transfer-encoding: chunked"), receiver)?;
            for chunk in &receiver.chunks {
                let Chunk::Bytes(bytes) = chunk else { return Err(ErrorKind::ConnectionAborted.into()) };
                let chunk = [format!("{:x}\r\n", bytes.len()).as_bytes(), &bytes, b"\r\n"].concat();
                send(writer, &chunk, receiver)?;
            }
            send(writer, b"0\r\n\r\n", receiver)
        }
    }
}

/// Writes all of `bytes`, and reports [`ClientEvent::Stalled`] each time the socket's write timeout passes.
fn send(writer: &mut impl Write, mut bytes: &[u8], receiver: &ChunkReceiver) -> io::Result<()> {
    let stalled = |error: &io::Error| matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
    while !bytes.is_empty() {
        match writer.write(bytes) {
            Ok(written) => bytes = &bytes[written..],
            Err(error) if stalled(&error) => _ = receiver.client_events.send(ClientEvent::Stalled),
            Err(error) => return Err(error),
        }
    }
    while let Err(error) = writer.flush() {
        if !stalled(&error) {
            return Err(error);
        }
        let _ = receiver.client_events.send(ClientEvent::Stalled);
    }
    Ok(())
}

fn headers(reader: &mut impl BufRead) -> io::Result<Vec<(String, String)>> {
    let mut headers = Vec::new();
    loop {
        let line = line(reader)?;
        match line.split_once(':') {
            Some((name, value)) => headers.push((name.to_ascii_lowercase(), value.trim().to_owned())),
            None => return Ok(headers),
        }
    }
}

fn line(reader: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    line.truncate(line.trim_end().len());
    Ok(line)
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, format!("{what} was expected"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(text: &str) -> Vec<u8> {
        read(&mut text.as_bytes()).unwrap().unwrap().body
    }

    #[test]
    fn a_body_has_a_length_or_chunks_with_trailers() {
        assert_eq!(body("POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcd"), b"abc");
        let chunked = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\nX: y\r\n\r\n";
        assert_eq!(body(chunked), b"abc");
    }

    #[test]
    fn a_connection_may_end_between_two_requests() {
        assert!(read(&mut "".as_bytes()).unwrap().is_none());
        assert!(read(&mut "POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\na".as_bytes()).is_err());
    }

    #[test]
    fn a_streamed_response_ends_with_its_sender_or_is_cut() {
        let written = |cut: bool| {
            let (sender, response) = Response::streamed("x");
            sender.send(b"one".to_vec());
            if cut {
                sender.cut()
            } else {
                drop(sender)
            }
            let mut bytes = Vec::new();
            (write(&mut bytes, &response).is_ok(), bytes.ends_with(b"3\r\none\r\n0\r\n\r\n"))
        };
        assert_eq!(written(false), (true, true));
        assert_eq!(written(true), (false, false));
    }
}
