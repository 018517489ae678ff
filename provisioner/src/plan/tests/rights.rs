//! The serving version keeps its rights until callers have been moved.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::judge::{existing, judge};
use super::properties::a_failure;
use super::spec::{Spec, any_spec};
use super::{executed, planned};
use crate::plan::{Action, Canary, Options, Plan};
use crate::resources::Policy;
use crate::world::{CallFailure, State, cases};

/// The actions that the stack's role allows, and its managed policies.
fn rights(spec: &Spec) -> BTreeSet<String> {
    let actions = spec.policies.values().chain(&spec.grant).chain(&spec.managed);
    actions.map(|one| (*one).to_owned()).collect()
}

/// The same for the existing role.
fn allowed(state: &State) -> BTreeSet<String> {
    let role = &state.roles["role"];
    let documents = role.policies.values().map(|policy| serde_json::from_str(&policy.to_json()).unwrap());
    let statements = documents.flat_map(|document: Value| document["Statement"].as_array().unwrap().clone());
    let actions = statements.map(|statement| statement["Action"].as_str().unwrap().to_owned());
    actions.chain(role.managed_policy_arns.iter().cloned()).collect()
}

/// The memory sizes of the versions that callers get; without an alias, of the function itself.
fn served(state: &State) -> Vec<i32> {
    let chat = |number: &str| state.versions[&("chat".to_owned(), number.parse().unwrap())].memory_size;
    let alias = state.aliases.get(&("chat".to_owned(), "live".to_owned()));
    let on_the_alias = state.integrations.values().any(|one| one.integration_uri.ends_with(":chat:live"));
    match alias.filter(|_| on_the_alias) {
        None => vec![state.functions["chat"].memory_size],
        Some(alias) => {
            let shares = alias.routing_config.additional_version_weights.iter();
            shares.map(|one| &one.function_version).chain([&alias.function_version]).map(|one| chat(one)).collect()
        }
    }
}

fn before() -> Spec {
    Spec {
        policies: [("Read", "s:Get"), ("Invoke", "s:Ask"), ("Same", "s:Same")].into(),
        managed: ["arn:aws:iam::aws:policy/Basic"].into(),
        grant: Some("s:List"),
        memory: Some(128),
        ..Spec::plain()
    }
}

fn after() -> Spec {
    Spec {
        policies: [("Read", "s:Put"), ("Write", "s:Write"), ("Same", "s:Same")].into(),
        managed: ["arn:aws:iam::aws:policy/XRay"].into(),
        grant: Some("s:Query"),
        memory: Some(512),
        ..Spec::plain()
    }
}

fn checked() -> Options {
    Options { smoke: true, ..Options::default() }
}

fn calls_of(plan: &Plan, id: &str) -> Vec<String> {
    plan.steps.iter().find(|step| step.id == id).unwrap().calls.clone()
}

/// Runs a plan with a failure at each of its calls, and the next plan after it.
fn is_kept_throughout(old: &State, options: &Options) {
    let desired = after().desired();
    let plan = planned(&desired, old, options.clone());
    assert_eq!(plan.blockers, []);
    let count = executed(&plan, old, None).calls.len();
    assert!(plan.notes.is_empty() && count > 10, "{:?}", plan.notes);
    for at in 0..count {
        for failure in [CallFailure::Killed, CallFailure::Refused, CallFailure::AnswerLost] {
            let done = executed(&plan, old, Some((at, failure)));
            assert!(!done.outcome.is_complete());
            let had = |state: &State| {
                let of = |memory| if memory == 128 { before() } else { after() };
                served(state).into_iter().flat_map(|memory| rights(&of(memory))).collect::<BTreeSet<_>>()
            };
            let kept = |state: &State| assert!(had(state).is_subset(&allowed(state)), "{at} {failure:?} {state:#?}");
            kept(&done.state);
            let next = planned(&desired, &done.state, options.clone());
            for again in 0..executed(&next, &done.state, None).calls.len() {
                kept(&executed(&next, &done.state, Some((again, CallFailure::Killed))).state);
            }
            let state = executed(&next, &done.state, None).state;
            judge(&state, &after());
            assert!(planned(&desired, &state, options.clone()).is_empty());
        }
    }
}

#[test]
fn the_serving_version_keeps_its_rights_wherever_an_update_ends() {
    is_kept_throughout(&existing(&before(), true), &checked());
}

#[test]
fn the_serving_version_keeps_its_rights_wherever_a_canary_ends() {
    let canary = Some(Canary { percent: 10, bake_seconds: 60 });
    is_kept_throughout(&existing(&before(), true), &Options { canary, ..checked() });
}

#[test]
fn the_serving_version_keeps_its_rights_wherever_an_adoption_ends() {
    is_kept_throughout(&existing(&before(), false), &Options { adopt: true, ..checked() });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(128), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_serving_version_keeps_the_rights_of_its_release(
        (old, new) in any::<bool>().prop_flat_map(|attach| (any_spec(attach), any_spec(attach))),
        at in any::<prop::sample::Index>(),
        failure in a_failure(),
    ) {
        prop_assume!(old.path.unwrap_or("/") == new.path.unwrap_or("/")); // a role is recreated for another path
        let new = Spec { code: if old.code == "sha-one" { "sha-two" } else { "sha-one" }, ..new };
        let state = existing(&old, true);
        let plan = planned(&new.desired(), &state, checked());
        let count = plan.steps.iter().flat_map(|step| &step.calls).count();
        let done = executed(&plan, &state, Some((at.index(count), failure)));
        if done.state.aliases[&("chat".to_owned(), "live".to_owned())].function_version == "1" {
            prop_assert!(rights(&old).is_subset(&allowed(&done.state)), "{:?}", done.calls);
        }
    }
}

