//! Compares a state of AWS with a stack's values without the planner, and creates states that match.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::spec::{FOREIGN_API, Spec, allow, trust};
use crate::resources::alias::{self, Alias, RoutingConfig};
use crate::resources::api::{Api, Protocol};
use crate::resources::function::{self, Code, Environment, EphemeralStorage, Function, LoggingConfig, TracingConfig};
use crate::resources::integration::{self, Integration};
use crate::resources::log_group::LogGroup;
use crate::resources::permission::{self, Permission};
use crate::resources::role::{self, Role};
use crate::resources::route::{self, Route};
use crate::resources::stage::{RouteSettings, Stage};
use crate::resources::subscription::Subscription;
use crate::resources::table::{AttributeDefinition, BillingMode, KeyElement, Table};
use crate::resources::url::Url;
use crate::resources::{Cors, Policy, Resource, Tags};
use crate::world::{ACCOUNT, State};

/// Resources of other owners that must not change: an API with a route, and a function with a permission.
pub(super) fn foreign() -> State {
    let mut state = State::default();
    let api = api(&Spec::plain(), "films", Tags::new());
    state.apis.insert(FOREIGN_API.to_owned(), api);
    state.integrations.insert("theirs".to_owned(), integration(&Spec::plain(), FOREIGN_API, "theirs", ""));
    state.routes.insert("their-route".to_owned(), route(&Spec::plain(), FOREIGN_API, "GET /films", "theirs"));
    let mut function = function(&Spec::plain(), Tags::new());
    function.function_name = "theirs".to_owned();
    state.functions.insert("theirs".to_owned(), function);
    let mut permission = permission(&Spec::plain(), FOREIGN_API, "other-Permission-");
    permission.function_name = "theirs".to_owned();
    state.permissions.insert(("theirs".to_owned(), permission.statement_id()), permission);
    state
}

/// The part of the state that other owners have.
pub(super) fn foreign_part(state: &State) -> State {
    let theirs = foreign();
    State {
        apis: kept(&state.apis, &theirs.apis),
        integrations: kept(&state.integrations, &theirs.integrations),
        routes: kept(&state.routes, &theirs.routes),
        functions: kept(&state.functions, &theirs.functions),
        permissions: kept(&state.permissions, &theirs.permissions),
        versions: kept(&state.versions, &theirs.versions),
        aliases: kept(&state.aliases, &theirs.aliases),
        ..State::default()
    }
}

