//! Decides which model is called, and how often.
//!
//! One request makes at most [`MAX_ATTEMPTS`] calls: two to the first model, and one to each further one. More calls
//! would not help an overloaded service.

use std::time::Duration;

use tokio::time::timeout;

use super::{ModelFailure, Retry};
use crate::deadline::Deadline;

/// The largest number of calls to Bedrock for one request.
pub const MAX_ATTEMPTS: usize = 4;
/// The largest number of calls to the first model.
const FIRST_MODEL_ATTEMPTS: usize = 2;
/// The shortest remaining time in which a further attempt starts: a shorter one could not finish.
const MIN_ATTEMPT_TIME: Duration = Duration::from_secs(2);
/// The longest pause before the same model is called again; see [`crate::aws::Pause::up_to`].
const RETRY_PAUSE: Duration = Duration::from_millis(600);

/// Calls `models` in order until one answers, no retry can succeed or the time is over. `pause` waits.
pub(super) async fn call_in_order<M, T>(
    models: &[M],
    deadline: Deadline,
    pause: impl AsyncFn(Duration),
    call: impl AsyncFn(&M) -> Result<T, ModelFailure>,
) -> Result<T, ModelFailure> {
    let (mut model, mut attempt) = (0, 1_usize);
    loop {
        let is_last = model + 1 >= models.len();
        let Some(current) = models.get(model) else { return Err(ModelFailure::out_of_time(Duration::ZERO)) };
        // The time limit for a model leaves time for the next one.
        let budget = if is_last { deadline.remaining() } else { deadline.remaining() * 2 / 3 };
        let answer = timeout(budget, call(current)).await.unwrap_or_else(|_| Err(ModelFailure::out_of_time(budget)));
        let failure = match answer {
            Ok(answer) => return Ok(answer),
            Err(failure) => failure,
        };
        let same_model = failure.retry == Retry::SameModel && model == 0 && attempt < FIRST_MODEL_ATTEMPTS;
        let next_model = failure.retry != Retry::Never && !is_last;
        if attempt >= MAX_ATTEMPTS || deadline.remaining() < MIN_ATTEMPT_TIME || !(same_model || next_model) {
            return Err(failure);
        }
        // Bedrock's message may repeat the conversation, so only the handler logs it, after a comparison.
        tracing::warn!(
            attempt,
            code = failure.cause.code,
            awsRequestId = failure.cause.aws_request_id,
            hint = failure.hint,
            next = if same_model { "the same model" } else { "the next model" },
            "the model failed, trying again"
        );
        attempt += 1;
        if same_model {
            pause(RETRY_PAUSE).await;
        } else {
            model += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use tokio::time::sleep;

    use super::*;
    use crate::aws::{Failure, Stage};

    fn failure(code: &str) -> ModelFailure {
        Failure::new(Stage::Service, code, "").into()
    }

    /// The models that are called if the first calls fail with `failures`, and the result.
    async fn called(models: &[u32], failures: &[&str]) -> (Vec<u32>, Result<u32, String>) {
        let calls = RefCell::new(Vec::new());
        let answer = call_in_order(models, Deadline::within(Duration::from_secs(30)), sleep, async |model: &u32| {
            let attempt = calls.borrow().len();
            calls.borrow_mut().push(*model);
            failures.get(attempt).map_or(Ok(*model), |code| Err(failure(code)))
        });
        let answer = answer.await.map_err(|failure| failure.cause.code);
        (calls.into_inner(), answer)
    }

    #[tokio::test(start_paused = true)]
    async fn a_busy_model_is_called_twice_and_each_fallback_once() {
        let busy =
            ["ThrottlingException", "ServiceUnavailableException", "InternalServerException", "ThrottlingException"];
        for (models, failures, expected) in [
            (&[1, 2, 3][..], &busy[..1], vec![1, 1]),
            (&[1, 2, 3], &busy[..2], vec![1, 1, 2]),
            (&[1, 2, 3], &busy[..3], vec![1, 1, 2, 3]),
        ] {
            let (models, answer) = called(models, failures).await;
            assert_eq!(answer.ok(), expected.last().copied());
            assert_eq!(models, expected);
        }
        let last = "ThrottlingException".to_owned();
        assert_eq!(called(&[1, 2, 3, 4, 5], &busy).await, (vec![1, 1, 2, 3], Err(last.clone())));
        assert_eq!(called(&[1], &busy[2..]).await, (vec![1, 1], Err(last)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_model_that_is_missing_or_denied_is_called_once() {
        for code in ["ResourceNotFoundException", "AccessDeniedException", "ModelTimeoutException"] {
            assert_eq!(called(&[1, 2, 3], &[code]).await, (vec![1, 2], Ok(2)), "{code}");
            assert_eq!(called(&[1, 2, 3], &[code; 9]).await, (vec![1, 2, 3], Err(code.to_owned())));
            assert_eq!(called(&[1], &[code]).await, (vec![1], Err(code.to_owned())));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_fails_with_any_model_is_sent_once() {
        for code in ["ValidationException", "SomethingNewException"] {
            assert_eq!(called(&[1, 2], &[code]).await, (vec![1], Err(code.to_owned())));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_hanging_model_leaves_time_for_a_fallback_and_no_attempt_starts_too_late() {
        let deadline = Deadline::within(Duration::from_secs(30));
        let answer = call_in_order(&[1, 2], deadline, sleep, async |model: &u32| {
            sleep(Duration::from_secs(if *model == 1 { 60 } else { 5 })).await;
            Ok(*model)
        });
        assert_eq!(answer.await.ok(), Some(2));
        let calls = RefCell::new(0);
        let short = Deadline::within(Duration::from_secs(3));
        let answer = call_in_order(&[1, 2], short, sleep, async |_: &u32| {
            *calls.borrow_mut() += 1;
            sleep(Duration::from_millis(500)).await;
            Err::<u32, _>(failure("ThrottlingException"))
        });
        assert!(answer.await.is_err());
        assert_eq!(calls.into_inner(), 1);
    }
}
