//! Plans as text, without colours.

use super::*;
use crate::plan::Options;
use crate::plan::tests::judge::existing;
use crate::plan::tests::spec::{Spec, desired};
use crate::plan::tests::{planned, planned_removal};
use crate::world::State;

fn read(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

fn shown(plan: &Plan) -> String {
    read(&plan_text(plan))
}

/// The text of the plan that changes one stack to another.
fn from_to(old: &Spec, new: &Spec) -> String {
    shown(&planned(&new.desired(), &existing(old, true), Options::default()))
}

#[test]
fn a_first_deploy() {
    let plan = planned(&Spec::plain().desired(), &State::default(), Options::default());
    insta::assert_snapshot!(shown(&plan), @r#"
    stack chat in us-east-1, account 123456789012

      + AWS::IAM::Role                  Role         role
      + AWS::Logs::LogGroup             Logs         /aws/lambda/chat
      + AWS::DynamoDB::Table            Table        films
      + AWS::ApiGatewayV2::Api          Api          chat
      + AWS::Lambda::Function           Function     chat
      + AWS::ApiGatewayV2::Stage        Stage        $default
      + AWS::Lambda::Version            Version      chat release c3ab61aa  (published with the code)
      + AWS::Lambda::Alias              Alias        chat:live
      + AWS::Lambda::Permission         Permission   chat:live by apigateway.amazonaws.com
      + AWS::ApiGatewayV2::Integration  Integration  AWS_PROXY to chat:live
      + AWS::ApiGatewayV2::Route        Route        POST /chat

      alias chat:live: new version

    11 to create
    "#);
}

#[test]
fn nothing_to_do() {
    insta::assert_snapshot!(from_to(&Spec::plain(), &Spec::plain()), @r#"
    stack chat in us-east-1, account 123456789012

      = AWS::IAM::Role                  Role         role
      = AWS::Logs::LogGroup             Logs         /aws/lambda/chat
      = AWS::DynamoDB::Table            Table        films
      = AWS::ApiGatewayV2::Api          Api          chat
      = AWS::Lambda::Function           Function     chat
      = AWS::ApiGatewayV2::Stage        Stage        $default
      = AWS::Lambda::Version            Version      chat release c3ab61aa
      = AWS::Lambda::Alias              Alias        chat:live
      = AWS::Lambda::Permission         Permission   chat:live by apigateway.amazonaws.com
      = AWS::ApiGatewayV2::Integration  Integration  AWS_PROXY to chat:live
      = AWS::ApiGatewayV2::Route        Route        POST /chat

    nothing to do
    "#);
}

#[test]
fn numbers_texts_tags_and_lists_change() {
    let new = Spec {
        memory: Some(512),
        description: Some("answers"),
        layers: vec!["arn:aws:lambda:us-east-1:123456789012:layer:l:1"],
        tags: [("team", "films")].into(),
        retention: Some(14),
        rate: Some(5.0),
        ..Spec::plain()
    };
    insta::assert_snapshot!(from_to(&Spec::plain(), &new), @r#"
    stack chat in us-east-1, account 123456789012

      ~ AWS::IAM::Role                  Role         role
          Tags.team  (none) → films
      ~ AWS::Logs::LogGroup             Logs         /aws/lambda/chat
          RetentionInDays  (none) → 14
          Tags.team        (none) → films
      ~ AWS::DynamoDB::Table            Table        films
          Tags.team  (none) → films
      ~ AWS::ApiGatewayV2::Api          Api          chat
          Tags.team  (none) → films
      ~ AWS::Lambda::Function           Function     chat
          Description  "" → answers
          MemorySize   128 → 512
          Layers       [] → ["arn:aws:lambda:us-east-1:123456789012:layer:l:1"]
          Tags.team    (none) → films
      ~ AWS::ApiGatewayV2::Stage        Stage        $default
          DefaultRouteSettings.ThrottlingRateLimit  (none) → 5.0
          Tags.team                                 (none) → films
      + AWS::Lambda::Version            Version      chat release 863d6caf
      ~ AWS::Lambda::Alias              Alias        chat:live
          FunctionVersion  1 → ${Version.Version}
      = AWS::Lambda::Permission         Permission   chat:live by apigateway.amazonaws.com
      = AWS::ApiGatewayV2::Integration  Integration  AWS_PROXY to chat:live
      = AWS::ApiGatewayV2::Route        Route        POST /chat

      alias chat:live: version 1 → new version

    1 to create, 7 to change, 3 unchanged
    "#);
}

#[test]
fn a_removed_property_is_shown_with_its_default() {
    let old = Spec {
        memory: Some(512),
        retention: Some(14),
        origins: Some("*"),
        boundary: Some("arn:aws:iam::aws:policy/Bound"),
        ..Spec::plain()
    };
    insta::assert_snapshot!(from_to(&old, &Spec::plain()), @r#"
    stack chat in us-east-1, account 123456789012

      ~ AWS::IAM::Role                  Role         role
          PermissionsBoundary  arn:aws:iam::aws:policy/Bound → (none)
      ~ AWS::Logs::LogGroup             Logs         /aws/lambda/chat
          RetentionInDays  14 → (none)
      = AWS::DynamoDB::Table            Table        films
      ~ AWS::ApiGatewayV2::Api          Api          chat
          CorsConfiguration
            - {
            -   "AllowCredentials": false,
            -   "AllowHeaders": [],
            -   "AllowMethods": [],
            -   "AllowOrigins": [
            -     "*"
            -   ],
            -   "ExposeHeaders": []
            - }
      ~ AWS::Lambda::Function           Function     chat
          MemorySize  512 → 128
      = AWS::ApiGatewayV2::Stage        Stage        $default
      + AWS::Lambda::Version            Version      chat release c3ab61aa
      ~ AWS::Lambda::Alias              Alias        chat:live
          FunctionVersion  1 → ${Version.Version}
      = AWS::Lambda::Permission         Permission   chat:live by apigateway.amazonaws.com
      = AWS::ApiGatewayV2::Integration  Integration  AWS_PROXY to chat:live
      = AWS::ApiGatewayV2::Route        Route        POST /chat

      alias chat:live: version 1 → new version

    1 to create, 5 to change, 5 unchanged
    "#);
}

#[test]
fn a_policy_is_changed_added_and_removed() {
    let old = Spec { policies: [("Read", "s:Get"), ("Invoke", "s:Get")].into(), ..Spec::plain() };
    let new = Spec { policies: [("Read", "s:Put"), ("Write", "s:Put")].into(), ..Spec::plain() };
    insta::assert_snapshot!(from_to(&old, &new), @r#"
    stack chat in us-east-1, account 123456789012

      ~ AWS::IAM::Role                  Role         role
          Policies.Read
                  {
            -       "Action": "s:Get",
            +       "Action": "s:Put",
                    "Effect": "Allow",
          Policies.Write
            + {
            +   "Statement": [
            +     {
            +       "Action": "s:Put",
            +       "Effect": "Allow",
            +       "Resource": "*"
            +     }
            +   ],
            +   "Version": "2012-10-17"
            + }
          Policies.Invoke
            - {
            -   "Statement": [
            -     {
            -       "Action": "s:Get",
            -       "Effect": "Allow",
            -       "Resource": "*"
            -     }
            -   ],
            -   "Version": "2012-10-17"
            - }
      = AWS::Logs::LogGroup             Logs         /aws/lambda/chat
      = AWS::DynamoDB::Table            Table        films
      = AWS::ApiGatewayV2::Api          Api          chat
      = AWS::Lambda::Function           Function     chat
      = AWS::ApiGatewayV2::Stage        Stage        $default
      = AWS::Lambda::Version            Version      chat release c3ab61aa
      = AWS::Lambda::Alias              Alias        chat:live
      = AWS::Lambda::Permission         Permission   chat:live by apigateway.amazonaws.com
      = AWS::ApiGatewayV2::Integration  Integration  AWS_PROXY to chat:live
      = AWS::ApiGatewayV2::Route        Route        POST /chat

    1 to change, 10 unchanged
    "#);
}

#[test]
fn values_of_variables_are_not_printed() {
    let old = Spec { variables: [("A1", "value"), ("B1", "value")].into(), ..Spec::plain() };
    let new = Spec { variables: [("A1", "secret"), ("LONGER_NAME", "secret")].into(), ..Spec::plain() };
    insta::assert_snapshot!(from_to(&old, &new), @r#"
    stack chat in us-east-1, account 123456789012

      = AWS::IAM::Role                  Role         role
      = AWS::Logs::LogGroup             Logs         /aws/lambda/chat
      = AWS::DynamoDB::Table            Table        films
      = AWS::ApiGatewayV2::Api          Api          chat
      ~ AWS::Lambda::Function           Function     chat
          Environment.Variables.A1           (masked) → (masked, different)
          Environment.Variables.LONGER_NAME  (none) → (masked)
          Environment.Variables.B1           (masked) → (none)
      = AWS::ApiGatewayV2::Stage        Stage        $default
      + AWS::Lambda::Version            Version      chat release afd7fbca
      ~ AWS::Lambda::Alias              Alias        chat:live
          FunctionVersion  1 → ${Version.Version}
      = AWS::Lambda::Permission         Permission   chat:live by apigateway.amazonaws.com
      = AWS::ApiGatewayV2::Integration  Integration  AWS_PROXY to chat:live
      = AWS::ApiGatewayV2::Route        Route        POST /chat

      alias chat:live: version 1 → new version

    1 to create, 2 to change, 8 unchanged
    "#);
}

#[test]
fn a_replacement_is_named() {
    let new = Spec { source: "talk", path: Some("/service/"), code: "sha-two", ..Spec::plain() };
    insta::assert_snapshot!(from_to(&Spec::plain(), &new), @r#"
    stack chat in us-east-1, account 123456789012

      ~ AWS::IAM::Role                  Role         role  (replace: cannot be updated in place)
          Path  / → /service/
      = AWS::Logs::LogGroup             Logs         /aws/lambda/chat
      = AWS::DynamoDB::Table            Table        films
      = AWS::ApiGatewayV2::Api          Api          chat
      ~ AWS::Lambda::Function           Function     chat
          Code.Sha256  sha-one → sha-two
          Role         arn:aws:iam::123456789012:role/role → arn:aws:iam::123456789012:role/service/role
      = AWS::ApiGatewayV2::Stage        Stage        $default
      + AWS::Lambda::Version            Version      chat release 2bd9a512  (published with the code)
      ~ AWS::Lambda::Alias              Alias        chat:live
          FunctionVersion  1 → ${Version.Version}
      ~ AWS::Lambda::Permission         Permission   chat:live by apigateway.amazonaws.com  (replace: cannot be updated in place)
          SourceArn  arn:aws:execute-api:us-east-1:123456789012:api1/*/POST/chat → arn:aws:execute-api:us-east-1:123456789012:api1/*/POST/talk
      = AWS::ApiGatewayV2::Integration  Integration  AWS_PROXY to chat:live
      = AWS::ApiGatewayV2::Route        Route        POST /chat

      alias chat:live: version 1 → new version

      note: Route: API Gateway cannot call `chat:live` for `POST /chat`: `Permission` does not allow it
            add an AWS::Lambda::Permission for `apigateway.amazonaws.com` with `SourceArn: !Sub "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*/POST/chat"`: without it callers get 500

    1 to create, 2 to change, 2 to replace, 6 unchanged
    "#);
}

#[test]
fn the_rest_of_an_interrupted_replacement() {
    let (old, new) = (Spec::plain(), Spec { source: "talk", ..Spec::plain() });
    let mut state = existing(&new, true);
    state.permissions.extend(existing(&old, true).permissions);
    insta::assert_snapshot!(shown(&planned(&new.desired(), &state, Options::default())), @r#"
    stack chat in us-east-1, account 123456789012

      = AWS::IAM::Role                  Role         role
      = AWS::Logs::LogGroup             Logs         /aws/lambda/chat
      = AWS::DynamoDB::Table            Table        films
      = AWS::ApiGatewayV2::Api          Api          chat
      = AWS::Lambda::Function           Function     chat
      = AWS::ApiGatewayV2::Stage        Stage        $default
      = AWS::Lambda::Version            Version      chat release c3ab61aa
      = AWS::Lambda::Alias              Alias        chat:live
      ~ AWS::Lambda::Permission         Permission   chat:live by apigateway.amazonaws.com  (removes what an interrupted run left behind)
      = AWS::ApiGatewayV2::Integration  Integration  AWS_PROXY to chat:live
      = AWS::ApiGatewayV2::Route        Route        POST /chat

      note: Route: API Gateway cannot call `chat:live` for `POST /chat`: `Permission` does not allow it
            add an AWS::Lambda::Permission for `apigateway.amazonaws.com` with `SourceArn: !Sub "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*/POST/chat"`: without it callers get 500

    1 to change, 10 unchanged
    "#);
}

#[test]
fn an_adoption_and_its_blockers_without_the_option() {
    let state = existing(&Spec::plain(), false);
    let desired = Spec { memory: Some(512), ..Spec::plain() }.desired();
    insta::assert_snapshot!(shown(&planned(&desired, &state, Options { adopt: true, ..Options::default() })), @r#"
    stack chat in us-east-1, account 123456789012

      ~ AWS::IAM::Role                  Role         role  (adopted)
          Tags.provisioner:region    (none) → us-east-1
          Tags.provisioner:resource  (none) → Role
          Tags.provisioner:stack     (none) → chat
      ~ AWS::Logs::LogGroup             Logs         /aws/lambda/chat  (adopted)
          Tags.provisioner:resource  (none) → Logs
          Tags.provisioner:stack     (none) → chat
      ~ AWS::DynamoDB::Table            Table        films  (adopted)
          Tags.provisioner:resource  (none) → Table
          Tags.provisioner:stack     (none) → chat
      ~ AWS::ApiGatewayV2::Api          Api          chat  (adopted)
          Tags.provisioner:resource  (none) → Api
          Tags.provisioner:stack     (none) → chat
      + AWS::Lambda::Alias              Alias        chat:live, for the serving version
      ~ AWS::Lambda::Function           Function     chat  (adopted)
          MemorySize                 128 → 512
          Tags.provisioner:resource  (none) → Function
          Tags.provisioner:stack     (none) → chat
      ~ AWS::ApiGatewayV2::Stage        Stage        $default  (adopted)
          Tags.provisioner:resource  (none) → Stage
          Tags.provisioner:stack     (none) → chat
      + AWS::Lambda::Version            Version      chat release d4d07558
      ~ AWS::Lambda::Alias              Alias        chat:live
      + AWS::Lambda::Permission         Permission   chat:live by apigateway.amazonaws.com
      ~ AWS::ApiGatewayV2::Integration  Integration  AWS_PROXY to chat:live  (adopted)
          IntegrationUri  arn:aws:lambda:us-east-1:123456789012:function:chat → arn:aws:lambda:us-east-1:123456789012:function:chat:live
          Description     by hand → provisioner:stack=chat provisioner:resource=Integration
      = AWS::ApiGatewayV2::Route        Route        POST /chat

      alias chat:live: $LATEST → new version, the current code is published as a version first, callers are moved to the alias before the function changes

    3 to create, 1 to change, 7 to adopt, 1 unchanged
    "#);
    let blocked = planned(&desired, &state, Options::default());
    assert!(shown(&blocked).ends_with("\n\nblocked: nothing is executed, see the error\n"), "{}", shown(&blocked));
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
      = AWS::DynamoDB::Table            Table        films  (skipped: its DeletionPolicy is Retain)
      - AWS::Logs::LogGroup             Logs         /aws/lambda/chat
      = AWS::IAM::Role                  Role         role  (skipped: it was not created by this stack)

    8 to delete, 2 unchanged
    "#);
}

#[test]
fn nothing_to_remove() {
    let plan = planned_removal(&Spec::plain().desired(), &State::default());
    insta::assert_snapshot!(shown(&plan), @r#"
    stack chat in us-east-1, account 123456789012

    nothing to do
    "#);
}
