//! An AWS that throttles an account's calls, by token buckets with AWS's own figures.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::call::Call;
use super::rule::{Fault, Rule};
use super::words;

/// The calls that count together: how many per second, and how many at once after a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Limit {
    pub(crate) of: &'static str,
    per_second: u32,
    burst: u32,
}

/// From the quota pages of Lambda, API Gateway and CloudWatch Logs. Lambda and Logs document no burst: one second's
/// calls. The rates of IAM and the tagging service are not documented: these are lower than a client may expect.
fn limit(service: &str, operation: &str) -> Option<Limit> {
    let limit = |of, per_second, burst| Some(Limit { of, per_second, burst });
    match (service, operation) {
        ("lambda", "Invoke" | "InvokeWithResponseStream") => None,
        ("lambda", "GetFunction") => limit("GetFunction", 100, 100),
        ("lambda", "GetPolicy") => limit("GetPolicy", 15, 15),
        ("lambda", _) => limit("Lambda", 15, 15),
        ("apigatewayv2", _) => limit("API Gateway", 10, 40),
        ("logs", "DescribeLogGroups") => limit("DescribeLogGroups", 10, 10),
        ("logs", "CreateLogGroup") => limit("CreateLogGroup", 10, 10),
        ("logs", "DeleteLogGroup") => limit("DeleteLogGroup", 10, 10),
        ("logs", "PutRetentionPolicy") => limit("PutRetentionPolicy", 5, 5),
        ("logs", "ListTagsForResource") => limit("ListTagsForResource", 5, 5),
        ("iam", _) => limit("IAM", 15, 20),
        ("tagging", _) => limit("Tagging", 5, 10),
        _ => None,
    }
}

/// Throttles calls that arrive faster than AWS allows.
pub(crate) fn aws_rates() -> Rule {
    let mut buckets: BTreeMap<Limit, (f64, Instant)> = BTreeMap::new();
    Rule::when(move |call, _| {
        let limit = limit(&call.service, &call.operation)?;
        let now = Instant::now();
        let (tokens, at) = buckets.entry(limit).or_insert((f64::from(limit.burst), now));
        let refilled = now.duration_since(*at).as_secs_f64() * f64::from(limit.per_second);
        (*tokens, *at) = ((*tokens + refilled).min(f64::from(limit.burst)), now);
        if *tokens >= 1.0 {
            *tokens -= 1.0;
            return None;
        }
        Some(Fault::Answer(words::throttled(&call.service)))
    })
}

/// What limited a list of calls.
#[derive(Debug)]
pub(crate) struct Limited {
    pub(crate) refused: usize,
    pub(crate) done: usize,
    /// The minimum time for the executed calls under AWS's limits, however they are sent.
    pub(crate) allowed: Duration,
    /// The limit that determines this time.
    pub(crate) slowest: &'static str,
}

pub(crate) fn limited(calls: &[Call]) -> Limited {
    let is_refused = |call: &&Call| matches!(call.status, Some(400 | 429)) && call.upstream.is_none();
    let refused = calls.iter().filter(is_refused).count();
    let mut counts: BTreeMap<Limit, u32> = BTreeMap::new();
    for limit in calls.iter().filter(|call| !is_refused(call)).filter_map(|call| limit(&call.service, &call.operation))
    {
        *counts.entry(limit).or_default() += 1;
    }
    let takes = |(limit, count): (&Limit, &u32)| {
        let seconds = f64::from(count.saturating_sub(limit.burst)) / f64::from(limit.per_second);
        (Duration::from_secs_f64(seconds), limit.of)
    };
    let (allowed, slowest) = counts.iter().map(takes).max().unwrap_or_default();
    Limited { refused, done: calls.len() - refused, allowed, slowest }
}
