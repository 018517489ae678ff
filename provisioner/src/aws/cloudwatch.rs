//! CloudWatch: the metrics of a version that gets a share of an alias's traffic.

use std::future::Future;
use std::ops::ControlFlow;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricDataResult, MetricStat};
use futures_util::future::join;

use super::Aws;
use super::problem::{overtaken, problem};
use super::retry::poll_until;
use crate::error::{Error, Result};
use crate::resources::Ids;
use crate::resources::watch::{Count, Seen, Verdict, Watch, time_in_words};

/// Lambda reports one value of a metric per minute.
const PERIOD: Duration = Duration::from_secs(60);

/// How far a clock can be off before AWS rejects its signatures.
const CLOCKS_DIFFER: Duration = Duration::from_secs(300);

impl Aws {
    /// Watches a version until there is a verdict.
    pub(super) async fn watch(&self, watch: &Watch) -> Result<()> {
        let since = minute(SystemTime::now());
        watched(watch, || self.seen_while_shared(watch, since), &*self.notify).await
    }

    /// The metrics, while the alias is unchanged. After another change of the alias there is nothing to judge.
    async fn seen_while_shared(&self, watch: &Watch, since: SystemTime) -> Result<Seen> {
        let (still, seen) = join(self.still_has_its_share(watch), self.seen(watch, since)).await;
        still.and(seen)
    }

    async fn still_has_its_share(&self, watch: &Watch) -> Result<()> {
        let Watch { function_name: function, alias, version, revision, .. } = watch;
        if revision.is_empty() {
            return Ok(());
        }
        let now = self.alias_now(function, alias).await?;
        if now.ids.get(Ids::REVISION_ID) == Some(revision) {
            return Ok(());
        }
        Err(overtaken(format!("watching version {version} of function {function}"), &now.summary))
    }

    /// All metrics since `since`: values of an earlier minute that arrive late count too.
    async fn seen(&self, watch: &Watch, since: SystemTime) -> Result<Seen> {
        let Watch { function_name: name, alias, version, other_version, .. } = watch;
        let query = |id: &str, metric: &str, version: &str| {
            // The metrics that Lambda reports for one version behind an alias.
            let resource = format!("{name}:{alias}");
            let of = [("FunctionName", name.as_str()), ("Resource", &resource), ("ExecutedVersion", version)];
            let of = of.map(|(name, value)| Dimension::builder().name(name).value(value).build());
            let metric = Metric::builder().namespace("AWS/Lambda").metric_name(metric).set_dimensions(Some(of.into()));
            let period = i32::try_from(PERIOD.as_secs()).unwrap_or(i32::MAX);
            let stat = MetricStat::builder().metric(metric.build()).period(period).stat("Sum").build();
            MetricDataQuery::builder().id(id).metric_stat(stat).build()
        };
        let request = self
            .cloudwatch
            .get_metric_data()
            .metric_data_queries(query("invocations", "Invocations", version))
            .metric_data_queries(query("errors", "Errors", version))
            .metric_data_queries(query("invocations_of_other", "Invocations", other_version))
            .metric_data_queries(query("errors_of_other", "Errors", other_version))
            .start_time(DateTime::from(since))
            .end_time(DateTime::from(SystemTime::now() + CLOCKS_DIFFER));
        let doing = || format!("reading the errors of version {version} of function {name}");
        let answer = request.send().await.map_err(|error| problem(doing(), &error))?;
        let sum = |id: &str| total(answer.metric_data_results(), id);
        Ok(Seen {
            version: Count { invocations: sum("invocations"), errors: sum("errors") },
            other_version: Count { invocations: sum("invocations_of_other"), errors: sum("errors_of_other") },
        })
    }
}

/// Reads the metrics until there is a verdict, and reports them whenever they change.
async fn watched<F>(watch: &Watch, poll: impl FnMut() -> F, report: &(dyn Fn(&str) + Sync)) -> Result<()>
where
    F: Future<Output = Result<Seen>>,
{
    let Watch { function_name: name, version, seconds, .. } = watch;
    if *seconds > 0 {
        let time = time_in_words(*seconds);
        report(&format!("watching version {version} of function {name} for {time}; Ctrl-C keeps its weight"));
    }
    let mut reported = Seen::default();
    let judge = |elapsed, seen: Result<Seen>| {
        let seen = match seen {
            Ok(seen) => seen,
            // A short network failure does not give a verdict; the last read must succeed.
            Err(error)
                if error.passes()
                    && let Some(pause) = watch.pause(elapsed) =>
            {
                return ControlFlow::Continue(pause);
            }
            Err(error) => return ControlFlow::Break(Err(error)),
        };
        let verdict = watch.verdict(elapsed, &seen);
        if verdict == Verdict::Bad {
            let error = Error::new(format!("watching version {version} of function {name}"), watch.summary(&seen));
            let hint = "find the cause of the failed invocations in the function's log and correct it";
            return ControlFlow::Break(Err(error.hint(hint)));
        }
        if seen != reported {
            report(&watch.summary(&seen));
            reported = seen;
        }
        match verdict {
            Verdict::Wait(pause) => ControlFlow::Continue(pause),
            Verdict::Good | Verdict::Bad => ControlFlow::Break(Ok(seen)),
        }
    };
    let seen = poll_until(poll, judge).await?;
    if *seconds > 0 && seen.version.invocations == 0 {
        report(&format!("CloudWatch has no invocation of version {version}: the canary tested nothing"));
    }
    Ok(())
}

