//! `AWS::Lambda::Version`: a release, which is frozen code and configuration of a function.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::function::OUTSIDE_SETTINGS;
use super::kind::*;
use super::named::FunctionRef;
use crate::template::{Reference, references_in};

/// A published version of a function.
///
/// It is found by its content: a version with the wanted code and configuration is the wanted version, whatever its
/// number. So a second run publishes nothing, and a deploy of an earlier release finds that version again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Version {
    /// The properties that a template can give.
    #[serde(flatten)]
    pub properties: Properties,
    /// The version's content, as returned by [`super::function::Function::release`].
    #[serde(default)]
    pub release: Value,
    /// The hash of the package that it must contain.
    #[serde(default)]
    pub package: String,
    /// The revision of the function that it is published from.
    #[serde(default)]
    pub revision: String,
}

/// The properties of a version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Properties {
    /// The function's name. A template may give its ARN.
    pub function_name: String,
    /// Free text.
    #[serde(default)]
    pub description: String,
}

has_properties!(Version { release, package, revision });

/// The wanted release of a function, with the settings that the function has outside the template: a published version
/// would contain them too.
pub fn with_outside_settings(mut wanted: Value, function: &Value) -> Value {
    if let (Some(wanted), Some(settings)) = (wanted.as_object_mut(), function.get(OUTSIDE_SETTINGS)) {
        wanted.insert(OUTSIDE_SETTINGS.to_owned(), settings.clone());
    }
    wanted
}

/// An additional attribute in the answer to publishing: the revision of the function afterwards.
pub const LATEST_REVISION: &str = "LatestRevisionId";

/// An additional attribute in the answer to a call that writes and publishes the function: the version's number.
pub const PUBLISHED_VERSION: &str = "PublishedVersion";

/// An additional attribute in the answer to a call that writes and publishes the function: the version's ARN.
pub const PUBLISHED_ARN: &str = "PublishedArn";

/// A writing call to Lambda about versions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the variants are Lambda's operations, the fields their arguments")]
pub enum Call {
    PublishVersion { function_name: String, description: String, package: String, revision: String },
    // Deletes one version; Lambda refuses to delete a version that an alias points to.
    DeleteFunction { function_name: String, version: u64 },
}

impl Kind for Version {
    const TYPE: &'static str = "AWS::Lambda::Version";
    const ATTRIBUTES: &'static [&'static str] = &[Ids::VERSION, "FunctionArn"];
    const OWNERSHIP: Ownership = Ownership::Assumed;
    const ORPHANS: Orphans = Orphans::WithParent;
    const REMOVAL: Removal = Removal::Versions;
    const CHANGED_BY_UPDATE: bool = true;
    type Call = Call;

    fields!(part_of_function: function_name);

    fn complete(&mut self, _tag: &OwnershipTag) {
        self.function_name = FunctionRef::parse(&self.function_name).to_string();
    }

    fn name(&self) -> String {
        format!("{} release {}", self.function_name, self.release_name())
    }

    /// All of its content must be known except the account, which readers request concurrently.
    fn identity(&self) -> Vec<String> {
        let unknown = references_in(&self.release).into_iter().filter(|one| *one != Reference::account());
        vec![self.function_name.clone(), unknown.map(|one| one.to_string()).collect()]
    }

    fn comparable(&self) -> Value {
        json!({ "FunctionName": self.function_name, "Release": self.release_name() })
    }

    /// Terraform has no resource for a version: `publish` of the function publishes it.
    fn imports(&self, _ids: &Ids) -> Vec<Import> {
        Vec::new()
    }

    /// The writer looks for the release in the function's list of versions.
    fn effect(_call: &Call) -> Effect<Self> {
        Effect::SeenByService
    }

    fn create(&self) -> Batches<Call> {
        let Self { properties: Properties { function_name, description }, release: _, package, revision } =
            self.clone();
        batches([vec![Call::PublishVersion { function_name, description, package, revision }]])
    }

    fn update(&self, _now: &Self, _ids: &Ids, _changed: &Changed) -> Batches<Call> {
        Vec::new() // a version with the wanted content needs no update
    }

    /// Lambda deletes versions with their function.
    fn delete(&self, _ids: &Ids) -> Batches<Call> {
        Vec::new()
    }
}

impl Version {
    /// A short name for the version's content: the same for the same code and configuration.
    pub fn release_name(&self) -> String {
        release_name(&self.release)
    }
}

/// A short name for a release, as returned by [`super::function::Function::release`].
pub fn release_name(release: &Value) -> String {
    let digest = Sha256::digest(release.to_string());
    digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_description_is_no_other_version() {
        let version = |description: &str| Version {
            release: json!({"MemorySize": 512}),
            ..Properties { function_name: "chat".to_owned(), description: description.to_owned() }.into()
        };
        assert_eq!(version("release 2").comparable(), version("").comparable());
        assert_eq!(version("release 2").identity(), version("").identity());
    }
}
