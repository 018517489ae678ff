//! Untagged routes that a stack takes over and gives back.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::judge::{existing, foreign, foreign_part, judge_takeover};
use super::properties::{KEEP_OFF, a_failure, a_world};
use super::spec::{FOREIGN_API, Spec, any_spec};
use super::{executed, planned, planned_removal, run};
use crate::observe::{Reach, observe};
use crate::plan::{Action, Options, Plan, plan};
use crate::resources::Resource;
use crate::resources::former_target::FormerTarget;
use crate::resources::route::Route;
use crate::world::{State, World, cases};

fn attached() -> Spec {
    Spec { attach: true, ..Spec::plain() }
}

/// A stack whose route pointed before to an integration that the stack does not own, and that may have been deleted.
fn with_a_former_target(is_there: bool) -> State {
    let mut state = existing(&attached(), true);
    let (id, ours) = state.integrations.iter_mut().find(|(_, one)| one.description.contains("stack=chat")).unwrap();
    let own = format!("integrations/{id}");
    let route = state.routes.values().find(|route| route.target == own).unwrap();
    let mut before = route.clone();
    before.target = "integrations/old".to_owned();
    ours.description = format!("{} {}", ours.description, FormerTarget::of(&before).word());
    if is_there {
        let old = state.integrations["theirs"].clone();
        state.integrations.insert("old".to_owned(), old);
    }
    state
}

/// The plan with `prune` for a template that now has its own API.
fn pruning(state: &State) -> Plan {
    let desired = Spec::plain().desired();
    let observed = run(observe(&World::of(state.clone()), &desired, Reach::Orphans)).unwrap();
    plan(&desired, &observed, &Options { prune: true, ..Options::default() })
}

#[test]
fn a_taken_route_gets_its_former_target_or_is_deleted_without_it() {
    for plan_of in [|state: &State| planned_removal(&attached().desired(), state), pruning] {
        for (is_there, action, reason) in [
            (true, Action::Update, "is restored to its former target integrations/old"),
            (false, Action::Delete, "its former target (integrations/old) does not exist any more"),
        ] {
            let state = with_a_former_target(is_there);
            let plan = plan_of(&state);
            let is_the_route = |route: &Route| route.api_id == FOREIGN_API && route.route_key == "POST /chat";
            let mut steps = plan
                .steps
                .iter()
                .filter(|step| matches!(&step.resource, Resource::Route(route) if is_the_route(route)));
            let step = steps.next().unwrap();
            assert_eq!((step.action, step.reason.as_deref()), (action, Some(reason)));
            let done = executed(&plan, &state, None);
            assert!(done.outcome.is_complete(), "{:?}", done.outcome.failed);
            let routes = done.state.routes.values();
            let targets: Vec<_> = routes.filter(|route| is_the_route(route)).map(|route| &route.target).collect();
            assert_eq!(targets, Vec::from_iter(is_there.then_some("integrations/old")));
        }
    }
}

#[test]
fn resources_behind_a_taken_route_are_deleted_after_it_points_back() {
    let state = with_a_former_target(true);
    for plan in [planned_removal(&attached().desired(), &state), pruning(&state)] {
        let calls = executed(&plan, &state, None).calls;
        let at = |call: &str| calls.iter().position(|one| one == call);
        assert!(at("UpdateRoute") < at("GetDeployments"), "{calls:?}");
        for deletes in ["RemovePermission", "DeleteAlias", "DeleteFunction"] {
            assert!(
                at(deletes).is_none_or(|deleted_at| at("GetDeployments") < Some(deleted_at)),
                "{deletes}: {calls:?}"
            );
        }
    }
}

#[test]
fn routes_recorded_by_the_older_of_two_integrations_point_back_too() {
    let mut state = with_a_former_target(true);
    let (id, older) = state.integrations.iter().find(|(_, one)| one.description.contains("took=")).unwrap();
    // An interrupted replacement has created another integration, which is first and stores no route yet.
    let mut newer = older.clone();
    newer.description = "provisioner:stack=chat provisioner:resource=Integration".to_owned();
    assert!("another" < id.as_str());
    state.integrations.insert("another".to_owned(), newer);
    let done = executed(&planned_removal(&attached().desired(), &state), &state, None);
    assert!(done.outcome.is_complete(), "{:?}", done.outcome.failed);
    assert_eq!(done.state.routes.values().filter(|route| route.target == "integrations/old").count(), 1);
    assert_eq!(Vec::from_iter(done.state.integrations.keys()), ["old", "theirs"]);
}

#[test]
fn more_routes_than_the_integration_can_record_are_not_taken_over() {
    let desired = attached().desired();
    let with_an_authorizer = |id: String| {
        let mut state = foreign();
        let route = state.routes.get_mut("their-route").unwrap();
        route.route_key = "POST /chat".to_owned();
        route.authorizer_id = Some(id);
        state
    };
    let options = Options { take_over: true, ..Options::default() };
    let remembered = "provisioner:stack=chat provisioner:resource=Integration \
                      provisioner:took=POST%20/chat|integrations/theirs|NONE|";
    let room = 1024 - remembered.len();
    assert_eq!(planned(&desired, &with_an_authorizer("a".repeat(room)), options.clone()).blockers, []);
    let plan = planned(&desired, &with_an_authorizer("a".repeat(room + 1)), options);
    let [blocker] = plan.blockers.as_slice() else { panic!("{:#?}", plan.blockers) };
    assert_eq!(
        (blocker.logical_id.as_str(), blocker.cause.as_str()),
        ("Integration", "Description has 1025 characters; the maximum is 1024 (t.yaml:1)")
    );
    assert!(blocker.hint.contains("adopt fewer routes"), "{}", blocker.hint);
}

