//! Random stacks: the values, and the template that contains them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::desired::{Desired, PackageCheck, Packages};
use crate::place::Place;
use crate::resources::Resource;
use crate::template::{Source, Template};

/// The foreign API that a stack may attach its routes to.
pub(crate) const FOREIGN_API: &str = "foreign";

/// The values of a stack. `None` means that the template does not contain the value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spec {
    pub(crate) attach: bool,
    pub(crate) trusted: &'static str,
    pub(crate) path: Option<&'static str>,
    pub(crate) role_description: Option<&'static str>,
    pub(crate) session: Option<i32>,
    pub(crate) boundary: Option<&'static str>,
    pub(crate) managed: BTreeSet<&'static str>,
    /// Policy names and the action that each allows.
    pub(crate) policies: BTreeMap<&'static str, &'static str>,
    /// The action that a separate policy resource allows.
    pub(crate) grant: Option<&'static str>,
    pub(crate) retention: Option<i32>,
    pub(crate) code: &'static str,
    pub(crate) architecture: Option<&'static str>,
    pub(crate) description: Option<&'static str>,
    pub(crate) runtime: &'static str,
    pub(crate) handler: &'static str,
    pub(crate) memory: Option<i32>,
    pub(crate) timeout: Option<i32>,
    pub(crate) variables: BTreeMap<&'static str, &'static str>,
    pub(crate) layers: Vec<&'static str>,
    pub(crate) json_logs: bool,
    pub(crate) tracing: Option<&'static str>,
    pub(crate) storage: Option<i32>,
    pub(crate) reserved: Option<i32>,
    pub(crate) source: &'static str,
    pub(crate) account_only: bool,
    pub(crate) api_description: Option<&'static str>,
    pub(crate) origins: Option<&'static str>,
    pub(crate) max_age: Option<i32>,
    pub(crate) endpoint_off: bool,
    pub(crate) integration_type: &'static str,
    pub(crate) payload: Option<&'static str>,
    pub(crate) integration_timeout: Option<i32>,
    pub(crate) authorizer: Option<&'static str>,
    pub(crate) auto_deploy: bool,
    pub(crate) burst: Option<i32>,
    pub(crate) rate: Option<f64>,
    /// Route keys and their burst limits.
    pub(crate) route_bursts: BTreeMap<&'static str, i32>,
    /// Whether the stack has resources of Cloud Control: a queue, a topic and a subscription.
    pub(crate) others: bool,
    pub(crate) visibility: Option<&'static str>,
    pub(crate) display: Option<&'static str>,
    pub(crate) raw: Option<bool>,
    /// Whether the stack has a function URL.
    pub(crate) url: bool,
    pub(crate) url_mode: Option<&'static str>,
    pub(crate) url_origins: Option<&'static str>,
    pub(crate) protected: bool,
    pub(crate) tags: BTreeMap<&'static str, &'static str>,
}

/// Makes choices from a list of random numbers; zero is the simplest choice, so that failures shrink to it.
struct Dice<'a>(std::slice::Iter<'a, u8>);

impl Dice<'_> {
    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[usize::from(*self.0.next().unwrap()) % choices.len()]
    }

    fn maybe<T: Copy>(&mut self, choices: &[T]) -> Option<T> {
        let some = self.of(&[false, true]);
        let one = self.of(choices);
        some.then_some(one)
    }

    fn some_of<T: Copy>(&mut self, choices: &[T]) -> Vec<T> {
        choices.iter().copied().filter(|_| self.of(&[false, true])).collect()
    }
}

/// A stack with random values.
pub(super) fn any_spec(attach: bool) -> impl Strategy<Value = Spec> {
    let numbers = || proptest::array::uniform32(any::<u8>());
    (numbers(), numbers(), numbers()).prop_map(move |(a, b, c)| Spec {
        url: true,
        others: true,
        ..Spec::rolled(&[a, b, c].concat(), attach)
    })
}

impl Spec {
    /// The stack with the fewest values.
    pub(crate) fn plain() -> Self {
        Self::rolled(&[0; 96], false)
    }

