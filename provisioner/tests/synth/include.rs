//! `CfnInclude`, AWS's own way from a template to an app: for the flat template and the resolved one.

use std::fs;

use serde_json::Value;

use crate::app::{node, node_modules};
use crate::project::Project;
use crate::same::differences;

/// CDK's output for an app that includes the template and contains nothing else.
fn included(project: &Project, template: &Value) -> Value {
    let folder = project.path("include");
    fs::create_dir(&folder).expect("a directory");
    fs::write(folder.join("template.json"), template.to_string()).expect("a template");
    let program = "
        const cdk = require('aws-cdk-lib');
        const { CfnInclude } = require('aws-cdk-lib/cloudformation-include');
        const app = new cdk.App({ analyticsReporting: false });
        const stack = new cdk.Stack(app, 'cinedb-chat', { synthesizer: new cdk.LegacyStackSynthesizer() });
        new CfnInclude(stack, 'Template', { templateFile: 'template.json' });
        app.synth();
    ";
    fs::write(folder.join("app.js"), program).expect("a program");
    node_modules(&folder);
    node(&folder, "app.js").template
}

/// The template with a package in a bucket, and with `DependsOn` always as a list, which is CDK's form.
fn packaged(mut template: Value) -> Value {
    for resource in template["Resources"].as_object_mut().expect("resources").values_mut() {
        if let Some(one @ Value::String(_)) = resource.get("DependsOn").cloned() {
            resource["DependsOn"] = serde_json::json!([one]);
        }
        if resource["Type"] == "AWS::Lambda::Function" {
            resource["Properties"]["Code"] = serde_json::json!({"S3Bucket": "bucket", "S3Key": "key"});
        }
    }
    template
}

#[test]
fn the_flat_template_stays_equal_when_a_cdk_app_includes_it() {
    let project = Project::new();
    let flat = serde_json::from_str(&project.synthesized(&["--format", "json"])).expect("JSON");
    let flat = packaged(flat);
    let included = included(&project, &flat);
    assert!(included == flat, "{:#?}", differences(&included, &flat));
}

#[test]
fn the_resolved_template_stays_equivalent_when_a_cdk_app_includes_it() {
    let project = Project::new();
    let resolved = packaged(project.resolved(&["-P", "Streaming=true"]));
    // CDK turns numbers that are written as text here into numbers.
    assert_eq!(differences(&included(&project, &resolved), &resolved), [""; 0]);
}
