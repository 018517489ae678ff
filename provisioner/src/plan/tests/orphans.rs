//! Orphans: resources that the template with these parameters does not contain.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::json;

use super::judge::existing;
use super::spec::{FOREIGN_API, Spec};
use super::{planned_removal, run};
use crate::denial::Denial;
use crate::desired::{Desired, PackageCheck, Packages};
use crate::error::Error;
use crate::observe::{Reach, observe};
use crate::place::Place;
use crate::plan::{Action, Options, Plan, plan, plan_destroy};
use crate::resources::{RESOURCE_TAG, STACK_TAG, Tags};
use crate::template::{Source, Template};
use crate::world::{State, World};

/// The plan of `deploy --prune`, or of `plan`.
fn plan_with_orphans(desired: &Desired, state: &State, prune: bool) -> Plan {
    let observed = run(observe(&World::of(state.clone()), desired, Reach::Orphans)).unwrap();
    plan(desired, &observed, &Options { prune, ..Options::default() })
}

/// The names of the resources that the plan deletes.
fn deleted(plan: &Plan) -> Vec<&str> {
    plan.steps.iter().filter(|step| step.action == Action::Delete).map(|step| step.name.as_str()).collect()
}

#[test]
fn only_the_duplicate_api_without_the_stacks_routes_is_pruned() {
    let attached = Spec { attach: true, ..Spec::plain() };
    let mut state = existing(&attached, true);
    // Two concurrent first deploys: both APIs have the ownership tag, and the parameters name one of them.
    let tagged = existing(&Spec::plain(), true).apis.into_values().find(|api| !api.tags.is_empty()).unwrap();
    for id in [FOREIGN_API, "second", "third"] {
        state.apis.insert(id.to_owned(), tagged.clone());
    }
    for already_created in [true, false] {
        if !already_created {
            state.routes.clear();
            state.integrations.clear();
        }
        let plan = plan_with_orphans(&attached.desired(), &state, true);
        assert_eq!(deleted(&plan), ["chat (second)", "chat (third)"]);
        let [note, ..] = plan.notes.as_slice() else { panic!("{:#?}", plan.notes) };
        assert!(
            note.text.starts_with("AWS::ApiGatewayV2::Api `chat (foreign)` is this stack's `Api`"),
            "{}",
            note.text
        );
        assert_eq!(
            note.hint.as_ref().map(ToString::to_string).as_deref(),
            Some("keep it: `Integration` of the template depends on it")
        );
    }
}

#[test]
fn a_role_of_an_orphaned_function_is_not_deleted_and_the_rest_is_reported() {
    let mut state = existing(&Spec::plain(), true);
    let tags_of = |logical_id: &str| {
        Tags::from([(STACK_TAG.to_owned(), "chat".to_owned()), (RESOURCE_TAG.to_owned(), logical_id.to_owned())])
    };
    let mut stream = state.functions["chat"].clone();
    stream.function_name = "stream".to_owned();
    stream.tags = tags_of("Stream");
    // A part of a function is deleted with it and not reported.
    let mut old = state.aliases.values().next().unwrap().clone();
    old.name = "old".to_owned();
    old.description = "provisioner:stack=chat provisioner:resource=Old".to_owned();
    state.aliases.insert(("chat".to_owned(), "old".to_owned()), old);
    for (role, blocked) in [(stream.role.clone(), vec!["Role"]), ("arn:of:another".to_owned(), vec![])] {
        stream.role = role;
        state.functions.insert("stream".to_owned(), stream.clone());
        let plan = planned_removal(&Spec::plain().desired(), &state);
        let [note] = plan.notes.as_slice() else { panic!("{:#?}", plan.notes) };
        assert!(note.text.starts_with("AWS::Lambda::Function `stream` is this stack's `Stream`"), "{}", note.text);
        assert!(note.hint.as_ref().unwrap().starts_with("pass the parameters of the deploy that created it"));
        assert_eq!(Vec::from_iter(plan.blockers.iter().map(|one| one.logical_id.as_str())), blocked);
        for blocker in plan.blockers {
            assert!(blocker.cause.starts_with("AWS::Lambda::Function `stream` depends on it"), "{}", blocker.cause);
        }
    }
}

#[test]
fn a_destroy_that_would_leave_routes_on_another_api_is_refused() {
    for (api_is_there, blocked) in [(true, 1), (false, 0)] {
        let mut state = existing(&Spec { attach: true, ..Spec::plain() }, true);
        if !api_is_there {
            state.apis.clear();
            state.routes.clear();
            state.integrations.clear();
        }
        let plan = planned_removal(&Spec::plain().desired(), &state);
        assert_eq!(plan.blockers.len(), blocked, "{:#?}", plan.blockers);
        for blocker in plan.blockers {
            assert_eq!(blocker.hint.to_string(), "pass the parameters of the deploy");
        }
    }
    // The stack's own API, which a user has deleted.
    let mut state = existing(&Spec::plain(), true);
    state.apis.retain(|id, _| id == FOREIGN_API);
    state.routes.clear();
    state.integrations.clear();
    state.stages.clear();
    assert_eq!(planned_removal(&Spec::plain().desired(), &state).blockers, []);
}

