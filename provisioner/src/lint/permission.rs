//! Whether API Gateway may call what a route leads to. Without it callers get a 500, and no log says why.

use super::route::{INTEGRATION, ROUTE};
use super::{Checked, Finding, Severity};
use crate::resources::integration::function_arn;
use crate::template::references_in_text;

/// A route to a function of the template has a permission for its method and path.
pub(super) fn route_may_call(route: &Checked, all: &[Checked]) -> Option<Finding> {
    if !route.is(ROUTE) {
        return None;
    }
    let led_to = references_in_text(route.text("Target")).into_iter().next()?.logical_id;
    let integration = all.iter().find(|one| one.is(INTEGRATION) && one.logical_id == led_to)?;
    let function = name(function_arn(integration.text("IntegrationUri")));
    // What is not of this template has its permission elsewhere.
    let ours = |one: &&Checked| {
        one.is("AWS::Lambda::Function") && function.split(':').next() == Some(one.text("FunctionName"))
    };
    all.iter().find(ours)?;
    let key = route.text("RouteKey");
    let for_it: Vec<&Checked> = all.iter().filter(|one| is_for(one, function)).collect();
    if for_it.iter().any(|one| covers(one.text("SourceArn"), key)) {
        return None;
    }
    let cause = match for_it.as_slice() {
        [] => format!("API Gateway may not call `{function}`: no permission of the template allows it"),
        [one, ..] => {
            format!(
                "API Gateway may not call `{function}` for `{key}`: SourceArn of `{}` is for another",
                one.logical_id
            )
        }
    };
    let end = key.split_once(' ').map_or_else(|| "*".to_owned(), |(method, path)| format!("{method}{path}"));
    let hint = format!(
        "add an AWS::Lambda::Permission for `apigateway.amazonaws.com` with a SourceArn that ends in `/*/{end}`: without it callers get 500"
    );
    Some(route.finding(Severity::Unwise, cause, hint))
}

fn is_for(one: &Checked, function: &str) -> bool {
    let action = one.text("Action");
    one.is("AWS::Lambda::Permission")
        && one.text("Principal") == "apigateway.amazonaws.com"
        && ["lambda:InvokeFunction", "lambda:*", "*"].contains(&action)
        && name(one.text("FunctionName")) == function
}

/// The name, and the alias or version, in a function's ARN.
fn name(arn: &str) -> &str {
    arn.rsplit_once(":function:").map_or(arn, |(_, name)| name)
}

/// Whether a source ARN, `…:API/STAGE/METHOD/PATH` with `*` for any text, holds the calls of a route.
fn covers(source: &str, key: &str) -> bool {
    let Some((_, of_api)) = source.split_once(":execute-api:") else {
        return true; // no condition, or one that is not known yet
    };
    let pattern =
        of_api.splitn(3, ':').nth(2).and_then(|rest| rest.split_once('/')).map_or("*", |(_, pattern)| pattern);
    let call = match key.split_once(' ') {
        Some((method, path)) => format!("STAGE/{}{}", method.replace("ANY", "METHOD"), path),
        None => "STAGE/METHOD/path".to_owned(),
    };
    matches(pattern, &call)
}

/// IAM's `*`: any text, slashes included.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text.strip_prefix(start).is_some_and(|tail| {
            (0..=tail.len()).filter(|at| tail.is_char_boundary(*at)).any(|at| matches(rest, &tail[at..]))
        }),
    }
}
