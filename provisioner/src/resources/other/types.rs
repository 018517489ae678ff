//! The types of a kind's properties, and the conversion of scalars to these types.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::super::scalar;

/// A type in a schema of the registry, if the value has a single type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Type {
    /// Text.
    Text,
    /// A whole number.
    Whole,
    /// Any number.
    Number,
    /// True or false.
    Flag,
    /// A list, and the type of its items.
    List(Option<Box<Type>>),
    /// A map: the types by name, and the type of all other names.
    Map(BTreeMap<String, Type>, Option<Box<Type>>),
    /// The type that the schema defines under this name.
    Defined(String),
}

/// The types of a schema: those of its properties, and its definitions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Types {
    properties: BTreeMap<String, Type>,
    definitions: BTreeMap<String, Type>,
}

impl Types {
    /// The types of a schema as `DescribeType` returns it.
    pub(super) fn of(schema: &Value) -> Self {
        let all = |key: &str| named(schema[key].as_object());
        Self { properties: all("properties"), definitions: all("definitions") }
    }

    /// Whether the value at a dotted path of properties is a map.
    pub fn is_map(&self, path: &str) -> bool {
        matches!(self.at(path), Some(Type::Map(..)))
    }

    /// Whether the value at a dotted path of properties is a list.
    pub fn is_list(&self, path: &str) -> bool {
        matches!(self.at(path), Some(Type::List(_)))
    }

    /// The type of the value at a dotted path of properties.
    fn at(&self, path: &str) -> Option<&Type> {
        let mut names = path.split('.');
        let first = names.next().and_then(|name| self.properties.get(name));
        let found = names.fold(first, |one, name| self.inside(one?, name));
        found.and_then(|one| self.followed(one))
    }

    /// Whether the value at a path of keys and indices has a single type that is neither a list nor a map.
    pub fn is_scalar(&self, path: &[String]) -> bool {
        let Some((first, path)) = path.split_first() else { return false };
        let found = path.iter().fold(self.properties.get(first), |one, key| self.inside(one?, key));
        let scalar = |one: &Type| matches!(one, Type::Text | Type::Whole | Type::Number | Type::Flag);
        found.and_then(|one| self.followed(one)).is_some_and(scalar)
    }

    /// The type of an item of a list, or of a value in a map.
    fn inside<'t>(&'t self, one: &'t Type, key: &str) -> Option<&'t Type> {
        match self.followed(one)? {
            Type::List(item) if key.parse::<usize>().is_ok() => item.as_deref(),
            Type::Map(by_name, others) => by_name.get(key).or(others.as_deref()),
            Type::List(_) | Type::Text | Type::Whole | Type::Number | Type::Flag | Type::Defined(_) => None,
        }
    }

    /// A property's value in the registry's types.
    ///
    /// CloudFormation accepts `"30"`, `30.0` and `30` for a whole number and `yes` for a boolean; Cloud Control accepts
    /// one form. A value that cannot be converted stays unchanged, and AWS reports what it expects.
    pub(super) fn typed(&self, property: &str, value: Value) -> Value {
        self.value(self.properties.get(property), value)
    }

    fn value(&self, wanted: Option<&Type>, value: Value) -> Value {
        let converted = match (wanted.and_then(|one| self.followed(one)), value) {
            (Some(Type::Text), value) => scalar::text(&value).map(Value::String).ok_or(value),
            (Some(Type::Whole), value) => scalar::whole_number(&value).map(Value::Number).ok_or(value),
            (Some(Type::Number), value) => scalar::number(&value).map(Value::Number).ok_or(value),
            (Some(Type::Flag), value) => scalar::flag(&value).map(Value::Bool).ok_or(value),
            (Some(Type::List(item)), Value::Array(items)) => {
                Ok(items.into_iter().map(|one| self.value(item.as_deref(), one)).collect())
            }
            (Some(Type::Map(by_name, others)), Value::Object(entries)) => {
                let typed = |(name, value): (String, Value)| {
                    let value = self.value(by_name.get(&name).or(others.as_deref()), value);
                    (name, value)
                };
                Ok(Value::Object(entries.into_iter().map(typed).collect()))
            }
            (_, value) => Err(value),
        };
        converted.unwrap_or_else(|unchanged| unchanged)
    }

    /// Resolves a name in the schema's definitions. A definition that only refers to another is followed once.
    fn followed<'t>(&'t self, one: &'t Type) -> Option<&'t Type> {
        let step = |one: &'t Type| if let Type::Defined(name) = one { self.definitions.get(name) } else { Some(one) };
        step(one).and_then(step).filter(|one| !matches!(one, Type::Defined(_)))
    }
}

fn named(properties: Option<&Map<String, Value>>) -> BTreeMap<String, Type> {
    let entries = properties.into_iter().flatten();
    entries.filter_map(|(name, property)| Some((name.clone(), Type::of(property)?))).collect()
}

