//! Converts the output of `cdk synth` to a plain template: its assets are files on this machine, and the additions that
//! the CDK makes for its own use are removed.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::encoding;
use super::texts::find_text;
use crate::error::{Error, Result};

/// `X.assets.json`, next to `X.template.json`: it lists where the CDK would publish each file.
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

/// The additions of the default synthesizer that check whether an account is bootstrapped. Each has a section, a name,
/// and a text that distinguishes it from an entry of the same name that is not the CDK's. Nothing here uses them.
const BOOTSTRAP: [(&str, &str, &str); 2] =
    [("Parameters", "BootstrapVersion", "/cdk-bootstrap/"), ("Rules", "CheckBootstrapVersion", "CDK bootstrap")];

/// Makes a plain template of the CDK's output, and returns a list of the removed additions.
///
/// # Errors
/// When the manifest cannot be read, or when a property other than a function's `Code` needs a file in the CDK's
/// bucket.
pub(super) fn adapt(flat: &mut Value, path: &Path) -> Result<Vec<String>> {
    let Some(sections) = flat.as_object_mut() else { return Ok(Vec::new()) };
    let mut left_out = Vec::new();
    if let Some(resources) = sections.get_mut("Resources").and_then(Value::as_object_mut) {
        resources.retain(|id, resource| {
            let is_report = resource["Type"] == "AWS::CDK::Metadata";
            left_out.extend(is_report.then(|| format!("{id} (AWS::CDK::Metadata, the CDK's usage report)")));
            !is_report
        });
        if let Some(manifest) = manifest(path)? {
            use_local_assets(resources, &manifest, path)?;
        }
    }
    for (section, name, marker) in BOOTSTRAP {
        let is_the_cdks = sections.get(section).is_some_and(|entries| entries[name].to_string().contains(marker));
        if is_the_cdks {
            remove(sections, section, name);
            left_out.push(format!("{section}.{name} (the CDK's bootstrap, which is not needed here)"));
        }
    }
    // The condition of the usage report, on regions; a template contains it only together with the report.
    remove(sections, "Conditions", "CDKMetadataAvailable");
    Ok(left_out)
}

fn manifest(path: &Path) -> Result<Option<Manifest>> {
    let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".template.json"));
    let Some(name) = name else { return Ok(None) };
    let file = path.with_file_name(format!("{name}.assets.json"));
    let doing = || format!("reading the CDK's assets {}", file.display());
    let bytes = match fs::read(&file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::new(doing(), error)),
    };
    let text = encoding::text(bytes).map_err(|cause| Error::new(doing(), cause).hint(encoding::SAVE_AS_UTF_8))?;
    serde_json::from_str(&text).map(Some).map_err(|error| Error::new(doing(), error))
}

/// Removes an entry, and its section if that is then empty.
fn remove(sections: &mut Map<String, Value>, section: &str, name: &str) {
    let Some(entries) = sections.get_mut(section).and_then(Value::as_object_mut) else { return };
    entries.shift_remove(name);
    if entries.is_empty() {
        sections.shift_remove(section);
    }
}

/// Replaces locations in the CDK's bucket with the files and folders that the CDK would upload there.
fn use_local_assets(resources: &mut Map<String, Value>, manifest: &Manifest, path: &Path) -> Result<()> {
    for (id, resource) in resources {
        if resource["Type"] == "AWS::Lambda::Function"
            && let Some(code) = resource.pointer_mut("/Properties/Code")
            && let Some(key) = code["S3Key"].as_str().map(str::to_owned)
            && let Some(asset) = manifest.asset(&key)
        {
            let doing = || format!("replacing the asset {key} of `{id}` in {}", path.display());
            *code = local(&asset.source).map_err(|cause| Error::new(doing(), cause))?.into();
        }
        let asset_key = |text: &str| manifest.asset(text).map(|_| text.to_owned());
        if let Some((_, key)) = find_text(&resource["Properties"], &asset_key) {
            let doing = format!("replacing the asset {key} of `{id}` in {}", path.display());
            return Err(Error::new(doing, "only a function's `Code` can be a local file; this is another property")
                .hint("deploy the stack with `cdk deploy`, which uploads the asset to the CDK's bucket"));
        }
    }
    Ok(())
}

