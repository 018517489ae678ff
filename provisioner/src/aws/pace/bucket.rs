//! How many calls may be sent now: a token bucket whose rate follows AWS's throttling. Pure: the caller passes the
//! time.

use std::time::Duration;

use super::limit::Limit;

/// A rate is lowered once for all the calls that were in progress when the first of them was throttled.
const ONE_REFUSAL: Duration = Duration::from_secs(1);

/// The share of a rate that remains after throttling: others use the account too, or AWS allows less than it documents.
const AFTER_A_REFUSAL: f64 = 0.85;

/// The share of an undocumented rate that remains while AWS keeps throttling it: it may be several times too high.
const WHILE_UNKNOWN: f64 = 0.5;

/// An undocumented rate is known approximately when AWS has not throttled a call for this time.
const KNOWN_AFTER: Duration = Duration::from_secs(2);

/// The lowest rate in calls per second, however many calls AWS throttles.
const FLOOR: f64 = 1.0;

/// By how much a rate grows in each second without throttling.
const GROWTH: f64 = 1.01;

/// The calls that AWS counts together, as this run sees them. Times count from any fixed moment.
#[derive(Debug)]
pub(super) struct Bucket {
    limit: Limit,
    /// Calls per second, now.
    rate: f64,
    /// Calls that may be sent at once, now.
    tokens: f64,
    /// When `rate` and `tokens` were last updated.
    at: Duration,
    slowed: Option<Duration>,
}

impl Bucket {
    pub(super) fn new(limit: &Limit, now: Duration) -> Self {
        Self { limit: limit.clone(), rate: limit.rate, tokens: limit.burst, at: now, slowed: None }
    }

