//! The dependencies between steps.

use std::collections::BTreeSet;

use super::judge::existing;
use super::spec::Spec;
use super::{executed, planned};
use crate::plan::{Action, Options, Plan, Step};
use crate::world::State;

fn step<'a>(plan: &'a Plan, id: &str) -> &'a Step {
    plan.steps.iter().find(|step| step.id == id).unwrap()
}

/// The steps that must be complete before this one starts.
fn before(plan: &Plan, id: &str) -> BTreeSet<String> {
    let needs = &step(plan, id).needs;
    needs.iter().cloned().chain(needs.iter().flat_map(|need| before(plan, need))).collect()
}

#[test]
fn a_function_waits_for_its_role_and_its_callers_for_the_complete_role() {
    let spec = Spec { policies: [("Read", "s:Get")].into(), retention: Some(7), ..Spec::plain() };
    let plan = planned(&spec.desired(), &State::default(), Options::default());
    let function = step(&plan, "Function");
    assert_eq!(function.needs_created, BTreeSet::from(["Logs".to_owned(), "Role".to_owned()]));
    assert!(function.needs.is_empty(), "{:?}", function.needs);
    for whole in ["Role", "Logs"] {
        assert!(before(&plan, "Alias").contains(whole), "{whole}");
    }
}

#[test]
fn steps_wait_for_all_batches_of_an_existing_role() {
    let spec = Spec { policies: [("Read", "s:Get")].into(), memory: Some(512), ..Spec::plain() };
    let plan = planned(&spec.desired(), &existing(&Spec::plain(), true), Options::default());
    assert!(step(&plan, "Function").needs.contains("Role"));
}

#[test]
fn a_route_is_moved_after_its_permission_without_a_dependency_in_the_template() {
    let first = planned(&Spec::plain().desired(), &State::default(), Options::default());
    assert!(step(&first, "Route").needs.contains("Permission"));
    assert!(!before(&first, "Integration").contains("Permission"), "a new integration has no callers yet");
    let adopting = Options { adopt: true, ..Options::default() };
    let moving = planned(&Spec::plain().desired(), &existing(&Spec::plain(), false), adopting);
    assert!(step(&moving, "Integration").needs.contains("Permission"));
}

#[test]
fn new_code_is_published_by_the_call_that_writes_it_and_other_changes_by_a_call_of_their_own() {
    let ours = existing(&Spec::plain(), true);
    let calls = |changed: Spec| {
        let plan = planned(&changed.desired(), &ours, Options::default());
        let version = step(&plan, "Version");
        assert_eq!(version.action, Action::Create);
        [step(&plan, "Function").calls.clone(), version.calls.clone()].concat()
    };
    let (code, memory) = ("sha-two", Some(512));
    assert_eq!(calls(Spec { code, ..Spec::plain() }), ["UpdateFunctionCode"]);
    assert_eq!(calls(Spec { memory, ..Spec::plain() }), ["UpdateFunctionConfiguration", "PublishVersion"]);
    assert_eq!(calls(Spec { code, memory, ..Spec::plain() }), ["UpdateFunctionConfiguration", "UpdateFunctionCode"]);
}

#[test]
fn a_role_keeps_its_policy_until_the_new_one_is_there() {
    let ours = existing(&Spec { policies: [("Read", "s:Get")].into(), ..Spec::plain() }, true);
    let plan = planned(&Spec { grant: Some("s:List"), ..Spec::plain() }.desired(), &ours, Options::default());
    assert_eq!(step(&plan, "Role").calls, ["DeleteRolePolicy"]);
    assert_eq!(executed(&plan, &ours, None).calls, ["PutRolePolicy", "DeleteRolePolicy"]);
}

#[test]
fn a_removed_policy_is_deleted_from_its_role() {
    let ours = existing(&Spec { grant: Some("s:List"), ..Spec::plain() }, true);
    let plan = planned(&Spec::plain().desired(), &ours, Options::default());
    let changing: Vec<_> = plan.changing().map(|step| (step.id.as_str(), step.calls.clone())).collect();
    assert_eq!(changing, [("Role", vec!["DeleteRolePolicy".to_owned()])]);
    assert_eq!(plan.losses().len(), 1);
}
