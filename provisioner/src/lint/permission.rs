//! Checks whether API Gateway may call the functions that routes and authorizers name. Without the permission callers
//! get a 500, and no log contains the reason.

mod may_call;

use std::collections::{BTreeMap, BTreeSet};

use self::may_call::{ANY_TEXT, Api, Caller, OWN_API, Source, may_call};
use super::route::{INTEGRATION, ROUTE, STAGE};
use super::{Checked, Finding, Severity};
use crate::place::Place;
use crate::resources::api::api_of;
use crate::resources::named::{FunctionRef, function_arn};
use crate::template::{Reference, references_in_text, shown, substituted, with_unknown_by};

const AUTHORIZER: &str = "AWS::ApiGatewayV2::Authorizer";

/// Checks that a route or an authorizer that calls a function of the template has a permission for its calls, on every
/// stage in the template. `apis` contains the ids of the template's APIs that exist, by logical id.
pub(super) fn api_may_call(
    one: &Checked,
    all: &[Checked],
    place: &Place,
    account: &str,
    apis: &BTreeMap<String, String>,
) -> Option<Finding> {
    let uri = called_by(one, all)?;
    let function = FunctionRef::parse(uri);
    // The permission for a function outside of the template is also outside of it.
    all.iter().find(|one| one.is("AWS::Lambda::Function") && one.text("FunctionName") == function.name)?;

    let own_api = references_in_text(one.text("ApiId")).into_iter().next().map(|api| api.logical_id);
    let mut unknown = Unknown { own_api: own_api.clone(), others: Vec::new() };
    let id = unknown.masked(&Reference::new(&one.logical_id, "Ref").to_string());
    let key = unknown.masked(one.text("RouteKey"));
    let caller = if one.is(ROUTE) { Caller::of_key(&key) } else { Caller::Authorizer(&id) };
    let api_id = unknown.masked(one.text("ApiId"));
    let account = unknown.masked(account);
    let api = Api { partition: place.partition(), region: place.region(), account: &account, id: &api_id };
    let for_it: Vec<&Checked> = all.iter().filter(|one| is_for(one, function)).collect();
    let texts: Vec<(String, String)> = for_it
        .iter()
        .map(|one| ["SourceArn", "SourceAccount"].map(|name| unknown.masked(one.text(name))).into())
        .map(|(arn, account)| (of_own_api(&arn, own_api.as_ref().and_then(|api| apis.get(api))), account))
        .collect();
    let sources: Vec<Source> =
        texts.iter().map(|(arn, account)| Source { arn: non_empty(arn), account: non_empty(account) }).collect();
    let stages: Vec<String> = stages_of(one, all).into_iter().map(|stage| unknown.masked(stage)).collect();
    let refused: Vec<&String> = stages.iter().filter(|stage| !may_call(&api, &caller, Some(stage), &sources)).collect();
    if refused.is_empty() && (!stages.is_empty() || may_call(&api, &caller, None, &sources)) {
        return None;
    }

    let what = if one.is(ROUTE) { format!("`{}`", shown(one.text("RouteKey"))) } else { "the authorizer".to_owned() };
    let stage = match refused.as_slice() {
        [only] if stages.len() > 1 => format!(" on the stage `{only}`"),
        _ => String::new(),
    };
    let called_for = if for_it.is_empty() { String::new() } else { format!(" for {what}{stage}") };
    let why = match for_it.as_slice() {
        [only] => format!("`{}` does not allow it", only.logical_id),
        _ => "no permission of the template allows it".to_owned(),
    };
    let cause = format!("API Gateway cannot call `{function}`{called_for}: {why}");
    let own = Reference::new(&one.logical_id, "Ref").to_string();
    let caller = if one.is(ROUTE) { Caller::of_key(one.text("RouteKey")) } else { Caller::Authorizer(&own) };
    let [partition, region, account] = ["Partition", "Region", "AccountId"].map(Reference::pseudo);
    let api = own_api.map_or_else(|| one.text("ApiId").to_owned(), |api| Reference::new(&api, "Ref").to_string());
    let source = format!("arn:{partition}:execute-api:{region}:{account}:{api}/{}", caller.advice());
    let hint = format!(
        "add an AWS::Lambda::Permission for `apigateway.amazonaws.com` with `SourceArn: {}`: without it callers get 500",
        substituted(&source)
    );
    Some(one.finding(Severity::Unwise, cause, hint))
}

/// The URI of the function that API Gateway calls, where the function's policy grants the permission.
fn called_by<'a>(one: &'a Checked, all: &'a [Checked]) -> Option<&'a str> {
    let called =
        |one: &'a Checked, uri: &str, role: &str| one.text(role).is_empty().then(|| function_arn(one.text(uri)));
    if one.is(AUTHORIZER) {
        return called(one, "AuthorizerUri", "AuthorizerCredentialsArn");
    }
    let target = references_in_text(one.text("Target")).into_iter().next()?.logical_id;
    let integration = all.iter().find(|other| one.is(ROUTE) && other.is(INTEGRATION) && other.logical_id == target)?;
    called(integration, "IntegrationUri", "CredentialsArn")
}

/// The names of the stages in the template that belong to the same API.
fn stages_of<'a>(one: &Checked, all: &'a [Checked]) -> BTreeSet<&'a str> {
    let same_api = |stage: &&Checked| stage.is(STAGE) && api_of(stage.text("ApiId")) == api_of(one.text("ApiId"));
    all.iter().filter(same_api).map(|stage| stage.text("StageName")).collect()
}

fn is_for(one: &Checked, function: FunctionRef) -> bool {
    let action = one.text("Action").to_ascii_lowercase();
    one.is("AWS::Lambda::Permission")
        && ["apigateway.amazonaws.com", "*"].contains(&one.text("Principal"))
        && ["lambda:invokefunction", "lambda:*", "*"].contains(&action.as_str())
        && FunctionRef::parse(one.text("FunctionName")) == function
}

fn non_empty(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// The pattern of a source ARN, with [`OWN_API`] in place of the id of the caller's own API.
fn of_own_api(pattern: &str, id: Option<&String>) -> String {
    let mut parts: Vec<String> = pattern.splitn(6, ':').map(str::to_owned).collect();
    if let (Some(id), Some(last)) = (id, parts.get_mut(5))
        && let Some(rest) = last.strip_prefix(id.as_str()).filter(|rest| rest.is_empty() || rest.starts_with('/'))
    {
        *last = format!("{OWN_API}{rest}");
    }
    parts.join(":")
}

/// The resources whose attributes are not known yet.
struct Unknown {
    /// The API of the caller, if the template declares it.
    own_api: Option<String>,
    others: Vec<String>,
}

impl Unknown {
    /// The text with a character of the private use area in place of each value that is not known. All attributes of a
    /// resource have the same character, because `Ref` and `ApiId` of an API are equal.
    fn masked(&mut self, text: &str) -> String {
        with_unknown_by(text, |reference| {
            let Some(Reference { logical_id, .. }) = reference else { return ANY_TEXT.to_string() };
            if self.own_api.as_ref() == Some(logical_id) {
                return OWN_API.to_string();
            }
            let known = self.others.iter().position(|one| one == logical_id);
            let index = known.unwrap_or_else(|| {
                self.others.push(logical_id.clone());
                self.others.len() - 1
            });
            let character = u32::try_from(index).ok().and_then(|index| char::from_u32(0xe000 + index));
            character.unwrap_or('\u{e000}').to_string()
        })
    }
}
