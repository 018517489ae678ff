use serde_json::{Value, json};

use super::repair::{Fix, Repaired};
use super::*;

fn repaired(resources: Value, language: Language) -> Result<Repaired> {
    repair::repair(&json!({"Description": "d", "Resources": resources}), language)
}

fn function(properties: Value) -> Value {
    let mut function = json!({"Code": "../f.zip", "Role": "r"});
    function.as_object_mut().unwrap().extend(properties.as_object().unwrap().clone());
    json!({"F": {"Type": "AWS::Lambda::Function", "Properties": function}})
}

fn properties(repaired: &Repaired) -> &Value {
    &repaired.tree["Resources"]["F"]["Properties"]
}

#[test]
fn a_local_package_is_a_file_to_upload() {
    for language in [Language::Typescript, Language::Python] {
        let repaired = repaired(function(json!({})), language).unwrap();
        assert_eq!(repaired.fixes, [Fix::Code { function: "F".to_owned(), path: "../f.zip".to_owned() }]);
    }
}

#[test]
fn text_of_a_parameter_is_converted_to_the_type_that_cdk_expects() {
    let given = json!({"MemorySize": "512", "Environment": {"Variables": {"A": 5, "B": "6"}}});
    let of_function = repaired(function(given), Language::Typescript).unwrap();
    assert_eq!(properties(&of_function)["MemorySize"], 512);
    assert_eq!(properties(&of_function)["Environment"]["Variables"], json!({"A": "5", "B": "6"}));
    let stage = json!({"S": {"Type": "AWS::ApiGatewayV2::Stage", "Properties": {
        "ApiId": "a", "StageName": "s", "DefaultRouteSettings": {"ThrottlingRateLimit": "2.5"}}}});
    let of_stage = repaired(stage, Language::Typescript).unwrap();
    assert_eq!(of_stage.tree["Resources"]["S"]["Properties"]["DefaultRouteSettings"]["ThrottlingRateLimit"], 2.5);
}

#[test]
fn values_that_cdk_from_cfn_changes_become_property_overrides() {
    for (property, value, language) in [
        ("RecursiveLoop", json!("Allow"), Language::Typescript),
        ("LoggingConfig", json!({"NewInThisYear": "x"}), Language::Typescript),
        ("MemorySize", json!({"Ref": "X"}), Language::Typescript),
        ("Description", json!({"Fn::Sub": "a`b${F}"}), Language::Typescript),
        ("Description", json!({"Fn::Sub": "{\"a\": \"\\\"${F}\"}"}), Language::Python),
        ("Description", json!({"Fn::Select": [0, ["a"]]}), Language::Python),
        ("Description", json!("invisible \u{200b}"), Language::Python),
        ("Environment", json!({"Variables": {"it's": "x"}}), Language::Typescript),
    ] {
        let repaired = repaired(function(json!({ property: value.clone() })), language).unwrap();
        assert!(properties(&repaired)[property].is_null(), "{property} {value}");
        let apart = Fix::Property { resource: "F".to_owned(), property: property.to_owned(), value };
        assert!(repaired.fixes.contains(&apart), "{:?}", repaired.fixes);
        let files = app(&json!({"Resources": function(json!({}))}), &destination(), language).unwrap();
        assert!(files.len() > 5, "{language:?}");
    }
}

