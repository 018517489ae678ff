//! The model on Bedrock, through the Converse API.

use std::collections::HashMap;

use aws_config::{SdkConfig, retry::RetryConfig};
use aws_sdk_bedrockruntime::{
    Client, config,
    error::BuildError,
    operation::{RequestId, converse::ConverseOutput},
    types::{ContentBlock, ConversationRole, InferenceConfiguration, Message, SystemContentBlock},
};
use aws_smithy_types::Document;

use super::{Accepts, Answer, MAX_TOKENS, Model, ModelFailure, Stop, Usage, accepts};
use crate::{
    aws::{Stage, Trouble},
    chat::{Prompt, Role, Turn},
};

/// One model behind one inference profile.
#[derive(Debug, Clone)]
pub struct BedrockModel {
    client: Client,
    model_id: String,
    accepts: Accepts,
}

impl BedrockModel {
    /// The model behind the inference profile `model_id`.
    pub fn new(sdk: &SdkConfig, model_id: &str) -> Self {
        // One retry, after up to a second: another one would mostly add load to a service that is out of breath.
        let config = config::Builder::from(sdk).retry_config(RetryConfig::standard().with_max_attempts(2));
        let client = Client::from_conf(config.build());
        Self { client, model_id: model_id.to_owned(), accepts: accepts(model_id) }
    }

    fn inference_configuration(&self) -> InferenceConfiguration {
        InferenceConfiguration::builder().max_tokens(MAX_TOKENS).set_temperature(self.accepts.temperature).build()
    }

    fn additional_fields(&self) -> Option<Document> {
        let disabled = || Document::Object(HashMap::from([("type".to_owned(), Document::from("disabled"))]));
        let fields = || Document::Object(HashMap::from([("thinking".to_owned(), disabled())]));
        self.accepts.disable_thinking.then(fields)
    }
}

impl Model for BedrockModel {
    async fn answer(&self, prompt: &Prompt<'_>) -> Result<Answer, ModelFailure> {
        let messages = messages(prompt).map_err(unbuildable)?;
        let request = self
            .client
            .converse()
            .model_id(&self.model_id)
            .system(SystemContentBlock::Text(prompt.instructions.to_owned()))
            .set_messages(Some(messages))
            .inference_config(self.inference_configuration())
            .set_additional_model_request_fields(self.additional_fields());
        let output = request.send().await.map_err(|error| Trouble::of(&error))?;
        answer(&output)
    }
}

/// The catalogue block is the first text of the first message, which is always the user's.
fn messages(prompt: &Prompt<'_>) -> Result<Vec<Message>, BuildError> {
    let mut catalog = prompt.catalog.clone().map(ContentBlock::Text);
    prompt.turns.iter().map(|turn| message(catalog.take(), turn)).collect()
}

fn message(catalog: Option<ContentBlock>, turn: &Turn) -> Result<Message, BuildError> {
    let role = match turn.role {
        Role::User => ConversationRole::User,
        Role::Assistant => ConversationRole::Assistant,
    };
    let content = catalog.into_iter().chain([ContentBlock::Text(turn.text.clone())]).collect();
    Message::builder().role(role).set_content(Some(content)).build()
}

fn unbuildable(error: BuildError) -> ModelFailure {
    let (stage, code) = (Stage::Other, "BuildError".to_owned());
    Trouble { stage, code, detail: error.to_string(), aws_request_id: None }.into()
}

/// Texts are picked by type: a model that thinks puts other blocks before them.
fn answer(output: &ConverseOutput) -> Result<Answer, ModelFailure> {
    let blocks = output.output().and_then(|output| output.as_message().ok()).map_or(&[][..], Message::content);
    let texts: Vec<&str> = blocks.iter().filter_map(|block| block.as_text().ok()).map(String::as_str).collect();
    let text = texts.concat().trim().to_owned();
    let stop_reason = output.stop_reason().as_str();
    let stop = match stop_reason {
        "max_tokens" | "model_context_window_exceeded" => Stop::Length,
        "refusal" | "content_filtered" | "guardrail_intervened" => Stop::Refused,
        _ if text.is_empty() => return Err(ModelFailure::no_text(stop_reason, output.request_id())),
        _ => Stop::Finished,
    };
    let usage = output.usage().map_or_else(Usage::default, |usage| Usage {
        input_tokens: usage.input_tokens(),
        output_tokens: usage.output_tokens(),
    });
    Ok(Answer { text, stop, usage })
}
