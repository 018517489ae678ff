mod kinds;

use serde_json::{Value, json};

use super::*;
use crate::lint::{Severity, beyond_limits};
use crate::plan::tests::{planned, spec::desired};
use crate::plan::{Options, Plan};
use crate::resources::served::LENGTH as BEFORE;
use crate::resources::{Mark, Resource};
use crate::world::State;

/// The plan of a template in which every value exceeds AWS's limit by this much.
fn plan(over: usize) -> Plan {
    let text = |most: usize| "x".repeat(most + over);
    let tags =
        |most: usize| json!([{"Key": "t".repeat(128 + over), "Value": "v"}, {"Key": "team", "Value": text(most)}]);
    let allowed = json!({"Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]});
    let policy = json!({"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]});
    let mut resources = json!({
        "Role": {"Type": "AWS::IAM::Role", "Properties": {
            "RoleName": text(64), "Description": text(1000), "AssumeRolePolicyDocument": allowed,
            "Policies": [{"PolicyName": text(128), "PolicyDocument": policy}], "Tags": tags(256),
        }},
        "Policy": {"Type": "AWS::IAM::Policy", "Properties": {
            "PolicyName": "p".repeat(128 + over), "PolicyDocument": policy, "Roles": [{"Ref": "Role"}],
        }},
        "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": text(512), "Tags": tags(256)}},
        "Function": {"Type": "AWS::Lambda::Function", "Properties": {
            "FunctionName": text(64), "Description": text(256), "Code": "f.zip", "Runtime": "provided.al2023",
            "Handler": text(128), "Role": {"Fn::GetAtt": ["Role", "Arn"]}, "Tags": tags(256),
            "Environment": {"Variables": {"AB": text(4096 - r#"{"AB":""}"#.len())}},
        }},
        "Version": {"Type": "AWS::Lambda::Version", "Properties": {
            "FunctionName": {"Ref": "Function"}, "Description": text(256),
        }},
        "Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {
            "Name": text(128), "ProtocolType": "HTTP", "Description": text(1024), "Tags": {"team": text(1600)},
        }},
        "Stage": {"Type": "AWS::ApiGatewayV2::Stage", "Properties": {
            "ApiId": {"Ref": "Api"}, "StageName": text(128), "Description": text(1024),
            "Tags": {"team": text(1600)},
        }},
        "Table": {"Type": "AWS::DynamoDB::Table", "Properties": {
            "TableName": text(255), "BillingMode": "PAY_PER_REQUEST", "Tags": tags(256),
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        }},
    });
    // The calls for these also contain the stack's name and the logical id.
    let alias = text(256 - BEFORE - "provisioner:stack=chat provisioner:resource=".len());
    resources[alias] = json!({"Type": "AWS::Lambda::Alias", "Properties": {
        "FunctionName": {"Ref": "Function"}, "Name": text(128),
        "FunctionVersion": {"Fn::GetAtt": ["Version", "Version"]},
    }});
    planned(&desired(&json!({ "Resources": resources }).to_string()), &State::default(), Options::default())
}

#[test]
fn values_above_the_limits_block_the_plan() {
    let plan = plan(1);
    let kind = |id: &str| plan.steps.iter().find(|step| step.logical_id == id).map(|step| step.kind.clone());
    let told = plan.blockers.iter().map(|one| format!("{}: {}", kind(&one.logical_id).unwrap(), one.cause));
    let mut told: Vec<String> = told
        .map(|one| one.replace(&"x".repeat(32), "x").replace(&"t".repeat(32), "t").replace(" (t.yaml:1)", ""))
        .collect();
    told.sort();
    insta::assert_snapshot!(told.join("\n"), @r"
    AWS::ApiGatewayV2::Api: Description has 1025 characters; the maximum is 1024
    AWS::ApiGatewayV2::Api: Name has 129 characters; the maximum is 128
    AWS::ApiGatewayV2::Api: Tags.team has 1601 characters; the maximum is 1600
    AWS::ApiGatewayV2::Stage: Description has 1025 characters; the maximum is 1024
    AWS::ApiGatewayV2::Stage: StageName has 129 characters; the maximum is 128
    AWS::ApiGatewayV2::Stage: Tags.team has 1601 characters; the maximum is 1600
    AWS::DynamoDB::Table: TableName has 256 characters; the maximum is 255
    AWS::DynamoDB::Table: Tags.team has 257 characters; the maximum is 256
    AWS::DynamoDB::Table: the key Tags.t… has 129 characters; the maximum is 128
    AWS::IAM::Policy: PolicyName has 129 characters; the maximum is 128
    AWS::IAM::Role: Description has 1001 characters; the maximum is 1000
    AWS::IAM::Role: RoleName has 65 characters; the maximum is 64
    AWS::IAM::Role: Tags.team has 257 characters; the maximum is 256
    AWS::IAM::Role: the key Policies.x… has 129 characters; the maximum is 128
    AWS::IAM::Role: the key Tags.t… has 129 characters; the maximum is 128
    AWS::Lambda::Alias: Description has 172 characters; the maximum is 171
    AWS::Lambda::Alias: Name has 129 characters; the maximum is 128
    AWS::Lambda::Function: Description has 257 characters; the maximum is 256
    AWS::Lambda::Function: Environment.Variables has 4097 bytes; the maximum is 4096
    AWS::Lambda::Function: FunctionName has 65 characters; the maximum is 64
    AWS::Lambda::Function: Handler has 129 characters; the maximum is 128
    AWS::Lambda::Function: Tags.team has 257 characters; the maximum is 256
    AWS::Lambda::Function: the key Tags.t… has 129 characters; the maximum is 128
    AWS::Lambda::Version: Description has 257 characters; the maximum is 256
    AWS::Logs::LogGroup: LogGroupName has 513 characters; the maximum is 512
    AWS::Logs::LogGroup: Tags.team has 257 characters; the maximum is 256
    AWS::Logs::LogGroup: the key Tags.t… has 129 characters; the maximum is 128
    ");
    assert!(plan.is_empty(), "nothing is sent: {:#?}", plan.steps);
}

#[test]
fn values_at_the_limits_are_sent() {
    let plan = plan(0);
    assert_eq!(plan.blockers, []);
    assert_eq!(plan.notes, []);
    assert_eq!(plan.changing().count(), plan.steps.len());
}

#[test]
fn unknown_values_have_no_length() {
    let function = |description: Value| {
        json!({"Resources": {
            "Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"ProtocolType": "HTTP"}},
            "Function": {"Type": "AWS::Lambda::Function", "Properties": {
                "Code": "f.zip", "Runtime": "provided.al2023", "Handler": "bootstrap",
                "Role": "arn:aws:iam::1:role/r", "Description": description,
            }},
        }})
    };
    let blockers = |description: Value| {
        planned(&desired(&function(description).to_string()), &State::default(), Options::default()).blockers
    };
    assert_eq!(blockers(json!({"Fn::Sub": format!("{}${{Api.ApiId}}", "é".repeat(250))})), []);
    assert_eq!(blockers(json!({"Fn::Sub": format!("{}${{Api.ApiId}}", "é".repeat(257))})).len(), 1);
}

/// The findings in the properties of a kind, as a template writes them.
fn found(kind: &str, properties: &Value) -> Vec<(Severity, String)> {
    let resource = Resource::parse(kind, properties.as_object().unwrap().clone()).unwrap().unwrap();
    beyond_limits("One", &resource).into_iter().map(|one| (one.severity, one.cause)).collect()
}

/// Valid properties of each kind with a type here. Each case replaces some of them.
fn good(kind: &str) -> Value {
    let policy =
        json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]});
    match kind {
        "AWS::IAM::Role" => json!({"RoleName": "chat", "AssumeRolePolicyDocument": policy}),
        "AWS::IAM::Policy" => json!({"PolicyName": "read", "PolicyDocument": policy, "Roles": ["chat"]}),
        "AWS::Logs::LogGroup" => json!({"LogGroupName": "/aws/lambda/chat"}),
        "AWS::Lambda::Function" => json!({
            "FunctionName": "chat", "Code": "f.zip", "Runtime": "python3.12", "Handler": "index.handler",
            "Role": "arn:aws:iam::123456789012:role/chat",
        }),
        "AWS::Lambda::Version" => json!({"FunctionName": "chat"}),
        "AWS::Lambda::Alias" => json!({"FunctionName": "chat", "Name": "live", "FunctionVersion": "1"}),
        "AWS::Lambda::Url" => json!({"TargetFunctionArn": "chat", "AuthType": "NONE"}),
        "AWS::Lambda::Permission" => {
            json!({"FunctionName": "chat", "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"})
        }
        "AWS::ApiGatewayV2::Api" => json!({"Name": "chat", "ProtocolType": "HTTP"}),
        "AWS::ApiGatewayV2::Stage" => json!({"ApiId": "a1", "StageName": "$default"}),
        "AWS::DynamoDB::Table" => json!({
            "TableName": "films", "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        }),
        _ => json!({}),
    }
}

fn with(kind: &str, more: &Value) -> Vec<(Severity, String)> {
    let mut properties = good(kind);
    properties.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    found(kind, &properties)
}

#[test]
fn invalid_values_are_refused_with_the_property_and_the_limit() {
    let policy = |statement: Value| json!({"Version": "2012-10-17", "Statement": [statement]});
    let variables = |name: &str| json!({"Environment": {"Variables": {name: "v"}}});
    for (kind, properties, expected) in [
        ("AWS::Lambda::Function", json!({"Timeout": 901}), "Timeout is 901; AWS allows 1 to 900"),
        ("AWS::Lambda::Function", json!({"Timeout": 0}), "Timeout is 0; AWS allows 1 to 900"),
        ("AWS::Lambda::Function", json!({"MemorySize": "100"}), "MemorySize is 100; AWS allows 128 to 10240"),
        ("AWS::Lambda::Function", json!({"MemorySize": 10241}), "MemorySize is 10241; AWS allows 128 to 10240"),
        (
            "AWS::Lambda::Function",
            json!({"EphemeralStorage": {"Size": 511}}),
            "EphemeralStorage.Size is 511; AWS allows 512 to 10240",
        ),
        (
            "AWS::Lambda::Function",
            json!({"ReservedConcurrentExecutions": -1}),
            "ReservedConcurrentExecutions is -1; AWS allows 0 or more",
        ),
        (
            "AWS::Lambda::Function",
            json!({"FunctionName": "my chat.v2"}),
            "FunctionName contains a space, `.`; AWS allows [a-zA-Z0-9_-]",
        ),
        ("AWS::Lambda::Function", json!({"Handler": "index handler"}), r"Handler contains a space; AWS allows [^\s]"),
        ("AWS::Lambda::Function", variables("AWS_REGION"), "the key Environment.Variables.AWS_REGION is reserved"),
        ("AWS::Lambda::Function", variables("_HANDLER"), "the key Environment.Variables._HANDLER is reserved"),
        (
            "AWS::Lambda::Function",
            variables("my-key"),
            "the key Environment.Variables.my-key does not match `^([a-zA-Z][a-zA-Z0-9_]+)$`",
        ),
        (
            "AWS::Lambda::Function",
            variables("1ST"),
            "the key Environment.Variables.1ST does not match `^([a-zA-Z][a-zA-Z0-9_]+)$`",
        ),
        (
            "AWS::Lambda::Function",
            variables("X"),
            "the key Environment.Variables.X does not match `^([a-zA-Z][a-zA-Z0-9_]+)$`",
        ),
        (
            "AWS::Lambda::Function",
            json!({"Architectures": ["arm"]}),
            "Architectures is `arm`; AWS allows x86_64, arm64",
        ),
        (
            "AWS::Lambda::Function",
            json!({"Tags": {"aws:team": "a"}}),
            "the key Tags.aws:team begins with `aws:`, which is reserved",
        ),
        (
            "AWS::IAM::Role",
            json!({"RoleName": "chat role"}),
            "RoleName contains a space; AWS allows [A-Za-z0-9_+=,.@-]",
        ),
        (
            "AWS::IAM::Role",
            json!({"Description": "Film chat — runs"}),
            r"Description contains `—`; AWS allows [\x{0009}\x{000A}\x{000D}\x{0020}-\x{007E}\x{00A1}-\x{00FF}]",
        ),
        ("AWS::IAM::Role", json!({"Path": "chat/"}), "Path does not match `^(/|/[!-~]+/)$`"),
        ("AWS::IAM::Role", json!({"MaxSessionDuration": 60}), "MaxSessionDuration is 60; AWS allows 3600 to 43200"),
        (
            "AWS::IAM::Role",
            json!({"Tags": {"owner": "R&D"}}),
            r"Tags.owner contains `&`; AWS allows [\p{L}\p{Z}\p{N}_.:/=+\-@]",
        ),
        (
            "AWS::IAM::Role",
            json!({"Policies": [{"PolicyName": "read films", "PolicyDocument": {}}]}),
            "the key Policies.read films contains a space; AWS allows [A-Za-z0-9_+=,.@-]",
        ),
        (
            "AWS::IAM::Role",
            json!({"Policies": [{"PolicyName": "read", "PolicyDocument": policy(json!({"Sid": "Read-films"}))}]}),
            "Policies.read.Statement.Sid contains `-`; AWS allows [A-Za-z0-9]",
        ),
        (
            "AWS::IAM::Role",
            json!({"Policies": [{"PolicyName": "read", "PolicyDocument": policy(json!({"Resource": "arn:aws:s3:::filme/日本/*"}))}]}),
            r"Policies.read contains `日`, `本`; AWS allows [\x{09}\x{0A}\x{0D}\x{20}-\x{FF}]",
        ),
        (
            "AWS::IAM::Policy",
            json!({"PolicyName": "read/films"}),
            "PolicyName contains `/`; AWS allows [A-Za-z0-9_+=,.@-]",
        ),
        (
            "AWS::IAM::Policy",
            json!({"PolicyDocument": policy(json!({"Sid": "a b"}))}),
            "PolicyDocument.Statement.Sid contains a space; AWS allows [A-Za-z0-9]",
        ),
        (
            "AWS::Logs::LogGroup",
            json!({"LogGroupName": "chat logs"}),
            r"LogGroupName contains a space; AWS allows [.\-_/#A-Za-z0-9]",
        ),
        (
            "AWS::Logs::LogGroup",
            json!({"RetentionInDays": 8}),
            "RetentionInDays is `8`; AWS allows 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653",
        ),
        (
            "AWS::Logs::LogGroup",
            json!({"Tags": [{"Key": "owner", "Value": "R&D (films), team #1"}]}),
            r"Tags.owner contains `&`, `(`, `)`, `,`, `#`; AWS allows [\p{L}\p{Z}\p{N}_.:/=+\-@]",
        ),
        ("AWS::Lambda::Alias", json!({"Name": "12"}), "Name does not match `^(?!^[0-9]+$)([a-zA-Z0-9_-]+)$`"),
        (
            "AWS::Lambda::Url",
            json!({"Cors": {"AllowMethods": ["POST", "OPTIONS"]}}),
            "Cors.AllowMethods is `OPTIONS`; AWS allows GET, PUT, HEAD, POST, PATCH, DELETE, *",
        ),
        ("AWS::Lambda::Url", json!({"Cors": {"MaxAge": 86401}}), "Cors.MaxAge is 86401; AWS allows 0 to 86400"),
        (
            "AWS::Lambda::Permission",
            json!({"Action": "InvokeFunction"}),
            "Action does not match `^(lambda:[*]|lambda:[a-zA-Z]+|[*])$`",
        ),
        ("AWS::Lambda::Permission", json!({"SourceAccount": "1"}), "SourceAccount has 1 characters; the minimum is 12"),
        (
            "AWS::ApiGatewayV2::Api",
            json!({"CorsConfiguration": {"MaxAge": 86401}}),
            "CorsConfiguration.MaxAge is 86401; AWS allows -1 to 86400",
        ),
        (
            "AWS::ApiGatewayV2::Stage",
            json!({"StageName": "my.stage"}),
            r"StageName does not match `^(\$default|[A-Za-z0-9_-]+)$`",
        ),
        (
            "AWS::DynamoDB::Table",
            json!({"TableName": "my films"}),
            "TableName contains a space; AWS allows [a-zA-Z0-9_.-]",
        ),
        ("AWS::DynamoDB::Table", json!({"TableName": "ab"}), "TableName has 2 characters; the minimum is 3"),
        ("AWS::SQS::Queue", json!({"VisibilityTimeout": "43201"}), "VisibilityTimeout is 43201; AWS allows 0 to 43200"),
        ("AWS::Events::Rule", json!({"Name": "every minute"}), r"Name contains a space; AWS allows [\.\-_A-Za-z0-9]"),
    ] {
        assert_eq!(with(kind, &properties), [(Severity::Refused, expected.to_owned())], "{kind} {properties}");
    }
}

#[test]
fn valid_values_are_accepted() {
    let policy =
        json!({"Version": "2012-10-17", "Statement": [{"Sid": "ReadFilms1", "Effect": "Allow", "Resource": "é-ü~\t"}]});
    for (kind, properties) in [
        ("AWS::Lambda::Function", json!({"Timeout": 900, "MemorySize": 10240, "EphemeralStorage": {"Size": 10240}})),
        ("AWS::Lambda::Function", json!({"Timeout": "1", "MemorySize": "128", "ReservedConcurrentExecutions": 0})),
        (
            "AWS::Lambda::Function",
            json!({"Environment": {"Variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/w", "TZ": ":UTC", "a1": "", "PATH": "日本"}}}),
        ),
        (
            "AWS::Lambda::Function",
            json!({"Description": "Films — für alle 🎬", "Tags": {"team:a/b": "R+D = films@home"}}),
        ),
        (
            "AWS::Lambda::Function",
            json!({"Handler": "com.example.Films::handle", "Layers": ["arn:aws:lambda:us-east-1:123456789012:layer:my-layer_1:12"]}),
        ),
        (
            "AWS::Lambda::Function",
            json!({"Layers": ["arn:aws-cn:lambda:cn-north-1:123456789012:layer:b:1"], "LoggingConfig": {"LogGroup": "/a/b.c#1", "LogFormat": "JSON"}}),
        ),
        (
            "AWS::IAM::Role",
            json!({"RoleName": "chat+=,.@-_1", "Path": "/", "Description": "für Filme\n¡ÿ", "MaxSessionDuration": 43200}),
        ),
        (
            "AWS::IAM::Role",
            json!({"Path": "/service-role/films/", "Tags": {"Größe": "9:30 / a+b=c@d_e-f."}, "Policies": [{"PolicyName": "a.b@c", "PolicyDocument": policy}]}),
        ),
        ("AWS::IAM::Policy", json!({"PolicyName": "x", "PolicyDocument": policy})),
        (
            "AWS::Logs::LogGroup",
            json!({"LogGroupName": "/aws/lambda/my.chat_1#a-b", "RetentionInDays": "3653", "Tags": [{"Key": "a", "Value": ""}]}),
        ),
        ("AWS::Lambda::Alias", json!({"Name": "1-live", "FunctionVersion": "$LATEST"})),
        ("AWS::Lambda::Url", json!({"AuthType": "AWS_IAM", "Cors": {"AllowMethods": ["*"], "MaxAge": 0}})),
        (
            "AWS::Lambda::Url",
            json!({"Cors": {"AllowMethods": ["GET", "PUT", "HEAD", "POST", "PATCH", "DELETE"], "MaxAge": 86400, "AllowHeaders": ["content-type"]}}),
        ),
        (
            "AWS::Lambda::Permission",
            json!({"Action": "lambda:*", "SourceArn": "arn:aws:s3:::films", "SourceAccount": "012345678901"}),
        ),
        (
            "AWS::Lambda::Permission",
            json!({"SourceArn": "arn:aws-us-gov:execute-api:us-gov-west-1:123456789012:a1/*/GET/x"}),
        ),
        (
            "AWS::ApiGatewayV2::Api",
            json!({"Description": "日本", "CorsConfiguration": {"MaxAge": -1, "AllowMethods": ["OPTIONS"]}}),
        ),
        ("AWS::ApiGatewayV2::Stage", json!({"StageName": "prod_v-2"})),
        ("AWS::DynamoDB::Table", json!({"TableName": "films.v2_a-b"})),
        (
            "AWS::SQS::Queue",
            json!({"VisibilityTimeout": 0, "DelaySeconds": "900", "Tags": [{"Key": "team", "Value": "R&D"}]}),
        ),
        ("AWS::Events::Rule", json!({"ScheduleExpression": "cron(0 12 * * ? *)", "State": "DISABLED"})),
        (
            "AWS::CloudWatch::Alarm",
            json!({"AlarmName": "Errors: films!", "Namespace": "AWS/Lambda", "EvaluationPeriods": 1}),
        ),
    ] {
        assert_eq!(with(kind, &properties), [], "{kind} {properties}");
    }
}

#[test]
fn tags_of_services_without_a_documented_pattern_get_a_note() {
    let found = with("AWS::Lambda::Function", &json!({"Tags": {"owner": "R&D"}}));
    assert_eq!(found.into_iter().map(|(severity, _)| severity).collect::<Vec<_>>(), [Severity::Unwise]);
}

#[test]
fn only_the_known_part_of_a_value_is_checked() {
    let api = crate::template::Reference::new("Api", "ApiId");
    let role = |description: String| {
        with("AWS::IAM::Role", &json!({"Description": description, "RoleName": format!("{api}")}))
    };
    assert_eq!(role(format!("for {api}")), []);
    assert_eq!(role(format!("for {api} — films")).len(), 1);
    assert_eq!(
        with("AWS::Lambda::Alias", &json!({"Name": format!("1{api}"), "FunctionVersion": format!("{api}")})),
        []
    );
    assert_eq!(
        with("AWS::Lambda::Permission", &json!({"SourceArn": format!("arn:{api}"), "SourceAccount": api.to_string()})),
        []
    );
}

#[test]
fn every_pattern_compiles_and_generated_names_fit_their_limits() {
    let schemas: Value = serde_json::from_str(include_str!("schemas.json")).unwrap();
    let kinds = schemas["kinds"].as_object().unwrap();
    assert!(kinds.iter().all(|(kind, limits)| RULES[kind].len() >= limits.as_object().unwrap().len()), "{RULES:?}");
    let mark = Mark { stack: "s-".repeat(63) + "st", region: String::new(), logical_id: "L".repeat(255) };
    for kind in [
        "AWS::IAM::Role",
        "AWS::Logs::LogGroup",
        "AWS::Lambda::Function",
        "AWS::ApiGatewayV2::Api",
        "AWS::DynamoDB::Table",
    ] {
        let mut properties = good(kind);
        properties.as_object_mut().unwrap().retain(|name, _| !name.ends_with("Name"));
        let mut resource = Resource::parse(kind, properties.as_object().unwrap().clone()).unwrap().unwrap();
        resource.complete(&mark);
        let broken = beyond_limits("One", &resource);
        let names: Vec<_> = broken.iter().filter(|one| one.property.iter().any(|key| key.ends_with("Name"))).collect();
        assert!(names.is_empty(), "{kind}: {names:?}");
    }
}

#[test]
fn only_values_that_a_change_sends_are_checked() {
    let text = |timeout: u32, memory: u32| {
        let properties = json!({
            "FunctionName": "chat", "Code": "f.zip", "Runtime": "python3.12", "Handler": "index.handler",
            "Role": "arn:aws:iam::1:role/r", "Timeout": timeout, "MemorySize": memory,
        });
        json!({"Resources": {"F": {"Type": "AWS::Lambda::Function", "Properties": properties}}}).to_string()
    };
    let mut state = State::default();
    let Resource::Function(function) = &desired(&text(901, 128)).resources[0].resource else { panic!("a function") };
    state.functions.insert("chat".to_owned(), function.clone());
    let causes = |text: String| {
        let plan = planned(&desired(&text), &state, Options::default());
        plan.blockers.into_iter().map(|one| one.cause).collect::<Vec<_>>()
    };
    assert_eq!(causes(text(901, 128)), Vec::<String>::new());
    assert_eq!(causes(text(901, 256)), Vec::<String>::new());
    assert_eq!(causes(text(902, 256)), ["Timeout is 902; AWS allows 1 to 900 (t.yaml:1)"]);
}

#[test]
fn unknown_values_are_not_checked_for_characters() {
    let role = |resource: Value| {
        let document = json!({"Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": resource}]});
        let trust =
            json!({"Statement": [{"Effect": "Allow", "Principal": {"AWS": resource}, "Action": "sts:AssumeRole"}]});
        let resources = json!({
            "Queue": {"Type": "AWS::SQS::Queue"},
            "Role": {"Type": "AWS::IAM::Role", "Properties": {
                "AssumeRolePolicyDocument": trust, "Policies": [{"PolicyName": "p", "PolicyDocument": document}],
                "Description": {"Fn::Sub": ["of ${X}", {"X": resource}]},
                "Tags": [{"Key": "of", "Value": resource}],
            }},
            "Policy": {"Type": "AWS::IAM::Policy", "Properties": {
                "PolicyName": "q", "PolicyDocument": document, "Roles": [{"Ref": "Role"}],
            }},
        });
        let plan =
            planned(&desired(&json!({ "Resources": resources }).to_string()), &State::default(), Options::default());
        plan.blockers.into_iter().map(|blocker| blocker.cause).collect::<Vec<_>>()
    };
    let arn = json!({"Fn::GetAtt": ["Queue", "Arn"]});
    let name = json!({"Fn::Select": [5, {"Fn::Split": [":", arn]}]});
    assert_eq!(role(name.clone()), [""; 0]);
    assert_eq!(role(json!({"Fn::Sub": ["arn:aws:sqs:eu-west-1:123456789012:${X}", {"X": name}]})), [""; 0]);
    // The text around it is checked.
    let told = role(json!({"Fn::Sub": ["\u{4e00}${X}", {"X": name}]}));
    assert!(told.iter().any(|cause| cause.starts_with("Policies.p contains `\u{4e00}`; AWS allows")), "{told:#?}");
    assert!(told.iter().all(|cause| !cause.contains("U+FDD")), "{told:#?}");
}
