//! Integrations of HTTP APIs.

use aws_sdk_apigatewayv2::types::{self as sdk, ConnectionType, IntegrationType};

use super::super::service::{Dispatch, Find};
use super::super::{Aws, AwsReader};
use super::{all_items, busy, named_id, only_once, unlisted};
use crate::error::Result;
use crate::observe::{Duplicate, Found};
use crate::resources::integration::{self, Integration};
use crate::resources::named::{IntegrationId, function_arn, same_function};
use crate::resources::{Ids, Owner, OwnershipTag, Resource};

impl Find for Integration {
    /// Finds the integration with this resource's ownership tag.
    ///
    /// Otherwise it finds an untagged integration of the same function to which no route outside the stack points, and
    /// prefers one to which a route of the stack points.
    async fn find(&self, reader: &AwsReader, tag: &OwnershipTag) -> Result<Option<Found>> {
        let api_id = &self.api_id;
        let (integrations, routes, account) = tokio::try_join!(
            reader.answers.integrations.once(api_id, reader.aws.integrations(api_id)),
            reader.answers.routes.once(api_id, reader.aws.routes(api_id)),
            reader.known_account(),
        )?;
        let wanted_uri = account.fill_text(&self.integration_uri);
        let id = |one: &sdk::Integration| one.integration_id.clone().unwrap_or_default();
        let observed = |one: &sdk::Integration| {
            let target = IntegrationId(&id(one)).target();
            let pointing = routes.iter().filter(|route| route.target() == Some(target.as_str()));
            let routes = pointing.filter_map(|route| route.route_key().map(str::to_owned)).collect();
            Integration { routes, ..observed_integration(api_id, one) }
        };
        // The owner is read from the wanted description: a search for the result of a call whose answer was lost has
        // only that.
        let own = OwnershipTag::of_description(&self.description);
        let ours = |one: &&sdk::Integration| own.is_in_description(one.description().unwrap_or_default());
        let equal = |one: &&sdk::Integration| {
            let untagged = tag.owner_by_description(one.description().unwrap_or_default()) == Owner::None;
            untagged
                && one.integration_uri().is_some_and(|uri| same_function(uri, &wanted_uri))
                && observed(one).outside_routes(self).next().is_none()
        };
        let mut equals: Vec<_> = integrations.iter().filter(equal).collect();
        equals.sort_by_key(|one| (observed(one).routes.is_empty(), id(one)));
        let ours: Vec<_> = integrations.iter().filter(ours).collect();
        let Some(found) = ours.first().or(equals.first()).copied() else { return Ok(None) };
        let duplicate = |one: &&sdk::Integration| Duplicate {
            resource: Resource::Integration(observed(one)),
            ids: named_id(Ids::INTEGRATION_ID, one.integration_id()),
        };
        let duplicates = ours.iter().skip(1).map(duplicate).collect();
        let resource = Resource::Integration(observed(found));
        Ok(Some(Found { duplicates, resource, ..found_integration(api_id, found, tag) }))
    }
}

/// An integration from the list of an API.
pub(in super::super) fn found_integration(api_id: &str, found: &sdk::Integration, tag: &OwnershipTag) -> Found {
    let resource = observed_integration(api_id, found);
    let owner = tag.owner_by_description(&resource.description);
    Found::new(Resource::Integration(resource), named_id(Ids::INTEGRATION_ID, found.integration_id()), owner)
}

/// The properties of an integration in a request that creates or updates it.
macro_rules! with_properties {
    ($request:expr, $one:expr) => {
        $request
            .api_id(&$one.api_id)
            .integration_type(IntegrationType::from($one.integration_type.as_str()))
            .integration_uri(&$one.integration_uri)
            .integration_method(&$one.integration_method)
            .payload_format_version(&$one.payload_format_version)
            .timeout_in_millis($one.timeout_in_millis)
            .connection_type(ConnectionType::from($one.connection_type.as_str()))
            .description(&$one.description)
    };
}

impl Dispatch for integration::Call {
    async fn dispatch(&self, aws: &Aws) -> Result<Ids> {
        let client = &aws.apigateway;
        match self {
            integration::Call::CreateIntegration(one) => {
                let request = with_properties!(client.create_integration(), one);
                let doing = format!("creating an integration of {} on HTTP API {}", one.integration_uri, one.api_id);
                let answer =
                    aws.sent(doing, busy, || request.clone().customize().config_override(only_once()).send()).await?;
                Ok(named_id(Ids::INTEGRATION_ID, answer.integration_id()))
            }
            integration::Call::UpdateIntegration { integration_id, integration: one } => {
                let request = with_properties!(client.update_integration().integration_id(integration_id), one);
                let doing = format!("updating integration {integration_id} of HTTP API {}", one.api_id);
                aws.sent(doing, busy, || request.clone().send()).await.map(|_| Ids::new())
            }
            integration::Call::DeleteIntegration { api_id, integration_id } => {
                let request = client.delete_integration().api_id(api_id).integration_id(integration_id);
                let doing = format!("deleting integration {integration_id} of HTTP API {api_id}");
                aws.removed(doing, busy, || request.clone().send()).await
            }
        }
    }
}

impl Aws {
    pub(in super::super) async fn integrations(&self, api_id: &str) -> Result<Vec<sdk::Integration>> {
        let items = all_items!(self.apigateway.get_integrations().api_id(api_id).max_results("500"));
        items.await.map_err(|error| unlisted("integrations", api_id, &error))
    }
}

fn observed_integration(api_id: &str, found: &sdk::Integration) -> Integration {
    let properties = integration::Properties {
        api_id: api_id.to_owned(),
        integration_type: found.integration_type().map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
        integration_uri: found.integration_uri().map(function_arn).unwrap_or_default().to_owned(),
        integration_method: found.integration_method().unwrap_or("POST").to_owned(),
        payload_format_version: found.payload_format_version().unwrap_or("1.0").to_owned(),
        timeout_in_millis: found.timeout_in_millis().unwrap_or(30_000),
        connection_type: found.connection_type().map_or("INTERNET", ConnectionType::as_str).to_owned(),
    };
    let description = found.description().unwrap_or_default().to_owned();
    Integration { description, ..properties.into() }
}
