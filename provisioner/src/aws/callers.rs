//! Which other callers the stack's functions have, as far as the answers that were read for other reasons show it. This
//! module sends no call.

use std::collections::BTreeSet;

use serde_json::Value;

use super::AwsReader;
use crate::observe::{Observed, OutsideCaller};
use crate::resources::named::{FunctionRef, IntegrationId};
use crate::resources::{Ids, Resource};

impl AwsReader {
    /// The routes outside the stack that call its functions, and the APIs that a function's policy allows and that were
    /// not read.
    pub(super) fn known_outside_callers(&self, observed: &Observed) -> Vec<OutsideCaller> {
        let functions: BTreeSet<&str> = observed.found.values().filter_map(function).collect();
        let own: BTreeSet<&str> =
            observed.each().filter_map(|(_, ids)| ids.get(Ids::ROUTE_ID).map(String::as_str)).collect();
        let inspected: BTreeSet<String> =
            observed.api_ids().into_iter().chain(observed.attached.keys().cloned()).collect();
        let mut all = Vec::new();
        for api_id in &inspected {
            let integrations = self.answers.integrations.get(api_id).unwrap_or_default();
            let routes = self.answers.routes.get(api_id).unwrap_or_default();
            for route in routes.iter().filter(|route| route.route_id().is_none_or(|id| !own.contains(id))) {
                let Some(IntegrationId(id)) = IntegrationId::in_target(route.target().unwrap_or_default()) else {
                    continue;
                };
                let integration = integrations.iter().find(|one| one.integration_id() == Some(id));
                let function = integration.and_then(|one| FunctionRef::in_uri(one.integration_uri()?));
                let Some(function) = function.filter(|function| functions.contains(function.name)) else { continue };
                let function_name = function.name.to_owned();
                let qualifier = function.qualifier.unwrap_or_default().to_owned();
                let route_key = Some(route.route_key().unwrap_or_default().to_owned());
                all.push(OutsideCaller { function_name, qualifier, api_id: api_id.clone(), route_key });
            }
        }
        for name in functions {
            let policy = self.answers.policies.get(name).unwrap_or_default();
            let let_in = apis_in(&policy).into_iter().filter(|api_id| !inspected.contains(api_id));
            all.extend(let_in.map(|api_id| OutsideCaller {
                function_name: name.to_owned(),
                qualifier: String::new(),
                api_id,
                route_key: None,
            }));
        }
        all
    }
}

fn function(found: &crate::observe::Found) -> Option<&str> {
    let Resource::Function(function) = &found.resource else { return None };
    Some(&function.function_name)
}

/// The ids of the APIs that a policy names: `arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/METHOD/PATH`.
fn apis_in(policy: &Value) -> BTreeSet<String> {
    let text = policy.to_string();
    let api = |rest: &str| Some(rest.splitn(3, ':').nth(2)?.split('/').next()?.to_owned());
    let ids = text.split(":execute-api:").skip(1).filter_map(api);
    ids.filter(|id| !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric())).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_apis_that_a_policy_allows_are_read() {
        let statement = |arn: &str| json!({"Effect": "Allow", "Condition": {"ArnLike": {"AWS:SourceArn": arn}}});
        let policy = json!({"Statement": [
            statement("arn:aws:execute-api:us-east-1:1:a1/*/POST/chat"),
            statement("arn:aws:execute-api:us-east-1:1:b2/*"),
            statement("arn:aws:execute-api:us-east-1:1:*/*/*/*"),
            statement("arn:aws:s3:::films"),
        ]});
        assert_eq!(Vec::from_iter(apis_in(&policy)), ["a1", "b2"]);
        assert!(apis_in(&Value::Null).is_empty());
    }
}
