//! The answer of a proxy to `CONNECT`. hyper-util reports that the answer was not 200, but neither its status nor
//! whether it was HTTP (`TunnelError`, 0.1.21), so the proxy is asked once more for the error message.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use http::Uri;
use tokio::task::spawn_blocking;

use super::proxy::{Proxies, Proxy, port};

/// How long each step of the request may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// The answer of a proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// An HTTP status.
    Status(u16),
    /// Something other than HTTP.
    NotHttp,
}

/// Asks a proxy to connect to the host of `uri`. Returns `None` when it does not answer, or is reached over TLS.
pub(super) async fn answer(proxies: &Proxies, proxy: &Proxy, uri: &Uri) -> Option<Answer> {
    let to = proxy.url.parse::<Uri>().ok().filter(|url| url.scheme_str() == Some("http"))?;
    let destination = format!("{}:{}", uri.host()?, port(uri));
    let authorization = proxies.authorization(uri);
    let authorization = authorization.as_ref().and_then(|value| value.to_str().ok());
    let authorization = authorization.map_or_else(String::new, |value| format!("Proxy-Authorization: {value}\r\n"));
    let request = format!("CONNECT {destination} HTTP/1.1\r\nHost: {destination}\r\n{authorization}\r\n");
    let task = spawn_blocking(move || ask(to.host()?, port(&to), &request));
    task.await.ok().flatten()
}

fn ask(host: &str, port: u16, request: &str) -> Option<Answer> {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let address = (host, port).to_socket_addrs().ok()?.next()?;
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.set_write_timeout(Some(PATIENCE)).ok()?;
    stream.write_all(request.as_bytes()).ok()?;
    let mut begin = Vec::new();
    // A status line has at least 13 bytes. A connection that breaks or hangs after them does not matter.
    let _ = stream.take(13).read_to_end(&mut begin);
    read(&begin)
}

/// The answer that begins with these bytes.
fn read(begin: &[u8]) -> Option<Answer> {
    if begin.is_empty() {
        return None;
    }
    let line = String::from_utf8_lossy(begin);
    let status = line.strip_prefix("HTTP/").and_then(|rest| rest.split_whitespace().nth(1)?.parse().ok());
    Some(status.map_or(Answer::NotHttp, Answer::Status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_of_a_proxy_is_read_and_other_protocols_are_recognised() {
        assert_eq!(read(b"HTTP/1.1 502 Bad Gateway\r\nContent-Len"), Some(Answer::Status(502)));
        assert_eq!(read(b"HTTP/1.0 403\r\n"), Some(Answer::Status(403)));
        assert_eq!(read(b"<html>hello</html>"), Some(Answer::NotHttp));
        assert_eq!(read(b"SSH-2.0-OpenSSH_9.6\r\n"), Some(Answer::NotHttp));
        assert_eq!(read(b"\x15\x03\x01"), Some(Answer::NotHttp));
        assert_eq!(read(b""), None);
    }
}
