//! The model's answer, and the message that the caller gets.

use serde_json::{Value, json};

/// The reason why the model stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    /// The answer is complete.
    Finished,
    /// The answer reached the length limit.
    Length,
    /// The model or a guardrail declined to answer.
    Refused,
}

impl StopReason {
    /// The note at the end of an answer that did not end by the model's own choice.
    pub fn note(self) -> Option<&'static str> {
        match self {
            Self::Finished => None,
            Self::Length => Some("[The answer ends here because it reached its length limit.]"),
            Self::Refused => Some("[The model declined to answer this. Try asking about a film instead.]"),
        }
    }
}

/// The token counts of the model.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Input tokens without those that were read from the cache or written to it.
    pub input_tokens: i32,
    /// Output tokens.
    pub output_tokens: i32,
    /// Tokens read from the cache, at a tenth of the price. `None` if the model does not report it.
    pub cache_read: Option<i32>,
    /// Tokens written to the cache, at a price that is a quarter higher. `None` if the model does not report it.
    pub cache_write: Option<i32>,
}

impl Usage {
    /// The usage in the format of the API contract, with the counts of the cache if the model reports them.
    pub fn to_json(self) -> Value {
        let mut usage = json!({"inputTokens": self.input_tokens, "outputTokens": self.output_tokens});
        for (name, tokens) in [("cacheReadInputTokens", self.cache_read), ("cacheWriteInputTokens", self.cache_write)] {
            if let Some(tokens) = tokens {
                usage[name] = tokens.into();
            }
        }
        usage
    }
}

/// An answer. `text` is blank only if the model stopped because of its length limit or refused.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "a record")]
pub struct Answer {
    pub text: String,
    pub stop: StopReason,
    pub usage: Usage,
}

impl Answer {
    /// The message for the caller: the text, and a note if the answer did not end by the model's own choice.
    pub fn message(&self) -> String {
        match self.stop.note() {
            None => self.text.clone(),
            Some(note) => format!("{}\n\n{note}", self.text).trim_start().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str, stop: StopReason) -> String {
        Answer { text: text.to_owned(), stop, usage: Usage::default() }.message()
    }

    #[test]
    fn an_answer_that_is_cut_or_declined_ends_with_a_note() {
        assert_eq!(message("Watch Dune.", StopReason::Finished), "Watch Dune.");
        assert_eq!(
            message("Watch Du", StopReason::Length),
            "Watch Du\n\n[The answer ends here because it reached its length limit.]"
        );
        assert_eq!(
            message("", StopReason::Refused),
            "[The model declined to answer this. Try asking about a film instead.]"
        );
    }
}
