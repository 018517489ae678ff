//! The metrics that Lambda reports to CloudWatch for a version behind an alias, written in its place: the emulator runs
//! functions and reports no metrics.

use std::time::SystemTime;

use aws_sdk_cloudwatch::types::{Dimension, MetricDatum};

use super::account::Account;

/// Counts invocations of `version` through the alias, and how many of them failed.
pub(crate) async fn count(
    account: &Account,
    function: &str,
    alias: &str,
    version: &str,
    invocations: u32,
    errors: u32,
) {
    let resource = format!("{function}:{alias}");
    let of = [("FunctionName", function), ("Resource", resource.as_str()), ("ExecutedVersion", version)];
    let of = of.map(|(name, value)| Dimension::builder().name(name).value(value).build());
    let datum = |metric: &str, value: u32| {
        let datum = MetricDatum::builder().metric_name(metric).value(value.into()).timestamp(SystemTime::now().into());
        datum.set_dimensions(Some(of.to_vec())).build()
    };
    aws_sdk_cloudwatch::Client::new(&account.sdk())
        .put_metric_data()
        .namespace("AWS/Lambda")
        .metric_data(datum("Invocations", invocations))
        .metric_data(datum("Errors", errors))
        .send()
        .await
        .expect("metrics taken");
}
