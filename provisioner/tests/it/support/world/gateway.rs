//! HTTP APIs with their integrations, routes and stages.

use aws_sdk_apigatewayv2::types::{Api, Cors, Integration, Route, RouteSettings, Stage};
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{by_name, sorted, text_map, without_nulls};

pub(super) async fn read(gateway: aws_sdk_apigatewayv2::Client) -> Value {
    let all = pages(async |token| {
        let got = gateway.get_apis().set_next_token(token).send().await.expect("APIs");
        (got.items().to_vec(), got.next_token)
    });
    let mut all: Vec<Api> = all.await;
    all.sort_by(|a, b| a.api_id().cmp(&b.api_id()));
    by_name(join_all(all.iter().map(|a| api(&gateway, a))).await)
}

async fn api(gateway: &aws_sdk_apigatewayv2::Client, api: &Api) -> (String, Value) {
    let id = api.api_id().expect("an API's id");
    let integrations: Vec<Integration> = pages(async |token| {
        let got = gateway.get_integrations().api_id(id).set_next_token(token).send().await.expect("integrations");
        (got.items().to_vec(), got.next_token)
    })
    .await;
    let mut routes: Vec<Route> = pages(async |token| {
        let got = gateway.get_routes().api_id(id).set_next_token(token).send().await.expect("routes");
        (got.items().to_vec(), got.next_token)
    })
    .await;
    routes.sort_by(|a, b| a.route_id().cmp(&b.route_id()));
    let stages: Vec<Stage> = pages(async |token| {
        let got = gateway.get_stages().api_id(id).set_next_token(token).send().await.expect("stages");
        (got.items().to_vec(), got.next_token)
    })
    .await;
    let value = json!({
        "id": id,
        "protocol": api.protocol_type().map(|p| p.as_str()),
        "endpoint": api.api_endpoint(),
        "description": api.description(),
        "version": api.version(),
        "endpoint_disabled": api.disable_execute_api_endpoint(),
        "cors": api.cors_configuration().map(cors),
        "tags": text_map(api.tags()),
        "integrations": by_name(integrations.iter().map(integration)),
        "routes": by_name(routes.iter().map(route)),
        "stages": by_name(stages.iter().map(stage)),
    });
    (api.name().unwrap_or_default().to_owned(), without_nulls(value))
}

fn cors(cors: &Cors) -> Value {
    without_nulls(json!({
        "credentials": cors.allow_credentials(),
        "headers": sorted(cors.allow_headers()),
        "methods": sorted(cors.allow_methods()),
        "origins": sorted(cors.allow_origins()),
        "expose": sorted(cors.expose_headers()),
        "max_age": cors.max_age(),
    }))
}

fn integration(integration: &Integration) -> (String, Value) {
    let value = json!({
        "type": integration.integration_type().map(|t| t.as_str()),
        "uri": integration.integration_uri(),
        "method": integration.integration_method(),
        "payload": integration.payload_format_version(),
        "timeout": integration.timeout_in_millis(),
        "connection": integration.connection_type().map(|c| c.as_str()),
        "credentials": integration.credentials_arn(),
        "description": integration.description(),
        "parameters": text_map(integration.request_parameters()),
    });
    (integration.integration_id().unwrap_or_default().to_owned(), without_nulls(value))
}

fn route(route: &Route) -> (String, Value) {
    let value = json!({
        "id": route.route_id(),
        "target": route.target(),
        "authorization": route.authorization_type().map(|a| a.as_str()),
        // moto returns an empty text for a removed authorizer.
        "authorizer": route.authorizer_id().filter(|id| !id.is_empty()),
        "api_key": route.api_key_required(),
        "operation_name": route.operation_name(),
    });
    (route.route_key().unwrap_or_default().to_owned(), without_nulls(value))
}

fn stage(stage: &Stage) -> (String, Value) {
    let of_routes = stage.route_settings().into_iter().flatten();
    let access_log = stage.access_log_settings().map(|a| json!({"to": a.destination_arn(), "format": a.format()}));
    let value = json!({
        "auto_deploy": stage.auto_deploy(),
        "deployment": stage.deployment_id(),
        "description": stage.description(),
        "defaults": stage.default_route_settings().map(settings),
        "routes": by_name(of_routes.map(|(key, s)| (key.clone(), settings(s)))),
        "variables": text_map(stage.stage_variables()),
        "access_log": access_log,
        "tags": text_map(stage.tags()),
    });
    (stage.stage_name().unwrap_or_default().to_owned(), without_nulls(value))
}

fn settings(settings: &RouteSettings) -> Value {
    without_nulls(json!({
        "rate": settings.throttling_rate_limit(),
        "burst": settings.throttling_burst_limit(),
        "metrics": settings.detailed_metrics_enabled(),
        "data_trace": settings.data_trace_enabled(),
        "logging": settings.logging_level().map(|l| l.as_str()),
    }))
}

/// API Gateway's client has no paginators.
async fn pages<T>(page: impl AsyncFn(Option<String>) -> (Vec<T>, Option<String>)) -> Vec<T> {
    let (mut all, mut token) = page(None).await;
    while token.is_some() {
        let (more, next) = page(token).await;
        all.extend(more);
        token = next;
    }
    all
}
