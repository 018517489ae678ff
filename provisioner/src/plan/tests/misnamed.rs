//! Resources of the template with another name on AWS than these parameters give.

use serde_json::json;

use super::judge::existing;
use super::spec::Spec;
use super::{executed, planned_removal, run};
use crate::desired::{Desired, Wanted};
use crate::observe::{Reach, observe};
use crate::plan::{Action, Options, Plan, plan, plan_destroy, refused_names, without_refused_names};
use crate::resources::{RESOURCE_TAG, Resource};
use crate::world::{State, World};

/// The plain stack with the names of its function and role from parameters that were forgotten.
fn forgotten() -> Desired {
    named("typo", "typo-role")
}

/// The same with these names.
fn named(function: &str, role: &str) -> Desired {
    let mut template = Spec::plain().template();
    template["Parameters"] = json!({
        "Name": {"Type": "String", "Default": function}, "RoleName": {"Type": "String", "Default": role},
    });
    template["Resources"]["Function"]["Properties"]["FunctionName"] = json!({"Ref": "Name"});
    template["Resources"]["Logs"]["Properties"]["LogGroupName"] = json!({"Fn::Sub": "/aws/lambda/${Name}"});
    template["Resources"]["Role"]["Properties"]["RoleName"] = json!({"Ref": "RoleName"});
    Spec::plain().desired_by(&template)
}

fn pruning(desired: &Desired, state: &State) -> Plan {
    let observed = run(observe(&World::of(state.clone()), desired, Reach::Orphans)).unwrap();
    plan(desired, &observed, &Options { prune: true, ..Options::default() })
}

fn removed(plan: &Plan) -> Vec<&str> {
    plan.steps.iter().filter(|step| step.action == Action::Delete).map(|step| step.name.as_str()).collect()
}

#[test]
fn a_destroy_with_forgotten_names_is_refused_and_names_them() {
    let plan = planned_removal(&forgotten(), &existing(&Spec::plain(), true));
    let [blocker] = plan.blockers.as_slice() else { panic!("{:#?}", plan.blockers) };
    for text in [
        "AWS::Lambda::Function `chat` is this stack's `Function`, whose name with these parameters is `typo`",
        "AWS::IAM::Role `role` is this stack's `Role`, whose name with these parameters is `typo-role`",
        "AWS::Logs::LogGroup `/aws/lambda/chat` is this stack's `Logs`",
    ] {
        assert!(blocker.cause.contains(text), "no {text} in {}", blocker.cause);
    }
    let end = ": `destroy` would leave `role`, `/aws/lambda/chat` and `chat`, and delete the resources that they use";
    assert!(blocker.cause.ends_with(end), "{}", blocker.cause);
    assert!(blocker.hint.starts_with("pass the parameters of the deploy that created them"), "{}", blocker.hint);
    assert!(blocker.hint.contains("`provisioner destroy -P Name=chat -P RoleName=role`"), "{}", blocker.hint);
}

#[test]
fn the_other_refused_values_are_reported_with_a_refused_name() {
    let mut template = Spec::plain().template();
    template["Resources"]["Function"]["Properties"]["Timeout"] = json!(901);
    let causes = |template: &serde_json::Value| {
        let all = refused_names(&Spec::plain().desired_by(template));
        all.into_iter().map(|one| format!("{}: {}", one.logical_id, one.cause)).collect::<Vec<_>>()
    };
    assert_eq!(causes(&template), [""; 0], "whether the value is sent is known only after the observation");
    template["Resources"]["Role"]["Properties"]["RoleName"] = json!("a b");
    let expected = ["Role: RoleName contains a space; AWS allows", "Function: Timeout is 901; AWS allows 1 to 900"];
    let found = causes(&template);
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for start in expected {
        assert!(found.iter().any(|one| one.starts_with(start)), "no {start} in {found:?}");
    }
}

