//! The functions receive the requests that templates declare in `Metadata.Provisioner.SmokeTest`, and nothing else.
//!
//! The functions record every event that they receive. The event from a declared request is compared with the event
//! that MiniStack's API and function URL create from the same request.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::support::account::Account;
use crate::support::http::send;
use crate::support::ministack::{api_url, url_url};
use crate::support::user::User;

/// Records its event, and answers as its variables define.
const HANDLER: &str = "
import json, os

def handler(event, context):
    with open(os.environ['RECORD'], 'a') as record:
        record.write(json.dumps(event) + '\\n')
    if os.environ['ANSWER'] == 'fail':
        raise RuntimeError('no stock')
    return json.loads(os.environ['ANSWER'])
";

const ORDER: &str = "
          Request:
            Method: POST
            Path: /orders/7?dry=1&tag=x&tag=y%20z
            Headers: {X-Source: smoke, User-Agent: shop/1}
            Body: {sku: !Sub 'A-${Region}', count: 2}
          Message: /sku
          Expect:
            Status: 201
            Body: {Contains: new, Exists: /id, Equals: {/state: new}}
";

static COUNT: AtomicUsize = AtomicUsize::new(1);

/// A stack of orders with a declared test, in its own directory.
struct Orders {
    user: User,
    /// The function's name, which is unique to the test: when a function changes, MiniStack ends the processes of the
    /// functions of that name in all accounts.
    name: String,
}

/// The place of a declaration, and its text.
enum At<'a> {
    Nothing,
    Route(&'a str),
    Alias(&'a str),
    Url(&'a str),
}

impl Orders {
    fn new(at: &At<'_>) -> Self {
        let declared = |test: &str| format!("\n    Metadata:\n      Provisioner:\n        SmokeTest:{test}");
        let (mut route, mut alias, mut url) = (String::new(), String::new(), String::new());
        match at {
            At::Nothing => {}
            At::Route(test) => route = declared(test),
            At::Alias(test) => alias = declared(test),
            At::Url(test) => url = declared(test),
        }
        let template = TEMPLATE.replace("#route", &route).replace("#alias", &alias).replace("#url", &url);
        let user = User::of_template(Account::fresh(), &template);
        fs::write(user.file("code/index.py"), HANDLER).expect("the handler");
        let name = format!("orders-{}", COUNT.fetch_add(1, Ordering::SeqCst));
        let arguments = [
            "-P".to_owned(),
            format!("Name={name}"),
            "--stack".to_owned(),
            "orders".to_owned(),
            "-P".to_owned(),
            format!("Record={}", user.file("record").display()),
        ];
        Self { user: user.always(arguments), name }
    }

    /// The events that the function received since the last call.
    fn events(&self) -> Vec<Value> {
        let record = self.user.file("record");
        let text = fs::read_to_string(&record).unwrap_or_default();
        drop(fs::remove_file(record));
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }

    /// The serving version.
    async fn version(&self) -> Value {
        self.user.world().await["functions"][&self.name]["aliases"]["live"]["version"].clone()
    }
}

const TEMPLATE: &str = "\
Parameters:
  Record: {Type: String}
  Name: {Type: String}
  Answer: {Type: String, Default: '{\"statusCode\": 201, \"body\": \"{\\\"id\\\": 7, \\\"state\\\": \\\"new\\\"}\"}'}
  Region: {Type: String, Default: north}
  Format: {Type: String, Default: '2.0'}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: orders
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]
  Function:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: !Ref Name
      Code: code
      Runtime: python3.13
      Handler: index.handler
      Role: !GetAtt Role.Arn
      Environment: {Variables: {RECORD: !Ref Record, ANSWER: !Ref Answer}}
  Version: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref Function}}
  Alias:
    Type: AWS::Lambda::Alias#alias
    Properties: {FunctionName: !Ref Function, Name: live, FunctionVersion: !GetAtt Version.Version}
  Api: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: orders, ProtocolType: HTTP}}
  Stage: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: !Ref Api, StageName: $default, AutoDeploy: true}}
  Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties: {ApiId: !Ref Api, IntegrationType: AWS_PROXY, IntegrationUri: !Ref Alias, PayloadFormatVersion: !Ref Format}
  Permission:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Alias
      Action: lambda:InvokeFunction
      Principal: apigateway.amazonaws.com
      SourceArn: !Sub 'arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*/POST/orders/*'
  Route:
    Type: AWS::ApiGatewayV2::Route
    DependsOn: Permission#route
    Properties: {ApiId: !Ref Api, RouteKey: 'POST /orders/{id}', Target: !Sub 'integrations/${Integration}'}
  Url:
    Type: AWS::Lambda::Url#url
    Properties: {TargetFunctionArn: !Ref Alias, AuthType: NONE}
  UrlPermission:
    Type: AWS::Lambda::Permission
    Properties: {FunctionName: !Ref Alias, Action: lambda:InvokeFunctionUrl, Principal: '*', FunctionUrlAuthType: NONE}
