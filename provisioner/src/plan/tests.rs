//! Tests the planner by the state of the in-memory AWS after the execution.

mod adoption;
mod afterwards;
mod canary;
mod check;
mod generated;
pub(crate) mod judge;
mod lists;
mod misnamed;
mod order;
mod orphans;
mod permission;
mod properties;
mod references;
mod registry;
mod releases;
mod rights;
pub(crate) mod schema;
mod served;
mod shared;
pub(crate) mod spec;
mod takeover;

use crate::desired::Desired;
use crate::execute::{Outcome, Stop, execute};
use crate::observe::{Reach, observe};
use crate::plan::{Options, Plan, plan, plan_destroy};
use crate::world::{CallFailure, State, World};

/// Runs a future to completion. The in-memory AWS needs no network.
pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
}

/// The plan that `plan` would show.
pub(crate) fn planned(desired: &Desired, state: &State, options: Options) -> Plan {
    let world = World::of(state.clone());
    plan(desired, &run(observe(&world, desired, Reach::Surroundings)).unwrap(), &options)
}

/// The plan that `destroy` would show.
pub(crate) fn planned_removal(desired: &Desired, state: &State) -> Plan {
    let world = World::of(state.clone());
    plan_destroy(desired, &run(observe(&world, desired, Reach::Orphans)).unwrap())
}

/// The result of a plan: the state afterwards, the calls, and the outcome.
struct Done {
    state: State,
    calls: Vec<String>,
    outcome: Outcome,
}

/// Executes a plan.
fn executed(plan: &Plan, state: &State, failure: Option<(usize, CallFailure)>) -> Done {
    let world = World::of(state.clone());
    let world = match failure {
        Some((call, failure)) => world.with_failure(call, failure),
        None => world,
    };
    let outcome = run(execute(plan, &world, &Stop::default(), &|_| {}));
    let calls = world.sent().into_iter().map(|call| call.operation).collect();
    Done { state: world.state(), calls, outcome }
}