fn kept<K: Ord + Clone, V: Clone>(all: &BTreeMap<K, V>, theirs: &BTreeMap<K, V>) -> BTreeMap<K, V> {
    all.iter().filter(|(key, _)| theirs.contains_key(key)).map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// The state in which a stack exists in addition to the foreign resources, created by the stack or by hand.
pub(crate) fn existing(spec: &Spec, ours: bool) -> State {
    let mut state = foreign();
    let tags = |logical_id: &str| tags(spec, ours.then_some(logical_id));
    state.roles.insert("role".to_owned(), role(spec, tags("Role")));
    state.log_groups.insert("/aws/lambda/chat".to_owned(), log_group(spec, tags("Logs")));
    state.functions.insert("chat".to_owned(), function(spec, tags("Function")));
    state.tables.insert("films".to_owned(), table(spec, tags("Table")));
    let api_id = if spec.attach { FOREIGN_API.to_owned() } else { state.next_id("api") };
    if !spec.attach {
        state.apis.insert(api_id.clone(), api(spec, "chat", tags("Api")));
        state.stages.insert((api_id.clone(), "$default".to_owned()), stage(spec, &api_id, tags("Stage")));
    }
    let tag = if ours { "provisioner:stack=chat provisioner:resource=Integration" } else { "by hand" };
    let integration_id = state.next_id("int");
    // An integration that was created by hand calls the function itself.
    let callee = if ours { "chat:live" } else { "chat" };
    state.integrations.insert(integration_id.clone(), integration(spec, &api_id, callee, tag));
    let route_id = state.next_id("route");
    state.routes.insert(route_id, route(spec, &api_id, "POST /chat", &integration_id));
    if ours {
        let permission = permission(spec, &api_id, "chat-Permission-");
        state.permissions.insert(("chat:live".to_owned(), permission.statement_id()), permission);
        state.versions.insert(("chat".to_owned(), 1), version(spec, ""));
        state.aliases.insert(("chat".to_owned(), "live".to_owned()), alias("1"));
        state.urls.extend(spec.url.then(|| ("chat:live".to_owned(), url(spec))));
    }
    state
}

/// Asserts that the state equals the stack's values, without additional or duplicate resources.
pub(super) fn judge(state: &State, spec: &Spec) {
    judge_all(state, spec, "");
}

/// The same where the stack has taken over a route: the route is still the original one, and the integration stores its
/// former state.
pub(super) fn judge_takeover(state: &State, spec: &Spec, their_id: &str, was: &Route) {
    let route::Properties { target, authorization_type, authorizer_id, .. } = &was.properties;
    let authorizer_id = authorizer_id.as_deref().unwrap_or_default();
    judge_all(state, spec, &format!(" provisioner:took=POST%20/chat|{target}|{authorization_type}|{authorizer_id}"));
    assert!(state.routes.contains_key(their_id), "their route was replaced: {:?}", state.routes.keys());
}

fn judge_all(state: &State, spec: &Spec, remembered: &str) {
    assert_eq!(foreign_part(state), foreign(), "what belongs to others was changed");
    let mut ids = state.apis.keys().filter(|id| *id != FOREIGN_API);
    let api_id = if spec.attach { FOREIGN_API.to_owned() } else { ids.next().expect("an API").clone() };
    assert_eq!(ids.next(), None, "there are more APIs than one");
    let mut own_integrations = state.integrations.keys().filter(|id| *id != "theirs");
    let integration_id = own_integrations.next().expect("an integration").clone();
    assert_eq!(own_integrations.next(), None, "there are more integrations than one");

    let found = only(&state.roles);
    assert_eq!(found, role(spec, expected_among(&found.tags, spec, "Role")));
    let found = only(&state.log_groups);
    assert_eq!(found, log_group(spec, expected_among(&found.tags, spec, "Logs")));
    let found = only(&state.tables);
    assert_eq!(found, table(spec, expected_among(&found.tags, spec, "Table")));
    let own_functions = state.functions.iter().filter(|(name, _)| *name != "theirs");
    let found = only(own_functions);
    assert_eq!(found, function(spec, expected_among(&found.tags, spec, "Function")));
    let found = only(state.aliases.iter().filter(|((function, _), _)| function != "theirs"));
    assert_eq!(Alias { before: Vec::new(), since: None, ..found.clone() }, alias(&found.function_version));
    let content = &state.versions[&("chat".to_owned(), found.function_version.parse().expect("a number"))];
    assert_eq!(*content, version(spec, &content.description), "the alias points to the release of the template");
    let own_permissions = state.permissions.iter().filter(|((function, _), _)| function != "theirs");
    assert_eq!(only(own_permissions), permission(spec, &api_id, "chat-Permission-"));
    judge_others(state, spec);
    let urls: Vec<_> = state.urls.values().cloned().collect();
    assert_eq!(urls, Vec::from_iter(spec.url.then(|| url(spec))));
    let description = format!("provisioner:stack=chat provisioner:resource=Integration{remembered}");
    assert_eq!(state.integrations[&integration_id], integration(spec, &api_id, "chat:live", &description));
    let own_routes = state.routes.iter().filter(|(id, _)| *id != "their-route");
    assert_eq!(only(own_routes), route(spec, &api_id, "POST /chat", &integration_id));
    if !spec.attach {
        let found = &state.apis[&api_id];
        assert_eq!(*found, api(spec, "chat", expected_among(&found.tags, spec, "Api")));
        let found = only(&state.stages);
        assert_eq!(found, stage(spec, &api_id, expected_among(&found.tags, spec, "Stage")));
    } else {
        assert!(state.stages.is_empty(), "a stage was made on an API of others");
    }
}

/// Each of the other resources exists once, with all values of the template.
fn judge_others(state: &State, spec: &Spec) {
    let queues: Vec<_> = state.others.values().map(|other| &other.properties).collect();
    let (mut topics, mut subscriptions) = (Vec::new(), Vec::new());
    for (id, (resource, _)) in &state.simple {
        if let Resource::Topic(topic) = resource {
            topics.push((id, topic));
        }
        if let Resource::Subscription(subscription) = resource {
            subscriptions.push(subscription);
        }
    }
    assert_eq!([queues.len(), topics.len(), subscriptions.len()], [usize::from(spec.others); 3]);
    assert_eq!(state.simple.len(), topics.len() + subscriptions.len(), "{:?}", state.simple);
    let ([queue], [(topic_arn, topic)], [subscription]) = (&*queues, &*topics, &*subscriptions) else { return };
    // A value that the template does not contain is not compared, so the previous value may remain.
    let equals = |now: Option<&Value>, wanted: Option<Value>| wanted.is_none() || now == wanted.as_ref();
    let seconds = spec.visibility.map(|text| json!(text.parse::<u32>().expect("a number")));
    assert!(equals(queue.get("VisibilityTimeout"), seconds), "{queue:?}");
    for (key, value) in tags(spec, Some("Queue")) {
        let tag = json!({"Key": key, "Value": value});
        assert!(queue["Tags"].as_array().expect("tags").contains(&tag), "no {tag} in {queue:?}");
    }
    assert_eq!(topic.display_name, text(spec.display, ""));
    assert_eq!(topic.tags, expected_among(&topic.tags, spec, "Topic"));
    let mut expected = Subscription::of(topic_arn, "sqs", queue["Arn"].as_str().expect("an ARN"));
    expected.raw_message_delivery = spec.raw.unwrap_or_default();
    assert_eq!(*subscription, &expected);
}

fn only<'a, K: std::fmt::Debug + 'a, V: Clone + 'a>(entries: impl IntoIterator<Item = (&'a K, &'a V)>) -> V {
    let entries: Vec<_> = entries.into_iter().collect();
    assert_eq!(entries.len(), 1, "there should be one: {:?}", entries.iter().map(|(key, _)| key).collect::<Vec<_>>());
    entries[0].1.clone()
}