/// The path of an asset, relative to the template. The reader of a folder zips it, as the CDK would.
fn local(source: &Source) -> std::result::Result<String, String> {
    match (&source.path, source.packaging.as_deref()) {
        (Some(path), None | Some("file" | "zip")) => Ok(path.to_string_lossy().into_owned()),
        (Some(_), Some(other)) => Err(format!("its packaging `{other}` is not supported")),
        (None, _) => Err("a program generates it, and only the CDK runs that program".to_owned()),
    }
}

impl Manifest {
    /// The asset that the CDK uploads to the bucket under this key.
    fn asset(&self, key: &str) -> Option<&Asset> {
        let has_key = |asset: &&Asset| asset.destinations.values().any(|one| one.object_key == key);
        self.files.values().find(has_key)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A manifest as aws-cdk-lib writes it, reduced to the parts that matter here.
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
            "Rules": {"CheckBootstrapVersion": {"Assertions": [{"AssertDescription": "CDK bootstrap stack version 6 required."}]}},
        })
    }

    #[test]
    fn assets_become_local_files_and_the_cdks_additions_are_removed() {
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
    fn a_folder_asset_keeps_its_path() {
        let (_folder, path) = written("zip");
        let mut flat = template();
        adapt(&mut flat, &path).unwrap();
        assert_eq!(flat["Resources"]["Function"]["Properties"]["Code"], "asset.2923.zip");
    }

    #[test]
    fn an_asset_in_another_property_is_refused() {
        let (_folder, path) = written("zip");
        let mut flat = template();
        flat["Resources"]["Layer"] = json!({"Type": "AWS::Lambda::LayerVersion", "Properties": {"Content": {
            "S3Bucket": {"Fn::Sub": "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}"}, "S3Key": "2923.zip",
        }}});
        let error = adapt(&mut flat, &path).unwrap_err().to_string();
        assert!(error.starts_with("replacing the asset 2923.zip of `Layer` in "), "{error}");
        assert!(
            error.contains("only a function's `Code`") && error.contains("hint: deploy the stack with `cdk deploy`"),
            "{error}"
        );
    }

    #[test]
    fn the_cdks_additions_are_removed_without_a_manifest() {
        let mut flat = template();
        assert_eq!(adapt(&mut flat, Path::new("elsewhere/chat.template.json")).unwrap().len(), 3);
        assert_eq!(flat.as_object().unwrap().keys().collect::<Vec<_>>(), ["Resources"]);
    }

    #[test]
    fn a_manifest_can_have_a_byte_order_mark_and_an_unreadable_one_fails() {
        let (_folder, path) = written("file");
        let file = path.with_file_name("chat.assets.json");
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, format!("\u{feff}{text}")).unwrap();
        let mut flat = template();
        adapt(&mut flat, &path).unwrap();
        assert_eq!(flat["Resources"]["Function"]["Properties"]["Code"], "asset.2923.zip");

        fs::write(&file, text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()).unwrap();
        let error = adapt(&mut template(), &path).unwrap_err().to_string();
        assert!(error.starts_with("reading the CDK's assets ") && error.contains("the file is UTF-16"), "{error}");

        fs::remove_file(&file).unwrap();
        fs::create_dir(&file).unwrap();
        let error = adapt(&mut template(), &path).unwrap_err().to_string();
        assert!(error.starts_with("reading the CDK's assets "), "{error}");
    }

    #[test]
    fn other_templates_are_unchanged() {
        let mine = json!({
            "Parameters": {"BootstrapVersion": {"Type": "String", "Default": "of mine"}},
            "Resources": {"Function": {"Type": "AWS::Lambda::Function", "Properties": {"Code": "f.zip"}}},
        });
        let mut flat = mine.clone();
        assert_eq!(adapt(&mut flat, Path::new("templates/chat.yaml")), Ok(Vec::new()));
        assert_eq!(flat, mine);
    }
}
