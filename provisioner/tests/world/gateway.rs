//! HTTP APIs with their integrations, routes and stages.

use std::collections::BTreeSet;

use super::{Execute, State, Stored, conflict, ids, missing};
use crate::observe::{Duplicate, Found};
use crate::resources::api::{self, Api};
use crate::resources::integration::{self, Integration};
use crate::resources::named::{IntegrationId, same_function};
use crate::resources::route::{self, Route};
use crate::resources::stage::{self, RouteSettings, Stage};
use crate::resources::{Ids, Owner, OwnershipTag, Resource};

impl Stored for Api {
    fn find(&self, state: &State, tag: &OwnershipTag) -> Option<Found> {
        let ours = state.apis.iter().find(|(_, api)| tag.is_on(&api.tags));
        let namesake =
            || state.apis.iter().find(|(_, api)| api.name == self.name && tag.owner(&api.tags) == Owner::None);
        let (id, api) = ours.or_else(namesake)?;
        Some(Found::new(Resource::Api(api.clone()), api_ids(id), tag.owner(&api.tags)))
    }
}

impl Stored for Integration {
    fn find(&self, state: &State, tag: &OwnershipTag) -> Option<Found> {
        let with_routes = |(id, one): (&String, &Integration)| {
            let target = IntegrationId(id).target();
            let pointing = state.routes.values().filter(|route| route.api_id == one.api_id && route.target == target);
            (id.clone(), Integration { routes: pointing.map(|route| route.route_key.clone()).collect(), ..one.clone() })
        };
        let here = || state.integrations.iter().filter(|(_, one)| one.api_id == self.api_id).map(with_routes);
        let ours: Vec<_> = here().filter(|(_, one)| tag.is_in_description(&one.description)).collect();
        let untagged = |one: &Integration| tag.owner_by_description(&one.description) == Owner::None;
        let is_alone = |one: &Integration| one.outside_routes(self).next().is_none();
        let same = || {
            let same = |one: &Integration| same_function(&one.integration_uri, &self.integration_uri);
            here().find(|(_, one)| untagged(one) && is_alone(one) && same(one))
        };
        let (id, found) = ours.first().cloned().or_else(same)?;
        let owner = tag.owner_by_description(&found.description);
        let own = |id: &str| ids([("Ref", id), ("IntegrationId", id)]);
        let duplicate = |(id, one): &(String, Integration)| Duplicate {
            resource: Resource::Integration(one.clone()),
            ids: own(id),
        };
        let duplicates = ours.iter().skip(1).map(duplicate).collect();
        Some(Found { duplicates, ..Found::new(Resource::Integration(found), own(&id), owner) })
    }
}

impl Stored for Route {
    fn find(&self, state: &State, tag: &OwnershipTag) -> Option<Found> {
        let same = |one: &Route| one.api_id == self.api_id && one.route_key == self.route_key;
        let (id, route) = state.routes.iter().find(|(_, one)| same(one))?;
        let integration = IntegrationId::in_target(&route.target).and_then(|id| state.integrations.get(id.0));
        let description = integration.map(|one| one.description.as_str()).unwrap_or_default();
        let api_is_ours = state.apis.get(&route.api_id).is_some_and(|api| tag.owner(&api.tags) == Owner::Ours);
        let owner = if api_is_ours { Owner::Ours } else { tag.owner_by_description(description) };
        let calls = integration.map(|one| one.integration_uri.clone()).unwrap_or_default();
        Some(Found::new(Resource::Route(Route { calls, ..route.clone() }), ids([("Ref", id), ("RouteId", id)]), owner))
    }
}

impl Stored for Stage {
    fn find(&self, state: &State, tag: &OwnershipTag) -> Option<Found> {
        let stage = state.stages.get(&(self.api_id.clone(), self.stage_name.clone()))?;
        Some(Found::new(Resource::Stage(stage.clone()), Ids::new(), tag.owner(&stage.tags)))
    }
}

