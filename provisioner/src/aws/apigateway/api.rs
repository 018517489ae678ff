//! HTTP APIs.

use std::sync::Arc;

use aws_sdk_apigatewayv2::types::{self as sdk, ProtocolType};
use futures_util::future::try_join_all;

use super::super::problem::{if_exists, problem};
use super::super::service::{Dispatch, Find};
use super::super::{Aws, AwsReader};
use super::{all_items, api_ids, busy, no_such_api, only_once, sorted, unsorted};
use crate::error::{Error, Result};
use crate::hint::{Command, Hint};
use crate::observe::Found;
use crate::resources::api::{self, Api, Protocol};
use crate::resources::named::FunctionRef;
use crate::resources::{Cors, Ids, Owner, OwnershipTag, Resource, Tags};

impl Find for Api {
    /// Finds the API with this resource's ownership tag, or else the API with its name that has no owner.
    async fn find(&self, reader: &AwsReader, tag: &OwnershipTag) -> Result<Option<Found>> {
        let apis = reader.answers.apis.once("", reader.aws.apis()).await?;
        let (mut ours, mut namesakes) = (Vec::new(), Vec::new());
        for api in apis.iter() {
            let tags = sorted(api.tags());
            if tag.is_on(&tags) {
                ours.push(api);
            } else if api.name() == Some(&self.name)
                // A WebSocket API of that name cannot be changed into an HTTP API.
                && api.protocol_type() == Some(&ProtocolType::Http)
                && tag.owner(&tags) == Owner::None
            {
                namesakes.push(api);
            }
        }
        let (found, candidates) = if ours.is_empty() { (namesakes.first(), &namesakes) } else { (ours.first(), &ours) };
        if candidates.len() > 1 {
            let ids: Vec<&str> = candidates.iter().filter_map(|api| api.api_id()).collect();
            if ours.is_empty() {
                return Err(namesakes_of_others(&self.name, &ids));
            }
            // Where the routes cannot be read, the error leaves the choice to the user.
            let uses = try_join_all(ids.iter().map(|api_id| reader.used(api_id, tag))).await.unwrap_or_default();
            let Some(serving) = only_serving(&uses) else { return Err(ambiguous(&self.name, &ids, &uses)) };
            // The others are orphans of concurrent first deploys.
            return Ok(ours.get(serving).map(|api| found_api(api, tag)));
        }
        Ok(found.map(|api| found_api(api, tag)))
    }
}

impl AwsReader {
    /// The use that the stack makes of an API. Callers reach the stack's function where a route of the stack points at
    /// it and the function's policy allows the API.
    async fn used(&self, api_id: &str, tag: &OwnershipTag) -> Result<ApiUse> {
        let parts = self.tagged_routes(tag, api_id).await?;
        let route = parts.iter().any(|part| matches!(part.found.resource, Resource::Route(_)));
        let callees = parts.iter().filter_map(|part| {
            let Resource::Integration(integration) = &part.found.resource else { return None };
            Some(FunctionRef::in_uri(&integration.integration_uri)?.to_string())
        });
        for callee in callees.filter(|_| route) {
            if self.policy_of(&callee).await?.to_string().contains(&format!(":{api_id}/")) {
                return Ok(ApiUse::Serves);
            }
        }
        Ok(if route { ApiUse::Routes } else { ApiUse::Idle })
    }

    /// The tags, the protocol and the CORS state of an API, by its id.
    pub(super) async fn seen_api(&self, api_id: &str) -> Result<Arc<SeenApi>> {
        let listed = self.answers.apis.get("").unwrap_or_default();
        let ask = async {
            match listed.iter().find(|api| api.api_id() == Some(api_id)) {
                Some(api) => Ok(SeenApi {
                    tags: sorted(api.tags()),
                    protocol: api.protocol_type().map_or("HTTP", ProtocolType::as_str).to_owned(),
                    cors: api.cors_configuration().is_some(),
                }),
                None => self.aws.seen_api(api_id).await,
            }
        };
        self.answers.seen_apis.once(api_id, ask).await
    }
}

/// The use that the stack makes of an API with its ownership tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ApiUse {
    /// Callers reach the stack's function.
    Serves,
    /// A route of the stack, by which callers do not reach its function.
    Routes,
    /// No route of the stack.
    Idle,
}

/// The index of the one API that serves, if the others have no route.
fn only_serving(uses: &[ApiUse]) -> Option<usize> {
    let serving = uses.iter().position(|one| *one == ApiUse::Serves)?;
    let idle = uses.iter().enumerate().all(|(index, one)| index == serving || *one == ApiUse::Idle);
    idle.then_some(serving)
}

