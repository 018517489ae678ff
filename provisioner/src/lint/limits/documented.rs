//! Limits that are not in AWS's schemas, from AWS's documentation (read in November 2026).

use super::super::Severity;
use super::limit::{Limit, Rule};
use crate::resources::served::LENGTH as BEFORE;

/// Matches every kind.
pub(super) const ANY_KIND: &str = "*";

/// A kind, and a limit of one of its properties.
type Row = (&'static str, Rule);

fn row(kind: &'static str, path: &str, limit: Limit) -> Row {
    (kind, Rule { path: path.to_owned(), limit, severity: Severity::Refused, hint: None })
}

fn with(kind: &'static str, path: &str, limit: Limit, hint: &'static str) -> Row {
    (kind, Rule { hint: Some(hint), ..row(kind, path, limit).1 })
}

const OWNERSHIP_TAG: &str = "shorten the name of the stack (`--stack`) or of the resource: the description contains the \
                             ownership tag and the previous versions";
const ADOPTED_ROUTES: &str = "adopt fewer routes, or shorten the name of the stack (`--stack`) or of the resource: the \
                              description contains the ownership tag and the adopted routes";
const VARIABLES: &str = "store long values in Parameter Store or in the package, and pass the function their names";
const IAM_NAME: &str = "use only letters, digits and `+=,.@-_`";
const DASHBOARD: &str = "use only letters, digits and `_-`";
const ALPHANUMERIC: &str = "use only letters and digits";
const ESCAPED: &str = "use only ASCII or Latin-1 characters; match others with `*` or `?`";
const OWN_TAG: &str = "rename the key; the prefix `aws:` is reserved for AWS";
const OWN_ALIAS: &str = "rename the alias; the prefix `alias/aws/` is reserved for AWS";
const OWN_LOG_GROUP: &str = "begin the name with `/` or with another word: `aws/` is reserved";
const SHARE: &str = "write the share of the calls as a fraction, such as 0.1 for 10 %";
const METHOD: &str = "write `*`, or GET, HEAD, OPTIONS, PUT, POST, PATCH or DELETE";
const ALIAS: &str = "write the name of an alias: a function URL is for an alias or for the function, not for a version";
const MANAGED_POLICY: &str = "write the ARN of a managed policy, such as `arn:aws:iam::aws:policy/ReadOnlyAccess`";
const ACCOUNT: &str = "write the 12 digits of the account in quotes: without them, YAML reads a number, which has no \
                       leading zeros";
const TAG: &str = "use only letters, digits, spaces and `_.:/=+-@`";

/// IAM's names of roles and policies (API reference: `[\w+=,.@-]+`).
const IAM_NAMES: &str = "^[A-Za-z0-9_+=,.@-]+$";

/// IAM's policy documents (API reference: `[\u0009\u000A\u000D\u0020-\u00FF]+`).
const POLICY: &str = r"^[\x{09}\x{0A}\x{0D}\x{20}-\x{FF}]+$";

/// A statement's id (IAM user guide, "IAM JSON policy elements: Sid").
const SID: &str = "^[A-Za-z0-9]*$";

/// Names of dashboards (CloudWatch API reference, `PutDashboard`).
const DASHBOARDS: &str = "^[A-Za-z0-9_-]+$";

/// Names of queues and topics (SQS API reference, `CreateQueue`; SNS API reference, `CreateTopic`).
const QUEUES: &str = r"^[A-Za-z0-9_-]+(\.fifo)?$";

/// Names of layers (Lambda API reference, `PublishLayerVersion`).
const LAYERS: &str = "^(arn:[^:]+:lambda:[^:]+:[0-9]{12}:layer:)?[A-Za-z0-9_-]+$";

/// Names of state machines (Step Functions API reference, `CreateStateMachine`, lists the characters that are not
/// allowed).
const MACHINES: &str = r#"^[^\s\x00-\x1F\x7F-\x9F<>{}\[\]?*"\#%\\^|~`$&,;:/]+$"#;

/// Names of parameters (Systems Manager API reference, `PutParameter`). Names that begin with `aws` or `ssm` are
/// reserved.
const PARAMETERS: &str = "^(?!/?(?i:aws|ssm))[A-Za-z0-9_./-]+$";

/// ARNs of managed policies (IAM API reference, `AttachRolePolicy`). The partitions have their own accounts for AWS's
/// policies.
const MANAGED_POLICIES: &str = "^arn:[^:]+:iam::[^:]*:policy/.+$";

/// Names of aliases (Lambda API reference, `CreateAlias`): a number is a version.
const ALIASES: &str = "^(?![0-9]+$)[A-Za-z0-9_-]+$";

/// Methods in an API's CORS configuration: API Gateway answers "Method ANY is not supported" for any other one.
const METHODS: &str = r"^(\*|(?i:GET|HEAD|OPTIONS|PUT|POST|PATCH|DELETE))$";

/// Keys and values of tags (CloudWatch Logs and IAM API reference; "Tagging best practices" names the same characters for
/// all services).
const TAGS: &str = r"^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$";

/// All documented limits.
pub(super) fn rows() -> Vec<Row> {
    let unwise =
        |kind, path| (kind, Rule { severity: Severity::Unwise, ..with(kind, path, Limit::pattern(TAGS), TAG).1 });
    let mut rows = vec![
        // AWS General Reference, "Tag naming limits": the prefix is reserved.
        with(ANY_KIND, "Tags[].Key", Limit::not_starting_with_any_case_of("aws:"), OWN_TAG),
        row(ANY_KIND, "Tags[].Key", Limit::length_of_given(1, 128)),
        // IAM API reference.
        row("AWS::IAM::Role", "Path", Limit::pattern("^(/|/[!-~]+/)$").up_to(512)),
        with("AWS::IAM::Role", "Policies.{}", Limit::pattern(IAM_NAMES).up_to(128), IAM_NAME),
        with("AWS::IAM::Role", "Policies[].PolicyDocument", Limit::pattern(POLICY), ESCAPED),
        with("AWS::IAM::Role", "Policies[].PolicyDocument.Statement[].Sid", Limit::pattern(SID), ALPHANUMERIC),
        with("AWS::IAM::Role", "AssumeRolePolicyDocument.Statement[].Sid", Limit::pattern(SID), ALPHANUMERIC),
        with("AWS::IAM::Policy", "PolicyDocument.Statement[].Sid", Limit::pattern(SID), ALPHANUMERIC),
        with("AWS::IAM::Role", "ManagedPolicyArns[]", Limit::pattern(MANAGED_POLICIES), MANAGED_POLICY),
        // CloudWatch Logs API reference, CreateLogGroup: "Log group names can't start with the string aws/".
        with("AWS::Logs::LogGroup", "LogGroupName", Limit::not_starting_with("aws/"), OWN_LOG_GROUP),
        with("AWS::Logs::LogGroup", "Tags[].Key", Limit::pattern(TAGS), TAG),
        with("AWS::Logs::LogGroup", "Tags[].Value", Limit::pattern(TAGS), TAG),
        // Lambda API reference, CreateFunction, and "Lambda quotas".
        row("AWS::Lambda::Function", "FunctionName", Limit::pattern("^[a-zA-Z0-9_-]+$").up_to(64)),
        row("AWS::Lambda::Function", "MemorySize", Limit::range(128.0, 10240.0)),
        row("AWS::Lambda::Function", "EphemeralStorage.Size", Limit::range(512.0, 10240.0)),
        with("AWS::Lambda::Function", "Environment.Variables", Limit::bytes(4096), VARIABLES),
        with("AWS::Lambda::Alias", "Description", Limit::length(0, 256 - BEFORE), OWNERSHIP_TAG),
        with(
            "AWS::Lambda::Alias",
            "RoutingConfig.AdditionalVersionWeights[].FunctionWeight",
            Limit::range(0.0, 1.0),
            SHARE,
        ),
        with("AWS::Lambda::Permission", "SourceAccount", Limit::length(12, 12), ACCOUNT),
        with("AWS::Lambda::Url", "Qualifier", Limit::pattern(ALIASES).up_to(128), ALIAS),
        // API Gateway v2 API reference: apis, integrations, stages, and `Cors`.
        row("AWS::ApiGatewayV2::Api", "Name", Limit::length(1, 128)),
        row("AWS::ApiGatewayV2::Api", "Description", Limit::length(0, 1024)),
        row("AWS::ApiGatewayV2::Api", "Tags[].Value", Limit::length(0, 1600)),
        row("AWS::ApiGatewayV2::Api", "CorsConfiguration.MaxAge", Limit::range(-1.0, 86400.0)),
        with("AWS::ApiGatewayV2::Api", "CorsConfiguration.AllowMethods[]", Limit::pattern(METHODS), METHOD),
        row("AWS::ApiGatewayV2::Integration", "IntegrationType", Limit::one_of(&["AWS_PROXY", "HTTP_PROXY"])),
        row("AWS::ApiGatewayV2::Route", "AuthorizationType", Limit::one_of(&["NONE", "AWS_IAM", "CUSTOM", "JWT"])),
        with("AWS::ApiGatewayV2::Integration", "Description", Limit::length(0, 1024), ADOPTED_ROUTES),
        row("AWS::ApiGatewayV2::Stage", "StageName", Limit::pattern(r"^(\$default|[A-Za-z0-9_-]+)$").up_to(128)),
        row("AWS::ApiGatewayV2::Stage", "Description", Limit::length(0, 1024)),
        row("AWS::ApiGatewayV2::Stage", "DefaultRouteSettings.ThrottlingRateLimit", Limit::at_least(0.0)),
        row("AWS::ApiGatewayV2::Stage", "DefaultRouteSettings.ThrottlingBurstLimit", Limit::at_least(0.0)),
        row("AWS::ApiGatewayV2::Stage", "Tags[].Value", Limit::length(0, 1600)),
        // DynamoDB developer guide, "Naming rules".
        row("AWS::DynamoDB::Table", "TableName", Limit::length(3, 255)),
        row("AWS::DynamoDB::Table", "TableName", Limit::pattern("^[a-zA-Z0-9_.-]+$")),
        // SNS API reference, CreateTopic.
        row("AWS::SNS::Topic", "TopicName", Limit::pattern(QUEUES).up_to(256)),
        row("AWS::SNS::Topic", "DisplayName", Limit::length(0, 100)),
        row("AWS::SNS::Topic", "FifoThroughputScope", Limit::one_of(&["Topic", "MessageGroup"])),
        row("AWS::SNS::Topic", "SignatureVersion", Limit::one_of(&["1", "2"])),
        row("AWS::SNS::Topic", "TracingConfig", Limit::one_of(&["PassThrough", "Active"])),
        // SNS API reference, Subscribe.
        row("AWS::SNS::Subscription", "Protocol", Limit::one_of(&PROTOCOLS)),
        row("AWS::SNS::Subscription", "FilterPolicyScope", Limit::one_of(&["MessageAttributes", "MessageBody"])),
    ];
    rows.extend(through_cloud_control());
    // The API references of these kinds have no pattern for tags: AWS may accept more than it documents.
    for kind in ["AWS::Lambda::Function", "AWS::DynamoDB::Table", "AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Stage"]
    {
        rows.extend([unwise(kind, "Tags[].Key"), unwise(kind, "Tags[].Value")]);
    }
    rows
}

/// Limits of kinds without a type here, from the API reference of each service.
fn through_cloud_control() -> Vec<Row> {
    let mut rows = vec![
        with("AWS::IAM::ManagedPolicy", "ManagedPolicyName", Limit::pattern(IAM_NAMES).up_to(128), IAM_NAME),
        with("AWS::IAM::Group", "GroupName", Limit::pattern(IAM_NAMES).up_to(128), IAM_NAME),
        with("AWS::CloudWatch::Dashboard", "DashboardName", Limit::pattern(DASHBOARDS).up_to(255), DASHBOARD),
        row("AWS::Kinesis::Stream", "RetentionPeriodHours", Limit::range(24.0, 8760.0)),
        row("AWS::RDS::DBInstance", "BackupRetentionPeriod", Limit::range(0.0, 35.0)),
        row("AWS::S3::Bucket", "BucketName", Limit::length(3, 63)),
        row("AWS::SQS::Queue", "QueueName", Limit::pattern(QUEUES).up_to(80)),
        row("AWS::Lambda::LayerVersion", "LayerName", Limit::pattern(LAYERS).up_to(140)),
        row("AWS::ApiGatewayV2::Authorizer", "Name", Limit::length(1, 128)),
        row("AWS::ApiGatewayV2::Authorizer", "AuthorizerType", Limit::one_of(&["REQUEST", "JWT"])),
        row("AWS::ApiGatewayV2::Authorizer", "AuthorizerResultTtlInSeconds", Limit::range(0.0, 3600.0)),
        row("AWS::StepFunctions::StateMachine", "StateMachineName", Limit::pattern(MACHINES).up_to(80)),
        row("AWS::Cognito::UserPool", "UserPoolName", Limit::pattern(r"^[A-Za-z0-9_\s+=,.@-]+$").up_to(128)),
        with("AWS::KMS::Alias", "AliasName", Limit::not_starting_with("alias/aws/"), OWN_ALIAS),
        row("AWS::SSM::Parameter", "Name", Limit::pattern(PARAMETERS)),
        row("AWS::SecretsManager::Secret", "Name", Limit::pattern("^[A-Za-z0-9/_+=.@-]+$").up_to(512)),
    ];
    for kind in ["AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy", "AWS::IAM::UserPolicy", "AWS::IAM::GroupPolicy"] {
        rows.push(with(kind, "PolicyDocument.Statement[].Sid", Limit::pattern(SID), ALPHANUMERIC));
    }
    for kind in ["AWS::IAM::User", "AWS::IAM::Group"] {
        rows.push(with(kind, "Policies[].PolicyDocument.Statement[].Sid", Limit::pattern(SID), ALPHANUMERIC));
    }
    rows
}

/// SNS API reference, Subscribe.
const PROTOCOLS: [&str; 9] =
    ["http", "https", "email", "email-json", "sms", "sqs", "application", "lambda", "firehose"];
