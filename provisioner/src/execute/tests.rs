//! The order and the concurrency of a plan's execution, measured by the paused clock of the in-memory AWS.

use std::collections::BTreeMap;

use super::*;
use crate::observe::{Reach, observe};
use crate::plan::tests::judge::existing;
use crate::plan::tests::spec::Spec;
use crate::plan::{Options, plan, plan_destroy};
use crate::world::{CallFailure, State, World};

const SECOND: Duration = Duration::from_secs(1);

async fn planned(spec: &Spec, state: &State) -> Plan {
    let desired = spec.desired();
    plan(
        &desired,
        &observe(&World::of(state.clone()), &desired, Reach::Surroundings).await.unwrap(),
        &Options::default(),
    )
}

/// An in-memory AWS in which every call takes a second.
fn slow(state: &State) -> World {
    World::of(state.clone()).with_latency(SECOND)
}

/// The second in which each call began.
fn begun(world: &World) -> BTreeMap<String, u64> {
    world.sent().into_iter().map(|call| (call.operation, call.begun.as_secs())).collect()
}

fn operations(world: &World) -> Vec<String> {
    world.sent().into_iter().map(|call| call.operation).collect()
}

fn seconds(expected: &[(&str, u64)]) -> BTreeMap<String, u64> {
    expected.iter().map(|(operation, second)| ((*operation).to_owned(), *second)).collect()
}

#[tokio::test(start_paused = true)]
async fn a_step_starts_when_its_needs_are_done() {
    let spec = Spec { policies: [("Read", "s:Get")].into(), ..Spec::plain() };
    let world = slow(&State::default());
    let desired = spec.desired();
    let observed = observe(&World::of(State::default()), &desired, Reach::Surroundings).await.unwrap();
    let plan = plan(&desired, &observed, &Options { smoke: true, ..Options::default() });
    let outcome = execute(&plan, &world, &Stop::default(), &|_| {}).await;
    assert!(outcome.is_complete(), "{:?}", outcome.failed);
    assert_eq!(
        begun(&world),
        seconds(&[
            // These need nothing, so they overlap.
            ("CreateRole", 0),
            ("CreateLogGroup", 0),
            ("CreateApi", 0),
            ("CreateTable", 0),
            // The stage waits for the API only, while the role gets its policy.
            ("CreateStage", 1),
            ("PutRolePolicy", 1),
            // The function waits for the role only, and publishes its version itself.
            ("CreateFunction", 1),
            ("Invoke", 2),
            ("CreateAlias", 3),
            ("AddPermission", 4),
            ("CreateIntegration", 4),
            // Callers are last: when the alias points to a version and they have permission to call it.
            ("CreateRoute", 5),
        ])
    );
}

#[tokio::test(start_paused = true)]
async fn calls_of_one_batch_overlap_and_batches_follow_each_other() {
    let spec = Spec {
        policies: [("Read", "s:Get"), ("Write", "s:Put")].into(),
        managed: ["arn:aws:iam::aws:policy/Basic"].into(),
        ..Spec::plain()
    };
    let world = slow(&State::default());
    execute(&planned(&spec, &State::default()).await, &world, &Stop::default(), &|_| {}).await;
    let of_role = world.sent().into_iter().filter(|call| call.operation.contains("RolePolicy"));
    assert_eq!(of_role.map(|call| (call.begun, call.ended)).collect::<Vec<_>>(), [(SECOND, 2 * SECOND); 3]);
}

