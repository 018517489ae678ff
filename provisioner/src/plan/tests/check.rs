//! The smoke tests that a plan sends, and their order.

use serde_json::{Value, json};

use super::judge::existing;
use super::planned;
use super::spec::{Spec, smoke_test};
use crate::desired::Desired;
use crate::plan::{Options, Plan, untested_by_cloudformation};
use crate::world::State;

/// The stack with a worker function that declares the given metadata.
fn with_a_worker(state: &State, metadata: Option<Value>, smoke: bool) -> Plan {
    let mut template = Spec { memory: Some(2048), ..Spec::plain() }.template();
    let resources = &mut template["Resources"];
    for (id, property, value) in
        [("Function", "FunctionName", json!("worker")), ("Version", "FunctionName", json!({"Ref": "WorkerFunction"}))]
    {
        resources[format!("Worker{id}")] = resources[id].clone();
        resources[format!("Worker{id}")]["Properties"][property] = value;
    }
    resources["WorkerAlias"] = resources["Alias"].clone();
    let alias = resources["WorkerAlias"].as_object_mut().unwrap();
    alias.remove("Metadata");
    alias.extend(metadata.map(|metadata| ("Metadata".to_owned(), metadata)));
    alias["Properties"]["FunctionName"] = json!({"Ref": "WorkerFunction"});
    alias["Properties"]["FunctionVersion"] = json!({"Fn::GetAtt": ["WorkerVersion", "Version"]});
    planned(&Spec::plain().desired_by(&template), state, Options { smoke, ..Options::default() })
}

/// The first call of each alias.
fn first_calls(plan: &Plan) -> Vec<(&str, &str)> {
    let aliases = plan.steps.iter().filter(|step| step.kind == "AWS::Lambda::Alias");
    aliases.filter_map(|step| Some((step.logical_id.as_str(), step.calls.first()?.as_str()))).collect()
}

fn notes(plan: &Plan) -> Vec<&str> {
    plan.notes.iter().filter(|note| note.text.contains("smoke test")).map(|note| note.text.as_str()).collect()
}

fn sent(plan: &Plan) -> Vec<(&str, &str, bool)> {
    let tests = plan.smoke_tests.iter();
    tests.map(|one| (one.callee.as_str(), one.test.as_str(), one.before_callers)).collect()
}

const CHAT: (&str, &str, bool) = ("chat:live", "the event of Alias expects no error", true);

#[test]
fn a_version_is_sent_the_test_of_its_alias_and_without_one_it_only_has_to_be_ready() {
    let plan = with_a_worker(&State::default(), None, true);
    assert_eq!(first_calls(&plan), [("Alias", "Invoke"), ("WorkerAlias", "GetFunction")]);
    assert_eq!(sent(&plan), [CHAT]);
    assert_eq!(notes(&plan), ["no smoke test is declared for worker:live: its version only has to be ready"]);
    let both = with_a_worker(&State::default(), Some(smoke_test()), true);
    assert_eq!(first_calls(&both), [("Alias", "Invoke"), ("WorkerAlias", "Invoke")]);
    assert_eq!((sent(&both).len(), notes(&both).len()), (2, 0));
}

#[test]
fn without_smoke_tests_or_changes_no_test_is_sent_and_no_note_is_added() {
    let none = with_a_worker(&State::default(), None, false);
    assert_eq!(first_calls(&none), [("Alias", "GetFunction"), ("WorkerAlias", "GetFunction")]);
    assert_eq!((sent(&none).len(), notes(&none).len()), (0, 0));
    let smoke = Options { smoke: true, ..Options::default() };
    let same = planned(&Spec::plain().desired(), &existing(&Spec::plain(), true), smoke);
    assert_eq!((same.is_empty(), sent(&same).len(), notes(&same).len()), (true, 0, 0));
}

