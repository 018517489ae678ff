//! Kinds without a type here: they use AWS Cloud Control, which creates, reads, updates and deletes a resource of any
//! kind in the CloudFormation registry.

mod attributes;
mod compare;
mod identity;
mod limits;
mod not_findable;
mod schema;
mod types;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

pub(super) use compare::as_far_as;
pub use identity::Identifier;
pub use limits::{Limited, Limits};
pub use not_findable::NotFindable;
pub use schema::Schema;
pub use types::{Type, Types};

use super::import::cloud_control_type;
use super::kind::*;
use super::name::default_name;
use super::tags::{KIND_TAG, Owner, STAYS, kept_by_tag, tag_as_retained};

/// A resource of any kind of the CloudFormation registry.
///
/// Its properties are JSON. Properties that the template does not give are not compared, because without a type the
/// defaults are unknown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Other {
    /// The kind, such as `AWS::SQS::Queue`.
    pub type_name: String,
    /// The resource's name in the template.
    pub logical_id: String,
    /// The properties as the template gives them, or as AWS returns them.
    pub properties: Map<String, Value>,
    /// The ownership tag.
    pub ownership_tags: Tags,
    /// The registry's schema of the kind; `None` until AWS has returned it.
    pub schema: Option<Schema>,
    /// The identifier in Cloud Control; `None` for a resource of the template.
    pub identifier: Option<Identifier>,
}

has_properties!(Other);

/// A writing call to Cloud Control.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the variants are Cloud Control's operations, the fields their arguments")]
pub enum Call {
    CreateResource { type_name: String, desired_state: Value },
    UpdateResource { type_name: String, identifier: Identifier, patch: Value },
    DeleteResource { type_name: String, identifier: Identifier },
}

/// The maximum length of a generated name for a kind without a type, where the registry gives no limit: the limit of
/// the strictest of the usual kinds.
const MOST_OF_A_NAME: usize = 64;

/// The maximum length of such a name, whatever the registry gives: it gives 1024 for the name of an
/// `AWS::DynamoDB::GlobalTable`, where DynamoDB accepts 255.
const MOST_OF_ANY_NAME: usize = 255;

/// The prefixes of kinds that an account has once for all regions (AWS's whitepaper "Fault isolation boundaries",
/// global services).
///
/// A stack of the same name in another region finds the same resources.
const GLOBAL: [&str; 8] = [
    "AWS::CloudFront::", "AWS::GlobalAccelerator::", "AWS::IAM::", "AWS::NetworkManager::", "AWS::Organizations::",
    "AWS::Route53::", "AWS::S3::MultiRegionAccessPoint", "AWS::Shield::",
];

/// The prefixes of kinds that only CloudFormation processes and that are not resources of the registry.
const NOT_A_RESOURCE: [&str; 3] = ["AWS::CloudFormation::", "Custom::", "AWS::CDK::"];