#[test]
fn a_destroy_with_an_api_parameter_is_refused_if_the_stack_has_its_own_api() {
    let plan = planned_removal(&Spec { attach: true, ..Spec::plain() }.desired(), &existing(&Spec::plain(), true));
    let [blocker] = plan.blockers.as_slice() else { panic!("{:#?}", plan.blockers) };
    assert!(blocker.hint.contains("remove the route first: `provisioner deploy --prune`"), "{}", blocker.hint);
}

#[test]
fn denied_access_to_orphans_is_a_note_and_with_prune_a_blocker() {
    let desired = Spec::plain().desired();
    let mut observed = run(observe(&World::of(existing(&Spec::plain(), true)), &desired, Reach::Orphans)).unwrap();
    let refused = Error::new("looking for what carries the stack's tag", "AccessDenied").hint("allow tag:GetResources");
    observed.orphans_unknown = Some(refused);
    for plan in [plan(&desired, &observed, &Options::default()), plan_destroy(&desired, &observed)] {
        assert_eq!((plan.blockers.len(), plan.notes.len()), (0, 1), "{plan:#?}");
    }
    let plan = plan(&desired, &observed, &Options { prune: true, ..Options::default() });
    let [blocker] = plan.blockers.as_slice() else { panic!("{:#?}", plan.blockers) };
    assert!(blocker.cause.contains("could not be read"), "{}", blocker.cause);
    assert_eq!((blocker.logical_id.as_str(), blocker.hint.clone()), ("chat", "allow tag:GetResources".into()));
}

#[test]
fn denied_access_to_subscriptions_is_a_note_and_the_other_orphans_are_pruned() {
    let mut state = existing(&Spec::plain(), true);
    let mut old = state.log_groups.values().next().unwrap().clone();
    old.log_group_name = "old".to_owned();
    old.tags.insert(RESOURCE_TAG.to_owned(), "Old".to_owned());
    state.log_groups.insert("old".to_owned(), old);
    let desired = Spec::plain().desired();
    let mut observed = run(observe(&World::of(state), &desired, Reach::Orphans)).unwrap();
    let denied = |topic: &str| {
        let message = "User: arn:aws:iam::1:user/dev is not authorized to perform: SNS:ListSubscriptionsByTopic";
        let doing = format!("listing the subscriptions of topic {topic}");
        Error::new(doing, message).denied(Denial::read(message).unwrap())
    };
    observed.subscriptions_unknown = Error::together([denied("films"), denied("news")]);
    let texts = |plan: &Plan| plan.notes.iter().map(|note| note.text.clone()).collect::<Vec<_>>();
    let pruned = plan(&desired, &observed, &Options { prune: true, ..Options::default() });
    assert_eq!((pruned.blockers.len(), deleted(&pruned)), (0, vec!["old"]), "{pruned:#?}");
    let [note] = &*texts(&pruned) else { panic!("{:#?}", pruned.notes) };
    insta::assert_snapshot!(note, @"orphaned subscriptions could not be read: listing the subscriptions of topic films: User: arn:aws:iam::1:user/dev is not authorized to perform: SNS:ListSubscriptionsByTopic; listing the subscriptions of topic news: User: arn:aws:iam::1:user/dev is not authorized to perform: SNS:ListSubscriptionsByTopic");
    for shown in [plan(&desired, &observed, &Options::default()), plan_destroy(&desired, &observed)] {
        let notes = texts(&shown);
        assert!(notes.len() == 2 && notes[0].contains("`old`") && notes[1] == *note, "{notes:#?}");
    }
}

#[test]
fn an_orphaned_url_is_not_called_a_resource_of_the_template() {
    let state = existing(&Spec { url: true, ..Spec::plain() }, true);
    let plan = plan_with_orphans(&Spec::plain().desired(), &state, false);
    let [note] = plan.notes.as_slice() else { panic!("{:#?}", plan.notes) };
    insta::assert_snapshot!(note.text, @"AWS::Lambda::Url `chat:live` is a URL of this stack's function `chat`, and the template with these parameters does not contain it");
    let pruned = plan_with_orphans(&Spec::plain().desired(), &state, true);
    let reasons: Vec<_> = pruned.changing().filter_map(|step| step.reason.as_deref()).collect();
    assert_eq!(reasons, ["the template has no such URL"]);
}