    fn rolled(numbers: &[u8], attach: bool) -> Self {
        let dice = &mut Dice(numbers.iter());
        let names = dice.some_of(&["Read", "Invoke", "Write"]);
        Self {
            attach,
            trusted: dice.of(&["lambda.amazonaws.com", "edgelambda.amazonaws.com"]),
            path: dice.maybe(&["/", "/service/"]),
            role_description: dice.maybe(&["a role"]),
            session: dice.maybe(&[3600, 7200]),
            boundary: dice.maybe(&["arn:aws:iam::aws:policy/Bound", "arn:aws:iam::aws:policy/Narrow"]),
            managed: dice
                .some_of(&["arn:aws:iam::aws:policy/Basic", "arn:aws:iam::aws:policy/XRay"])
                .into_iter()
                .collect(),
            policies: names.into_iter().map(|name| (name, dice.of(&["s:Get", "s:Put"]))).collect(),
            retention: dice.maybe(&[7, 14]),
            code: dice.of(&["sha-one", "sha-two"]),
            architecture: dice.maybe(&["x86_64", "arm64"]),
            description: dice.maybe(&["answers"]),
            runtime: dice.of(&["provided.al2023", "provided.al2"]),
            handler: dice.of(&["bootstrap", "main"]),
            memory: dice.maybe(&[128, 512, 1024]),
            timeout: dice.maybe(&[3, 30]),
            variables: dice.some_of(&["A1", "B1"]).into_iter().map(|name| (name, "value")).collect(),
            layers: dice.some_of(&["arn:aws:lambda:us-east-1:123456789012:layer:l:1"]),
            json_logs: dice.of(&[false, true]),
            tracing: dice.maybe(&["PassThrough", "Active"]),
            storage: dice.maybe(&[512, 1024]),
            reserved: dice.maybe(&[5, 10]),
            source: dice.of(&["chat", "talk"]),
            account_only: dice.of(&[false, true]),
            api_description: dice.maybe(&["films"]),
            origins: dice.maybe(&["*", "https://films.example.org"]),
            max_age: dice.maybe(&[60]),
            endpoint_off: dice.of(&[false, true]),
            integration_type: dice.of(&["AWS_PROXY", "HTTP_PROXY"]),
            payload: dice.maybe(&["1.0", "2.0"]),
            integration_timeout: dice.maybe(&[30_000, 5_000]),
            authorizer: dice.maybe(&["authorizer1"]),
            auto_deploy: dice.of(&[false, true]),
            burst: dice.maybe(&[10, 20]),
            rate: dice.maybe(&[5.0, 2.5]),
            route_bursts: dice.some_of(&["POST /chat"]).into_iter().map(|key| (key, 3)).collect(),
            others: false,
            visibility: dice.maybe(&["30", "60"]),
            display: dice.maybe(&["news", "films"]),
            raw: dice.maybe(&[true, false]),
            url: false,
            url_mode: dice.maybe(&["BUFFERED", "RESPONSE_STREAM"]),
            url_origins: dice.maybe(&["*", "https://films.example.org"]),
            protected: false,
            tags: dice.some_of(&["team"]).into_iter().map(|key| (key, "films")).collect(),
            grant: dice.maybe(&["s:List", "s:Query"]),
        }
    }

