//! The conditions for the execution of a plan from a file, and the refusals.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use super::*;
use crate::desired::{PackageCheck, Packages};
use crate::observe::{Reach, observe};
use crate::place::Place;
use crate::plan::tests::judge::existing;
use crate::plan::tests::run;
use crate::plan::tests::spec::Spec;
use crate::plan::{Options, plan};
use crate::template::Source;
use crate::world::{State, World};

fn template(text: &str) -> Template {
    Template::from_source(Source::in_memory(Path::new("t.yaml"), text)).unwrap()
}

fn parameters<const N: usize>(given: [(&str, &str); N]) -> BTreeMap<String, String> {
    given.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn plan_options() -> Options {
    Options { keep_versions: Some(5), ..Options::default() }
}

/// The content that `plan --out` writes, and the plan's blockers.
fn planned_for(
    desired: &Desired,
    template: &Template,
    given: &BTreeMap<String, String>,
    state: &State,
) -> (Planned, Vec<crate::plan::Blocker>) {
    let world = World::of(state.clone());
    let plan = plan(desired, &run(observe(&world, desired, Reach::Surroundings)).unwrap(), &Options::default());
    let inputs = Inputs::of(template, given, &BTreeMap::new(), desired, plan_options());
    (Planned::of(&plan, inputs, template, given), plan.blockers)
}

fn planned(spec: &Spec, state: &State) -> Planned {
    planned_for(&spec.desired(), &template(&spec.template().to_string()), &BTreeMap::new(), state).0
}

/// The same with parameters, for a template whose function has no package.
fn planned_of(text: &str, given: &BTreeMap<String, String>, state: &State) -> Planned {
    let template = template(text);
    let packages = Packages { check: PackageCheck::Unread, ..Packages::default() };
    let (stack, place) = ("chat".parse().unwrap(), Place::new("us-east-1"));
    let desired = Desired::build(&template, given, &packages, &stack, &place, None).unwrap();
    planned_for(&desired, &template, given, state).0
}

fn refused(planned: &Planned, now: &Planned) -> String {
    planned.is_still(now, &[]).unwrap_err().to_string()
}

#[test]
fn the_same_plan_has_the_same_content_and_is_executed() {
    for state in [State::default(), existing(&Spec::plain(), true)] {
        let (one, other) = (planned(&Spec::plain(), &state), planned(&Spec::plain(), &state));
        assert_eq!(one, other);
        assert_eq!(one.is_still(&other, &[]), Ok(()));
    }
}

#[test]
fn a_new_revision_of_an_unchanged_function_or_alias_refuses_the_plan() {
    let before = existing(&Spec::plain(), true);
    for (touched, step) in [("chat", "Function"), ("chat:live", "Alias")] {
        let mut after = before.clone();
        *after.revisions.entry(touched.to_owned()).or_default() += 1;
        let error = refused(&planned(&Spec::plain(), &before), &planned(&Spec::plain(), &after));
        assert!(
            error.contains(&format!("the stack has changed after the plan\n  {step}: its RevisionId has changed\n")),
            "{error}"
        );
        assert!(error.contains("nothing was changed") && error.contains("hint: plan again"), "{error}");
    }
}

#[test]
fn each_changed_step_is_named_with_its_differences() {
    let spec = Spec { memory: Some(1024), ..Spec::plain() };
    let before = existing(&Spec::plain(), true);
    let mut after = before.clone();
    after.functions.get_mut("chat").unwrap().memory_size = 256;
    after.functions.get_mut("chat").unwrap().timeout = 9;
    after.log_groups.clear();
    after.roles.get_mut("role").unwrap().description = "by hand".to_owned();
    insta::assert_snapshot!(refused(&planned(&spec, &before), &planned(&spec, &after)), @r#"
    executing the plan for stack chat: the stack has changed after the plan
      Role: was to stay as it is, and would be changed now; Description differs from the template now
      Logs: was to stay as it is, and would be created now
      Function: MemorySize is 256 now, and was 128; Timeout differs from the template now

    nothing was changed

    hint: plan again, and review the new plan: `provisioner plan --out FILE`
    "#);
    // The reverse: the planned changes have been made.
    let done = existing(&spec, true);
    let error = refused(&planned(&spec, &State::default()), &planned(&spec, &done));
    assert!(error.contains("\n  Role: was to be created, and would stay as it is now\n"), "{error}");
}

#[test]
fn a_plan_is_executed_when_its_inputs_leave_nothing_to_do() {
    let spec = Spec { memory: Some(1024), ..Spec::plain() };
    let wanted = planned(&spec, &State::default());
    let executed = |before: &Planned, spec: &Spec, state: &State| before.is_executed(&planned(spec, state), &[]);
    let done = existing(&spec, true);
    assert!(executed(&wanted, &spec, &done));
    let update = planned(&spec, &existing(&Spec::plain(), true));
    assert!(executed(&update, &spec, &done), "by any program, with any other differences");
    assert!(!executed(&wanted, &spec, &existing(&Spec::plain(), true)), "there is something to do");
    let other = Spec { code: "sha-two", ..spec.clone() };
    assert!(!executed(&wanted, &other, &existing(&other, true)), "another package");
    let mut touched = done.clone();
    *touched.revisions.entry("chat".to_owned()).or_default() += 1;
    assert!(!executed(&planned(&spec, &done), &spec, &touched), "it was to do nothing");
}

#[test]
fn a_new_blocker_is_reported() {
    let spec = Spec::plain();
    let template = template(&spec.template().to_string());
    let nothing = State::default();
    let of_others = existing(&spec, false);
    let (before, _) = planned_for(&spec.desired(), &template, &BTreeMap::new(), &nothing);
    let (now, blockers) = planned_for(&spec.desired(), &template, &BTreeMap::new(), &of_others);
    let error = before.is_still(&now, &blockers).unwrap_err().to_string();
    assert!(error.contains("Role: AWS::IAM::Role `role` exists and was not created by this stack\n"), "{error}");
}

#[test]
fn another_package_is_detected_by_its_hash() {
    let spec = Spec { code: "sha-two", ..Spec::plain() };
    let error = refused(&planned(&Spec::plain(), &State::default()), &planned(&spec, &State::default()));
    assert!(
        error.contains("the package of `Function` has changed after the plan: its SHA-256 is sha-two, and was sha-one"),
        "{error}"
    );
}

const SECRETS: &str = r#"
Parameters:
  Password: {Type: String, NoEcho: true, Default: ""}
  Memory: {Type: Number, Default: 128}
Resources:
  Function:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: chat
      Code: function.zip
      Runtime: provided.al2023
      Handler: bootstrap
      Role: arn:aws:iam::123456789012:role/role
      Description: !Sub "asks ${Password}"
      MemorySize: !Ref Memory
      Environment: {Variables: {KEY: !Ref Password, OTHER: literal-in-the-template}}
  Version: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref Function}}
  Queue:
    Type: AWS::SQS::Queue
    Properties: {QueueName: jobs, RedrivePolicy: !Sub "${Password}/x"}
