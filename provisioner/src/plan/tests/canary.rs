//! Canaries: a new version first gets a share of the calls.

use proptest::prelude::*;
use serde_json::json;

use super::judge::{existing, judge};
use super::properties::{a_failure, a_stack_and_its_world};
use super::spec::Spec;
use super::{Done, executed, planned};
use crate::desired::Desired;
use crate::plan::{Canary, Options, Plan};
use crate::resources::alias::{Alias, RoutingConfig};
use crate::world::{CallFailure, State, cases};

fn wanted() -> Options {
    let canary = Canary { percent: 10, bake_seconds: 300 };
    Options { canary: Some(canary), smoke: true, ..Options::default() }
}

fn changed() -> Spec {
    Spec { memory: Some(2048), ..Spec::plain() }
}

fn live(state: &State) -> Alias {
    state.aliases[&("chat".to_owned(), "live".to_owned())].clone()
}

fn shares(state: &State) -> (String, RoutingConfig) {
    let live = live(state).properties;
    (live.function_version, live.routing_config)
}

fn all(version: &str) -> (String, RoutingConfig) {
    (version.to_owned(), RoutingConfig::default())
}

/// Version 2 is published and gets a tenth of the calls.
fn a_tenth() -> (String, RoutingConfig) {
    ("1".to_owned(), RoutingConfig::share("2", 0.1))
}

/// The blockers and notes of a canary's plan.
fn notes_text(plan: &Plan) -> String {
    let blockers = plan.blockers.iter().map(|one| format!("{}: {}\nhint: {}\n", one.logical_id, one.cause, one.hint));
    let notes =
        plan.notes.iter().map(|note| format!("{}: {}\n", note.logical_id.clone().unwrap_or_default(), note.text));
    blockers.chain(notes).collect()
}

/// The result of a canary in which the last call of this operation fails.
fn failing(operation: &str, failure: CallFailure) -> Done {
    let state = existing(&Spec::plain(), true);
    let plan = planned(&changed().desired(), &state, wanted());
    let calls = executed(&plan, &state, None).calls;
    let at = calls.iter().rposition(|call| call == operation).unwrap();
    executed(&plan, &state, Some((at, failure)))
}

#[test]
fn a_new_version_is_checked_gets_its_share_is_watched_and_gets_all() {
    let state = existing(&Spec::plain(), true);
    let plan = planned(&changed().desired(), &state, wanted());
    let alias = plan.steps.iter().find(|step| step.logical_id == "Alias").unwrap();
    assert_eq!(alias.calls, ["Invoke", "GetMetricData", "UpdateAlias", "GetMetricData", "UpdateAlias"]);
    assert_eq!(alias.reason, None, "the transition says it");
    assert_eq!(serde_json::to_value(alias.canary).unwrap(), json!({"percent": 10, "bakeSeconds": 300}));
    let done = executed(&plan, &state, None);
    assert!(done.outcome.is_complete(), "{:?}", done.outcome.failed);
    assert_eq!(shares(&done.state), all("2"));
    judge(&done.state, &changed());
}

#[test]
fn a_version_that_fails_its_watch_gives_its_share_back() {
    let done = failing("GetMetricData", CallFailure::Refused);
    assert_eq!(shares(&done.state), all("1"));
    assert_eq!(done.calls[done.calls.len() - 3..], ["UpdateAlias", "GetMetricData", "UpdateAlias"]);
    assert_eq!(done.outcome.undone, ["Alias"]);
    assert_eq!((done.outcome.failed.len(), done.outcome.left_open.len()), (1, 0));
}

#[test]
fn a_share_that_cannot_be_undone_or_finished_is_reported_as_open() {
    for (operation, failure) in [("GetMetricData", CallFailure::Killed), ("UpdateAlias", CallFailure::Refused)] {
        let done = failing(operation, failure);
        assert_eq!(shares(&done.state), a_tenth());
        assert_eq!(done.outcome.left_open, ["Alias"], "{operation}");
        assert_eq!((done.outcome.failed.len(), done.outcome.undone.len()), (1, 0), "{operation}");
    }
    let done = failing("GetMetricData", CallFailure::Killed);
    let (_, error) = &done.outcome.failed[0];
    let both = "GetMetricData: the program was killed; then UpdateAlias: the program was killed";
    assert_eq!(error.headline(), both);
}

