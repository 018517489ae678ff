//! The models on Bedrock, through the Converse API.

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_sdk_bedrockruntime::operation::RequestId;
use aws_sdk_bedrockruntime::operation::converse::ConverseOutput;
use aws_sdk_bedrockruntime::types::{Message, TokenUsage};
use aws_sdk_bedrockruntime::{Client, config};

use super::attempts::call_in_order;
use super::request::Request;
use super::{Answer, BedrockStream, Model, ModelFailure, ModelParameters, StopReason, Usage, parameters_of};
use crate::aws::{Failure, Http, Pause};
use crate::chat::Prompt;
use crate::deadline::Deadline;

/// A model with its fallbacks.
#[derive(Debug, Clone)]
pub struct BedrockModel {
    client: Client,
    profiles: Vec<Profile>,
    pause: Pause,
}

/// A model behind an inference profile.
#[derive(Debug, Clone)]
struct Profile {
    id: String,
    parameters: ModelParameters,
}

impl BedrockModel {
    /// The model with the inference profile `model_id`. If it fails, the models of `fallbacks` are called in this
    /// order.
    pub fn new(sdk: &SdkConfig, model_id: &str, fallbacks: &[String]) -> Self {
        // The retries are decided in this crate and not in the SDK, so that the calls can be counted.
        let config = config::Builder::from(sdk).retry_config(RetryConfig::disabled()).build();
        let ids = [model_id].into_iter().chain(fallbacks.iter().map(String::as_str));
        let profiles = ids.map(|id| Profile { id: id.to_owned(), parameters: parameters_of(id) }).collect();
        Self { client: Client::from_conf(config), profiles, pause: Pause::of(sdk) }
    }

    /// Connects to Bedrock before the first request: prepares a call without sending it, see [`Http::preconnect`].
    pub async fn prepare(&self, http: &Http) {
        let http = config::Builder::new().http_client(http.preconnect());
        let call = self.client.converse().set_model_id(self.profiles.first().map(|profile| profile.id.clone()));
        // The call always fails. The first request reports any real problem.
        let _ = call.customize().config_override(http).send().await;
    }
}

impl Model for BedrockModel {
    type Stream = BedrockStream;

    async fn answer(&self, prompt: &Prompt<'_>, deadline: Deadline) -> Result<Answer, ModelFailure> {
        let pause = async |longest| self.pause.up_to(longest).await;
        call_in_order(&self.profiles, deadline, pause, async |profile: &Profile| {
            let Request { system, messages, inference, additional } = Request::new(prompt, &profile.parameters)?;
            let call = self.client.converse().model_id(&profile.id).system(system).set_messages(Some(messages));
            let call = call.inference_config(inference).set_additional_model_request_fields(additional);
            read_answer(&call.send().await.map_err(|error| Failure::of(&error))?)
        })
        .await
    }

    async fn begin(&self, prompt: &Prompt<'_>, deadline: Deadline) -> Result<BedrockStream, ModelFailure> {
        let pause = async |longest| self.pause.up_to(longest).await;
        call_in_order(&self.profiles, deadline, pause, async |profile: &Profile| {
            let Request { system, messages, inference, additional } = Request::new(prompt, &profile.parameters)?;
            let call = self.client.converse_stream().model_id(&profile.id).system(system).set_messages(Some(messages));
            let call = call.inference_config(inference).set_additional_model_request_fields(additional);
            BedrockStream::begin(call.send().await.map_err(|error| Failure::of(&error))?).await
        })
        .await
    }
}

/// The value that the SDK sets if the answer has no `stopReason` (aws-sdk-bedrockruntime 1.153, `serde_util.rs`).
const NO_STOP_REASON: &str = "no value was set";

/// Reads only the text blocks, because a model that thinks puts other blocks before them.
fn read_answer(output: &ConverseOutput) -> Result<Answer, ModelFailure> {
    let has_output = output.output().is_some_and(|output| !output.is_unknown());
    if !has_output && output.stop_reason().as_str() == NO_STOP_REASON {
        // By the API reference of Converse both are always present, so another server sent this answer.
        return Err(Failure::unreadable(output.request_id()).into());
    }
    let blocks = output.output().and_then(|output| output.as_message().ok()).map_or(&[][..], Message::content);
    let texts: Vec<&str> = blocks.iter().filter_map(|block| block.as_text().ok()).map(String::as_str).collect();
    let text = texts.concat().trim().to_owned();
    let stop = stop_reason(output.stop_reason().as_str(), text.is_empty(), output.request_id())?;
    Ok(Answer { text, stop, usage: output.usage().map_or_else(Usage::default, read_usage) })
}

/// Converts the stop reason. A blank text is an answer only if the reason has a note for the caller.
pub(super) fn stop_reason(reason: &str, is_blank: bool, request_id: Option<&str>) -> Result<StopReason, ModelFailure> {
    match reason {
        "max_tokens" | "model_context_window_exceeded" => Ok(StopReason::Length),
        "refusal" | "content_filtered" | "guardrail_intervened" => Ok(StopReason::Refused),
        _ if is_blank => Err(ModelFailure::no_text(reason, request_id)),
        _ => Ok(StopReason::Finished),
    }
}

pub(super) fn read_usage(usage: &TokenUsage) -> Usage {
    Usage {
        input_tokens: usage.input_tokens(),
        output_tokens: usage.output_tokens(),
        cache_read: usage.cache_read_input_tokens(),
        cache_write: usage.cache_write_input_tokens(),
    }
}
