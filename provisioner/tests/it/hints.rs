//! Commands in hints are complete before a template is read, or where it cannot be read. Nothing asks AWS here.

use std::fs;
use std::path::Path;

use crate::support::cli::{Cli, Run};

fn a_machine(home: &Path) -> Cli {
    Cli::empty().env("HOME", home).env("AWS_REGION", "us-east-1").env("AWS_EC2_METADATA_DISABLED", "true")
}

#[track_caller]
fn assert_in_order(run: &Run, parts: &[&str]) {
    let mut rest = run.stderr.as_str();
    for part in parts {
        rest = rest.split_once(part).unwrap_or_else(|| panic!("no `{part}`, in this place, in {run:?}")).1;
    }
}

/// A fault that is found before a parameter is known to be secret: no value is printed.
#[tokio::test]
async fn a_command_proposed_for_an_unreadable_template_is_complete() {
    let home = tempfile::tempdir().unwrap();
    let template = home.path().join("t.yaml");
    fs::write(&template, "Resources: {Logs: {Type: [AWS::Logs::LogGroup]}}\n").unwrap();
    let template = template.to_str().unwrap();
    let given = ["--template", template, "--stack", "w6", "-P", "Token=t", "--region", "eu-west-3"];
    let command = format!(
        "then run `provisioner plan --template {template} --stack w6 -P \"Token=${{Token:?}}\" --region eu-west-3`"
    );
    for verb in [&["plan"][..], &["status"], &["synth"], &["synth", "--resolved"], &["synth", "--terraform-import"]] {
        let run = a_machine(home.path()).run(verb.iter().chain(&given)).await.expect_code(1);
        assert_in_order(&run, &["error: reading template ", "hint: ", &command]);
    }
}

/// `synth` evaluates the template itself, so a fault in it can be found after the template is read.
#[tokio::test]
async fn a_command_proposed_by_synth_for_a_fault_in_the_template_is_complete() {
    let home = tempfile::tempdir().unwrap();
    let template = home.path().join("t.yaml");
    fs::write(
        &template,
        "Resources: {Logs: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Select [5, [a]]}}}\n",
    )
    .unwrap();
    let template = template.to_str().unwrap();
    let run = a_machine(home.path()).run(["synth", "--resolved", "--template", template, "--stack", "w6"]).await;
    let command = format!("then run `provisioner plan --template {template} --stack w6`");
    assert_in_order(&run.expect_code(1), &["error: ", "hint: ", &command]);
}

/// The direct engine would ignore it.
#[tokio::test]
async fn a_bucket_without_the_engine_that_uses_it_is_refused() {
    let home = tempfile::tempdir().unwrap();
    for verb in ["plan", "deploy"] {
        let run = a_machine(home.path()).run([verb, "--bucket", "packages", "--stack", "w6", "-P", "A=1"]).await;
        let command =
            format!("`provisioner {verb} --engine cloudformation --bucket packages --stack w6 -P \"A=${{A:?}}\"`");
        let hint = format!("hint: leave it out; or name that engine: {command}");
        let cause = "planning stack w6: `--bucket` is an option of the engine `cloudformation`";
        assert_in_order(&run.expect_code(1), &[cause, &hint]);
    }
}
