//! The time limits of one request and of its parts.

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

/// The longest time for an answer.
///
/// HTTP APIs end the integration after 30 s, counted from before the function starts. The rest of the time is for the
/// transfer of the request and the response, and for a cold start.
pub const ANSWER_TIMEOUT: Duration = Duration::from_secs(27);
/// The time before Lambda's own deadline in which the reply is written and sent before the environment is frozen.
pub const RESERVE: Duration = Duration::from_secs(1);
/// The longest time for reading the catalogue.
pub const CATALOG_READ_TIMEOUT: Duration = Duration::from_secs(3);

/// The time at which the reply to one request must be ready.
#[derive(Debug, Clone, Copy)]
pub struct Deadline(Instant);

impl Deadline {
    /// The deadline of an invocation that starts now and that Lambda ends at `lambda_deadline`.
    pub fn for_invocation(lambda_deadline: SystemTime) -> Self {
        // If the deadline is in the past, the clock is wrong: the request still has time.
        let available = lambda_deadline.duration_since(SystemTime::now()).unwrap_or(Duration::MAX);
        Self::within(available)
    }

    /// The deadline of an invocation that starts now and may run for `available`.
    pub fn within(available: Duration) -> Self {
        Self(Instant::now() + available.saturating_sub(RESERVE).min(ANSWER_TIMEOUT))
    }

    /// The time that is left until the reply must be ready.
    pub fn remaining(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    /// The time limit for reading the catalogue: a slow table must leave time for the model, even if the function's
    /// timeout is short.
    pub fn remaining_for_catalog(self) -> Duration {
        CATALOG_READ_TIMEOUT.min(self.remaining() / 4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_reply_is_ready_before_the_timeout_of_the_api() {
        assert_eq!(Deadline::within(Duration::from_secs(30)).remaining(), ANSWER_TIMEOUT);
        assert_eq!(Deadline::within(Duration::from_secs(900)).remaining(), ANSWER_TIMEOUT);
    }

    #[tokio::test(start_paused = true)]
    async fn the_reply_is_ready_before_the_timeout_of_the_function() {
        assert_eq!(Deadline::within(Duration::from_secs(10)).remaining(), Duration::from_secs(9));
        assert_eq!(Deadline::within(Duration::from_millis(200)).remaining(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn the_catalogue_gets_a_quarter_of_a_short_deadline_and_three_seconds_of_a_long_one() {
        assert_eq!(Deadline::within(Duration::from_secs(30)).remaining_for_catalog(), CATALOG_READ_TIMEOUT);
        assert_eq!(Deadline::within(Duration::from_secs(3)).remaining_for_catalog(), Duration::from_millis(500));
    }

    #[tokio::test(start_paused = true)]
    async fn the_remaining_time_decreases_to_zero() {
        let deadline = Deadline::within(Duration::from_secs(30));
        tokio::time::advance(Duration::from_secs(20)).await;
        assert_eq!(deadline.remaining(), Duration::from_secs(7));
        tokio::time::advance(Duration::from_secs(20)).await;
        assert_eq!(deadline.remaining(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_deadline_in_the_past_is_ignored() {
        assert_eq!(Deadline::for_invocation(SystemTime::UNIX_EPOCH).remaining(), ANSWER_TIMEOUT);
    }
}
