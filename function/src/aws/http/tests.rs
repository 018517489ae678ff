use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::{Client, config};

use super::*;

/// An event that the server observed.
#[derive(Debug, PartialEq, Eq)]
enum ClientEvent {
    Connection,
    /// The request line and the `Host` header.
    Request(String, String),
    Closed,
}

/// Starts a server that closes each connection after `answers` responses.
fn server(answers: usize) -> (String, Receiver<ClientEvent>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (sender, seen) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let sender = sender.clone();
            let _ = sender.send(ClientEvent::Connection);
            thread::spawn(move || serve(&stream.unwrap(), answers, &sender));
        }
    });
    (address, seen)
}

fn serve(stream: &TcpStream, answers: usize, seen: &Sender<ClientEvent>) {
    let mut reader = BufReader::new(stream);
    for _ in 0..answers {
        let Some((line, headers)) = read_head(&mut reader) else { break };
        let value = |name: &str| headers.iter().find_map(|header| header.strip_prefix(name)).unwrap_or_default();
        let mut body = vec![0; value("content-length: ").parse().unwrap()];
        reader.read_exact(&mut body).unwrap();
        let _ = seen.send(ClientEvent::Request(line, value("host: ").to_owned()));
        (&*stream).write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").unwrap();
    }
    stream.shutdown(std::net::Shutdown::Both).unwrap_or_default();
    let _ = seen.send(ClientEvent::Closed);
}

fn read_head(reader: &mut impl BufRead) -> Option<(String, Vec<String>)> {
    let mut lines = reader.by_ref().lines().map_while(Result::ok).take_while(|line| !line.is_empty());
    Some((lines.next()?, lines.map(|line| line.to_lowercase()).collect()))
}

fn client(address: &str, http: &Http) -> Client {
    let credentials = Credentials::new("test", "test", None, None, "test");
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(format!("http://{address}"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(http.clone())
        .build();
    Client::from_conf(config::Builder::from(&config).retry_config(config::retry::RetryConfig::disabled()).build())
}

async fn scan(client: &Client) -> bool {
    client.scan().table_name("cinedb").send().await.is_ok()
}

fn request(address: &str) -> ClientEvent {
    ClientEvent::Request("POST / HTTP/1.1".to_owned(), address.to_owned())
}

#[tokio::test]
async fn a_connection_is_reused() {
    let (address, seen) = server(9);
    let client = client(&address, &Http::default());
    assert!(scan(&client).await && scan(&client).await);
    assert_eq!(seen.try_iter().collect::<Vec<_>>(), [ClientEvent::Connection, request(&address), request(&address)]);
}

#[tokio::test]
async fn a_preconnect_sends_nothing_and_the_first_request_uses_its_connection() {
    let (address, seen) = server(9);
    let http = Http::default();
    let client = client(&address, &http);
    let preconnected = client.scan().table_name("cinedb").customize();
    let failed = preconnected.config_override(config::Builder::new().http_client(http.preconnect())).send().await;
    assert!(matches!(failed, Err(SdkError::DispatchFailure(failure)) if failure.is_user()));
    assert_eq!(seen.recv(), Ok(ClientEvent::Connection));
    assert!(scan(&client).await);
    assert_eq!(seen.try_iter().collect::<Vec<_>>(), [request(&address)]);
}

#[tokio::test]
async fn a_request_on_a_closed_connection_is_sent_on_a_new_one() {
    let (address, seen) = server(1);
    let client = client(&address, &Http::default());
    for _ in 0..3 {
        assert!(scan(&client).await);
        assert_eq!(
            [seen.recv(), seen.recv(), seen.recv()].map(Result::unwrap),
            [ClientEvent::Connection, request(&address), ClientEvent::Closed]
        );
    }
}

#[tokio::test]
async fn a_connection_is_not_used_after_the_idle_timeout() {
    let (address, seen) = server(9);
    let http = Http::default();
    let client = client(&address, &http);
    assert!(scan(&client).await);
    tokio::time::pause();
    tokio::time::advance(IDLE_TIMEOUT).await;
    tokio::time::resume();
    assert!(scan(&client).await);
    let seen: Vec<ClientEvent> = seen.try_iter().filter(|seen| *seen != ClientEvent::Closed).collect();
    assert_eq!(seen, [ClientEvent::Connection, request(&address), ClientEvent::Connection, request(&address)]);
}

#[tokio::test]
async fn a_refused_connection_is_an_io_failure() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let failed = client(&address, &Http::default()).scan().table_name("cinedb").send().await;
    let Err(SdkError::DispatchFailure(failure)) = failed else { panic!("{failed:?}") };
    assert!(failure.is_io());
}

#[test]
fn the_host_header_omits_the_default_port() {
    for (uri, host) in [
        ("https://dynamodb.us-east-1.amazonaws.com/", "dynamodb.us-east-1.amazonaws.com"),
        ("https://localhost:443/", "localhost"),
        ("http://localhost:443/", "localhost:443"),
        ("https://[::1]:8443/", "[::1]:8443"),
    ] {
        assert_eq!(ServerAddress::of(&uri.parse().unwrap()).unwrap().host(), host, "{uri}");
    }
    assert_eq!(ServerAddress::of(&"/path".parse().unwrap()), None);
    assert_eq!(ServerAddress::of(&"ftp://host/".parse().unwrap()), None);
}