    /// The template with these values.
    pub(crate) fn template(&self) -> Value {
        let api = if self.attach { json!(FOREIGN_API) } else { json!({"Ref": "Api"}) };
        let policy = |(name, action): (&&str, &&str)| json!({"PolicyName": name, "PolicyDocument": allow(action)});
        let tag_list = self.tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect::<Vec<_>>();
        let mut resources = json!({
            "Role": {"Type": "AWS::IAM::Role", "Properties": {
                "RoleName": "role", "AssumeRolePolicyDocument": trust(self.trusted), "Path": self.path,
                "Description": self.role_description, "MaxSessionDuration": self.session,
                "PermissionsBoundary": self.boundary, "ManagedPolicyArns": self.managed,
                "Policies": self.policies.iter().map(policy).collect::<Vec<_>>(), "Tags": tag_list,
            }},
            "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {
                "LogGroupName": "/aws/lambda/chat", "RetentionInDays": self.retention, "Tags": tag_list,
            }},
            "Function": {"Type": "AWS::Lambda::Function", "DependsOn": "Logs", "Properties": {
                "FunctionName": "chat", "Code": "function.zip", "Runtime": self.runtime, "Handler": self.handler,
                "Role": {"Fn::GetAtt": ["Role", "Arn"]}, "Description": self.description,
                "Architectures": self.architecture.map(|one| [one]), "MemorySize": self.memory,
                "Timeout": self.timeout, "Environment": {"Variables": self.variables}, "Layers": self.layers,
                "LoggingConfig": if self.json_logs { json!({"LogFormat": "JSON"}) } else { Value::Null },
                "TracingConfig": self.tracing.map(|mode| json!({"Mode": mode})),
                "EphemeralStorage": self.storage.map(|size| json!({"Size": size})), "Tags": tag_list,
                "ReservedConcurrentExecutions": self.reserved,
            }},
            "Version": {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "Function"}}},
            "Alias": {"Type": "AWS::Lambda::Alias", "Metadata": smoke_test(), "Properties": {
                "FunctionName": {"Ref": "Function"}, "Name": "live",
                "FunctionVersion": {"Fn::GetAtt": ["Version", "Version"]},
            }},
            "Permission": {"Type": "AWS::Lambda::Permission", "Properties": {
                "FunctionName": {"Ref": "Alias"}, "Action": "lambda:InvokeFunction",
                "Principal": "apigateway.amazonaws.com",
                "SourceArn": {"Fn::Sub": ["arn:aws:execute-api:us-east-1:123456789012:${Api}/*/POST/${Path}", {"Api": api, "Path": self.source}]},
                "SourceAccount": self.account_only.then(|| json!({"Ref": "AWS::AccountId"})),
            }},
            "Integration": {"Type": "AWS::ApiGatewayV2::Integration", "Properties": {
                "ApiId": api, "IntegrationType": self.integration_type, "IntegrationUri": {"Ref": "Alias"},
                "PayloadFormatVersion": self.payload, "TimeoutInMillis": self.integration_timeout,
            }},
            "Route": {"Type": "AWS::ApiGatewayV2::Route", "Properties": {
                "ApiId": api, "RouteKey": "POST /chat", "Target": {"Fn::Sub": "integrations/${Integration}"},
                "AuthorizationType": self.authorizer.map(|_| "JWT"), "AuthorizerId": self.authorizer,
            }},
            "Table": {"Type": "AWS::DynamoDB::Table", "Properties": {
                "TableName": "films", "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "DeletionProtectionEnabled": self.protected, "Tags": tag_list,
            }},
        });
        if let Some(action) = self.grant {
            resources["Grant"] = json!({"Type": "AWS::IAM::Policy", "Properties": {
                "PolicyName": "Grant", "PolicyDocument": allow(action), "Roles": [{"Ref": "Role"}],
            }});
        }
        if self.others {
            resources["Queue"] = json!({"Type": "AWS::SQS::Queue", "Properties": {
                "QueueName": "jobs", "VisibilityTimeout": self.visibility, "Tags": tag_list,
            }});
            resources["Topic"] = json!({"Type": "AWS::SNS::Topic", "Properties": {
                "DisplayName": self.display, "Tags": tag_list,
            }});
            resources["Subscription"] = json!({"Type": "AWS::SNS::Subscription", "Properties": {
                "TopicArn": {"Ref": "Topic"}, "Protocol": "sqs", "Endpoint": {"Fn::GetAtt": ["Queue", "Arn"]},
                "RawMessageDelivery": self.raw,
            }});
        }
        if self.url {
            resources["Url"] = json!({"Type": "AWS::Lambda::Url", "DependsOn": "Alias", "Properties": {
                "TargetFunctionArn": {"Ref": "Function"}, "Qualifier": "live", "AuthType": "NONE",
                "InvokeMode": self.url_mode, "Cors": self.url_origins.map(|origin| json!({"AllowOrigins": [origin]})),
            }});
        }
        if !self.attach {
            let cors = self.origins.map(|origin| json!({"AllowOrigins": [origin], "MaxAge": self.max_age}));
            resources["Api"] = json!({"Type": "AWS::ApiGatewayV2::Api", "Properties": {
                "Name": "chat", "ProtocolType": "HTTP", "Description": self.api_description,
                "CorsConfiguration": cors, "DisableExecuteApiEndpoint": self.endpoint_off, "Tags": self.tags,
            }});
            let bursts = self.route_bursts.iter().map(|(key, burst)| (*key, json!({"ThrottlingBurstLimit": burst})));
            resources["Stage"] = json!({"Type": "AWS::ApiGatewayV2::Stage", "Properties": {
                "ApiId": api, "StageName": "$default", "AutoDeploy": self.auto_deploy,
                "DefaultRouteSettings": {"ThrottlingBurstLimit": self.burst, "ThrottlingRateLimit": self.rate},
                "RouteSettings": bursts.collect::<BTreeMap<_, _>>(), "Tags": self.tags,
            }});
        }
        json!({ "Resources": without_nulls(resources) })
    }

    /// The resources of the template.
    pub(crate) fn desired(&self) -> Desired {
        self.desired_by(&self.template())
    }

    /// The resources of another template with this function.
    pub(crate) fn desired_by(&self, template: &Value) -> Desired {
        let mut desired = desired(&template.to_string());
        for wanted in &mut desired.resources {
            if let Resource::Function(function) = &mut wanted.resource {
                self.code.clone_into(&mut function.code.sha256);
            }
            if let Resource::Version(version) = &mut wanted.resource {
                self.code.clone_into(&mut version.package);
                version.release["Code"]["Sha256"] = self.code.into();
            }
        }
        desired
    }
}

/// The smoke test that a version must pass before callers get it.
pub(super) fn smoke_test() -> Value {
    json!({"Provisioner": {"SmokeTest": {"Event": {"message": "A film?"}}}})
}

/// The resources of a template's text, for the stack `chat`.
pub(crate) fn desired(text: &str) -> Desired {
    let template = Template::from_source(Source::in_memory(Path::new("t.yaml"), text)).unwrap();
    let packages = Packages { check: PackageCheck::Unread, ..Packages::default() };
    let (stack, place) = ("chat".parse().unwrap(), Place::new("us-east-1"));
    Desired::build(&template, &BTreeMap::new(), &packages, &stack, &place, None).unwrap()
}

pub(super) fn trust(service: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    ]})
}

pub(super) fn allow(action: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": [action], "Resource": "*"}]})
}

/// Removes absent values.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(object) => {
            let given = object.into_iter().filter(|(_, value)| !value.is_null());
            given.map(|(key, value)| (key, without_nulls(value))).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => value,
    }
}