#[test]
fn an_interrupted_move_to_another_api_keeps_the_first_api_known() {
    let mut state = existing(&attached(), true);
    // `deploy --prune` was killed when the permission for the stack's own API existed in addition to the other one.
    let own = existing(&Spec::plain(), true);
    state.apis.extend(own.apis);
    state.permissions.extend(own.permissions);
    let plain = planned(&Spec::plain().desired(), &state, KEEP_OFF);
    let [blocker] = plain.blockers.as_slice() else { panic!("{:#?}", plain.blockers) };
    assert!(blocker.cause.contains("HTTP API `foreign` still has a route"), "{}", blocker.cause);
    let done = executed(&pruning(&state), &state, None);
    assert!(done.outcome.is_complete(), "{:?}", done.outcome.failed);
    assert!(!done.state.routes.values().any(|route| route.api_id == FOREIGN_API && route.route_key == "POST /chat"));
}

const TAKE_OVER: Options = Options { take_over: true, ..KEEP_OFF };

/// The untagged route with the same key as the stack's.
const THEIRS: &str = "their-chat";

/// A stack that attaches, its resources, and an untagged route with the key of the stack's route and any authorizer.
fn a_stack_and_their_route() -> impl Strategy<Value = (Spec, State, Route)> {
    let authorizers = [("NONE", None), ("JWT", Some("their-pool")), ("CUSTOM", Some("their-code"))];
    let authorizer = proptest::sample::select(authorizers.to_vec());
    (any_spec(true), a_world(true), any::<bool>(), authorizer).prop_map(|(spec, ours, first, (kind, id))| {
        let mut state = if first { foreign() } else { ours };
        let mut theirs = foreign().routes["their-route"].clone();
        theirs.route_key = "POST /chat".to_owned();
        theirs.authorization_type = kind.to_owned();
        theirs.authorizer_id = id.map(str::to_owned);
        state.routes.retain(|_, route| route.route_key != theirs.route_key);
        state.routes.insert(THEIRS.to_owned(), theirs.clone());
        (spec, state, theirs)
    })
}

/// The expected state after the removal of the stack.
fn without_the_stack(theirs: &Route) -> State {
    let mut state = foreign();
    state.routes.insert(THEIRS.to_owned(), theirs.clone());
    state
}

/// The state without AWS's counters.
fn uncounted(state: &State) -> State {
    State { assigned: 0, revisions: BTreeMap::default(), ..state.clone() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(128), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_route_of_others_is_taken_over_and_restored((spec, state, theirs) in a_stack_and_their_route()) {
        let desired = spec.desired();
        let plan = planned(&desired, &state, TAKE_OVER);
        prop_assert_eq!(&plan.blockers, &[]);
        let done = executed(&plan, &state, None);
        prop_assert!(done.outcome.is_complete(), "{:?}", done.outcome.failed);
        judge_takeover(&done.state, &spec, THEIRS, &theirs);
        for options in [KEEP_OFF, TAKE_OVER] {
            let again = planned(&desired, &done.state, options);
            prop_assert!(again.is_empty() && again.blockers.is_empty(), "{again:#?}");
        }
        let destroyed = executed(&planned_removal(&desired, &done.state), &done.state, None);
        prop_assert!(destroyed.outcome.is_complete(), "{:?}", destroyed.outcome.failed);
        prop_assert_eq!(uncounted(&destroyed.state), without_the_stack(&theirs));
    }

    #[test]
    fn an_interrupted_takeover_keeps_the_former_target(
        (spec, state, theirs) in a_stack_and_their_route(),
        at in any::<prop::sample::Index>(),
        failure in a_failure(),
        onwards in any::<bool>(),
    ) {
        let desired = spec.desired();
        let plan = planned(&desired, &state, TAKE_OVER);
        let calls: usize = plan.steps.iter().map(|step| step.calls.len()).sum();
        let mut state = executed(&plan, &state, Some((at.index(calls), failure))).state;
        if onwards {
            let done = executed(&planned(&desired, &state, TAKE_OVER), &state, None);
            prop_assert!(done.outcome.is_complete(), "{:?}", done.outcome.failed);
            judge_takeover(&done.state, &spec, THEIRS, &theirs);
            state = done.state;
        }
        let destroyed = executed(&planned_removal(&desired, &state), &state, None);
        prop_assert!(destroyed.outcome.is_complete(), "{:?}", destroyed.outcome.failed);
        prop_assert_eq!(uncounted(&destroyed.state), without_the_stack(&theirs));
    }

    #[test]
    fn a_route_of_others_is_taken_over_only_on_request(
        (spec, state, theirs) in a_stack_and_their_route(),
        adopt in any::<bool>(),
    ) {
        let plan = planned(&spec.desired(), &state, Options { adopt, ..KEEP_OFF });
        prop_assert_eq!(plan.blockers.iter().map(|one| one.logical_id.as_str()).collect::<Vec<_>>(), ["Route"]);
        // Even if the plan were executed, it would not change the route.
        let done = executed(&plan, &state, None);
        prop_assert_eq!(&done.state.routes[THEIRS], &theirs);
        prop_assert_eq!(foreign_part(&done.state), foreign());
    }
}
