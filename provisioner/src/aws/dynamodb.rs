//! DynamoDB: tables, and the rows that `local` writes into a table.

use std::collections::HashMap;

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, PutRequest, ScalarAttributeType,
    TableDescription, TableStatus, Tag, WriteRequest,
};
use serde_json::Value;

use super::problem::{if_exists, problem, took_too_long};
use super::retry::{First, Progress};
use super::service::{Dispatch, Find};
use super::{Aws, AwsReader};
use crate::error::{Error, Result};
use crate::observe::Found;
use crate::resources::table::{self, Call, Table};
use crate::resources::{Ids, OwnershipTag, Resource, Tags};

impl Find for Table {
    async fn find(&self, reader: &AwsReader, tag: &OwnershipTag) -> Result<Option<Found>> {
        let name = &self.table_name;
        let doing = || format!("reading table {name}");
        let Some(table) = reader.aws.describe_table(name, doing()).await? else { return Ok(None) };
        let arn = table.table_arn().unwrap_or_default().to_owned();
        let tags = reader.aws.dynamodb.list_tags_of_resource().resource_arn(&arn).send().await;
        // It may have been deleted between the two calls.
        let Some(answer) = if_exists(doing(), tags)? else { return Ok(None) };
        let tags = answer.tags().iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect();
        let on_demand = table.billing_mode_summary().and_then(|summary| summary.billing_mode())
            == Some(&BillingMode::PayPerRequest);
        let resource = Table {
            table_name: name.clone(),
            attribute_definitions: table.attribute_definitions().iter().map(definition).collect(),
            key_schema: table.key_schema().iter().map(key_element).collect(),
            billing_mode: if on_demand { table::BillingMode::PayPerRequest } else { table::BillingMode::Provisioned },
            deletion_protection_enabled: table.deletion_protection_enabled().unwrap_or_default(),
            tags,
        };
        let owner = tag.owner(&resource.tags);
        let ids = Ids::from([(Ids::ARN.to_owned(), arn)]);
        Ok(Some(Found::new(Resource::Table(resource), ids, owner)))
    }
}

impl Dispatch for Call {
    async fn dispatch(&self, aws: &Aws) -> Result<Ids> {
        let dynamodb = &aws.dynamodb;
        match self {
            Call::CreateTable(table) => {
                let name = &table.table_name;
                let doing = || format!("creating table {name}");
                let unbuilt = |error: BuildError| Error::new(doing(), error);
                let definitions =
                    table.attribute_definitions.iter().map(sdk_definition).collect::<std::result::Result<_, _>>();
                let keys = table.key_schema.iter().map(sdk_key_element).collect::<std::result::Result<_, _>>();
                let request = dynamodb
                    .create_table()
                    .table_name(name)
                    .set_attribute_definitions(Some(definitions.map_err(unbuilt)?))
                    .set_key_schema(Some(keys.map_err(unbuilt)?))
                    .billing_mode(BillingMode::PayPerRequest)
                    .deletion_protection_enabled(table.deletion_protection_enabled)
                    .set_tags(Some(sdk_tags(&table.tags).map_err(unbuilt)?));
                request.send().await.map_err(|error| problem(doing(), &error))?;
                aws.table_in_state(name, true).await?;
            }
            Call::UpdateTable { table_name: name, deletion_protection_enabled } => {
                let request =
                    dynamodb.update_table().table_name(name).deletion_protection_enabled(*deletion_protection_enabled);
                request.send().await.map_err(|error| problem(format!("updating table {name}"), &error))?;
                aws.table_in_state(name, true).await?;
            }
            Call::TagResource { arn, tags } => {
                let doing = || format!("tagging table {arn}");
                let tags = sdk_tags(tags).map_err(|error| Error::new(doing(), error))?;
                let request = dynamodb.tag_resource().resource_arn(arn).set_tags(Some(tags));
                request.send().await.map_err(|error| problem(doing(), &error))?;
            }
            Call::DeleteTable { table_name: name } => {
                let answer = dynamodb.delete_table().table_name(name).send().await;
                if if_exists(format!("deleting table {name}"), answer)?.is_some() {
                    aws.table_in_state(name, false).await?;
                }
            }
        }
        Ok(Ids::new())
    }
}

