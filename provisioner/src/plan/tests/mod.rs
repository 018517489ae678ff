//! Tests the planner by the state of the in-memory AWS after the execution.

mod adoption;
mod afterwards;
mod canary;
mod check;
mod generated;
pub(crate) mod judge;
mod leftovers;
mod lists;
mod misnamed;
mod order;
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
use crate::world::{State, Trouble, World};

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
    plan_destroy(desired, &run(observe(&world, desired, Reach::Leftovers)).unwrap())
}

/// The result of a plan: the state afterwards, the calls, and the outcome.
struct Done {
    state: State,
    calls: Vec<String>,
    outcome: Outcome,
}

/// Executes a plan.
fn carried_out(plan: &Plan, state: &State, trouble: Option<(usize, Trouble)>) -> Done {
    let world = World::of(state.clone());
    let world = match trouble {
        Some((call, trouble)) => world.with_trouble(call, trouble),
        None => world,
    };
    let outcome = run(execute(plan, &world, &Stop::default(), &|_| {}));
    let calls = world.made().into_iter().map(|made| made.operation).collect();
    Done { state: world.state(), calls, outcome }
}
