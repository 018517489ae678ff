//! Streamed answers, through the program: the time at which each part is sent, and the memory that the program uses.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use harness::backend::Backend;
use harness::bedrock::{EVENT_STREAM, end, exception, words};
use harness::call::Call;
use harness::dynamodb::Table;
use harness::http::{ChunkSender, ClientEvent, Response};
use harness::runtime_api::StreamedAnswer;
use serde_json::json;

use crate::support::{Chat, aws, post, split};

const STREAMING: &[(&str, &str)] = &[("STREAMING", "true")];

/// A mock backend with streams whose chunks the test sends, in the order of the requests.
fn test_backend() -> (Backend, Receiver<ChunkSender>) {
    let (new_streams, streams) = channel();
    let (new_streams, table) = (Mutex::new(new_streams), Table::with_films(3));
    let backend = aws(move |request| match request.call() {
        Call::Scan => Some(table.scan(request)),
        Call::ConverseStream(_) => {
            let (sender, response) = Response::streamed(EVENT_STREAM);
            new_streams.lock().unwrap().send(sender).unwrap();
            Some(response)
        }
        Call::Converse(_) | Call::Other => None,
    });
    (backend, streams)
}

/// The function that breaks off a stream, with the error that the caller gets.
type Break = (&'static str, fn(ChunkSender));

fn question() -> Vec<u8> {
    post(json!({"message": "sci-fi?"})).to_string().into_bytes()
}

/// Reads chunks until the text ends with `text`, and no further chunk.
fn read_until(answer: &mut StreamedAnswer, text: &str) -> String {
    let mut read = String::new();
    while !read.ends_with(text) {
        read += &String::from_utf8(answer.chunk().unwrap()).unwrap();
    }
    read
}

fn rest(answer: StreamedAnswer) -> String {
    String::from_utf8(answer.rest().unwrap().body).unwrap()
}

fn token(text: &str) -> String {
    format!("event: token\ndata: {}\n\n", json!({"text": text}))
}

#[test]
fn each_word_is_sent_before_the_next_one_arrives() {
    let (backend, streams) = test_backend();
    let chat = Chat::start(&backend, STREAMING);
    chat.environment.send_event(&question()).unwrap();
    let sender = streams.recv().unwrap();
    sender.send(words("Watch "));
    let mut answer = chat.environment.streamed_answer().unwrap();
    // The test sends each word only after the previous one has arrived. The head arrives with the first word.
    let head = String::from_utf8(answer.chunk().unwrap()).unwrap();
    let (prelude, first) = split(head.as_bytes());
    assert_eq!((&prelude["statusCode"], first), (&json!(200), token("Watch ")));
    assert_eq!(prelude["headers"]["content-type"], "text/event-stream");
    for word in ["Celestial ", "Nomads."] {
        sender.send(words(word));
        assert_eq!(read_until(&mut answer, "\n\n"), token(word));
    }
    sender.send(end("end_turn"));
    drop(sender);
    let usage = json!({"usage": {"inputTokens": 608, "outputTokens": 122}});
    assert_eq!(rest(answer), format!("event: done\ndata: {usage}\n\n"));
}

#[test]
fn a_broken_answer_ends_with_an_error_and_the_next_one_is_complete() {
    let (backend, streams) = test_backend();
    let chat = Chat::start(&backend, STREAMING);
    let breaks: [Break; 3] = [
        ("the model is busy, please try again shortly", |sender| sender.send(exception("serviceUnavailableException"))),
        ("the model could not be reached", ChunkSender::cut),
        ("the model could not be reached", drop),
    ];
    for (expected, end_badly) in breaks {
        chat.environment.send_event(&question()).unwrap();
        let sender = streams.recv().unwrap();
        sender.send(words("Watch "));
        let mut answer = chat.environment.streamed_answer().unwrap();
        read_until(&mut answer, &token("Watch "));
        end_badly(sender);
        let error = json!({"error": format!("Bedrock service error: {expected}")});
        assert_eq!(rest(answer), format!("event: error\ndata: {error}\n\n"));
    }
    chat.environment.send_event(&question()).unwrap();
    let sender = streams.recv().unwrap();
    sender.send([words("Alien."), end("end_turn")].concat());
    drop(sender);
    assert!(rest(chat.environment.streamed_answer().unwrap()).contains("event: done"));
}

#[test]
fn a_disconnected_client_closes_the_stream_of_the_model() {
    let (backend, streams) = test_backend();
    let chat = Chat::start(&backend, STREAMING);
    chat.environment.send_event(&question()).unwrap();
    let sender = streams.recv().unwrap();
    sender.send(words("Watch "));
    let mut answer = chat.environment.streamed_answer().unwrap();
    read_until(&mut answer, &token("Watch "));
    drop(answer);
    // The program only notices that the client closed the connection when it sends something.
    while sender.client_events.try_recv() != Ok(ClientEvent::Gone) {
        sender.send(words("and "));
    }
    chat.environment.send_event(&question()).unwrap();
    let next = streams.recv().unwrap();
    next.send([words("Alien."), end("end_turn")].concat());
    drop(next);
    assert!(rest(chat.environment.streamed_answer().unwrap()).contains("event: done"));
    assert!(chat.log_text().contains("the client disconnected"), "{}", chat.log_text());
}

#[test]
fn a_client_that_does_not_read_stops_the_model() {
    const WORD: usize = 64 * 1024;
    const WORDS: usize = 400;
    let (backend, streams) = test_backend();
    let chat = Chat::start(&backend, STREAMING);
    chat.environment.send_event(&question()).unwrap();
    let sender = streams.recv().unwrap();
    // Twenty-six megabytes: several times the capacity of the socket buffers between the test and the model.
    let word = words(&"w".repeat(WORD));
    (0..WORDS).for_each(|_| sender.send(word.clone()));
    let answer = chat.environment.streamed_answer().unwrap();
    let seen = sender.client_events.recv_timeout(Duration::from_secs(60));
    assert_eq!(seen, Ok(ClientEvent::Stalled), "the program read the whole stream for a client that does not read");
    let peak = chat.environment.peak().unwrap();
    assert!(peak < 48 * 1024, "{peak} KiB of memory for a client that does not read");
    // When the client continues to read, it gets the complete answer.
    sender.send(end("end_turn"));
    drop(sender);
    let all = rest(answer);
    assert_eq!(all.matches("event: token").count(), WORDS);
    assert!(all.len() > WORDS * WORD && all.ends_with("\n\n") && all.contains("event: done"));
}
