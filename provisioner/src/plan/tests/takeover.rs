//! Routes of somebody else that a stack takes over, and lets go of.

use super::judge::{existing, foreign};
use super::spec::{FOREIGN_API, Spec};
use super::{carried_out, planned, planned_removal, run};
use crate::observe::{Reach, observe};
use crate::plan::{Action, Options, Plan, plan};
use crate::resources::Resource;
use crate::resources::route::Route;
use crate::resources::taken::Taken;
use crate::world::{State, World};

fn attached() -> Spec {
    Spec { attach: true, ..Spec::plain() }
}

/// A stack whose route led to an integration of somebody else before, which is there or not.
fn with_a_taken_route(is_there: bool) -> State {
    let mut state = existing(&attached(), true);
    let (id, ours) = state.integrations.iter_mut().find(|(_, one)| one.description.contains("stack=chat")).unwrap();
    let own = format!("integrations/{id}");
    let route = state.routes.values().find(|route| route.target == own).unwrap();
    let before = Route { target: "integrations/old".to_owned(), ..route.clone() };
    ours.description = format!("{} {}", ours.description, Taken::of(&before).word());
    if is_there {
        let old = state.integrations["theirs"].clone();
        state.integrations.insert("old".to_owned(), old);
    }
    state
}

/// The plan that prunes, for a template that has its own API now.
fn pruning(state: &State) -> Plan {
    let desired = Spec::plain().desired();
    let observed = run(observe(&World::of(state.clone()), &desired, Reach::Leftovers)).unwrap();
    plan(&desired, &observed, &Options { prune: true, ..Options::default() })
}

#[test]
fn a_taken_route_goes_back_to_where_it_led_and_goes_where_that_is_gone() {
    for plan_of in [|state: &State| planned_removal(&attached().desired(), state), pruning] {
        for (is_there, action, reason) in [
            (true, Action::Update, "goes back to integrations/old, where it led before"),
            (false, Action::Delete, "where it led before (integrations/old) is gone"),
        ] {
            let state = with_a_taken_route(is_there);
            let plan = plan_of(&state);
            let is_the_taken = |route: &Route| route.api_id == FOREIGN_API && route.route_key == "POST /chat";
            let mut steps = plan
                .steps
                .iter()
                .filter(|step| matches!(&step.resource, Resource::Route(route) if is_the_taken(route)));
            let step = steps.next().unwrap();
            assert_eq!((step.action, step.reason.as_deref()), (action, Some(reason)));
            let done = carried_out(&plan, &state, None);
            assert!(done.outcome.is_complete(), "{:?}", done.outcome.failed);
            let routes = done.state.routes.values();
            let targets: Vec<_> = routes.filter(|route| is_the_taken(route)).map(|route| &route.target).collect();
            assert_eq!(targets, Vec::from_iter(is_there.then_some("integrations/old")));
        }
    }
}

#[test]
fn more_than_the_integration_can_remember_is_not_taken_over() {
    let desired = attached().desired();
    let with_an_authorizer = |id: String| {
        let mut state = foreign();
        let route = state.routes.get_mut("their-route").unwrap();
        *route = Route { route_key: "POST /chat".to_owned(), authorizer_id: Some(id), ..route.clone() };
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
        ("Integration", "Description has 1025 characters; AWS takes 1024")
    );
    assert!(blocker.hint.contains("take over fewer routes"), "{}", blocker.hint);
}