impl Other {
    /// The resource of a kind without a type here; `None` for a name that cannot be a kind of the registry.
    pub fn new(kind: &str, properties: Map<String, Value>) -> Option<Self> {
        let parts: Vec<&str> = kind.split("::").collect();
        let is_a_name = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric());
        let is_a_kind = parts.len() == 3 && parts.iter().all(is_a_name);
        let ours = NOT_A_RESOURCE.iter().any(|start| kind.starts_with(start));
        (is_a_kind && !ours).then(|| Self {
            type_name: kind.to_owned(),
            logical_id: String::new(),
            properties,
            ownership_tags: Tags::new(),
            schema: None,
            identifier: None,
        })
    }

    /// A resource of the same kind as AWS returns it.
    pub fn found(&self, identifier: Identifier, properties: Map<String, Value>) -> Self {
        Self { properties, identifier: Some(identifier), ..self.clone() }
    }

    /// The identifier, if the resource's own properties contain it: all parts of the kind's primary identifier.
    pub fn own_identifier(&self) -> Option<Identifier> {
        let primary = &self.schema.as_ref()?.primary_identifier;
        let parts: Option<Vec<&str>> = primary.iter().map(|name| self.properties.get(name)?.as_str()).collect();
        parts.filter(|parts| !parts.is_empty()).map(|parts| Identifier::of_parts(&parts))
    }

    /// The values of references to a found resource: `Ref`, and its attributes.
    pub fn assigned(&self) -> Ids {
        let of = |identifier| attributes::assigned(&self.type_name, identifier, &self.properties);
        self.identifier.as_ref().map_or_else(Ids::new, of)
    }

    /// The properties that may contain the physical name: `QueueName` of a queue, `Name` of many others.
    fn name_properties(&self) -> impl Iterator<Item = String> {
        let noun = self.type_name.rsplit("::").next().unwrap_or_default();
        // `ClientName` of a `UserPoolClient`.
        let words = noun.char_indices().filter(|(_, letter)| letter.is_ascii_uppercase()).map(|(at, _)| &noun[at..]);
        words.map(|noun| format!("{noun}Name")).chain(["Name".to_owned()])
    }

    /// The physical name that the template gives it.
    pub fn given_name(&self) -> Option<&str> {
        self.name_properties().find_map(|key| self.properties.get(&key).and_then(Value::as_str))
    }

    /// Adds the registry's schema of the kind, and converts the properties to its types, so that the values that are
    /// searched and compared are those that are sent.
    ///
    /// A resource without tags and without a name could not be found again: it gets a name that starts with the
    /// stack's, as the typed kinds do. The name of a resource that all regions share contains the region, too.
    pub fn with_schema(mut self, schema: Option<&Schema>) -> Self {
        self.schema = schema.cloned();
        let Some(schema) = schema else { return self };
        self.properties = self.typed();
        if schema.tags.is_some() || self.own_identifier().is_some() || self.given_name().is_some() {
            return self;
        }
        let property = self.name_properties().find(|name| schema.create_only.contains(name));
        if let Some(property) = property {
            let most = schema.max_lengths.get(&property).copied().unwrap_or(MOST_OF_A_NAME);
            let mut tag = OwnershipTag::of(&self.ownership_tags);
            if self.is_global() {
                tag.logical_id = format!("{}-{}", tag.logical_id, tag.region);
            }
            let mut name = String::new();
            default_name(&mut name, &tag, most.min(MOST_OF_ANY_NAME));
            self.properties.insert(property, name.into());
        }
        self
    }

    /// Whether an account has its kind once for all regions.
    fn is_global(&self) -> bool {
        GLOBAL.iter().any(|start| self.type_name.starts_with(start))
    }

    /// The properties by which AWS lists the kind's resources, from its own properties; `None` where these do not
    /// contain them.
    pub fn listed_by(&self) -> Option<Map<String, Value>> {
        let names = self.schema.iter().flat_map(|schema| &schema.list_by);
        names.map(|name| Some((name.clone(), self.properties.get(name)?.clone()))).collect()
    }

    /// The tags of a found resource; `None` where its kind has no tags.
    pub fn found_tags(&self) -> Option<Tags> {
        let property = self.schema.as_ref()?.tags.as_ref()?;
        Some(compare::tags(self.properties.get(property)))
    }

    /// The owner of a found resource. One without tags belongs to the stack whose template names it, since nothing else
    /// shows the owner.
    pub fn owner(&self, tag: &OwnershipTag) -> Owner {
        self.found_tags().map_or(Owner::Ours, |tags| tag.owner(&tags))
    }

    /// Whether a found resource has exactly this ownership tag.
    pub fn has_tag(&self, tag: &OwnershipTag) -> bool {
        self.found_tags().is_some_and(|tags| tag.is_on(&tags))
    }

    /// The found resource of its kind that it describes.
    ///
    /// This is the one with the ownership tag, else the one with its name; for kinds without tags, it is the one that
    /// equals it in all properties that cannot be changed.
    pub fn among<'a, I>(
        &self,
        mut all: impl Iterator<Item = (I, &'a Self)> + Clone,
        tag: &OwnershipTag,
    ) -> Option<(I, &'a Self)> {
        if self.schema.as_ref().is_none_or(|schema| schema.tags.is_none()) {
            return all.find(|(_, one)| one.is_the_same_as(self));
        }
        let named = |one: &Self| self.given_name().is_some() && one.given_name() == self.given_name();
        all.clone().find(|(_, one)| one.has_tag(tag)).or_else(|| all.find(|(_, one)| named(one)))
    }

    /// Whether a found resource is the wanted one, for kinds without tags: it equals the wanted one in all properties
    /// that cannot be changed, and in its name if it has one.
    ///
    /// An API has several authorizers.
    fn is_the_same_as(&self, wanted: &Self) -> bool {
        let fixed = wanted.create_only();
        let given: Vec<_> = fixed.iter().filter_map(|name| Some((name, wanted.properties.get(*name)?))).collect();
        let found = self.typed();
        let is_same =
            |name: &str, value: &Value| found.get(name).is_some_and(|found| as_far_as(found, value) == *value);
        let named = wanted.given_name().is_none_or(|name| self.given_name() == Some(name));
        named && !given.is_empty() && given.iter().all(|(name, value)| is_same(name, value))
    }

    /// The properties in the registry's types.
    fn typed(&self) -> Map<String, Value> {
        let mut properties = self.properties.clone();
        let Some(schema) = &self.schema else { return properties };
        for (name, value) in &mut properties {
            *value = schema.types.typed(name, std::mem::take(value));
        }
        properties
    }

    /// The wanted properties: the template's in the registry's types, and the tags with the ownership tag.
    fn wanted(&self) -> Map<String, Value> {
        // References may have been filled in since the kind's schema was added.
        let mut wanted = self.typed();
        let Some(schema) = &self.schema else { return wanted };
        if let Some(property) = &schema.tags {
            let mut tags = compare::tags(wanted.get(property));
            tags.extend(self.ownership_tags.clone());
            let written = schema.written_tags(property, &tags);
            wanted.insert(property.clone(), written);
        }
        wanted
    }
}

