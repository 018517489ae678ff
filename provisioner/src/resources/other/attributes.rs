//! The attributes that `Fn::GetAtt` can request from a kind of the registry, and their values.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::super::kind::Ids;
use super::identity::{Identifier, physical_id};

/// The maximum depth of the search for an attribute; a deeper name is accepted without a check.
const DEPTH: usize = 4;

/// The end of a path below which any name is an attribute, such as `Outputs.*`.
const ANY: &str = ".*";

/// The attributes of a schema: every property that AWS returns, and the properties of objects, by dotted path.
///
/// For most kinds, `Fn::GetAtt` in CloudFormation returns read-only properties only; Cloud Control returns the others
/// as well.
pub(super) fn in_schema(schema: &Value) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        collect(schema, property, name, 1, &mut paths);
    }
    let listed = |key: &str| {
        let paths = schema[key].as_array().into_iter().flatten().filter_map(Value::as_str);
        paths
            .filter_map(|path| path.strip_prefix("/properties/"))
            .map(|path| path.replace('/', "."))
            .collect::<Vec<_>>()
    };
    paths.extend(listed("readOnlyProperties"));
    for never_answered in listed("writeOnlyProperties") {
        let below = format!("{never_answered}.");
        paths.retain(|path| *path != never_answered && !path.starts_with(&below));
    }
    paths
}

fn collect(schema: &Value, property: &Value, path: &str, depth: usize, paths: &mut BTreeSet<String>) {
    paths.insert(path.to_owned());
    let property = resolved(schema, property);
    let is_object = property["type"] == "object" || property.get("properties").is_some();
    let choice = ["anyOf", "oneOf", "allOf"].iter().any(|key| property.get(key).is_some());
    match property["properties"].as_object() {
        Some(inner) if depth < DEPTH => {
            for (name, inner) in inner {
                collect(schema, inner, &format!("{path}.{name}"), depth + 1, paths);
            }
        }
        inner if inner.is_some() || is_object || choice => drop(paths.insert(format!("{path}{ANY}"))),
        _ => {}
    }
}

/// The target of a `$ref` in a schema. A chain of references is followed up to the maximum depth of an attribute.
pub(super) fn resolved<'s>(schema: &'s Value, property: &'s Value) -> &'s Value {
    let mut property = property;
    for _ in 0..DEPTH {
        let Some(pointer) = property["$ref"].as_str().and_then(|target| target.strip_prefix('#')) else { break };
        property = schema.pointer(pointer).unwrap_or(&Value::Null);
    }
    property
}

/// Whether one of these attributes has this name.
pub(super) fn has(attributes: &BTreeSet<String>, name: &str) -> bool {
    let below = |path: &String| {
        path.strip_suffix(ANY).is_some_and(|path| name.strip_prefix(path).is_some_and(|rest| rest.starts_with('.')))
    };
    attributes.contains(name) || attributes.iter().any(below)
}

/// The values that AWS assigned to a resource: the value of `Ref`, and all properties except maps, nested ones by their
/// dotted path. A list stays a list.
pub(super) fn assigned(kind: &str, identifier: &Identifier, properties: &Map<String, Value>) -> Ids {
    let mut ids = Ids::new();
    let mut inside = vec![(String::new(), properties)];
    while let Some((path, map)) = inside.pop() {
        for (key, value) in map {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            match value {
                Value::Object(map) => inside.push((path, map)),
                Value::String(_) | Value::Array(_) => ids.insert(path, value.clone()),
                Value::Number(_) | Value::Bool(_) => ids.insert(path, value.to_string()),
                Value::Null => {}
            }
        }
    }
    // A template cannot request a property with the name `Ref`.
    ids.remove(Ids::REF);
    ids.extend(physical_id(kind, identifier, properties).map(|id| (Ids::REF.to_owned(), id)));
    ids
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn attributes_are_the_properties_of_the_schema_and_those_inside_objects() {
        let attributes = in_schema(&json!({
            "properties": {
                "Endpoint": {"$ref": "#/definitions/Endpoint"},
                "Ports": {"type": "array", "items": {"type": "object", "properties": {"Number": {}}}},
                "Password": {"type": "string"},
                "Settings": {"type": "object", "properties": {"Secret": {"type": "string"}, "Name": {"type": "string"}}},
                "Outputs": {"type": "object"},
            },
            "definitions": {"Endpoint": {"type": "object", "properties": {
                "Address": {"type": "string"}, "Self": {"$ref": "#/definitions/Endpoint"},
            }}},
            "readOnlyProperties": ["/properties/Endpoint", "/properties/Arn"],
            "writeOnlyProperties": ["/properties/Password", "/properties/Settings/Secret"],
        }));
        for name in
            ["Endpoint", "Endpoint.Address", "Endpoint.Self.Address", "Ports", "Settings.Name", "Outputs.Any", "Arn"]
        {
            assert!(has(&attributes, name), "{name} in {attributes:?}");
        }
        for name in ["Endpoint.Adress", "Ports.Number", "Password", "Settings.Secret", "OutputsAny", "Arm", "Ref", ""] {
            assert!(!has(&attributes, name), "{name} in {attributes:?}");
        }
        assert!(has(&attributes, "Endpoint.Self.Self.Self.Self.Anything"), "what lies deeper is not looked at");
    }

    #[test]
    fn values_inside_objects_have_dotted_names_and_lists_stay_lists() {
        let properties = json!({
            "DBInstanceIdentifier": "films", "Endpoint": {"Address": "films.example", "Port": 5432},
            "VPCSecurityGroups": ["sg-1", "sg-2"], "MultiAZ": false, "Nothing": null,
        });
        let ids = assigned("AWS::RDS::DBInstance", &Identifier::new("films"), properties.as_object().unwrap());
        let expected = [
            ("DBInstanceIdentifier", json!("films")),
            ("Endpoint.Address", json!("films.example")),
            ("Endpoint.Port", json!("5432")),
            ("MultiAZ", json!("false")),
            ("Ref", json!("films")),
            ("VPCSecurityGroups", json!(["sg-1", "sg-2"])),
        ];
        assert_eq!(ids, expected.map(|(name, value)| (name.to_owned(), value)).into());
    }

    #[test]
    fn ref_is_absent_where_aws_did_not_answer_it() {
        let ids = assigned("AWS::Cognito::UserPoolClient", &Identifier::new("pool|client"), &Map::new());
        assert_eq!(ids, Ids::new());
    }
}