#[test]
fn an_existing_share_is_kept_and_a_deploy_without_a_canary_finishes_it() {
    let state = failing("GetMetricData", CallFailure::Killed).state;
    let calls = |options: Options| {
        let plan = planned(&changed().desired(), &state, options);
        let done = executed(&plan, &state, None);
        judge(&done.state, &changed());
        done.calls
    };
    assert_eq!(calls(wanted()), ["Invoke", "GetMetricData", "GetMetricData", "UpdateAlias"]);
    let other = Canary { percent: 20, bake_seconds: 300 };
    let other = Options { canary: Some(other), ..wanted() };
    assert_eq!(calls(other), ["Invoke", "GetMetricData", "UpdateAlias", "GetMetricData", "UpdateAlias"]);
    assert_eq!(calls(Options::default()), ["GetFunction", "UpdateAlias"]);
}

#[test]
fn an_adopted_manual_function_keeps_the_rest_of_the_calls() {
    let state = existing(&Spec::plain(), false);
    let plan = planned(&changed().desired(), &state, Options { adopt: true, ..wanted() });
    assert_eq!(plan.blockers, []);
    let calls = executed(&plan, &state, None).calls;
    let watch = calls.iter().rposition(|call| call == "GetMetricData").unwrap();
    let killed = executed(&plan, &state, Some((watch, CallFailure::Killed)));
    assert_eq!(shares(&killed.state), a_tenth(), "{calls:?}");
    let done = executed(&plan, &state, None);
    assert!(done.outcome.is_complete(), "{:?}", done.outcome.failed);
    judge(&done.state, &changed());
}

#[test]
fn a_canary_without_calls_to_share_is_a_note() {
    let first = planned(&Spec::plain().desired(), &State::default(), wanted());
    insta::assert_snapshot!(notes_text(&first), @"Alias: `--canary` has no effect: the alias is new, so no version serves yet");
    let same = planned(&Spec::plain().desired(), &existing(&Spec::plain(), true), wanted());
    assert!(same.is_empty());
    insta::assert_snapshot!(notes_text(&same), @"Alias: `--canary` has no effect: the alias already points to this version");
}

