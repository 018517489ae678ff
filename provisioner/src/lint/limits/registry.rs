//! The limits of kinds without a type here, from the schemas that the registry returned.
//!
//! CloudFormation and Cloud Control compare the properties with the schema. They are written in Java: a pattern may
//! match any part of a text, and its classes are those of `java.util.regex`.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::limit::{Limit, Pattern, Rule};
use super::walk::Found;
use crate::resources::other::{Limited, Other};

/// Every value of a resource for which the schema of its kind has a limit, with the path of the limit.
pub(super) fn limited(other: &Other) -> Vec<(Found<'_>, Rule)> {
    let limits = other.schema.iter().flat_map(|schema| schema.limits.on(&other.properties));
    let rule = |Limited { path, at, value, limit }| {
        let found = Found { at, value: Cow::Borrowed(value), is_key: false };
        (found, Rule::of_schema(path, read(limit)))
    };
    limits.map(rule).collect()
}

/// Reads the keywords of a schema. A keyword that cannot be read is not a limit here: AWS checks it.
fn read(mut keywords: Map<String, Value>) -> Limit {
    let pattern = keywords.shift_remove("pattern");
    let pattern = pattern.as_ref().and_then(Value::as_str).and_then(Pattern::of_java);
    let limit: Limit = serde_json::from_value(Value::Object(keywords)).unwrap_or_default();
    limit.of_given_text(pattern)
}