    /// Takes a token for one call, or returns how long to wait before the next attempt.
    pub(super) fn take(&mut self, now: Duration) -> Result<(), Duration> {
        self.fill(now);
        // Some time after the last throttling, the full rate is restored.
        if !self.limit.from_the_start && self.rate >= self.limit.full {
            return Ok(());
        }
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return Ok(());
        }
        // One nanosecond is added, because a wait that is rounded down would end just before the token exists.
        Err(Duration::from_secs_f64((1.0 - self.tokens) / self.rate) + Duration::from_nanos(1))
    }

    /// Records that AWS throttled a call: its own count is used up, and the rate was too high.
    pub(super) fn refused(&mut self, now: Duration) {
        self.fill(now);
        self.tokens = 0.0;
        let since = self.slowed.map(|slowed| now.saturating_sub(slowed));
        if since.is_none_or(|since| since >= ONE_REFUSAL) {
            // Where AWS documents no rate, the one at the start may be far too high.
            let is_unknown = self.limit.documented.is_none() && since.is_none_or(|since| since < KNOWN_AFTER);
            let share = if is_unknown { WHILE_UNKNOWN } else { AFTER_A_REFUSAL };
            self.rate = (self.rate * share).max(FLOOR);
            self.slowed = Some(now);
        }
    }

    fn fill(&mut self, now: Duration) {
        let passed = now.saturating_sub(self.at).as_secs_f64();
        self.at = self.at.max(now);
        self.tokens = passed.mul_add(self.rate, self.tokens).min(self.limit.burst);
        self.rate = (self.rate * GROWTH.powf(passed)).min(self.limit.full);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn limit(rate: f64, full: f64, burst: f64) -> Limit {
        Limit { of: "tests", documented: Some(1), rate, full, burst, from_the_start: true }
    }

    /// A limit that AWS does not document.
    fn guess(rate: f64, full: f64, burst: f64) -> Limit {
        Limit { documented: None, ..limit(rate, full, burst) }
    }

    /// When each of `callers`, which all ask at the start, gets its turn.
    fn turns(bucket: &mut Bucket, callers: usize, mut refused: impl FnMut(usize) -> bool) -> Vec<Duration> {
        let mut now = Duration::ZERO;
        let turn = |caller| {
            while let Err(wait) = bucket.take(now) {
                now += wait;
            }
            if refused(caller) {
                bucket.refused(now);
            }
            now
        };
        (0..callers).map(turn).collect()
    }

    #[test]
    fn a_burst_is_sent_at_once_and_the_rest_at_the_rate() {
        let turns = turns(&mut Bucket::new(&limit(10.0, 10.0, 4.0), Duration::ZERO), 8, |_| false);
        let milliseconds: Vec<_> = turns.iter().map(Duration::as_millis).collect();
        assert_eq!(milliseconds, [0, 0, 0, 0, 100, 200, 300, 400]);
    }

    #[test]
    fn a_refusal_empties_the_bucket_and_lowers_the_rate_once_for_all_calls_in_progress() {
        let mut bucket = Bucket::new(&limit(10.0, 10.0, 4.0), Duration::ZERO);
        for _ in 0..3 {
            bucket.refused(Duration::ZERO);
        }
        let wait = bucket.take(Duration::ZERO).expect_err("nothing is left");
        assert_eq!(wait.as_millis(), 117, "8.5 calls a second");
    }

    #[test]
    fn a_rate_recovers_without_refusals() {
        let mut bucket = Bucket::new(&limit(10.0, 10.0, 4.0), Duration::ZERO);
        for second in 0..30 {
            bucket.refused(Duration::from_secs(second));
        }
        let at_worst = bucket.rate;
        bucket.fill(Duration::from_secs(30 + 240));
        assert!((1.0..1.1).contains(&at_worst), "{at_worst}");
        assert!((bucket.rate - 10.0).abs() < 1e-9, "{}", bucket.rate);
    }

    #[test]
    fn an_undocumented_rate_is_raised_step_by_step() {
        let mut bucket = Bucket::new(&guess(20.0, 100.0, 20.0), Duration::ZERO);
        bucket.fill(Duration::from_secs(10));
        assert!((22.0..22.2).contains(&bucket.rate), "{}", bucket.rate);
        bucket.fill(Duration::from_secs(170));
        assert!((bucket.rate - 100.0).abs() < 1e-9, "{}", bucket.rate);
    }

    /// AWS as a token bucket of its own: how many of `calls` calls it throttles, each of which is sent again.
    fn throttled(mut bucket: Bucket, calls: usize, per_second: f64, burst: f64) -> usize {
        let (mut now, mut tokens, mut at, mut done, mut throttled) = (Duration::ZERO, burst, Duration::ZERO, 0, 0);
        while done < calls {
            match bucket.take(now) {
                Err(wait) => now += wait,
                Ok(()) => {
                    tokens = (now - at).as_secs_f64().mul_add(per_second, tokens).min(burst);
                    at = now;
                    if tokens >= 1.0 {
                        tokens -= 1.0;
                        done += 1;
                    } else {
                        bucket.refused(now);
                        throttled += 1;
                    }
                }
            }
        }
        throttled
    }

    #[test]
    fn an_undocumented_rate_is_found_with_few_refusals() {
        for (per_second, burst) in [(40.0, 40.0), (20.0, 20.0), (15.0, 15.0), (10.0, 10.0), (5.0, 10.0), (4.0, 4.0)] {
            let throttled = throttled(Bucket::new(&Limit::undocumented("IAM"), Duration::ZERO), 400, per_second, burst);
            assert!(throttled * 20 < 400, "{throttled} of 400 at {per_second} a second");
        }
    }

    proptest! {
        #[test]
        fn no_window_has_more_calls_than_the_burst_and_the_rate_allow(
            rate in 0.5..50.0_f64, more in 0.0..50.0_f64, burst in 1.0..60.0_f64,
            pauses in prop::collection::vec(0_u64..2_000, 1..200),
        ) {
            let full = rate + more;
            let mut bucket = Bucket::new(&limit(rate, full, burst), Duration::ZERO);
            let (mut now, mut sent) = (Duration::ZERO, Vec::new());
            for pause in pauses {
                now += Duration::from_millis(pause);
                if bucket.take(now).is_ok() {
                    sent.push(now);
                }
            }
            for (first, begin) in sent.iter().enumerate() {
                for (last, end) in sent.iter().enumerate().skip(first) {
                    let allowed = (*end - *begin).as_secs_f64().mul_add(full, burst);
                    let count = u32::try_from(last - first + 1).unwrap();
                    prop_assert!(f64::from(count) <= allowed + 1e-6, "{count} calls, {allowed} allowed");
                }
            }
        }

        #[test]
        fn every_call_is_sent_in_time_whatever_is_refused(
            rate in 1.0..50.0_f64, burst in 1.0..60.0_f64, refused in prop::collection::vec(any::<bool>(), 100),
        ) {
            let mut bucket = Bucket::new(&limit(rate, rate, burst), Duration::ZERO);
            let turns = turns(&mut bucket, refused.len(), |caller| refused[caller]);
            let mut before = Duration::ZERO;
            for turn in turns {
                let waited = (turn - before).as_secs_f64();
                prop_assert!(waited <= 1.0 / FLOOR + 1e-6, "{waited} s at {rate} a second");
                before = turn;
            }
        }
    }

    #[test]
    fn without_a_rate_calls_wait_only_for_a_time_after_a_refusal() {
        let limit = Limit { from_the_start: false, ..guess(20.0, 20.0, 5.0) };
        let mut bucket = Bucket::new(&limit, Duration::ZERO);
        assert!((0..1_000).all(|_| bucket.take(Duration::ZERO).is_ok()));
        bucket.refused(Duration::ZERO);
        let wait = bucket.take(Duration::ZERO).unwrap_err();
        assert_eq!(wait.as_millis(), 100, "half the rate");
        // While AWS keeps throttling, the rate falls to one call a second.
        for second in 1..60 {
            bucket.refused(Duration::from_secs(second));
        }
        let wait = bucket.take(Duration::from_secs(59)).unwrap_err();
        assert_eq!(wait.as_millis(), 1_000);
        let later = Duration::from_secs(59 + 302);
        assert!((0..1_000).all(|_| bucket.take(later).is_ok()));
    }
}
