//! Edited statements of resource policies, and principals as AWS returns them.

use serde_json::json;

use super::judge::{existing, judge};
use super::spec::{Spec, trust};
use super::{executed, planned};
use crate::plan::{Action, Options, Plan, Step};
use crate::resources::{Policy, permission::Permission};
use crate::world::State;

fn step<'a>(plan: &'a Plan, id: &str) -> &'a Step {
    plan.steps.iter().find(|step| step.id == id).unwrap()
}

/// The stack's state with an edited statement of its permission.
fn edited(edit: impl FnOnce(&mut Permission)) -> State {
    let mut state = existing(&Spec::plain(), true);
    let ours = state.permissions.iter_mut().find(|((function, _), _)| function == "chat:live");
    edit(ours.unwrap().1);
    state
}

#[test]
fn a_statement_that_was_edited_under_its_own_id_is_removed_first_and_repaired_in_one_deploy() {
    let spec = Spec::plain();
    let edits: [fn(&mut Permission); 3] = [
        |one| one.principal = "000000000009".into(),
        |one| one.source_arn = None,
        |one| drop(one.other_conditions.insert("StringEquals aws:PrincipalOrgID".to_owned(), json!("o-1"))),
    ];
    for edit in edits {
        let state = edited(edit);
        let plan = planned(&spec.desired(), &state, Options::default());
        let changing: Vec<_> =
            plan.changing().map(|step| (step.id.as_str(), step.action, step.calls.clone())).collect();
        let calls = vec!["RemovePermission".to_owned(), "AddPermission".to_owned()];
        assert_eq!(changing, [("Permission", Action::Replace, calls)]);
        assert!(step(&plan, "Permission").cleanup.is_empty(), "nothing is left to remove");
        let done = executed(&plan, &state, None);
        assert!(done.outcome.is_complete(), "{:?}", done.outcome.failed);
        judge(&done.state, &spec);
        assert!(planned(&spec.desired(), &done.state, Options::default()).is_empty());
    }
}

#[test]
fn a_statement_with_another_id_is_removed_last_so_that_callers_keep_the_right_meanwhile() {
    let spec = Spec { source: "talk", ..Spec::plain() };
    let state = existing(&Spec::plain(), true);
    let plan = planned(&spec.desired(), &state, Options::default());
    assert_eq!(step(&plan, "Permission").calls, ["AddPermission", "RemovePermission"]);
    assert_eq!(step(&plan, "Permission").cleanup.len(), 1);
    judge(&executed(&plan, &state, None).state, &spec);
}

#[test]
fn of_two_statements_the_one_with_the_id_that_is_needed_is_removed_first_and_the_other_last() {
    let spec = Spec::plain();
    let mut state = edited(|one| one.principal = "000000000009".into());
    let (key, old) = state.permissions.iter().find(|((function, _), _)| function == "chat:live").unwrap();
    let mut old = old.clone();
    old.source_arn = None;
    state.permissions.insert((key.0.clone(), old.statement_id()), old);
    let plan = planned(&spec.desired(), &state, Options::default());
    assert_eq!(step(&plan, "Permission").calls, ["RemovePermission", "AddPermission", "RemovePermission"]);
    judge(&executed(&plan, &state, None).state, &spec);
}

#[test]
fn the_id_of_a_deleted_principal_is_a_difference_that_is_explained_and_written_again() {
    let spec = Spec::plain();
    let mut state = edited(|one| one.principal = "AIDAEXAMPLEEXAMPLE56".into());
    let mut document = trust("lambda.amazonaws.com");
    document["Statement"][0]["Principal"] = json!({"AWS": "AROAEXAMPLEEXAMPLE12"});
    state.roles.get_mut("role").unwrap().assume_role_policy_document = Policy::from(document);
    let plan = planned(&spec.desired(), &state, Options::default());
    assert_eq!(step(&plan, "Role").calls, ["UpdateAssumeRolePolicy"]);
    let notes: Vec<_> = plan.notes.iter().filter(|note| note.text.contains("deleted")).collect();
    let texts: Vec<_> = notes.iter().map(|note| (note.logical_id.as_deref().unwrap(), note.text.as_str())).collect();
    assert_eq!(
        texts,
        [
            (
                "Role",
                "the principal `AROAEXAMPLEEXAMPLE12` of AssumeRolePolicyDocument is the unique id of a deleted role"
            ),
            ("Permission", "the principal `AIDAEXAMPLEEXAMPLE56` of Principal is the unique id of a deleted user"),
        ]
    );
    assert!(notes[0].hint.as_ref().unwrap().contains("make sure that the role of that name exists"));
    judge(&executed(&plan, &state, None).state, &spec);
}
