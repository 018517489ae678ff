//! Checks whether a statement of a function's resource policy allows API Gateway to make a call.
//!
//! API Gateway sends the ARN of the route as the source ARN, and Lambda compares it by `ArnLike` with the statement's:
//!
//! - a route with a method: `API/STAGE/METHOD/PATH`, with the path of the route key (`/books/{id}`, not `/books/7`) and the
//!   method of the request, also where the key says `ANY` (aws-cdk-lib's `HttpLambdaIntegration` and aws-sam-translator's
//!   `HttpApi` write `*` for `ANY`; `ANY` itself allows nothing: aws/serverless-application-model issue 296);
//! - the `$default` route: `API/STAGE/$default`, without a method (aws/serverless-application-model issue 1860);
//! - a route of a WebSocket API: `API/STAGE/KEY` (API Gateway developer guide, "Control access to WebSocket APIs with IAM
//!   authorization");
//! - an authorizer: `API/authorizers/ID`, without a stage ("Control access to HTTP APIs with AWS Lambda authorizers").
//!
//! A character of Unicode's private use area represents a value that is not known yet, such as the id of an API that
//! does not exist: equal values have the same character. [`OWN_API`] represents the id of the API that makes the call,
//! and [`ANY_TEXT`] the result of a deferred function.

use crate::desired::METHODS;

/// The API that makes a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Api<'a> {
    pub(super) partition: &'a str,
    pub(super) region: &'a str,
    pub(super) account: &'a str,
    pub(super) id: &'a str,
}

/// The part of an API that calls the function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Caller<'a> {
    /// A route of an HTTP API with one method.
    Method { method: &'a str, path: &'a str },
    /// A route of an HTTP API with every method.
    Any { path: &'a str },
    /// A route without a method: `$default`, or a key of a WebSocket API.
    Key(&'a str),
    /// A Lambda authorizer, by its id.
    Authorizer(&'a str),
}

/// The conditions of a statement on the source of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Source<'a> {
    /// `SourceArn`, by `ArnLike`.
    pub(super) arn: Option<&'a str>,
    /// `SourceAccount`, by `StringEquals`.
    pub(super) account: Option<&'a str>,
}

impl<'a> Caller<'a> {
    /// The caller for a route key.
    pub(super) fn of_key(key: &'a str) -> Self {
        match key.split_once(' ') {
            Some(("ANY", path)) => Self::Any { path },
            Some((method, path)) => Self::Method { method, path },
            None => Self::Key(key),
        }
    }

    /// The text after the API's id in the source ARNs of its calls, on a stage.
    fn calls(&self, stage: &str) -> Vec<String> {
        match self {
            Self::Method { method, path } => vec![format!("{stage}/{method}{path}")],
            Self::Any { path } => METHODS.iter().map(|method| format!("{stage}/{method}{path}")).collect(),
            Self::Key(key) => vec![format!("{stage}/{key}")],
            Self::Authorizer(id) => vec![format!("authorizers/{id}")],
        }
    }

    /// The text after the API's id in the narrowest source ARN that allows its calls on every stage.
    pub(super) fn advice(&self) -> String {
        match self {
            Self::Any { path } => format!("*/*{path}"),
            Self::Method { .. } | Self::Key(_) | Self::Authorizer(_) => self.calls("*").concat(),
        }
    }
}

/// Whether `sources` together allow all calls of `caller` on `stage` of `api`. If the stage is not known, sources that
/// allow the calls on any stage are enough.
pub(super) fn may_call(api: &Api<'_>, caller: &Caller<'_>, stage: Option<&str>, sources: &[Source<'_>]) -> bool {
    let calls = caller.calls(stage.unwrap_or(ANY_STAGE.encode_utf8(&mut [0; 4])));
    calls.iter().all(|call| {
        let Api { partition, region, account, id } = api;
        let arn = format!("arn:{partition}:execute-api:{region}:{account}:{id}/{call}");
        sources.iter().any(|source| allows(source, account, &arn))
    })
}

/// Represents a stage that is not known: the last character of the private use area.
const ANY_STAGE: char = '\u{f8ff}';

/// Represents the id of the template's API that makes the call. AWS assigns this id, so a literal id belongs to another
/// API. The id of an API that exists is replaced with this character first.
pub(super) const OWN_API: char = '\u{f8fe}';

/// Represents the result of a deferred function: it may be any text without a slash.
pub(super) const ANY_TEXT: char = '\u{f8fd}';

fn allows(source: &Source<'_>, account: &str, arn: &str) -> bool {
    let account_matches =
        source.account.is_none_or(|wanted| wanted == account || has_unknown(wanted) || has_unknown(account));
    account_matches && source.arn.is_none_or(|pattern| arn_like(pattern, arn))
}

/// IAM's `ArnLike`: "each of the six colon-delimited components of the ARN is checked separately and each can include
/// multi-character match wildcards (*) or single-character match wildcards (?)" (IAM user guide, "Condition operators").
fn arn_like(pattern: &str, arn: &str) -> bool {
    let (patterns, parts): (Vec<&str>, Vec<&str>) = (pattern.splitn(6, ':').collect(), arn.splitn(6, ':').collect());
    if patterns.len() < 6 {
        return has_unknown(pattern); // the value that is not known yet may be a whole ARN
    }
    patterns.len() == parts.len() && patterns.iter().zip(parts).all(|(pattern, part)| matches(pattern, part))
}

/// Whether a component matches. `*` matches any text, also with slashes, and `?` matches one character. A value that is
/// not known matches any text without a slash, but not another value that is not known.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    // Row `i` contains for each `j` whether the pattern from `i` matches the text from `j`. The rows are computed from
    // the end to the start, because a recursive match of several `*` would take very long.
    let mut below = vec![false; text.len() + 1];
    for i in (0..=pattern.len()).rev() {
        let mut row = vec![false; text.len() + 1];
        for j in (0..=text.len()).rev() {
            let (one, other) = (pattern.get(i).copied(), text.get(j).copied());
            let (without_one, without_other) = (below[j], row.get(j + 1).copied().unwrap_or_default());
            let without_both = below.get(j + 1).copied().unwrap_or_default();
            row[j] = match (one, other) {
                (None, None) => true,
                (Some('*'), _) => without_one || without_other,
                (Some(one), Some(other)) if one == other => without_both,
                (Some(ANY_TEXT), other) => without_one || other.is_some_and(|c| c != '/') && without_other,
                (one, Some(ANY_TEXT)) => without_other || one.is_some_and(|c| c != '/') && without_one,
                (Some(one), Some(other)) if is_unknown(one) && is_unknown(other) => {
                    other == ANY_STAGE && (without_one || without_both)
                }
                (_, Some(OWN_API)) => false,
                (Some(one), other) if is_unknown(one) => {
                    without_one || other.is_some_and(|c| c != '/') && without_other
                }
                (one, Some(other)) if is_unknown(other) => {
                    without_other || one.is_some_and(|c| c != '/') && without_one
                }
                (Some('?'), Some(_)) => without_both,
                _ => false,
            };
        }
        below = row;
    }
    below[0]
}

fn is_unknown(character: char) -> bool {
    ('\u{e000}'..=ANY_STAGE).contains(&character)
}

fn has_unknown(text: &str) -> bool {
    text.chars().any(is_unknown)
}

#[cfg(test)]
mod tests;
