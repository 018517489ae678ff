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
enum Seen {
    Connection,
    /// The request line and the `Host` header.
    Request(String, String),
    HangUp,
}

/// Starts a server that closes each connection after `answers` responses.
fn server(answers: usize) -> (String, Receiver<Seen>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (sender, seen) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let sender = sender.clone();
            let _ = sender.send(Seen::Connection);
            thread::spawn(move || serve(&stream.unwrap(), answers, &sender));
        }
    });
    (address, seen)
}

fn serve(stream: &TcpStream, answers: usize, seen: &Sender<Seen>) {
    let mut reader = BufReader::new(stream);
    for _ in 0..answers {
        let Some((line, headers)) = head(&mut reader) else { break };
        let value = |name: &str| headers.iter().find_map(|header| header.strip_prefix(name)).unwrap_or_default();
        let mut body = vec![0; value("content-length: ").parse().unwrap()];
        reader.read_exact(&mut body).unwrap();
        let _ = seen.send(Seen::Request(line, value("host: ").to_owned()));
        (&*stream).write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").unwrap();
    }
    stream.shutdown(std::net::Shutdown::Both).unwrap_or_default();
    let _ = seen.send(Seen::HangUp);
}

fn head(reader: &mut impl BufRead) -> Option<(String, Vec<String>)> {
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

fn asked(address: &str) -> Seen {
    Seen::Request("POST / HTTP/1.1".to_owned(), address.to_owned())
}

#[tokio::test]
async fn a_connection_serves_one_request_after_the_other() {
    let (address, seen) = server(9);
    let client = client(&address, &Http::default());
    assert!(scan(&client).await && scan(&client).await);
    assert_eq!(seen.try_iter().collect::<Vec<_>>(), [Seen::Connection, asked(&address), asked(&address)]);
}

#[tokio::test]
async fn a_rehearsal_connects_and_sends_nothing_and_the_first_request_finds_the_connection() {
    let (address, seen) = server(9);
    let http = Http::default();
    let client = client(&address, &http);
    let rehearsed = client.scan().table_name("cinedb").customize();
    let failed = rehearsed.config_override(config::Builder::new().http_client(http.rehearsal())).send().await;
    assert!(matches!(failed, Err(SdkError::DispatchFailure(failure)) if failure.is_user()));
    assert_eq!(seen.recv(), Ok(Seen::Connection));
    assert!(scan(&client).await);
    assert_eq!(seen.try_iter().collect::<Vec<_>>(), [asked(&address)]);
}

#[tokio::test]
async fn a_request_that_meets_a_closed_connection_goes_out_on_a_new_one() {
    let (address, seen) = server(1);
    let client = client(&address, &Http::default());
    for _ in 0..3 {
        assert!(scan(&client).await);
        assert_eq!(
            [seen.recv(), seen.recv(), seen.recv()].map(Result::unwrap),
            [Seen::Connection, asked(&address), Seen::HangUp]
        );
    }
}

#[tokio::test]
async fn a_connection_that_was_idle_for_too_long_is_not_used() {
    let (address, seen) = server(9);
    let http = Http::default();
    let client = client(&address, &http);
    assert!(scan(&client).await);
    tokio::time::pause();
    tokio::time::advance(LONGEST_IDLE).await;
    tokio::time::resume();
    assert!(scan(&client).await);
    let seen: Vec<Seen> = seen.try_iter().filter(|seen| *seen != Seen::HangUp).collect();
    assert_eq!(seen, [Seen::Connection, asked(&address), Seen::Connection, asked(&address)]);
}

#[tokio::test]
async fn where_nobody_listens_the_failure_says_so() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let failed = client(&address, &Http::default()).scan().table_name("cinedb").send().await;
    let Err(SdkError::DispatchFailure(failure)) = failed else { panic!("{failed:?}") };
    assert!(failure.is_io());
}

#[test]
fn the_host_names_a_port_only_if_it_is_not_the_schemes_own() {
    for (uri, host) in [
        ("https://dynamodb.us-east-1.amazonaws.com/", "dynamodb.us-east-1.amazonaws.com"),
        ("https://localhost:443/", "localhost"),
        ("http://localhost:443/", "localhost:443"),
        ("https://[::1]:8443/", "[::1]:8443"),
    ] {
        assert_eq!(Origin::of(&uri.parse().unwrap()).unwrap().host(), host, "{uri}");
    }
    assert_eq!(Origin::of(&"/path".parse().unwrap()), None);
    assert_eq!(Origin::of(&"ftp://host/".parse().unwrap()), None);
}
