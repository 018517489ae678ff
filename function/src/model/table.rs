//! What each model accepts, as data. A model that is not listed gets nothing but the length limit: a parameter too
//! many is refused with 400, one too few only changes the tone.

/// How freely the model chooses its words, where it takes that at all.
pub const TEMPERATURE: f32 = 0.7;
/// The longest answer, in the model's own tokens.
pub const MAX_TOKENS: i32 = 1000;

/// What one model accepts and needs in a Converse request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Accepts {
    /// The foundation model, as the end of a model id or of an inference profile's id or ARN.
    pub model: &'static str,
    /// The temperature, unless the model refuses one. Never together with `topP`, which 4.5 refuses.
    pub temperature: Option<f32>,
    /// Whether the model thinks before it answers unless it is told not to: that costs seconds and tokens here.
    pub disable_thinking: bool,
    /// Tokens from which on a prefix is kept for the next request, if the model does that (AWS's user guide, prompt
    /// caching). A shorter one would be marked for nothing.
    pub cache_from: Option<usize>,
}

/// The models whose ways are known (November 2026).
pub const MODELS: &[Accepts] = &[
    // Refuses temperature, topP and topK.
    Accepts { model: "anthropic.claude-haiku-5-5", temperature: None, disable_thinking: true, cache_from: Some(512) },
    Accepts {
        model: "anthropic.claude-haiku-4-5-20251001-v1:0",
        temperature: Some(TEMPERATURE),
        disable_thinking: false,
        cache_from: Some(4_096),
    },
    // Reached its end of life on Bedrock on 2026-06-19: kept for accounts with an exception of their own.
    Accepts {
        model: "anthropic.claude-3-5-haiku-20241022-v1:0",
        temperature: Some(TEMPERATURE),
        disable_thinking: false,
        cache_from: None,
    },
];

const UNKNOWN: Accepts = Accepts { model: "", temperature: None, disable_thinking: false, cache_from: None };

/// What the model behind `model_id` accepts: `us.anthropic.claude-…`, the bare model id, or an ARN that ends so.
pub fn accepts(model_id: &str) -> Accepts {
    let named = |row: &&Accepts| {
        model_id.strip_suffix(row.model).is_some_and(|before| before.is_empty() || before.ends_with(['.', '/']))
    };
    MODELS.iter().find(named).copied().unwrap_or(UNKNOWN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_known_by_any_of_its_names() {
        for id in [
            "anthropic.claude-haiku-5-5",
            "us.anthropic.claude-haiku-5-5",
            "global.anthropic.claude-haiku-5-5",
            "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-haiku-5-5",
            "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-haiku-5-5",
        ] {
            assert_eq!(accepts(id), MODELS[0], "{id}");
        }
    }

    #[test]
    fn a_name_that_only_resembles_a_known_one_is_unknown() {
        for id in ["us.anthropic.claude-haiku-5-50", "us.notanthropic.claude-haiku-5-5", "us.amazon.nova-lite-v1:0"] {
            assert_eq!(accepts(id), UNKNOWN, "{id}");
        }
    }
}