fn tags(spec: &Spec, tagged_as: Option<&str>) -> Tags {
    let own = spec.tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    let tag = tagged_as.into_iter().flat_map(|logical_id| {
        let region = (logical_id == "Role").then_some(("provisioner:region", "us-east-1"));
        [("provisioner:stack", "chat"), ("provisioner:resource", logical_id)].into_iter().chain(region)
    });
    own.chain(tag.map(|(key, value)| (key.to_owned(), value.to_owned()))).collect()
}

/// The tags of the stack, with those of `found` that it does not specify, since other tools add tags.
fn expected_among(found: &Tags, spec: &Spec, logical_id: &str) -> Tags {
    let mut expected = found.clone();
    expected.extend(tags(spec, Some(logical_id)));
    expected
}

fn text(value: Option<&str>, otherwise: &str) -> String {
    value.unwrap_or(otherwise).to_owned()
}

fn role(spec: &Spec, tags: Tags) -> Role {
    let properties = role::Properties {
        role_name: "role".to_owned(),
        assume_role_policy_document: Policy::from(trust(spec.trusted)),
        description: text(spec.role_description, ""),
        max_session_duration: spec.session.unwrap_or(3600),
        path: text(spec.path, "/"),
        permissions_boundary: spec.boundary.map(str::to_owned),
        managed_policy_arns: spec.managed.iter().map(|arn| (*arn).to_owned()).collect(),
        policies: spec
            .policies
            .iter()
            .map(|(name, action)| (*name, *action))
            .chain(spec.grant.map(|action| ("Grant", action)))
            .map(|(name, action)| (name.to_owned(), Policy::from(allow(action))))
            .collect(),
        tags,
    };
    properties.into()
}

fn log_group(spec: &Spec, tags: Tags) -> LogGroup {
    LogGroup { log_group_name: "/aws/lambda/chat".to_owned(), retention_in_days: spec.retention, tags }
}

fn function(spec: &Spec, tags: Tags) -> Function {
    let level = || spec.json_logs.then(|| "INFO".to_owned());
    let properties = function::Properties {
        function_name: "chat".to_owned(),
        code: Code { path: None, sha256: spec.code.to_owned() },
        description: text(spec.description, ""),
        runtime: spec.runtime.to_owned(),
        handler: spec.handler.to_owned(),
        role: format!("arn:aws:iam::{ACCOUNT}:role{}role", spec.path.unwrap_or("/")),
        architectures: vec![text(spec.architecture, "x86_64")],
        memory_size: spec.memory.unwrap_or(128),
        timeout: spec.timeout.unwrap_or(3),
        environment: Environment {
            variables: spec.variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        },
        layers: spec.layers.iter().map(|arn| (*arn).to_owned()).collect(),
        logging_config: LoggingConfig {
            log_format: if spec.json_logs { "JSON" } else { "Text" }.to_owned(),
            application_log_level: level(),
            system_log_level: level(),
            log_group: "/aws/lambda/chat".to_owned(),
        },
        tracing_config: TracingConfig { mode: text(spec.tracing, "PassThrough") },
        ephemeral_storage: EphemeralStorage { size: spec.storage.unwrap_or(512) },
        reserved_concurrent_executions: spec.reserved,
        tags,
    };
    properties.into()
}

