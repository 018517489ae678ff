//! Plans of a few hundred generated stacks, as `generated.jsonl` keeps them.
//!
//! A change of the planner's structure leaves this file unchanged. A change of its behaviour changes lines, and the
//! commit says why. Each plan begins with a line that names its case; the lines after it are its steps, blockers, notes
//! and smoke tests. A step that keeps its resource is only named. The calls of a step are kept as a digest, so that
//! a changed argument of a call is noticed too.

use std::fmt::Write as _;
use std::path::Path;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::judge::{existing, foreign};
use super::properties::{a_stack_and_its_world, a_world};
use super::releases::{point, rollback_of};
use super::spec::{Spec, any_spec};
use super::{executed, planned, planned_removal, run};
use crate::desired::Desired;
use crate::observe::{Reach, observe};
use crate::plan::{Action, Back, Canary, Options, Plan, Step, plan};
use crate::world::{CallFailure, State, World};

/// How many stacks are generated; each one has several plans.
const STACKS: usize = 40;

#[test]
fn generated_plans_are_as_kept() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/plan/tests/generated.jsonl");
    let now = all_plans();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&file, &now).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap();
    let differs = |(one, other): &(&str, &str)| one != other;
    if let Some((kept, now)) = kept.lines().zip(now.lines()).find(differs) {
        panic!(
            "a generated plan has changed:\n- {kept}\n+ {now}\n`UPDATE_DOCS=1 cargo test --workspace --locked \
             generated_plans` writes {}",
            file.display()
        );
    }
    assert_eq!(kept.lines().count(), now.lines().count());
}

fn all_plans() -> String {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let mut text = String::new();
    for index in 0..STACKS {
        let (spec, world) = generated(&mut runner, a_stack_and_its_world());
        let old = generated(&mut runner, any_spec(spec.attach));
        let later = generated(&mut runner, any_spec(spec.attach));
        for (case, plan) in plans_of(&spec, &world, &old, &later) {
            write_plan(&mut text, &format!("{index} {case}"), &plan);
        }
    }
    for (case, plan) in single_plans() {
        write_plan(&mut text, case, &plan);
    }
    text
}

fn generated<T: std::fmt::Debug>(runner: &mut TestRunner, strategy: impl Strategy<Value = T>) -> T {
    strategy.new_tree(runner).unwrap().current()
}

/// The plans of one stack: from an incomplete state, over an earlier release, with each option that changes a release,
/// after an interrupted run, over resources that were created by hand, and for its removal.
fn plans_of(spec: &Spec, world: &State, old: &Spec, later: &Spec) -> Vec<(&'static str, Plan)> {
    let desired = spec.desired();
    let smoke = Options { smoke: true, keep_versions: Some(2), ..Options::default() };
    let canary = Options { canary: Some(Canary { percent: 10, bake_seconds: 300 }), ..smoke.clone() };
    let adopt = Options { adopt: true, ..smoke.clone() };
    let before = existing(old, true);
    let by_hand = existing(&Spec { integration_type: "AWS_PROXY", ..old.clone() }, false);
    let released = executed(&planned(&later.desired(), &before, smoke.clone()), &before, None).state;
    let first = planned(&desired, &by_hand, adopt.clone());
    let calls: usize = first.steps.iter().map(|step| step.calls.len()).sum();
    let interrupted = executed(&first, &by_hand, Some((calls / 2, CallFailure::Killed))).state;
    vec![
        ("from an incomplete state", planned(&desired, world, smoke.clone())),
        ("over a release", planned(&desired, &before, smoke)),
        ("over two releases, one version kept", {
            planned(&desired, &released, Options { keep_versions: Some(1), ..Options::default() })
        }),
        ("canary", planned(&desired, &released, canary)),
        ("adoption", first),
        ("after an interrupted adoption", planned(&desired, &interrupted, adopt)),
        ("removal", planned_removal(&desired, &released)),
    ]
}

