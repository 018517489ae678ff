//! Values that AWS assigns, when a stack is deployed and removed.

use super::judge::existing;
use super::spec::{FOREIGN_API, Spec, desired};
use super::{executed, planned, planned_removal};
use crate::plan::{Action, Options};
use crate::template::Reference;
use crate::world::State;

#[test]
fn a_route_with_an_unknown_key_does_not_prevent_a_destroy() {
    let desired = desired(&format!(
        "
Resources:
  Q: {{Type: AWS::SQS::Queue, Properties: {{QueueName: jobs}}}}
  Role: {{Type: AWS::IAM::Role, Properties: {{RoleName: r, AssumeRolePolicyDocument: {{Statement: []}}}}}}
  F: {{Type: AWS::Lambda::Function, Properties: {{Code: f.zip, Runtime: provided.al2023, Handler: bootstrap, Role: !GetAtt Role.Arn}}}}
  I: {{Type: AWS::ApiGatewayV2::Integration, Properties: {{ApiId: {FOREIGN_API}, IntegrationType: AWS_PROXY, PayloadFormatVersion: '2.0', IntegrationUri: !GetAtt F.Arn}}}}
  R: {{Type: AWS::ApiGatewayV2::Route, Properties: {{ApiId: {FOREIGN_API}, RouteKey: !Sub ['GET /${{X}}', {{X: !Select [2, !Split [':', !GetAtt Q.Arn]]}}], Target: !Sub 'integrations/${{I}}'}}}}
"
    ));
    let mut state = State::default();
    let api = existing(&Spec { attach: true, ..Spec::plain() }, true).apis[FOREIGN_API].clone();
    state.apis.insert(FOREIGN_API.to_owned(), api);
    let plan = planned(&desired, &state, Options::default());
    assert_eq!(plan.blockers, []);
    let deployed = executed(&plan, &state, None);
    assert!(deployed.outcome.is_complete(), "{:?}", deployed.outcome.failed);
    assert_eq!(deployed.state.routes.values().map(|route| route.route_key.as_str()).collect::<Vec<_>>(), ["GET /sqs"]);
    assert!(planned(&desired, &deployed.state, Options::default()).is_empty());

    let removal = planned_removal(&desired, &deployed.state);
    let remaining: Vec<_> = removal.steps.iter().filter(|step| step.action == Action::Leave).collect();
    assert!(remaining.is_empty(), "{remaining:#?}");
    let removed = executed(&removal, &deployed.state, None);
    assert!(removed.outcome.is_complete(), "{:?}", removed.outcome.failed);
    assert!(removed.state.integrations.is_empty() && removed.state.routes.is_empty());
}

#[test]
fn a_role_has_the_id_that_iam_assigns() {
    let desired = desired(
        "
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: r, AssumeRolePolicyDocument: {Statement: []}}}
  Logs: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Sub '/of/${Role.RoleId}'}}
Outputs:
  Id: {Value: !GetAtt Role.RoleId}
",
    );
    let done = executed(&planned(&desired, &State::default(), Options::default()), &State::default(), None);
    assert!(done.outcome.is_complete(), "{:?}", done.outcome.failed);
    assert!(done.outcome.known.get(&Reference::new("Role", "RoleId")).is_some());
    assert_eq!(done.state.log_groups.keys().collect::<Vec<_>>(), ["/of/AROAR"]);
    assert_eq!(desired.outputs(&done.outcome.known), [("Id".to_owned(), "AROAR".to_owned())]);
    assert!(planned(&desired, &done.state, Options::default()).is_empty());
}