"#;

/// An attacker can find a short secret from its digest by trying all short texts. So no digest may depend on one.
#[test]
fn plans_that_differ_only_in_secrets_have_the_same_bytes() {
    let given = |password: &str| parameters([("Password", password), ("Memory", "256")]);
    let nothing = State::default();
    let one = planned_of(SECRETS, &given("1234-one"), &nothing);
    let other = planned_of(SECRETS, &given("9876-two"), &nothing);
    assert_eq!(one, other);
    let text = serde_json::to_string(&one).unwrap();
    for secret in ["1234-one", "literal-in-the-template"] {
        assert!(!text.contains(secret), "{text}");
    }
    assert_eq!(one.inputs.parameters, parameters([("Memory", "256")]));
    assert_eq!(one.inputs.no_echo.iter().collect::<Vec<_>>(), ["Password"]);

    // Nor the values that the variables have on AWS now.
    let with = |value| existing(&Spec { variables: [("A", value)].into(), ..Spec::plain() }, true);
    let wanted = Spec { variables: [("A", "wanted")].into(), ..Spec::plain() };
    let (one, other) = (planned(&wanted, &with("had-one")), planned(&wanted, &with("had-two")));
    assert_eq!(one, other);
    assert!(!serde_json::to_string(&one).unwrap().contains("had-one"));
}

#[test]
fn parameters_given_again_must_be_equal_and_secret_ones_are_required() {
    let planned = planned_of(SECRETS, &parameters([("Password", "s"), ("Memory", "256")]), &State::default());
    let all = parameters([("Password", "s"), ("Memory", "256")]);
    assert_eq!(planned.parameters(&parameters([("Password", "s")])).unwrap(), all);
    assert_eq!(planned.parameters(&all).unwrap(), all);
    for (given, cause) in [
        (parameters([("Password", "s"), ("Memory", "512")]), "parameter `Memory` was `256` in the plan"),
        (parameters([("Password", "s"), ("More", "1")]), "parameter `More` was not given for the plan"),
        (parameters([]), "the file does not contain values of NoEcho parameters, and Password must be given"),
    ] {
        let error = planned.parameters(&given).unwrap_err().to_string();
        assert!(error.contains(cause) && error.contains("hint: "), "{error}");
    }
    let error = planned.parameters(&BTreeMap::new()).unwrap_err().to_string();
    assert!(error.ends_with("hint: give them again with `-P Password=VALUE`, or with `--parameters FILE`"), "{error}");
    let without = planned_of(SECRETS, &BTreeMap::new(), &State::default());
    let error = without.parameters(&parameters([("Password", "s")])).unwrap_err().to_string();
    assert!(error.contains("parameter `Password` was not given for the plan"), "{error}");
}

