//! The limits in a kind's schema: the lengths, patterns, ranges and allowed values of its properties.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::attributes::resolved;

/// The keywords of JSON schema that limit a value.
const LIMITS: [&str; 7] = ["pattern", "minLength", "maxLength", "minimum", "maximum", "enum", "maxItems"];

/// The keywords that contain the parts of a value. The choices of `anyOf` and `oneOf` are not followed: a value may
/// exceed the limits of one of them.
const PARTS: [&str; 2] = ["properties", "patternProperties"];

/// A kind's schema, reduced to the limits of its properties.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Limits(Value);

/// A limit of a part of a resource's properties.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limited<'v> {
    /// The path: the keys, with `[]` for the items of a list.
    pub path: String,
    /// The keys of its place in the template.
    pub at: Vec<String>,
    /// The value.
    pub value: &'v Value,
    /// The keywords for a value of this type.
    pub limit: Map<String, Value>,
}

impl Limits {
    /// The limits of a schema as `DescribeType` returns it.
    pub(super) fn of(schema: &Value) -> Self {
        let parts = ["properties", "definitions"].map(|part| (part.to_owned(), each(&schema[part])));
        Self(Value::Object(parts.into_iter().collect()))
    }

    /// The limits of every value in these properties.
    #[must_use]
    pub fn on<'v>(&self, properties: &'v Map<String, Value>) -> Vec<Limited<'v>> {
        let mut all = Vec::new();
        for (name, value) in properties {
            self.collect(&self.0["properties"][name], name.clone(), vec![name.clone()], value, &mut all);
        }
        all
    }

    fn collect<'v>(&self, schema: &Value, path: String, at: Vec<String>, value: &'v Value, all: &mut Vec<Limited<'v>>) {
        let schema = resolved(&self.0, schema);
        match value {
            Value::Object(map) => {
                for (name, inner) in map {
                    let own = schema["properties"].get(name);
                    // With several patterns, a name alone does not show the schema of its value.
                    let mut patterns = schema["patternProperties"].as_object().into_iter().flat_map(Map::values);
                    let only = patterns.next().filter(|_| patterns.next().is_none());
                    let Some(part) = own.or(only) else { continue };
                    let at = [at.clone(), vec![name.clone()]].concat();
                    self.collect(part, format!("{path}.{name}"), at, inner, all);
                }
            }
            Value::Array(items) => {
                for item in items {
                    self.collect(&schema["items"], format!("{path}[]"), at.clone(), item, all);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
        let limit = for_type(schema, value);
        if !limit.is_empty() {
            all.push(Limited { path, at, value, limit });
        }
    }
}

fn each(schemas: &Value) -> Value {
    let schemas = schemas.as_object().into_iter().flatten();
    Value::Object(schemas.map(|(name, schema)| (name.clone(), reduced(schema))).collect())
}

fn reduced(schema: &Value) -> Value {
    let kept = schema.as_object().into_iter().flatten().filter_map(|(key, value)| {
        let value = match key.as_str() {
            "items" => reduced(value),
            key if PARTS.contains(&key) => each(value),
            key if LIMITS.contains(&key) || key == "$ref" => value.clone(),
            _ => return None,
        };
        Some((key.clone(), value))
    });
    Value::Object(kept.collect())
}

/// The limits of a schema that are meant for a value of this type: `minLength` is for texts only.
fn for_type(schema: &Value, value: &Value) -> Map<String, Value> {
    let keywords: &[&str] = match value {
        Value::String(_) => &["pattern", "minLength", "maxLength", "enum"],
        Value::Number(_) => &["minimum", "maximum", "enum"],
        Value::Bool(_) => &["enum"],
        Value::Array(_) => &["maxItems"],
        Value::Object(_) | Value::Null => &[],
    };
    keywords.iter().filter_map(|key| Some(((*key).to_owned(), schema.get(*key)?.clone()))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_part_of_the_properties_has_the_limits_for_its_type() {
        let limits = Limits::of(&json!({
            "properties": {
                "Name": {"type": "string", "description": "d", "maxLength": 3},
                "Document": {"type": ["object", "string"], "minLength": 2},
                "Rules": {"type": "array", "maxItems": 2, "items": {"$ref": "#/definitions/Rule"}},
                "Labels": {"patternProperties": {".*": {"type": "string", "pattern": "^a"}}},
                "Either": {"anyOf": [{"maximum": 1}, {"maximum": 2}]},
            },
            "definitions": {
                "Rule": {"properties": {"Days": {"$ref": "#/definitions/Days"}, "Next": {"$ref": "#/definitions/Rule"}}},
                "Days": {"type": "integer", "minimum": 1, "maximum": 9, "maxLength": 1},
            },
        }));
        let properties = json!({
            "Name": "films", "Document": {"a": 1}, "Either": 3, "Unknown": "x", "Labels": {"team": "b"},
            "Rules": [{"Days": 0}, {"Next": {"Next": {"Days": 10}}}],
        });
        let found = limits.on(properties.as_object().unwrap()).into_iter();
        let found = found.map(|one| (one.path, one.at.join("/"), Value::Object(one.limit))).collect::<Vec<_>>();
        let days = json!({"minimum": 1, "maximum": 9});
        let expected = [
            ("Name", "Name", json!({"maxLength": 3})),
            ("Labels.team", "Labels/team", json!({"pattern": "^a"})),
            ("Rules[].Days", "Rules/Days", days.clone()),
            ("Rules[].Next.Next.Days", "Rules/Next/Next/Days", days),
            ("Rules", "Rules", json!({"maxItems": 2})),
        ];
        assert_eq!(found, expected.map(|(path, at, limit)| (path.to_owned(), at.to_owned(), limit)));
    }
}
