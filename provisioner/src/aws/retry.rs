//! The only way to wait in this crate: retry while an error is transient, or poll until a state is reached.

use std::future::Future;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep};

/// The pauses between attempts at a call that is refused. They are short at first, because most waits are short, and
/// then two seconds, because each attempt may upload a package.
const FIRST_PAUSES: [Duration; 6] = [
    Duration::from_millis(250),
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(1),
];
const LATER_PAUSE: Duration = Duration::from_secs(2);

/// How long a transient error is retried. AWS names two minutes as the usual time until all of IAM knows a change.
pub(super) const PATIENCE: Duration = Duration::from_secs(120);

/// How many polls per second all waits of a run send together. Lambda allows an account 100 `GetFunction` a second.
const POLLS_A_SECOND: u32 = 20;

/// The pause before the next poll, after a wait of `waited` and with `waits` waits at the same time. It is a quarter
/// second at first, and then grows so that a wait ends at most an eighth later than necessary. With more than five
/// waits the pauses grow with their number.
fn pause_between_polls(waited: Duration, waits: u32) -> Duration {
    let share = Duration::from_secs(1) / POLLS_A_SECOND * waits;
    (waited / 8).max(share).clamp(FIRST_PAUSES[0], LATER_PAUSE)
}

fn pause(attempt: usize) -> Duration {
    FIRST_PAUSES.get(attempt).copied().unwrap_or(LATER_PAUSE)
}

/// Retries a call until it succeeds, fails with a permanent error, or the patience ends; returns the last result.
///
/// `wait_reason` gets each error and returns the reason for the wait, or `None` when a retry would not help. `notify`
/// gets the reason once.
pub(super) async fn with_retries<T, E, F>(
    notify: impl Fn(&str),
    wait_reason: impl Fn(&E) -> Option<String>,
    mut call: impl FnMut() -> F,
) -> Result<T, E>
where
    F: Future<Output = Result<T, E>>,
{
    let begun = Instant::now();
    let mut attempt = 0;
    loop {
        let error = match call().await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        let Some(what) = wait_reason(&error) else { return Err(error) };
        if begun.elapsed() >= PATIENCE {
            return Err(error);
        }
        if attempt == 0 {
            notify(&what);
        }
        sleep(pause(attempt)).await;
        attempt += 1;
    }
}

/// The uncertainty about a failed call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Uncertainty {
    /// Nothing: the call had no effect.
    None,
    /// Whether the call took effect.
    Check,
    /// The same; and if it did not, it may be sent again.
    CheckThenRetry,
}

/// How often a call with an uncertain effect is sent: as often as the SDK sends other calls.
const ATTEMPTS: usize = 4;

/// Sends a call. When it fails, checks whether it took effect after all, and in that case returns the result of the
/// check.
pub(super) async fn retry_unless_done<T, E, F, L>(
    mut call: impl FnMut() -> F,
    uncertainty: impl Fn(&E) -> Uncertainty,
    mut check: impl FnMut() -> L,
) -> Result<T, E>
where
    F: Future<Output = Result<T, E>>,
    L: Future<Output = Option<T>>,
{
    let mut attempt = 0;
    loop {
        let error = match call().await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        let uncertainty = uncertainty(&error);
        if uncertainty == Uncertainty::None {
            return Err(error);
        }
        if let Some(answer) = check().await {
            return Ok(answer);
        }
        if uncertainty == Uncertainty::Check || attempt + 1 == ATTEMPTS {
            return Err(error);
        }
        sleep(pause(attempt)).await;
        attempt += 1;
    }
}

/// The result of a poll.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Progress<T> {
    /// It is ready.
    Ready(T),
    /// Not ready yet.
    Underway,
}

/// When a wait polls first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum First {
    AtOnce,
    /// After a pause, where AWS has just answered that the change is in progress.
    AfterAPause,
}

/// The waits of a run, which share the number of polls. All clones share one count.
#[derive(Debug, Clone, Default)]
pub(super) struct Waits(Arc<AtomicU32>);

/// One wait, which counts until it is dropped.
struct Wait<'a>(&'a AtomicU32);

impl<'a> Wait<'a> {
    fn begin(waits: &'a AtomicU32) -> Self {
        waits.fetch_add(1, Ordering::Relaxed);
        Self(waits)
    }

