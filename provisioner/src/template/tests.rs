//! The meaning of templates: every function in each of its forms.

use std::collections::BTreeMap;
use std::path::Path;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::reference::{Deferred, whole_term};
use super::*;
use crate::error::Result;
use crate::place::Place;

fn resolved(text: &str, file: &str, given: &[(&str, &str)]) -> Resolved {
    resolved_for(text, file, given, None).unwrap()
}

fn resolved_for(text: &str, file: &str, given: &[(&str, &str)], account: Option<&str>) -> Result<Resolved> {
    let given = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let template = Template::from_source(Source::in_memory(Path::new(file), text))?;
    let (stack, place) = ("chat".parse().unwrap(), Place::new("eu-west-1"));
    template.resolve(&given, &Pseudo::Direct { stack, place, account: account.map(str::to_owned) })
}

/// The value of the property `V` of a resource, in a template with everything that the value may refer to.
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
        ("!If ['Yes', a, b]", "{'Fn::If': ['Yes', a, b]}", json!("a")),
        ("!If ['No', a, b]", "{'Fn::If': ['No', a, b]}", json!("b")),
        ("!If [Both, a, b]", "{'Fn::If': [Both, a, b]}", json!("a")),
        ("!If [Either, a, b]", "{'Fn::If': [Either, a, b]}", json!("a")),
        ("!If ['No', a, !Ref AWS::NoValue]", "{'Fn::If': ['No', a, {Ref: 'AWS::NoValue'}]}", Value::Null),
        ("!If ['Yes', {A: !Ref Name}, b]", "{'Fn::If': ['Yes', {A: {Ref: Name}}, b]}", json!({"A": "chat"})),
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
        let read = |text: &str| yaml::any(&Source::in_memory(Path::new("t.yaml"), text)).unwrap().value;
        let (short_form, long_form) = (read(short), read(long));
        assert_eq!(value_of(&short_form), meaning, "{short}");
        assert_eq!(value_of(&long_form), meaning, "{long}");
        assert_eq!(value_of(&read(&long_form.to_string())), meaning, "{long} as JSON");
    }
}

#[test]
fn no_value_removes_its_key_and_its_list_item() {
    let nothing = json!({"Ref": "AWS::NoValue"});
    assert_eq!(value_of(&json!({"A": nothing, "B": ["x", nothing, "y"]})), json!({"B": ["x", "y"]}));
}

#[test]
fn an_output_without_a_value_is_an_error_with_its_place() {
    let text = "Conditions: {C: !Equals [a, b]}\nResources: {Q: {Type: T}}\nOutputs:\n  O:\n    Value: !If [C, a, !Ref AWS::NoValue]\n";
    let error = resolved_for(text, "t.yaml", &[], None).unwrap_err().to_string();
    assert!(error.starts_with("resolving t.yaml:5: Outputs.O.Value: its value is `AWS::NoValue`"), "{error}");
    assert!(error.contains("hint: add a `Condition` to the output"), "{error}");
    let chosen = text.replace("[a, b]", "[a, a]");
    assert_eq!(resolved_for(&chosen, "t.yaml", &[], None).unwrap().outputs[0].value, "a");
}

#[test]
fn an_empty_resolved_export_name_is_an_error_with_its_place() {
    let text = "Parameters: {P: {Type: String}}\nResources: {Q: {Type: T}}\nOutputs:\n  O:\n    Value: a\n    Export:\n      Name: !Ref P\n";
    let error = resolved_for(text, "t.yaml", &[("P", "")], None).unwrap_err().to_string();
    assert!(error.starts_with("resolving t.yaml:7: Outputs.O.Export.Name: an export's name must be text"), "{error}");
    assert!(resolved_for(text, "t.yaml", &[("P", "x")], None).is_ok());
}

#[test]
fn a_word_read_as_a_boolean_gets_a_hint_where_text_is_required() {
    let text =
        "Conditions: {'No': !Equals [a, b]}\nResources:\n  Q:\n    Type: T\n    Properties:\n      A: !If [No, a, b]\n";
    let error = resolved_for(text, "t.yaml", &[], None).unwrap_err().to_string();
    assert!(error.contains("t.yaml:6: Q.A.Fn::If: it takes text, not false"), "{error}");
    assert!(error.contains("hint: write `'No'` if it is text"), "{error}");
    assert!(resolved_for(&text.replace("[No,", "['No',"), "t.yaml", &[], None).is_ok());
}

