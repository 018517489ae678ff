//! The app in Java.

use serde_json::Value;

use super::repair::{Fix, Repaired};
use super::typescript::policy_name;
use super::{AWS_CDK_LIB, AppFile, CONSTRUCTS, Destination, class_name, convert};
use crate::error::Result;

pub(super) fn files(repaired: &Repaired, destination: &Destination) -> Result<Vec<AppFile>> {
    let class = class_name(destination);
    let pom = include_str!("files/java/pom.xml").replace("AWS_CDK_LIB", AWS_CDK_LIB).replace("CONSTRUCTS", CONSTRUCTS);
    let stack = format!("// By cdk-from-cfn.\n{}", convert::java(&repaired.tree, &class)?);
    Ok(vec![
        AppFile::new("pom.xml", pom),
        AppFile::new(&format!("src/main/java/app/{class}.java"), stack),
        AppFile::new("src/main/java/app/Main.java", entry(repaired, destination, &class)),
    ])
}

fn entry(repaired: &Repaired, destination: &Destination, class: &str) -> String {
    let Destination { stack, region, account } = destination;
    let mut text = String::from(
        "package app;\n\nimport java.util.List;\nimport java.util.Map;\nimport software.amazon.awscdk.App;\n\
         import software.amazon.awscdk.AppProps;\nimport software.amazon.awscdk.CfnDeletionPolicy;\n\
         import software.amazon.awscdk.CfnOutput;\nimport software.amazon.awscdk.CfnResource;\n\
         import software.amazon.awscdk.Environment;\nimport software.amazon.awscdk.StackProps;\n\
         import software.amazon.awscdk.services.lambda.CfnFunction;\n\
         import software.amazon.awscdk.services.lambda.CfnVersion;\nimport software.amazon.awscdk.services.s3.assets.Asset;\n\n\
         public final class Main {\n    public static void main(final String[] args) {\n        \
         // Without a resource that reports to AWS which constructs are used: the template has none either.\n        \
         App app = new App(AppProps.builder().analyticsReporting(false).build());\n",
    );
    text += &format!("        {class} stack = new {class}(app, \"{stack}\", StackProps.builder()\n");
    text += &format!("                .stackName(\"{stack}\")\n");
    if let Some(description) = &repaired.description {
        text += &format!("                .description({})\n", quoted(description));
    }
    let env = [("region", region), ("account", account)];
    let env: String =
        env.iter().filter_map(|(key, one)| one.as_ref().map(|one| format!(".{key}(\"{one}\")"))).collect();
    if !env.is_empty() {
        text += &format!("                .env(Environment.builder(){env}.build())\n");
    }
    text += "                .build());\n";
    for fix in &repaired.fixes {
        for line in statement(fix).lines() {
            text += &format!("        {line}\n");
        }
    }
    text + "        app.synth();\n    }\n}\n"
}

fn statement(fix: &Fix) -> String {
    let found = |kind: &str, id: &str| format!("(({kind}) stack.getNode().findChild(\"{id}\"))");
    match fix {
        Fix::Code { function, path } => format!(
            "Asset codeOf{function} = Asset.Builder.create(stack, \"Code of {function}\").path({}).build();\n\
             {}.setCode(CfnFunction.CodeProperty.builder()\n        .s3Bucket(codeOf{function}.getS3BucketName())\n        \
             .s3Key(codeOf{function}.getS3ObjectKey())\n        .build());\n",
            quoted(path),
            found("CfnFunction", function),
        ),
        Fix::Release { version, function, configuration } => format!(
            "// A new version for new code or configuration: CloudFormation publishes when a property changes.\n\
             {}.setDescription(\"{configuration} \" + codeOf{function}.getAssetHash());\n",
            found("CfnVersion", version),
        ),
        Fix::Policies { resource, deletion, replacement } => {
            let set = |option: &str, policy: &Option<String>| {
                let policy = policy.as_deref().map(policy_name)?;
                let found = found("CfnResource", resource);
                Some(format!("{found}.getCfnOptions().set{option}(CfnDeletionPolicy.{policy});\n"))
            };
            let both = [set("DeletionPolicy", deletion), set("UpdateReplacePolicy", replacement)];
            both.into_iter().flatten().collect()
        }
        Fix::Metadata { resource, key, value } => {
            format!("{}.addMetadata({}, {});\n", found("CfnResource", resource), quoted(key), literal(value))
        }
        Fix::Property { resource, property, value } => {
            format!("{}.addPropertyOverride(\"{property}\", {});\n", found("CfnResource", resource), literal(value))
        }
        Fix::OutputDescription { output, text } => {
            format!("{}.setDescription({});\n", found("CfnOutput", &format!("CfnOutput{output}")), quoted(text))
        }
    }
}

fn literal(value: &Value) -> String {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) => quoted(text),
        Value::Array(items) => format!("List.of({})", items.iter().map(literal).collect::<Vec<_>>().join(", ")),
        Value::Object(entries) => {
            let entries = entries.iter().map(|(key, value)| format!("Map.entry({}, {})", quoted(key), literal(value)));
            format!("Map.ofEntries({})", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

/// A JSON string is a Java string.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