#[test]
fn texts_with_quotes_are_escaped() {
    let text = "it's \"so\" \\ `${x}`";
    for (language, written) in
        [(Language::Typescript, r#"'it\'s \"so\" \\ `${x}`'"#), (Language::Python, r#"'it\'s \"so\" \\ `${x}`'"#)]
    {
        let template = json!({"Resources": function(json!({"Description": text}))});
        let files = app(&template, &destination(), language).unwrap();
        assert!(files.iter().any(|file| file.text.contains(written)), "{language:?}: {files:#?}");
    }
}

#[test]
fn a_version_without_a_description_is_published_with_its_function() {
    let version = |description: &str| {
        let mut resources = function(json!({}));
        let properties = json!({"FunctionName": {"Ref": "F"}, "Description": description});
        resources["V"] =
            json!({"Type": "AWS::Lambda::Version", "UpdateReplacePolicy": "Retain", "Properties": properties});
        repaired(resources, Language::Typescript).unwrap().fixes
    };
    let releases = |fixes: &[Fix]| fixes.iter().filter(|fix| matches!(fix, Fix::Release { .. })).count();
    assert_eq!((releases(&version("")), releases(&version("mine"))), (1, 0));
    let kept = Fix::Policies { resource: "V".to_owned(), deletion: None, replacement: Some("Retain".to_owned()) };
    assert!(version("").contains(&kept));
}

/// CloudFormation fails to publish a version whose content is already published.
#[test]
fn only_properties_that_a_version_contains_make_a_release() {
    let release = |more: Value| {
        let mut resources = function(more);
        resources["V"] = json!({"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "F"}}});
        let fixes = repaired(resources, Language::Python).unwrap().fixes;
        fixes.into_iter().find(|fix| matches!(fix, Fix::Release { .. })).unwrap()
    };
    let same = release(json!({}));
    for (more, changes) in [
        (json!({"MemorySize": 1024}), true),
        (json!({"Environment": {"Variables": {"A": "b"}}}), true),
        (json!({"Code": "elsewhere/f.zip"}), false),
        (json!({"ReservedConcurrentExecutions": 5}), false),
        (json!({"Tags": [{"Key": "a", "Value": "b"}]}), false),
    ] {
        assert_eq!(release(more.clone()) != same, changes, "{more}");
    }
}

#[test]
fn unsupported_parts_are_refused_with_place_and_reason() {
    let role = |id: &str, more: Value| {
        let mut role = json!({"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Version": "1"}}});
        role.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ id: role })
    };
    for (resources, reason) in [
        (
            role("Class", json!({})),
            "Resources.Class: in TypeScript the name is reserved, or the generated code uses it",
        ),
        (role("Scope", json!({})), "the name is reserved, or the generated code uses it"),
        (role("Iam", json!({})), "the name is reserved, or the generated code uses it"),
        (json!({"Api": role("A", json!({}))["A"], "API": role("A", json!({}))["A"]}), "the same variable as `Api`"),
        (role("R", json!({"UpdatePolicy": {}})), "R.UpdatePolicy: a CDK app cannot contain this attribute"),
        (
            role("R", json!({"Properties": {"AssumeRolePolicyDocument": {"it's": 1}}})),
            "R.AssumeRolePolicyDocument: CDK requires this property",
        ),
        (
            json!({"T": {"Type": "AWS::New::Thing", "Properties": {"A": 1}}}),
            "T.A: cdk-from-cfn does not know the type `AWS::New::Thing`",
        ),
    ] {
        let error = repaired(resources, Language::Typescript).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
    let output = json!({"Resources": role("R", json!({})), "Outputs": {"Region": {"Value": "x"}}});
    let error = app(&output, &destination(), Language::Typescript).unwrap_err().to_string();
    assert!(error.contains("Outputs.Region: in TypeScript the name is a member of CDK's `Stack`"), "{error}");
    assert!(error.contains("hint: rename it in the template, or include the output of"), "{error}");
}

#[test]
fn metadata_of_a_resource_is_written_in_every_language() {
    let metadata =
        json!({"aws:cdk:path": "a/b", "Provisioner": {"SmokeTest": {"Event": {"id": 5, "who's": "\"x\"\n"}}}});
    let resources = function(json!({}));
    let mut resources = resources.as_object().unwrap().clone();
    let id = resources.keys().next().unwrap().clone();
    resources[&id]["Metadata"] = metadata;
    for (language, path, text) in [
        (
            Language::Typescript,
            "bin/app.ts",
            format!(
                "(stack.node.findChild('{id}') as cdk.CfnResource).addMetadata(\"Provisioner\", {{\n  \"SmokeTest\""
            ),
        ),
        (
            Language::Python,
            "app.py",
            format!(
                "stack.node.find_child(\"{id}\").add_metadata(\"Provisioner\", {{\"SmokeTest\": {{\"Event\": {{\"id\": 5, \
                 \"who's\": \"\\\"x\\\"\\n\"}}}}}})\n"
            ),
        ),
    ] {
        let files = app(&json!({"Resources": resources}), &destination(), language).unwrap();
        let file = files.iter().find(|file| file.path == path).unwrap();
        assert!(file.text.contains(&text), "{language:?}: no {text} in {}", file.text);
        assert!(!file.text.contains("aws:cdk:path"), "{language:?}: {}", file.text);
    }
}

#[test]
fn only_a_cdk_json_that_synth_wrote_is_recognized() {
    let files = app(&json!({"Resources": function(json!({}))}), &destination(), Language::Python).unwrap();
    let cdk_json = files.iter().find(|file| file.path == "cdk.json").unwrap();
    assert!(is_ours(&cdk_json.text));
    assert!(!is_ours("{\"app\": \"node app.js\"}") && !is_ours(""));
}

fn destination() -> Destination {
    Destination { stack: "cinedb-chat".parse().unwrap(), region: None, account: None }
}