#[test]
fn the_parameter_that_decides_about_an_orphan_is_proposed_before_its_removal() {
    let mut template = Spec { url: true, ..Spec::plain() }.template();
    template["Parameters"] = json!({
        "Stream": {"Type": "String", "Default": "no"}, "Own": {"Type": "String", "Default": ""},
        "Kept": {"Type": "String", "Default": "x"},
    });
    template["Conditions"] = json!({
        "Streams": {"Fn::Equals": [{"Ref": "Stream"}, "yes"]},
        "IsOwn": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Own"}, ""]}]},
        "Both": {"Fn::And": [{"Condition": "Streams"}, {"Condition": "IsOwn"}]},
    });
    let state = existing(&Spec { url: true, ..Spec::plain() }, true);
    let mut old = state.log_groups.values().next().unwrap().clone();
    let mut shown = |condition: &str, group: &str| {
        let mut template = template.clone();
        template["Resources"]["Url"]["Condition"] = condition.into();
        template["Resources"]["Other"] = json!({
            "Type": "AWS::Logs::LogGroup", "Condition": condition, "Properties": {"LogGroupName": "other"},
        });
        old.log_group_name = "other".to_owned();
        old.tags.insert(RESOURCE_TAG.to_owned(), group.to_owned());
        let mut state = state.clone();
        state.log_groups.insert("other".to_owned(), old.clone());
        let desired = Spec::plain().desired_by(&template);
        let plan = plan_with_orphans(&desired, &state, false);
        let hints: Vec<_> = plan.notes.iter().filter_map(|note| note.hint.as_ref().map(ToString::to_string)).collect();
        let pruned = plan_with_orphans(&desired, &state, true);
        let reasons: Vec<_> = pruned.changing().filter_map(|step| step.reason.clone()).collect();
        (hints, reasons)
    };
    let remove = "remove it: `provisioner deploy --prune`";
    let stream =
        format!("if the parameter `Stream` is missing, pass it: `provisioner plan -P Stream=yes`; or {remove}");
    let reason = "the template does not contain it with this value of `Stream`".to_owned();
    assert_eq!(shown("Streams", "Other"), (vec![stream.clone(), stream], vec![reason.clone(), reason]));
    let own = format!("if the parameter `Own` is missing, pass it: `provisioner plan -P Own=VALUE`; or {remove}");
    assert_eq!(shown("IsOwn", "Other").0, [own.clone(), own]);
    let both = format!("if a parameter is missing, pass it: `provisioner plan -P NAME=VALUE`; or {remove}");
    let reason = "the template does not contain it with these parameters".to_owned();
    assert_eq!(shown("Both", "Other"), (vec![both.clone(), both], vec![reason.clone(), reason]));
}

#[test]
fn a_parameter_that_is_given_although_the_deploy_had_its_default_is_to_be_left_out() {
    let mut template = Spec::plain().template();
    template["Parameters"] = json!({"Mode": {"Type": "String", "Default": "plain"}});
    template["Conditions"] = json!({"Plain": {"Fn::Equals": [{"Ref": "Mode"}, "plain"]}});
    template["Resources"]["Other"] = json!({
        "Type": "AWS::Logs::LogGroup", "Condition": "Plain", "Properties": {"LogGroupName": "other"},
    });
    let mut state = existing(&Spec::plain(), true);
    let mut other = state.log_groups.values().next().unwrap().clone();
    other.log_group_name = "other".to_owned();
    other.tags.insert(RESOURCE_TAG.to_owned(), "Other".to_owned());
    state.log_groups.insert("other".to_owned(), other);
    let text = template.to_string();
    let template = Template::from_source(Source::in_memory(Path::new("t.yaml"), &text)).unwrap();
    let packages = Packages { check: PackageCheck::Unread, ..Packages::default() };
    let given = BTreeMap::from([("Mode".to_owned(), "other".to_owned())]);
    let (stack, place) = ("chat".parse().unwrap(), Place::new("us-east-1"));
    let desired = Desired::build(&template, &given, &packages, &stack, &place, None).unwrap();
    let hints =
        |plan: &Plan| plan.notes.iter().filter_map(|note| note.hint.as_ref().map(ToString::to_string)).collect();
    let leave_out = "if the deploy did not have the parameter `Mode`, leave it out; or";
    let of_plan: Vec<_> = hints(&plan_with_orphans(&desired, &state, false));
    assert_eq!(of_plan, [format!("{leave_out} remove it: `provisioner deploy --prune`")]);
    let of_destroy: Vec<_> = hints(&planned_removal(&desired, &state));
    assert_eq!(of_destroy, [format!("{leave_out} delete it first: `provisioner deploy --prune`")]);
}
