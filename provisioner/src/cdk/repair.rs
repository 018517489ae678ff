//! Moves the parts of a template that cdk-from-cfn drops or changes into fixes, which the app's entry file applies
//! afterwards.
//!
//! cdk-from-cfn has CDK's types of 2024, writes some texts without quoting them, and omits update policies. A property
//! that its output would not represent exactly is written as CloudFormation's own JSON, by `addPropertyOverride`.

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::Language;
use super::fit::{self, Fit};
use super::refuse;
use crate::error::Result;

/// A change that the app's entry file makes to the finished stack.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Fix {
    /// The package of a function: a file that `cdk deploy` uploads.
    Code {
        function: String,
        /// The file, relative to the app's directory.
        path: String,
    },
    /// A version's description. CloudFormation publishes a version when one of its properties changes, so the
    /// description changes with the code and the configuration.
    Release {
        version: String,
        /// Its function's logical id, which has a [`Fix::Code`].
        function: String,
        /// A hash of those properties of the function that a version contains.
        configuration: String,
    },
    /// `DeletionPolicy` and `UpdateReplacePolicy`, where they are set.
    Policies {
        resource: String,
        /// The policy for its removal from the stack.
        deletion: Option<String>,
        /// The policy for its replacement.
        replacement: Option<String>,
    },
    /// An entry of a resource's `Metadata`, which cdk-from-cfn drops; its value contains functions.
    Metadata { resource: String, key: String, value: Value },
    /// A property in CloudFormation's form, with functions.
    Property { resource: String, property: String, value: Value },
    /// An output's description.
    OutputDescription { output: String, text: String },
}

/// A template that cdk-from-cfn can convert unchanged, and the fixes for the stack.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Repaired {
    /// The template: resources and outputs only.
    pub(super) tree: Value,
    /// In the order of the template.
    pub(super) fixes: Vec<Fix>,
    /// The template's description.
    pub(super) description: Option<String>,
}

/// Replaces the function's package until the fix is applied.
const PLACEHOLDER: &str = "the app's entry sets it";
const ATTRIBUTES: [&str; 6] = ["Type", "Properties", "DependsOn", "DeletionPolicy", "UpdateReplacePolicy", "Metadata"];

/// # Errors
/// When a part of the template cannot be in an app.
pub(super) fn repair(template: &Value, language: Language) -> Result<Repaired> {
    let empty = Map::new();
    let sections = |name: &str| template[name].as_object().unwrap_or(&empty);
    let kinds: Vec<_> =
        sections("Resources").iter().map(|(id, one)| (id.as_str(), one["Type"].as_str().unwrap_or_default())).collect();
    let names: Vec<_> = sections("Outputs").keys().map(String::as_str).collect();
    refuse::names(language, &kinds, &names)?;

    let mut fixes = Vec::new();
    let mut resources = Map::new();
    for (id, resource) in sections("Resources") {
        resources.insert(id.clone(), repaired_resource(id, resource, language, &mut fixes)?);
    }
    fixes.extend(releases(sections("Resources"), &fixes));
    let mut outputs = Map::new();
    for (name, output) in sections("Outputs") {
        outputs.insert(name.clone(), repaired_output(name, output, language, &mut fixes)?);
    }
    Ok(Repaired {
        tree: json!({"Resources": resources, "Outputs": outputs}),
        fixes,
        description: template["Description"].as_str().map(str::to_owned),
    })
}

