//! For each kind without a type here: values that AWS accepts, and one that it refuses.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{RULES, documented, found, good, with};
use crate::lint::Severity;

/// A kind, properties that AWS accepts, a property that replaces one of them and that AWS refuses, and the message.
type Case = (&'static str, Value, Value, &'static str);

fn cases() -> Vec<Case> {
    let statement =
        |sid: &str| json!({"Statement": [{"Sid": sid, "Effect": "Allow", "Action": "s3:*", "Resource": "*"}]});
    let inline = |sid: &str| json!([{"PolicyName": "read", "PolicyDocument": statement(sid)}]);
    let sid = "PolicyDocument.Statement.Sid contains `-`; AWS allows [A-Za-z0-9]";
    let inline_sid = "Policies.PolicyDocument.Statement.Sid contains `-`; AWS allows [A-Za-z0-9]";
    let policies = ["AWS::IAM::RolePolicy", "AWS::IAM::UserPolicy", "AWS::IAM::GroupPolicy"].map(|kind| {
        let document = |sid: &str| json!({"PolicyDocument": statement(sid)});
        (kind, document("R"), document("-"), sid)
    });
    let mut cases = vec![
        (
            "AWS::ApiGatewayV2::Authorizer",
            json!({"Name": "jwt", "AuthorizerType": "JWT", "AuthorizerResultTtlInSeconds": 3600}),
            json!({"AuthorizerResultTtlInSeconds": 3601}),
            "AuthorizerResultTtlInSeconds is 3601; AWS allows 0 to 3600",
        ),
        (
            "AWS::ApiGatewayV2::Authorizer",
            json!({"AuthorizerType": "REQUEST", "AuthorizerResultTtlInSeconds": "0"}),
            json!({"AuthorizerType": "TOKEN"}),
            "AuthorizerType is `TOKEN`; AWS allows REQUEST, JWT",
        ),
        (
            "AWS::CloudWatch::Alarm",
            json!({
                "AlarmName": "Errors: films!", "MetricName": "Errors", "Namespace": "AWS/Lambda", "Period": 60,
                "Statistic": "Sum", "EvaluationPeriods": "3", "DatapointsToAlarm": 2, "TreatMissingData": "notBreaching",
                "ComparisonOperator": "GreaterThanThreshold", "Dimensions": [{"Name": "FunctionName", "Value": "chat"}],
            }),
            json!({"ComparisonOperator": "GreaterThan"}),
            "ComparisonOperator is `GreaterThan`; AWS allows GreaterThanOrEqualToThreshold, GreaterThanThreshold, \
             GreaterThanUpperThreshold, LessThanLowerOrGreaterThanUpperThreshold, LessThanLowerThreshold, \
             LessThanOrEqualToThreshold, LessThanThreshold",
        ),
        (
            "AWS::CloudWatch::Dashboard",
            json!({"DashboardName": "films_1-a"}),
            json!({"DashboardName": "film board"}),
            "DashboardName contains a space; AWS allows [A-Za-z0-9_-]",
        ),
        (
            "AWS::Kinesis::Stream",
            json!({"RetentionPeriodHours": 24}),
            json!({"RetentionPeriodHours": 5}),
            "RetentionPeriodHours is 5; AWS allows 24 to 8760",
        ),
        (
            "AWS::RDS::DBInstance",
            json!({"BackupRetentionPeriod": 0}),
            json!({"BackupRetentionPeriod": 40}),
            "BackupRetentionPeriod is 40; AWS allows 0 to 35",
        ),
        (
            "AWS::IAM::Group",
            json!({"GroupName": "the+=,.@-_1"}),
            json!({"GroupName": "the team"}),
            "GroupName contains a space; AWS allows [A-Za-z0-9_+=,.@-]",
        ),
        (
            "AWS::Cognito::UserPool",
            json!({
                "UserPoolName": "film fans_1 +=,.@-", "MfaConfiguration": "OPTIONAL", "UsernameAttributes": ["email"],
                "Policies": {"PasswordPolicy": {"MinimumLength": 8, "TemporaryPasswordValidityDays": 7}},
            }),
            json!({"Policies": {"PasswordPolicy": {"MinimumLength": 5}}}),
            "Policies.PasswordPolicy.MinimumLength is 5; AWS allows 6 to 99",
        ),
        (
            "AWS::Cognito::UserPool",
            json!({"DeletionProtection": "ACTIVE", "AutoVerifiedAttributes": ["email", "phone_number"]}),
            json!({"UserPoolName": "films/fans"}),
            r"UserPoolName contains `/`; AWS allows [A-Za-z0-9_\s+=,.@-]",
        ),
        (
            "AWS::Cognito::UserPoolClient",
            json!({
                "ClientName": "web app", "AccessTokenValidity": 60, "TokenValidityUnits": {"AccessToken": "minutes"},
                "CallbackURLs": ["https://films.example/back?a=b", "films://back"], "AllowedOAuthFlows": ["code"],
                "RefreshTokenValidity": 30, "AuthSessionValidity": 3, "PreventUserExistenceErrors": "ENABLED",
            }),
            json!({"AuthSessionValidity": 16}),
            "AuthSessionValidity is 16; AWS allows 3 to 15",
        ),
        (
            "AWS::Cognito::UserPoolDomain",
            json!({"Domain": "auth.films.example"}),
            json!({"Domain": "x".repeat(64)}),
            "Domain has 64 characters; the maximum is 63",
        ),
        (
            "AWS::Events::EventBus",
            json!({"Name": "aws.partner/example.com/films"}),
            json!({"Name": "film bus"}),
            r"Name contains a space; AWS allows [/\.\-_A-Za-z0-9]",
        ),
        (
            "AWS::Events::Rule",
            json!({"Name": "every.day_1-a", "ScheduleExpression": "rate(1 day)", "State": "ENABLED", "Targets": [
                {"Id": "Target0", "Arn": "arn:aws:sqs:eu-west-1:123456789012:q", "Input": "{\"a\": \"é\"}",
                 "RetryPolicy": {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60}},
            ]}),
            json!({"Targets": [{"Id": "a b", "Arn": "arn:aws:sqs:eu-west-1:123456789012:q"}]}),
            r"Targets.Id contains a space; AWS allows [\.\-_A-Za-z0-9]",
        ),
        (
            "AWS::IAM::ManagedPolicy",
            json!({
                "ManagedPolicyName": "read+=,.@-_1", "Path": "/service-role/films/", "PolicyDocument": statement("Read1"),
                "Description": "for films",
            }),
            json!({"PolicyDocument": statement("Read-films")}),
            sid,
        ),
        (
            "AWS::IAM::ManagedPolicy",
            json!({"Path": "/"}),
            json!({"ManagedPolicyName": "read films"}),
            "ManagedPolicyName contains a space; AWS allows [A-Za-z0-9_+=,.@-]",
        ),
        (
            "AWS::IAM::ManagedPolicy",
            json!({"PolicyDocument": {"Statement": {"Sid": "", "Effect": "Deny", "Action": "*", "Resource": "é"}}}),
            json!({"PolicyDocument": {"Statement": [{"Resource": "日"}]}}),
            r"PolicyDocument contains `日`; AWS allows [\x{0009}\x{000A}\x{000D}\x{0020}-\x{00FF}]",
        ),
        ("AWS::IAM::Group", json!({"Policies": inline("R")}), json!({"Policies": inline("-")}), inline_sid),
        ("AWS::IAM::User", json!({"UserName": "ci@x"}), json!({"Policies": inline("-")}), inline_sid),
        (
            "AWS::IAM::User",
            json!({"Policies": inline("R")}),
            json!({"UserName": "the ci"}),
            "UserName contains a space; AWS allows [A-Za-z0-9_+=,.@-]",
        ),
        (
            "AWS::KMS::Alias",
            json!({"AliasName": "alias/films/key_1-a"}),
            json!({"AliasName": "alias/aws/films"}),
            "AliasName begins with `alias/aws/`, which is reserved",
        ),
        (
            "AWS::KMS::Key",
            json!({"Description": "für Filme", "PendingWindowInDays": 7, "RotationPeriodInDays": 365}),
            json!({"PendingWindowInDays": 6}),
            "PendingWindowInDays is 6; AWS allows 7 to 30",
        ),
        (
            "AWS::Lambda::EventInvokeConfig",
            json!({"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 21600}),
            json!({"MaximumRetryAttempts": 3}),
            "MaximumRetryAttempts is 3; AWS allows 0 to 2",
        ),
        (
            "AWS::Lambda::EventSourceMapping",
            json!({
                "BatchSize": 10, "MaximumRetryAttempts": -1, "StartingPosition": "TRIM_HORIZON", "ParallelizationFactor": 10,
                "MaximumBatchingWindowInSeconds": 300, "ScalingConfig": {"MaximumConcurrency": 2},
                "FunctionResponseTypes": ["ReportBatchItemFailures"], "MaximumRecordAgeInSeconds": -1,
            }),
            json!({"BatchSize": 10001}),
            "BatchSize is 10001; AWS allows 1 to 10000",
        ),
        (
            "AWS::Lambda::LayerVersion",
            json!({"LayerName": "my-layer_1", "CompatibleArchitectures": ["arm64", "x86_64"], "LicenseInfo": "MIT"}),
            json!({"LayerName": "my layer"}),
            "LayerName does not match `^(arn:[^:]+:lambda:[^:]+:[0-9]{12}:layer:)?[A-Za-z0-9_-]+$`",
        ),
        (
            "AWS::Logs::MetricFilter",
            json!({"FilterName": "errors of films/1", "FilterPattern": "{ $.level = \"ERROR\" }"}),
            json!({"FilterPattern": "x".repeat(1025)}),
            "FilterPattern has 1025 characters; the maximum is 1024",
        ),
        (
            "AWS::Logs::SubscriptionFilter",
            json!({"FilterName": "to lambda", "FilterPattern": ""}),
            json!({"FilterName": "to:lambda"}),
            "FilterName contains `:`; AWS allows [^:*]",
        ),
        (
            "AWS::S3::Bucket",
            json!({
                "BucketName": "films.example-1", "VersioningConfiguration": {"Status": "Enabled"},
                "CorsConfiguration": {"CorsRules": [{
                    "AllowedMethods": ["GET", "HEAD"], "AllowedOrigins": ["https://films.example"], "MaxAge": 3600,
                    "AllowedHeaders": ["*"], "ExposedHeaders": ["x-amz-request-id", "x-amz-id-2", "etag", "date"],
                }]},
                "LifecycleConfiguration": {"Rules": [{"Id": "old", "Status": "Enabled", "ExpirationInDays": 30}]},
                "Tags": [{"Key": "team", "Value": "R&D"}],
            }),
            json!({"BucketName": "Films"}),
            "BucketName does not match `^([a-z0-9][a-z0-9.-]*[a-z0-9])?$`",
        ),
        (
            "AWS::S3::Bucket",
            json!({"BucketName": "abc"}),
            json!({"BucketName": "ab"}),
            "BucketName has 2 characters; the minimum is 3",
        ),
        (
            "AWS::S3::Bucket",
            json!({"BucketName": "x".repeat(63)}),
            json!({"CorsConfiguration": {"CorsRules": [{"AllowedMethods": ["OPTIONS"], "AllowedOrigins": ["*"]}]}}),
            "CorsConfiguration.CorsRules.AllowedMethods is `OPTIONS`; AWS allows GET, PUT, HEAD, POST, DELETE",
        ),
        (
            "AWS::SNS::Subscription",
            json!({"TopicArn": "t", "Protocol": "email-json", "FilterPolicyScope": "MessageBody", "FilterPolicy": {}}),
            json!({"TopicArn": "t", "Protocol": "mail"}),
            "Protocol is `mail`; AWS allows http, https, email, email-json, sms, sqs, application, lambda, firehose",
        ),
        (
            "AWS::SNS::Topic",
            json!({"TopicName": "films_1-a.fifo"}),
            json!({"TopicName": "films.new"}),
            r"TopicName does not match `^[A-Za-z0-9_-]+(\.fifo)?$`",
        ),
        (
            "AWS::SQS::Queue",
            json!({"QueueName": "films_1-a.fifo", "DelaySeconds": "900", "Tags": [{"Key": "team", "Value": "R&D"}]}),
            json!({"QueueName": "films queue"}),
            r"QueueName does not match `^[A-Za-z0-9_-]+(\.fifo)?$`",
        ),
        (
            "AWS::SSM::Parameter",
            json!({"Name": "/films/api.key_1-a", "Type": "StringList", "Tier": "Intelligent-Tiering"}),
            json!({"Name": "/aws/films"}),
            "Name does not match `^(?!/?(?i:aws|ssm))[A-Za-z0-9_./-]+$`",
        ),
        (
            "AWS::Scheduler::Schedule",
            json!({
                "Name": "every.day_1-a", "GroupName": "default", "ScheduleExpression": "cron(0 12 * * ? *)",
                "FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 1440}, "State": "ENABLED",
                "ScheduleExpressionTimezone": "Europe/Zurich", "Target": {"RetryPolicy": {"MaximumRetryAttempts": 185}},
            }),
            json!({"FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 1441}}),
            "FlexibleTimeWindow.MaximumWindowInMinutes is 1441; AWS allows 1 to 1440",
        ),
        (
            "AWS::Scheduler::ScheduleGroup",
            json!({"Name": "films.daily_1-a"}),
            json!({"Name": "films/daily"}),
            "Name contains `/`; AWS allows [0-9a-zA-Z-_.]",
        ),
        (
            "AWS::SecretsManager::Secret",
            json!({"Name": "films/api_key+=.@-", "Description": "für Filme"}),
            json!({"Name": "films key"}),
            "Name contains a space; AWS allows [A-Za-z0-9/_+=.@-]",
        ),
        (
            "AWS::StepFunctions::StateMachine",
            json!({
                "StateMachineName": "Films-1_a.b(c)", "StateMachineType": "EXPRESS", "DefinitionString": "{\"a\": \"日\"}",
                "LoggingConfiguration": {"Level": "ERROR"},
            }),
            json!({"StateMachineName": "films/daily run"}),
            r#"StateMachineName contains `/`, a space; AWS allows [^\s\x00-\x1F\x7F-\x9F<>{}\[\]?*"\#%\\^|~`$&,;:/]"#,
        ),
    ];
    cases.extend(policies);
    cases
}

#[test]
fn each_kind_accepts_valid_values_and_refuses_an_invalid_one() {
    for (kind, right, wrong, expected) in cases() {
        assert_eq!(found(kind, &right), [], "{kind} {right}");
        let mut properties = right;
        properties.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
        assert_eq!(found(kind, &properties), [(Severity::Refused, expected.to_owned())], "{kind} {wrong}");
    }
}

#[test]
fn each_kind_with_limits_has_a_case() {
    let shown: BTreeSet<_> = cases().into_iter().map(|(kind, ..)| kind).collect();
    let other = ["AWS::ApiGatewayV2::Integration", "AWS::ApiGatewayV2::Route"];
    let typed = |kind: &str| good(kind) != json!({}) || other.contains(&kind);
    for kind in RULES.keys().filter(|kind| *kind != documented::ANY_KIND && !typed(kind)) {
        assert!(shown.contains(kind.as_str()), "{kind} has no values here");
    }
}

#[test]
fn the_limits_skip_dynamic_references() {
    let name = "{{resolve:ssm:/films/name}}";
    for (kind, property) in [("AWS::SQS::Queue", "QueueName"), ("AWS::S3::Bucket", "BucketName")] {
        assert_eq!(found(kind, &json!({ property: name })), [], "{kind}");
    }
    assert_eq!(with("AWS::IAM::Role", &json!({"RoleName": name})), []);
}
