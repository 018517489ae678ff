//! HTTP APIs with their integrations, routes and stages.

use std::collections::BTreeSet;

use super::{State, conflict, ids, missing};
use crate::observe::{Found, Twin};
use crate::resources::api::{self, Api};
use crate::resources::integration::{self, Integration, same_function};
use crate::resources::route::{self, Route};
use crate::resources::stage::{self, RouteSettings, Stage};
use crate::resources::{Ids, Mark, Owner, Resource};

impl State {
    pub(super) fn find_api(&self, wanted: &Api, mark: &Mark) -> Option<Found> {
        let ours = self.apis.iter().find(|(_, api)| mark.is_on(&api.tags));
        let namesake =
            || self.apis.iter().find(|(_, api)| api.name == wanted.name && mark.owner(&api.tags) == Owner::Nobody);
        let (id, api) = ours.or_else(namesake)?;
        Some(Found::new(Resource::Api(api.clone()), api_ids(id), mark.owner(&api.tags)))
    }

    pub(super) fn api_call(&mut self, call: &api::Call) -> Result<Ids, String> {
        use api::Call;
        match call {
            Call::CreateApi(api) => {
                let id = self.next_id("api");
                self.apis.insert(id.clone(), Api::clone(api));
                return Ok(api_ids(&id));
            }
            Call::UpdateApi { api_id, api: new } => {
                let now = self.apis.get_mut(api_id).ok_or_else(|| missing(api_id))?;
                now.name.clone_from(&new.name);
                now.description.clone_from(&new.description);
                now.disable_execute_api_endpoint = new.disable_execute_api_endpoint;
                if let Some(cors) = &new.cors_configuration {
                    now.cors_configuration = Some(cors.clone()); // an update keeps what it does not name
                }
            }
            Call::DeleteCorsConfiguration { api_id } => {
                self.apis.get_mut(api_id).ok_or_else(|| missing(api_id))?.cors_configuration = None;
            }
            Call::TagResource { api_id, tags } => {
                self.apis.get_mut(api_id).ok_or_else(|| missing(api_id))?.tags.extend(tags.clone());
            }
            Call::GetDeployments { api_id } => self.in_api(api_id)?,
            Call::DeleteApi { api_id } => {
                self.apis.remove(api_id);
                self.integrations.retain(|_, one| one.api_id != *api_id);
                self.routes.retain(|_, one| one.api_id != *api_id);
                self.stages.retain(|_, one| one.api_id != *api_id);
            }
        }
        Ok(Ids::new())
    }

    fn in_api(&self, api_id: &str) -> Result<(), String> {
        if self.apis.contains_key(api_id) { Ok(()) } else { Err(missing(api_id)) }
    }

    pub(super) fn find_integration(&self, wanted: &Integration, mark: &Mark) -> Option<Found> {
        let with_routes = |(id, one): (&String, &Integration)| {
            let target = format!("integrations/{id}");
            let led = self.routes.values().filter(|route| route.api_id == one.api_id && route.target == target);
            (id.clone(), Integration { routes: led.map(|route| route.route_key.clone()).collect(), ..one.clone() })
        };
        let here = || self.integrations.iter().filter(|(_, one)| one.api_id == wanted.api_id).map(with_routes);
        let ours: Vec<_> = here().filter(|(_, one)| mark.is_in_description(&one.description)).collect();
        let nobodys = |one: &Integration| mark.owner_by_description(&one.description) == Owner::Nobody;
        let is_alone = |one: &Integration| one.shared_with(wanted).next().is_none();
        let same = || {
            let same = |one: &Integration| same_function(&one.integration_uri, &wanted.integration_uri);
            here().find(|(_, one)| nobodys(one) && is_alone(one) && same(one))
        };
        let (id, found) = ours.first().cloned().or_else(same)?;
        let owner = mark.owner_by_description(&found.description);
        let own = |id: &str| ids([("Ref", id), ("IntegrationId", id)]);
        let twin =
            |(id, one): &(String, Integration)| Twin { resource: Resource::Integration(one.clone()), ids: own(id) };
        let twins = ours.iter().skip(1).map(twin).collect();
        Some(Found { twins, ..Found::new(Resource::Integration(found), own(&id), owner) })
    }

    pub(super) fn integration_call(&mut self, call: &integration::Call) -> Result<Ids, String> {
        use integration::Call;
        match call {
            Call::CreateIntegration(one) => {
                self.in_api(&one.api_id)?;
                let id = self.next_id("int");
                self.integrations.insert(id.clone(), without_routes(one));
                return Ok(ids([("Ref", &id), ("IntegrationId", &id)]));
            }
            Call::UpdateIntegration { integration_id: id, integration } => {
                *self.integrations.get_mut(id).ok_or_else(|| missing(id))? = without_routes(integration);
            }
            Call::DeleteIntegration { api_id, integration_id: id } => {
                let target = format!("integrations/{id}");
                if self.routes.values().any(|route| route.api_id == *api_id && route.target == target) {
                    return Err(conflict(&format!("a route leads to {id}")));
                }
                self.integrations.remove(id);
            }
        }
        Ok(Ids::new())
    }