Outputs:
  Url: {Value: !GetAtt Url.FunctionUrl}
  Api: {Value: !Ref Api}
";

/// The event without the values that differ for each request or that only an intermediate server sets.
fn comparable(mut event: Value) -> Value {
    let context = event["requestContext"].as_object_mut().expect("a context");
    for name in ["requestId", "time", "timeEpoch", "apiId", "domainName", "domainPrefix", "accountId"] {
        context.remove(name);
    }
    let headers = event["headers"].as_object_mut().expect("headers");
    for name in [
        "authorization", "host", "x-amzn-trace-id", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto",
        "x-amzn-tls-cipher-suite", "x-amzn-tls-version",
    ] {
        headers.remove(name);
    }
    event
}

#[tokio::test]
async fn a_template_without_smoke_tests_sends_none_and_the_plan_notes_it() {
    let orders = Orders::new(&At::Nothing);
    let note = format!("Alias: no smoke test is declared for {}:live: its version only has to be ready", orders.name);
    let plan = orders.user.plain(&["plan"]).await.expect_success();
    assert!(plan.stdout.contains(&note) && !plan.stdout.contains("smoke test:"), "{plan:?}");
    for args in [&["deploy"][..], &["update", "-P", "Region=south", "-P", "Answer={}"], &["rollback"]] {
        let run = orders.user.plain(args).await.expect_success();
        assert!(run.stderr.contains(&note), "{run:?}");
        assert!(orders.events().is_empty(), "{run:?}");
    }
    let run = orders.user.plain(&["invoke"]).await.expect_code(1);
    assert!(run.stderr.contains("the template declares no smoke test"), "{run:?}");
    assert!(run.stderr.contains("hint: give the event with `--event FILE`"), "{run:?}");
}

#[tokio::test]
async fn both_engines_note_changes_without_a_smoke_test() {
    let orders = Orders::new(&At::Nothing);
    let by_cloudformation = ["--engine", "cloudformation"];
    let note = format!("no smoke test is declared for {}:live: nothing is sent to it", orders.name);
    let plan = orders.user.plain(&[&["plan"][..], &by_cloudformation].concat()).await.expect_success();
    assert!(plan.stdout.contains(&format!("note: Alias: {note}")), "no `{note}` in {plan:?}");
    let json = [&["plan", "--output", "json"][..], &by_cloudformation].concat();
    let plan = orders.user.plain(&json).await.expect_success().json();
    assert_eq!(plan["notes"], json!([{"logicalId": "Alias", "text": note}]));
    assert_eq!(plan.get("smokeTests"), None);
    let deploy = orders.user.plain(&[&["deploy"][..], &by_cloudformation].concat()).await.expect_success();
    assert!(deploy.stderr.contains(&format!("note: Alias: {note}")), "no `{note}` in {deploy:?}");
    assert!(orders.events().is_empty(), "nothing is sent");

    let declared = Orders::new(&At::Route(ORDER));
    let plan = declared.user.plain(&json).await.expect_success().json();
    assert_eq!((&plan["smokeTests"][0]["logicalId"], plan.get("notes")), (&json!("Route"), None));
    let silent = [&json[..], &["--no-smoke"]].concat();
    let plan = declared.user.plain(&silent).await.expect_success().json();
    assert_eq!((plan.get("smokeTests"), plan.get("notes")), (None, None));

    let alone = Orders::new(&At::Nothing);
    alone.user.write_template(&TEMPLATE[..TEMPLATE.find("\n  Version:").expect("a version")]);
    let plan = alone.user.plain(&["plan"]).await.expect_success();
    let note = format!("note: Function: no smoke test is declared for {}: nothing is sent to it", alone.name);
    assert!(plan.stdout.contains(&note), "no `{note}` in {plan:?}");
}

