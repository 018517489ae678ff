//! Statuses as text, without colours.

use super::*;
use crate::plan::tests::judge::existing;
use crate::plan::tests::spec::Spec;
use crate::status::tests::{status_of, with_canary, without_package};
use crate::world;

fn read(status: &Status) -> String {
    anstream::adapter::strip_str(&status_text(status, |hint| hint)).to_string()
}

#[test]
fn a_status_without_drift() {
    let status = status_of(Spec::plain().desired(), &existing(&Spec::plain(), true), None);
    insta::assert_snapshot!(read(&status), @r#"
    stack chat in us-east-1, account 123456789012

    function chat (Function), last changed 2026-11-25 12:00:00 UTC
      alias live points to version 1
      version 1  2026-11-25 12:00:00 UTC  release c3ab61aa  (live, matches the template)

    ChatUrl  https://api1.example/chat

    no drift: all 11 resources match the template
    "#);
}

#[test]
fn a_canary() {
    let (desired, state) = with_canary();
    insta::assert_snapshot!(read(&status_of(desired, &state, None)), @r#"
    stack chat in us-east-1, account 123456789012

    function chat (Function), last changed 2026-11-25 12:00:00 UTC
      alias live points to version 1 (90%) and version 2 (10%)
      version 2  2026-11-25 12:00:00 UTC  release d4d07558  (10% of live, matches the template)
      version 1  2026-11-25 12:00:00 UTC  release c3ab61aa  (90% of live)
      canary of live in progress: finish it with `provisioner deploy`; or undo it with `provisioner rollback --alias Alias`

    ChatUrl  https://api1.example/chat

    1 of 11 resources differs from the template (AWS → template)

      ~ AWS::Lambda::Alias  Alias  chat:live
          FunctionVersion  1 → 2
          RoutingConfig.2  0.1 → (none)

    hint: if the deploy had other parameters, pass them: `provisioner status -P NAME=VALUE`; see the changes: `provisioner plan`; apply the template: `provisioner deploy`
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
      alias live points to version 1
      version 1  2026-11-25 12:00:00 UTC  release c3ab61aa  (live, matches the template; its code is not compared)

    ChatUrl  https://api1.example/chat

    2 of 11 resources differ from the template (AWS → template)

      + AWS::Logs::LogGroup    Logs      /aws/lambda/chat  (missing on AWS)
      ~ AWS::Lambda::Function  Function  chat
          MemorySize  3008 → 128

    note: the code of Function is not compared: there is no package on this machine

    hint: if the deploy had other parameters, pass them: `provisioner status -P NAME=VALUE`; see the changes: `provisioner plan`; apply the template: `provisioner deploy`
    "#);
}

#[test]
fn a_blocked_difference_is_in_its_place_and_its_reason_is_below() {
    let (desired, mut state) = with_canary();
    state.log_groups.values_mut().for_each(|group| group.tags.clear());
    insta::assert_snapshot!(read(&status_of(desired, &state, None)).split_once("template (AWS").unwrap().1, @r#"
     → template)

      ! AWS::Logs::LogGroup  Logs   /aws/lambda/chat  (blocked)
      ~ AWS::Lambda::Alias   Alias  chat:live
          FunctionVersion  1 → 2
          RoutingConfig.2  0.1 → (none)

      Logs: AWS::Logs::LogGroup `/aws/lambda/chat` exists and was not created by this stack

    hint: take ownership of the log group, which Lambda has probably created: `provisioner deploy --adopt`
    "#);
}

#[test]
fn not_deployed() {
    let status = status_of(Spec::plain().desired(), &world::State::default(), None);
    insta::assert_snapshot!(read(&status), @r#"
    stack chat in us-east-1, account 123456789012

    not deployed: none of the template's 11 resources belongs to this stack

    hint: deploy the stack: `provisioner deploy`; or if it is deployed already, check the account, the region, and the names and parameters of the deploy
    "#);
    let status = status_of(Spec::plain().desired(), &existing(&Spec::plain(), false), None);
    insta::assert_snapshot!(read(&status), @r#"
    stack chat in us-east-1, account 123456789012

    not deployed: none of the template's 11 resources belongs to this stack

      Role: AWS::IAM::Role `role` exists and was not created by this stack
      Logs: AWS::Logs::LogGroup `/aws/lambda/chat` exists and was not created by this stack
      Table: AWS::DynamoDB::Table `films` exists and was not created by this stack
      Api: AWS::ApiGatewayV2::Api `chat` exists and was not created by this stack
      Function: AWS::Lambda::Function `chat` exists and was not created by this stack
      Stage: AWS::ApiGatewayV2::Stage `$default` exists and was not created by this stack
      Integration: AWS::ApiGatewayV2::Integration `AWS_PROXY to chat:live` exists and was not created by this stack
      Route: AWS::ApiGatewayV2::Route `POST /chat` exists and was not created by this stack

    hint: take ownership of it: `provisioner deploy --adopt`; or use another name
    hint: take ownership of the log group, which Lambda has probably created: `provisioner deploy --adopt`
    "#);
}

#[test]
fn deployed_by_cloudformation() {
    let status = status_of(Spec::plain().desired(), &existing(&Spec::plain(), true), Some("chat"));
    insta::assert_snapshot!(read(&status), @r#"
    stack chat in us-east-1, account 123456789012
    owned by CloudFormation's stack chat

    function chat (Function), last changed 2026-11-25 12:00:00 UTC
      alias live points to version 1
      version 1  2026-11-25 12:00:00 UTC  release c3ab61aa  (live, matches the template)

    ChatUrl  https://api1.example/chat

    no drift: all 11 resources match the template
    "#);
    let drifted = Spec { timeout: Some(30), ..Spec::plain() };
    let status = status_of(drifted.desired(), &existing(&Spec::plain(), true), Some("chat"));
    insta::assert_snapshot!(read(&status), @r#"
    stack chat in us-east-1, account 123456789012
    owned by CloudFormation's stack chat

    function chat (Function), last changed 2026-11-25 12:00:00 UTC
      alias live points to version 1
      version 1  2026-11-25 12:00:00 UTC  release c3ab61aa  (live)

    ChatUrl  https://api1.example/chat

    3 of 11 resources differ from the template (AWS → template)

      ~ AWS::Lambda::Function  Function  chat
          Timeout  3 → 30
      + AWS::Lambda::Version   Version   chat release ad35d971  (not published)
      ~ AWS::Lambda::Alias     Alias     chat:live
          FunctionVersion  1 → a new version

    hint: apply the template: `provisioner deploy --engine cloudformation --stack chat`; compare with CloudFormation's drift detection, since this status omits tags and permissions: `aws cloudformation detect-stack-drift --stack-name chat`
    "#);
}

#[test]
fn only_the_newest_versions_and_those_with_callers_are_shown() {
    let mut state = existing(&Spec::plain(), true);
    let content = state.versions[&("chat".to_owned(), 1)].clone();
    for number in 2..=14 {
        let mut older = content.clone();
        older.timeout = number;
        state.versions.insert(("chat".to_owned(), u32::try_from(number).unwrap()), older);
    }
    let text = read(&status_of(Spec::plain().desired(), &state, None));
    let versions: Vec<_> = text.lines().filter(|line| line.starts_with("  version ")).collect();
    assert_eq!(versions.len(), 11, "{text}");
    assert!(versions[10].contains("version 1 ") && versions[10].ends_with("  (live)"), "{text}");
    assert!(text.contains("and 3 older"), "{text}");
}

#[test]
fn one_resource_is_not_counted() {
    let mut status = status_of(Spec::plain().desired(), &existing(&Spec::plain(), true), None);
    status.resources = 1;
    assert!(read(&status).ends_with("no drift: the one resource matches the template\n"), "{}", read(&status));
    status.state = State::NotDeployed;
    assert!(
        read(&status).contains("not deployed: the template's one resource does not belong to this stack\n"),
        "{}",
        read(&status)
    );
    status.state = State::Drifted;
    assert!(
        read(&status).contains("the one resource differs from the template (AWS → template)\n"),
        "{}",
        read(&status)
    );
}

#[test]
fn code_that_is_not_compared_is_not_said_to_match() {
    let status = status_of(without_package(Spec::plain().desired()), &existing(&Spec::plain(), true), None);
    let text = read(&status);
    assert!(text.contains("  (live, matches the template; its code is not compared)\n"), "{text}");
    assert!(text.contains("no drift: all 11 resources match the template; not all code is compared\n"), "{text}");
}

#[test]
fn a_function_of_an_incomplete_first_deploy_has_no_callers() {
    let mut state = existing(&Spec::plain(), true);
    state.aliases.clear();
    let callers = read(&status_of(Spec::plain().desired(), &state, None));
    assert!(callers.contains("  no alias: callers get the unpublished code ($LATEST)\n"), "{callers}");
    state.integrations.clear();
    state.routes.clear();
    state.permissions.clear();
    let none = read(&status_of(Spec::plain().desired(), &state, None));
    let text = "  no alias yet: the first deploy is not complete, and this stack sends no callers to the function\n";
    assert!(none.contains(text), "{none}");
}
