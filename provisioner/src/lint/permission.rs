//! Whether API Gateway may call the functions that routes and authorizers name. Without the permission callers get a 500,
//! and no log says why.

mod may_call;

use std::collections::BTreeSet;

use self::may_call::{Api, Caller, Source, may_call};
use super::route::{INTEGRATION, ROUTE};
use super::{Checked, Finding, Severity};
use crate::place::Place;
use crate::resources::integration::function_arn;
use crate::resources::permission::function_and_qualifier;
use crate::template::{Reference, references_in_text};

const AUTHORIZER: &str = "AWS::ApiGatewayV2::Authorizer";
const STAGE: &str = "AWS::ApiGatewayV2::Stage";

/// A route or an authorizer that calls a function of the template has a permission for its calls, on every stage that the
/// template has.
pub(super) fn api_may_call(one: &Checked, all: &[Checked], place: &Place, account: &str) -> Option<Finding> {
    let uri = called_by(one, all)?;
    let (name, _) = function_and_qualifier(uri);
    // What is not of this template has its permission elsewhere.
    all.iter().find(|one| one.is("AWS::Lambda::Function") && one.text("FunctionName") == name)?;
    let function = qualified(uri);

    let mut unknown = Unknown::default();
    let id = unknown.hidden(&Reference::new(&one.logical_id, "Ref").to_string());
    let key = unknown.hidden(one.text("RouteKey"));
    let caller = if one.is(ROUTE) { Caller::of_key(&key) } else { Caller::Authorizer(&id) };
    let api_id = unknown.hidden(one.text("ApiId"));
    let account = unknown.hidden(account);
    let api = Api { partition: place.partition(), region: place.region(), account: &account, id: &api_id };
    let for_it: Vec<&Checked> = all.iter().filter(|one| is_for(one, function)).collect();
    let texts: Vec<(String, String)> = for_it
        .iter()
        .map(|one| ["SourceArn", "SourceAccount"].map(|name| unknown.hidden(one.text(name))).into())
        .collect();
    let sources: Vec<Source> =
        texts.iter().map(|(arn, account)| Source { arn: given(arn), account: given(account) }).collect();
    let stages: Vec<String> = stages_of(one, all).into_iter().map(|stage| unknown.hidden(stage)).collect();
    let refused: Vec<&String> = stages.iter().filter(|stage| !may_call(&api, &caller, Some(stage), &sources)).collect();
    if refused.is_empty() && (!stages.is_empty() || may_call(&api, &caller, None, &sources)) {
        return None;
    }

    let what = if one.is(ROUTE) { format!("`{}`", one.text("RouteKey")) } else { "the authorizer".to_owned() };
    let stage = match refused.as_slice() {
        [only] if stages.len() > 1 => format!(" on the stage `{only}`"),
        _ => String::new(),
    };
    let cause = match for_it.as_slice() {
        [] => format!("API Gateway may not call `{function}`: no permission of the template allows it"),
        [only] => {
            format!("API Gateway may not call `{function}` for {what}{stage}: `{}` does not allow it", only.logical_id)
        }
        [..] => {
            format!("API Gateway may not call `{function}` for {what}{stage}: no permission of the template allows it")
        }
    };
    let own = format!("${{{}}}", one.logical_id);
    let caller = if one.is(ROUTE) { Caller::of_key(one.text("RouteKey")) } else { Caller::Authorizer(&own) };
    let hint = format!(
        "add an AWS::Lambda::Permission for `apigateway.amazonaws.com` with `SourceArn: !Sub \
         'arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:{}/{}'`: without it callers get 500",
        api_in_sub(one),
        caller.advice()
    );
    Some(one.finding(Severity::Unwise, cause, hint))
}

/// The URI of the function that API Gateway calls with the rights of the function's policy.
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

/// The names of the template's stages of the same API.
fn stages_of<'a>(one: &Checked, all: &'a [Checked]) -> BTreeSet<&'a str> {
    let same_api = |stage: &&Checked| stage.is(STAGE) && api_of(stage) == api_of(one);
    all.iter().filter(same_api).map(|stage| stage.text("StageName")).collect()
}

/// The API that it belongs to: `Ref` and every attribute of an API that gives its id are the same.
fn api_of(one: &Checked) -> String {
    let id = one.text("ApiId");
    references_in_text(id).into_iter().next().map_or_else(|| id.to_owned(), |reference| reference.logical_id)
}

/// The id of its API as `Fn::Sub` takes it.
fn api_in_sub(one: &Checked) -> String {
    let reference = references_in_text(one.text("ApiId")).into_iter().next();
    reference.map_or_else(|| one.text("ApiId").to_owned(), |reference| format!("${{{}}}", reference.logical_id))
}

fn is_for(one: &Checked, function: &str) -> bool {
    let action = one.text("Action").to_ascii_lowercase();
    one.is("AWS::Lambda::Permission")
        && ["apigateway.amazonaws.com", "*"].contains(&one.text("Principal"))
        && ["lambda:invokefunction", "lambda:*", "*"].contains(&action.as_str())
        && qualified(one.text("FunctionName")) == function
}

/// The name, and the alias or version, in a function's ARN.
fn qualified(arn: &str) -> &str {
    arn.rsplit_once(":function:").map_or(arn, |(_, name)| name)
}

fn given(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// The resources whose attributes are not known yet.
#[derive(Default)]
struct Unknown(Vec<String>);

impl Unknown {
    /// The text with a character of the private use area in place of every reference: the same one for all attributes of a
    /// resource, since `Ref` and `ApiId` of an API are the same.
    fn hidden(&mut self, text: &str) -> String {
        let mut hidden = text.to_owned();
        for reference in references_in_text(text) {
            let known = self.0.iter().position(|one| *one == reference.logical_id);
            let index = known.unwrap_or_else(|| {
                self.0.push(reference.logical_id.clone());
                self.0.len() - 1
            });
            let character = u32::try_from(index).ok().and_then(|index| char::from_u32(0xe000 + index));
            hidden = hidden.replace(&reference.to_string(), &character.unwrap_or('\u{e000}').to_string());
        }
        hidden
    }
}
