//! The routes and function URLs through which callers reach a function.

use super::Wanted;
use crate::place::Place;
use crate::resources::Resource;
use crate::resources::api::api_of;
use crate::resources::integration::Integration;
use crate::resources::named::FunctionRef;
use crate::resources::route::Route;
use crate::template::{Template, references_in_text};

/// The methods that a route of an HTTP API can name (API Gateway's guide, "Create routes for HTTP APIs"), except `ANY`.
pub(crate) const METHODS: [&str; 7] = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"];

/// A route or function URL that calls a function, or an alias of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entrance {
    /// The logical id of the route or the function URL.
    pub logical_id: String,
    /// The function's name.
    pub function_name: String,
    /// The alias that is called; `None` if the function itself is called.
    pub alias: Option<String>,
    /// The key of the route, such as `POST /chat` or `ANY /chat`; `None` for a function URL.
    pub route_key: Option<String>,
    pub(super) format: Format,
    pub(super) stage: String,
    pub(super) domain: String,
    pub(super) is_anonymous: bool,
}

/// The payload format version: the shape of the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    One,
    Two,
}

impl Entrance {
    /// Its target: the name of an alias (`chat:live`) or of a function (`chat`).
    pub fn callee(&self) -> String {
        FunctionRef { name: &self.function_name, qualifier: self.alias.as_deref() }.to_string()
    }

    /// The method and the path of its route key. A function URL and the route `$default` have none: they accept every
    /// request.
    pub(super) fn method_and_path(&self) -> Option<(&str, &str)> {
        self.route_key.as_deref()?.split_once(' ')
    }
}

/// All routes to functions, then all function URLs, each in the template's order.
pub(super) fn entrances(template: &Template, resources: &[Wanted], place: &Place) -> Vec<Entrance> {
    let of = |kind: &str| {
        let ids = template.logical_ids_of(kind);
        let wanted = ids.into_iter().filter_map(|id| resources.iter().find(|wanted| wanted.logical_id == id));
        wanted.filter_map(|wanted| entrance(wanted, resources, place))
    };
    of("AWS::ApiGatewayV2::Route").chain(of("AWS::Lambda::Url")).collect()
}

fn entrance(wanted: &Wanted, resources: &[Wanted], place: &Place) -> Option<Entrance> {
    if let Resource::Url(url) = &wanted.resource {
        return Some(Entrance {
            logical_id: wanted.logical_id.clone(),
            function_name: url.target_function_arn.clone(),
            alias: url.qualifier.clone(),
            route_key: None,
            format: Format::Two,
            stage: "$default".to_owned(),
            domain: format!("lambda-url.{}.on.aws", place.region()),
            is_anonymous: url.auth_type == "NONE",
        });
    }
    let Resource::Route(route) = &wanted.resource else { return None };
    let FunctionRef { name: function, qualifier: alias } = FunctionRef::in_uri(&route.calls)?;
    let format = integration(route, resources).map_or("2.0", |one| one.payload_format_version.as_str());
    Some(Entrance {
        logical_id: wanted.logical_id.clone(),
        function_name: function.to_owned(),
        alias: alias.map(str::to_owned),
        route_key: Some(route.route_key.clone()),
        format: if format == "1.0" { Format::One } else { Format::Two },
        stage: stage(route, resources),
        domain: format!("execute-api.{}.{}", place.region(), place.url_suffix()),
        is_anonymous: false,
    })
}

fn integration<'w>(route: &Route, resources: &'w [Wanted]) -> Option<&'w Integration> {
    let to = references_in_text(&route.target).into_iter().next()?;
    resources.iter().filter(|wanted| wanted.logical_id == to.logical_id).find_map(|wanted| {
        if let Resource::Integration(integration) = &wanted.resource { Some(integration) } else { None }
    })
}

/// The stage of a request: `$default` if the API has it or has no stage in the template, otherwise the first stage.
fn stage(route: &Route, resources: &[Wanted]) -> String {
    let stages = || {
        resources.iter().filter_map(|wanted| {
            let Resource::Stage(stage) = &wanted.resource else { return None };
            (api_of(&stage.api_id) == api_of(&route.api_id)).then_some(stage.stage_name.as_str())
        })
    };
    let default = "$default";
    if stages().any(|stage| stage == default) { default } else { stages().next().unwrap_or(default) }.to_owned()
}
