//! Builds a Converse request. Converse and `ConverseStream` have the same parts.

use std::collections::HashMap;

use aws_sdk_bedrockruntime::error::BuildError;
use aws_sdk_bedrockruntime::types::{
    CachePointBlock, CachePointType, ContentBlock, ConversationRole, InferenceConfiguration, Message,
    SystemContentBlock,
};
use aws_smithy_types::Document;

use super::{MAX_TOKENS, ModelFailure, ModelParameters};
use crate::aws::{Failure, Stage};
use crate::chat::{Prompt, Role, Turn};

/// The largest number of characters per token, so that the length of a prefix in tokens is not overestimated.
const CHARS_PER_TOKEN: usize = 4;

/// The parts of a request other than the model id.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) system: SystemContentBlock,
    pub(super) messages: Vec<Message>,
    pub(super) inference: InferenceConfiguration,
    pub(super) additional: Option<Document>,
}

impl Request {
    pub(super) fn new(prompt: &Prompt<'_>, parameters: &ModelParameters) -> Result<Self, ModelFailure> {
        Ok(Self {
            system: SystemContentBlock::Text(prompt.instructions.to_owned()),
            messages: messages(prompt, parameters).map_err(build_failure)?,
            inference: InferenceConfiguration::builder()
                .max_tokens(MAX_TOKENS)
                .set_temperature(parameters.temperature)
                .build(),
            additional: parameters.disable_thinking.then(thinking_disabled),
        })
    }
}

fn thinking_disabled() -> Document {
    let disabled = Document::Object(HashMap::from([("type".to_owned(), Document::from("disabled"))]));
    Document::Object(HashMap::from([("thinking".to_owned(), disabled)]))
}

/// The messages of the request. The catalogue block is the first text of the first message, which is always the user's.
///
/// A cache point follows a block that other requests share: a write to the cache costs a quarter more than ordinary
/// input, so it is worthwhile only if another request reads it.
fn messages(prompt: &Prompt<'_>, parameters: &ModelParameters) -> Result<Vec<Message>, BuildError> {
    let mut before = Vec::new();
    if let Some(catalog) = &prompt.catalog {
        before.push(ContentBlock::Text(catalog.clone()));
        let tokens = (prompt.instructions.len() + catalog.len()) / CHARS_PER_TOKEN;
        if prompt.is_shared && parameters.cache_min_tokens.is_some_and(|minimum| tokens >= minimum) {
            before.push(ContentBlock::CachePoint(CachePointBlock::builder().r#type(CachePointType::Default).build()?));
        }
    }
    prompt.turns.iter().map(|turn| message(std::mem::take(&mut before), turn)).collect()
}

fn message(mut content: Vec<ContentBlock>, turn: &Turn) -> Result<Message, BuildError> {
    let role = match turn.role {
        Role::User => ConversationRole::User,
        Role::Assistant => ConversationRole::Assistant,
    };
    content.push(ContentBlock::Text(turn.text.clone()));
    Message::builder().role(role).set_content(Some(content)).build()
}

fn build_failure(error: BuildError) -> ModelFailure {
    Failure::new(Stage::Other, "BuildError", error.to_string()).into()
}
