//! The app in Go, which includes the template itself.

use serde_json::Value;

use super::repair::{Fix, Repaired};
use super::{AWS_CDK_LIB, AppFile, CONSTRUCTS, Destination};

pub(super) fn files(repaired: &Repaired, destination: &Destination) -> Vec<AppFile> {
    let module = include_str!("files/go/go.mod").replace("AWS_CDK_LIB", AWS_CDK_LIB).replace("CONSTRUCTS", CONSTRUCTS);
    vec![
        AppFile::new("go.mod", module),
        AppFile::new("template.json", repaired.template_json()),
        AppFile::new("app.go", entry(repaired, destination)),
    ]
}

fn entry(repaired: &Repaired, destination: &Destination) -> String {
    let Destination { stack, region, account } = destination;
    let assets = repaired.fixes.iter().any(|fix| matches!(fix, Fix::Code { .. }));
    let mut text = String::from("package main\n\nimport (\n\t\"github.com/aws/aws-cdk-go/awscdk/v2\"\n");
    if assets {
        text += "\t\"github.com/aws/aws-cdk-go/awscdk/v2/awss3assets\"\n";
    }
    text += "\t\"github.com/aws/aws-cdk-go/awscdk/v2/cloudformationinclude\"\n\t\"github.com/aws/jsii-runtime-go\"\n)\n\n\
             func main() {\n\tdefer jsii.Close()\n\n\
             \t// Without a resource that reports to AWS which constructs are used: the template has none either.\n\
             \tapp := awscdk.NewApp(&awscdk.AppProps{AnalyticsReporting: jsii.Bool(false)})\n";
    text += &format!("\tstack := awscdk.NewStack(app, jsii.String(\"{stack}\"), &awscdk.StackProps{{\n");
    text += &format!("\t\tStackName: jsii.String(\"{stack}\"),\n");
    let env = [("Region", region), ("Account", account)];
    let env: Vec<_> =
        env.iter().filter_map(|(key, one)| one.as_ref().map(|one| format!("{key}: jsii.String(\"{one}\")"))).collect();
    if !env.is_empty() {
        text += &format!("\t\tEnv: &awscdk.Environment{{{}}},\n", env.join(", "));
    }
    let used = if assets { "template := " } else { "" };
    text += &format!(
        "\t}})\n\t{used}cloudformationinclude.NewCfnInclude(stack, jsii.String(\"Template\"), \
         &cloudformationinclude.CfnIncludeProps{{\n\t\tTemplateFile: jsii.String(\"template.json\"),\n\t}})\n"
    );
    for fix in &repaired.fixes {
        for line in statement(fix).lines() {
            text += &format!("\t{line}\n");
        }
    }
    text + "\n\tapp.Synth(nil)\n}\n"
}

fn statement(fix: &Fix) -> String {
    let change = |id: &str, property: &str, value: &str| {
        let found = format!("template.GetResource(jsii.String(\"{id}\"))");
        format!("{found}.AddPropertyOverride(jsii.String(\"{property}\"), {value})\n")
    };
    match fix {
        Fix::Code { function, path } => format!(
            "codeOf{function} := awss3assets.NewAsset(stack, jsii.String(\"Code of {function}\"), &awss3assets.AssetProps{{\n\
             \tPath: jsii.String({}),\n}})\n{}{}",
            Value::from(path.as_str()),
            change(function, "Code.S3Bucket", &format!("codeOf{function}.S3BucketName()")),
            change(function, "Code.S3Key", &format!("codeOf{function}.S3ObjectKey()")),
        ),
        Fix::Release { version, function, configuration } => format!(
            "// A new version for new code or configuration: CloudFormation publishes when a property changes.\n{}",
            change(version, "Description", &format!("\"{configuration} \" + *codeOf{function}.AssetHash()")),
        ),
        // The included template contains these itself.
        Fix::Policies { .. } | Fix::Metadata { .. } | Fix::Property { .. } | Fix::OutputDescription { .. } => {
            String::new()
        }
    }
}
