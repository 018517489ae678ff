//! The version that callers get while a function changes, for each path by which they call it.

use serde_json::Value;

use super::judge::{existing, foreign, judge};
use super::spec::{FOREIGN_API, Spec};
use super::{executed, planned};
use crate::plan::{Options, Plan};
use crate::resources::function::Function;
use crate::world::{ACCOUNT, CallFailure, State};

/// The desired stack: its release, payload format and authorizer differ from the existing ones.
fn wanted() -> Spec {
    Spec { memory: Some(2048), payload: Some("2.0"), ..attached() }
}

fn attached() -> Spec {
    Spec { attach: true, payload: Some("1.0"), ..Spec::plain() }
}

fn options() -> Options {
    Options { adopt: true, smoke: true, ..Options::default() }
}

/// What a caller of `POST /chat` gets: the release, the payload format, and the authorisation type.
fn got(state: &State) -> Option<(Value, String, String)> {
    let mut routes = state.routes.values().filter(|route| route.api_id == FOREIGN_API);
    let route = routes.find(|route| route.route_key == "POST /chat")?;
    let integration = &state.integrations[route.target.strip_prefix("integrations/").unwrap()];
    let (_, callee) = integration.integration_uri.split_once(":function:").unwrap();
    let (name, qualifier) = callee.split_once(':').unwrap_or((callee, "$LATEST"));
    let number =
        |version: &str| version.parse::<u32>().ok().map(|number| state.versions[&(name.to_owned(), number)].clone());
    let alias = || state.aliases.get(&(name.to_owned(), qualifier.to_owned()));
    let version = alias().map_or(qualifier, |alias| alias.function_version.as_str());
    let function: Function = number(version).unwrap_or_else(|| state.functions[name].clone());
    Some((function.release(), integration.payload_format_version.clone(), route.authorization_type.clone()))
}

/// A chat whose integration calls `callee`, with `versions` published versions of other code.
fn by_hand(callee: &str, versions: u32, aliases: &[(&str, &str)]) -> State {
    let mut state = existing(&attached(), false);
    let latest = state.functions["chat"].clone();
    for number in 1..=versions {
        let mut older = latest.clone();
        older.timeout = 100 + i32::try_from(number).unwrap();
        state.versions.insert(("chat".to_owned(), number), older);
    }
    let ours = existing(&Spec::plain(), true).aliases.into_values().next().unwrap();
    for (name, version) in aliases {
        let mut alias = ours.clone();
        alias.name = (*name).to_owned();
        alias.function_version = (*version).to_owned();
        alias.description = "by hand".to_owned();
        state.aliases.insert(("chat".to_owned(), alias.name.clone()), alias);
    }
    let integration = state.integrations.values_mut().find(|one| one.description == "by hand").unwrap();
    integration.integration_uri = format!("arn:aws:lambda:us-east-1:{ACCOUNT}:function:{callee}");
    let chat = state.routes.values_mut().find(|route| route.route_key == "POST /chat").unwrap();
    chat.authorization_type = "JWT".to_owned();
    chat.authorizer_id = Some("theirs".to_owned());
    state
}

fn plan_of(state: &State) -> Plan {
    let plan = planned(&wanted().desired(), state, options());
    assert_eq!(plan.blockers, []);
    plan
}

/// The paths by which callers reach a function that was created by hand.
fn starting_states() -> Vec<State> {
    vec![
        by_hand("chat", 0, &[]),
        by_hand("chat", 1, &[("live", "1")]),
        by_hand("chat", 2, &[("live", "2"), ("beta", "1")]),
        by_hand("chat:prod", 1, &[("prod", "1")]),
        by_hand("chat:prod", 2, &[("prod", "1"), ("live", "2")]),
        by_hand("chat:prod", 1, &[("prod", "$LATEST")]),
        by_hand("chat:1", 2, &[]),
        by_hand("chat:live", 1, &[("live", "1")]),
        by_hand("chat:live", 0, &[("live", "$LATEST")]),
    ]
}