#[tokio::test]
async fn the_declared_request_is_sent_exactly_and_a_wrong_answer_keeps_callers_on_the_old_version() {
    let orders = Orders::new(&At::Route(ORDER));
    let facts = format!(
        "\n  alias {}:live\n      points to   a new version\n      smoke test  POST /orders/7?dry=1&tag=x&tag=y%20z expects 201 (Route)\n",
        orders.name
    );
    let plan = orders.user.plain(&["plan"]).await.expect_success();
    assert!(plan.stdout.contains(&facts), "no `{facts}` in {plan:?}");
    assert!(orders.events().is_empty(), "a plan sends none");
    let report = orders.user.plain(&["deploy", "--output", "json"]).await.expect_success().json();
    let test = json!({
        "logicalId": "Route",
        "callee": format!("{}:live", orders.name),
        "test": "POST /orders/7?dry=1&tag=x&tag=y%20z expects 201",
        "beforeCallers": true,
    });
    assert_eq!(report["plan"]["smokeTests"], json!([test]));
    let transition = json!({"logicalId": "Alias", "callee": test["callee"], "smokeTests": 1});
    assert_eq!(report["plan"]["transitions"], json!([transition]));
    let mut executed = transition;
    executed["to"] = "1".into();
    assert_eq!(report["transitions"], json!([executed]));
    let [declared] = orders.events().try_into().expect("one event");

    let url = api_url(report["outputs"]["Api"].as_str().expect("an id"), "/orders/7?dry=1&tag=x&tag=y%20z");
    let headers = [("content-type", "application/json"), ("x-source", "smoke"), ("user-agent", "shop/1")];
    let body = "{\"sku\":\"A-north\",\"count\":2}".to_owned();
    let answer = send(&orders.user.account, "POST", &url, &headers, body).await;
    assert_eq!((answer.status, &answer.body["id"]), (201, &json!(7)), "{answer:?}");
    let [by_api] = orders.events().try_into().expect("one event");
    assert_eq!(comparable(declared), comparable(by_api));

    for (answer, cause) in [
        (r#"{"statusCode": 500, "body": "no stock"}"#, "it answered 500, not 201: no stock"),
        (r#"{"statusCode": 201, "body": "{\"id\": 7}"}"#, "its body does not contain `new`"),
        (r#"{"statusCode": 201, "body": "new"}"#, "its body is not JSON: new"),
        (r#"{"statusCode": 201, "body": "{\"state\": \"new\"}"}"#, "its body has no `/id`"),
        (
            r#"{"statusCode": 201, "body": "{\"id\": 7, \"state\": \"renewed\"}"}"#,
            "`/state` of its body is not \"new\"",
        ),
        ("fail", "the function returned an error: "),
    ] {
        let bad = format!("Answer={answer}");
        let run = orders.user.plain(&["deploy", "-P", &bad]).await.expect_code(1);
        assert!(run.stderr.contains(cause), "no `{cause}` in {run:?}");
        let of = format!("of function {} failed its smoke test: POST /orders/7?dry=1&tag=x&tag=y%20z: ", orders.name);
        assert!(run.stderr.contains(&of), "no `{of}` in {run:?}");
        assert_eq!(orders.version().await, "1", "{run:?}");
        assert_eq!(orders.events().len(), 1);
    }
    orders.user.plain(&["deploy", "-P", "Answer=fail", "--no-smoke"]).await.expect_success();
    assert_ne!(orders.version().await, "1");
    assert!(orders.events().is_empty());
    let back = orders.user.plain(&["rollback"]).await.expect_success();
    assert!(back.stderr.contains("expects 201 (Route): passed"), "{back:?}");
    assert_eq!((orders.version().await, orders.events().len()), (json!("1"), 1));
}

#[tokio::test]
async fn a_route_of_payload_format_1_gets_a_smoke_test_event_of_that_format() {
    let orders = Orders::new(&At::Route(ORDER));
    orders.user.plain(&["deploy", "-P", "Format=1.0"]).await.expect_success();
    let [event] = orders.events().try_into().expect("one event");
    for (pointer, value) in [
        ("/version", json!("1.0")),
        ("/httpMethod", json!("POST")),
        ("/path", json!("/orders/7")),
        ("/resource", json!("/orders/{id}")),
        ("/pathParameters", json!({"id": "7"})),
        ("/multiValueQueryStringParameters", json!({"dry": ["1"], "tag": ["x", "y z"]})),
        ("/headers/x-source", json!("smoke")),
        ("/body", json!("{\"sku\":\"A-north\",\"count\":2}")),
    ] {
        assert_eq!(event.pointer(pointer), Some(&value), "{pointer}");
    }
    let account = event["requestContext"]["accountId"].as_str().expect("an account");
    assert!(account.len() == 12 && account.bytes().all(|digit| digit.is_ascii_digit()), "{account}");
    let implied = "Answer={\"id\": 7}";
    let run = orders.user.plain(&["deploy", "-P", "Format=1.0", "-P", implied]).await.expect_code(1);
    assert!(run.stderr.contains("its answer has no `statusCode`: {\"id\":7}"), "{run:?}");
}

#[tokio::test]
async fn a_function_url_gets_a_smoke_test_event_of_its_own_format() {
    let orders = Orders::new(&At::Url(&ORDER.replace("/orders/7", "/any/7")));
    let report = orders.user.plain(&["deploy", "--output", "json"]).await.expect_success().json();
    let [declared] = orders.events().try_into().expect("one event");
    let url = report["outputs"]["Url"].as_str().expect("a URL");
    let headers = [("content-type", "application/json"), ("x-source", "smoke"), ("user-agent", "shop/1")];
    let body = "{\"sku\":\"A-north\",\"count\":2}".to_owned();
    let url = url_url(url, "/any/7?dry=1&tag=x&tag=y%20z");
    let answer = send(&orders.user.account, "POST", &url, &headers, body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let [by_url] = orders.events().try_into().expect("one event");
    assert_eq!(comparable(declared), comparable(by_url));
}

#[tokio::test]
async fn a_worker_gets_its_declared_event_and_must_not_fail() {
    let event = "
          Event: {Records: [{body: !Ref Region}]}
          Expect: {Payload: {Equals: {/failures: []}}}
";
    let orders = Orders::new(&At::Alias(event));
    let good = "Answer={\"failures\": []}";
    orders.user.plain(&["deploy", "-P", good]).await.expect_success();
    assert_eq!(orders.events(), [json!({"Records": [{"body": "north"}]})]);
    for (answer, cause) in [
        ("Answer=fail", "the event of Alias: the function returned an error: "),
        ("Answer={\"failures\": [1]}", "the event of Alias: `/failures` of its answer is not []: {\"failures\":[1]}"),
    ] {
        let run = orders.user.plain(&["deploy", "-P", answer]).await.expect_code(1);
        assert!(run.stderr.contains(cause), "no `{cause}` in {run:?}");
        assert_eq!(orders.version().await, "1");
    }
}

#[tokio::test]
async fn a_smoke_test_runs_at_the_end_where_no_version_is_tested_before_the_move_of_callers() {
    let orders = Orders::new(&At::Route(ORDER));
    orders.user.plain(&["deploy", "--no-smoke"]).await.expect_success();
    // The function is unchanged, and its event changes.
    let run = orders.user.plain(&["deploy", "-P", "Format=1.0", "--output", "json"]).await.expect_success();
    let test = "smoke test  POST /orders/7?dry=1&tag=x&tag=y%20z expects 201 (Route)";
    let facts = format!("\n\n  alias {}:live\n      {test}", orders.name);
    let planned = format!("{facts}, when all steps are done\n");
    assert_eq!(run.stderr.matches(&planned).count(), 1, "no `{planned}` in {run:?}");
    assert_eq!(run.json()["smoke"]["passed"], true, "{run:?}");
    let passed = format!("{facts}: passed\n");
    assert_eq!(run.stderr.matches(&passed).count(), 1, "no `{passed}` in {run:?}");
    let [event] = orders.events().try_into().expect("one event");
    assert_eq!(event["version"], "1.0");
    let by_cloudformation = Orders::new(&At::Route(ORDER));
    let bad = ["deploy", "--engine", "cloudformation", "-P", "Answer=fail"];
    let run = by_cloudformation.user.plain(&bad).await.expect_code(1);
    assert!(run.stderr.contains("smoke test  POST /orders/7?dry=1&tag=x&tag=y%20z expects 201"), "{run:?}");
    for text in ["sending a smoke test to the deployed stack", "the function returned an error: ", "all steps are done"]
    {
        assert!(run.stderr.contains(text), "no `{text}` in {run:?}");
    }
    assert_eq!(by_cloudformation.events().len(), 1);
}

#[tokio::test]
async fn invoke_sends_the_declared_request_a_message_or_an_event_file() {
    let orders = Orders::new(&At::Route(ORDER));
    orders.user.plain(&["deploy", "--no-smoke"]).await.expect_success();
    for (args, body) in [
        (&["invoke"][..], "{\"sku\":\"A-north\",\"count\":2}"),
        (&["invoke", "--message", "B \"2\""], "{\"sku\":\"B \\\"2\\\"\",\"count\":2}"),
    ] {
        let answer = orders.user.plain(args).await.expect_success().json();
        assert_eq!(answer["statusCode"], 201);
        let [event] = orders.events().try_into().expect("one event");
        assert_eq!((&event["body"], &event["rawPath"]), (&json!(body), &json!("/orders/7")));
    }
    let own = orders.user.file("event.json");
    fs::write(&own, "{\"own\": true}").expect("the event");
    orders.user.plain(&["invoke", "--event", &own.display().to_string()]).await.expect_success();
    assert_eq!(orders.events(), [json!({"own": true})]);
    let without = Orders::new(&At::Route(&ORDER.replace("          Message: /sku\n", "")));
    let run = without.user.plain(&["invoke", "--message", "x"]).await.expect_code(1);
    assert!(run.stderr.contains("the smoke test of Route does not name the place of the message"), "{run:?}");
    assert!(run.stderr.contains("hint: give the whole event with `--event FILE`"), "{run:?}");
}

#[tokio::test]
async fn an_invalid_smoke_test_declaration_is_an_error_with_file_and_line() {
    let orders = Orders::new(&At::Route(&ORDER.replace("POST", "GET")));
    for args in ["plan", "deploy", "destroy"] {
        let run = orders.user.plain(&[args]).await.expect_code(1);
        let expected = "t.yaml:46: Route.Metadata.Provisioner.SmokeTest.Request: `GET /orders/7?dry=1&tag=x&tag=y%20z` does \
                    not match `POST /orders/{id}`";
        assert!(run.stderr.contains(expected), "no `{expected}` in {run:?}");
    }
    assert!(orders.user.world().await.is_empty());
}