impl Kind for Other {
    const TYPE: &'static str = super::ANY_OTHER;
    const ATTRIBUTES: &'static [&'static str] = &[];
    const OWNERSHIP: Ownership = Ownership::Tags;
    /// The tag with the kind finds them.
    const ORPHANS: Orphans = Orphans::WithParent;
    const REMOVAL: Removal = Removal::Independent;
    const THROUGH: Option<&'static str> = Some("CloudControl");
    type Call = Call;

    fn type_name(&self) -> &str {
        &self.type_name
    }

    /// Whether the registry's schema has the attribute. Before the schema is read, every attribute may exist.
    fn has_attribute(&self, name: &str) -> bool {
        self.schema.as_ref().is_none_or(|schema| schema.has_attribute(name))
    }

    fn attribute_names(&self) -> Vec<String> {
        self.schema.as_ref().map(|schema| schema.attributes.iter().cloned().collect()).unwrap_or_default()
    }

    fn create_only(&self) -> Vec<&str> {
        self.schema.iter().flat_map(|schema| schema.create_only.iter().map(String::as_str)).collect()
    }

    fn complete(&mut self, tag: &OwnershipTag) {
        self.logical_id.clone_from(&tag.logical_id);
        match self.is_global() {
            true => tag.add_with_region_to(&mut self.ownership_tags),
            false => tag.add_to(&mut self.ownership_tags),
        }
        self.ownership_tags.insert(KIND_TAG.to_owned(), self.type_name.clone());
    }

    fn name(&self) -> String {
        self.given_name().unwrap_or(&self.logical_id).to_owned()
    }

    fn identity(&self) -> Vec<String> {
        if let Some(identifier) = self.own_identifier() {
            return vec![identifier.to_string()];
        }
        match self.schema.as_ref().is_some_and(|schema| schema.tags.is_some()) {
            true => {
                let listed_by = self.listed_by().unwrap_or_default().into_iter().map(|(_, value)| value.to_string());
                self.given_name().map(str::to_owned).into_iter().chain(listed_by).collect()
            }
            false => {
                let fixed = self.create_only();
                fixed.iter().filter_map(|name| self.properties.get(*name)).map(Value::to_string).collect()
            }
        }
    }

    fn comparable(&self) -> Value {
        let write_only = self.schema.iter().flat_map(|schema| &schema.write_only);
        let mut wanted = self.wanted();
        for name in write_only {
            wanted.shift_remove(name); // AWS never returns it
        }
        Value::Object(wanted)
    }

    fn comparable_with(&self, wanted: &Self) -> Value {
        as_far_as(&Value::Object(self.properties.clone()), &wanted.comparable())
    }

    fn is_same(&self, _ids: &Ids, other: &Self, _other_ids: &Ids) -> bool {
        self.identifier.is_some() && self.type_name == other.type_name && self.identifier == other.identifier
    }

    fn collides_with(&self, other: &Self) -> bool {
        self.type_name == other.type_name && self.name() == other.name()
    }

    fn retain(&mut self) {
        tag_as_retained(&mut self.ownership_tags);
    }

    fn is_kept(&self) -> Option<&'static str> {
        // Without tags, nothing shows whether it may be deleted.
        self.found_tags().map_or(Some(STAYS), |tags| kept_by_tag(&tags))
    }

    /// The provider for Cloud Control names its types after the registry's, and accepts its identifiers.
    fn imports(&self, _ids: &Ids) -> Vec<Import> {
        let identifier = self.identifier.as_ref().map(ToString::to_string).unwrap_or_default();
        vec![Import::whole(&cloud_control_type(&self.type_name), identifier)]
    }

    /// A call of Cloud Control has a token by which AWS recognizes the retry.
    fn effect(_call: &Call) -> Effect<Self> {
        Effect::Repeatable
    }

    /// The properties of a kind without a type may be secret.
    fn recorded(call: &Call) -> Value {
        match call {
            Call::CreateResource { type_name, .. } => json!([type_name]),
            Call::UpdateResource { type_name, identifier, .. } | Call::DeleteResource { type_name, identifier } => {
                json!([type_name, identifier])
            }
        }
    }

    fn create(&self) -> Batches<Call> {
        let desired_state = Value::Object(self.wanted());
        batches([vec![Call::CreateResource { type_name: self.type_name.clone(), desired_state }]])
    }

    fn update(&self, now: &Self, _ids: &Ids, changed: &Changed) -> Batches<Call> {
        let Some(identifier) = now.identifier.clone() else { return Batches::new() };
        let wanted = self.wanted();
        let tag_property = self.schema.as_ref().and_then(|schema| schema.tags.as_deref());
        let patch = wanted.into_iter().filter(|(name, _)| changed.has_named(name)).map(|(name, mut value)| {
            if let (Some(schema), true) = (&self.schema, tag_property == Some(name.as_str())) {
                // A patch replaces the list as a whole, so it must contain the tags that others added.
                let mut tags = compare::tags(now.properties.get(&name));
                tags.extend(compare::tags(Some(&value)));
                value = schema.written_tags(&name, &tags);
            }
            let op = if now.properties.contains_key(&name) { "replace" } else { "add" };
            json!({"op": op, "path": format!("/{}", name.replace('~', "~0").replace('/', "~1")), "value": value})
        });
        batches([vec![Call::UpdateResource { type_name: self.type_name.clone(), identifier, patch: patch.collect() }]])
    }

    fn delete(&self, _ids: &Ids) -> Batches<Call> {
        let Some(identifier) = self.identifier.clone() else { return Batches::new() };
        batches([vec![Call::DeleteResource { type_name: self.type_name.clone(), identifier }]])
    }
}

#[cfg(test)]
mod tests;