#[test]
fn a_condition_of_a_policy_is_not_a_function() {
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
fn a_condition_controls_resources_outputs_and_dependencies() {
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

#[test]
fn a_function_of_an_unknown_value_is_deferred_with_its_argument() {
    let arn = Reference::new("Role", "Arn").to_string();
    let later = |name: &str, argument: Value| json!(Deferred::new(name, argument).to_string());
    let parts = later("Fn::Split", json!([":", arn]));
    let of_arn = json!({"Fn::Split": [":", {"Fn::GetAtt": ["Role", "Arn"]}]});
    let list = json!({"Fn::GetAtt": ["Role", "List"]});
    for (expression, meaning) in [
        (of_arn.clone(), parts.clone()),
        (json!({"Fn::Select": ["5", of_arn]}), later("Fn::Select", json!([5, parts]))),
        (json!({"Fn::Join": ["/", of_arn]}), later("Fn::Join", json!(["/", parts]))),
        (json!({"Fn::Join": ["/", list]}), later("Fn::Join", json!(["/", Reference::new("Role", "List").to_string()]))),
        (json!({"Fn::Base64": {"Fn::Sub": "x${Role.Arn}"}}), later("Fn::Base64", json!(format!("x{arn}")))),
        // These can be decided now.
        (json!({"Fn::Select": [1, ["a", {"Fn::GetAtt": ["Role", "Arn"]}]]}), json!(arn)),
        (json!({"Fn::Join": ["/", ["a", {"Fn::GetAtt": ["Role", "Arn"]}]]}), json!(format!("a/{arn}"))),
    ] {
        assert_eq!(value_of(&expression), meaning, "{expression}");
    }
}

const BY_ACCOUNT: &str = "
Mappings: {Days: {'111122223333': {of: 7}}}
Conditions: {Here: !Equals [!Ref AWS::AccountId, '111122223333']}
Resources:
  A: {Type: T, Condition: Here, Properties: {Days: !FindInMap [Days, !Ref AWS::AccountId, of], Of: !Ref AWS::AccountId}}
  B: {Type: T}
";

#[test]
fn the_account_is_requested_only_where_it_determines_the_result() {
    let error = resolved_for(BY_ACCOUNT, "t.yaml", &[], None).unwrap_err();
    assert!(error.needs_account(), "{error}");
    let here = resolved_for(BY_ACCOUNT, "t.yaml", &[], Some("111122223333")).unwrap();
    let a = here.resources.iter().find(|one| one.logical_id == "A").unwrap();
    let expected = json!({"Days": 7, "Of": Reference::account().to_string()});
    assert_eq!(Value::Object(a.properties.clone()), expected);
    assert_eq!(ids(&resolved_for(BY_ACCOUNT, "t.yaml", &[], Some("444455556666")).unwrap()), ["B"]);
    // Asking for the account does not help where another value is not known.
    let other = "
Conditions: {Never: !Equals [!Ref AWS::AccountId, !GetAtt R.Arn]}
Resources: {R: {Type: T}}";
    let error = resolved_for(other, "t.yaml", &[], Some("111122223333")).unwrap_err();
    assert!(!error.needs_account() && error.to_string().contains("it compares `R.Arn`"), "{error}");
}

#[test]
fn reserved_characters_are_refused_in_every_input() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("p.json"), "{\"A\": \"x\\ufdd1\"}").unwrap();
    let file = folder.path().join("t.yaml");
    let file = file.to_str().unwrap();
    let resource = |properties: &str| format!("Resources:\n  R:\n    Type: T\n    Properties:\n      {properties}\n");
    let included = "A: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: p.json}}}";
    for (text, place, keys) in [
        (resource("A: \"a\\uFDD0Role.Arn\""), ":5", "Resources.R.Properties.A: it contains U+FDD0"),
        (resource("A: [{\u{fdd1}: a}]"), ":5", "Resources.R.Properties.A.0: it contains U+FDD1"),
        (resource(included), ":5", "Resources.R.Properties.A.A: it contains U+FDD1"),
    ] {
        let error = resolved_for(&text, file, &[], None).unwrap_err().to_string();
        assert!(error.contains(place) && error.contains(keys), "{error}");
    }
    let declared = format!("Parameters: {{P: {{Type: String}}}}\n{}", resource("A: !Ref P"));
    let error = resolved_for(&declared, "t.yaml", &[("P", "\u{fdd0}Role.Arn\u{fdd1}")], None).unwrap_err().to_string();
    assert!(error.contains("parameter `P`") && error.contains("it contains U+FDD0"), "{error}");
}

proptest! {
    /// A text that a template puts together is always a text, never a reference.
    #[test]
    fn a_joined_text_is_never_a_reference(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "{{", "}}", "resource:", "Role.Arn", "AWS.AccountId", "${", "}", "Self.Ref", "\\ufdd0", "\"", ":", "x",
        ]), 1..8),
    ) {
        let whole = pieces.concat();
        let joined = value_of(&json!({"Fn::Join": ["", pieces]}));
        prop_assert_eq!(&joined, &json!(whole));
        prop_assert!(references_in(&joined).is_empty());
        prop_assert!(whole_term(&whole).is_none());
        prop_assert_eq!(shown(&whole), whole.clone());
        let parts: Vec<_> = pieces.iter().map(|piece| json!({"Fn::Select": [0, [piece]]})).collect();
        prop_assert_eq!(value_of(&json!({"Fn::Join": ["", parts]})), json!(whole));
    }
}
