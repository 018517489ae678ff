//! `AWS::ApiGatewayV2::Route`: a method and path of an API, and its target.

use serde::{Deserialize, Serialize};

use super::api::api_of;
use super::kind::*;
use super::named::same_function;

/// A route.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Route {
    /// The properties that a template can give.
    #[serde(flatten)]
    pub properties: Properties,
    /// The URI that the target integration calls. It is not compared, since it belongs to the integration.
    #[serde(default)]
    pub calls: String,
}

/// The properties of a route.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Properties {
    /// The API that it belongs to.
    pub api_id: String,
    /// Method and path, such as `POST /chat`; they are unique in an API.
    pub route_key: String,
    /// `integrations/ID`.
    #[serde(default)]
    pub target: String,
    /// `NONE`, `JWT`, `AWS_IAM` or `CUSTOM`.
    #[serde(default = "none")]
    pub authorization_type: String,
    /// The authorizer of `JWT` and `CUSTOM`.
    pub authorizer_id: Option<String>,
}

has_properties!(Route { calls });

fn none() -> String {
    "NONE".to_owned()
}

/// A writing call to API Gateway about a route.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the variants are API Gateway's operations, the fields their arguments")]
pub enum Call {
    CreateRoute(Box<Route>),
    UpdateRoute { route_id: String, route: Box<Route> },
    DeleteRoute { api_id: String, route_id: String },
}

impl Route {
    /// Whether both routes call the same function, through whatever integration.
    pub fn calls_the_same(&self, other: &Self) -> bool {
        !self.calls.is_empty() && same_function(&self.calls, &other.calls)
    }
}

impl Kind for Route {
    const TYPE: &'static str = "AWS::ApiGatewayV2::Route";
    const ATTRIBUTES: &'static [&'static str] = &[Ids::ROUTE_ID];
    const OWNERSHIP: Ownership = Ownership::Parent;
    const ASSIGNED_ID: Option<&'static str> = Some(Ids::ROUTE_ID);
    const ORPHANS: Orphans = Orphans::WithParent;
    const REMOVAL: Removal = Removal::Routes;
    type Call = Call;

    fields!(name: route_key, part_of_api: api_id);

    fn complete(&mut self, _tag: &OwnershipTag) {}

    fn identity(&self) -> Vec<String> {
        vec![self.api_id.clone(), self.route_key.clone()]
    }

    /// A route has no ownership tag: it is adopted only if its target is adopted too, or if its target is another
    /// integration of the same function.
    fn adoption_error(&self, now: &Self) -> Option<String> {
        (self.target != now.target && !self.calls_the_same(now))
            .then(|| format!("the route `{}` has another target, `{}`", now.route_key, now.target))
    }

    fn collides_with(&self, other: &Self) -> bool {
        api_of(&self.api_id) == api_of(&other.api_id) && self.route_key == other.route_key
    }

    fn imports(&self, ids: &Ids) -> Vec<Import> {
        vec![Import::whole("aws_apigatewayv2_route", format!("{}/{}", self.api_id, id(ids, Ids::ROUTE_ID)))]
    }

    created_by!(CreateRoute, Refused);

    fn update(&self, _now: &Self, ids: &Ids, _changed: &Changed) -> Batches<Call> {
        batches([vec![Call::UpdateRoute { route_id: id(ids, Ids::ROUTE_ID), route: Box::new(self.clone()) }]])
    }

    fn delete(&self, ids: &Ids) -> Batches<Call> {
        batches([vec![Call::DeleteRoute { api_id: self.api_id.clone(), route_id: id(ids, Ids::ROUTE_ID) }]])
    }
}
