//! Makes a stage depend on the routes in its settings.

use super::Wanted;
use super::relations::with_needs;
use crate::resources::Resource;
use crate::resources::api::api_of;
use crate::template::order;

/// Makes every stage depend on the routes in its `RouteSettings`.
///
/// API Gateway answers `NotFoundException: Unable to find Route by key … within the provided RouteSettings` if one of
/// them does not exist. A deletion has the reverse order, so that the settings are deleted before the route. If the
/// template declares the opposite dependency, that one is kept.
pub(super) fn settings_after_routes(resources: &mut [Wanted]) {
    let mut implied = Vec::new();
    for (index, stage) in resources.iter().enumerate() {
        let routes = resources.iter().filter(|route| is_set_by(&route.resource, &stage.resource));
        let needs_stage = |route: &&Wanted| {
            with_needs(resources, vec![&route.logical_id], |_| Vec::new()).contains(stage.logical_id.as_str())
        };
        let routes = routes.filter(|route| !needs_stage(route));
        implied.extend(routes.map(|route| (index, route.logical_id.clone())));
    }
    if implied.is_empty() {
        return;
    }
    for (index, route) in implied {
        resources[index].needs.insert(route);
    }
    let ids: Vec<_> = resources.iter().map(|one| one.logical_id.clone()).collect();
    let needs = resources.iter().map(|one| (one.logical_id.clone(), one.needs.clone())).collect();
    // Stages and routes that need each other in a circle keep their order.
    if let Ok(order) = order(&ids, &needs) {
        resources.sort_by_key(|one| order.iter().position(|id| *id == one.logical_id));
    }
}

fn is_set_by(route: &Resource, stage: &Resource) -> bool {
    let (Resource::Route(route), Resource::Stage(stage)) = (route, stage) else { return false };
    api_of(&route.api_id) == api_of(&stage.api_id) && stage.route_settings.contains_key(&route.route_key)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::plan::tests::spec::desired;

    fn template(more: &Value) -> String {
        let mut resources = json!({
            "Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Name": "a", "ProtocolType": "HTTP"}},
            "Stage": {"Type": "AWS::ApiGatewayV2::Stage", "Properties": {
                "ApiId": {"Ref": "Api"}, "StageName": "$default",
                "RouteSettings": {"POST /chat": {"ThrottlingBurstLimit": 3}},
            }},
            "Chat": {"Type": "AWS::ApiGatewayV2::Route", "Properties": {"ApiId": {"Ref": "Api"}, "RouteKey": "POST /chat"}},
            "Plain": {"Type": "AWS::ApiGatewayV2::Route", "Properties": {"ApiId": {"Ref": "Api"}, "RouteKey": "GET /x"}},
            "After": {"Type": "AWS::Logs::LogGroup", "DependsOn": "Stage", "Properties": {"LogGroupName": "l"}},
        });
        for (name, value) in more.as_object().into_iter().flatten() {
            resources[name] = value.clone();
        }
        json!({ "Resources": resources }).to_string()
    }

    #[test]
    fn a_stage_follows_the_routes_in_its_settings() {
        let desired = desired(&template(&json!({})));
        let stage = desired.get("Stage").unwrap();
        assert_eq!(Vec::from_iter(&stage.needs), ["Api", "Chat"]);
        let at = |id: &str| desired.resources.iter().position(|wanted| wanted.logical_id == id).unwrap();
        assert!(at("Chat") < at("Stage") && at("Stage") < at("After"), "{:?}", desired.resources);
    }

    #[test]
    fn a_stage_follows_routes_that_refer_to_the_api_by_attribute() {
        let by_attribute = json!({"Chat": {"Type": "AWS::ApiGatewayV2::Route", "Properties": {
            "ApiId": {"Fn::GetAtt": ["Api", "ApiId"]}, "RouteKey": "POST /chat"}}});
        let desired = desired(&template(&by_attribute));
        assert_eq!(Vec::from_iter(&desired.get("Stage").unwrap().needs), ["Api", "Chat"]);
    }

    #[test]
    fn a_declared_dependency_on_the_stage_is_kept() {
        let late = json!({"Chat": {"Type": "AWS::ApiGatewayV2::Route", "DependsOn": "After", "Properties": {
            "ApiId": {"Ref": "Api"}, "RouteKey": "POST /chat"}}});
        let desired = desired(&template(&late));
        assert_eq!(Vec::from_iter(&desired.get("Stage").unwrap().needs), ["Api"]);
    }
}
