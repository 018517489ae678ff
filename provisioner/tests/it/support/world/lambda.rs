//! Functions with their versions, aliases and policies.

use aws_sdk_lambda::types::{AliasConfiguration, FunctionConfiguration};
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{by_name, policy, sorted, text_map, without_nulls};

pub(super) async fn read(lambda: aws_sdk_lambda::Client) -> Value {
    let all: Result<Vec<FunctionConfiguration>, _> =
        lambda.list_functions().into_paginator().items().send().collect().await;
    let all = all.expect("functions");
    let names = all.iter().filter_map(FunctionConfiguration::function_name);
    by_name(join_all(names.map(|name| function(&lambda, name))).await)
}

async fn function(lambda: &aws_sdk_lambda::Client, name: &str) -> (String, Value) {
    let got = lambda.get_function().function_name(name).send().await.expect("the function");
    let latest = got.configuration().expect("a configuration");
    let versions: Result<Vec<FunctionConfiguration>, _> =
        lambda.list_versions_by_function().function_name(name).into_paginator().items().send().collect().await;
    let versions = versions.expect("its versions").into_iter().filter(|v| v.version() != Some("$LATEST"));
    let versions = versions.map(|v| (v.version().unwrap_or_default().to_owned(), configuration(&v)));
    let aliases: Result<Vec<AliasConfiguration>, _> =
        lambda.list_aliases().function_name(name).into_paginator().items().send().collect().await;
    let aliases = join_all(aliases.expect("its aliases").into_iter().map(async |alias| {
        let alias_name = alias.name().unwrap_or_default();
        // An alias without further weights returns no map, or an empty one.
        let weights = alias.routing_config().and_then(|r| r.additional_version_weights()).filter(|w| !w.is_empty());
        let value = json!({
            "version": alias.function_version(),
            "description": alias.description(),
            "weights": weights.map(|w| by_name(w.iter().map(|(version, weight)| (version.clone(), json!(weight))))),
            "policy": resource_policy(lambda, name, Some(alias_name), alias.alias_arn()).await,
            "url": url(lambda, name, alias_name).await,
        });
        (alias_name.to_owned(), without_nulls(value))
    }))
    .await;
    let value = json!({
        "arn": latest.function_arn(),
        "latest": configuration(latest),
        "versions": by_name(versions),
        "aliases": by_name(aliases),
        "policy": resource_policy(lambda, name, None, latest.function_arn()).await,
        "tags": text_map(got.tags()),
        "reserved_concurrency": got.concurrency().and_then(|c| c.reserved_concurrent_executions()),
    });
    (name.to_owned(), without_nulls(value))
}

fn configuration(c: &FunctionConfiguration) -> Value {
    let logging = c.logging_config().map(|l| {
        without_nulls(json!({
            "format": l.log_format().map(|f| f.as_str()),
            "application": l.application_log_level().map(|level| level.as_str()),
            "system": l.system_log_level().map(|level| level.as_str()),
            "group": l.log_group(),
        }))
    });
    without_nulls(json!({
        "runtime": c.runtime().map(|r| r.as_str()),
        "handler": c.handler(),
        "role": c.role(),
        "code_sha256": c.code_sha256(),
        "description": c.description(),
        "memory": c.memory_size(),
        "timeout": c.timeout(),
        "environment": text_map(c.environment().and_then(|e| e.variables())),
        "architectures": c.architectures().iter().map(|a| a.as_str()).collect::<Vec<_>>(),
        "package": c.package_type().map(|p| p.as_str()),
        "storage": c.ephemeral_storage().map(|s| s.size()),
        "layers": c.layers().iter().filter_map(|l| l.arn()).collect::<Vec<_>>(),
        "tracing": c.tracing_config().and_then(|t| t.mode()).map(|m| m.as_str()),
        "snap_start": c.snap_start().and_then(|s| s.apply_on()).map(|s| s.as_str()),
        "dead_letter": c.dead_letter_config().and_then(|d| d.target_arn()),
        "subnets": c.vpc_config().map(|v| sorted(v.subnet_ids())).filter(|s| !s.is_empty()),
        "logging": logging,
        "state": c.state().map(|s| s.as_str()),
        "last_update": c.last_update_status().map(|s| s.as_str()),
    }))
}

async fn url(lambda: &aws_sdk_lambda::Client, name: &str, alias: &str) -> Value {
    match lambda.get_function_url_config().function_name(name).qualifier(alias).send().await {
        Ok(got) => json!({
            "auth": got.auth_type().as_str(),
            "mode": got.invoke_mode().map(|mode| mode.as_str()),
            "origins": got.cors().map(|cors| sorted(cors.allow_origins())),
            "methods": got.cors().map(|cors| sorted(cors.allow_methods())),
        }),
        Err(e) if e.as_service_error().is_some_and(|e| e.is_resource_not_found_exception()) => Value::Null,
        Err(e) => panic!("the URL of {name}:{alias}: {e:?}"),
    }
}

/// The policy of exactly this function or alias. MiniStack adds the aliases' statements to the function's own answer,
/// and returns an empty policy where AWS returns 404.
async fn resource_policy(
    lambda: &aws_sdk_lambda::Client,
    name: &str,
    qualifier: Option<&str>,
    arn: Option<&str>,
) -> Value {
    let document = match lambda.get_policy().function_name(name).set_qualifier(qualifier.map(Into::into)).send().await {
        Ok(got) => policy(got.policy().expect("a policy's text")),
        Err(e) if e.as_service_error().is_some_and(|e| e.is_resource_not_found_exception()) => return Value::Null,
        Err(e) => panic!("the policy of {name}: {e:?}"),
    };
    let statements = document["Statement"].as_array().into_iter().flatten();
    let statements = statements.filter(|s| s["Resource"].as_str() == arn).cloned();
    let sid = |s: &Value| s["Sid"].as_str().unwrap_or_default().to_owned();
    let mut statements = statements.map(|s| (sid(&s), s)).peekable();
    if statements.peek().is_none() { Value::Null } else { by_name(statements) }
}