impl Type {
    /// The type in a part of a schema; `None` where a value may have one of several types.
    fn of(schema: &Value) -> Option<Self> {
        if let Some(target) = schema["$ref"].as_str() {
            return target.strip_prefix("#/definitions/").map(|name| Self::Defined(name.to_owned()));
        }
        if ["anyOf", "oneOf"].iter().any(|key| schema.get(key).is_some()) && schema.get("type").is_none() {
            return None;
        }
        Some(match schema["type"].as_str() {
            Some("string") => Self::Text,
            Some("integer") => Self::Whole,
            Some("number") => Self::Number,
            Some("boolean") => Self::Flag,
            Some("array") => Self::List(Self::of(&schema["items"]).map(Box::new)),
            Some("object") => Self::map(schema),
            _ if schema["properties"].is_object() => Self::map(schema),
            _ => return None,
        })
    }

    fn map(schema: &Value) -> Self {
        let patterns = schema["patternProperties"].as_object().into_iter().flat_map(Map::values);
        let mut others = patterns.chain([&schema["additionalProperties"]]).filter(|one| one.is_object());
        let only = others.next().filter(|_| others.next().is_none());
        Self::Map(named(schema["properties"].as_object()), only.and_then(Self::of).map(Box::new))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn types() -> Types {
        Types::of(&json!({
            "properties": {
                "Seconds": {"type": "integer"},
                "Share": {"type": "number"},
                "Name": {"type": "string"},
                "Fifo": {"type": "boolean"},
                "Policy": {"type": ["object", "string"]},
                "Document": {"type": "object"},
                "Either": {"anyOf": [{"type": "integer"}, {"type": "string"}]},
                "Ports": {"type": "array", "items": {"type": "integer"}},
                "Labels": {"type": "object", "patternProperties": {".*": {"type": "string"}}},
                "Targets": {"type": "array", "items": {"$ref": "#/definitions/Target"}},
            },
            "definitions": {
                "Target": {"type": "object", "properties": {
                    "Retry": {"$ref": "#/definitions/Count"},
                    "Next": {"$ref": "#/definitions/Target"},
                }},
                "Count": {"type": "integer"},
            },
        }))
    }

    #[test]
    fn scalars_get_the_propertys_type_at_any_depth() {
        for (property, given, typed) in [
            ("Seconds", json!("30"), json!(30)),
            ("Seconds", json!(30.0), json!(30)),
            ("Seconds", json!("30.0"), json!(30)),
            ("Share", json!("0.1"), json!(0.1)),
            ("Share", json!(5), json!(5)),
            ("Name", json!(42), json!("42")),
            ("Name", json!(true), json!("true")),
            ("Fifo", json!("yes"), json!(true)),
            ("Fifo", json!("False"), json!(false)),
            ("Ports", json!(["80", 443]), json!([80, 443])),
            ("Labels", json!({"team": 7}), json!({"team": "7"})),
            (
                "Targets",
                json!([{"Retry": "3", "Next": {"Next": {"Retry": "2"}}}]),
                json!([{"Retry": 3, "Next": {"Next": {"Retry": 2}}}]),
            ),
        ] {
            assert_eq!(types().typed(property, given.clone()), typed, "{property}: {given}");
        }
    }

    #[test]
    fn a_value_without_a_single_type_or_of_another_type_stays_unchanged() {
        for (property, given) in [
            ("Seconds", json!("soon")),
            ("Seconds", json!(1.5)),
            ("Seconds", json!(true)),
            ("Seconds", json!("\u{fdd0}Queue.Delay\u{fdd1}")),
            ("Fifo", json!(1)),
            ("Policy", json!("{}")),
            ("Document", json!({"Version": "2012-10-17", "Size": "3"})),
            ("Either", json!("3")),
            ("Unknown", json!("3")),
            ("Ports", json!("80")),
            ("Name", json!(["a"])),
            ("Name", json!(null)),
        ] {
            assert_eq!(types().typed(property, given.clone()), given, "{property}");
        }
    }

    #[test]
    fn a_path_ends_at_a_list_a_scalar_or_a_value_without_a_single_type() {
        let path = |path: &str| path.split('.').map(str::to_owned).collect::<Vec<_>>();
        for scalar in ["Seconds", "Ports.0", "Labels.team", "Targets.1.Retry", "Targets.0.Next.Next.Retry"] {
            assert!(types().is_scalar(&path(scalar)) && !types().is_list(scalar), "{scalar}");
        }
        for list in ["Ports", "Targets"] {
            assert!(types().is_list(list) && !types().is_scalar(&path(list)), "{list}");
        }
        for other in ["Policy", "Either", "Document", "Document.Version", "Unknown", "Seconds.0", "Targets.0"] {
            assert!(!types().is_list(other) && !types().is_scalar(&path(other)), "{other}");
        }
    }

    #[test]
    fn a_map_is_one_by_its_definition_too() {
        let types = Types::of(&json!({
            "properties": {"Tags": {"$ref": "#/definitions/Tags"}, "List": {"type": "array"}},
            "definitions": {"Tags": {"type": "object", "patternProperties": {".*": {"type": "string"}}}},
        }));
        assert!(types.is_map("Tags") && !types.is_map("List") && !types.is_map("None"));
    }
}
