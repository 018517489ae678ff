//! What templates mean: every function in each of its forms.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use super::*;
use crate::place::Place;

fn resolved(text: &str, file: &str, given: &[(&str, &str)]) -> Resolved {
    let given = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let template = Template::from_source(Source::in_memory(Path::new(file), text)).unwrap();
    template.resolve(&given, &"chat".parse().unwrap(), &Place::new("eu-west-1")).unwrap()
}

/// The value of the property `V` of a resource, in a template with everything that it may refer to.
fn value_of(expression: &Value) -> Value {
    let template = json!({
        "Parameters": {
            "Name": {"Type": "String", "Default": "chat"},
            "Size": {"Type": "Number", "Default": 512},
            "Zones": {"Type": "CommaDelimitedList", "Default": "a, b,c"},
        },
        "Mappings": {"Prices": {"eu-west-1": {"chat": "cheap", "list": ["x", "y"]}}},
        "Conditions": {
            "Yes": {"Fn::Equals": [{"Ref": "Name"}, "chat"]},
            "No": {"Fn::Not": [{"Condition": "Yes"}]},
            "Both": {"Fn::And": [{"Condition": "Yes"}, {"Fn::Equals": [{"Ref": "Size"}, 512]}]},
            "Either": {"Fn::Or": [{"Condition": "No"}, {"Condition": "Both"}]},
        },
        "Resources": {"R": {"Type": "T", "Properties": {"V": expression}}, "Role": {"Type": "T"}},
    });
    let resolved = resolved(&template.to_string(), "t.json", &[]);
    let resource = resolved.resources.into_iter().find(|one| one.logical_id == "R").unwrap();
    resource.properties.get("V").cloned().unwrap_or_default()
}

#[test]
fn every_function_means_the_same_in_short_long_and_json_form() {
    let role = |attribute: &str| Reference::new("Role", attribute).to_string();
    let account = Reference::account().to_string();
    for (short, long, meaning) in [
        ("!Ref Name", "{Ref: Name}", json!("chat")),
        ("!Ref Size", "{Ref: Size}", json!("512")),
        ("!Ref Zones", "{Ref: Zones}", json!(["a", "b", "c"])),
        ("!Ref Role", "{Ref: Role}", json!(role("Ref"))),
        ("!Ref AWS::Region", "{Ref: 'AWS::Region'}", json!("eu-west-1")),
        ("!Ref AWS::Partition", "{Ref: 'AWS::Partition'}", json!("aws")),
        ("!Ref AWS::URLSuffix", "{Ref: 'AWS::URLSuffix'}", json!("amazonaws.com")),
        ("!Ref AWS::StackName", "{Ref: 'AWS::StackName'}", json!("chat")),
        ("!Ref AWS::AccountId", "{Ref: 'AWS::AccountId'}", json!(account)),
        ("!Ref AWS::NoValue", "{Ref: 'AWS::NoValue'}", Value::Null),
        ("!GetAtt Role.Arn", "{'Fn::GetAtt': [Role, Arn]}", json!(role("Arn"))),
        ("!GetAtt [Role, Arn]", "{'Fn::GetAtt': Role.Arn}", json!(role("Arn"))),
        ("!Sub 'a-${Name}-${!Name}'", "{'Fn::Sub': 'a-${Name}-${!Name}'}", json!("a-chat-${Name}")),
        ("!Sub '${Role.Arn}/*'", "{'Fn::Sub': '${Role.Arn}/*'}", json!(format!("{}/*", role("Arn")))),
        ("!Sub '${AWS::Region}'", "{'Fn::Sub': '${AWS::Region}'}", json!("eu-west-1")),
        ("!Sub ['${X}${Name}', {X: !Ref Size}]", "{'Fn::Sub': ['${X}${Name}', {X: {Ref: Size}}]}", json!("512chat")),
        ("!Join ['-', [a, !Ref Name, 5]]", "{'Fn::Join': ['-', [a, {Ref: Name}, 5]]}", json!("a-chat-5")),
        ("!Join [':', !Ref Zones]", "{'Fn::Join': [':', {Ref: Zones}]}", json!("a:b:c")),
        ("!Join ['', [a, !Ref AWS::NoValue]]", "{'Fn::Join': ['', [a, {Ref: 'AWS::NoValue'}]]}", json!("a")),
        ("!Select [1, !Ref Zones]", "{'Fn::Select': [1, {Ref: Zones}]}", json!("b")),
        ("!Select ['0', [a]]", "{'Fn::Select': ['0', [a]]}", json!("a")),
        ("!Split ['-', a-b]", "{'Fn::Split': ['-', a-b]}", json!(["a", "b"])),
        (
            "!Select [1, !Split ['-', !Ref AWS::Region]]",
            "{'Fn::Select': [1, {'Fn::Split': ['-', {Ref: 'AWS::Region'}]}]}",
            json!("west"),
        ),
        ("!If [Yes, a, b]", "{'Fn::If': [Yes, a, b]}", json!("a")),
        ("!If [No, a, b]", "{'Fn::If': [No, a, b]}", json!("b")),
        ("!If [Both, a, b]", "{'Fn::If': [Both, a, b]}", json!("a")),
        ("!If [Either, a, b]", "{'Fn::If': [Either, a, b]}", json!("a")),
        ("!If [No, a, !Ref AWS::NoValue]", "{'Fn::If': [No, a, {Ref: 'AWS::NoValue'}]}", Value::Null),
        ("!If [Yes, {A: !Ref Name}, b]", "{'Fn::If': [Yes, {A: {Ref: Name}}, b]}", json!({"A": "chat"})),
        (
            "!FindInMap [Prices, !Ref AWS::Region, !Ref Name]",
            "{'Fn::FindInMap': [Prices, {Ref: 'AWS::Region'}, {Ref: Name}]}",
            json!("cheap"),
        ),
        (
            "!Select [1, !FindInMap [Prices, eu-west-1, list]]",
            "{'Fn::Select': [1, {'Fn::FindInMap': [Prices, eu-west-1, list]}]}",
            json!("y"),
        ),
        ("!Base64 hello", "{'Fn::Base64': hello}", json!("aGVsbG8=")),
        ("!Base64 {Ref: Name}", "{'Fn::Base64': {Ref: Name}}", json!("Y2hhdA==")),
    ] {
        let read = |text: &str| yaml::parse(&Source::in_memory(Path::new("t.yaml"), text)).unwrap();
        let (short_form, long_form) = (read(short), read(long));
        assert_eq!(value_of(&short_form), meaning, "{short}");
        assert_eq!(value_of(&long_form), meaning, "{long}");
        assert_eq!(value_of(&read(&long_form.to_string())), meaning, "{long} as JSON");
    }
}

