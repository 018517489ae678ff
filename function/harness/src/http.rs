//! As much HTTP/1.1 as an SDK and a Lambda runtime speak to a server.

use std::io::{self, BufRead, Write};

/// A request that has arrived whole.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Method and path, as `POST /model/x/converse`.
    pub line: String,
    /// The names are in lower case.
    pub headers: Vec<(String, String)>,
    /// Without the marks of its chunks.
    pub body: Vec<u8>,
}

impl Request {
    /// The value of the header `name`, which is in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(held, _)| held == name).map(|(_, value)| value.as_str())
    }
}

/// The next request of a connection; `None` when the other side is done.
///
/// # Errors
/// The connection broke, or what came is not HTTP.
pub fn read(reader: &mut impl BufRead) -> io::Result<Option<Request>> {
    let first = line(reader)?;
    if first.is_empty() {
        return Ok(None);
    }
    let (line, _) = first.rsplit_once(" HTTP/").ok_or_else(|| invalid("a request line"))?;
    let mut request = Request { line: line.to_owned(), headers: headers(reader)?, body: Vec::new() };
    if request.header("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
        request.body = chunks(reader)?;
    } else if let Some(length) = request.header("content-length") {
        request.body = vec![0; length.parse().map_err(|_| invalid("content-length"))?];
        reader.read_exact(&mut request.body)?;
    }
    Ok(Some(request))
}

/// Answer in one write, so that no packet waits for another.
///
/// # Errors
/// The connection broke.
pub fn write(writer: &mut impl Write, status: u16, headers: &[(&str, &str)], body: &[u8]) -> io::Result<()> {
    let mut bytes = format!("HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n").into_bytes();
    for (name, value) in headers {
        bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    bytes.extend_from_slice(format!("content-length: {}\r\n\r\n", body.len()).as_bytes());
    bytes.extend_from_slice(body);
    writer.write_all(&bytes)?;
    writer.flush()
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

fn chunks(reader: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let size = line(reader)?;
        let size = usize::from_str_radix(&size, 16).map_err(|_| invalid("a chunk's size"))?;
        if size == 0 {
            // What a streamed response ends in: trailers, then an empty line.
            headers(reader)?;
            return Ok(body);
        }
        let start = body.len();
        body.resize(start + size, 0);
        reader.read_exact(&mut body[start..])?;
        line(reader)?;
    }
}

fn line(reader: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    line.truncate(line.trim_end().len());
    Ok(line)
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{what} was expected"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(text: &str) -> Vec<u8> {
        read(&mut text.as_bytes()).unwrap().unwrap().body
    }

    #[test]
    fn a_body_comes_with_its_length_or_in_chunks_with_trailers() {
        assert_eq!(body("POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcd"), b"abc");
        let chunked = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\nX: y\r\n\r\n";
        assert_eq!(body(chunked), b"abc");
    }

    #[test]
    fn a_connection_that_ends_between_requests_has_ended_well() {
        assert!(read(&mut "".as_bytes()).unwrap().is_none());
        assert!(read(&mut "POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\na".as_bytes()).is_err());
    }
}