    pub(super) fn find_route(&self, wanted: &Route, mark: &Mark) -> Option<Found> {
        let same = |one: &Route| one.api_id == wanted.api_id && one.route_key == wanted.route_key;
        let (id, route) = self.routes.iter().find(|(_, one)| same(one))?;
        let integration = route.target.strip_prefix("integrations/").and_then(|id| self.integrations.get(id));
        let description = integration.map(|one| one.description.as_str()).unwrap_or_default();
        let api_is_ours = self.apis.get(&route.api_id).is_some_and(|api| mark.owner(&api.tags) == Owner::Ours);
        let owner = if api_is_ours { Owner::Ours } else { mark.owner_by_description(description) };
        let calls = integration.map(|one| one.integration_uri.clone()).unwrap_or_default();
        Some(Found::new(Resource::Route(Route { calls, ..route.clone() }), ids([("Ref", id), ("RouteId", id)]), owner))
    }

    pub(super) fn route_call(&mut self, call: &route::Call) -> Result<Ids, String> {
        use route::Call;
        match call {
            Call::CreateRoute(route) => {
                self.in_api(&route.api_id)?;
                let taken = |one: &Route| one.api_id == route.api_id && one.route_key == route.route_key;
                if self.routes.values().any(taken) {
                    return Err(conflict(&route.route_key));
                }
                let integration = route.target.strip_prefix("integrations/").unwrap_or_default();
                if !self.integrations.contains_key(integration) {
                    return Err(missing(&route.target));
                }
                let id = self.next_id("route");
                self.routes.insert(id.clone(), Route { calls: String::new(), ..Route::clone(route) });
                return Ok(ids([("Ref", &id), ("RouteId", &id)]));
            }
            Call::UpdateRoute { route_id: id, route } => {
                let now = self.routes.get_mut(id).ok_or_else(|| missing(id))?;
                now.target.clone_from(&route.target);
                now.authorization_type.clone_from(&route.authorization_type);
                now.authorizer_id.clone_from(&route.authorizer_id);
            }
            Call::DeleteRoute { route_id, .. } => {
                self.routes.remove(route_id);
            }
        }
        Ok(Ids::new())
    }

    pub(super) fn find_stage(&self, wanted: &Stage, mark: &Mark) -> Option<Found> {
        let stage = self.stages.get(&(wanted.api_id.clone(), wanted.stage_name.clone()))?;
        Some(Found::new(Resource::Stage(stage.clone()), Ids::new(), mark.owner(&stage.tags)))
    }

    pub(super) fn stage_call(&mut self, call: &stage::Call) -> Result<Ids, String> {
        use stage::Call;
        let key = |api_id: &str, name: &str| (api_id.to_owned(), name.to_owned());
        match call {
            Call::CreateStage(stage) => {
                self.in_api(&stage.api_id)?;
                let key = key(&stage.api_id, &stage.stage_name);
                if self.stages.contains_key(&key) {
                    return Err(conflict(&stage.stage_name));
                }
                self.has_routes_of(stage)?;
                self.stages.insert(key, Stage::clone(stage));
            }
            Call::UpdateStage(new) => {
                self.has_routes_of(new)?;
                let now = self.stage(&key(&new.api_id, &new.stage_name))?;
                now.auto_deploy = new.auto_deploy;
                now.description.clone_from(&new.description);
                now.default_route_settings = new.default_route_settings.clone();
                for (route_key, settings) in &new.route_settings {
                    now.route_settings.insert(route_key.clone(), RouteSettings::clone(settings));
                }
            }
            Call::DeleteRouteSettings { api_id, stage_name, route_key } => {
                self.stage(&key(api_id, stage_name))?.route_settings.remove(route_key);
            }
            Call::TagResource { api_id, stage_name, tags } => {
                self.stage(&key(api_id, stage_name))?.tags.extend(tags.clone());
            }
            Call::DeleteStage { api_id, stage_name } => {
                self.stages.remove(&key(api_id, stage_name));
            }
        }
        Ok(Ids::new())
    }

    /// API Gateway accepts settings only for routes that exist.
    fn has_routes_of(&self, stage: &Stage) -> Result<(), String> {
        let exists = |key: &String| self.routes.values().any(|one| one.api_id == stage.api_id && one.route_key == *key);
        match stage.route_settings.keys().find(|key| !exists(key)) {
            Some(key) => {
                Err(format!("NotFoundException: Unable to find Route by key {key} within the provided RouteSettings"))
            }
            None => Ok(()),
        }
    }

    fn stage(&mut self, key: &(String, String)) -> Result<&mut Stage, String> {
        self.stages.get_mut(key).ok_or_else(|| missing(&key.1))
    }
}

/// An integration as this world stores it: without its routes, because the routes refer to it.
fn without_routes(one: &Integration) -> Integration {
    Integration { routes: BTreeSet::new(), ..one.clone() }
}

fn api_ids(id: &str) -> Ids {
    ids([("Ref", id), ("ApiId", id), ("ApiEndpoint", &format!("https://{id}.execute-api.us-east-1.amazonaws.com"))])
}
