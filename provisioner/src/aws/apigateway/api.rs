//! HTTP APIs.

use std::sync::Arc;

use aws_sdk_apigatewayv2::types::{self as sdk, ProtocolType};
use futures_util::future::try_join_all;

use super::super::problem::{is_missing, problem};
use super::super::{Aws, AwsReader};
use super::{api_ids, no_such_api, only_once, sorted, unsorted};
use crate::error::{Error, Result};
use crate::observe::Found;
use crate::resources::api::{self, Api, Protocol};
use crate::resources::{Cors, Ids, Mark, Owner, Resource, Tags};

impl AwsReader {
    /// The API with our mark; else the one with its name, which nobody's or another stack's mark may be on.
    pub(in super::super) async fn find_api(&self, wanted: &Api, mark: &Mark) -> Result<Option<Found>> {
        let apis = self.apis.once("", self.aws.apis()).await?;
        let (mut ours, mut namesakes) = (Vec::new(), Vec::new());
        for api in apis.iter() {
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
        let (found, candidates) = if ours.is_empty() { (namesakes.first(), &namesakes) } else { (ours.first(), &ours) };
        if candidates.len() > 1 {
            let ids: Vec<&str> = candidates.iter().filter_map(|api| api.api_id()).collect();
            // Where that may not be looked at, the person has to know it.
            let served = try_join_all(ids.iter().map(|api_id| self.serves(api_id, mark))).await.unwrap_or_default();
            return Err(several(&wanted.name, &ids, &served));
        }
        Ok(found.map(|api| found_api(api, mark)))
    }

    /// Whether callers get through an API to the stack's function: a route of ours leads there, and it lets the API in.
    async fn serves(&self, api_id: &str, mark: &Mark) -> Result<bool> {
        let parts = self.routes_marked(mark, api_id).await?;
        let route = parts.iter().any(|part| matches!(part.found.resource, Resource::Route(_)));
        let callees = parts.iter().filter_map(|part| {
            let Resource::Integration(integration) = &part.found.resource else { return None };
            Some(integration.integration_uri.split_once(":function:")?.1)
        });
        for callee in callees.filter(|_| route) {
            if self.policy_of(callee).await?.to_string().contains(&format!(":{api_id}/")) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What is known of an API by its id.
    pub(super) async fn seen_api(&self, api_id: &str) -> Result<Arc<SeenApi>> {
        let listed = self.apis.told("").unwrap_or_default();
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
        self.seen_apis.once(api_id, ask).await
    }
}

/// Nothing says which of these is meant, but what they serve. `served` is empty where that is not known.
fn several(name: &str, ids: &[&str], served: &[bool]) -> Error {
    let doing = format!("looking for the HTTP API {name}");
    let cause = format!("{} HTTP APIs answer to this name: {}", ids.len(), ids.join(", "));
    let serving: Vec<&str> = ids.iter().zip(served).filter(|(_, served)| **served).map(|(id, _)| *id).collect();
    let delete = |id: &str| format!("`aws apigatewayv2 delete-api --api-id {id}`");
    if let [serving] = serving.as_slice() {
        let others: Vec<String> = ids.iter().filter(|id| *id != serving).map(|id| delete(id)).collect();
        let cause = format!("{cause}; {serving} serves this stack's route");
        let hint = format!("delete what serves none: {}; or name one with `--parameter ApiId=…`", others.join(", "));
        return Error::new(doing, cause).hint(hint);
    }
    Error::new(doing, cause)
        .hint(format!("delete the ones that are not used: {}; or name one with `--parameter ApiId=…`", delete("…")))
}

/// An API, as far as its parts need to know it.
#[derive(Debug)]
pub(in super::super) struct SeenApi {
    pub(super) tags: Tags,
    pub(super) protocol: String,
    pub(super) cors: bool,
}

/// An API as it is in the list.
pub(in super::super) fn found_api(api: &sdk::Api, mark: &Mark) -> Found {
    let tags = sorted(api.tags());
    let owner = mark.owner(&tags);
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

impl Aws {
    pub(in super::super) async fn apis(&self) -> Result<Vec<sdk::Api>> {
        let (mut all, mut next) = (Vec::new(), None);
        loop {
            let page = self.apigateway.get_apis().max_results("500").set_next_token(next).send().await;
            let page = page.map_err(|error| problem("listing the HTTP APIs", &error))?;
            all.extend(page.items.unwrap_or_default());
            next = page.next_token;
            if next.is_none() {
                return Ok(all);
            }
        }
    }

    async fn seen_api(&self, api_id: &str) -> Result<SeenApi> {
        match self.apigateway.get_api().api_id(api_id).send().await {
            Ok(api) => Ok(SeenApi {
                tags: sorted(api.tags()),
                protocol: api.protocol_type().map_or("HTTP", ProtocolType::as_str).to_owned(),
                cors: api.cors_configuration().is_some(),
            }),
            Err(error) if is_missing(&error) => Err(no_such_api(api_id)),
            Err(error) => Err(problem(format!("reading HTTP API {api_id}"), &error)),
        }
    }

    pub(in super::super) async fn send_api(&self, call: &api::Call) -> Result<Ids> {
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
                let answer =
                    self.on_api(doing, || request.clone().customize().config_override(only_once()).send()).await?;
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
            api::Call::GetDeployments { api_id } => self.api_is_in_force(api_id).await?,
            api::Call::DeleteApi { api_id } => {
                let request = client.delete_api().api_id(api_id);
                self.removed_from_api(format!("deleting HTTP API {api_id}"), || request.clone().send()).await?;
            }
        }
        Ok(Ids::new())
    }
}

/// An API that allows no credentials has no such property: so everybody else makes them, too.
fn sdk_cors(cors: &Cors) -> sdk::Cors {
    let mut cors = sdk::Cors::from(cors);
    cors.allow_credentials = cors.allow_credentials.filter(|allowed| *allowed);
    cors
}
