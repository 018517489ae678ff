//! The app in Python.

use serde_json::Value;

use super::repair::{Fix, Repaired};
use super::{AWS_CDK_LIB, AppFile, CONSTRUCTS, Destination, Language, class_name, convert, policy_name};
use crate::error::Result;

pub(super) fn files(repaired: &Repaired, destination: &Destination) -> Result<Vec<AppFile>> {
    let class = class_name(destination);
    let source = convert::source(&repaired.tree, Language::Python, &class)?;
    Ok(vec![
        AppFile::new("requirements.txt", format!("aws-cdk-lib=={AWS_CDK_LIB}\nconstructs=={CONSTRUCTS}\n")),
        AppFile::new("stack.py", format!("# By cdk-from-cfn.\n{source}")),
        AppFile::new("app.py", entry(repaired, destination, &class)),
    ])
}

fn entry(repaired: &Repaired, destination: &Destination, class: &str) -> String {
    let Destination { stack, region, account } = destination;
    let assets = repaired.fixes.iter().any(|fix| matches!(fix, Fix::Code { .. }));
    let mut text = String::new();
    if assets {
        text += "from pathlib import Path\n\n";
    }
    text += "import aws_cdk as cdk\n";
    if assets {
        text += "from aws_cdk import aws_lambda\nfrom aws_cdk.aws_s3_assets import Asset\n";
    }
    text += &format!("from stack import {class}\n\n");
    text += "# Without a resource that reports to AWS which constructs are used: the template has none either.\n\
             app = cdk.App(analytics_reporting=False)\n";
    text += &format!("stack = {class}(\n    app,\n    \"{stack}\",\n    stack_name=\"{stack}\",\n");
    if let Some(description) = &repaired.description {
        text += &format!("    description={},\n", quoted(description));
    }
    let env = [("region", region), ("account", account)];
    let env: Vec<_> = env.iter().filter_map(|(key, one)| one.as_ref().map(|one| format!("{key}=\"{one}\""))).collect();
    if !env.is_empty() {
        text += &format!("    env=cdk.Environment({}),\n", env.join(", "));
    }
    text += ")\n";
    for fix in &repaired.fixes {
        text += &format!("\n{}", statement(fix));
    }
    text + "\napp.synth()\n"
}

fn statement(fix: &Fix) -> String {
    match fix {
        Fix::Code { function, path } => format!(
            "code_of_{function} = Asset(\n    stack,\n    \"Code of {function}\",\n    \
             path=str(Path(__file__).parent / {}),\n)\n\
             stack.node.find_child(\"{function}\").code = aws_lambda.CfnFunction.CodeProperty(\n    \
             s3_bucket=code_of_{function}.s3_bucket_name,\n    s3_key=code_of_{function}.s3_object_key,\n)\n",
            quoted(path),
        ),
        Fix::Release { version, function, configuration } => format!(
            "# A new version for new code or configuration: CloudFormation publishes when a property changes.\n\
             stack.node.find_child(\"{version}\").description = f\"{configuration} {{code_of_{function}.asset_hash}}\"\n"
        ),
        Fix::Policies { resource, deletion, replacement } => {
            let set = |option: &str, policy: &Option<String>| {
                let policy = policy.as_deref().map(policy_name)?;
                let found = format!("stack.node.find_child(\"{resource}\").cfn_options");
                Some(format!("{found}.{option} = cdk.CfnDeletionPolicy.{policy}\n"))
            };
            let both = [set("deletion_policy", deletion), set("update_replace_policy", replacement)];
            both.into_iter().flatten().collect()
        }
        Fix::Metadata { resource, key, value } => {
            format!("stack.node.find_child(\"{resource}\").add_metadata({}, {})\n", quoted(key), literal(value))
        }
        Fix::Property { resource, property, value } => {
            format!("stack.node.find_child(\"{resource}\").add_property_override(\"{property}\", {})\n", literal(value))
        }
        Fix::OutputDescription { output, text } => {
            format!("stack.node.find_child(\"CfnOutput{output}\").description = {}\n", quoted(text))
        }
    }
}

fn literal(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => quoted(text),
        Value::Array(items) => format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(", ")),
        Value::Object(entries) => {
            let entries = entries.iter().map(|(key, value)| format!("{}: {}", quoted(key), literal(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

/// A JSON string, which escapes `"`, `\` and control characters only, is a Python string.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
