//! An integration that was created by hand and that routes outside the stack also use.

use super::judge::{existing, judge};
use super::properties::KEEP_OFF;
use super::spec::{FOREIGN_API, Spec};
use super::{executed, planned, planned_removal};
use crate::plan::{Action, Options, Plan};
use crate::world::{CallFailure, State};

const ADOPT: Options = Options { adopt: true, ..KEEP_OFF };

/// The foreign route in addition to the chat's.
const HEALTH: &str = "their-health";

/// A stack that attaches and changes the function.
fn wanted() -> Spec {
    Spec { memory: Some(512), ..attached() }
}

fn attached() -> Spec {
    Spec { attach: true, ..Spec::plain() }
}

/// The stack's resources, created by the stack or by hand, and a foreign route to its integration.
fn shared(ours: bool) -> State {
    let mut state = existing(&attached(), ours);
    let chat = state.routes.values().find(|route| route.route_key == "POST /chat").unwrap();
    let mut health = chat.clone();
    health.route_key = "GET /health".to_owned();
    state.routes.insert(HEALTH.to_owned(), health);
    state
}

/// The target of the chat's route.
fn target(state: &State) -> &str {
    let mut routes = state.routes.values().filter(|route| route.api_id == FOREIGN_API);
    &routes.find(|route| route.route_key == "POST /chat").unwrap().target
}

/// The state without the foreign resources.
fn own_part(mut state: State) -> State {
    let health = state.routes.remove(HEALTH).unwrap();
    state.integrations.remove(health.target.strip_prefix("integrations/").unwrap());
    state
}

#[test]
fn a_shared_integration_is_kept_and_the_route_gets_its_own() {
    let (before, desired) = (shared(false), wanted().desired());
    let refused = planned(&desired, &before, KEEP_OFF);
    let route = refused.blockers.iter().find(|blocker| blocker.logical_id == "Route").unwrap();
    assert!(route.hint.contains("`provisioner deploy --adopt`"), "{route:?}");

    let plan = planned(&desired, &before, ADOPT);
    assert_eq!(plan.blockers, []);
    let action = |id: &str| plan.steps.iter().find(|step| step.id == id).map(|step| step.action);
    assert_eq!((action("Integration"), action("Route")), (Some(Action::Create), Some(Action::Adopt)));
    let route = plan.steps.iter().find(|step| step.id == "Route").unwrap();
    assert_eq!(
        route.reason.as_deref(),
        Some("pointed away from integrations/int1, which routes of other owners also use")
    );
    let done = executed(&plan, &before, None);
    assert!(done.outcome.is_complete(), "{:?}", done.outcome.failed);
    assert_eq!(done.state.integrations["int1"], before.integrations["int1"]);
    assert_eq!(done.state.routes[HEALTH], before.routes[HEALTH]);
    judge(&own_part(done.state.clone()), &wanted());
    assert!(planned(&desired, &done.state, KEEP_OFF).is_empty());

    let destroyed = executed(&planned_removal(&desired, &done.state), &done.state, None);
    assert!(destroyed.outcome.is_complete(), "{:?}", destroyed.outcome.failed);
    assert_eq!(destroyed.state.routes[HEALTH], before.routes[HEALTH]);
    assert_eq!(Vec::from_iter(destroyed.state.integrations.keys()), ["int1", "theirs"]);
}

#[test]
fn outside_callers_are_noted_before_an_update_and_before_a_destroy() {
    let (before, desired) = (shared(false), wanted().desired());
    let plan = planned(&desired, &before, ADOPT);
    let of_function =
        |plan: &Plan| plan.notes.iter().find(|note| note.logical_id.as_deref() == Some("Function")).cloned();
    let note = of_function(&plan).unwrap();
    assert_eq!(
        note.text,
        "`GET /health` of API foreign points to function `chat` itself: its callers get each change at once and without a smoke test"
    );
    let done = executed(&plan, &before, None).state;
    assert_eq!(of_function(&planned(&desired, &done, KEEP_OFF)), None, "without a change there is no note");
    let note = of_function(&planned_removal(&desired, &done)).unwrap();
    assert!(
        note.text.starts_with("`GET /health` of API foreign points to function `chat`, which is deleted"),
        "{note:?}"
    );
}

#[test]
fn a_function_changes_after_the_move_of_its_callers_is_deployed() {
    // Through another integration of the stack, or through the one that was created by hand.
    for (before, moved_by) in [(shared(false), "UpdateRoute"), (existing(&attached(), false), "UpdateIntegration")] {
        let calls = executed(&planned(&wanted().desired(), &before, ADOPT), &before, None).calls;
        let steps = [moved_by, "GetDeployments", "UpdateFunctionConfiguration"];
        let at = steps.map(|step| calls.iter().position(|call| call == step));
        assert!(at.iter().all(Option::is_some) && at.is_sorted(), "{calls:?}");
        assert_eq!(calls.iter().filter(|call| *call == "GetDeployments").count(), 1, "{calls:?}");
    }
}

#[test]
fn a_moved_route_gets_whole_releases_wherever_a_run_is_killed() {
    let (before, desired) = (shared(false), wanted().desired());
    let calls = executed(&planned(&desired, &before, ADOPT), &before, None).calls.len();
    for first in 0..calls {
        for second in 0..calls {
            let killed_at = |call: usize, state: &State| {
                let killed = executed(&planned(&desired, state, ADOPT), state, Some((call, CallFailure::Killed))).state;
                // Through the foreign integration callers get the function itself, so it must be unchanged.
                let unchanged = |name: &str| killed.functions[name].release() == before.functions[name].release();
                assert!(target(&killed) != "integrations/int1" || unchanged("chat"), "killed at {first}, {second}");
                killed
            };
            let killed = killed_at(second, &killed_at(first, &before));
            let done = executed(&planned(&desired, &killed, ADOPT), &killed, None);
            assert!(done.outcome.is_complete(), "{:?}", done.outcome.failed);
            judge(&own_part(done.state), &wanted());
        }
    }
}

#[test]
fn an_adopted_integration_is_kept_while_outside_routes_use_it() {
    let (before, desired) = (shared(true), attached().desired());
    assert!(planned(&desired, &before, ADOPT).is_empty());
    let removal = planned_removal(&desired, &before);
    let step = removal.steps.iter().find(|step| step.id == "Integration").unwrap();
    assert_eq!((step.action, step.reason.as_deref()), (Action::Leave, Some("`GET /health` also points to it")));
    let destroyed = executed(&removal, &before, None);
    assert!(destroyed.outcome.is_complete(), "{:?}", destroyed.outcome.failed);
    assert_eq!(destroyed.state.routes[HEALTH], before.routes[HEALTH]);
    assert_eq!(Vec::from_iter(destroyed.state.integrations.keys()), ["int1", "theirs"]);
}
