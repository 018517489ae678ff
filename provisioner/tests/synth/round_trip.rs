//! From the template to a CDK app to the template that aws-cdk-lib writes for it: the same resources and outputs.

use std::fs;

use serde_json::{Value, json};

use crate::app::{Synthesized, python, typescript};
use crate::project::Project;
use crate::same::differences;

/// The two forms of the chat: everything with its own API, and all options on a given API.
const OWN_API: &[&str] = &[];
const GIVEN_API: &[&str] = &["-P", "ApiId=a1b2c3d4e5", "-P", "Streaming=true", "-P", "ThrottleRate=2.5"];

#[test]
fn the_typescript_app_is_strictly_typed_and_has_the_templates_resources_and_outputs() {
    for parameters in [OWN_API, GIVEN_API] {
        let project = Project::new();
        check(&project.resolved(parameters), &typescript(&project, parameters));
    }
}

#[test]
fn the_python_app_has_the_templates_resources_and_outputs() {
    for parameters in [OWN_API, GIVEN_API] {
        let project = Project::new();
        check(&project.resolved(parameters), &python(&project, parameters));
    }
}

#[test]
fn deferred_functions_become_functions_in_the_app() {
    let project = Project::new();
    let file = project.path("templates/chat.yaml");
    let template = fs::read_to_string(&file).expect("the template");
    let outputs = "\nOutputs:\n  Service: {Value: !Select [2, !Split [':', !GetAtt ChatFunction.Arn]]}\n  \
                   Encoded: {Value: !Base64 {'Fn::GetAtt': [ChatFunction, Arn]}}\n";
    fs::write(&file, template.replace("\nOutputs:\n", outputs)).expect("the template");
    let resolved = project.resolved(OWN_API);
    let split = json!({"Fn::Split": [":", {"Fn::GetAtt": ["ChatFunction", "Arn"]}]});
    assert_eq!(resolved["Outputs"]["Service"]["Value"], json!({"Fn::Select": [2, split]}));
    check(&resolved, &typescript(&project, OWN_API));
    check(&resolved, &python(&project, OWN_API));
}

/// The same check finds an app that omits something.
#[test]
fn an_app_with_other_parameters_differs() {
    let project = Project::new();
    let app = typescript(&project, GIVEN_API);
    let other = project.resolved(&[GIVEN_API, &["-P", "MemorySize=1024"]].concat());
    let found = differences(&other["Resources"], &packed(&app)["Resources"]);
    assert!(found.iter().any(|one| one.contains("/MemorySize: \"1024\" and \"512\"")), "{found:#?}");
}

#[track_caller]
fn check(template: &Value, app: &Synthesized) {
    let packed = packed(app);
    for section in ["Resources", "Outputs"] {
        assert_eq!(differences(&template[section], &packed[section]), [""; 0], "{section}");
    }
    assert_eq!(packed["Description"], template["Description"]);
    // CDK's own addition: the check that the account was bootstrapped.
    let own: Vec<_> = packed.as_object().expect("a template").keys().collect();
    assert!(
        own.iter().all(|name| ["Description", "Resources", "Outputs", "Parameters", "Rules"].contains(&name.as_str()))
    );
    let added =
        ["Parameters", "Rules"].map(|name| packed[name].as_object().expect("a section").keys().collect::<Vec<_>>());
    assert_eq!(added, [["BootstrapVersion"], ["CheckBootstrapVersion"]]);
}

/// The app's template with packages in place of their keys in a bucket, and versions without the part that causes a new
/// publication.
fn packed(app: &Synthesized) -> Value {
    let mut template = app.template.clone();
    let mut keys = Vec::new();
    for resource in template["Resources"].as_object_mut().expect("resources").values_mut() {
        if resource["Type"] == "AWS::Lambda::Function" {
            let key = resource["Properties"]["Code"]["S3Key"].as_str().expect("a key").to_owned();
            assert_eq!(app.asset(&key), b"a package");
            resource["Properties"]["Code"] = json!("../target/package/function.zip");
            keys.push(key);
        }
    }
    for resource in template["Resources"].as_object_mut().expect("resources").values_mut() {
        if resource["Type"] == "AWS::Lambda::Version" {
            let description = resource["Properties"]["Description"].as_str().expect("a description");
            let (configuration, code) = description.split_once(' ').expect("two hashes");
            assert!(configuration.len() == 12 && keys.contains(&format!("{code}.zip")), "{description}");
            resource["Properties"]["Description"] = json!("");
        }
    }
    template
}
