//! The model behind the Converse API.

mod answers;
mod failures;
mod faults;
mod requests;
mod streams;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use function::catalog::{Movie, MovieList, Query};
use function::chat::{Conversation, Prompt};
use function::deadline::Deadline;
use function::model::{Answer, BedrockModel, Model, ModelFailure};
use harness::backend::Backend;
use harness::bedrock;
use harness::http::Response;
use serde_json::{Value, json};

use crate::support::sdk_config;

async fn ask(backend: &Backend, model_id: &str) -> Result<Answer, ModelFailure> {
    ask_at(&backend.url, model_id).await
}

async fn ask_at(url: &str, model_id: &str) -> Result<Answer, ModelFailure> {
    let history = json!([{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello!"}]);
    let body = json!({"message": "A thriller?", "history": history}).to_string();
    let conversation = Conversation::from_body(&body).unwrap();
    let movies =
        Arc::new(MovieList::in_order(vec![Movie::from_item(&row("The Warrior"))])).select(&Query::default(), 50);
    let model = BedrockModel::new(&sdk_config(url), model_id, &[]);
    model.answer(&Prompt::new(&movies, &conversation), Deadline::within(Duration::from_secs(30))).await
}

fn row(title: &str) -> HashMap<String, AttributeValue> {
    HashMap::from([("title".to_owned(), AttributeValue::S(title.to_owned()))])
}

fn converse(content: Value, stop_reason: &str) -> Option<Response> {
    Some(Response::ok(bedrock::answer_of(content, stop_reason)))
}
