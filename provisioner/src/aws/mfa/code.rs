//! The code of an MFA device: the user is asked for it, and it is checked before it is sent.

use std::sync::Arc;

use aws_credential_types::provider::error::CredentialsError;
use tokio::task::spawn_blocking;

/// Asks the user a question. Returns `None` at the end of the input.
pub type AskCode = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// How often the user is asked for a code of the correct form.
const ATTEMPTS: usize = 3;

/// Asks for the code of the device of the profile `for_profile`.
pub(super) async fn code(
    ask: Option<&AskCode>,
    serial: &str,
    for_profile: &str,
    region: Option<&str>,
) -> Result<String, CredentialsError> {
    let no_code = |why| {
        let (serial, region) = (serial.to_owned(), region.map(str::to_owned));
        CredentialsError::provider_error(NoCode { serial, region, why })
    };
    let ask = ask.ok_or_else(|| no_code(Why::NoTerminal))?;
    let mut question = format!("MFA code of {serial} for the profile `{for_profile}`:");
    for _ in 0..ATTEMPTS {
        let task = spawn_blocking({
            let (ask, question) = (Arc::clone(ask), question.clone());
            move || ask(&question)
        });
        let answer = task.await.map_err(CredentialsError::unhandled)?.ok_or_else(|| no_code(Why::EndOfInput))?;
        // Some devices show a space in the middle.
        let code: String = answer.chars().filter(|c| !c.is_whitespace()).collect();
        if is_code(&code) {
            return Ok(code);
        }
        question = format!("a code is six digits; MFA code of {serial}:");
    }
    Err(no_code(Why::NotDigits))
}

/// Whether STS accepts the text as a `TokenCode`: six digits.
fn is_code(text: &str) -> bool {
    text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// There is no code to send.
#[derive(Debug, thiserror::Error)]
#[error("its role requires the MFA code of {serial}, but {why}")]
pub(in super::super) struct NoCode {
    serial: String,
    /// The region of the profile. Without the profile, the user must name it.
    region: Option<String>,
    why: Why,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum Why {
    #[error("there is no terminal to ask for it")]
    NoTerminal,
    #[error("the input ended before the code")]
    EndOfInput,
    #[error("no answer was six digits")]
    NotDigits,
}

impl NoCode {
    /// The hint, or another way to use such a profile.
    pub(in super::super) fn hint(&self, profile: &str) -> String {
        let region = self.region.as_ref().map(|region| format!("with `--region {region}` and ")).unwrap_or_default();
        match self.why {
            Why::NoTerminal => format!(
                "run it in a terminal, or run `eval \"$(aws configure export-credentials --profile {profile} --format \
                 env)\"`, which asks for the code, and then the same command {region}without `--profile`"
            ),
            Why::EndOfInput | Why::NotDigits => {
                "have the six digits of the device ready, then run the same command again".to_owned()
            }
        }
    }
}
