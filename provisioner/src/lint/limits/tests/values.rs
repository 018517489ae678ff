//! Values of kinds with a type here: values that AWS accepts, and values that it refuses.

use serde_json::{Value, json};

use super::with;
use crate::lint::{Severity, beyond_limits};
use crate::resources::Resource;

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
        ("AWS::SQS::Queue", json!({"Tags": [{"Key": "AWS:x"}]}), "Tags.Key begins with `AWS:`, which is reserved"),
        ("AWS::SQS::Queue", json!({"Tags": [{"Key": ""}]}), "Tags.Key has 0 characters; the minimum is 1"),
        ("AWS::IAM::Role", json!({"Tags": {"": "v"}}), "the key Tags. has 0 characters; the minimum is 1"),
        (
            "AWS::IAM::Role",
            json!({"ManagedPolicyArns": ["ReadOnlyAccess"]}),
            "ManagedPolicyArns does not match `^arn:[^:]+:iam::[^:]*:policy/.+$`",
        ),
        (
            "AWS::Logs::LogGroup",
            json!({"LogGroupName": "aws/chat"}),
            "LogGroupName begins with `aws/`, which is reserved",
        ),
        (
            "AWS::Lambda::Alias",
            json!({"RoutingConfig": {"AdditionalVersionWeights": [{"FunctionVersion": "2", "FunctionWeight": 1.5}]}}),
            "RoutingConfig.AdditionalVersionWeights.FunctionWeight is 1.5; AWS allows 0 to 1",
        ),
        ("AWS::Lambda::Url", json!({"Qualifier": "1"}), "Qualifier does not match `^(?![0-9]+$)[A-Za-z0-9_-]+$`"),
        (
            "AWS::ApiGatewayV2::Api",
            json!({"CorsConfiguration": {"AllowMethods": ["FOO", "get", "*"]}}),
            r"CorsConfiguration.AllowMethods does not match `^(\*|(?i:GET|HEAD|OPTIONS|PUT|POST|PATCH|DELETE))$`",
        ),
        (
            "AWS::ApiGatewayV2::Route",
            json!({"ApiId": "a1", "RouteKey": "GET /", "AuthorizationType": "COGNITO"}),
            "AuthorizationType is `COGNITO`; AWS allows NONE, AWS_IAM, CUSTOM, JWT",
        ),
        (
            "AWS::ApiGatewayV2::Integration",
            json!({"ApiId": "a1", "IntegrationUri": "u", "IntegrationType": "LAMBDA"}),
            "IntegrationType is `LAMBDA`; AWS allows AWS_PROXY, HTTP_PROXY",
        ),
        (
            "AWS::ApiGatewayV2::Stage",
            json!({"DefaultRouteSettings": {"ThrottlingRateLimit": -1}}),
            "DefaultRouteSettings.ThrottlingRateLimit is -1; AWS allows 0 or more",
        ),
        (
            "AWS::Lambda::EventSourceMapping",
            json!({"StartingPosition": "FIRST"}),
            "StartingPosition is `FIRST`; AWS allows LATEST, TRIM_HORIZON, AT_TIMESTAMP",
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
fn an_account_that_yaml_reads_as_a_number_gets_the_cause_as_its_hint() {
    let properties =
        json!({"FunctionName": "chat", "Action": "*", "Principal": "*", "SourceAccount": 12_345_678_901_u64});
    let resource =
        Resource::parse("AWS::Lambda::Permission", properties.as_object().unwrap().clone()).unwrap().unwrap();
    let [one] = beyond_limits("One", &resource).try_into().unwrap();
    assert!(one.hint.starts_with("write the 12 digits of the account in quotes"), "{}", one.hint);
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
