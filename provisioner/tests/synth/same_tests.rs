//! The comparison can fail: it finds each change of a template.

use serde_json::{Value, json};

use crate::project::Project;
use crate::same::differences;

#[test]
fn forms_with_the_same_meaning_are_equal() {
    for (one, other) in [
        (json!({"Fn::Sub": "a-${R}"}), json!({"Fn::Join": ["", ["a-", {"Ref": "R"}]]})),
        (json!({"Fn::Sub": "${R.Arn}/x"}), json!({"Fn::Join": ["", [{"Fn::GetAtt": ["R", "Arn"]}, "/", "x"]]})),
        (json!({"Fn::Sub": "${R}"}), json!({"Ref": "R"})),
        (json!({"Fn::Sub": "${!R}"}), json!("${R}")),
        (json!({"Fn::GetAtt": "R.Arn"}), json!({"Fn::GetAtt": ["R", "Arn"]})),
        (json!({"DependsOn": "R"}), json!({"DependsOn": ["R"]})),
        (json!({"DependsOn": ["R", "A"]}), json!({"DependsOn": ["A", "R"]})),
        (json!({"Size": "7", "On": "true"}), json!({"Size": 7, "On": true})),
    ] {
        assert_eq!(differences(&one, &other), [""; 0], "{one} and {other}");
    }
}

#[test]
fn forms_with_different_meanings_differ() {
    for (one, other) in [
        (json!({"Fn::Sub": "a-${R}"}), json!({"Fn::Sub": "a-${S}"})),
        (json!({"Fn::Sub": "a-${R}"}), json!("a-${R}")),
        (json!({"Fn::Join": [",", ["a", "b"]]}), json!({"Fn::Join": ["", ["a", "b"]]})),
        (json!({"Fn::GetAtt": "R.Arn"}), json!({"Ref": "R"})),
        (json!(["a", "b"]), json!(["b", "a"])),
        (json!({"A": 1}), json!({"A": 1, "B": 2})),
        (json!({"A": null}), json!({"A": "null"})),
        (json!("7.0"), json!(7)),
    ] {
        assert!(!differences(&one, &other).is_empty(), "{one} and {other}");
    }
}

/// Changes and removes each value of the chat's own template in turn.
#[test]
fn every_change_of_the_template_is_a_difference() {
    let template = Project::new().resolved(&["--parameter", "Streaming=true"]);
    let places = places(&template, "");
    assert!(places.len() > 200, "{} places", places.len());
    for place in places {
        let mut changed = template.clone();
        let value = changed.pointer_mut(&place).expect("the place");
        *value = match value {
            Value::String(text) => json!(format!("{text}~")),
            Value::Number(number) => json!(number.as_f64().expect("a number") + 1.0),
            Value::Bool(flag) => json!(!*flag),
            Value::Null | Value::Array(_) | Value::Object(_) => json!("~"),
        };
        assert!(!differences(&template, &changed).is_empty(), "a change of {place}");

        let mut changed = template.clone();
        let (above, key) = place.rsplit_once('/').expect("a key");
        match changed.pointer_mut(above).expect("the place above") {
            Value::Object(object) => drop(object.remove(&key.replace("~1", "/").replace("~0", "~"))),
            Value::Array(items) => drop(items.remove(key.parse().expect("an index"))),
            other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
                panic!("{other} has no members")
            }
        }
        assert!(!differences(&template, &changed).is_empty(), "{place} taken away");
    }
}

fn places(value: &Value, path: &str) -> Vec<String> {
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(object) => {
            object.iter().map(|(key, value)| (key.replace('~', "~0").replace('/', "~1"), value)).collect()
        }
        Value::Array(items) => items.iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    let below = inner.into_iter().flat_map(|(key, value)| {
        let place = format!("{path}/{key}");
        let mut places = places(value, &place);
        places.push(place);
        places
    });
    below.collect()
}