#[tokio::test(start_paused = true)]
async fn after_a_refused_call_running_calls_end_and_dependent_steps_do_not_start() {
    let plan = planned(&Spec::plain(), &State::default()).await;
    let world = slow(&State::default()).with_failure(0, CallFailure::Refused);
    let outcome = execute(&plan, &world, &Stop::default(), &|_| {}).await;
    let (failed, error) = &outcome.failed[0];
    assert_eq!((outcome.failed.len(), error.headline()), (1, format!("{}: AccessDenied", operations(&world)[0])));
    // The concurrent steps are complete and reported as such; no other step was started.
    assert_eq!(world.sent().len(), 1 + outcome.done.len());
    assert!(world.sent().iter().all(|call| call.begun.is_zero()));
    let total = outcome.done.len() + outcome.not_done.len() + outcome.failed.len();
    assert_eq!(total, plan.steps.len());
    for step in plan.steps.iter().filter(|step| step.needs.contains(failed)) {
        assert!(outcome.not_done.contains(&step.logical_id), "{} was begun", step.logical_id);
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_request_to_stop_no_call_is_sent_and_the_outcome_is_stopped() {
    let spec = Spec { policies: [("Read", "s:Get")].into(), ..Spec::plain() };
    let plan = planned(&spec, &State::default()).await;
    let world = slow(&State::default());
    let stop = Stop::default();
    let outcome = execute(&plan, &world, &stop, &|event| {
        if matches!(event, Event::Started(_)) {
            stop.cancel();
        }
    })
    .await;
    assert!(outcome.stopped && outcome.failed.is_empty() && !outcome.is_complete());
    assert!(world.sent().iter().all(|call| call.begun.is_zero()), "{:?}", world.sent());
    assert_eq!(outcome.done.len() + outcome.not_done.len(), plan.steps.len());
    assert!(outcome.not_done.contains(&"Role".to_owned()), "its policy was not put: {:?}", outcome.not_done);
}

#[tokio::test(start_paused = true)]
async fn a_stop_before_the_first_call_sends_nothing() {
    let plan = planned(&Spec::plain(), &State::default()).await;
    let (world, stop) = (slow(&State::default()), Stop::default());
    stop.cancel();
    let outcome = execute(&plan, &world, &stop, &|_| {}).await;
    assert_eq!(operations(&world), Vec::<String>::new());
    assert_eq!(outcome.not_done.len(), plan.steps.len());
    assert!(outcome.stopped);
}

#[tokio::test(start_paused = true)]
async fn a_stop_during_a_canary_leaves_its_share_and_the_outcome_reports_it() {
    let state = existing(&Spec::plain(), true);
    let desired = Spec { memory: Some(512), ..Spec::plain() }.desired();
    let observed = observe(&World::of(state.clone()), &desired, Reach::Surroundings).await.unwrap();
    let canary = Some(crate::plan::Canary { percent: 10, bake_seconds: 300 });
    let plan = plan(&desired, &observed, &Options { canary, ..Options::default() });
    let (world, stop) = (slow(&state), Stop::default());
    let stopping = async {
        // During the last metric query except one.
        tokio::time::sleep(4 * SECOND + SECOND / 2).await;
        stop.cancel();
    };
    let (outcome, ()) = tokio::join!(execute(&plan, &world, &stop, &|_| {}), stopping);
    let release = ["UpdateFunctionConfiguration", "PublishVersion", "GetFunction", "GetMetricData", "UpdateAlias"];
    assert_eq!(operations(&world), [&release[..], &["GetMetricData"]].concat());
    assert_eq!((outcome.left_open, outcome.undone, outcome.stopped), (vec!["Alias".to_owned()], Vec::new(), true));
    let alias = &world.state().aliases[&("chat".to_owned(), "live".to_owned())];
    assert_eq!(alias.routing_config.share_of("2"), Some(0.1));
}

/// A plan that replaces the permission and changes the function in the same run, and the state that it is for.
async fn a_replacement() -> (Plan, State) {
    let state = existing(&Spec::plain(), true);
    let spec = Spec { source: "talk", memory: Some(512), ..Spec::plain() };
    (planned(&spec, &state).await, state)
}

#[tokio::test(start_paused = true)]
async fn a_replaced_resource_is_deleted_last() {
    let (plan, state) = a_replacement().await;
    let world = slow(&state);
    assert!(execute(&plan, &world, &Stop::default(), &|_| {}).await.is_complete());
    let release = ["UpdateFunctionConfiguration", "PublishVersion", "GetFunction", "UpdateAlias"];
    assert_eq!(operations(&world), [&release[..], &["AddPermission", "RemovePermission"]].concat());
}

#[tokio::test(start_paused = true)]
async fn a_replaced_resource_is_kept_after_a_failure() {
    let (plan, state) = a_replacement().await;
    let world = slow(&state).with_failure(4, CallFailure::Refused);
    let outcome = execute(&plan, &world, &Stop::default(), &|_| {}).await;
    assert_eq!(operations(&world)[4..], ["AddPermission"]);
    assert_eq!(outcome.failed.len(), 1);
    assert_eq!(world.state().permissions, state.permissions, "the old permission still lets the API in");
}

#[tokio::test(start_paused = true)]
async fn a_failed_cleanup_is_reported() {
    let (plan, state) = a_replacement().await;
    let world = slow(&state).with_failure(5, CallFailure::Refused);
    let outcome = execute(&plan, &world, &Stop::default(), &|_| {}).await;
    assert_eq!(outcome.failed.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["Permission"]);
    assert!(!outcome.done.contains(&"Permission".to_owned()), "a step is either done or failed");
    assert!(outcome.wrote);
}

#[tokio::test(start_paused = true)]
async fn a_removal_runs_in_reverse_order() {
    let state = existing(&Spec::plain(), true);
    let desired = Spec::plain().desired();
    let plan = plan_destroy(&desired, &observe(&World::of(state.clone()), &desired, Reach::Resources).await.unwrap());
    let world = slow(&state);
    assert!(execute(&plan, &world, &Stop::default(), &|_| {}).await.is_complete());
    let begun = begun(&world);
    for (first, then) in [
        ("DeleteRoute", "DeleteIntegration"),
        ("DeleteIntegration", "DeleteFunction"),
        ("RemovePermission", "DeleteFunction"),
        ("DeleteFunction", "DeleteRole"),
        ("DeleteFunction", "DeleteLogGroup"),
        ("DeleteStage", "DeleteApi"),
    ] {
        assert!(begun[first] < begun[then], "{first} should come before {then}: {begun:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_start_and_the_end_of_every_step_are_reported() {
    let plan = planned(&Spec::plain(), &State::default()).await;
    let events = std::sync::Mutex::new(Vec::new());
    let world = slow(&State::default()).with_failure(0, CallFailure::Refused);
    execute(&plan, &world, &Stop::default(), &|event| {
        events.lock().unwrap().push(match event {
            Event::Started(step) => format!("started {}", step.logical_id),
            Event::Finished(step, took) => format!("finished {} in {took:?}", step.logical_id),
            Event::Failed(step) => format!("failed {}", step.logical_id),
        });
    })
    .await;
    let mut events = events.into_inner().unwrap();
    events.sort();
    insta::assert_snapshot!(events.join("\n"), @r#"
    failed Role
    finished Api in 1s
    finished Logs in 1s
    finished Table in 1s
    started Api
    started Logs
    started Role
    started Table
    "#);
}

/// A plan in which nothing is known of the stack's resources except the account.
async fn with_unknown(change: impl Fn(&mut Plan)) -> (Outcome, World) {
    let mut plan = planned(&Spec::plain(), &State::default()).await;
    change(&mut plan);
    let world = slow(&State::default());
    let outcome = execute(&plan, &world, &Stop::default(), &|_| {}).await;
    (outcome, world)
}

fn group_named(name: &str) -> Call {
    let group = serde_json::json!({"LogGroup": {"DeleteLogGroup": {"log_group_name": name}}});
    serde_json::from_value(group).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_call_with_an_unknown_value_is_never_sent() {
    let unknown = crate::template::Reference::new("Role", "Aarn").to_string();
    let text = "`log_group_name` contains `${Role.Aarn}`, which is not known";
    let logs = |plan: &mut Plan| plan.steps.iter().position(|step| step.logical_id == "Logs").unwrap();

    let (outcome, world) = with_unknown(|plan| {
        let at = logs(plan);
        plan.steps[at].batches = vec![vec![group_named(&unknown)]];
    })
    .await;
    let (step, error) = &outcome.failed[0];
    assert_eq!(step, "Logs");
    assert!(error.headline().starts_with(&format!("sending DeleteLogGroup for `Logs`: {text}")), "{error}");
    assert!(!operations(&world).contains(&"DeleteLogGroup".to_owned()));

    let (outcome, world) = with_unknown(|plan| {
        let at = logs(plan);
        plan.steps[at].cleanup = vec![vec![group_named(&unknown)]];
    })
    .await;
    assert!(outcome.failed.iter().any(|(id, error)| id == "Logs" && error.headline().contains(text)), "{outcome:?}");
    assert!(!outcome.done.contains(&"Logs".to_owned()) && !operations(&world).contains(&"DeleteLogGroup".to_owned()));

    let (outcome, world) = with_unknown(|plan| {
        let at = logs(plan);
        plan.steps[at].batches = vec![vec![group_named("no-such-group"), group_named(&unknown)]];
        plan.steps[at].undo = Some(crate::plan::Undo { batch: 0, calls: vec![vec![group_named(&unknown)]] });
    })
    .await;
    let (_, error) = &outcome.failed[0];
    assert_eq!(error.headline().matches(text).count(), 2, "the batch and its undo: {error}");
    assert!(!operations(&world).contains(&"DeleteLogGroup".to_owned()), "nothing of a batch is sent");
}

#[tokio::test(start_paused = true)]
async fn a_call_with_a_part_of_a_reference_is_not_sent() {
    for part in ["\u{fdd0}Um9sZS5Bcm4", "Um9sZS5Bcm4\u{fdd1}", "\u{fdd0}?\u{fdd1}"] {
        let mut plan = planned(&Spec::plain(), &State::default()).await;
        let step = plan.steps.iter_mut().find(|step| step.kind == "AWS::Logs::LogGroup").unwrap();
        let call = serde_json::to_string(&step.batches[0][0]).unwrap().replace(&step.name, part);
        step.batches[0][0] = serde_json::from_str(&call).unwrap();
        let world = World::of(State::default());
        let outcome = execute(&plan, &world, &Stop::default(), &|_| {}).await;
        let failed = outcome.failed[0].1.to_string();
        assert!(failed.contains("it contains a part of a reference"), "{failed}");
        assert!(!operations(&world).contains(&"CreateLogGroup".to_owned()));
    }
}
