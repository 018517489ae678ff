//! `AWS::DynamoDB::Table`: the catalogue, if the stack contains one.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::kind::*;
use super::name::default_name;

/// A table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Table {
    /// The physical name.
    #[serde(default, deserialize_with = "super::name::given", skip_serializing_if = "String::is_empty")]
    pub table_name: String,
    /// The types of the key attributes.
    pub attribute_definitions: Vec<AttributeDefinition>,
    /// The partition key, and the sort key if there is one.
    pub key_schema: Vec<KeyElement>,
    /// The only supported mode is on demand.
    pub billing_mode: BillingMode,
    /// Whether AWS refuses to delete it.
    #[serde(default)]
    pub deletion_protection_enabled: bool,
    /// Tags.
    #[serde(default, deserialize_with = "super::tags::either_shape")]
    pub tags: Tags,
}

has_properties!(Table);

/// The billing mode of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BillingMode {
    /// On demand.
    #[serde(rename = "PAY_PER_REQUEST")]
    PayPerRequest,
    /// Provisioned throughput: read from AWS, never created by this crate.
    #[serde(rename = "PROVISIONED", skip_deserializing)]
    Provisioned,
}

/// A key attribute's type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AttributeDefinition {
    /// Its name.
    pub attribute_name: String,
    /// `S`, `N` or `B`.
    pub attribute_type: String,
}

/// One part of a table's key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct KeyElement {
    /// The attribute's name.
    pub attribute_name: String,
    /// `HASH` or `RANGE`.
    pub key_type: String,
}

/// A writing call to DynamoDB.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the variants are DynamoDB's operations, the fields their arguments")]
pub enum Call {
    CreateTable(Box<Table>),
    UpdateTable { table_name: String, deletion_protection_enabled: bool },
    TagResource { arn: String, tags: Tags },
    DeleteTable { table_name: String },
}

impl Kind for Table {
    const TYPE: &'static str = "AWS::DynamoDB::Table";
    const ATTRIBUTES: &'static [&'static str] = &[Ids::ARN];
    const OWNERSHIP: Ownership = Ownership::Tags;
    const ORPHANS: Orphans = Orphans::ByName(Arn { service: "dynamodb", start: "table/" });
    const REMOVAL: Removal = Removal::Independent;
    const CREATE_ONLY: &'static [Property] =
        &[property!(Table.attribute_definitions), property!(Table.key_schema), property!(Table.billing_mode)];
    type Call = Call;

    fields!(name: table_name, tags_mut: tags);

    fn complete(&mut self, tag: &OwnershipTag) {
        default_name(&mut self.table_name, tag, 255);
        tag.add_to(&mut self.tags);
    }

    fn attributes(&self, place: &Place) -> Vec<(&'static str, String)> {
        let name = &self.table_name;
        vec![(Ids::REF, name.clone()), (Ids::ARN, place.arn("dynamodb", format_args!("table/{name}")))]
    }

    fn with_name_only(name: &str) -> Option<Self> {
        let mode = BillingMode::PayPerRequest;
        let table = json!({"TableName": name, "AttributeDefinitions": [], "KeySchema": [], "BillingMode": mode});
        serde_json::from_value(table).ok()
    }

    fn is_kept(&self) -> Option<&'static str> {
        Some("delete it by hand if its data is not needed any more")
    }

    fn imports(&self, _ids: &Ids) -> Vec<Import> {
        vec![Import::whole("aws_dynamodb_table", &self.table_name)]
    }

    created_by!(CreateTable, Refused);

    fn update(&self, _now: &Self, ids: &Ids, changed: &Changed) -> Batches<Call> {
        let mut calls = Vec::new();
        if changed.has(property!(Table.deletion_protection_enabled)) {
            calls.push(Call::UpdateTable {
                table_name: self.table_name.clone(),
                deletion_protection_enabled: self.deletion_protection_enabled,
            });
        }
        if changed.has(property!(Table.tags)) {
            calls.push(Call::TagResource { arn: id(ids, Ids::ARN), tags: self.tags.clone() });
        }
        batches([calls])
    }

    fn delete(&self, _ids: &Ids) -> Batches<Call> {
        batches([vec![Call::DeleteTable { table_name: self.table_name.clone() }]])
    }
}
