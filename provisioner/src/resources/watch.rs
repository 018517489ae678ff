//! The watch over a version that gets a share of an alias's calls: the metrics, and the verdict.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The delay of CloudWatch's metrics: the watch continues for this time after its own, but at most for twice its own
/// time.
const METRIC_DELAY: Duration = Duration::from_secs(120);

/// One query reads four metrics ($0.01 per thousand), and they change once a minute.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// A version to watch, compared with the version that has the rest of the calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watch {
    /// The function's name.
    pub function_name: String,
    /// The alias whose calls the two versions share.
    pub alias: String,
    /// The version that is watched.
    pub version: String,
    /// The version that has the rest of the calls.
    // The name is part of the digests in saved plans.
    #[serde(rename = "beside")]
    pub other_version: String,
    /// The duration, in seconds. 0 means one query, which checks that the metrics can be read.
    pub seconds: u64,
    /// The alias's revision since the version has its share: another revision means that the alias was changed from
    /// outside. Empty before.
    pub revision: String,
}

/// Invocations of one version through an alias.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// All invocations, as Lambda's metric `Invocations` counts them.
    pub invocations: u64,
    /// The failed ones, as its metric `Errors` counts them: a crash or a timeout, but not an answer that reports an
    /// error.
    pub errors: u64,
}

/// The counts since the watch began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seen {
    /// The version that is watched.
    pub version: Count,
    /// The version that has the rest of the calls.
    pub other_version: Count,
}

/// The result of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// No decision yet: the next query is after this time.
    Wait(Duration),
    /// The time is over, and the version did not fail.
    Good,
    /// The version fails, and more often than the other one.
    Bad,
}

impl Watch {
    /// The result of these counts after this time.
    ///
    /// One failed invocation is enough, unless the previous version fails as often at the same time: then the new
    /// version is not the cause.
    pub fn verdict(&self, elapsed: Duration, seen: &Seen) -> Verdict {
        if seen.version.fails_more_often_than(seen.other_version) {
            return Verdict::Bad;
        }
        self.pause(elapsed).map_or(Verdict::Good, Verdict::Wait)
    }

    /// The time until the next query; `None` when the time is over.
    pub fn pause(&self, elapsed: Duration) -> Option<Duration> {
        let rest = self.length().saturating_sub(elapsed);
        let pause = LONGEST_PAUSE.min(Duration::from_secs(self.seconds) / 20);
        (!rest.is_zero()).then(|| rest.min(pause))
    }

    fn length(&self) -> Duration {
        let given = Duration::from_secs(self.seconds);
        given + given.min(METRIC_DELAY)
    }

    /// The counts as text.
    pub fn summary(&self, seen: &Seen) -> String {
        let Self { version, other_version, .. } = self;
        let of = |Count { invocations, errors }: Count| (errors, invocations.max(errors));
        let ((errors, all), (errors_of_other, all_of_other)) = (of(seen.version), of(seen.other_version));
        format!(
            "{errors} of {all} invocations of version {version} failed, {errors_of_other} of {all_of_other} of version {other_version}"
        )
    }
}

impl Count {
    fn fails_more_often_than(self, other: Self) -> bool {
        // The two metrics do not arrive at the same time.
        let all = |count: Self| u128::from(count.invocations.max(count.errors));
        let (errors, others) = (u128::from(self.errors), u128::from(other.errors));
        errors > 0 && (others == 0 || errors * all(other) > others * all(self))
    }
}

/// A time in the largest unit with a whole number: `90s`, `5m`, `1h`.
pub fn time_in_words(seconds: u64) -> String {
    let units = [(3600, 'h'), (60, 'm')];
    let whole = units.into_iter().find(|(unit, _)| seconds > 0 && seconds.is_multiple_of(*unit));
    let (unit, letter) = whole.unwrap_or((1, 's'));
    format!("{}{letter}", seconds / unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn watch(seconds: u64) -> Watch {
        let [function_name, alias, version, other_version] = ["chat", "live", "2", "1"].map(str::to_owned);
        Watch { function_name, alias, version, other_version, seconds, revision: String::new() }
    }

    /// Failed and all invocations: of the version that is watched, and of the other one.
    fn seen(version: (u64, u64), other_version: (u64, u64)) -> Seen {
        let count = |(errors, invocations)| Count { invocations, errors };
        Seen { version: count(version), other_version: count(other_version) }
    }

    #[test]
    fn a_failed_invocation_is_bad_at_once_unless_the_other_version_fails_as_often() {
        let verdict = |version, other_version| watch(300).verdict(MINUTE, &seen(version, other_version));
        for (version, other_version) in [((1, 1), (0, 0)), ((1, 500), (0, 1)), ((1, 10), (9, 100)), ((2, 2), (1, 2))] {
            assert_eq!(verdict(version, other_version), Verdict::Bad, "{version:?} and {other_version:?}");
        }
        for (version, other_version) in
            [((0, 0), (0, 0)), ((0, 9), (0, 0)), ((1, 10), (10, 100)), ((1, 10), (100, 100))]
        {
            assert!(matches!(verdict(version, other_version), Verdict::Wait(_)), "{version:?} and {other_version:?}");
        }
    }

    #[test]
    fn an_error_before_its_invocation_is_counted() {
        assert_eq!(watch(300).verdict(MINUTE, &seen((1, 0), (0, 0))), Verdict::Bad);
        assert!(matches!(watch(300).verdict(MINUTE, &seen((1, 0), (1, 0))), Verdict::Wait(_)), "both fail always");
    }

    #[test]
    fn it_is_good_when_its_time_and_the_delay_of_the_metrics_are_over() {
        let after =
            |seconds, elapsed: u64| watch(seconds).verdict(Duration::from_secs(elapsed), &seen((0, 9), (0, 90)));
        let wait = |seconds| Verdict::Wait(Duration::from_secs(seconds));
        assert_eq!((after(300, 0), after(300, 410), after(300, 420)), (wait(15), wait(10), Verdict::Good));
        assert_eq!((after(60, 0), after(60, 119), after(60, 120)), (wait(3), wait(1), Verdict::Good));
        assert_eq!(after(0, 0), Verdict::Good, "a watch of no time is one look");
    }

    #[test]
    fn silence_is_good_in_the_end_and_a_late_error_is_not() {
        assert_eq!(watch(60).verdict(2 * MINUTE, &Seen::default()), Verdict::Good);
        assert_eq!(watch(60).verdict(2 * MINUTE, &seen((1, 9), (0, 90))), Verdict::Bad);
    }

    #[test]
    fn times_are_shown_in_their_largest_unit() {
        assert_eq!([0, 45, 90, 300, 3600, 5400].map(time_in_words), ["0s", "45s", "90s", "5m", "1h", "90m"]);
    }
}
