//! Plans as a person reads them, without colours.

use super::*;
use crate::plan::tests::judge::existing;
use crate::plan::tests::spec::{Spec, desired};
use crate::plan::tests::{planned, planned_removal};
use crate::plan::Options;
use crate::world::State;

fn read(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

fn shown(plan: &Plan) -> String {
    read(&plan_text(plan))
}

/// The plan that leads from one stack to another.
fn from_to(old: &Spec, new: &Spec) -> String {
    shown(&planned(&new.desired(), &existing(old, true), Options::default()))
}

#[test]
fn a_first_deploy() {
    let plan = planned(&Spec::plain().desired(), &State::default(), Options::default());
    insta::assert_snapshot!(shown(&plan), @"");
}

#[test]
fn nothing_to_do() {
    insta::assert_snapshot!(from_to(&Spec::plain(), &Spec::plain()), @"");
}

#[test]
fn numbers_texts_tags_and_lists_change() {
    let new = Spec {
        memory: Some(512),
        description: Some("answers"),
        layers: vec!["arn:layer:1"],
        tags: [("team", "films")].into(),
        retention: Some(14),
        rate: Some(5.0),
        ..Spec::plain()
    };
    insta::assert_snapshot!(from_to(&Spec::plain(), &new), @"");
}

#[test]
fn what_goes_is_shown_with_its_default() {
    let old = Spec {
        memory: Some(512),
        retention: Some(14),
        origins: Some("*"),
        boundary: Some("arn:aws:iam::aws:policy/Bound"),
        ..Spec::plain()
    };
    insta::assert_snapshot!(from_to(&old, &Spec::plain()), @"");
}

#[test]
fn a_policy_changes_comes_and_goes() {
    let old = Spec { policies: [("Read", "s:Get"), ("Invoke", "s:Get")].into(), ..Spec::plain() };
    let new = Spec { policies: [("Read", "s:Put"), ("Write", "s:Put")].into(), ..Spec::plain() };
    insta::assert_snapshot!(from_to(&old, &new), @"");
}

#[test]
fn values_of_variables_are_not_told() {
    let old = Spec { variables: [("A", "value"), ("B", "value")].into(), ..Spec::plain() };
    let new = Spec { variables: [("A", "secret"), ("LONGER_NAME", "secret")].into(), ..Spec::plain() };
    insta::assert_snapshot!(from_to(&old, &new), @"");
}

#[test]
fn a_replacement_says_what_it_is() {
    let new = Spec { source: "talk", path: Some("/service/"), code: "sha-two", ..Spec::plain() };
    insta::assert_snapshot!(from_to(&Spec::plain(), &new), @"");
}

#[test]
fn what_an_interrupted_replacement_left() {
    let (old, new) = (Spec::plain(), Spec { source: "talk", ..Spec::plain() });
    let mut state = existing(&new, true);
    state.permissions.extend(existing(&old, true).permissions);
    insta::assert_snapshot!(shown(&planned(&new.desired(), &state, Options::default())), @"");
}

#[test]
fn an_adoption_and_what_stands_in_its_way_without_the_option() {
    let state = existing(&Spec::plain(), false);
    let desired = Spec { memory: Some(512), ..Spec::plain() }.desired();
    insta::assert_snapshot!(shown(&planned(&desired, &state, Options { adopt: true })), @"");
    insta::assert_snapshot!(read(&blockers_text(&planned(&desired, &state, Options::default()))), @"");
}

#[test]
fn a_route_that_leads_elsewhere_and_a_role_of_another_stack() {
    let spec = Spec { attach: true, ..Spec::plain() };
    let mut state = existing(&spec, false);
    state.integrations.retain(|id, _| id == "theirs");
    for role in state.roles.values_mut() {
        role.tags.insert("provisioner:stack".to_owned(), "other".to_owned());
    }
    let plan = planned(&spec.desired(), &state, Options { adopt: true });
    insta::assert_snapshot!(read(&blockers_text(&plan)), @"");
}

#[test]
fn a_removal_and_what_it_leaves() {
    let mut state = existing(&Spec::plain(), true);
    state.roles.extend(existing(&Spec::plain(), false).roles);
    let mut template = Spec::plain().template();
    template["Resources"]["Table"]["DeletionPolicy"] = "Retain".into();
    insta::assert_snapshot!(shown(&planned_removal(&desired(&template.to_string()), &state)), @"");
}

#[test]
fn nothing_to_remove() {
    let plan = planned_removal(&Spec::plain().desired(), &State::default());
    insta::assert_snapshot!(shown(&plan), @"");
}
