//! API Gateway: HTTP APIs, their integrations, routes and stages.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_apigatewayv2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_apigatewayv2::types::{self as sdk, ConnectionType, IntegrationType, ProtocolType};

use super::Aws;
use super::problem::{is_missing, problem, says};
use super::retry::healing;
use crate::error::{Error, Result};
use crate::observe::{Found, Twin};
use crate::resources::api::{self, Api, Cors, Protocol};
use crate::resources::integration::{self, Integration, function_arn, same_function};
use crate::resources::route::{self, Route};
use crate::resources::stage::{self, RouteSettings, Stage};
use crate::resources::{Ids, Mark, Owner, Resource, Tags};

impl Aws {
    /// The API with our mark; else the one with its name, which nobody's or another stack's mark may be on.
    pub(super) async fn find_api(&self, wanted: &Api, mark: &Mark) -> Result<Option<Found>> {
        let (mut ours, mut namesakes) = (Vec::new(), Vec::new());
        let mut next = None;
        loop {
            let page = self.apigateway.get_apis().max_results("500").set_next_token(next).send().await;
            let page = page.map_err(|error| problem("listing the HTTP APIs", &error))?;
            for api in page.items.unwrap_or_default() {
                let tags = sorted(api.tags());
                if mark.is_on(&tags) {
                    ours.push(api);
                } else if api.name() == Some(&wanted.name)
                    // A WebSocket API of that name is another thing, and could not be made one of these.
                    && api.protocol_type() == Some(&ProtocolType::Http)
                    && mark.owner(&tags) == Owner::Nobody
                {
                    namesakes.push(api);
                }
            }
            next = page.next_token;
            if next.is_none() {
                break;
            }
        }
        let named = |apis: &[sdk::Api]| apis.iter().filter_map(|api| api.api_id()).collect::<Vec<_>>().join(", ");
        let (found, candidates) = if ours.is_empty() { (namesakes.first(), &namesakes) } else { (ours.first(), &ours) };
        if candidates.len() > 1 {
            let cause = format!("{} HTTP APIs answer to this name: {}", candidates.len(), named(candidates));
            return Err(Error::new(format!("looking for the HTTP API {}", wanted.name), cause)
                .hint("delete the ones that are not used, or name one with `--parameter ApiId=…`"));
        }
        Ok(found.map(|api| {
            let tags = sorted(api.tags());
            let owner = mark.owner(&tags);
            let resource = Api {
                name: api.name().unwrap_or_default().to_owned(),
                protocol_type: Protocol::Http,
                description: api.description().unwrap_or_default().to_owned(),
                cors_configuration: api.cors_configuration().map(observed_cors),
                disable_execute_api_endpoint: api.disable_execute_api_endpoint().unwrap_or_default(),
                tags,
            };
            let ids = api_ids(api.api_id(), api.api_endpoint());
            Found::new(Resource::Api(resource), ids, owner)
        }))
    }

    pub(super) async fn send_api(&self, call: &api::Call) -> Result<Ids> {
        let client = &self.apigateway;
        match call {
            api::Call::CreateApi(api) => {
                let request = client
                    .create_api()
                    .name(&api.name)
                    .protocol_type(ProtocolType::Http)
                    .description(&api.description)
                    .set_cors_configuration(api.cors_configuration.as_ref().map(sdk_cors))
                    .disable_execute_api_endpoint(api.disable_execute_api_endpoint)
                    .set_tags(Some(unsorted(&api.tags)));
                let doing = format!("creating HTTP API {}", api.name);
                let answer = self.on_api(doing, || request.clone().send()).await?;
                return Ok(api_ids(answer.api_id(), answer.api_endpoint()));
            }
            api::Call::UpdateApi { api_id, api } => {
                let request = client
                    .update_api()
                    .api_id(api_id)
                    .name(&api.name)
                    .description(&api.description)
                    .set_cors_configuration(api.cors_configuration.as_ref().map(sdk_cors))
                    .disable_execute_api_endpoint(api.disable_execute_api_endpoint);
                self.on_api(format!("updating HTTP API {}", api.name), || request.clone().send()).await?;
            }
            api::Call::DeleteCorsConfiguration { api_id } => {
                let request = client.delete_cors_configuration().api_id(api_id);
                let doing = format!("removing the CORS configuration of HTTP API {api_id}");
                self.removed_from_api(doing, || request.clone().send()).await?;
            }
            api::Call::TagResource { api_id, tags } => {
                self.tag(&format!("/apis/{api_id}"), tags).await?;
            }
            api::Call::DeleteApi { api_id } => {
                let request = client.delete_api().api_id(api_id);
                self.removed_from_api(format!("deleting HTTP API {api_id}"), || request.clone().send()).await?;
            }
        }
        Ok(Ids::new())
    }

