//! The schema of a kind in the CloudFormation registry, reduced to what is used here.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::tags::Tags;
use super::attributes;
use super::limits::Limits;
use super::types::Types;

/// A kind's schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Schema {
    /// The properties that identify a resource on AWS.
    pub primary_identifier: Vec<String>,
    /// The properties that cannot be changed in place.
    pub create_only: Vec<String>,
    /// The properties that AWS accepts and never returns.
    pub write_only: Vec<String>,
    /// The property with the tags, if the kind has any.
    pub tags: Option<String>,
    /// The types of the properties.
    pub types: Types,
    /// The properties by which AWS lists the kind's resources: for example, it lists the authorizers of one API, not
    /// all.
    #[serde(default)]
    pub list_by: Vec<String>,
    /// The maximum lengths of the properties that cannot be changed in place, where the registry gives them
    /// (`maxLength`).
    #[serde(default)]
    pub max_lengths: BTreeMap<String, usize>,
    /// The limits of the properties. AWS compares the properties with them before it creates or updates a resource.
    #[serde(default)]
    pub limits: Limits,
    /// The attributes that `Fn::GetAtt` can request: properties, and those inside objects by their dotted path.
    pub attributes: BTreeSet<String>,
}

impl Schema {
    /// The schema as `DescribeType` returns it.
    ///
    /// # Errors
    /// When it is not JSON.
    pub fn from_registry(text: &str) -> Result<Self, serde_json::Error> {
        let schema: Value = serde_json::from_str(text)?;
        let names = |key: &str| -> Vec<String> {
            let paths = schema[key].as_array().into_iter().flatten().filter_map(Value::as_str);
            // Deeper paths describe a part of a property; properties are compared and changed as a whole.
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
            limits: Limits::of(&schema),
            list_by: {
                let required = schema["handlers"]["list"]["handlerSchema"]["required"].as_array();
                required.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
            },
            attributes: attributes::in_schema(&schema),
        })
    }

    /// Whether `Fn::GetAtt` can request this attribute.
    pub fn has_attribute(&self, name: &str) -> bool {
        attributes::has(&self.attributes, name)
    }

    /// Tags in the form that the kind accepts.
    pub(super) fn written_tags(&self, property: &str, tags: &Tags) -> Value {
        match self.types.is_map(property) {
            true => json!(tags),
            false => tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect(),
        }
    }
}
