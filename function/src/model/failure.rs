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

/// What may help after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// Asking the same model again: it is overloaded, or a connection broke.
    Again,
    /// Asking another model: this one is slow, gone or not ours.
    Another,
    /// Nothing: the request would fail anywhere.
    Nothing,
}

/// Bedrock's error codes: what the caller is told, and what the engineer should do.
const CODES: &[(&str, ModelTrouble, Option<&str>)] = &[
    ("ThrottlingException", ModelTrouble::Throttled, Some("raise the model's quota or lower the route's throttle")),
    ("ServiceQuotaExceededException", ModelTrouble::Throttled, Some("raise the model's quota")),
    ("ServiceUnavailableException", ModelTrouble::Busy, None),
    ("ModelNotReadyException", ModelTrouble::Busy, None),
    ("InternalServerException", ModelTrouble::Failed, None),
    ("ModelErrorException", ModelTrouble::Failed, None),
    ("ModelStreamErrorException", ModelTrouble::Failed, None),
    ("ModelTimeoutException", ModelTrouble::TimedOut, None),
    (
        "ResourceNotFoundException",
        ModelTrouble::NotAvailable,
        Some("set MODEL_ID to a model that this region and account have: see aws bedrock list-inference-profiles"),
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

/// Failures of the service that have no name of their own in public.
const THEIRS: &[&str] = &["InternalServerException", "ModelErrorException", "ModelStreamErrorException"];
/// What Bedrock writes of a model that is gone for good.
const END_OF_LIFE: &str = "end of its life";

impl ModelFailure {
    /// What may help.
    pub fn remedy(&self) -> Remedy {
        match self.public {
            ModelTrouble::Throttled | ModelTrouble::Busy | ModelTrouble::Unreachable => Remedy::Again,
            ModelTrouble::TimedOut | ModelTrouble::NotAvailable | ModelTrouble::AccessRefused => Remedy::Another,
            ModelTrouble::RequestRefused | ModelTrouble::NoText => Remedy::Nothing,
            ModelTrouble::Failed => {
                let is_theirs = THEIRS.contains(&self.trouble.code.as_str());
                if is_theirs || self.trouble.code.starts_with("HTTP 5") { Remedy::Again } else { Remedy::Nothing }
            }
        }
    }

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
        let is_gone = public == ModelTrouble::NotAvailable && trouble.detail.contains(END_OF_LIFE);
        let hint =
            if is_gone { Some("the model has reached its end of life: set MODEL_ID to another one") } else { hint };
        Self { public, trouble, hint }
    }
}