    async fn tag(&self, path: &str, tags: &Tags) -> Result<()> {
        let place = self.place();
        let arn = format!("arn:{}:apigateway:{}::{path}", place.partition(), place.region());
        let request = self.apigateway.tag_resource().resource_arn(&arn).set_tags(Some(unsorted(tags)));
        self.on_api(format!("tagging {arn}"), || request.clone().send()).await.map(drop)
    }

    /// The integration with our mark; else one of the same function, first of all one that a route uses.
    pub(super) async fn find_integration(&self, wanted: &Integration, mark: &Mark) -> Result<Option<Found>> {
        let api_id = &wanted.api_id;
        let (integrations, routes) = tokio::try_join!(self.integrations(api_id), self.routes(api_id))?;
        let id = |one: &sdk::Integration| one.integration_id.clone().unwrap_or_default();
        let used = |one: &sdk::Integration| {
            let target = format!("integrations/{}", id(one));
            routes.iter().any(|route| route.target() == Some(target.as_str()))
        };
        let ours = |one: &&sdk::Integration| one.description() == Some(wanted.description.as_str());
        let equal = |one: &&sdk::Integration| {
            let nobodys = mark.owner_by_description(one.description().unwrap_or_default()) == Owner::Nobody;
            nobodys && one.integration_uri().is_some_and(|uri| same_function(uri, &wanted.integration_uri))
        };
        let mut equals: Vec<_> = integrations.iter().filter(equal).collect();
        equals.sort_by_key(|one| (!used(one), id(one)));
        let ours: Vec<_> = integrations.iter().filter(ours).collect();
        let Some(found) = ours.first().or(equals.first()).copied() else { return Ok(None) };
        let twin = |one: &&sdk::Integration| Twin {
            resource: Resource::Integration(observed_integration(api_id, one)),
            ids: named_id("IntegrationId", one.integration_id()),
        };
        let twins = ours.iter().skip(1).map(twin).collect();
        let resource = observed_integration(api_id, found);
        let owner = mark.owner_by_description(&resource.description);
        let ids = named_id("IntegrationId", found.integration_id());
        Ok(Some(Found { twins, ..Found::new(Resource::Integration(resource), ids, owner) }))
    }

    async fn integrations(&self, api_id: &str) -> Result<Vec<sdk::Integration>> {
        let (mut all, mut next) = (Vec::new(), None);
        loop {
            let request = self.apigateway.get_integrations().api_id(api_id).max_results("500").set_next_token(next);
            match request.send().await {
                Ok(page) => {
                    all.extend(page.items.unwrap_or_default());
                    next = page.next_token;
                }
                Err(error) if is_missing(&error) => return Err(no_such_api(api_id)),
                Err(error) => return Err(problem(format!("listing the integrations of HTTP API {api_id}"), &error)),
            }
            if next.is_none() {
                return Ok(all);
            }
        }
    }

    async fn routes(&self, api_id: &str) -> Result<Vec<sdk::Route>> {
        let (mut all, mut next) = (Vec::new(), None);
        loop {
            let request = self.apigateway.get_routes().api_id(api_id).max_results("500").set_next_token(next);
            match request.send().await {
                Ok(page) => {
                    all.extend(page.items.unwrap_or_default());
                    next = page.next_token;
                }
                Err(error) if is_missing(&error) => return Err(no_such_api(api_id)),
                Err(error) => return Err(problem(format!("listing the routes of HTTP API {api_id}"), &error)),
            }
            if next.is_none() {
                return Ok(all);
            }
        }
    }