#[test]
fn a_destroy_skips_refused_names_and_reports_the_existing_resources() {
    let desired = named("a b", "c d");
    let can_exist = without_refused_names(&desired);
    // An integration is found by its ownership tag in the list of its API.
    let by_name = |wanted: &&Wanted| !matches!(wanted.resource, Resource::Integration(_));
    for wanted in can_exist.resources.iter().filter(by_name) {
        let text = format!("{:?}", (wanted.resource.name(), wanted.resource.part_of_function()));
        assert!(!text.contains("a b") && !text.contains("c d"), "{text}");
    }
    assert!(can_exist.resources.iter().any(|wanted| wanted.logical_id == "Api"), "the rest stays");
    let world = World::of(existing(&Spec::plain(), true));
    let observed = run(observe(&world, &can_exist, Reach::Orphans)).unwrap();
    let plan = plan_destroy(&desired, &observed);
    let [blocker] = plan.blockers.as_slice() else { panic!("{:#?}", plan.blockers) };
    for text in [
        "AWS::Lambda::Function `chat` is this stack's `Function`, whose name with these parameters is `a b`",
        "AWS::IAM::Role `role` is this stack's `Role`, whose name with these parameters is `c d`",
    ] {
        assert!(blocker.cause.contains(text), "no {text} in {}", blocker.cause);
    }
}

#[test]
fn a_destroy_that_would_delete_nothing_reports_resources_under_other_names() {
    let mut state = existing(&Spec::plain(), true);
    state.apis.clear();
    state.routes.clear();
    state.integrations.clear();
    state.stages.clear();
    state.tables.clear();
    let plan = planned_removal(&forgotten(), &state);
    assert_eq!((plan.blockers.len(), plan.is_empty()), (0, true), "{plan:#?}");
    assert_eq!(plan.notes.len(), 3, "{:#?}", plan.notes);
}

#[test]
fn a_serving_resource_under_another_name_is_not_pruned_before_its_successor_serves() {
    let state = existing(&Spec::plain(), true);
    let first = pruning(&forgotten(), &state);
    assert_eq!((first.blockers.len(), removed(&first)), (0, vec![]), "{first:#?}");
    assert_eq!(first.notes.len(), 3, "{:#?}", first.notes);
    for note in &first.notes {
        let hint = note.hint.clone().unwrap_or_default();
        assert!(hint.contains("`provisioner plan -P Name=chat -P RoleName=role`"), "{hint}");
    }
    let done = executed(&first, &state, None);
    assert!(done.outcome.failed.is_empty(), "{:#?}", done.outcome.failed);
    let second = pruning(&forgotten(), &done.state);
    assert_eq!((second.notes.len(), removed(&second)), (0, vec!["chat", "/aws/lambda/chat", "role"]), "{second:#?}");
    let reasons: Vec<_> = second.changing().filter_map(|step| step.reason.as_deref()).collect();
    let expected = [
        "the old name of `Function`, which is now `typo`",
        "the old name of `Logs`, which is now `/aws/lambda/typo`",
        "the old name of `Role`, which is now `typo-role`",
    ];
    assert_eq!(reasons, expected);
}

#[test]
fn the_rest_of_a_rename_blocks_a_destroy_only_if_it_has_callers() {
    let desired = forgotten();
    let state = existing(&Spec::plain(), true);
    let renamed = executed(&pruning(&desired, &state), &state, None).state;
    assert_eq!(planned_removal(&desired, &renamed).blockers, []);
    // The deploy with the new name was killed before its integration was moved.
    let mut killed = renamed;
    killed.integrations = state.integrations;
    let plan = planned_removal(&desired, &killed);
    let [blocker] = plan.blockers.as_slice() else { panic!("{:#?}", plan.blockers) };
    assert!(blocker.cause.starts_with("AWS::Lambda::Function `chat`"), "{}", blocker.cause);
    let end = ": `destroy` would leave `chat`, and delete the resources that it uses";
    assert!(blocker.cause.ends_with(end), "{}", blocker.cause);
    assert!(removed(&pruning(&desired, &killed)).iter().all(|name| !["chat", "role"].contains(name)));
}

#[test]
fn the_role_of_a_misnamed_function_is_not_pruned() {
    let mut state = existing(&Spec::plain(), true);
    let role = state.roles.get_mut("role").unwrap();
    role.tags.insert(RESOURCE_TAG.to_owned(), "EarlierRole".to_owned());
    let plan = pruning(&forgotten(), &state);
    assert_eq!(removed(&plan), [""; 0]);
    let hints: Vec<_> = plan.notes.iter().filter_map(|note| note.hint.clone()).collect();
    assert!(hints.contains(&"keep it: AWS::Lambda::Function `chat` depends on it".into()), "{hints:?}");
}