#[test]
fn another_template_region_account_or_stack_is_refused() {
    let planned = planned(&Spec::plain(), &State::default());
    let other = template(&Spec { memory: Some(1024), ..Spec::plain() }.template().to_string());
    let error = planned.is_of(&other).unwrap_err().to_string();
    assert!(error.contains("the template t.yaml has changed after the plan"), "{error}");
    let error = planned.is_for_region("eu-west-1").unwrap_err().to_string();
    assert!(error.contains("it is for the region `us-east-1` and not for `eu-west-1`"), "{error}");
    let error = planned.stack(Some(&"other".parse().unwrap())).unwrap_err().to_string();
    assert!(error.contains("it is for the stack `chat` and not for `other`"), "{error}");
    let next = "hint: execute it for that stack; or plan again, and review the new plan: `provisioner plan --out FILE`";
    assert!(error.ends_with(next), "{error}");
    assert_eq!(planned.stack(None).unwrap().as_str(), "chat");
    let error = planned.template().unwrap_err().to_string();
    assert!(error.contains("executing the plan for stack chat: its template t.yaml does not exist here"), "{error}");
    let other_account = Planned { account: "999999999999".to_owned(), ..planned.clone() };
    let error = refused(&planned, &other_account);
    assert!(error.contains("it is for the account `123456789012` and not for `999999999999`"), "{error}");
}

/// The error for a file with this text.
fn read(text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chat.plan");
    std::fs::write(&path, text).unwrap();
    Planned::read(&path).unwrap_err().to_string().replace(&folder.path().display().to_string(), "")
}

#[test]
fn a_file_is_read_as_it_was_written_and_no_temporary_file_remains() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chat.plan");
    let planned = planned(&Spec::plain(), &existing(&Spec { memory: Some(512), ..Spec::plain() }, true));
    planned.write(&path).unwrap();
    planned.write(&path).unwrap();
    assert_eq!(Planned::read(&path).unwrap(), planned);
    let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|one| one.unwrap().file_name()).collect();
    assert_eq!(names, ["chat.plan"]);
    let error = planned.write(&folder.path().join("no/folder/chat.plan")).unwrap_err().to_string();
    assert!(error.starts_with("writing the plan to ") && error.contains("No such file"), "{error}");
    let folder_named = format!("hint: create the folder {}", folder.path().join("no/folder").display());
    assert!(error.contains(&folder_named), "{error}");
    let error = planned.write(folder.path()).unwrap_err().to_string();
    assert!(error.contains("writing the plan to "), "{error}");
}

#[test]
fn a_damaged_file_or_one_of_another_version_is_refused() {
    let planned = planned(&Spec::plain(), &State::default());
    let text = serde_json::to_string_pretty(&planned).unwrap();
    let changed = |key: &str, value: Value| {
        let mut json = serde_json::to_value(&planned).unwrap();
        json[key] = value;
        json.to_string()
    };
    let own = env!("CARGO_PKG_VERSION");
    for (text, cause) in [
        (String::new(), "the file is damaged or incomplete: EOF".to_owned()),
        (text[..text.len() / 2].to_owned(), "the file is damaged or incomplete: ".to_owned()),
        (
            text.replacen("Lambda", "lambda", 1).replacen("CreateRole", "CreateRule", 1),
            "its content does not match its checksum: it was changed after `plan --out` wrote it".to_owned(),
        ),
        (
            changed("account", json!("999999999999")),
            "its content does not match its checksum: it was changed after `plan --out` wrote it".to_owned(),
        ),
        (changed("more", json!(1)), "unknown field `more`".to_owned()),
        (
            changed("format", json!(2)),
            format!("provisioner {own} wrote it in format 2, and this is {own} with format 1"),
        ),
        (changed("provisioner", json!("9.0.0")), format!("provisioner 9.0.0 wrote it in format 1, and this is {own}")),
        ("{\"steps\": []}".to_owned(), "it is not a plan that `plan --out` wrote".to_owned()),
        ("[]".to_owned(), "it is not a plan that `plan --out` wrote".to_owned()),
    ] {
        let error = read(&text);
        assert!(error.starts_with("reading the plan in /chat.plan: ") && error.contains(&cause), "{cause}: {error}");
        let ends = "plan again, and review the new plan: `provisioner plan --out FILE`";
        assert!(error.contains("\n\nnothing was changed\n\nhint: ") && error.ends_with(ends), "{error}");
    }
}
