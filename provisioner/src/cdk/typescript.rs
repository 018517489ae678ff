//! The app in TypeScript.

use serde_json::{Value, json};

use super::repair::{Fix, Repaired};
use super::{AWS_CDK, AWS_CDK_LIB, AppFile, CONSTRUCTS, Destination, Language, class_name, convert, policy_name};
use crate::error::Result;

const NPMRC: &str =
    "# package-lock.json contains no registry: npm uses the configured one.\nomit-lockfile-registry-resolved=true\n";

pub(super) fn files(repaired: &Repaired, destination: &Destination) -> Result<Vec<AppFile>> {
    let class = class_name(destination);
    let source = convert::source(&repaired.tree, Language::Typescript, &class)?;
    Ok(vec![
        AppFile::new("package.json", package_json()),
        AppFile::new("package-lock.json", include_str!("files/typescript/package-lock.json")),
        AppFile::new(".npmrc", NPMRC),
        AppFile::new("tsconfig.json", include_str!("files/typescript/tsconfig.json")),
        AppFile::new("lib/stack.ts", format!("// By cdk-from-cfn.\n{source}")),
        AppFile::new("bin/app.ts", entry(repaired, destination, &class)),
    ])
}

/// Must match the package-lock.json in the same directory, which npm writes.
fn package_json() -> String {
    let content = json!({
        "name": "cdk-app",
        "version": "0.1.0",
        "private": true,
        "engines": {"node": ">=20"},
        "scripts": {"build": "tsc", "cdk": "cdk"},
        "dependencies": {"aws-cdk-lib": AWS_CDK_LIB, "constructs": CONSTRUCTS},
        "devDependencies": {"@types/node": "20.9.5", "aws-cdk": AWS_CDK, "typescript": "7.0.2"},
    });
    format!("{content:#}\n")
}

fn entry(repaired: &Repaired, destination: &Destination, class: &str) -> String {
    let Destination { stack, region, account } = destination;
    let assets = repaired.fixes.iter().any(|fix| matches!(fix, Fix::Code { .. }));
    let mut text = String::from("import * as cdk from 'aws-cdk-lib';\n");
    if assets {
        text += "import * as lambda from 'aws-cdk-lib/aws-lambda';\nimport { Asset } from 'aws-cdk-lib/aws-s3-assets';\n\
                 import * as path from 'path';\n";
    }
    text += &format!("import {{ {class} }} from '../lib/stack';\n\n");
    text += "// Without a resource that reports to AWS which constructs are used: the template has none either.\n\
             const app = new cdk.App({ analyticsReporting: false });\n";
    text += &format!("const stack = new {class}(app, '{stack}', {{\n  stackName: '{stack}',\n");
    if let Some(description) = &repaired.description {
        text += &format!("  description: {},\n", json!(description));
    }
    let env = [("region", region), ("account", account)];
    let env: Vec<_> = env.iter().filter_map(|(key, one)| one.as_ref().map(|one| format!("{key}: '{one}'"))).collect();
    if !env.is_empty() {
        text += &format!("  env: {{ {} }},\n", env.join(", "));
    }
    text += "});\n";
    for fix in &repaired.fixes {
        text += &format!("\n{}", statement(fix));
    }
    text
}

fn statement(fix: &Fix) -> String {
    match fix {
        Fix::Code { function, path } => format!(
            "const codeOf{function} = new Asset(stack, 'Code of {function}', {{\n  path: path.join(__dirname, '..', {}),\n}});\n\
             (stack.node.findChild('{function}') as lambda.CfnFunction).code = {{\n  s3Bucket: codeOf{function}.s3BucketName,\n  \
             s3Key: codeOf{function}.s3ObjectKey,\n}};\n",
            json!(path),
        ),
        Fix::Release { version, function, configuration } => format!(
            "// A new version for new code or configuration: CloudFormation publishes when a property changes.\n\
             (stack.node.findChild('{version}') as lambda.CfnVersion).description =\n  \
             `{configuration} ${{codeOf{function}.assetHash}}`;\n"
        ),
        Fix::Policies { resource, deletion, replacement } => {
            let set = |option: &str, policy: &Option<String>| {
                let policy = policy.as_deref().map(policy_name)?;
                Some(format!("{}.cfnOptions.{option} = cdk.CfnDeletionPolicy.{policy};\n", found(resource)))
            };
            let both = [set("deletionPolicy", deletion), set("updateReplacePolicy", replacement)];
            both.into_iter().flatten().collect()
        }
        Fix::Metadata { resource, key, value } => {
            format!("{}.addMetadata({}, {});\n", found(resource), json!(key), literal(value))
        }
        Fix::Property { resource, property, value } => {
            format!("{}.addPropertyOverride('{property}', {});\n", found(resource), literal(value))
        }
        Fix::OutputDescription { output, text } => {
            format!("(stack.node.findChild('CfnOutput{output}') as cdk.CfnOutput).description = {};\n", json!(text))
        }
    }
}

fn found(resource: &str) -> String {
    format!("(stack.node.findChild('{resource}') as cdk.CfnResource)")
}

/// JSON is valid TypeScript.
fn literal(value: &Value) -> String {
    format!("{value:#}")
}
