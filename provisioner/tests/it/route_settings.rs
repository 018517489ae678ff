//! A stage with settings for its routes, which API Gateway accepts only while the routes exist.

use rstest::rstest;
use serde_json::json;

use crate::support::aws::Aws;
use crate::support::proxy::call::names;
use crate::support::proxy::strict;
use crate::support::user::User;

const TEMPLATE: &str = "\
Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: films, ProtocolType: HTTP}
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties:
      ApiId: !Ref Api
      StageName: $default
      AutoDeploy: true
      RouteSettings: {GET /films: {ThrottlingBurstLimit: 3, ThrottlingRateLimit: 1}}
  Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties: {ApiId: !Ref Api, IntegrationType: HTTP_PROXY, IntegrationUri: 'https://example.org', PayloadFormatVersion: '1.0'}
  Route:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref Api, RouteKey: GET /films, Target: !Sub 'integrations/${Integration}'}
";

#[rstest]
#[tokio::test]
async fn a_stage_with_route_settings_is_deployed_after_the_route_and_deleted_before_it(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let user = User::of_template(aws.account().await, TEMPLATE);
    user.proxy.on(strict::settings_need_their_routes());
    user.plain(&["deploy"]).await.expect_success();
    let world = user.world().await;
    assert_eq!(world["apis"]["films"]["stages"].as_object().map(serde_json::Map::len), Some(1), "{world:?}");
    user.proxy.clear();
    user.plain(&["deploy"]).await.expect_success();
    assert_eq!(names(&user.proxy.writes()), [""; 0]);

    user.proxy.clear();
    user.plain(&["destroy", "--yes"]).await.expect_success();
    let writes = names(&user.proxy.writes());
    let at = |operation: &str| {
        writes.iter().position(|one| one.ends_with(operation)).unwrap_or_else(|| panic!("{writes:?}"))
    };
    assert!(at("DeleteStage") < at("DeleteRoute"), "{writes:?}");
    assert_eq!(json!(user.world().await["apis"].as_object().map(serde_json::Map::len)), json!(0));
}
