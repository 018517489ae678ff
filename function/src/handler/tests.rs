use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::StreamExt;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::aws::Stage;
use crate::catalog::{Movie, MovieList};
use crate::log::capture::Lines;
use crate::model::{AnswerStream, Piece, StopReason, Usage};

/// A catalogue that returns this result, or never responds.
struct FixedCatalog(Option<Result<Vec<Movie>, Failure>>);

impl Catalog for FixedCatalog {
    async fn movies(&self, query: &Query) -> Result<Selection, Failure> {
        match &self.0 {
            Some(read) => Ok(Arc::new(MovieList::in_order(read.clone()?)).select(query, 50)),
            None => pending().await,
        }
    }
}

/// A model that returns this answer, or never responds, and records the catalogue blocks of its prompts.
struct FixedModel {
    answer: Option<Result<Answer, ModelFailure>>,
    catalog_blocks: RefCell<Vec<Option<String>>>,
    /// The failure that breaks off a streamed answer.
    stream_failure: Option<ModelFailure>,
}

impl Model for FixedModel {
    type Stream = Words;

    async fn answer(&self, prompt: &Prompt<'_>, _: Deadline) -> Result<Answer, ModelFailure> {
        self.catalog_blocks.borrow_mut().push(prompt.catalog.clone());
        match &self.answer {
            Some(answer) => answer.clone(),
            None => pending().await,
        }
    }

    async fn begin(&self, prompt: &Prompt<'_>, deadline: Deadline) -> Result<Words, ModelFailure> {
        let Answer { text, stop, usage } = self.answer(prompt, deadline).await?;
        let mut pieces: VecDeque<_> = text.split_inclusive(' ').map(|word| Ok(Piece::Text(word.to_owned()))).collect();
        pieces.push_back(match &self.stream_failure {
            Some(failure) => Err(failure.clone()),
            None => Ok(Piece::End(stop, usage)),
        });
        Ok(Words(pieces))
    }
}

/// The pieces of an answer. After the last piece, the stream never responds.
struct Words(VecDeque<Result<Piece, ModelFailure>>);

impl AnswerStream for Words {
    async fn next(&mut self) -> Result<Piece, ModelFailure> {
        match self.0.pop_front() {
            Some(piece) => piece,
            None => pending().await,
        }
    }
}

fn films() -> FixedCatalog {
    let title = AttributeValue::S("Celestial Nomads".to_owned());
    FixedCatalog(Some(Ok(vec![Movie::from_item(&HashMap::from([("title".to_owned(), title)]))])))
}

fn model(answer: Option<Result<Answer, ModelFailure>>) -> FixedModel {
    FixedModel { answer, catalog_blocks: RefCell::default(), stream_failure: None }
}

fn answering(text: &str) -> FixedModel {
    let usage = Usage { input_tokens: 608, output_tokens: 122, ..Usage::default() };
    model(Some(Ok(Answer { text: text.to_owned(), stop: StopReason::Finished, usage })))
}

fn failure(code: &str, detail: &str) -> Failure {
    Failure::new(Stage::Service, code, detail).with_request_id(Some("aws-1"))
}

fn handler(catalog: FixedCatalog, model: FixedModel) -> Handler<FixedCatalog, FixedModel> {
    Handler::new(catalog, model, &Origin::parse("*").unwrap())
}

fn event(event: &Value) -> Event {
    Event::read(event.to_string().as_bytes())
}

fn post(body: impl ToString) -> Event {
    event(&json!({"requestContext": {"http": {"method": "POST"}}, "body": body.to_string()}))
}

async fn reply(handler: &Handler<FixedCatalog, FixedModel>, event: Event) -> (u16, Value) {
    let reply = handler.reply(event, Deadline::within(Duration::from_secs(30))).await;
    (reply.status_code, serde_json::from_str(&reply.body.unwrap()).unwrap())
}

#[tokio::test(start_paused = true)]
async fn a_message_is_answered_with_films_in_the_prompt() {
    let handler = handler(films(), answering("Watch Celestial Nomads."));
    assert_eq!(
        reply(&handler, post(json!({"message": "sci-fi?"}))).await,
        (200, json!({"message": "Watch Celestial Nomads.", "usage": {"inputTokens": 608, "outputTokens": 122}}))
    );
    let block = "<catalog>\n{\"title\":\"Celestial Nomads\"}\n</catalog>".to_owned();
    assert_eq!(handler.model.catalog_blocks.into_inner(), [Some(block)]);
}