    async fn pause(&self, waited: Duration) {
        sleep(pause_between_polls(waited, self.0.load(Ordering::Relaxed))).await;
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Waits {
    /// Pauses before the first poll.
    pub(super) async fn before_the_first_poll(&self, first: First) {
        if first == First::AfterAPause {
            sleep(pause_between_polls(Duration::ZERO, self.0.load(Ordering::Relaxed))).await;
        }
    }

    /// Polls until the resource is ready. The poll itself fails when the change has failed. `None` when the patience
    /// ends.
    pub(super) async fn until_ready<T, E, F>(&self, first: First, poll: impl FnMut() -> F) -> Result<Option<T>, E>
    where
        F: Future<Output = Result<Progress<T>, E>>,
    {
        self.until_ready_within(PATIENCE, first, poll).await
    }

    /// The same with the caller's patience.
    pub(super) async fn until_ready_within<T, E, F>(
        &self,
        patience: Duration,
        first: First,
        mut poll: impl FnMut() -> F,
    ) -> Result<Option<T>, E>
    where
        F: Future<Output = Result<Progress<T>, E>>,
    {
        let (begun, wait) = (Instant::now(), Wait::begin(&self.0));
        self.before_the_first_poll(first).await;
        loop {
            match poll().await? {
                Progress::Ready(answer) => return Ok(Some(answer)),
                Progress::Underway if begun.elapsed() >= patience => return Ok(None),
                Progress::Underway => wait.pause(begun.elapsed()).await,
            }
        }
    }
}

/// Polls repeatedly until `judge` returns an answer. `judge` gets the elapsed time and returns the pause until the next
/// poll.
pub(super) async fn poll_until<S, T, F>(
    mut poll: impl FnMut() -> F,
    mut judge: impl FnMut(Duration, S) -> ControlFlow<T, Duration>,
) -> T
where
    F: Future<Output = S>,
{
    let begun = Instant::now();
    loop {
        let seen = poll().await;
        match judge(begun.elapsed(), seen) {
            ControlFlow::Break(answer) => return answer,
            ControlFlow::Continue(pause) => sleep(pause).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use futures_util::future::join_all;

    use super::*;

    fn wait_reason(error: &&str) -> Option<String> {
        error.starts_with("healing").then(|| "the wait".to_owned())
    }

    #[tokio::test(start_paused = true)]
    async fn a_transient_error_is_retried_and_reported_once() {
        let (calls, messages) = (Cell::new(0), RefCell::new(Vec::new()));
        let answer = with_retries(
            |what| messages.borrow_mut().push(what.to_owned()),
            wait_reason,
            || {
                calls.set(calls.get() + 1);
                let answer = if calls.get() < 9 { Err("healing") } else { Ok("done") };
                async move { answer }
            },
        );
        assert_eq!(answer.await, Ok("done"));
        assert_eq!((calls.get(), messages.into_inner()), (9, vec!["the wait".to_owned()]));
    }

    #[tokio::test(start_paused = true)]
    async fn a_permanent_error_ends_the_retries_at_once() {
        let calls = Cell::new(0);
        let call = || {
            calls.set(calls.get() + 1);
            let error = if calls.get() == 1 { "healing" } else { "denied" };
            async move { Err::<(), _>(error) }
        };
        assert_eq!(with_retries(|_| {}, wait_reason, call).await, Err("denied"));
        assert_eq!(calls.get(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn retries_end_after_two_minutes_with_the_last_error() {
        let begun = Instant::now();
        let answer = with_retries(|_| {}, wait_reason, || async { Err::<(), _>("healing still") }).await;
        assert_eq!(answer, Err("healing still"));
        let waited = begun.elapsed();
        assert!(waited >= PATIENCE && waited < PATIENCE + Duration::from_secs(5), "{waited:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_state_is_polled_every_quarter_second_at_first_and_found_soon_later() {
        let found_after = async |there: u64| {
            let begun = Instant::now();
            let poll = || async {
                let there = begun.elapsed() >= Duration::from_millis(there);
                Ok::<_, ()>(if there { Progress::Ready("active") } else { Progress::Underway })
            };
            assert_eq!(Waits::default().until_ready(First::AtOnce, poll).await, Ok(Some("active")));
            begun.elapsed().as_millis()
        };
        assert_eq!([found_after(0).await, found_after(1).await, found_after(251).await], [0, 250, 500]);
        for there in [1_000, 3_300, 10_000, 60_000] {
            let late = found_after(there).await - u128::from(there);
            assert!(late <= 250.max(u128::from(there) / 8), "{late} ms after {there} ms");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_for_a_state_ends_after_its_time_limit() {
        let never = || async { Ok::<Progress<()>, ()>(Progress::Underway) };
        assert_eq!(Waits::default().until_ready(First::AtOnce, never).await, Ok(None));
    }

    /// Runs `waits` waits for resources that are all ready after `there` milliseconds. Returns the number of polls and
    /// the milliseconds until the last wait ended.
    async fn polls_and_time(waits: usize, first: First, there: u64) -> (usize, u128) {
        let (shared, polls, begun) = (Waits::default(), Cell::new(0), Instant::now());
        let poll = || {
            polls.set(polls.get() + 1);
            let there = begun.elapsed() >= Duration::from_millis(there);
            async move { Ok::<_, ()>(if there { Progress::Ready(()) } else { Progress::Underway }) }
        };
        let all = (0..waits).map(|_| shared.until_ready(first, poll));
        assert!(join_all(all).await.into_iter().all(|ended| ended == Ok(Some(()))));
        assert_eq!(shared.0.load(Ordering::Relaxed), 0, "an ended wait does not count");
        (polls.get(), begun.elapsed().as_millis())
    }

    #[tokio::test(start_paused = true)]
    async fn a_change_in_progress_is_polled_after_a_pause_and_found_with_one_poll_less() {
        for there in [100, 500, 1_000, 3_300] {
            let (at_once, after_a_pause) =
                (polls_and_time(1, First::AtOnce, there).await, polls_and_time(1, First::AfterAPause, there).await);
            assert_eq!(after_a_pause, (at_once.0 - 1, at_once.1), "{there} ms");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn few_waits_poll_each_quarter_second_and_many_share_twenty_polls_a_second() {
        assert_eq!(polls_and_time(1, First::AfterAPause, 1_000).await, (4, 1_000));
        assert_eq!(polls_and_time(5, First::AfterAPause, 1_000).await, (5 * 4, 1_000));
        // However many waits there are, none ends later than two seconds after its resource is ready. One wait alone
        // takes twelve polls.
        assert_eq!(polls_and_time(1, First::AfterAPause, 3_000).await.0, 12);
        for waits in [30, 50, 1_000] {
            let (polls, time) = polls_and_time(waits, First::AfterAPause, 3_000).await;
            assert!(polls <= 3 * waits && time <= 5_000, "{polls} polls in {time} ms for {waits}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_failed_or_ended_wait_no_longer_counts() {
        let waits = Waits::default();
        assert_eq!(
            waits.until_ready(First::AtOnce, || async { Err::<Progress<()>, _>("failed") }).await,
            Err("failed")
        );
        let never = waits.until_ready(First::AtOnce, || async { Ok::<Progress<()>, ()>(Progress::Underway) });
        assert!(tokio::time::timeout(Duration::from_secs(1), never).await.is_err());
        assert_eq!(waits.0.load(Ordering::Relaxed), 0);
    }

    fn uncertainty(error: &&str) -> Uncertainty {
        match *error {
            "exists" => Uncertainty::Check,
            "lost" => Uncertainty::CheckThenRetry,
            _ => Uncertainty::None,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_took_effect_is_not_sent_again_and_others_are() {
        let sent = Cell::new(0);
        let send = || {
            sent.set(sent.get() + 1);
            async { Err::<&str, _>("lost") }
        };
        let found = || async { (sent.get() == 2).then_some("made by the second") };
        assert_eq!(retry_unless_done(send, uncertainty, found).await, Ok("made by the second"));
        assert_eq!(sent.get(), 2);
        assert_eq!(retry_unless_done(send, uncertainty, || async { None }).await, Err("lost"));
        assert_eq!(sent.get(), 2 + ATTEMPTS);
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_is_final_when_the_resource_is_missing_or_the_code_is_definite() {
        let nothing = || async { None::<&str> };
        assert_eq!(retry_unless_done(|| async { Err("exists") }, uncertainty, nothing).await, Err("exists"));
        assert_eq!(
            retry_unless_done(|| async { Err("exists") }, uncertainty, || async { Some("ours") }).await,
            Ok("ours")
        );
        assert_eq!(
            retry_unless_done(|| async { Err("denied") }, uncertainty, || async { Some("ours") }).await,
            Err("denied")
        );
    }
}
