//! Routes of HTTP APIs, and their integrations.

use super::{Checked, Finding, Severity, number};
use crate::desired::METHODS;
use crate::resources::api::api_of;
use crate::resources::named::IntegrationId;
use crate::template::{begins_unknown, has_function, reserved_in};

pub(super) const ROUTE: &str = "AWS::ApiGatewayV2::Route";
pub(super) const STAGE: &str = "AWS::ApiGatewayV2::Stage";
pub(super) const INTEGRATION: &str = "AWS::ApiGatewayV2::Integration";

/// The shortest and the longest timeout of an HTTP API's integration, in milliseconds.
const TIMEOUT: std::ops::RangeInclusive<f64> = 50.0..=30_000.0;

/// Checks that a key is `METHOD /path`, or begins with `$`: `$default`, or `$connect` of WebSocket APIs.
pub(super) fn key_is_well_formed(one: &Checked) -> Option<Finding> {
    let key = one.text("RouteKey");
    let well_formed = match key.split_once(' ') {
        Some((method, path)) => {
            (method == "ANY" || METHODS.contains(&method)) && path.starts_with('/') && !path.contains(' ')
        }
        None => key.starts_with('$') || begins_unknown(key),
    };
    if !one.is(ROUTE) || well_formed {
        return None;
    }
    let cause = format!("RouteKey `{key}` is not a method and a path");
    Some(one.finding(Severity::Refused, cause, "write it as `POST /chat` with an uppercase method, or as `$default`"))
}

/// Checks that the routes in a stage's settings exist: API Gateway refuses other settings.
///
/// Its message is `Unable to find Route by key … within the provided RouteSettings`. The routes of an API that the
/// template does not declare may be outside of the template, too.
pub(super) fn settings_have_routes(one: &Checked, all: &[Checked]) -> Option<Finding> {
    if !one.is(STAGE) || !begins_unknown(one.text("ApiId")) {
        return None;
    }
    let api = api_of(one.text("ApiId"));
    let routes = || all.iter().filter(|route| route.is(ROUTE) && api_of(route.text("ApiId")) == api);
    if routes().any(|route| reserved_in(route.text("RouteKey")).is_some()) {
        return None;
    }
    let is_missing = |key: &str| !routes().any(|route| route.text("RouteKey") == key);
    // A key that is not known yet may be the key of a route.
    let mut keys = one.properties["RouteSettings"].as_object()?.keys();
    let key = keys.find(|key| reserved_in(key).is_none() && is_missing(key))?;
    let finding = one.finding(
        Severity::Unwise,
        format!("RouteSettings contains `{key}`, but the template has no such route: API Gateway refuses the stage"),
        "write the key of a route, such as `POST /chat`, or remove the settings",
    );
    Some(Finding { property: vec!["RouteSettings".to_owned(), key.clone()], ..finding })
}

/// Checks that a target is `integrations/ID`.
pub(super) fn target_is_an_integration(one: &Checked) -> Option<Finding> {
    let target = one.text("Target");
    let is_an_integration =
        IntegrationId::in_target(target).is_some_and(|IntegrationId(id)| !id.is_empty() && !id.contains('/'));
    let is_a_function = begins_unknown(target) && has_function(target);
    if !one.is(ROUTE) || target.is_empty() || is_an_integration || is_a_function {
        return None;
    }
    let cause = format!("Target `{target}` is not an integration");
    Some(one.finding(Severity::Refused, cause, "write it as `!Sub 'integrations/${INTEGRATION}'`"))
}

/// Checks that the payload format version is one of the two that exist.
pub(super) fn payload_version_exists(one: &Checked) -> Option<Finding> {
    let version = one.text("PayloadFormatVersion");
    if !one.is(INTEGRATION) || ["", "1.0", "2.0"].contains(&version) || begins_unknown(version) {
        return None;
    }
    let cause = format!("PayloadFormatVersion `{version}` does not exist");
    Some(one.finding(Severity::Refused, cause, "write '2.0', or '1.0' for the events of REST APIs, in quotes"))
}

/// Checks that an integration's timeout is in range: an HTTP API waits 30 seconds at most.
pub(super) fn timeout_is_in_range(one: &Checked) -> Option<Finding> {
    let timeout = number(&one.properties["TimeoutInMillis"]).filter(|timeout| !TIMEOUT.contains(timeout))?;
    if !one.is(INTEGRATION) {
        return None;
    }
    let cause = format!("TimeoutInMillis {timeout} is not between {} and {}", TIMEOUT.start(), TIMEOUT.end());
    Some(one.finding(
        Severity::Refused,
        cause,
        "lower it to 30 seconds or less, or stream the response: an HTTP API does not wait longer",
    ))
}