/// One plan for each case that the generated stacks do not have: several aliases, several functions with one role, and
/// the options and commands that need a certain state.
fn single_plans() -> Vec<(&'static str, Plan)> {
    let with = |action, memory| Spec { policies: [("Read", action)].into(), memory: Some(memory), ..Spec::plain() };
    let (old, new) = (with("s:Get", 128), with("s:Put", 512));
    let smoke = Options { smoke: true, keep_versions: Some(2), ..Options::default() };
    let adopt = Options { adopt: true, ..smoke.clone() };
    let canary = Some(Canary { percent: 10, bake_seconds: 300 });
    let by_hand = existing(&old, false);
    let two_aliases = deployed(&with_beta(&old), &State::default());
    let two_functions = deployed(&with_second(&old), &State::default());
    let is_updated = |step: &Step| step.resource.is_changed_by_update();
    let attached = Spec { attach: true, ..new.clone() };
    let mut their_route = foreign();
    for route in their_route.routes.values_mut() {
        route.route_key = "POST /chat".to_owned();
    }
    let take_over = Options { take_over: true, ..smoke.clone() };
    let taken = planned(&attached.desired(), &their_route, take_over);
    let taken_over = executed(&taken, &their_route, None).state;
    let released = deployed(&Spec { memory: Some(512), ..Spec::plain() }.desired(), &existing(&Spec::plain(), true));
    let mut in_a_canary = released.clone();
    point(&mut in_a_canary, "live", 1, Some((2, 0.1)));
    let back = Back { to: None, smoke: true };
    vec![
        ("two aliases, canary", planned(&with_beta(&new), &two_aliases, Options { canary, ..smoke.clone() })),
        ("two aliases, adoption", planned(&with_beta(&new), &by_hand, adopt.clone())),
        ("adoption with a canary", planned(&new.desired(), &by_hand, Options { canary, ..adopt })),
        ("two functions with one role", planned(&with_second(&new), &two_functions, smoke.clone())),
        ("update of two functions", {
            planned(&with_second(&new), &two_functions, smoke.clone()).only(is_updated, "`deploy` does this")
        }),
        ("prune", pruned(&old.desired(), &two_functions, &Options { prune: true, ..smoke })),
        ("take-over", taken),
        ("removal of a taken route", planned_removal(&attached.desired(), &taken_over)),
        ("rollback", rollback_of(&released, &back).unwrap()),
        ("rollback during a canary", rollback_of(&in_a_canary, &back).unwrap()),
    ]
}

/// The state after a deploy.
fn deployed(desired: &Desired, state: &State) -> State {
    executed(&planned(desired, state, Options::default()), state, None).state
}

/// The plan of `deploy --prune`, which looks for orphans.
fn pruned(desired: &Desired, state: &State, options: &Options) -> Plan {
    plan(desired, &run(observe(&World::of(state.clone()), desired, Reach::Orphans)).unwrap(), options)
}

/// The stack with a second alias of its function.
fn with_beta(spec: &Spec) -> Desired {
    let mut template = spec.template();
    template["Resources"]["Beta"] = template["Resources"]["Alias"].clone();
    template["Resources"]["Beta"]["Properties"]["Name"] = json!("beta");
    spec.desired_by(&template)
}

/// The stack with a second function, which has the same role, and its alias.
fn with_second(spec: &Spec) -> Desired {
    let mut template = spec.template();
    for (id, other) in [("Function", "Second"), ("Version", "SecondVersion"), ("Alias", "SecondAlias")] {
        template["Resources"][other] = template["Resources"][id].clone();
    }
    template["Resources"]["Second"]["Properties"]["FunctionName"] = json!("second");
    template["Resources"]["SecondVersion"]["Properties"]["FunctionName"] = json!({"Ref": "Second"});
    template["Resources"]["SecondAlias"]["Properties"]["FunctionName"] = json!({"Ref": "Second"});
    let version = json!({"Fn::GetAtt": ["SecondVersion", "Version"]});
    template["Resources"]["SecondAlias"]["Properties"]["FunctionVersion"] = version;
    spec.desired_by(&template)
}

fn write_plan(text: &mut String, case: &str, plan: &Plan) {
    writeln!(text, "{}", json!({ "case": case })).unwrap();
    for step in &plan.steps {
        writeln!(text, "{}", step_line(step)).unwrap();
    }
    let parts = serde_json::to_value(plan).unwrap();
    for list in ["transitions", "blockers", "notes", "smokeTests"] {
        for one in parts[list].as_array().into_iter().flatten() {
            writeln!(text, "{}", json!({ list: one })).unwrap();
        }
    }
}

fn step_line(step: &Step) -> Value {
    if step.action == Action::Keep {
        return json!({ "keep": step.id, "needs": step.needs });
    }
    let mut line = serde_json::to_value(step).unwrap();
    let mut sent = serde_json::to_value((&step.batches, &step.cleanup, &step.undo, &step.ids)).unwrap();
    sent.sort_all_objects(); // the order of a type's fields is not behaviour
    let sent = sent.to_string();
    let digest: String = Sha256::digest(sent)[..4].iter().map(|byte| format!("{byte:02x}")).collect();
    line["sent"] = json!(digest);
    for same in ["kind", "logicalId"] {
        line.as_object_mut().unwrap().remove(same);
    }
    line
}

#[test]
fn the_generated_states_differ() {
    let mut runner = TestRunner::deterministic();
    let states: Vec<State> = (0..4).map(|_| generated(&mut runner, a_world(false))).collect();
    assert!(states.windows(2).all(|two| two[0] != two[1]));
}