/// The content of a published version.
fn version(spec: &Spec, description: &str) -> Function {
    let mut function = function(spec, Tags::new());
    function.description = description.to_owned();
    function.reserved_concurrent_executions = None;
    function
}

fn alias(version: &str) -> Alias {
    let properties = alias::Properties {
        name: "live".to_owned(),
        function_name: "chat".to_owned(),
        function_version: version.to_owned(),
        routing_config: RoutingConfig::default(),
    };
    Alias { description: "provisioner:stack=chat provisioner:resource=Alias".to_owned(), ..properties.into() }
}

fn permission(spec: &Spec, api_id: &str, prefix: &str) -> Permission {
    let properties = permission::Properties {
        function_name: "chat:live".to_owned(),
        action: "lambda:InvokeFunction".to_owned(),
        principal: "apigateway.amazonaws.com".into(),
        source_arn: Some(format!("arn:aws:execute-api:us-east-1:123456789012:{api_id}/*/POST/{}", spec.source)),
        source_account: spec.account_only.then(|| ACCOUNT.to_owned()),
        function_url_auth_type: None,
        invoked_via_function_url: None,
    };
    Permission { statement_id_prefix: prefix.to_owned(), ..properties.into() }
}

fn url(spec: &Spec) -> Url {
    Url {
        target_function_arn: "chat".to_owned(),
        qualifier: Some("live".to_owned()),
        auth_type: "NONE".to_owned(),
        invoke_mode: text(spec.url_mode, "BUFFERED"),
        cors: spec
            .url_origins
            .map(|origin| Cors { allow_origins: BTreeSet::from([origin.to_owned()]), ..Cors::default() }),
    }
}

fn api(spec: &Spec, name: &str, tags: Tags) -> Api {
    let cors = |origin: &str| Cors {
        allow_origins: BTreeSet::from([origin.to_owned()]),
        max_age: spec.max_age,
        ..Cors::default()
    };
    Api {
        name: name.to_owned(),
        protocol_type: Protocol::Http,
        description: text(spec.api_description, ""),
        cors_configuration: spec.origins.map(cors),
        disable_execute_api_endpoint: spec.endpoint_off,
        tags,
    }
}

fn integration(spec: &Spec, api_id: &str, function: &str, description: &str) -> Integration {
    let properties = integration::Properties {
        api_id: api_id.to_owned(),
        integration_type: spec.integration_type.to_owned(),
        integration_uri: format!("arn:aws:lambda:us-east-1:{ACCOUNT}:function:{function}"),
        integration_method: "POST".to_owned(),
        payload_format_version: text(spec.payload, "1.0"),
        timeout_in_millis: spec.integration_timeout.unwrap_or(30_000),
        connection_type: "INTERNET".to_owned(),
    };
    Integration { description: description.to_owned(), ..properties.into() }
}

fn route(spec: &Spec, api_id: &str, key: &str, integration_id: &str) -> Route {
    let properties = route::Properties {
        api_id: api_id.to_owned(),
        route_key: key.to_owned(),
        target: format!("integrations/{integration_id}"),
        authorization_type: if spec.authorizer.is_some() { "JWT" } else { "NONE" }.to_owned(),
        authorizer_id: spec.authorizer.map(str::to_owned),
    };
    properties.into()
}

fn stage(spec: &Spec, api_id: &str, tags: Tags) -> Stage {
    let of = |burst: Option<i32>, rate: Option<f64>| RouteSettings {
        detailed_metrics_enabled: false,
        throttling_burst_limit: burst,
        throttling_rate_limit: rate,
    };
    Stage {
        api_id: api_id.to_owned(),
        stage_name: "$default".to_owned(),
        auto_deploy: spec.auto_deploy,
        description: String::new(),
        default_route_settings: of(spec.burst, spec.rate),
        route_settings: spec
            .route_bursts
            .iter()
            .map(|(key, burst)| ((*key).to_owned(), of(Some(*burst), None)))
            .collect(),
        tags,
    }
}

fn table(spec: &Spec, tags: Tags) -> Table {
    Table {
        table_name: "films".to_owned(),
        attribute_definitions: vec![AttributeDefinition {
            attribute_name: "id".to_owned(),
            attribute_type: "S".to_owned(),
        }],
        key_schema: vec![KeyElement { attribute_name: "id".to_owned(), key_type: "HASH".to_owned() }],
        billing_mode: BillingMode::PayPerRequest,
        deletion_protection_enabled: spec.protected,
        tags,
    }
}
