//! Alarms and dashboards.

use serde_json::Value;

use super::{Checked, Finding, Severity, number};
use crate::template::with_unknown_as;

/// Checks that an alarm does not need more breaching datapoints than it evaluates.
pub(super) fn alarm_can_fire(one: &Checked) -> Option<Finding> {
    if !one.is("AWS::CloudWatch::Alarm") {
        return None;
    }
    let (datapoints, periods) =
        (number(&one.properties["DatapointsToAlarm"])?, number(&one.properties["EvaluationPeriods"])?);
    if datapoints <= periods {
        return None;
    }
    let cause = format!("DatapointsToAlarm {datapoints} is more than EvaluationPeriods {periods}");
    Some(one.finding(Severity::Refused, cause, "raise EvaluationPeriods, or lower DatapointsToAlarm"))
}

/// Checks that a dashboard's body is a JSON object, written as text.
pub(super) fn dashboard_is_json(one: &Checked) -> Option<Finding> {
    let body = one.properties.get("DashboardBody").filter(|_| one.is("AWS::CloudWatch::Dashboard"))?;
    let Value::String(text) = body else { return None };
    // A value that is not known yet is text inside quotes; outside of quotes it may be a number.
    let known = with_unknown_as(text, "0");
    let error = match serde_json::from_str::<Value>(&known) {
        Ok(Value::Object(_)) => return None,
        Ok(_) => "it is not an object".to_owned(),
        Err(error) => error.to_string(),
    };
    let hint = "check the text with a JSON parser, and look for an extra comma or a missing quote";
    Some(one.finding(Severity::Refused, format!("DashboardBody is not JSON: {error}"), hint))
}