/// The beginning of the minute, under which CloudWatch counts its values.
fn minute(time: SystemTime) -> SystemTime {
    let seconds = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    UNIX_EPOCH + Duration::from_secs(seconds - seconds % PERIOD.as_secs())
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sums of counts: whole and never negative")]
fn total(results: &[MetricDataResult], id: &str) -> u64 {
    let of_this = results.iter().filter(|result| result.id() == Some(id));
    of_this.flat_map(MetricDataResult::values).sum::<f64>() as u64
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::sync::Mutex;

    use tokio::time::Instant;

    use super::*;
    use crate::error::ErrorKind;

    fn watch(seconds: u64) -> Watch {
        let [function_name, alias, version, other_version] = ["chat", "live", "2", "1"].map(str::to_owned);
        Watch { function_name, alias, version, other_version, seconds, revision: String::new() }
    }

    fn counted(invocations: u64, errors: u64) -> Seen {
        Seen {
            version: Count { invocations, errors },
            other_version: Count { invocations: 9 * invocations, errors: 0 },
        }
    }

    /// Watches for five minutes while `poll` returns the metrics for each number of seconds. Returns the result, the
    /// seconds after which the watch ended, and the messages.
    async fn watched_for(seconds: u64, poll: impl Fn(u64) -> Result<Seen>) -> (Result<()>, u64, Vec<String>) {
        let reported = Mutex::new(Vec::new());
        let begun = Instant::now();
        let poll = || {
            let seen = poll(begun.elapsed().as_secs());
            async move { seen }
        };
        let result = watched(&watch(seconds), poll, &|text| reported.lock().unwrap().push(text.to_owned())).await;
        (result, begun.elapsed().as_secs(), reported.into_inner().unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn a_version_without_errors_passes_after_its_bake_and_the_delay_of_metrics() {
        let (result, seconds, reported) = watched_for(300, |at| Ok(counted(at / 60, 0))).await;
        assert_eq!((result, seconds), (Ok(()), 420));
        assert_eq!(reported[0], "watching version 2 of function chat for 5m; Ctrl-C keeps its weight");
        assert_eq!(reported[1], "0 of 1 invocations of version 2 failed, 0 of 9 of version 1");
        assert_eq!(reported.len(), 1 + 7, "once a change: {reported:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_failed_invocation_ends_the_bake_at_the_next_poll() {
        let (result, seconds, _) = watched_for(300, |at| Ok(counted(10, u64::from(at >= 100)))).await;
        let error = result.unwrap_err();
        assert_eq!(seconds, 105);
        let expected =
            "watching version 2 of function chat: 1 of 10 invocations of version 2 failed, 0 of 90 of version 1";
        assert_eq!(error.headline(), expected);
        assert!(error.next_step().is_some_and(|hint| hint.contains("log")));
    }

    #[tokio::test(start_paused = true)]
    async fn a_bake_without_invocations_is_reported() {
        let (result, _, reported) = watched_for(60, |_| Ok(Seen::default())).await;
        assert_eq!(result, Ok(()));
        assert_eq!(reported[1..], ["CloudWatch has no invocation of version 2: the canary tested nothing"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_bake_tolerates_network_failures_except_at_its_last_poll() {
        let away = || Err(Error::new("reading", "no answer").of_kind(ErrorKind::Unanswered));
        let (result, seconds, _) = watched_for(60, |at| if at < 100 { away() } else { Ok(counted(9, 0)) }).await;
        assert_eq!((result, seconds), (Ok(()), 120));
        let (result, seconds, _) = watched_for(60, |at| if at < 100 { Ok(counted(9, 0)) } else { away() }).await;
        assert_eq!((result, seconds), (away().map(|_: Seen| ()), 120));
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_ends_the_bake_and_a_bake_of_no_time_polls_once_silently() {
        let (result, seconds, _) = watched_for(60, |_| Err(Error::new("reading", "denied"))).await;
        assert_eq!((result.unwrap_err().headline().as_str(), seconds), ("reading: denied", 0));
        let polls = RefCell::new(0);
        let (result, seconds, reported) = watched_for(0, |_| {
            *polls.borrow_mut() += 1;
            Ok(Seen::default())
        })
        .await;
        assert_eq!((result, seconds, reported.len(), polls.into_inner()), (Ok(()), 0, 0, 1));
    }
}
