//! Statuses as text, without colours.

use super::*;
use crate::plan::tests::judge::existing;
use crate::plan::tests::spec::Spec;
use crate::status::tests::{status_of, with_canary, without_package};
use crate::world;

fn read(status: &Status) -> String {
    anstream::adapter::strip_str(&status_text(status)).to_string()
}

#[test]
fn all_as_the_template_says() {
    let status = status_of(Spec::plain().desired(), &existing(&Spec::plain(), true), None);
    insta::assert_snapshot!(read(&status), @r#"
    stack chat in us-east-1, account 123456789012

    function chat (Function), last changed 2026-11-25 12:00:00 UTC
      live leads to version 1
      version 1  2026-11-25 12:00:00 UTC  release c3ab61aa  100 % of live  = template

    ChatUrl  https://api1.example/chat

    as the template says: all 11 resources
    "#);
}

#[test]
fn a_canary() {
    let (desired, state) = with_canary();
    insta::assert_snapshot!(read(&status_of(desired, &state, None)), @r#"
    stack chat in us-east-1, account 123456789012

    function chat (Function), last changed 2026-11-25 12:00:00 UTC
      live leads to version 1 (90 %) and version 2 (10 %)
      version 2  2026-11-25 12:00:00 UTC  release d4d07558  10 % of live  = template
      version 1  2026-11-25 12:00:00 UTC  release c3ab61aa  90 % of live
      canary: live shares its calls; `provisioner deploy` finishes it, `provisioner rollback --alias Alias` undoes it

    ChatUrl  https://api1.example/chat

    1 of 11 resources differs from the template

      ~ AWS::Lambda::Alias  Alias  chat:live
          FunctionVersion  1 → 2
          RoutingConfig.2  0.1 → (none)

    hint: `provisioner deploy` makes AWS equal to the template; `provisioner plan` shows how
    "#);
}

#[test]
fn changed_by_hand_and_no_package() {
    let mut state = existing(&Spec::plain(), true);
    state.functions.values_mut().for_each(|function| function.memory_size = 3008);
    state.log_groups.clear();
    let desired = without_package(Spec::plain().desired());
    insta::assert_snapshot!(read(&status_of(desired, &state, None)), @r#"
    stack chat in us-east-1, account 123456789012

    function chat (Function), last changed 2026-11-25 12:00:00 UTC
      live leads to version 1
      version 1  2026-11-25 12:00:00 UTC  release c3ab61aa  100 % of live  = template

    ChatUrl  https://api1.example/chat

    2 of 11 resources differ from the template

      + AWS::Logs::LogGroup    Logs      /aws/lambda/chat
      ~ AWS::Lambda::Function  Function  chat
          MemorySize  3008 → 128

    note: the code of Function is not compared: there is no package here (`make build` writes it)

    hint: `provisioner deploy` makes AWS equal to the template; `provisioner plan` shows how
    "#);
}

#[test]
fn not_deployed() {
    let status = status_of(Spec::plain().desired(), &world::State::default(), None);
    insta::assert_snapshot!(read(&status), @r#"
    stack chat in us-east-1, account 123456789012

    not deployed: none of its 11 resources is this stack's

    hint: `provisioner deploy` sets it up; where it was deployed, look at account and region, and give the names and parameters that the deploy had
    "#);
    let status = status_of(Spec::plain().desired(), &existing(&Spec::plain(), false), None);
    insta::assert_snapshot!(read(&status), @r#"
    stack chat in us-east-1, account 123456789012

    not deployed: none of its 11 resources is this stack's

      Role: AWS::IAM::Role `role` exists and was not made by this stack
      Logs: AWS::Logs::LogGroup `/aws/lambda/chat` exists and was not made by this stack
      Table: AWS::DynamoDB::Table `films` exists and was not made by this stack
      Api: AWS::ApiGatewayV2::Api `chat` exists and was not made by this stack
      Function: AWS::Lambda::Function `chat` exists and was not made by this stack
      Stage: AWS::ApiGatewayV2::Stage `$default` exists and was not made by this stack
      Integration: AWS::ApiGatewayV2::Integration `AWS_PROXY to chat:live` exists and was not made by this stack
      Route: AWS::ApiGatewayV2::Route `POST /chat` exists and was not made by this stack

    hint: take it over with `--adopt` (`provisioner plan --adopt` shows what would change), or use another name
    hint: Lambda makes a function's log group by itself when a line comes and there is none: take it over with `--adopt`
    "#);
}

#[test]
fn deployed_by_cloudformation() {
    let status = status_of(Spec::plain().desired(), &existing(&Spec::plain(), true), Some("chat"));
    insta::assert_snapshot!(read(&status), @r#"
    stack chat in us-east-1, account 123456789012
    owned by CloudFormation's stack chat

    function chat (Function), last changed 2026-11-25 12:00:00 UTC
      live leads to version 1
      version 1  2026-11-25 12:00:00 UTC  release c3ab61aa  100 % of live  = template

    ChatUrl  https://api1.example/chat

    as the template says: all 11 resources
    "#);
    let drifted = Spec { timeout: Some(30), ..Spec::plain() };
    let status = status_of(drifted.desired(), &existing(&Spec::plain(), true), Some("chat"));
    insta::assert_snapshot!(read(&status), @r#"
    stack chat in us-east-1, account 123456789012
    owned by CloudFormation's stack chat

    function chat (Function), last changed 2026-11-25 12:00:00 UTC
      live leads to version 1
      version 1  2026-11-25 12:00:00 UTC  release c3ab61aa  100 % of live

    ChatUrl  https://api1.example/chat

    3 of 11 resources differ from the template

      ~ AWS::Lambda::Function  Function  chat
          Timeout  3 → 30
      + AWS::Lambda::Version   Version   chat release ad35d971
      ~ AWS::Lambda::Alias     Alias     chat:live
          FunctionVersion  1 → ${Version.Version}

    hint: marks and permissions are left out of this; CloudFormation compares by itself with `aws cloudformation detect-stack-drift --stack-name chat`, and `provisioner deploy --engine cloudformation --stack chat` applies the template
    "#);
}

#[test]
fn only_the_newest_versions_are_shown_and_those_that_somebody_gets() {
    let mut state = existing(&Spec::plain(), true);
    let held = state.versions[&("chat".to_owned(), 1)].clone();
    for number in 2..=14 {
        let older = crate::resources::function::Function { timeout: number, ..held.clone() };
        state.versions.insert(("chat".to_owned(), u32::try_from(number).unwrap()), older);
    }
    let text = read(&status_of(Spec::plain().desired(), &state, None));
    let versions: Vec<_> = text.lines().filter(|line| line.starts_with("  version ")).collect();
    assert_eq!(versions.len(), 11, "{text}");
    assert!(versions[10].contains("version 1 ") && versions[10].contains("100 % of live"), "{text}");
    assert!(text.contains("and 3 older"), "{text}");
}

#[test]
fn one_resource_is_not_counted() {
    let mut status = status_of(Spec::plain().desired(), &existing(&Spec::plain(), true), None);
    status.resources = 1;
    assert!(read(&status).ends_with("as the template says: its one resource\n"), "{}", read(&status));
    status.state = State::NotDeployed;
    assert!(read(&status).contains("not deployed: its one resource is not this stack's\n"), "{}", read(&status));
    status.state = State::Drifted;
    assert!(read(&status).contains("its one resource differs from the template\n"), "{}", read(&status));
}