/// The error where several APIs have the stack's ownership tag. Only what they serve distinguishes them; `uses` is
/// empty where that is not known.
fn ambiguous(name: &str, ids: &[&str], uses: &[ApiUse]) -> Error {
    let is = |used: ApiUse| ids.iter().zip(uses).filter(move |(_, one)| **one == used).map(|(id, _)| *id);
    let serving: Vec<&str> = is(ApiUse::Serves).collect();
    let serving_ids = if serving.is_empty() {
        "; none is known to serve this stack's route".to_owned()
    } else {
        format!("; {} serve{} this stack's route", serving.join(" and "), if serving.len() == 1 { "s" } else { "" })
    };
    let cause = format!("{} HTTP APIs have this stack's ownership tag: {}{serving_ids}", ids.len(), ids.join(", "));
    let delete = |id: &&str| {
        Hint::new(format!("delete `{id}` if it has no callers"))
            .run(Command::aws(["apigatewayv2", "delete-api", "--api-id", id]))
    };
    let error = Error::new(format!("looking for the HTTP API {name}"), cause);
    match ids.iter().map(delete).reduce(Hint::or) {
        Some(hint) => error.hint(hint.or("attach the routes to one of them by its id")),
        None => error,
    }
}

/// The error where several APIs without the stack's ownership tag have the name, of which none is chosen.
fn namesakes_of_others(name: &str, ids: &[&str]) -> Error {
    let cause =
        format!("{} HTTP APIs have this name, and none has this stack's ownership tag: {}", ids.len(), ids.join(", "));
    Error::new(format!("looking for the HTTP API {name}"), cause)
        .hint("give the stack's API another name in the template, or attach the routes to one of these APIs by its id")
}

/// The properties of an API that its routes, stages and integrations depend on.
#[derive(Debug)]
pub(in super::super) struct SeenApi {
    pub(super) tags: Tags,
    pub(super) protocol: String,
    pub(super) cors: bool,
}

/// An API from the list of all APIs.
pub(in super::super) fn found_api(api: &sdk::Api, tag: &OwnershipTag) -> Found {
    let tags = sorted(api.tags());
    let owner = tag.owner(&tags);
    let resource = Api {
        name: api.name().unwrap_or_default().to_owned(),
        protocol_type: Protocol::Http,
        description: api.description().unwrap_or_default().to_owned(),
        cors_configuration: api.cors_configuration().map(Cors::from),
        disable_execute_api_endpoint: api.disable_execute_api_endpoint().unwrap_or_default(),
        tags,
    };
    Found::new(Resource::Api(resource), api_ids(api.api_id(), api.api_endpoint()), owner)
}

impl Dispatch for api::Call {
    async fn dispatch(&self, aws: &Aws) -> Result<Ids> {
        let client = &aws.apigateway;
        match self {
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
                let answer =
                    aws.sent(doing, busy, || request.clone().customize().config_override(only_once()).send()).await?;
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
                aws.sent(format!("updating HTTP API {}", api.name), busy, || request.clone().send()).await?;
            }
            api::Call::DeleteCorsConfiguration { api_id } => {
                let request = client.delete_cors_configuration().api_id(api_id);
                let doing = format!("removing the CORS configuration of HTTP API {api_id}");
                aws.removed(doing, busy, || request.clone().send()).await?;
            }
            api::Call::TagResource { api_id, tags } => {
                aws.tag(&format!("/apis/{api_id}"), tags).await?;
            }
            api::Call::GetDeployments { api_id } => aws.api_is_in_force(api_id).await?,
            api::Call::DeleteApi { api_id } => {
                let request = client.delete_api().api_id(api_id);
                aws.removed(format!("deleting HTTP API {api_id}"), busy, || request.clone().send()).await?;
            }
        }
        Ok(Ids::new())
    }
}

impl Aws {
    pub(in super::super) async fn apis(&self) -> Result<Vec<sdk::Api>> {
        let items = all_items!(self.apigateway.get_apis().max_results("500"));
        items.await.map_err(|error| problem("listing the HTTP APIs", &error))
    }

    async fn seen_api(&self, api_id: &str) -> Result<SeenApi> {
        let answer = self.apigateway.get_api().api_id(api_id).send().await;
        let api = if_exists(format!("reading HTTP API {api_id}"), answer)?.ok_or_else(|| no_such_api(api_id))?;
        Ok(SeenApi {
            tags: sorted(api.tags()),
            protocol: api.protocol_type().map_or("HTTP", ProtocolType::as_str).to_owned(),
            cors: api.cors_configuration().is_some(),
        })
    }
}

/// An API that does not allow credentials has no such property, and is created without it as other tools do.
fn sdk_cors(cors: &Cors) -> sdk::Cors {
    let mut cors = sdk::Cors::from(cors);
    cors.allow_credentials = cors.allow_credentials.filter(|allowed| *allowed);
    cors
}
