//! How long one request may take, and who may spend how much of it.

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

/// HTTP APIs cut the integration at 30 s, counted from before the function started; the rest is for the way there
/// and back, and for a cold start.
pub const LONGEST_ANSWER: Duration = Duration::from_secs(27);
/// Kept free before Lambda's own deadline, so that the reply is written and sent before the environment is frozen.
pub const RESERVE: Duration = Duration::from_secs(1);
/// The most that reading the catalogue may take.
pub const LONGEST_CATALOG_READ: Duration = Duration::from_secs(3);

/// The moment at which the reply to one request must be ready.
#[derive(Debug, Clone, Copy)]
pub struct Deadline(Instant);

impl Deadline {
    /// Of an invocation that starts now and that Lambda ends at `lambda_deadline`.
    pub fn of_invocation(lambda_deadline: SystemTime) -> Self {
        // A deadline in the past means a clock that cannot be believed, not a request without time.
        let given = lambda_deadline.duration_since(SystemTime::now()).unwrap_or(Duration::MAX);
        Self::within(given)
    }

    /// Of an invocation that starts now and may run for `given`.
    pub fn within(given: Duration) -> Self {
        Self(Instant::now() + given.saturating_sub(RESERVE).min(LONGEST_ANSWER))
    }

    /// What is left until the reply must be ready.
    pub fn left(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    /// What reading the catalogue may take: a slow table must not eat the model's time, also not when the function's
    /// timeout was set short.
    pub fn left_for_catalog(self) -> Duration {
        LONGEST_CATALOG_READ.min(self.left() / 4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_answer_is_ready_before_the_gateway_gives_up() {
        assert_eq!(Deadline::within(Duration::from_secs(30)).left(), LONGEST_ANSWER);
        assert_eq!(Deadline::within(Duration::from_secs(900)).left(), LONGEST_ANSWER);
    }

    #[tokio::test(start_paused = true)]
    async fn the_answer_is_ready_before_lambda_ends_the_function() {
        assert_eq!(Deadline::within(Duration::from_secs(10)).left(), Duration::from_secs(9));
        assert_eq!(Deadline::within(Duration::from_millis(200)).left(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn the_catalogue_gets_a_quarter_of_a_short_deadline_and_three_seconds_of_a_long_one() {
        assert_eq!(Deadline::within(Duration::from_secs(30)).left_for_catalog(), LONGEST_CATALOG_READ);
        assert_eq!(Deadline::within(Duration::from_secs(3)).left_for_catalog(), Duration::from_millis(500));
    }

    #[tokio::test(start_paused = true)]
    async fn time_that_passes_is_gone() {
        let deadline = Deadline::within(Duration::from_secs(30));
        tokio::time::advance(Duration::from_secs(20)).await;
        assert_eq!(deadline.left(), Duration::from_secs(7));
        tokio::time::advance(Duration::from_secs(20)).await;
        assert_eq!(deadline.left(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_lambda_deadline_in_the_past_is_not_believed() {
        assert_eq!(Deadline::of_invocation(SystemTime::UNIX_EPOCH).left(), LONGEST_ANSWER);
    }
}
