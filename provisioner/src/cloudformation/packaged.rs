//! The template in the form that CloudFormation gets: in one piece, with packages in a bucket instead of on this
//! machine.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value, json};

use crate::desired::Desired;
use crate::resources::Resource;
use crate::template::Template;

/// A self-contained template, and the packages that it needs in the bucket.
#[derive(Debug, Clone, PartialEq)]
pub struct Packaged {
    /// The template, as JSON text.
    pub template: String,
    /// The files that must be in the bucket before the deployment.
    pub uploads: BTreeSet<Upload>,
}

/// A file to upload to the bucket.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Upload {
    /// Its key: the stack's name, so that the credentials for one stack need no permission to write the files of
    /// another, and its SHA-256, so that each content has its own object.
    pub key: String,
    /// Its path on this machine.
    pub path: PathBuf,
}

impl Packaged {
    /// Packages a template for `bucket`, with the packages that `desired` has read and checked.
    ///
    /// A version without a `Description` gets one with the name of its release: CloudFormation publishes a new version
    /// only when a property changes.
    pub fn new(template: &Template, desired: &Desired, bucket: &str) -> Self {
        let mut flat = template.flat().clone();
        let mut uploads = BTreeSet::new();
        // By the template's text for the package: a function that its condition omits has the same text as a neighbour,
        // so it gets the same package if the condition is true later.
        let mut keys: BTreeMap<String, String> = BTreeMap::new();
        for wanted in &desired.resources {
            let Some(properties) = properties(&mut flat, &wanted.logical_id) else { continue };
            if let Resource::Function(function) = &wanted.resource {
                let key = format!("{}/{}.zip", desired.stack, hexadecimal(&function.code.sha256));
                if let Some(path) = function.code.path.clone() {
                    uploads.insert(Upload { key: key.clone(), path });
                }
                let declared = properties.insert("Code".to_owned(), json!({"S3Bucket": bucket, "S3Key": &key}));
                keys.insert(declared.unwrap_or_default().to_string(), key);
            }
            if let Resource::Version(version) = &wanted.resource
                && version.description.is_empty()
            {
                let description = format!("release {}", version.release_name());
                properties.insert("Description".to_owned(), description.into());
            }
        }
        for logical_id in template.logical_ids_of("AWS::Lambda::Function") {
            if desired.get(logical_id).is_none()
                && let Some(properties) = properties(&mut flat, logical_id)
                && let Some(key) = properties.get("Code").and_then(|code| keys.get(&code.to_string()))
            {
                properties.insert("Code".to_owned(), json!({"S3Bucket": bucket, "S3Key": key}));
            }
        }
        Self { template: flat.to_string(), uploads }
    }
}

fn properties<'f>(flat: &'f mut Value, logical_id: &str) -> Option<&'f mut Map<String, Value>> {
    let resource = flat.get_mut("Resources")?.get_mut(logical_id)?.as_object_mut()?;
    resource.entry("Properties").or_insert_with(|| json!({})).as_object_mut()
}

/// The hash in hexadecimal, because Lambda's own form has slashes.
fn hexadecimal(base64: &str) -> String {
    let bytes = BASE64_STANDARD.decode(base64).unwrap_or_default();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::desired::{PackageCheck, Packages};
    use crate::place::Place;
    use crate::template::Source;

    const TEXT: &str = "
Parameters: {Release: {Type: String, Default: ''}, Twice: {Type: String, Default: 'false'}}
Conditions: {Twice: !Equals [!Ref Twice, 'true']}
Resources:
  Function:
    Type: AWS::Lambda::Function
    Properties: {Code: f.zip, Runtime: provided.al2023, Handler: bootstrap, Role: 'arn:aws:iam::1:role/r'}
  Version:
    Type: AWS::Lambda::Version
    Properties: {FunctionName: !Ref Function, Description: !Ref Release}
  Second:
    Type: AWS::Lambda::Function
    Condition: Twice
    Properties: {Code: f.zip, Runtime: provided.al2023, Handler: bootstrap, Role: 'arn:aws:iam::1:role/r'}
";

    fn packaged(content: &[u8], parameters: &[(&str, &str)]) -> (Value, Packaged) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("f.zip"), content).unwrap();
        let template = Template::from_source(Source::in_memory(&folder.path().join("t.yaml"), TEXT)).unwrap();
        let parameters: BTreeMap<_, _> = parameters.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let packages = Packages { check: PackageCheck::ForThisMachine, ..Packages::default() };
        let (stack, place) = ("chat".parse().unwrap(), Place::new("us-east-1"));
        let desired = Desired::build(&template, &parameters, &packages, &stack, &place, None).unwrap();
        let packaged = Packaged::new(&template, &desired, "bucket");
        (serde_json::from_str(&packaged.template).unwrap(), packaged)
    }

    #[test]
    fn packages_are_named_by_their_content_and_shared_by_functions() {
        let (template, packaged) = packaged(b"one", &[]);
        let [upload] = packaged.uploads.iter().collect::<Vec<_>>()[..] else { panic!("{packaged:?}") };
        // printf one | sha256sum
        assert_eq!(upload.key, "chat/7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed.zip");
        assert_eq!(upload.path.file_name(), Path::new("f.zip").file_name());
        for function in ["Function", "Second"] {
            let code = &template["Resources"][function]["Properties"]["Code"];
            assert_eq!(code, &json!({"S3Bucket": "bucket", "S3Key": upload.key}), "{function}");
        }
    }

    #[test]
    fn a_version_is_described_by_its_release_unless_it_has_a_description() {
        let description =
            |(template, _): (Value, Packaged)| template["Resources"]["Version"]["Properties"]["Description"].clone();
        let one = description(packaged(b"one", &[]));
        assert!(one.as_str().is_some_and(|text| text.starts_with("release ")), "{one}");
        assert_eq!(one, description(packaged(b"one", &[])));
        assert_ne!(one, description(packaged(b"two", &[])));
        assert_eq!(description(packaged(b"one", &[("Release", "of mine")])), json!({"Ref": "Release"}));
    }
}