#[test]
fn a_move_whose_calls_cannot_be_shared_is_refused() {
    let ours = existing(&Spec::plain(), true);
    let role = Spec { path: Some("/service/"), ..changed() };
    insta::assert_snapshot!(notes_text(&planned(&role.desired(), &ours, wanted())), @r#"
    Alias: the function gets another role, and Lambda splits traffic between versions with the same role only
    hint: leave `--canary` out: a new version gets all traffic at once, after its smoke test
    "#);
    let mut latest = ours.clone();
    latest.aliases.values_mut().for_each(|alias| alias.function_version = "$LATEST".to_owned());
    insta::assert_snapshot!(notes_text(&planned(&Spec::plain().desired(), &latest, wanted())), @r#"
    Alias: callers get `$LATEST`, and Lambda splits traffic between published versions only
    hint: leave `--canary` out: a new version gets all traffic at once, after its smoke test
    "#);
}

#[test]
fn the_serving_code_of_latest_is_published_and_keeps_the_rest_of_the_calls() {
    let mut state = existing(&Spec::plain(), true);
    state.aliases.values_mut().for_each(|alias| alias.function_version = "$LATEST".to_owned());
    let plan = planned(&changed().desired(), &state, wanted());
    assert_eq!(notes_text(&plan), "");
    let calls = executed(&plan, &state, None).calls;
    let watch = calls.iter().rposition(|call| call == "GetMetricData").unwrap();
    let killed = executed(&plan, &state, Some((watch, CallFailure::Killed)));
    assert_eq!(shares(&killed.state), a_tenth(), "{calls:?}");
}

#[test]
fn a_function_that_is_not_called_by_an_alias_has_no_calls_to_share() {
    let without_alias = |spec: &Spec| {
        let mut template = spec.template();
        let resources = template["Resources"].as_object_mut().unwrap();
        resources.retain(|id, _| !["Version", "Alias"].contains(&id.as_str()));
        for (id, property) in [("Permission", "FunctionName"), ("Integration", "IntegrationUri")] {
            resources[id]["Properties"][property] = json!({"Fn::GetAtt": ["Function", "Arn"]});
        }
        spec.desired_by(&template)
    };
    let state = executed(
        &planned(&without_alias(&Spec::plain()), &State::default(), Options::default()),
        &State::default(),
        None,
    );
    insta::assert_snapshot!(notes_text(&planned(&without_alias(&changed()), &state.state, wanted())), @r#"
    Function: `--canary` splits the traffic of an alias, and the template has none for this function
    hint: give the function an AWS::Lambda::Version and an AWS::Lambda::Alias, or leave `--canary` out
    "#);
    insta::assert_snapshot!(notes_text(&planned(&without_alias(&Spec::plain()), &state.state, wanted())), @": `--canary` has no effect: the template has no alias");
}

#[test]
fn an_alias_with_weights_in_the_template_has_no_canary() {
    let mut template = changed().template();
    template["Resources"]["Alias"]["Properties"]["RoutingConfig"] =
        json!({"AdditionalVersionWeights": [{"FunctionVersion": "1", "FunctionWeight": 0.5}]});
    let plan = planned(&changed().desired_by(&template), &existing(&Spec::plain(), true), wanted());
    insta::assert_snapshot!(notes_text(&plan), @r#"
    Alias: the template itself gives other versions a weight
    hint: leave `--canary` out
    "#);
    assert!(plan.changing().all(|step| step.logical_id != "Alias"));
}

/// The stack with a second alias of its function, `beta`, and the state in which both point to version 1.
fn with_two_aliases() -> (Desired, State) {
    let mut template = changed().template();
    template["Resources"]["Beta"] = template["Resources"]["Alias"].clone();
    template["Resources"]["Beta"]["Properties"]["Name"] = json!("beta");
    let mut state = existing(&Spec::plain(), true);
    let description = "provisioner:stack=chat provisioner:resource=Beta".to_owned();
    let mut beta = live(&state);
    beta.name = "beta".to_owned();
    beta.description = description;
    state.aliases.insert(("chat".to_owned(), "beta".to_owned()), beta);
    (changed().desired_by(&template), state)
}

#[test]
fn of_two_aliases_each_is_watched_by_itself_and_one_that_fails_stops_only_its_own_callers() {
    let (desired, state) = with_two_aliases();
    let plan = planned(&desired, &state, wanted());
    let calls = executed(&plan, &state, None).calls;
    let watches: Vec<_> = calls.iter().enumerate().filter(|(_, call)| *call == "GetMetricData").collect();
    let [.., (one, _), (other, _)] = watches.as_slice() else { panic!("{calls:?}") };
    let mut failed = Vec::new();
    for at in [*one, *other] {
        let done = executed(&plan, &state, Some((at, CallFailure::Refused)));
        let [undone] = done.outcome.undone.as_slice() else { panic!("{:?}", done.outcome.undone) };
        for (logical_id, name) in [("Alias", "live"), ("Beta", "beta")] {
            let alias = &done.state.aliases[&("chat".to_owned(), name.to_owned())];
            let version = if logical_id == undone { "1" } else { "2" };
            assert_eq!((alias.function_version.clone(), alias.routing_config.clone()), all(version), "{name}");
        }
        failed.push(undone.clone());
    }
    failed.sort();
    assert_eq!(failed, ["Alias", "Beta"], "each has a watch of its own");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(64), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn after_a_canary_the_world_matches_the_template((spec, state) in a_stack_and_its_world()) {
        let plan = planned(&spec.desired(), &state, wanted());
        prop_assume!(plan.blockers.is_empty()); // the function gets another role
        let done = executed(&plan, &state, None);
        prop_assert!(done.outcome.is_complete(), "{:?}", done.outcome.failed);
        judge(&done.state, &spec);
        prop_assert!(planned(&spec.desired(), &done.state, wanted()).is_empty());
    }

    #[test]
    fn an_interrupted_canary_is_completed_by_the_next_deploy(
        (spec, state) in a_stack_and_its_world(),
        at in any::<prop::sample::Index>(),
        failure in a_failure(),
    ) {
        let desired = spec.desired();
        let plan = planned(&desired, &state, wanted());
        let calls: usize = plan.steps.iter().map(|step| step.calls.len()).sum();
        prop_assume!(plan.blockers.is_empty() && calls > 0);
        let interrupted = executed(&plan, &state, Some((at.index(calls), failure)));
        let next = planned(&desired, &interrupted.state, Options::default());
        let done = executed(&next, &interrupted.state, None);
        prop_assert!(done.outcome.is_complete(), "{:?}", done.outcome.failed);
        judge(&done.state, &spec);
    }
}
