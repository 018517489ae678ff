//! What the CloudFormation registry says of a kind, as far as it is needed here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::tags::Tags;
use super::attributes;
use super::types::Types;

/// A kind's schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Schema {
    /// The properties that AWS finds a resource by.
    pub primary_identifier: Vec<String>,
    /// The properties that cannot be changed in place.
    pub create_only: Vec<String>,
    /// The properties that AWS takes and never answers.
    pub write_only: Vec<String>,
    /// The property that holds the tags, where the kind has any.
    pub tags: Option<String>,
    /// The types of the properties.
    pub types: Types,
    /// The properties that AWS lists the kind's resources by: it lists the authorizers of one API, not all.
    #[serde(default)]
    pub list_by: Vec<String>,
    /// The most characters of those properties that cannot be changed in place, where the registry says it (`maxLength`).
    #[serde(default)]
    pub max_lengths: BTreeMap<String, usize>,
    /// What `Fn::GetAtt` can ask for: properties, and those inside objects by their dotted path.
    pub attributes: BTreeSet<String>,
}

/// The schemas of some kinds, from the registry by way of cfn-lint, for where AWS cannot be asked, as on an emulator.
/// Written by `provisioner/tests/schemas/generate.py`.
static KEPT: LazyLock<BTreeMap<String, Schema>> = LazyLock::new(|| {
    let all: Value = serde_json::from_str(include_str!("kept_schemas.json")).unwrap_or_default();
    let kinds = all["kinds"].as_object().into_iter().flatten();
    kinds.filter_map(|(kind, schema)| Some((kind.clone(), Schema::from_registry(&schema.to_string()).ok()?))).collect()
});

impl Schema {
    /// The schema as `DescribeType` answers it.
    ///
    /// # Errors
    /// When it is not JSON.
    pub fn from_registry(text: &str) -> Result<Self, serde_json::Error> {
        let schema: Value = serde_json::from_str(text)?;
        let names = |key: &str| -> Vec<String> {
            let paths = schema[key].as_array().into_iter().flatten().filter_map(Value::as_str);
            // Deeper paths say something of a part of a property; what is compared and changed is the whole.
            let tops = paths.filter_map(|path| path.strip_prefix("/properties/")).filter(|path| !path.contains('/'));
            tops.map(str::to_owned).collect()
        };
        let longest = |name: String| {
            let most = attributes::resolved(&schema, &schema["properties"][&name])["maxLength"].as_u64()?;
            Some((name, usize::try_from(most).ok()?))
        };
        let tagging = &schema["tagging"];
        let untagged = tagging["taggable"] == false || schema["taggable"] == false;
        let property = tagging["tagProperty"].as_str().unwrap_or("/properties/Tags").replace("/properties/", "");
        let has_tags = !untagged && schema["properties"].get(&property).is_some();
        Ok(Self {
            primary_identifier: names("primaryIdentifier"),
            max_lengths: names("createOnlyProperties").into_iter().filter_map(longest).collect(),
            create_only: names("createOnlyProperties"),
            write_only: names("writeOnlyProperties"),
            tags: has_tags.then_some(property),
            types: Types::of(&schema),
            list_by: {
                let required = schema["handlers"]["list"]["handlerSchema"]["required"].as_array();
                required.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
            },
            attributes: attributes::in_schema(&schema),
        })
    }

    /// Whether `Fn::GetAtt` can ask for this.
    #[must_use]
    pub fn has_attribute(&self, name: &str) -> bool {
        attributes::has(&self.attributes, name)
    }

    /// Whether an attribute is a list.
    #[must_use]
    pub fn is_list(&self, attribute: &str) -> bool {
        self.types.is_list(attribute)
    }

    /// Whether the value at a path of keys and indices in the properties has a single type that is not a list or a map.
    #[must_use]
    pub fn is_scalar(&self, path: &[String]) -> bool {
        self.types.is_scalar(path)
    }

    /// The schema of a kind from those that are kept here.
    #[must_use]
    pub fn kept(kind: &str) -> Option<Self> {
        KEPT.get(kind).cloned()
    }

    /// Tags in the shape that the kind takes.
    pub(super) fn written_tags(&self, property: &str, tags: &Tags) -> Value {
        match self.types.is_map(property) {
            true => json!(tags),
            false => tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect(),
        }
    }
}