#[tokio::test(start_paused = true)]
async fn a_message_is_answered_without_a_readable_catalogue() {
    for (catalog, ms) in [
        (FixedCatalog(Some(Ok(Vec::new()))), 0),
        (FixedCatalog(Some(Err(failure("ResourceNotFoundException", "Requested resource not found")))), 0),
        (FixedCatalog(None), 3_000),
    ] {
        let handler = handler(catalog, answering("Watch Alien."));
        let started = Instant::now();
        assert_eq!(reply(&handler, post(json!({"message": "sci-fi?"}))).await.0, 200);
        assert_eq!(started.elapsed().as_millis(), ms);
        assert_eq!(handler.model.catalog_blocks.into_inner(), [None]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_hanging_model_is_cancelled_before_the_timeout_of_the_api() {
    let started = Instant::now();
    assert_eq!(
        reply(&handler(FixedCatalog(None), model(None)), post(json!({"message": "sci-fi?"}))).await,
        (500, json!({"error": "Bedrock service error: the model did not answer in time"}))
    );
    assert_eq!(started.elapsed(), Duration::from_secs(27));
}

#[tokio::test(start_paused = true)]
async fn the_caller_gets_a_reason_without_details_of_the_account() {
    let arn = "User: arn:aws:sts::123456789012:assumed-role/cinedb-chat is not authorized";
    for (code, expected) in [
        ("AccessDeniedException", "access to the model was refused"),
        ("ResourceNotFoundException", "the model is not available"),
        ("ThrottlingException", "too many requests at the moment, please try again shortly"),
        ("ServiceUnavailableException", "the model is busy, please try again shortly"),
        ("ValidationException", "the model did not accept the request"),
        ("ModelTimeoutException", "the model did not answer in time"),
        ("SomethingNewException", "the model failed"),
    ] {
        let handler = handler(films(), model(Some(Err(failure(code, arn).into()))));
        let error = json!({"error": format!("Bedrock service error: {expected}")});
        assert_eq!(reply(&handler, post(json!({"message": "sci-fi?"}))).await, (500, error));
    }
}

#[tokio::test(start_paused = true)]
async fn other_methods_and_invalid_events_get_json_without_a_call_of_the_model() {
    let handler = handler(films(), answering(""));
    let of = async |value: Value| reply(&handler, event(&value)).await;
    assert_eq!(of(json!({"httpMethod": "GET"})).await.0, 405);
    assert_eq!(of(json!([1, 2])).await, (400, json!({"error": "The event names no HTTP method"})));
    assert_eq!(of(json!({"httpMethod": "POST"})).await, (400, json!({"error": "Message is required"})));
    let preflight = handler.reply(event(&json!({"httpMethod": "OPTIONS"})), Deadline::within(Duration::MAX)).await;
    assert_eq!((preflight.status_code, preflight.body), (204, None));
    assert!(handler.model.catalog_blocks.into_inner().is_empty());
}

/// A question from a page of `origin`, in both versions of an event.
fn from_page(origin: Option<&str>) -> [Event; 2] {
    let body = json!({"message": "sci-fi?"}).to_string();
    let http = json!({"requestContext": {"http": {"method": "POST"}}, "headers": {"origin": origin}, "body": body});
    let many = origin.into_iter().collect::<Vec<_>>();
    let rest = json!({"httpMethod": "POST", "headers": {"Origin": origin}, "multiValueHeaders": {"Origin": many}, "body": body});
    [event(&http), event(&rest)]
}

#[tokio::test(start_paused = true)]
async fn a_page_of_another_origin_is_rejected_before_the_model_is_called() {
    let page = "https://cinedb.example";
    let foreign =
        [Some("https://evil.example"), Some("null"), Some(""), Some("https://cinedb.example, https://x.example")];
    for (allowed, origins, status) in [
        (page, &[None, Some(page)][..], 200),
        (page, &foreign[..], 403),
        ("*", &[None, Some(page), foreign[0], foreign[1]][..], 200),
    ] {
        for &origin in origins {
            let handler = Handler::new(films(), answering("Watch Alien."), &Origin::parse(allowed).unwrap());
            for event in from_page(origin) {
                let reply = handler.reply(event.clone(), Deadline::within(Duration::from_secs(30))).await;
                assert_eq!(reply.status_code, status, "{allowed} {origin:?}");
                assert_eq!(reply.headers.allow_origin, allowed);
                let (streamed, body) = streamed_reply(&handler, event).await;
                assert_eq!(streamed, status, "{allowed} {origin:?}");
                if status == 403 {
                    let error = r#"{"error":"Pages of this origin may not use the chat"}"#;
                    assert_eq!((reply.body.as_deref(), body.as_str()), (Some(error), error));
                }
            }
            assert_eq!(handler.model.catalog_blocks.into_inner().len(), if status == 200 { 4 } else { 0 });
        }
    }
}

/// All log lines of one request, at the most verbose level.
async fn logged(catalog: FixedCatalog, model: FixedModel, body: Value) -> String {
    let lines = Lines::default();
    let _logger = tracing::subscriber::set_default(lines.subscriber(tracing::Level::TRACE));
    handler(catalog, model).invoke(post(body), "r-1", SystemTime::UNIX_EPOCH).await;
    lines.text()
}

#[tokio::test(start_paused = true)]
async fn the_log_contains_sizes_and_ids_and_no_text_of_the_conversation() {
    let history = json!([{"role": "user", "content": "hush-history"}, {"role": "assistant", "content": "hush-claim"}]);
    let body = json!({"message": "hush-message", "history": history});
    let quoting = "ValidationException: unexpected hush-message here";
    let mut all = logged(films(), answering("hush-answer"), body.clone()).await;
    all += &logged(FixedCatalog(None), model(None), body.clone()).await;
    all += &logged(films(), model(Some(Err(failure("ValidationException", quoting).into()))), body).await;
    all += &logged(films(), answering(""), json!({"message": ["hush-refused"]})).await;
    assert!(!all.contains("hush"), "{all}");
    assert!(!all.contains("Celestial"), "{all}");
    let lines: Vec<Value> = all.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.iter().all(|line| line["requestId"] == "r-1"), "{all}");
    let asking = lines.iter().find(|line| line["message"] == "asking the model").unwrap();
    assert_eq!((&asking["messageChars"], &asking["historyTurns"]), (&json!(12), &json!(2)));
    let answered = lines.iter().find(|line| line["message"] == "model answered").unwrap();
    assert_eq!((&answered["inputTokens"], &answered["outputTokens"]), (&json!(608), &json!(122)));
}

#[tokio::test(start_paused = true)]
async fn the_log_contains_the_details_that_the_caller_does_not_get() {
    let denied = "not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:us-east-2::x";
    let model = model(Some(Err(failure("AccessDeniedException", denied).into())));
    let all =
        logged(FixedCatalog(Some(Err(failure("AccessDenied", "no dynamodb:Scan")))), model, json!({"message": "hi"}))
            .await;
    for detail in [
        denied, "AccessDeniedException", "aws-1", "allow bedrock:InvokeModel", "no dynamodb:Scan",
        "allow dynamodb:Scan on",
    ] {
        assert!(all.contains(detail), "{detail} in {all}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_warning_about_the_films_has_a_hint() {
    let long = AttributeValue::S("x".repeat(crate::chat::limits::MAX_CATALOG_BYTES));
    let long = FixedCatalog(Some(Ok(vec![Movie::from_item(&HashMap::from([("plot".to_owned(), long)]))])));
    for (catalog, message, hint) in [
        (
            FixedCatalog(Some(Ok(Vec::new()))),
            "the catalogue is empty: answering from general knowledge",
            "add films to the table in DYNAMODB_TABLE, or set DYNAMODB_TABLE to the table that contains them",
        ),
        (long, "films do not fit into the prompt", "lower MOVIE_LIMIT, or shorten the longest rows of the table"),
    ] {
        let all = logged(catalog, answering("Watch Alien."), json!({"message": "hi"})).await;
        let lines: Vec<Value> = all.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let warnings: Vec<_> = lines.iter().filter(|line| line["level"] == "WARN").collect();
        assert_eq!(warnings.len(), 1, "{all}");
        assert_eq!((&warnings[0]["message"], &warnings[0]["hint"]), (&json!(message), &json!(hint)));
    }
}

/// The status code and the text that a function URL's caller gets.
async fn streamed_reply(handler: &Handler<FixedCatalog, FixedModel>, event: Event) -> (u16, String) {
    let response = handler.stream(event, Deadline::within(Duration::from_secs(30))).await;
    let chunks: Vec<_> = response.stream.collect().await;
    let text = chunks.into_iter().flat_map(|chunk| chunk.unwrap().to_vec()).collect();
    (response.metadata_prelude.status_code.as_u16(), String::from_utf8(text).unwrap())
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_streamed_word_by_word() {
    let handler = handler(films(), answering("Watch\nAlien."));
    let (status, text) = streamed_reply(&handler, post(json!({"message": "sci-fi?"}))).await;
    let usage = r#"{"usage":{"inputTokens":608,"outputTokens":122}}"#;
    assert_eq!(status, 200);
    assert_eq!(text, format!("event: token\ndata: {{\"text\":\"Watch\\nAlien.\"}}\n\nevent: done\ndata: {usage}\n\n"));
}

#[tokio::test(start_paused = true)]
async fn before_the_first_word_an_error_has_its_status_and_json() {
    let handler_of = |model| handler(films(), model);
    let busy = model(Some(Err(failure("ThrottlingException", "slow").into())));
    let error = r#"{"error":"Bedrock service error: too many requests at the moment, please try again shortly"}"#;
    assert_eq!(streamed_reply(&handler_of(busy), post(json!({"message": "hi"}))).await, (500, error.to_owned()));
    let late = r#"{"error":"Bedrock service error: the model did not answer in time"}"#;
    assert_eq!(streamed_reply(&handler_of(model(None)), post(json!({"message": "hi"}))).await, (500, late.to_owned()));
    let missing = r#"{"error":"Message is required"}"#;
    assert_eq!(streamed_reply(&handler_of(answering("")), post(json!({}))).await, (400, missing.to_owned()));
    let get = event(&json!({"requestContext": {"http": {"method": "GET"}}}));
    assert_eq!(streamed_reply(&handler_of(answering("")), get).await.0, 405);
}

#[tokio::test(start_paused = true)]
async fn a_broken_answer_ends_with_an_error_and_the_log_has_the_cause() {
    let lines = Lines::default();
    let _logger = tracing::subscriber::set_default(lines.subscriber(tracing::Level::INFO));
    let broken = FixedModel {
        stream_failure: Some(failure("ModelTimeoutException", "hush sci-fi films please").into()),
        ..answering("Watch Dune. ")
    };
    let body = json!({"message": "hush sci-fi films please"});
    let (status, text) = streamed_reply(&handler(films(), broken), post(body)).await;
    assert_eq!((status, text.matches("event: token").count()), (200, 2));
    let error = r#"data: {"error":"Bedrock service error: the model did not answer in time"}"#;
    assert!(text.ends_with(&format!("event: error\n{error}\n\n")), "{text}");
    assert!(lines.text().contains("ModelTimeoutException") && !lines.text().contains("hush"), "{}", lines.text());
}

#[tokio::test(start_paused = true)]
async fn a_stream_ends_at_the_deadline_with_an_error() {
    struct Endless;
    impl AnswerStream for Endless {
        async fn next(&mut self) -> Result<Piece, ModelFailure> {
            pending().await
        }
    }
    let conversation = Conversation::from_body(r#"{"message": "hi"}"#).unwrap();
    let deadline = Deadline::within(Duration::from_secs(10));
    let started = Instant::now();
    let chunks: Vec<_> = streamed::events(Endless, conversation, deadline).collect().await;
    assert_eq!((chunks.len(), started.elapsed()), (1, Duration::from_secs(9)));
}

#[tokio::test(start_paused = true)]
async fn a_stream_without_a_reader_is_dropped_with_the_stream_of_the_model() {
    let lines = Lines::default();
    let _logger = tracing::subscriber::set_default(lines.subscriber(tracing::Level::INFO));
    let handler = handler(films(), answering("one two three"));
    let mut response = handler.stream(post(json!({"message": "hi"})), Deadline::within(Duration::from_secs(30))).await;
    response.stream.next().await.unwrap().unwrap();
    drop(response);
    assert!(lines.text().contains("the client disconnected"), "{}", lines.text());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_body_gets_json_with_cors(body in any::<String>(), base64 in any::<bool>()) {
        let event = event(&json!({"httpMethod": "POST", "body": body, "isBase64Encoded": base64}));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let handler = handler(films(), answering("yes"));
        let reply = runtime.block_on(handler.reply(event, Deadline::within(Duration::from_secs(30))));
        prop_assert!([200, 400].contains(&reply.status_code));
        prop_assert_eq!(&reply.headers.allow_origin, "*");
        prop_assert!(serde_json::from_str::<Value>(&reply.body.unwrap()).is_ok());
    }
}
