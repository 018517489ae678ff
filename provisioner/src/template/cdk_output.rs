//! What `cdk synth` wrote, as the template that it means: its assets are files on this machine, and what the CDK adds
//! for its own use is left out.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::error::{Error, Result};

/// `X.assets.json`, which stands beside `X.template.json`: where the CDK would publish which file.
#[derive(Deserialize)]
struct Manifest {
    #[serde(default)]
    files: BTreeMap<String, Asset>,
}

#[derive(Deserialize)]
struct Asset {
    source: Source,
    destinations: BTreeMap<String, Destination>,
}

#[derive(Deserialize)]
struct Source {
    path: Option<PathBuf>,
    packaging: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Destination {
    object_key: String,
}

/// What the default synthesizer adds to check that an account is bootstrapped, by section. Nothing here uses it.
const BOOTSTRAP: [(&str, &str); 2] = [("Parameters", "BootstrapVersion"), ("Rules", "CheckBootstrapVersion")];

/// The condition of the CDK's usage report, on regions; it stands only where the report does.
const METADATA_CONDITION: (&str, &str) = ("Conditions", "CDKMetadataAvailable");

/// Makes a plain template of what the CDK wrote; what was left out. A template without an asset manifest beside it
/// stays as it is.
///
/// # Errors
/// When the manifest cannot be read, or a function's package is a folder, which the CDK zips when it publishes.
pub(super) fn adapt(flat: &mut Value, path: &Path) -> Result<Vec<String>> {
    let Some(manifest) = manifest(path)? else { return Ok(Vec::new()) };
    let Some(sections) = flat.as_object_mut() else { return Ok(Vec::new()) };
    let mut left_out = Vec::new();
    if let Some(resources) = sections.get_mut("Resources").and_then(Value::as_object_mut) {
        let reports: Vec<_> =
            resources.iter().filter(|(_, one)| one["Type"] == "AWS::CDK::Metadata").map(|(id, _)| id.clone()).collect();
        for id in &reports {
            resources.shift_remove(id);
            left_out.push(format!("{id} (AWS::CDK::Metadata, the CDK's usage report)"));
        }
        for (id, resource) in resources.iter_mut().filter(|(_, one)| one["Type"] == "AWS::Lambda::Function") {
            if let Some(properties) = resource.get_mut("Properties").and_then(Value::as_object_mut) {
                take_asset(id, properties, &manifest, path)?;
            }
        }
    }
    for (section, name) in BOOTSTRAP {
        if remove(sections, section, name) {
            left_out.push(format!("{section}.{name} (the CDK's bootstrap, which is not needed here)"));
        }
    }
    remove(sections, METADATA_CONDITION.0, METADATA_CONDITION.1);
    Ok(left_out)
}

fn manifest(path: &Path) -> Result<Option<Manifest>> {
    let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".template.json"));
    let Some(name) = name else { return Ok(None) };
    let beside = path.with_file_name(format!("{name}.assets.json"));
    let Ok(text) = fs::read_to_string(&beside) else { return Ok(None) };
    let manifest = serde_json::from_str(&text);
    manifest.map(Some).map_err(|error| Error::new(format!("reading the CDK's assets {}", beside.display()), error))
}

/// Removes an entry, and its section with the last one.
fn remove(sections: &mut Map<String, Value>, section: &str, name: &str) -> bool {
    let Some(entries) = sections.get_mut(section).and_then(Value::as_object_mut) else { return false };
    let removed = entries.shift_remove(name).is_some();
    if entries.is_empty() {
        sections.shift_remove(section);
    }
    removed
}

/// Replaces the place in the CDK's bucket with the file that the CDK would put there.
fn take_asset(id: &str, properties: &mut Map<String, Value>, manifest: &Manifest, path: &Path) -> Result<()> {
    let Some(key) = properties.get("Code").and_then(|code| code["S3Key"].as_str()) else { return Ok(()) };
    let goes_there = |asset: &&Asset| asset.destinations.values().any(|destination| destination.object_key == key);
    let Some(Asset { source, .. }) = manifest.files.values().find(goes_there) else { return Ok(()) };
    let doing = || format!("taking the asset {key} of `{id}` in {}", path.display());
    match (&source.path, source.packaging.as_deref()) {
        (Some(file), Some("file")) => {
            properties.insert("Code".to_owned(), file.to_string_lossy().into_owned().into());
            Ok(())
        }
        (Some(folder), _) => Err(Error::new(doing(), format!("it is the folder {}, not a zip", folder.display()))
            .hint("give the CDK a zip for its asset, or zip the folder and name it with `--code LOGICAL_ID=ZIP`")),
        (None, _) => Err(Error::new(doing(), "it is made by a program, which only the CDK runs")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// As aws-cdk-lib writes it, with what matters here.
    fn written(packaging: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let assets = json!({
            "version": "55.0.0",
            "files": {"2923": {
                "displayName": "Code of ChatFunction",
                "source": {"path": "asset.2923.zip", "packaging": packaging},
                "destinations": {"current_account-current_region-f64d762b": {
                    "bucketName": "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}",
                    "objectKey": "2923.zip",
                }},
            }},
            "dockerImages": {},
        });
        fs::write(folder.path().join("chat.assets.json"), assets.to_string()).unwrap();
        let template = folder.path().join("chat.template.json");
        (folder, template)
    }

    fn template() -> Value {
        json!({
            "Resources": {
                "Function": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {
                    "S3Bucket": {"Fn::Sub": "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}"},
                    "S3Key": "2923.zip",
                }}},
                "CDKMetadata": {"Type": "AWS::CDK::Metadata", "Condition": "CDKMetadataAvailable"},
            },
            "Conditions": {"CDKMetadataAvailable": {"Fn::Or": []}},
            "Parameters": {"BootstrapVersion": {
                "Type": "AWS::SSM::Parameter::Value<String>", "Default": "/cdk-bootstrap/hnb659fds/version",
            }},
            "Rules": {"CheckBootstrapVersion": {"Assertions": []}},
        })
    }

    #[test]
    fn assets_are_local_files_and_the_cdks_own_things_are_left_out_and_named() {
        let (_folder, path) = written("file");
        let mut flat = template();
        let left_out = adapt(&mut flat, &path).unwrap().join("\n");
        let function = json!({"Type": "AWS::Lambda::Function", "Properties": {"Code": "asset.2923.zip"}});
        assert_eq!(flat, json!({"Resources": {"Function": function}}));
        for name in ["CDKMetadata", "Parameters.BootstrapVersion", "Rules.CheckBootstrapVersion"] {
            assert!(left_out.contains(name), "no {name} in {left_out}");
        }
    }

    #[test]
    fn a_folder_that_only_the_cdk_would_zip_is_refused_with_what_to_do() {
        let (_folder, path) = written("zip");
        let error = adapt(&mut template(), &path).unwrap_err().to_string();
        assert!(error.contains("it is the folder asset.2923.zip") && error.contains("`--code"), "{error}");
    }

    #[test]
    fn other_templates_stay_as_they_are() {
        let mut flat = template();
        assert_eq!(adapt(&mut flat, Path::new("templates/chat.yaml")), Ok(Vec::new()));
        assert_eq!(flat, template());
    }
}
