//! Secrets in plain text: every user with read access to a function can read its environment variables.

use fancy_regex::Regex;
use serde_json::Value;

use super::{Checked, Finding, Severity};
use crate::template::references_in_text;

/// Names of secrets. They match whole words, so `MAX_TOKENS` does not match.
const NAMES: [&str; 9] =
    ["SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "TOKEN", "APIKEY", "API_KEY", "PRIVATE_KEY", "ACCESS_KEY"];

/// Patterns of some secrets: AWS access keys, keys in PEM, tokens of GitHub and Slack, keys of model providers.
const SHAPES: &str = r"^(AKIA|ASIA)[0-9A-Z]{16}$|-----BEGIN [A-Z ]*PRIVATE KEY|^gh[pousr]_[0-9A-Za-z]{20,}|^xox[abprs]-|^sk-[0-9A-Za-z_-]{16,}";

/// Checks that no variable's value is a secret.
pub(super) fn no_plain_text_secret(one: &Checked) -> Option<Finding> {
    let variables = one.properties["Environment"]["Variables"].as_object()?;
    let (name, _) = variables.iter().find(|(name, value)| looks_secret(name, value))?;
    let cause = format!("Environment.Variables.{name} looks like a secret in plain text");
    let hint =
        "store it in Secrets Manager or Parameter Store, pass the function its name, and allow the role to read it";
    Some(one.finding(Severity::Unwise, cause, hint))
}

fn looks_secret(name: &str, value: &Value) -> bool {
    let Some(text) = value.as_str().filter(|text| !text.is_empty() && references_in_text(text).is_empty()) else {
        return false;
    };
    let shaped = Regex::new(SHAPES).is_ok_and(|shapes| shapes.is_match(text).unwrap_or(false));
    // A variable should contain the name or the ARN of a secret.
    let is_a_reference = text.starts_with("arn:") || text.starts_with('/');
    let words = format!("_{}_", name.to_ascii_uppercase());
    let named = NAMES.iter().any(|secret| words.contains(&format!("_{secret}_")));
    shaped || (named && !is_a_reference)
}