    pub(super) async fn send_integration(&self, call: &integration::Call) -> Result<Ids> {
        let client = &self.apigateway;
        match call {
            integration::Call::CreateIntegration(one) => {
                let request = client
                    .create_integration()
                    .api_id(&one.api_id)
                    .integration_type(IntegrationType::from(one.integration_type.as_str()))
                    .integration_uri(&one.integration_uri)
                    .integration_method(&one.integration_method)
                    .payload_format_version(&one.payload_format_version)
                    .timeout_in_millis(one.timeout_in_millis)
                    .connection_type(ConnectionType::from(one.connection_type.as_str()))
                    .description(&one.description);
                let doing = format!("creating an integration of {} on HTTP API {}", one.integration_uri, one.api_id);
                let answer = self.on_api(doing, || request.clone().send()).await?;
                Ok(named_id("IntegrationId", answer.integration_id()))
            }
            integration::Call::UpdateIntegration { integration_id, integration: one } => {
                let request = client
                    .update_integration()
                    .api_id(&one.api_id)
                    .integration_id(integration_id)
                    .integration_type(IntegrationType::from(one.integration_type.as_str()))
                    .integration_uri(&one.integration_uri)
                    .integration_method(&one.integration_method)
                    .payload_format_version(&one.payload_format_version)
                    .timeout_in_millis(one.timeout_in_millis)
                    .connection_type(ConnectionType::from(one.connection_type.as_str()))
                    .description(&one.description);
                let doing = format!("updating integration {integration_id} of HTTP API {}", one.api_id);
                self.on_api(doing, || request.clone().send()).await.map(|_| Ids::new())
            }
            integration::Call::DeleteIntegration { api_id, integration_id } => {
                let request = client.delete_integration().api_id(api_id).integration_id(integration_id);
                let doing = format!("deleting integration {integration_id} of HTTP API {api_id}");
                self.removed_from_api(doing, || request.clone().send()).await
            }
        }
    }

    /// The route of this key. It has no mark: it is ours when the API or the integration that it leads to is.
    pub(super) async fn find_route(&self, wanted: &Route, mark: &Mark) -> Result<Option<Found>> {
        let api_id = &wanted.api_id;
        let (routes, integrations, api_owner) =
            tokio::try_join!(self.routes(api_id), self.integrations(api_id), self.api_owner(api_id, mark))?;
        let Some(found) = routes.iter().find(|route| route.route_key() == Some(&wanted.route_key)) else {
            return Ok(None);
        };
        let target = found.target().unwrap_or_default();
        let leads_to = |one: &&sdk::Integration| one.integration_id() == target.strip_prefix("integrations/");
        let description = integrations.iter().find(leads_to).and_then(|one| one.description()).unwrap_or_default();
        let owner = if api_owner == Owner::Ours { Owner::Ours } else { mark.owner_by_description(description) };
        let resource = Route {
            api_id: api_id.clone(),
            route_key: wanted.route_key.clone(),
            target: target.to_owned(),
            authorization_type: found.authorization_type().map_or("NONE", |kind| kind.as_str()).to_owned(),
            authorizer_id: found.authorizer_id().map(str::to_owned),
        };
        Ok(Some(Found::new(Resource::Route(resource), named_id("RouteId", found.route_id()), owner)))
    }

    async fn api_owner(&self, api_id: &str, mark: &Mark) -> Result<Owner> {
        match self.apigateway.get_api().api_id(api_id).send().await {
            Ok(api) => Ok(mark.owner(&sorted(api.tags()))),
            Err(error) if is_missing(&error) => Err(no_such_api(api_id)),
            Err(error) => Err(problem(format!("reading HTTP API {api_id}"), &error)),
        }
    }

    pub(super) async fn send_route(&self, call: &route::Call) -> Result<Ids> {
        let client = &self.apigateway;
        match call {
            route::Call::CreateRoute(route) => {
                let request = client
                    .create_route()
                    .api_id(&route.api_id)
                    .route_key(&route.route_key)
                    .target(&route.target)
                    .authorization_type(route.authorization_type.as_str().into())
                    .set_authorizer_id(route.authorizer_id.clone());
                let doing = format!("creating route `{}` on HTTP API {}", route.route_key, route.api_id);
                let answer = self.on_api(doing, || request.clone().send()).await?;
                Ok(named_id("RouteId", answer.route_id()))
            }
            route::Call::UpdateRoute { route_id, route } => {
                let request = client
                    .update_route()
                    .api_id(&route.api_id)
                    .route_id(route_id)
                    .target(&route.target)
                    .authorization_type(route.authorization_type.as_str().into())
                    // An update keeps what it does not name: an authorizer goes by being named empty.
                    .authorizer_id(route.authorizer_id.as_deref().unwrap_or_default());
                let doing = format!("updating route `{}` of HTTP API {}", route.route_key, route.api_id);
                self.on_api(doing, || request.clone().send()).await.map(|_| Ids::new())
            }
            route::Call::DeleteRoute { api_id, route_id } => {
                let request = client.delete_route().api_id(api_id).route_id(route_id);
                let doing = format!("deleting route {route_id} of HTTP API {api_id}");
                self.removed_from_api(doing, || request.clone().send()).await
            }
        }
    }

