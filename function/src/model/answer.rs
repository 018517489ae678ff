//! What the model said, and what the caller reads of it.

use serde_json::{Value, json};

/// Why the model stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// It was done.
    Finished,
    /// It reached the length limit.
    Length,
    /// It, or a guardrail, declined to answer.
    Refused,
}

impl Stop {
    /// What an answer that did not end by the model's own choice says at its end.
    pub fn note(self) -> Option<&'static str> {
        match self {
            Self::Finished => None,
            Self::Length => Some("[The answer ends here because it reached its length limit.]"),
            Self::Refused => Some("[The model declined to answer this. Try asking about a film instead.]"),
        }
    }
}

/// Tokens, as the model counts them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Read anew: what came from the cache or went into it is not among them.
    pub input_tokens: i32,
    /// Written.
    pub output_tokens: i32,
    /// Read from the cache, at a tenth of the price. `None` if the model does not tell.
    pub cache_read: Option<i32>,
    /// Written to the cache, at a quarter more. `None` if the model does not tell.
    pub cache_write: Option<i32>,
}

impl Usage {
    /// As the contract has it, the cache's counts added where there are any.
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

/// An answer. `text` is blank only if the model stopped for length or refused.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "a record")]
pub struct Answer {
    pub text: String,
    pub stop: Stop,
    pub usage: Usage,
}

impl Answer {
    /// What the caller reads: the text, and why it ends where it does if that is not by the model's own choice.
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

    fn message(text: &str, stop: Stop) -> String {
        Answer { text: text.to_owned(), stop, usage: Usage::default() }.message()
    }

    #[test]
    fn an_answer_that_was_cut_or_refused_says_so() {
        assert_eq!(message("Watch Dune.", Stop::Finished), "Watch Dune.");
        assert_eq!(
            message("Watch Du", Stop::Length),
            "Watch Du\n\n[The answer ends here because it reached its length limit.]"
        );
        assert_eq!(message("", Stop::Refused), "[The model declined to answer this. Try asking about a film instead.]");
    }
}