fn repaired_resource(id: &str, resource: &Value, language: Language, fixes: &mut Vec<Fix>) -> Result<Value> {
    let mut resource = resource.as_object().cloned().unwrap_or_default();
    if let Some(other) = resource.keys().find(|name| !ATTRIBUTES.contains(&name.as_str())) {
        return Err(refuse::attribute(id, other, "a CDK app cannot contain this attribute"));
    }
    let metadata = resource.remove("Metadata");
    // The CDK writes this entry itself.
    let entries =
        metadata.as_ref().and_then(Value::as_object).into_iter().flatten().filter(|(key, _)| *key != "aws:cdk:path");
    fixes.extend(entries.map(|(key, value)| Fix::Metadata {
        resource: id.to_owned(),
        key: key.clone(),
        value: value.clone(),
    }));
    let kind = resource.get("Type").and_then(Value::as_str).unwrap_or_default().to_owned();
    if let Some(Value::Object(properties)) = resource.get_mut("Properties") {
        if kind == "AWS::Lambda::Function"
            && let Some(Value::String(path)) = properties.get("Code")
        {
            fixes.push(Fix::Code { function: id.to_owned(), path: path.clone() });
            properties.insert("Code".to_owned(), json!({"S3Bucket": PLACEHOLDER, "S3Key": PLACEHOLDER}));
        }
        *properties = converted_properties(id, &kind, properties, language, fixes)?;
    }
    let text = |value: Option<Value>| value.and_then(|value| value.as_str().map(str::to_owned));
    let (deletion, replacement) =
        (text(resource.remove("DeletionPolicy")), text(resource.remove("UpdateReplacePolicy")));
    if deletion.is_some() || replacement.is_some() {
        fixes.push(Fix::Policies { resource: id.to_owned(), deletion, replacement });
    }
    Ok(Value::Object(resource))
}

fn converted_properties(
    id: &str,
    kind: &str,
    properties: &Map<String, Value>,
    language: Language,
    fixes: &mut Vec<Fix>,
) -> Result<Map<String, Value>> {
    let mut kept = Map::new();
    for (name, value) in properties {
        match fit::property(kind, name, value, language) {
            Fit::Written(value) => {
                kept.insert(name.clone(), value);
            }
            Fit::Override => {
                fixes.push(Fix::Property { resource: id.to_owned(), property: name.clone(), value: value.clone() });
            }
            Fit::Impossible(reason) => return Err(refuse::attribute(id, name, &reason)),
        }
    }
    Ok(kept)
}

/// A hash of the properties that a version contains. CloudFormation fails to publish a version if none of them has
/// changed.
fn configuration(function: &Value) -> String {
    const OF_THE_FUNCTION: [&str; 6] =
        ["Code", "FunctionName", "RecursiveLoop", "ReservedConcurrentExecutions", "RuntimeManagementConfig", "Tags"];
    let mut published = function.as_object().cloned().unwrap_or_default();
    published.retain(|name, _| !OF_THE_FUNCTION.contains(&name.as_str()));
    let hash = Sha256::digest(Value::Object(published).to_string());
    hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

/// A release for each version of a function with a package, if the template does not describe the version.
fn releases(resources: &Map<String, Value>, fixes: &[Fix]) -> Vec<Fix> {
    let mut found = Vec::new();
    for (version, resource) in resources.iter().filter(|(_, one)| one["Type"] == "AWS::Lambda::Version") {
        let properties = &resource["Properties"];
        let described = properties["Description"].as_str().is_some_and(|text| !text.is_empty());
        let function = properties["FunctionName"]["Ref"].as_str().unwrap_or_default();
        let packaged = fixes.iter().any(|fix| matches!(fix, Fix::Code { function: known, .. } if known == function));
        if packaged && !described {
            let configuration = configuration(&resources[function]["Properties"]);
            found.push(Fix::Release { version: version.clone(), function: function.to_owned(), configuration });
        }
    }
    found
}

fn repaired_output(name: &str, output: &Value, language: Language, fixes: &mut Vec<Fix>) -> Result<Value> {
    let mut output = output.as_object().cloned().unwrap_or_default();
    // The description is also written into a comment, which must not contain any of these.
    let plain = |text: &str| !text.contains(['"', '\\', '*']) && !text.contains(char::is_control);
    if let Some(text) = output.get("Description").and_then(Value::as_str).filter(|text| !plain(text)).map(str::to_owned)
    {
        fixes.push(Fix::OutputDescription { output: name.to_owned(), text });
        output.remove("Description");
    }
    for attribute in ["Value", "Export"] {
        let Some(value) = output.get_mut(attribute) else { continue };
        match fit::free(value, language) {
            Some(kept) => *value = kept,
            None => {
                let reason = "it contains text or a function that cdk-from-cfn cannot write";
                return Err(refuse::attribute(name, attribute, reason).hint(refuse::INCLUDE));
            }
        }
    }
    Ok(Value::Object(output))
}