    pub(super) async fn find_stage(&self, wanted: &Stage, mark: &Mark) -> Result<Option<Found>> {
        let (api_id, name) = (&wanted.api_id, &wanted.stage_name);
        let found = match self.apigateway.get_stage().api_id(api_id).stage_name(name).send().await {
            Ok(found) => found,
            Err(error) if is_missing(&error) => return Ok(None),
            Err(error) => return Err(problem(format!("reading stage {name} of HTTP API {api_id}"), &error)),
        };
        let tags = sorted(found.tags());
        let owner = mark.owner(&tags);
        let settings = |all: &HashMap<String, sdk::RouteSettings>| -> BTreeMap<_, _> {
            all.iter().map(|(key, one)| (key.clone(), observed_settings(one))).collect()
        };
        let resource = Stage {
            api_id: api_id.clone(),
            stage_name: name.clone(),
            auto_deploy: found.auto_deploy().unwrap_or_default(),
            description: found.description().unwrap_or_default().to_owned(),
            default_route_settings: found.default_route_settings().map(observed_settings).unwrap_or_default(),
            route_settings: found.route_settings().map(settings).unwrap_or_default(),
            tags,
        };
        Ok(Some(Found::new(Resource::Stage(resource), Ids::new(), owner)))
    }

    pub(super) async fn send_stage(&self, call: &stage::Call) -> Result<Ids> {
        let client = &self.apigateway;
        let doing = |verb: &str, api_id: &str, stage: &str| format!("{verb} stage {stage} of HTTP API {api_id}");
        match call {
            stage::Call::CreateStage(stage) => {
                let request = client
                    .create_stage()
                    .api_id(&stage.api_id)
                    .stage_name(&stage.stage_name)
                    .auto_deploy(stage.auto_deploy)
                    .description(&stage.description)
                    .default_route_settings(sdk_settings(&stage.default_route_settings))
                    .set_route_settings(Some(all_settings(stage)).filter(|all| !all.is_empty()))
                    .set_tags(Some(unsorted(&stage.tags)));
                let doing = doing("creating", &stage.api_id, &stage.stage_name);
                self.on_api(doing, || request.clone().send()).await?;
            }
            stage::Call::UpdateStage(stage) => {
                let request = client
                    .update_stage()
                    .api_id(&stage.api_id)
                    .stage_name(&stage.stage_name)
                    .auto_deploy(stage.auto_deploy)
                    .description(&stage.description)
                    .default_route_settings(sdk_settings(&stage.default_route_settings))
                    .set_route_settings(Some(all_settings(stage)).filter(|all| !all.is_empty()));
                let doing = doing("updating", &stage.api_id, &stage.stage_name);
                self.on_api(doing, || request.clone().send()).await?;
            }
            stage::Call::DeleteRouteSettings { api_id, stage_name, route_key } => {
                let request = client.delete_route_settings().api_id(api_id).stage_name(stage_name).route_key(route_key);
                let doing = doing(&format!("removing the settings of `{route_key}` from"), api_id, stage_name);
                self.removed_from_api(doing, || request.clone().send()).await?;
            }
            stage::Call::TagResource { api_id, stage_name, tags } => {
                self.tag(&format!("/apis/{api_id}/stages/{stage_name}"), tags).await?;
            }
            stage::Call::DeleteStage { api_id, stage_name } => {
                let request = client.delete_stage().api_id(api_id).stage_name(stage_name);
                let doing = doing("deleting", api_id, stage_name);
                self.removed_from_api(doing, || request.clone().send()).await?;
            }
        }
        Ok(Ids::new())
    }
}

impl Aws {
    /// A call that changes an API or a part of it, sent again while another change is under way: API Gateway makes
    /// one change of an API at a time, and refuses the second of two steps that run side by side.
    async fn on_api<T, E, R, F>(&self, doing: String, call: impl FnMut() -> F) -> Result<T>
    where
        F: Future<Output = std::result::Result<T, SdkError<E, R>>>,
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
        R: std::fmt::Debug + Send + Sync + 'static,
    {
        healing(|what| (self.notify)(what), busy, call).await.map_err(|error| problem(doing, &error))
    }

