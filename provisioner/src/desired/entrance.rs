//! The ways by which a caller's message comes to a function.

use super::Wanted;
use crate::resources::Resource;
use crate::resources::integration::callee;
use crate::template::Template;

/// A way to a function, or to an alias of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entrance {
    /// The function's name.
    pub function_name: String,
    /// The alias that is called; none where the function itself is.
    pub alias: Option<String>,
    /// The key of the route, such as `POST /chat` or `ANY /chat`; none where it is a function URL.
    pub route_key: Option<String>,
}

impl Entrance {
    /// What it leads to, by the name of an alias (`chat:live`) or a function (`chat`).
    #[must_use]
    pub fn callee(&self) -> String {
        let Self { function_name, alias, .. } = self;
        alias.as_ref().map_or_else(|| function_name.clone(), |alias| format!("{function_name}:{alias}"))
    }
}

/// All of a template's, in its order: routes that take a POST first, then function URLs.
pub(super) fn entrances(template: &Template, resources: &[Wanted]) -> Vec<Entrance> {
    let of = |kind: &str| {
        let ids = template.logical_ids_of(kind);
        ids.into_iter().filter_map(|id| resources.iter().find(|wanted| wanted.logical_id == id)).filter_map(entrance)
    };
    of("AWS::ApiGatewayV2::Route").chain(of("AWS::Lambda::Url")).collect()
}

fn entrance(wanted: &Wanted) -> Option<Entrance> {
    if let Resource::Url(url) = &wanted.resource {
        let (function_name, alias) = (url.target_function_arn.clone(), url.qualifier.clone());
        return Some(Entrance { function_name, alias, route_key: None });
    }
    let Resource::Route(route) = &wanted.resource else { return None };
    let takes_a_post = ["POST ", "ANY "].iter().any(|method| route.route_key.starts_with(method));
    let (function, alias) = callee(&route.calls).filter(|_| takes_a_post)?;
    Some(Entrance {
        function_name: function.to_owned(),
        alias: alias.map(str::to_owned),
        route_key: Some(route.route_key.clone()),
    })
}
