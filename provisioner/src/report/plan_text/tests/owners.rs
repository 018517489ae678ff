//! Plans for resources of other owners, as text.

use super::*;
use crate::plan::tests::spec::desired;

#[test]
fn an_adoption_and_its_blockers_without_the_option() {
    let state = existing(&Spec::plain(), false);
    let desired = Spec { memory: Some(512), ..Spec::plain() }.desired();
    insta::assert_snapshot!(shown(&planned(&desired, &state, Options { adopt: true, ..Options::default() })), @r#"
    stack chat in us-east-1, account 123456789012

      ~ AWS::IAM::Role                  Role         role  (adopt)
          Tags.provisioner:region    (none) → us-east-1
          Tags.provisioner:resource  (none) → Role
          Tags.provisioner:stack     (none) → chat
      ~ AWS::Logs::LogGroup             Logs         /aws/lambda/chat  (adopt)
          Tags.provisioner:resource  (none) → Logs
          Tags.provisioner:stack     (none) → chat
      ~ AWS::DynamoDB::Table            Table        films  (adopt)
          Tags.provisioner:resource  (none) → Table
          Tags.provisioner:stack     (none) → chat
      ~ AWS::ApiGatewayV2::Api          Api          chat  (adopt)
          Tags.provisioner:resource  (none) → Api
          Tags.provisioner:stack     (none) → chat
      + AWS::Lambda::Alias              Alias        chat:live, for the serving version
      ~ AWS::Lambda::Function           Function     chat  (adopt)
          MemorySize                 128 → 512
          Tags.provisioner:resource  (none) → Function
          Tags.provisioner:stack     (none) → chat
      ~ AWS::ApiGatewayV2::Stage        Stage        $default  (adopt)
          Tags.provisioner:resource  (none) → Stage
          Tags.provisioner:stack     (none) → chat
      + AWS::Lambda::Version            Version      chat release d4d07558
      ~ AWS::Lambda::Alias              Alias        chat:live
      + AWS::Lambda::Permission         Permission   chat:live by apigateway.amazonaws.com
      ~ AWS::ApiGatewayV2::Integration  Integration  AWS_PROXY to chat:live  (adopt)
          IntegrationUri  arn:aws:lambda:us-east-1:123456789012:function:chat → arn:aws:lambda:us-east-1:123456789012:function:chat:live
          Description     by hand → provisioner:stack=chat provisioner:resource=Integration
      = AWS::ApiGatewayV2::Route        Route        POST /chat

      alias chat:live
          first       points to the serving code, published as a version
          callers     move to the alias before the function changes
          points to   the unpublished code ($LATEST) → a new version
          smoke test  none

    3 to create, 1 to change, 7 to adopt, 1 unchanged
    "#);
    let blocked = planned(&desired, &state, Options::default());
    assert!(shown(&blocked).ends_with("\n\nnothing is executed: see the error\n"), "{}", shown(&blocked));
    insta::assert_snapshot!(read(&blockers_text(&blocked.blockers)), @r#"
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
fn a_route_with_another_target_and_a_role_of_another_stack() {
    let spec = Spec { attach: true, ..Spec::plain() };
    let mut state = existing(&spec, false);
    state.integrations.retain(|id, _| id == "theirs");
    for role in state.roles.values_mut() {
        role.tags.insert("provisioner:stack".to_owned(), "other".to_owned());
    }
    let plan = planned(&spec.desired(), &state, Options { adopt: true, ..Options::default() });
    insta::assert_snapshot!(read(&blockers_text(&plan.blockers)), @r#"
      Role: AWS::IAM::Role `role` belongs to the stack `other`
      Route: the route `POST /chat` has another target, `integrations/int1`

    hint: use another name; or work on that stack with `--stack other`
    hint: point the route to this stack, until `destroy` restores its target: `provisioner deploy --take-over`; or use another API
    "#);
}

#[test]
fn a_removal_and_the_resources_that_stay() {
    let mut state = existing(&Spec::plain(), true);
    state.roles.extend(existing(&Spec::plain(), false).roles);
    let mut template = Spec::plain().template();
    template["Resources"]["Table"]["DeletionPolicy"] = "Retain".into();
    insta::assert_snapshot!(shown(&planned_removal(&desired(&template.to_string()), &state)), @r#"
    stack chat in us-east-1, account 123456789012

      - AWS::ApiGatewayV2::Route        Route        POST /chat
      - AWS::ApiGatewayV2::Integration  Integration  AWS_PROXY to chat:live
      - AWS::Lambda::Permission         Permission   chat:live by apigateway.amazonaws.com
      - AWS::Lambda::Alias              Alias        chat:live
      - AWS::ApiGatewayV2::Stage        Stage        $default
      - AWS::Lambda::Function           Function     chat
      - AWS::ApiGatewayV2::Api          Api          chat
      . AWS::DynamoDB::Table            Table        films  (skipped: its DeletionPolicy is Retain)
      - AWS::Logs::LogGroup             Logs         /aws/lambda/chat
      . AWS::IAM::Role                  Role         role  (skipped: it was not created by this stack)

    8 to delete, 2 skipped
    "#);
}

#[test]
fn a_skipped_resource_is_not_shown_as_compared_and_equal() {
    let desired = Spec { memory: Some(512), retention: Some(7), ..Spec::plain() }.desired();
    let whole = planned(&desired, &existing(&Spec::plain(), true), Options::default());
    let text = shown(&whole.clone().only(|step| step.resource.is_changed_by_update(), "by `deploy`"));
    let row = "  . AWS::Logs::LogGroup             Logs         /aws/lambda/chat  (skipped: by `deploy`)\n";
    assert!(text.contains(row) && text.ends_with(" unchanged, 1 skipped\n"), "{text}");
    let nothing = shown(&whole.only(|_| false, "by `deploy`"));
    assert!(nothing.ends_with("\nnothing to do, 4 skipped\n"), "{nothing}");
}
