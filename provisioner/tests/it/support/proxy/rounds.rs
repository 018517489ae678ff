//! Answers in rounds: calls that were sent in parallel are answered at one moment, on a busy machine also.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// Holds the answers of AWS until no call has arrived and no answer of AWS is missing for this time, and then releases
/// all of them. A call whose answer another call waits for is therefore always in an earlier round.
#[derive(Clone, Debug)]
pub(crate) struct Rounds(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    quiet: Duration,
    traffic: Mutex<Traffic>,
    released: Notify,
}

#[derive(Debug)]
struct Traffic {
    /// The calls that AWS has not answered.
    unanswered: usize,
    /// The last moment at which a call arrived or was answered.
    last: Instant,
}

impl Rounds {
    pub(crate) fn new(quiet: Duration) -> Self {
        let traffic = Mutex::new(Traffic { unanswered: 0, last: Instant::now() });
        Self(Arc::new(Shared { quiet, traffic, released: Notify::new() }))
    }

    /// A call has arrived.
    pub(super) fn enter(&self) -> Entered {
        let mut traffic = self.0.traffic();
        traffic.unanswered += 1;
        traffic.last = Instant::now();
        Entered(Arc::clone(&self.0))
    }
}

impl Shared {
    fn traffic(&self) -> MutexGuard<'_, Traffic> {
        self.traffic.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The moment at which the round ends unless something happens; `None` while an answer of AWS is missing.
    fn end(&self) -> Option<Instant> {
        let traffic = self.traffic();
        (traffic.unanswered == 0).then(|| traffic.last + self.quiet)
    }
}

/// A call that AWS has not answered. Dropping it counts as the answer.
pub(super) struct Entered(Arc<Shared>);

impl Entered {
    /// AWS has answered: waits for the end of the round.
    pub(super) async fn round_ends(self) {
        let shared = Arc::clone(&self.0);
        let released = shared.released.notified();
        tokio::pin!(released);
        drop(self);
        loop {
            let now = Instant::now();
            let end = shared.end();
            if end.is_some_and(|end| end <= now) {
                shared.released.notify_waiters();
                return;
            }
            tokio::select! {
                () = &mut released => return,
                () = tokio::time::sleep_until(end.unwrap_or(now + shared.quiet)) => {}
            }
        }
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        let mut traffic = self.0.traffic();
        traffic.unanswered -= 1;
        traffic.last = Instant::now();
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    const QUIET: Duration = Duration::from_millis(100);

    /// Two calls that are sent with a pause between them, each with its call that waits for it; in order of the answers.
    #[tokio::test(start_paused = true)]
    async fn parallel_calls_share_a_round_and_a_call_that_waits_has_the_next() {
        let rounds = Rounds::new(QUIET);
        let answers = RefCell::new(Vec::new());
        let call = async |name: &'static str, upstream: u64| {
            let entered = rounds.enter();
            tokio::time::sleep(Duration::from_millis(upstream)).await;
            entered.round_ends().await;
            answers.borrow_mut().push(name);
        };
        tokio::join!(
            async {
                call("first", 1).await;
                call("after first", 1).await;
            },
            async {
                tokio::time::sleep(QUIET / 2).await;
                call("second", 500).await;
                call("after second", 1).await;
            },
        );
        let mut answers = answers.into_inner();
        answers[..2].sort_unstable();
        answers[2..].sort_unstable();
        assert_eq!(answers, ["first", "second", "after first", "after second"]);
    }
}
