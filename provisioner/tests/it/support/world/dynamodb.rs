//! Tables.

use aws_sdk_dynamodb::types::TableDescription;
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{by_name, without_nulls};

pub(super) async fn read(dynamodb: aws_sdk_dynamodb::Client) -> Value {
    let names: Result<Vec<String>, _> = dynamodb.list_tables().into_paginator().items().send().collect().await;
    let tables = join_all(names.expect("tables").into_iter().map(async |name| {
        let got = dynamodb.describe_table().table_name(&name).send().await.expect("the table");
        let table = got.table().expect("a description");
        let tags = dynamodb.list_tags_of_resource().resource_arn(table.table_arn().unwrap_or_default()).send().await;
        let tags = tags.expect("the table's tags");
        let tags = tags.tags().iter().map(|tag| (tag.key().to_owned(), tag.value().into()));
        (name, self::table(table, by_name(tags)))
    }));
    by_name(tables.await)
}

fn table(table: &TableDescription, tags: Value) -> Value {
    let keys = table.key_schema().iter().map(|k| (k.attribute_name().to_owned(), k.key_type().as_str().into()));
    let attributes = table.attribute_definitions().iter();
    let attributes = attributes.map(|a| (a.attribute_name().to_owned(), a.attribute_type().as_str().into()));
    without_nulls(json!({
        "id": table.table_id(),
        "arn": table.table_arn(),
        "status": table.table_status().map(|s| s.as_str()),
        "keys": by_name(keys),
        "attributes": by_name(attributes),
        "billing": table.billing_mode_summary().and_then(|b| b.billing_mode()).map(|b| b.as_str()),
        "protected": table.deletion_protection_enabled(),
        "items": table.item_count(),
        "tags": tags,
    }))
}