#[test]
fn callers_get_what_they_got_until_the_smoke_test_has_passed_wherever_a_run_is_killed() {
    for before in starting_states() {
        let calls = executed(&plan_of(&before), &before, None).calls;
        let check = calls.iter().position(|call| call == "Invoke").unwrap();
        for at in 0..=check {
            for failure in [CallFailure::Killed, CallFailure::Refused, CallFailure::AnswerLost] {
                let stopped = executed(&plan_of(&before), &before, Some((at, failure)));
                if stopped.outcome.is_complete() {
                    continue; // the lost answer was recovered by a read
                }
                assert_eq!(got(&stopped.state), got(&before), "{failure:?} at {at} of {calls:?}");
                // Also after a failed or completed next run.
                let next = plan_of(&stopped.state);
                let calls = executed(&next, &stopped.state, None).calls;
                let check = calls.iter().position(|call| call == "Invoke").unwrap();
                let failed = executed(&next, &stopped.state, Some((check, CallFailure::Refused)));
                assert_eq!(got(&failed.state), got(&before), "{failure:?} at {at}, then {calls:?}");
                let done = executed(&plan_of(&failed.state), &failed.state, None);
                assert!(done.outcome.is_complete(), "{:?}", done.outcome.failed);
                assert_eq!(got(&done.state).unwrap().1, "2.0");
            }
        }
        let done = executed(&plan_of(&before), &before, None).state;
        let (release, payload, authorization) = got(&done).unwrap();
        assert_eq!(release, done.functions["chat"].release());
        assert_eq!((payload.as_str(), authorization.as_str()), ("2.0", "NONE"));
        assert!(planned(&wanted().desired(), &done, Options::default()).is_empty());
    }
}

#[test]
fn a_version_of_a_failed_first_deploy_gets_no_callers() {
    let first = planned(&attached().desired(), &foreign(), options());
    let calls = executed(&first, &foreign(), None).calls;
    for at in 0..calls.len() {
        let remaining = executed(&first, &foreign(), Some((at, CallFailure::Killed))).state;
        if got(&remaining).is_some() || remaining.functions.len() == foreign().functions.len() {
            continue;
        }
        let next = plan_of(&remaining);
        let calls = executed(&next, &remaining, None).calls;
        let check = calls.iter().position(|call| call == "Invoke").unwrap();
        let failed = executed(&next, &remaining, Some((check, CallFailure::Refused))).state;
        assert_eq!(got(&failed), None, "killed at {at}, then {calls:?}");
        let done = executed(&plan_of(&failed), &failed, None);
        assert!(done.outcome.is_complete(), "{:?}", done.outcome.failed);
        judge(&done.state, &wanted());
        // A version that had passed its smoke test is behind the alias already, and it is a rollback target.
        let alias = &done.state.aliases[&("chat".to_owned(), "live".to_owned())];
        assert!(alias.before.is_empty() || !remaining.aliases.is_empty(), "never served: {:?}", alias.before);
    }
}

#[test]
fn an_alias_with_the_wanted_version_returns_to_it_after_the_serving_code_was_pinned() {
    // The function was changed by hand, and the integration was pointed to it.
    let mut before = existing(&Spec::plain(), true);
    before.functions.get_mut("chat").unwrap().memory_size = 2048;
    for integration in before.integrations.values_mut() {
        let uri = integration.integration_uri.trim_end_matches(":live").to_owned();
        integration.integration_uri = uri;
    }
    let desired = Spec::plain().desired();
    let done = executed(&planned(&desired, &before, Options::default()), &before, None);
    assert!(done.outcome.is_complete(), "{:?}", done.outcome.failed);
    judge(&done.state, &Spec::plain());
    assert!(planned(&desired, &done.state, Options::default()).is_empty());
}

#[test]
fn an_integration_with_a_stage_variable_is_not_adopted() {
    let before = by_hand("chat:${stageVariables.env}", 1, &[("prod", "1")]);
    let plan = planned(&wanted().desired(), &before, options());
    let [blocker] = plan.blockers.as_slice() else { panic!("{:#?}", plan.blockers) };
    assert!(blocker.cause.contains("chat:${stageVariables.env}"), "{}", blocker.cause);
    assert!(blocker.hint.contains("update-integration --api-id foreign --integration-id int"), "{}", blocker.hint);
}

#[test]
fn a_function_without_routes_gets_them_after_the_smoke_test() {
    let mut before = existing(&attached(), false);
    before.routes.retain(|id, _| id == "their-route");
    before.integrations.retain(|id, _| id == "theirs");
    let plan = plan_of(&before);
    let calls = executed(&plan, &before, None).calls;
    let at = |call: &str| calls.iter().position(|one| one == call).unwrap();
    assert!(at("PublishVersion") < at("UpdateFunctionConfiguration"), "it has callers that are not known: {calls:?}");
    assert!(at("Invoke") < at("CreateRoute"), "{calls:?}");
}
