//! Properties of all stacks in all states of AWS.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;

use super::judge::{existing, foreign, foreign_part, judge};
use super::spec::{Spec, any_spec};
use super::{executed, planned, planned_removal, run};
use crate::observe::{Reach, observe};
use crate::plan::{Action, Options, Step, plan};
use crate::resources::other::{Identifier, Other};
use crate::resources::stage::Stage;
use crate::resources::{KIND_TAG, OwnershipTag, Tags};
use crate::world::{CallFailure, State, World, cases};

pub(super) const KEEP_OFF: Options =
    Options { adopt: false, take_over: false, prune: false, smoke: false, canary: None, keep_versions: Some(2) };
const ADOPT: Options = Options { adopt: true, ..KEEP_OFF };
const PRUNE: Options = Options { prune: true, ..KEEP_OFF };

/// A stack, and a state of AWS in which the stack's resources are absent, different or incomplete.
pub(super) fn a_stack_and_its_world() -> impl Strategy<Value = (Spec, State)> {
    any::<bool>().prop_flat_map(|attach| (any_spec(attach), a_world(attach)))
}

/// A stack, and a state of AWS in which some of its resources were created by hand.
fn a_stack_and_a_manual_world() -> impl Strategy<Value = (Spec, State)> {
    // A route to an integration of another type has another target, and is refused.
    let same_type = |spec: Spec| Spec { integration_type: "AWS_PROXY", ..spec };
    any::<bool>().prop_flat_map(move |attach| {
        let state = (any_spec(attach), any::<[bool; 9]>());
        let state = state.prop_map(move |(spec, deleted)| partly_deleted(existing(&same_type(spec), false), deleted));
        (any_spec(attach).prop_map(same_type), state)
    })
}

pub(super) fn a_world(attach: bool) -> impl Strategy<Value = State> {
    (any_spec(attach), any::<[bool; 9]>())
        .prop_map(move |(spec, deleted)| partly_deleted(existing(&spec, true), deleted))
}

/// Removes the selected resources together with their parts, as AWS does.
fn partly_deleted(mut state: State, deleted: [bool; 9]) -> State {
    let [role, logs, function, permission, api, integration, route, stage, table] = deleted;
    let others = foreign();
    if role {
        state.roles.clear();
    }
    if logs {
        state.log_groups.clear();
    }
    if table {
        state.tables.clear();
    }
    if function {
        state.functions.retain(|name, _| others.functions.contains_key(name));
    }
    if function {
        state.versions.clear();
        state.aliases.clear();
    }
    if permission || function {
        state.permissions.retain(|id, _| others.permissions.contains_key(id));
    }
    if api {
        state.apis.retain(|id, _| others.apis.contains_key(id));
        state.integrations.retain(|_, one| others.apis.contains_key(&one.api_id));
        state.routes.retain(|_, one| others.apis.contains_key(&one.api_id));
    }
    if stage || api {
        state.stages.clear();
    }
    if route || integration {
        state.routes.retain(|id, _| others.routes.contains_key(id)); // a route is deleted before its integration
    }
    if integration {
        state.integrations.retain(|id, _| others.integrations.contains_key(id));
    }
    state
}

/// A new alias is updated after the serving code is put behind it.
fn state_has(state: &State, step: &Step) -> bool {
    step.logical_id != "Alias" || !state.aliases.is_empty()
}

