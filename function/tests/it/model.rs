//! The model behind the Converse API.

mod answers;
mod requests;
mod streams;
mod unwell;

use std::{collections::HashMap, sync::Arc, time::Duration};

use crate::stand_in::{Response, Server};
use aws_sdk_dynamodb::types::AttributeValue;
use function::{
    catalog::{Movie, Query, Shelf},
    chat::{Conversation, Prompt},
    deadline::Deadline,
    model::{Answer, BedrockModel, Model, ModelFailure},
};
use serde_json::{Value, json};

async fn ask(server: &Server, model_id: &str) -> Result<Answer, ModelFailure> {
    let history = json!([{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello!"}]);
    let body = json!({"message": "A thriller?", "history": history}).to_string();
    let conversation = Conversation::from_body(&body).unwrap();
    let movies = Arc::new(Shelf::in_order(vec![Movie::from_item(&row("The Warrior"))])).select(&Query::default(), 50);
    let model = BedrockModel::new(&server.sdk_config(), model_id, &[]);
    model.answer(&Prompt::new(&movies, &conversation), Deadline::within(Duration::from_secs(30))).await
}

fn row(title: &str) -> HashMap<String, AttributeValue> {
    HashMap::from([("title".to_owned(), AttributeValue::S(title.to_owned()))])
}

fn converse(content: Value, stop_reason: &str) -> Option<Response> {
    let message = json!({"message": {"role": "assistant", "content": content}});
    let usage = json!({"inputTokens": 608, "outputTokens": 122, "totalTokens": 730});
    Some(Response::ok(
        json!({"output": message, "stopReason": stop_reason, "usage": usage, "metrics": {"latencyMs": 1}}),
    ))
}
