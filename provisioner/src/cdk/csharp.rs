//! The app in C#, which includes the template itself.

use serde_json::Value;

use super::repair::{Fix, Repaired};
use super::{AWS_CDK_LIB, AppFile, CONSTRUCTS, Destination};

pub(super) fn files(repaired: &Repaired, destination: &Destination) -> Vec<AppFile> {
    let project =
        include_str!("files/csharp/App.csproj").replace("AWS_CDK_LIB", AWS_CDK_LIB).replace("CONSTRUCTS", CONSTRUCTS);
    vec![
        AppFile::new("App.csproj", project),
        AppFile::new("template.json", repaired.template_json()),
        AppFile::new("Program.cs", entry(repaired, destination)),
    ]
}

fn entry(repaired: &Repaired, destination: &Destination) -> String {
    let Destination { stack, region, account } = destination;
    let mut text = String::from(
        "using Amazon.CDK;\nusing Amazon.CDK.AWS.S3.Assets;\nusing Amazon.CDK.CloudFormation.Include;\n\n\
         // Without a resource that reports to AWS which constructs are used: the template has none either.\n\
         var app = new App(new AppProps { AnalyticsReporting = false });\n",
    );
    text += &format!("var stack = new Stack(app, \"{stack}\", new StackProps\n{{\n    StackName = \"{stack}\",\n");
    let env = [("Region", region), ("Account", account)];
    let env: Vec<_> =
        env.iter().filter_map(|(key, one)| one.as_ref().map(|one| format!("{key} = \"{one}\""))).collect();
    if !env.is_empty() {
        text += &format!("    Env = new Environment {{ {} }},\n", env.join(", "));
    }
    text += "});\nvar template = new CfnInclude(stack, \"Template\", new CfnIncludeProps { TemplateFile = \"template.json\" });\n";
    for fix in &repaired.fixes {
        text += &statement(fix);
    }
    text + "app.Synth();\n"
}

fn statement(fix: &Fix) -> String {
    match fix {
        Fix::Code { function, path } => format!(
            "var codeOf{function} = new Asset(stack, \"Code of {function}\", new AssetProps {{ Path = {} }});\n\
             template.GetResource(\"{function}\").AddPropertyOverride(\"Code.S3Bucket\", codeOf{function}.S3BucketName);\n\
             template.GetResource(\"{function}\").AddPropertyOverride(\"Code.S3Key\", codeOf{function}.S3ObjectKey);\n",
            Value::from(path.as_str()),
        ),
        Fix::Release { version, function, configuration } => format!(
            "// A new version for new code or configuration: CloudFormation publishes when a property changes.\n\
             template.GetResource(\"{version}\").AddPropertyOverride(\"Description\", $\"{configuration} {{codeOf{function}.AssetHash}}\");\n"
        ),
        // The included template contains these itself.
        Fix::Policies { .. } | Fix::Metadata { .. } | Fix::Property { .. } | Fix::OutputDescription { .. } => {
            String::new()
        }
    }
}
