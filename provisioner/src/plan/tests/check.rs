//! Which versions are asked a chat before callers get them.

use serde_json::json;

use super::judge::existing;
use super::spec::Spec;
use super::{a_chat, planned};
use crate::plan::{Checks, Options, Plan};
use crate::world::State;

/// The stack with a worker that no caller's message comes to.
fn with_a_worker(state: &State, check: Option<Checks>) -> Plan {
    let mut template = Spec { memory: Some(2048), ..Spec::plain() }.template();
    let resources = &mut template["Resources"];
    for (id, property, value) in
        [("Function", "FunctionName", json!("worker")), ("Version", "FunctionName", json!({"Ref": "WorkerFunction"}))]
    {
        resources[format!("Worker{id}")] = resources[id].clone();
        resources[format!("Worker{id}")]["Properties"][property] = value;
    }
    resources["WorkerAlias"] = resources["Alias"].clone();
    resources["WorkerAlias"]["Properties"]["FunctionName"] = json!({"Ref": "WorkerFunction"});
    resources["WorkerAlias"]["Properties"]["FunctionVersion"] = json!({"Fn::GetAtt": ["WorkerVersion", "Version"]});
    planned(&Spec::plain().desired_by(&template), state, Options { check, ..Options::default() })
}

/// The first call of each alias, which asks.
fn asked(plan: &Plan) -> Vec<(&str, &str)> {
    let aliases = plan.steps.iter().filter(|step| step.kind == "AWS::Lambda::Alias");
    aliases.filter_map(|step| Some((step.logical_id.as_str(), step.calls.first()?.as_str()))).collect()
}

fn notes(plan: &Plan) -> Vec<&str> {
    plan.notes.iter().filter(|note| note.text.contains("no chat is tried")).map(|note| note.text.as_str()).collect()
}

#[test]
fn a_chat_is_asked_of_what_callers_come_to_and_of_a_worker_only_whether_it_is_ready() {
    let plan = with_a_worker(&State::default(), Some(a_chat()));
    assert_eq!(asked(&plan), [("Alias", "Invoke"), ("WorkerAlias", "GetFunction")]);
    assert_eq!(notes(&plan), [""; 0], "the chat's own version is asked");
}

#[test]
fn a_move_before_which_no_chat_is_tried_is_told_unless_none_is_wanted_or_nothing_moves() {
    let told = |plan: &Plan| notes(plan).len();
    let first = |check| with_a_worker(&State::default(), check);
    assert_eq!((told(&first(Some(Checks::new()))), told(&first(None))), (1, 0));
    let same = planned(
        &Spec::plain().desired(),
        &existing(&Spec::plain(), true),
        Options { check: Some(Checks::new()), ..Options::default() },
    );
    assert_eq!((same.is_empty(), told(&same)), (true, 0));
}