impl Aws {
    async fn describe_table(&self, name: &str, doing: String) -> Result<Option<TableDescription>> {
        let answer = self.dynamodb.describe_table().table_name(name).send().await;
        Ok(if_exists(doing, answer)?.and_then(|answer| answer.table))
    }

    /// Waits until a table is active, or until it is deleted.
    async fn table_in_state(&self, name: &str, active: bool) -> Result<()> {
        let doing = || format!("waiting for table {name}");
        let poll = || async {
            let reached = match self.describe_table(name, doing()).await? {
                Some(table) => active && table.table_status() == Some(&TableStatus::Active),
                None => !active,
            };
            Ok::<_, Error>(if reached { Progress::Ready(()) } else { Progress::Underway })
        };
        self.waits.until_ready(First::AtOnce, poll).await?.ok_or_else(|| took_too_long(doing()))
    }

    /// Writes JSON objects into a table as items, 25 at a time.
    ///
    /// # Errors
    /// When an item is not an object, or DynamoDB refuses a batch.
    pub async fn put_items(&self, table: &str, items: &[Value]) -> Result<()> {
        let doing = || format!("filling table {table}");
        for batch in items.chunks(25) {
            let requests = batch.iter().map(|item| {
                let object = item.as_object().cloned().unwrap_or_default();
                let item: HashMap<_, _> = object.iter().map(|(key, value)| (key.clone(), attribute(value))).collect();
                let put = PutRequest::builder().set_item(Some(item)).build();
                put.map(|put| WriteRequest::builder().put_request(put).build())
            });
            let requests =
                requests.collect::<std::result::Result<Vec<_>, _>>().map_err(|error| Error::new(doing(), error))?;
            let answer = self.dynamodb.batch_write_item().request_items(table, requests).send().await;
            let answer = answer.map_err(|error| problem(doing(), &error))?;
            if answer.unprocessed_items().is_some_and(|left| !left.is_empty()) {
                return Err(Error::new(doing(), "DynamoDB did not accept all items").hint("run the same command again"));
            }
        }
        Ok(())
    }
}

fn attribute(value: &Value) -> AttributeValue {
    match value {
        Value::Null => AttributeValue::Null(true),
        Value::Bool(flag) => AttributeValue::Bool(*flag),
        Value::Number(number) => AttributeValue::N(number.to_string()),
        Value::String(text) => AttributeValue::S(text.clone()),
        Value::Array(items) => AttributeValue::L(items.iter().map(attribute).collect()),
        Value::Object(object) => {
            AttributeValue::M(object.iter().map(|(key, value)| (key.clone(), attribute(value))).collect())
        }
    }
}

fn definition(sdk: &AttributeDefinition) -> table::AttributeDefinition {
    let attribute_type = sdk.attribute_type().as_str().to_owned();
    table::AttributeDefinition { attribute_name: sdk.attribute_name().to_owned(), attribute_type }
}

fn key_element(sdk: &KeySchemaElement) -> table::KeyElement {
    let key_type = sdk.key_type().as_str().to_owned();
    table::KeyElement { attribute_name: sdk.attribute_name().to_owned(), key_type }
}

fn sdk_definition(own: &table::AttributeDefinition) -> std::result::Result<AttributeDefinition, BuildError> {
    let kind = ScalarAttributeType::from(own.attribute_type.as_str());
    AttributeDefinition::builder().attribute_name(&own.attribute_name).attribute_type(kind).build()
}

fn sdk_key_element(own: &table::KeyElement) -> std::result::Result<KeySchemaElement, BuildError> {
    let kind = KeyType::from(own.key_type.as_str());
    KeySchemaElement::builder().attribute_name(&own.attribute_name).key_type(kind).build()
}

fn sdk_tags(tags: &Tags) -> std::result::Result<Vec<Tag>, BuildError> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}
