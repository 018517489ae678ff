//! Why the model gave no answer: one reason for the public, one record for the engineer.

use std::time::Duration;

use crate::{
    aws::{Stage, Trouble},
    error::ModelTrouble,
};

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelFailure {
    /// For the caller.
    pub public: ModelTrouble,
    /// For the log.
    pub trouble: Trouble,
    /// For the log: what to do about it, if that is known.
    pub hint: Option<&'static str>,
}

/// Bedrock's error codes: what the caller is told, and what the engineer should do.
const CODES: &[(&str, ModelTrouble, Option<&str>)] = &[
    ("ThrottlingException", ModelTrouble::Throttled, Some("raise the model's quota or lower the route's throttle")),
    ("ServiceQuotaExceededException", ModelTrouble::Throttled, Some("raise the model's quota")),
    ("ServiceUnavailableException", ModelTrouble::Busy, None),
    ("ModelNotReadyException", ModelTrouble::Busy, None),
    ("ModelTimeoutException", ModelTrouble::TimedOut, None),
    (
        "ResourceNotFoundException",
        ModelTrouble::NotAvailable,
        Some("MODEL_ID names a model that has reached its end of life or that this region and account do not have"),
    ),
    (
        "AccessDeniedException",
        ModelTrouble::AccessRefused,
        Some(
            "allow bedrock:InvokeModel on the inference profile and on the model in each of its regions, and check that \
             the account has access to the model",
        ),
    ),
    (
        "ValidationException",
        ModelTrouble::RequestRefused,
        Some("check MODEL_ID, and what the model accepts in src/model/table.rs"),
    ),
    ("UnrecognizedClientException", ModelTrouble::AccessRefused, Some("check the function's credentials")),
    ("ExpiredTokenException", ModelTrouble::AccessRefused, Some("check the function's credentials")),
];

impl ModelFailure {
    /// Of a call that was given up because its time was over.
    pub fn out_of_time(budget: Duration) -> Self {
        Trouble::out_of_time(budget).into()
    }

    /// Of an answer in which there is nothing to show.
    pub fn no_text(stop_reason: &str, aws_request_id: Option<&str>) -> Self {
        let trouble = Trouble {
            stage: Stage::Other,
            code: "NoText".to_owned(),
            detail: format!("the answer has no text, stop reason {stop_reason}"),
            aws_request_id: aws_request_id.map(str::to_owned),
        };
        Self { public: ModelTrouble::NoText, trouble, hint: None }
    }
}

impl From<Trouble> for ModelFailure {
    fn from(trouble: Trouble) -> Self {
        let (public, hint) = match trouble.stage {
            Stage::Service => CODES
                .iter()
                .find(|(code, ..)| *code == trouble.code)
                .map_or((ModelTrouble::Failed, None), |&(_, public, hint)| (public, hint)),
            Stage::Timeout => (ModelTrouble::TimedOut, None),
            Stage::Connection => (ModelTrouble::Unreachable, Some("check the network, the region and the credentials")),
            Stage::Other => (ModelTrouble::Failed, None),
        };
        Self { public, trouble, hint }
    }
}
