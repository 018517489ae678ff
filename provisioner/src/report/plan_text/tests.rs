//! Plans as text, without colours.

mod owners;

use super::*;
use crate::plan::Options;
use crate::plan::tests::judge::existing;
use crate::plan::tests::spec::Spec;
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

      alias chat:live
          points to   a new version
          smoke test  none

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
          FunctionVersion  1 → a new version
      = AWS::Lambda::Permission         Permission   chat:live by apigateway.amazonaws.com
      = AWS::ApiGatewayV2::Integration  Integration  AWS_PROXY to chat:live
      = AWS::ApiGatewayV2::Route        Route        POST /chat

      alias chat:live
          points to   version 1 → a new version
          smoke test  none

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
          FunctionVersion  1 → a new version
      = AWS::Lambda::Permission         Permission   chat:live by apigateway.amazonaws.com
      = AWS::ApiGatewayV2::Integration  Integration  AWS_PROXY to chat:live
      = AWS::ApiGatewayV2::Route        Route        POST /chat

      alias chat:live
          points to   version 1 → a new version
          smoke test  none

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
          FunctionVersion  1 → a new version
      = AWS::Lambda::Permission         Permission   chat:live by apigateway.amazonaws.com
      = AWS::ApiGatewayV2::Integration  Integration  AWS_PROXY to chat:live
      = AWS::ApiGatewayV2::Route        Route        POST /chat

      alias chat:live
          points to   version 1 → a new version
          smoke test  none

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
          FunctionVersion  1 → a new version
      ~ AWS::Lambda::Permission         Permission   chat:live by apigateway.amazonaws.com  (replace: cannot be updated in place)
          SourceArn  arn:aws:execute-api:us-east-1:123456789012:api1/*/POST/chat → arn:aws:execute-api:us-east-1:123456789012:api1/*/POST/talk
      = AWS::ApiGatewayV2::Integration  Integration  AWS_PROXY to chat:live
      = AWS::ApiGatewayV2::Route        Route        POST /chat

      alias chat:live
          points to   version 1 → a new version
          smoke test  none

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
fn nothing_to_remove() {
    let plan = planned_removal(&Spec::plain().desired(), &State::default());
    insta::assert_snapshot!(shown(&plan), @r#"
    stack chat in us-east-1, account 123456789012

    nothing to do
    "#);
}