    /// The same for a call that removes something. Gone already is as good as removed.
    async fn removed_from_api<T, E, R, F>(&self, doing: String, call: impl FnMut() -> F) -> Result<Ids>
    where
        F: Future<Output = std::result::Result<T, SdkError<E, R>>>,
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
        R: std::fmt::Debug + Send + Sync + 'static,
    {
        match healing(|what| (self.notify)(what), busy, call).await {
            Ok(_) => Ok(Ids::new()),
            Err(error) if is_missing(&error) => Ok(Ids::new()),
            Err(error) => Err(problem(doing, &error)),
        }
    }
}

/// The one conflict that passes by itself; a route key that is taken is one too, and does not.
fn busy<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> Option<String> {
    says(error, "ConflictException", "concurrent modification")
        .then(|| "waiting for another change of the HTTP API".to_owned())
}

fn no_such_api(api_id: &str) -> Error {
    Error::new(format!("reading HTTP API {api_id}"), "there is no such API in this account and region")
        .hint("list them with `aws apigatewayv2 get-apis`, or leave ApiId empty to make one")
        .nowhere()
}

fn api_ids(id: Option<&str>, endpoint: Option<&str>) -> Ids {
    let mut ids = named_id("ApiId", id);
    ids.insert("ApiEndpoint".to_owned(), endpoint.unwrap_or_default().to_owned());
    ids
}

/// An id under its own name, and as what `Ref` gives.
fn named_id(name: &str, id: Option<&str>) -> Ids {
    let id = id.unwrap_or_default().to_owned();
    Ids::from([("Ref".to_owned(), id.clone()), (name.to_owned(), id)])
}

fn sorted(tags: Option<&HashMap<String, String>>) -> Tags {
    tags.cloned().unwrap_or_default().into_iter().collect()
}

fn unsorted(tags: &Tags) -> HashMap<String, String> {
    tags.clone().into_iter().collect()
}

fn observed_integration(api_id: &str, found: &sdk::Integration) -> Integration {
    Integration {
        api_id: api_id.to_owned(),
        integration_type: found.integration_type().map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
        integration_uri: found.integration_uri().map(function_arn).unwrap_or_default().to_owned(),
        integration_method: found.integration_method().unwrap_or("POST").to_owned(),
        payload_format_version: found.payload_format_version().unwrap_or("1.0").to_owned(),
        timeout_in_millis: found.timeout_in_millis().unwrap_or(30_000),
        connection_type: found.connection_type().map_or("INTERNET", ConnectionType::as_str).to_owned(),
        description: found.description().unwrap_or_default().to_owned(),
    }
}

fn observed_cors(cors: &sdk::Cors) -> Cors {
    let lower = |names: &[String]| names.iter().map(|name| name.to_ascii_lowercase()).collect();
    Cors {
        allow_credentials: cors.allow_credentials().unwrap_or_default(),
        allow_headers: lower(cors.allow_headers()),
        allow_methods: cors.allow_methods().iter().cloned().collect(),
        allow_origins: cors.allow_origins().iter().cloned().collect(),
        expose_headers: lower(cors.expose_headers()),
        max_age: cors.max_age(),
    }
}

fn sdk_cors(cors: &Cors) -> sdk::Cors {
    let list = |set: &std::collections::BTreeSet<String>| {
        Some(set.iter().cloned().collect()).filter(|all: &Vec<_>| !all.is_empty())
    };
    sdk::Cors::builder()
        .set_allow_credentials(cors.allow_credentials.then_some(true))
        .set_allow_headers(list(&cors.allow_headers))
        .set_allow_methods(list(&cors.allow_methods))
        .set_allow_origins(list(&cors.allow_origins))
        .set_expose_headers(list(&cors.expose_headers))
        .set_max_age(cors.max_age)
        .build()
}

fn observed_settings(settings: &sdk::RouteSettings) -> RouteSettings {
    RouteSettings {
        detailed_metrics_enabled: settings.detailed_metrics_enabled().unwrap_or_default(),
        throttling_burst_limit: settings.throttling_burst_limit(),
        throttling_rate_limit: settings.throttling_rate_limit(),
    }
}

fn sdk_settings(settings: &RouteSettings) -> sdk::RouteSettings {
    sdk::RouteSettings::builder()
        .detailed_metrics_enabled(settings.detailed_metrics_enabled)
        .set_throttling_burst_limit(settings.throttling_burst_limit)
        .set_throttling_rate_limit(settings.throttling_rate_limit)
        .build()
}

fn all_settings(stage: &Stage) -> HashMap<String, sdk::RouteSettings> {
    stage.route_settings.iter().map(|(key, settings)| (key.clone(), sdk_settings(settings))).collect()
}
