//! Routes of HTTP APIs.

use aws_sdk_apigatewayv2::types as sdk;

use super::super::service::{Dispatch, Find};
use super::super::{Aws, AwsReader};
use super::{all_items, busy, named_id, unlisted};
use crate::error::Result;
use crate::observe::Found;
use crate::resources::named::IntegrationId;
use crate::resources::route::{self, Route};
use crate::resources::{Ids, Owner, OwnershipTag, Resource};

impl Find for Route {
    /// Finds the route of this key. A route has no ownership tag: it belongs to the owner of its API or of the
    /// integration that it points at.
    async fn find(&self, reader: &AwsReader, tag: &OwnershipTag) -> Result<Option<Found>> {
        let api_id = &self.api_id;
        let (routes, integrations, api) = tokio::try_join!(
            reader.answers.routes.once(api_id, reader.aws.routes(api_id)),
            reader.answers.integrations.once(api_id, reader.aws.integrations(api_id)),
            reader.seen_api(api_id),
        )?;
        let Some(found) = routes.iter().find(|route| route.route_key() == Some(&self.route_key)) else {
            return Ok(None);
        };
        let id = IntegrationId::in_target(found.target().unwrap_or_default()).map(|IntegrationId(id)| id);
        let integration = integrations.iter().find(|one| one.integration_id() == id);
        let description = integration.and_then(|one| one.description()).unwrap_or_default();
        let calls = integration.and_then(|one| one.integration_uri()).unwrap_or_default();
        let owner =
            if tag.owner(&api.tags) == Owner::Ours { Owner::Ours } else { tag.owner_by_description(description) };
        let route = Route { calls: calls.to_owned(), ..observed_route(api_id, found) };
        Ok(Some(Found { resource: Resource::Route(route), ..found_route(api_id, found, owner) }))
    }
}

/// A route from the list of an API.
pub(in super::super) fn found_route(api_id: &str, found: &sdk::Route, owner: Owner) -> Found {
    let resource = Resource::Route(observed_route(api_id, found));
    Found::new(resource, named_id(Ids::ROUTE_ID, found.route_id()), owner)
}

fn observed_route(api_id: &str, found: &sdk::Route) -> Route {
    let properties = route::Properties {
        api_id: api_id.to_owned(),
        route_key: found.route_key().unwrap_or_default().to_owned(),
        target: found.target().unwrap_or_default().to_owned(),
        authorization_type: found.authorization_type().map_or("NONE", |kind| kind.as_str()).to_owned(),
        // A removed authorizer may be returned as an empty text.
        authorizer_id: found.authorizer_id().filter(|id| !id.is_empty()).map(str::to_owned),
    };
    properties.into()
}

impl Dispatch for route::Call {
    async fn dispatch(&self, aws: &Aws) -> Result<Ids> {
        let client = &aws.apigateway;
        match self {
            route::Call::CreateRoute(route) => {
                let request = client
                    .create_route()
                    .api_id(&route.api_id)
                    .route_key(&route.route_key)
                    .target(&route.target)
                    .authorization_type(route.authorization_type.as_str().into())
                    .set_authorizer_id(route.authorizer_id.clone());
                let doing = format!("creating route `{}` on HTTP API {}", route.route_key, route.api_id);
                let answer = aws.sent(doing, busy, || request.clone().send()).await?;
                Ok(named_id(Ids::ROUTE_ID, answer.route_id()))
            }
            route::Call::UpdateRoute { route_id, route } => {
                let request = client
                    .update_route()
                    .api_id(&route.api_id)
                    .route_id(route_id)
                    .target(&route.target)
                    .authorization_type(route.authorization_type.as_str().into())
                    // An update keeps the properties that it does not name, so an authorizer is removed with an empty
                    // id.
                    .authorizer_id(route.authorizer_id.as_deref().unwrap_or_default());
                let doing = format!("updating route `{}` of HTTP API {}", route.route_key, route.api_id);
                aws.sent(doing, busy, || request.clone().send()).await.map(|_| Ids::new())
            }
            route::Call::DeleteRoute { api_id, route_id } => {
                let request = client.delete_route().api_id(api_id).route_id(route_id);
                let doing = format!("deleting route {route_id} of HTTP API {api_id}");
                aws.removed(doing, busy, || request.clone().send()).await
            }
        }
    }
}

impl Aws {
    pub(in super::super) async fn routes(&self, api_id: &str) -> Result<Vec<sdk::Route>> {
        let items = all_items!(self.apigateway.get_routes().api_id(api_id).max_results("500"));
        items.await.map_err(|error| unlisted("routes", api_id, &error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_removed_authorizer_is_none_in_each_form_of_the_answer() {
        let authorizer = |id: &str| {
            observed_route("api", &sdk::Route::builder().authorizer_id(id).route_key("POST /chat").build())
                .properties
                .authorizer_id
        };
        assert_eq!((authorizer(""), authorizer("auth1").as_deref()), (None, Some("auth1")));
    }
}