#[test]
fn what_has_no_value_takes_its_key_and_its_place_in_a_list_with_it() {
    let nothing = json!({"Ref": "AWS::NoValue"});
    assert_eq!(value_of(&json!({"A": nothing, "B": ["x", nothing, "y"]})), json!({"B": ["x", "y"]}));
}

#[test]
fn a_policys_condition_is_not_taken_for_a_function() {
    let statement = json!({"Condition": {"StringEquals": {"k": {"Ref": "Name"}}}});
    assert_eq!(value_of(&statement), json!({"Condition": {"StringEquals": {"k": "chat"}}}));
}

const STACK: &str = "
Parameters:
  Env: {Type: String, Default: dev, AllowedValues: [dev, prod]}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
Resources:
  Last: {Type: T, DependsOn: [Middle, Optional], DeletionPolicy: Retain}
  Middle: {Type: T, Properties: {Of: !Ref First}}
  First: {Type: T, Metadata: {a: b}, UpdateReplacePolicy: Retain}
  Optional: {Type: T, Condition: IsProd, DeletionPolicy: RetainExceptOnCreate, DependsOn: First}
Outputs:
  Name: {Value: !Ref First, Description: the first, Export: {Name: x}}
  Size: {Value: 5}
  Only: {Value: !Ref Optional, Condition: IsProd}
";

fn ids(resolved: &Resolved) -> Vec<&str> {
    resolved.resources.iter().map(|one| one.logical_id.as_str()).collect()
}

#[test]
fn a_condition_decides_over_resources_outputs_and_dependencies() {
    let dev = resolved(STACK, "t.yaml", &[]);
    assert_eq!(ids(&dev), ["First", "Middle", "Last"]);
    assert_eq!(dev.resources[2].needs, ["Middle".to_owned()].into());
    assert_eq!(dev.outputs.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["Name", "Size"]);
    let prod = resolved(STACK, "t.yaml", &[("Env", "prod")]);
    assert_eq!(ids(&prod), ["First", "Middle", "Optional", "Last"]);
    assert_eq!(prod.resources[3].needs, ["Middle".to_owned(), "Optional".to_owned()].into());
    assert_eq!(prod.outputs.len(), 3);
}

#[test]
fn deletion_policies_are_kept() {
    let prod = resolved(STACK, "t.yaml", &[("Env", "prod")]);
    let policies: BTreeMap<_, _> =
        prod.resources.iter().map(|one| (one.logical_id.as_str(), one.deletion_policy)).collect();
    assert_eq!(policies["First"], DeletionPolicy::Delete);
    assert_eq!(policies["Last"], DeletionPolicy::Retain);
    assert_eq!(policies["Optional"], DeletionPolicy::RetainExceptOnCreate);
}

#[test]
fn a_template_means_the_same_as_yaml_and_as_json() {
    let flat = Template::from_source(Source::in_memory(Path::new("t.yaml"), STACK)).unwrap().flat().to_string();
    assert_eq!(resolved(STACK, "t.yaml", &[]), resolved(&flat, "t.json", &[]));
}