impl Execute for api::Call {
    fn execute(&self, state: &mut State) -> Result<Ids, String> {
        use api::Call;
        match self {
            Call::CreateApi(api) => {
                let id = state.next_id("api");
                state.apis.insert(id.clone(), Api::clone(api));
                return Ok(api_ids(&id));
            }
            Call::UpdateApi { api_id, api: new } => {
                let now = state.apis.get_mut(api_id).ok_or_else(|| missing(api_id))?;
                now.name.clone_from(&new.name);
                now.description.clone_from(&new.description);
                now.disable_execute_api_endpoint = new.disable_execute_api_endpoint;
                if let Some(cors) = &new.cors_configuration {
                    now.cors_configuration = Some(cors.clone()); // an update keeps what it does not name
                }
            }
            Call::DeleteCorsConfiguration { api_id } => {
                state.apis.get_mut(api_id).ok_or_else(|| missing(api_id))?.cors_configuration = None;
            }
            Call::TagResource { api_id, tags } => {
                state.apis.get_mut(api_id).ok_or_else(|| missing(api_id))?.tags.extend(tags.clone());
            }
            Call::GetDeployments { api_id } => state.in_api(api_id)?,
            Call::DeleteApi { api_id } => {
                state.apis.remove(api_id);
                state.integrations.retain(|_, one| one.api_id != *api_id);
                state.routes.retain(|_, one| one.api_id != *api_id);
                state.stages.retain(|_, one| one.api_id != *api_id);
            }
        }
        Ok(Ids::new())
    }
}

impl Execute for integration::Call {
    fn execute(&self, state: &mut State) -> Result<Ids, String> {
        use integration::Call;
        match self {
            Call::CreateIntegration(one) => {
                state.in_api(&one.api_id)?;
                let id = state.next_id("int");
                state.integrations.insert(id.clone(), without_routes(one));
                return Ok(ids([("Ref", &id), ("IntegrationId", &id)]));
            }
            Call::UpdateIntegration { integration_id: id, integration } => {
                *state.integrations.get_mut(id).ok_or_else(|| missing(id))? = without_routes(integration);
            }
            Call::DeleteIntegration { api_id, integration_id: id } => {
                let target = IntegrationId(id).target();
                if state.routes.values().any(|route| route.api_id == *api_id && route.target == target) {
                    return Err(conflict(&format!("a route points to {id}")));
                }
                state.integrations.remove(id);
            }
        }
        Ok(Ids::new())
    }
}

impl Execute for route::Call {
    fn execute(&self, state: &mut State) -> Result<Ids, String> {
        use route::Call;
        match self {
            Call::CreateRoute(route) => {
                state.in_api(&route.api_id)?;
                let exists = |one: &Route| one.api_id == route.api_id && one.route_key == route.route_key;
                if state.routes.values().any(exists) {
                    return Err(conflict(&route.route_key));
                }
                let integration = IntegrationId::in_target(&route.target);
                if integration.is_none_or(|id| !state.integrations.contains_key(id.0)) {
                    return Err(missing(&route.target));
                }
                let id = state.next_id("route");
                state.routes.insert(id.clone(), Route { calls: String::new(), ..Route::clone(route) });
                return Ok(ids([("Ref", &id), ("RouteId", &id)]));
            }
            Call::UpdateRoute { route_id: id, route } => {
                let now = state.routes.get_mut(id).ok_or_else(|| missing(id))?;
                now.target.clone_from(&route.target);
                now.authorization_type.clone_from(&route.authorization_type);
                now.authorizer_id.clone_from(&route.authorizer_id);
            }
            Call::DeleteRoute { route_id, .. } => {
                state.routes.remove(route_id);
            }
        }
        Ok(Ids::new())
    }
}

impl Execute for stage::Call {
    fn execute(&self, state: &mut State) -> Result<Ids, String> {
        use stage::Call;
        let key = |api_id: &str, name: &str| (api_id.to_owned(), name.to_owned());
        match self {
            Call::CreateStage(stage) => {
                state.in_api(&stage.api_id)?;
                let key = key(&stage.api_id, &stage.stage_name);
                if state.stages.contains_key(&key) {
                    return Err(conflict(&stage.stage_name));
                }
                state.has_routes_of(stage)?;
                state.stages.insert(key, Stage::clone(stage));
            }
            Call::UpdateStage(new) => {
                state.has_routes_of(new)?;
                let now = state.stage(&key(&new.api_id, &new.stage_name))?;
                now.auto_deploy = new.auto_deploy;
                now.description.clone_from(&new.description);
                now.default_route_settings = new.default_route_settings.clone();
                for (route_key, settings) in &new.route_settings {
                    now.route_settings.insert(route_key.clone(), RouteSettings::clone(settings));
                }
            }
            Call::DeleteRouteSettings { api_id, stage_name, route_key } => {
                state.stage(&key(api_id, stage_name))?.route_settings.remove(route_key);
            }
            Call::TagResource { api_id, stage_name, tags } => {
                state.stage(&key(api_id, stage_name))?.tags.extend(tags.clone());
            }
            Call::DeleteStage { api_id, stage_name } => {
                state.stages.remove(&key(api_id, stage_name));
            }
        }
        Ok(Ids::new())
    }
}

impl State {
    fn in_api(&self, api_id: &str) -> Result<(), String> {
        if self.apis.contains_key(api_id) { Ok(()) } else { Err(missing(api_id)) }
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
