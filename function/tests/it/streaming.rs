//! Streamed answers, through the program: the time at which each part is sent, and the memory that the program uses.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use harness::backend::Backend;
use harness::bedrock::{EVENT_STREAM, end, exception, words};
use harness::call::Call;
use harness::dynamodb::Table;
use harness::http::{Feed, Response, Seen};
use harness::runtime_api::Arriving;
use serde_json::json;

use crate::support::{Chat, aws, post, split};

const STREAMING: &[(&str, &str)] = &[("STREAMING", "true")];

/// A mock backend with streams that the test feeds, in the order of the requests.
fn fed_by_the_test() -> (Backend, Receiver<Feed>) {
    let (feeds, fed) = channel();
    let (feeds, table) = (Mutex::new(feeds), Table::of_films(3));
    let backend = aws(move |request| match request.call() {
        Call::Scan => Some(table.scan(request)),
        Call::ConverseStream(_) => {
            let (feed, response) = Response::fed(EVENT_STREAM);
            feeds.lock().unwrap().send(feed).unwrap();
            Some(response)
        }
        Call::Converse(_) | Call::Other => None,
    });
    (backend, fed)
}

/// The function that breaks off a stream, with the error that the caller gets.
type Break = (&'static str, fn(Feed));

fn question() -> Vec<u8> {
    post(json!({"message": "sci-fi?"})).to_string().into_bytes()
}

/// Reads chunks until the text ends with `text`, and no further chunk.
fn read_until(arriving: &mut Arriving, text: &str) -> String {
    let mut read = String::new();
    while !read.ends_with(text) {
        read += &String::from_utf8(arriving.chunk().unwrap()).unwrap();
    }
    read
}

fn rest(arriving: Arriving) -> String {
    String::from_utf8(arriving.rest().unwrap().body).unwrap()
}

fn token(text: &str) -> String {
    format!("event: token\ndata: {}\n\n", json!({"text": text}))
}

#[test]
fn each_word_leaves_before_the_model_says_the_next() {
    let (backend, fed) = fed_by_the_test();
    let chat = Chat::start(&backend, STREAMING);
    chat.environment.hand(&question()).unwrap();
    let feed = fed.recv().unwrap();
    feed.send(words("Watch "));
    let mut answer = chat.environment.arriving().unwrap();
    // The test sends each word only after the previous one has arrived. The head arrives with the first word.
    let head = String::from_utf8(answer.chunk().unwrap()).unwrap();
    let (prelude, first) = split(head.as_bytes());
    assert_eq!((&prelude["statusCode"], first), (&json!(200), token("Watch ")));
    assert_eq!(prelude["headers"]["content-type"], "text/event-stream");
    for word in ["Celestial ", "Nomads."] {
        feed.send(words(word));
        assert_eq!(read_until(&mut answer, "\n\n"), token(word));
    }
    feed.send(end("end_turn"));
    drop(feed);
    let usage = json!({"usage": {"inputTokens": 608, "outputTokens": 122}});
    assert_eq!(rest(answer), format!("event: done\ndata: {usage}\n\n"));
}

#[test]
fn an_answer_that_breaks_ends_with_an_error_and_the_next_one_is_whole() {
    let (backend, fed) = fed_by_the_test();
    let chat = Chat::start(&backend, STREAMING);
    let breaks: [Break; 3] = [
        ("the model is busy, please try again shortly", |feed| feed.send(exception("serviceUnavailableException"))),
        ("the model could not be reached", Feed::cut),
        ("the model could not be reached", drop),
    ];
    for (told, end_badly) in breaks {
        chat.environment.hand(&question()).unwrap();
        let feed = fed.recv().unwrap();
        feed.send(words("Watch "));
        let mut answer = chat.environment.arriving().unwrap();
        read_until(&mut answer, &token("Watch "));
        end_badly(feed);
        let error = json!({"error": format!("Bedrock service error: {told}")});
        assert_eq!(rest(answer), format!("event: error\ndata: {error}\n\n"));
    }
    chat.environment.hand(&question()).unwrap();
    let feed = fed.recv().unwrap();
    feed.send([words("Alien."), end("end_turn")].concat());
    drop(feed);
    assert!(rest(chat.environment.arriving().unwrap()).contains("event: done"));
}

#[test]
fn when_the_caller_goes_away_the_models_stream_is_closed_and_the_next_event_taken() {
    let (backend, fed) = fed_by_the_test();
    let chat = Chat::start(&backend, STREAMING);
    chat.environment.hand(&question()).unwrap();
    let feed = fed.recv().unwrap();
    feed.send(words("Watch "));
    let mut answer = chat.environment.arriving().unwrap();
    read_until(&mut answer, &token("Watch "));
    drop(answer);
    // The program only notices that the client closed the connection when it sends something.
    while feed.seen.try_recv() != Ok(Seen::Gone) {
        feed.send(words("and "));
    }
    chat.environment.hand(&question()).unwrap();
    let next = fed.recv().unwrap();
    next.send([words("Alien."), end("end_turn")].concat());
    drop(next);
    assert!(rest(chat.environment.arriving().unwrap()).contains("event: done"));
    assert!(chat.log_text().contains("the caller went away"), "{}", chat.log_text());
}

#[test]
fn a_caller_who_does_not_read_stops_the_model() {
    const WORD: usize = 64 * 1024;
    const WORDS: usize = 400;
    let (backend, fed) = fed_by_the_test();
    let chat = Chat::start(&backend, STREAMING);
    chat.environment.hand(&question()).unwrap();
    let feed = fed.recv().unwrap();
    // Twenty-six megabytes: several times the capacity of the socket buffers between the test and the model.
    let word = words(&"w".repeat(WORD));
    (0..WORDS).for_each(|_| feed.send(word.clone()));
    let answer = chat.environment.arriving().unwrap();
    let seen = feed.seen.recv_timeout(Duration::from_secs(60));
    assert_eq!(seen, Ok(Seen::Stalled), "all was read for a caller who reads nothing");
    let peak = chat.environment.peak().unwrap();
    assert!(peak < 48 * 1024, "{peak} KiB were taken for a caller who reads nothing");
    // When the client continues to read, it gets the complete answer.
    feed.send(end("end_turn"));
    drop(feed);
    let all = rest(answer);
    assert_eq!(all.matches("event: token").count(), WORDS);
    assert!(all.len() > WORDS * WORD && all.ends_with("\n\n") && all.contains("event: done"));
}