pub(super) fn a_failure() -> impl Strategy<Value = CallFailure> {
    prop_oneof![Just(CallFailure::Refused), Just(CallFailure::AnswerLost), Just(CallFailure::Killed)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(128), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn after_a_deploy_the_world_matches_the_template((spec, state) in a_stack_and_its_world()) {
        let plan = planned(&spec.desired(), &state, KEEP_OFF);
        prop_assert_eq!(&plan.blockers, &[]);
        let done = executed(&plan, &state, None);
        prop_assert!(done.outcome.is_complete(), "{:?}", done.outcome.failed);
        judge(&done.state, &spec);
    }

    #[test]
    fn a_plan_names_the_calls_that_are_sent((spec, state) in a_stack_and_its_world()) {
        let plan = planned(&spec.desired(), &state, KEEP_OFF);
        let mut planned_calls: Vec<_> = plan.steps.iter().flat_map(|step| step.calls.clone()).collect();
        let mut sent = executed(&plan, &state, None).calls;
        planned_calls.sort();
        sent.sort();
        prop_assert_eq!(planned_calls, sent);
    }

    #[test]
    fn a_second_deploy_calls_nothing((spec, state) in a_stack_and_its_world()) {
        let once = executed(&planned(&spec.desired(), &state, KEEP_OFF), &state, None).state;
        let again = planned(&spec.desired(), &once, KEEP_OFF);
        prop_assert!(again.is_empty(), "{again:#?}");
        let done = executed(&again, &once, None);
        prop_assert_eq!(done.calls, Vec::<String>::new());
        prop_assert_eq!(done.state, once);
    }

    #[test]
    fn an_interrupted_deploy_is_completed_by_the_next(
        (spec, state) in a_stack_and_its_world(),
        at in any::<prop::sample::Index>(),
        failure in a_failure(),
    ) {
        let desired = spec.desired();
        let plan = planned(&desired, &state, KEEP_OFF);
        let calls: usize = plan.steps.iter().map(|step| step.calls.len()).sum();
        prop_assume!(calls > 0);
        let interrupted = executed(&plan, &state, Some((at.index(calls), failure)));
        prop_assert!(!interrupted.outcome.is_complete());
        prop_assert_eq!(foreign_part(&interrupted.state), foreign());
        let next = planned(&desired, &interrupted.state, KEEP_OFF);
        prop_assert_eq!(&next.blockers, &[]);
        let done = executed(&next, &interrupted.state, None);
        prop_assert!(done.outcome.is_complete(), "{:?}", done.outcome.failed);
        judge(&done.state, &spec);
        prop_assert!(planned(&desired, &done.state, KEEP_OFF).is_empty());
    }

    #[test]
    fn a_manual_resource_is_adopted_only_on_request(
        (spec, state) in a_stack_and_a_manual_world()
    ) {
        let desired = spec.desired();
        let plan = planned(&desired, &state, KEEP_OFF);
        let found: Vec<_> = plan.steps.iter().filter(|step| state_has(&state, step) && step.action != Action::Create).collect();
        // A plan with a blocker is never executed, so no existing resource is changed.
        for step in found {
            prop_assert!(plan.blockers.iter().any(|blocker| blocker.logical_id == step.logical_id), "{step:?}");
        }
        let adopting = planned(&desired, &state, ADOPT);
        prop_assert_eq!(&adopting.blockers, &[]);
        let done = executed(&adopting, &state, None);
        prop_assert!(done.outcome.is_complete(), "{:?}", done.outcome.failed);
        judge(&done.state, &spec);
        prop_assert!(planned(&desired, &done.state, KEEP_OFF).is_empty());
    }

    #[test]
    fn a_prune_deletes_only_the_orphans_of_other_parameters(
        spec in any::<bool>().prop_flat_map(any_spec),
        before in any::<bool>().prop_flat_map(any_spec),
        renamed in any::<bool>(),
        dropped in any::<bool>(),
    ) {
        let mut state = existing(&before, true);
        let spec = Spec { url: !dropped, ..spec };
        if dropped {
            // As if the previous template had contained more: its URL, an alias, a stage and a queue.
            let tag = |logical_id: &str| OwnershipTag { stack: "chat".to_owned(), region: String::new(), logical_id: logical_id.to_owned() };
            let mut old = state.aliases[&("chat".to_owned(), "live".to_owned())].clone();
            old.name = "old".to_owned();
            old.description = tag("Old").as_description();
            state.aliases.insert(("chat".to_owned(), "old".to_owned()), old);
            let mut tags = Tags::new();
            tag("OldQueue").add_to(&mut tags);
            tags.insert(KIND_TAG.to_owned(), "AWS::SQS::Queue".to_owned());
            let tags: Vec<_> = tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect();
            let properties = json!({"QueueName": "old", "Tags": tags}).as_object().unwrap().clone();
            let queue = Other::new("AWS::SQS::Queue", properties).unwrap();
            state.others.insert(("AWS::SQS::Queue".to_owned(), Identifier::new("old")), queue);
            for stage in state.stages.clone().into_values() {
                let mut old = Stage { stage_name: "old".to_owned(), ..stage };
                tag("OldStage").add_to(&mut old.tags);
                state.stages.insert((old.api_id.clone(), "old".to_owned()), old);
            }
        }
        if renamed {
            // As if the names were from other parameters: resources with the old names are not found by the new ones.
            let mut role = state.roles.remove("role").unwrap();
            role.role_name = "old-role".to_owned();
            state.roles.insert("old-role".to_owned(), role);
            let mut group = state.log_groups.remove("/aws/lambda/chat").unwrap();
            group.log_group_name = "/aws/lambda/old".to_owned();
            state.log_groups.insert("/aws/lambda/old".to_owned(), group);
        }
        let desired = spec.desired();
        let world = World::of(state.clone());
        let observed = run(observe(&world, &desired, Reach::Orphans)).unwrap();
        let reported = plan(&desired, &observed, &KEEP_OFF);
        prop_assert_eq!(reported.notes.len() >= observed.orphans.len(), true, "each has a note: {:?}", reported.notes);
        let pruning = plan(&desired, &observed, &PRUNE);
        prop_assert_eq!(&pruning.blockers, &[]);
        let done = executed(&pruning, &state, None);
        prop_assert!(done.outcome.is_complete(), "{:?}", done.outcome.failed);
        // Resources with the old names stay until those with the new names exist.
        let then = run(observe(&World::of(done.state.clone()), &desired, Reach::Orphans)).unwrap();
        prop_assert_eq!(then.orphans.len(), if renamed { 2 } else { 0 }, "{:?}", then.orphans);
        let done = executed(&plan(&desired, &then, &PRUNE), &done.state, None);
        judge(&done.state, &spec);
        let again = run(observe(&World::of(done.state), &desired, Reach::Orphans)).unwrap();
        prop_assert_eq!(again.orphans, vec![]);
    }

    #[test]
    fn a_destroy_deletes_all_resources_of_the_stack_and_no_others(
        (spec, state) in a_stack_and_its_world(),
        by_hand in any::<bool>(),
    ) {
        let desired = spec.desired();
        let state = if by_hand { existing(&spec, false) } else { state };
        let plan = planned_removal(&desired, &state);
        let done = executed(&plan, &state, None);
        prop_assert!(done.outcome.is_complete(), "{:?}", done.outcome.failed);
        if by_hand {
            prop_assert_eq!(done.calls, Vec::<String>::new());
            prop_assert_eq!(done.state, state);
        } else {
            let State { roles, log_groups, tables, stages, .. } = &done.state;
            prop_assert!(roles.is_empty() && log_groups.is_empty() && tables.is_empty() && stages.is_empty());
            prop_assert_eq!(foreign_part(&done.state), foreign());
            prop_assert!(done.state.versions.is_empty() && done.state.aliases.is_empty());
            prop_assert!(done.state.urls.is_empty());
            prop_assert!(done.state.others.is_empty() && done.state.simple.is_empty());
            let State { functions, permissions, apis, integrations, routes, .. } = &done.state;
            let theirs = foreign();
            prop_assert_eq!(functions.len(), theirs.functions.len());
            prop_assert_eq!(permissions.len(), theirs.permissions.len());
            prop_assert_eq!(apis.len(), theirs.apis.len());
            prop_assert_eq!(integrations.len(), theirs.integrations.len());
            prop_assert_eq!(routes.len(), theirs.routes.len());
        }
    }

    #[test]
    fn an_interrupted_destroy_is_completed_by_the_next(
        (spec, state) in a_stack_and_its_world(),
        at in any::<prop::sample::Index>(),
        failure in a_failure(),
    ) {
        let desired = spec.desired();
        let plan = planned_removal(&desired, &state);
        let calls: usize = plan.steps.iter().map(|step| step.calls.len()).sum();
        prop_assume!(calls > 0);
        let interrupted = executed(&plan, &state, Some((at.index(calls), failure)));
        let done = executed(&planned_removal(&desired, &interrupted.state), &interrupted.state, None);
        prop_assert!(done.outcome.is_complete(), "{:?}", done.outcome.failed);
        prop_assert!(planned_removal(&desired, &done.state).steps.is_empty());
        prop_assert_eq!(foreign_part(&done.state), foreign());
    }

    #[test]
    fn a_route_of_others_is_never_taken_over(spec in any_spec(true), adopt in any::<bool>()) {
        let mut state = foreign();
        state.routes.get_mut("their-route").unwrap().route_key = "POST /chat".to_owned();
        let plan = planned(&spec.desired(), &state, Options { adopt, ..Options::default() });
        prop_assert_eq!(plan.blockers.iter().map(|one| one.logical_id.as_str()).collect::<Vec<_>>(), ["Route"]);
    }

    #[test]
    fn resources_of_another_stack_are_never_adopted((spec, _) in a_stack_and_its_world(), adopt in any::<bool>()) {
        let mut state = existing(&spec, true);
        for role in state.roles.values_mut() {
            role.tags.insert("provisioner:stack".to_owned(), "other".to_owned());
        }
        let plan = planned(&spec.desired(), &state, Options { adopt, ..Options::default() });
        let role_and_policy = if spec.grant.is_some() { &["Role", "Grant"][..] } else { &["Role"] };
        prop_assert_eq!(plan.blockers.iter().map(|one| one.logical_id.as_str()).collect::<Vec<_>>(), role_and_policy);
        let removal = executed(&planned_removal(&spec.desired(), &state), &state, None);
        prop_assert_eq!(&removal.state.roles, &state.roles);
    }

    #[test]
    fn the_role_of_the_stack_in_another_region_is_neither_taken_nor_removed(
        (spec, _) in a_stack_and_its_world(),
        adopt in any::<bool>(),
        renamed in any::<bool>(),
    ) {
        let mut role = existing(&spec, true).roles.remove("role").unwrap();
        role.tags.insert("provisioner:region".to_owned(), "eu-west-1".to_owned());
        if renamed {
            role.role_name = "the-role-there".to_owned();
        }
        let state = State { roles: BTreeMap::from([(role.role_name.clone(), role)]), ..foreign() };
        let desired = spec.desired();
        let observed = run(observe(&World::of(state.clone()), &desired, Reach::Orphans)).unwrap();
        let plan = plan(&desired, &observed, &Options { adopt, prune: true, ..Options::default() });
        if renamed {
            prop_assert_eq!(&plan.blockers, &[]);
            let done = executed(&plan, &state, None);
            prop_assert_eq!(&done.state.roles["the-role-there"], &state.roles["the-role-there"]);
        } else {
            let about: Vec<_> = plan.blockers.iter().map(|one| one.logical_id.as_str()).collect();
            let role_and_policy = if spec.grant.is_some() { &["Role", "Grant"][..] } else { &["Role"] };
            prop_assert_eq!(about, role_and_policy);
        }
        let removal = executed(&planned_removal(&desired, &state), &state, None);
        prop_assert_eq!(&removal.calls, &[""; 0]);
    }

    #[test]
    fn a_role_tagged_by_an_earlier_version_is_ours_and_gets_its_region((spec, state) in a_stack_and_its_world()) {
        let mut before = state;
        let role = before.roles.get_mut("role");
        prop_assume!(role.is_some());
        role.unwrap().tags.remove("provisioner:region");
        let desired = spec.desired();
        let plan = planned(&desired, &before, Options::default());
        prop_assert_eq!(&plan.blockers, &[]);
        let done = executed(&plan, &before, None);
        judge(&done.state, &spec);
        let removed = executed(&planned_removal(&desired, &before), &before, None);
        prop_assert!(removed.state.roles.is_empty());
    }
}