#[test]
fn a_run_after_a_failed_check_sends_only_what_is_missing() {
    let old = existing(&before(), true);
    let plan = planned(&after().desired(), &old, checked());
    let check = executed(&plan, &old, None).calls.iter().position(|call| call == "Invoke").unwrap();
    let failed = executed(&plan, &old, Some((check, CallFailure::Refused))).state;
    let next = planned(&after().desired(), &failed, checked());
    let role = next.steps.iter().find(|step| step.id == "Role").unwrap();
    assert_eq!((role.action, role.batches.len()), (Action::Update, 0));
    let removals = ["DeleteRolePolicy", "DetachRolePolicy", "PutRolePolicy"];
    let mut calls = executed(&next, &failed, None).calls;
    assert_eq!(calls[..3], ["Invoke", "UpdateAlias", "PutRolePolicy"], "{calls:?}");
    calls[3..].sort();
    assert_eq!(calls[3..], removals);
    let back = executed(&planned(&before().desired(), &failed, checked()), &failed, None);
    judge(&back.state, &before());
}

#[test]
fn only_a_removed_policy_is_a_loss() {
    let plan = planned(&after().desired(), &existing(&before(), true), checked());
    let removed = ["policy `Invoke` of role `role`", "policy `arn:aws:iam::aws:policy/Basic` of role `role`"];
    let mut losses = plan.losses();
    losses.sort();
    assert_eq!(losses, removed);
}

#[test]
fn without_a_move_of_callers_a_policy_is_put_once() {
    let spec = Spec { memory: before().memory, ..after() };
    let plan = planned(&spec.desired(), &existing(&before(), true), checked());
    assert_eq!(calls_of(&plan, "Grant"), ["PutRolePolicy"]);
    let spec = Spec { grant: before().grant, ..spec };
    let plan = planned(&spec.desired(), &existing(&before(), true), checked());
    assert_eq!(calls_of(&plan, "Role").iter().filter(|call| *call == "PutRolePolicy").count(), 2, "Read and Write");
}

#[test]
fn added_permissions_are_granted_in_one_call() {
    let state = existing(&Spec { memory: Some(128), ..Spec::plain() }, true);
    let spec = Spec { policies: [("Read", "s:Get")].into(), memory: Some(512), ..Spec::plain() };
    assert_eq!(calls_of(&planned(&spec.desired(), &state, checked()), "Role"), ["PutRolePolicy"]);
}

#[test]
fn a_function_without_an_alias_keeps_its_rights_until_it_has_changed() {
    let (before, after) = (Spec { grant: None, ..before() }, Spec { grant: None, ..after() });
    let old = existing(&before, false);
    let mut template = after.template();
    let resources = template["Resources"].as_object_mut().unwrap();
    for removed in ["Version", "Alias"] {
        resources.remove(removed);
    }
    let function = json!({"Fn::GetAtt": ["Function", "Arn"]});
    template["Resources"]["Integration"]["Properties"]["IntegrationUri"] = function.clone();
    template["Resources"]["Permission"]["Properties"]["FunctionName"] = function;
    let plan = planned(&after.desired_by(&template), &old, Options { adopt: true, ..Options::default() });
    let done = executed(&plan, &old, None);
    assert!(done.outcome.is_complete(), "{:?}", done.outcome.failed);
    let last = |operation: &str| done.calls.iter().rposition(|call| call == operation).unwrap();
    for takes in ["PutRolePolicy", "DeleteRolePolicy", "DetachRolePolicy"] {
        assert!(last("UpdateFunctionConfiguration") < last(takes), "{:?}", done.calls);
    }
    assert_eq!(allowed(&done.state), rights(&after));
}

#[test]
fn a_denying_statement_is_removed_before_the_smoke_test() {
    let mut old = existing(&before(), true);
    let deny = json!({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "s:*", "Resource": "*"}});
    old.roles.get_mut("role").unwrap().policies.insert("Denied".to_owned(), Policy::from(deny));
    let spec = Spec { memory: Some(512), ..before() };
    let calls = executed(&planned(&spec.desired(), &old, checked()), &old, None).calls;
    assert_eq!(calls[0], "DeleteRolePolicy", "{calls:?}");
}

#[test]
fn documents_that_cannot_be_combined_are_noted_and_replaced_at_once() {
    let long = |letter: &str| -> &'static str { Box::leak(format!("s:{}", letter.repeat(6000)).into_boxed_str()) };
    let with = |action, memory| Spec { policies: [("Read", action)].into(), memory: Some(memory), ..Spec::plain() };
    let new = with(long("b"), 512);
    let full = existing(&with(long("a"), 128), true);
    let mut denying = existing(&with("s:Get", 128), true);
    let deny = json!({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "s:*", "Resource": "*"}});
    denying.roles.get_mut("role").unwrap().policies.insert("Read".to_owned(), Policy::from(deny));
    for (old, why) in
        [(full, "exceed IAM's limit of 10,240 characters"), (denying, "the two documents cannot be combined")]
    {
        let plan = planned(&new.desired(), &old, checked());
        assert_eq!(calls_of(&plan, "Role"), ["PutRolePolicy"]);
        let [note] = plan.notes.as_slice() else { panic!("{:?}", plan.notes) };
        assert!(note.text.ends_with(why) && note.logical_id.as_deref() == Some("Role"), "{note:?}");
        judge(&executed(&plan, &old, None).state, &new);
    }
}
