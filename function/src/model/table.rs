//! The parameters that each model accepts, as data.
//!
//! A model that is not listed gets only the length limit: a parameter that it does not accept causes a 400 error, and a
//! missing one only changes the style.

/// The sampling temperature, for models that accept one.
pub const TEMPERATURE: f32 = 0.7;
/// The largest number of tokens in an answer, as the model counts them.
pub const MAX_TOKENS: i32 = 1000;

/// The parameters that one model accepts and needs in a Converse request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ModelParameters {
    /// The id of the foundation model, with which a model id or an inference profile's id or ARN ends.
    pub model: &'static str,
    /// The temperature, unless the model rejects one. `topP` is never sent with it, because 4.5 rejects both together.
    pub temperature: Option<f32>,
    /// Whether the request disables thinking, which the model does by default: thinking takes seconds and tokens.
    pub disable_thinking: bool,
    /// The number of tokens from which the model caches a prefix, if it does that (AWS's user guide, prompt caching). A
    /// cache point after a shorter prefix has no effect.
    pub cache_min_tokens: Option<usize>,
}

/// The models whose parameters are known (November 2026).
pub const MODELS: &[ModelParameters] = &[
    // Rejects temperature, topP and topK.
    ModelParameters {
        model: "anthropic.claude-haiku-5-5",
        temperature: None,
        disable_thinking: true,
        cache_min_tokens: Some(512),
    },
    ModelParameters {
        model: "anthropic.claude-haiku-4-5-20251001-v1:0",
        temperature: Some(TEMPERATURE),
        disable_thinking: false,
        cache_min_tokens: Some(4_096),
    },
    // Reached its end of life on Bedrock on 2026-06-19. It is kept for accounts with an exception.
    ModelParameters {
        model: "anthropic.claude-3-5-haiku-20241022-v1:0",
        temperature: Some(TEMPERATURE),
        disable_thinking: false,
        cache_min_tokens: None,
    },
];

const UNKNOWN: ModelParameters =
    ModelParameters { model: "", temperature: None, disable_thinking: false, cache_min_tokens: None };

/// The parameters that the model with `model_id` accepts: `us.anthropic.claude-…`, the model id alone, or an ARN that
/// ends with it.
pub fn parameters_of(model_id: &str) -> ModelParameters {
    let matches = |row: &&ModelParameters| {
        model_id.strip_suffix(row.model).is_some_and(|before| before.is_empty() || before.ends_with(['.', '/']))
    };
    MODELS.iter().find(matches).copied().unwrap_or(UNKNOWN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_of_a_model_id_is_recognised() {
        for id in [
            "anthropic.claude-haiku-5-5",
            "us.anthropic.claude-haiku-5-5",
            "global.anthropic.claude-haiku-5-5",
            "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-haiku-5-5",
            "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-haiku-5-5",
        ] {
            assert_eq!(parameters_of(id), MODELS[0], "{id}");
        }
    }

    #[test]
    fn a_similar_model_id_is_unknown() {
        for id in ["us.anthropic.claude-haiku-5-50", "us.notanthropic.claude-haiku-5-5", "us.amazon.nova-lite-v1:0"] {
            assert_eq!(parameters_of(id), UNKNOWN, "{id}");
        }
    }
}