#[test]
fn a_test_is_sent_at_the_end_if_only_dependencies_of_its_answer_change() {
    let state = existing(&Spec::plain(), true);
    let smoke = || Options { smoke: true, ..Options::default() };
    let rights = Spec { policies: [("Read", "s:Get")].into(), ..Spec::plain() };
    let plan = planned(&rights.desired(), &state, smoke());
    assert_eq!(sent(&plan), [("chat:live", CHAT.1, false)], "the alias stays where it is");
    let table = Spec { protected: true, ..Spec::plain() };
    let plan = planned(&table.desired(), &state, smoke());
    assert_eq!((plan.is_empty(), sent(&plan).len()), (false, 0), "the function does not refer to the table");
}

#[test]
fn a_skipped_version_is_not_tested() {
    let state = existing(&Spec::plain(), true);
    let rights = Spec { policies: [("Read", "s:Get")].into(), ..Spec::plain() };
    let plan = planned(&rights.desired(), &state, Options { smoke: true, ..Options::default() });
    let functions_only = plan.only(|step| step.kind == "AWS::Lambda::Function", "functions only");
    assert_eq!(sent(&functions_only), []);
}

/// A function without an alias that declares the given metadata.
fn alone(memory: Option<i32>, metadata: Option<Value>) -> Desired {
    let mut template = Spec { memory, ..Spec::plain() }.template();
    for id in ["Alias", "Version", "Permission", "Integration", "Route"] {
        template["Resources"].as_object_mut().unwrap().remove(id);
    }
    let function = template["Resources"]["Function"].as_object_mut().unwrap();
    function.extend(metadata.map(|metadata| ("Metadata".to_owned(), metadata)));
    Spec::plain().desired_by(&template)
}

#[test]
fn a_function_without_an_alias_is_tested_when_it_has_changed() {
    let desired = alone(Some(2048), Some(smoke_test()));
    let plan = planned(&desired, &State::default(), Options { smoke: true, ..Options::default() });
    assert_eq!(sent(&plan), [("chat", "the event of Function expects no error", false)]);
    assert_eq!(notes(&plan), [""; 0]);
}

#[test]
fn a_function_that_changes_without_an_alias_and_without_a_test_is_noted() {
    let smoke = || Options { smoke: true, ..Options::default() };
    let note = "no smoke test is declared for chat: nothing is sent to it";
    let first = planned(&alone(Some(2048), None), &State::default(), smoke());
    assert_eq!((notes(&first), sent(&first)), (vec![note], vec![]));
    assert_eq!(notes(&planned(&alone(Some(2048), None), &State::default(), Options::default())), [""; 0], "--no-smoke");
    let state = existing(&Spec::plain(), true);
    let same = planned(&alone(None, None), &state, smoke());
    assert_eq!(notes(&same), [""; 0], "the function stays as it is: {:?}", same.steps);
    assert_eq!(notes(&planned(&alone(Some(2048), None), &state, smoke())), [note]);
}

#[test]
fn by_cloudformation_each_alias_and_each_function_without_one_is_noted_when_it_changes_without_a_test() {
    let noted = |desired: &Desired, changed: &[&str]| -> Vec<String> {
        let notes = untested_by_cloudformation(desired, &changed.iter().copied().collect());
        notes.into_iter().map(|note| format!("{}: {}", note.logical_id.unwrap(), note.text)).collect()
    };
    let note = "Function: no smoke test is declared for chat: nothing is sent to it";
    assert_eq!(noted(&alone(Some(2048), None), &["Function", "Role"]), [note]);
    assert_eq!(noted(&alone(Some(2048), None), &["Role"]), [""; 0]);
    assert_eq!(noted(&alone(Some(2048), Some(smoke_test())), &["Function"]), [""; 0]);
    assert_eq!(noted(&Spec::plain().desired(), &["Function", "Version", "Alias"]), [""; 0], "the alias has a test");
    let mut template = Spec::plain().template();
    template["Resources"]["Alias"].as_object_mut().unwrap().remove("Metadata");
    let untested = Spec::plain().desired_by(&template);
    let note = "Alias: no smoke test is declared for chat:live: nothing is sent to it";
    assert_eq!(noted(&untested, &["Function", "Version", "Alias"]), [note]);
}
