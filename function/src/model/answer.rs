//! What the model said, and what the caller reads of it.

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

/// Tokens, as the model counts them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "a pair")]
pub struct Usage {
    pub input_tokens: i32,
    pub output_tokens: i32,
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
        let note = match self.stop {
            Stop::Finished => return self.text.clone(),
            Stop::Length => "[The answer ends here because it reached its length limit.]",
            Stop::Refused => "[The model declined to answer this. Try asking about a film instead.]",
        };
        format!("{}\n\n{note}", self.text).trim_start().to_owned()
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
