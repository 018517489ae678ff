//! What is longer than AWS takes.
//!
//! The limits are those of AWS's API references (the constraints of the requests), of Lambda's quotas page (64 for a
//! function's name, 4 KB of variables) and of DynamoDB's naming rules.

use serde_json::Value;

use super::{Checked, Finding, Severity};
use crate::resources::permission::DIGEST;
use crate::resources::served::LENGTH as BEFORE;
use crate::template::references_in_text;

/// What of a property is measured.
#[derive(Clone, Copy)]
enum Of {
    /// Its characters.
    Text,
    /// The characters of each of its keys.
    Keys,
    /// The characters of each of its values.
    Values,
    /// The bytes of the whole as JSON: so Lambda measures variables.
    Json,
}

/// The kind, the property, what of it is measured, the most that AWS takes, and what helps.
type Limit = (&'static str, &'static str, Of, usize, &'static str);

#[rustfmt::skip]
const LIMITS: [Limit; 29] = [
    ("AWS::IAM::Role", "RoleName", Of::Text, 64, NAME),
    ("AWS::IAM::Role", "Description", Of::Text, 1000, SHORTER),
    ("AWS::IAM::Role", "Policies", Of::Keys, 128, SHORTER),
    ("AWS::IAM::Role", "Tags", Of::Keys, 128, SHORTER),
    ("AWS::IAM::Role", "Tags", Of::Values, 256, SHORTER),
    ("AWS::IAM::Policy", "PolicyName", Of::Text, 128, SHORTER),
    ("AWS::Logs::LogGroup", "LogGroupName", Of::Text, 512, NAME),
    ("AWS::Logs::LogGroup", "Tags", Of::Keys, 128, SHORTER),
    ("AWS::Logs::LogGroup", "Tags", Of::Values, 256, SHORTER),
    ("AWS::Lambda::Function", "FunctionName", Of::Text, 64, NAME),
    ("AWS::Lambda::Function", "Description", Of::Text, 256, SHORTER),
    ("AWS::Lambda::Function", "Handler", Of::Text, 128, SHORTER),
    ("AWS::Lambda::Function", "Environment.Variables", Of::Json, 4096, VARIABLES),
    ("AWS::Lambda::Function", "Tags", Of::Keys, 128, SHORTER),
    ("AWS::Lambda::Function", "Tags", Of::Values, 256, SHORTER),
    ("AWS::Lambda::Version", "Description", Of::Text, 256, SHORTER),
    ("AWS::Lambda::Alias", "Name", Of::Text, 128, SHORTER),
    ("AWS::Lambda::Alias", "Description", Of::Text, 256 - BEFORE, MARK),
    ("AWS::Lambda::Permission", "StatementIdPrefix", Of::Text, 100 - DIGEST, STATEMENT),
    ("AWS::ApiGatewayV2::Api", "Name", Of::Text, 128, NAME),
    ("AWS::ApiGatewayV2::Api", "Description", Of::Text, 1024, SHORTER),
    ("AWS::ApiGatewayV2::Api", "Tags", Of::Values, 1600, SHORTER),
    ("AWS::ApiGatewayV2::Integration", "Description", Of::Text, 1024, MARK_AND_ROUTES),
    ("AWS::ApiGatewayV2::Stage", "StageName", Of::Text, 128, SHORTER),
    ("AWS::ApiGatewayV2::Stage", "Description", Of::Text, 1024, SHORTER),
    ("AWS::ApiGatewayV2::Stage", "Tags", Of::Values, 1600, SHORTER),
    ("AWS::DynamoDB::Table", "TableName", Of::Text, 255, NAME),
    ("AWS::DynamoDB::Table", "Tags", Of::Keys, 128, SHORTER),
    ("AWS::DynamoDB::Table", "Tags", Of::Values, 256, SHORTER),
];

const SHORTER: &str = "write a shorter one";
const NAME: &str = "write a shorter one; where there is none, the stack's name (`--stack`) and the resource's make it";
const MARK: &str = "the ownership mark is kept there, and the versions that served before, 256 characters at most: give \
                    the stack (`--stack`) or the resource a shorter name";
const MARK_AND_ROUTES: &str = "the ownership mark and what is taken over are kept there: take over fewer routes, or \
                               give the stack (`--stack`) or the resource a shorter name";
const STATEMENT: &str = "a statement's id, 100 characters at most, begins with the stack's name and the resource's: \
                         give the stack (`--stack`) or the resource a shorter one";
const VARIABLES: &str = "keep what is long in Parameter Store or in the package, and give the function its name";

/// Every property is as short as AWS wants it.
pub(super) fn too_long(one: &Checked) -> Vec<Finding> {
    let limits = LIMITS.iter().filter(|(kind, ..)| one.is(kind));
    let found = limits.flat_map(|(_, property, of, most, hint)| {
        let value = one.properties.pointer(&format!("/{}", property.replace('.', "/"))).unwrap_or(&Value::Null);
        let unit = if matches!(of, Of::Json) { "bytes" } else { "characters" };
        let over = measured(property, value, *of).into_iter().filter(|(_, length)| length > most);
        over.map(move |(what, length)| {
            one.finding(Severity::Refused, format!("{what} has {length} {unit}; AWS takes {most}"), *hint)
        })
    });
    found.collect()
}

/// Each thing that is measured, and its length.
fn measured(property: &str, value: &Value, of: Of) -> Vec<(String, usize)> {
    let characters = |text: &str| known_part(text).chars().count();
    let entries = || value.as_object().into_iter().flatten();
    match of {
        Of::Text => value.as_str().map(|text| (property.to_owned(), characters(text))).into_iter().collect(),
        Of::Keys => entries().map(|(key, _)| (format!("the key {property}.{}", start(key)), characters(key))).collect(),
        Of::Values => entries()
            .filter_map(|(key, value)| Some((format!("{property}.{key}"), characters(value.as_str()?))))
            .collect(),
        Of::Json => vec![(property.to_owned(), known_part(&value.to_string()).len())],
    }
}

fn start(key: &str) -> String {
    if key.chars().count() <= 32 { key.to_owned() } else { key.chars().take(32).chain(['…']).collect() }
}

/// The text without what only AWS knows: how much that is shows when it is known.
fn known_part(text: &str) -> String {
    references_in_text(text).iter().fold(text.to_owned(), |text, one| text.replace(&one.to_string(), ""))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::plan::tests::{planned, spec::desired};
    use crate::plan::{Options, Plan};
    use crate::world::State;

    /// The plan of a template with everything this much longer than AWS takes.
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
                "Environment": {"Variables": {"A": text(4096 - r#"{"A":""}"#.len())}},
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
        // These have the stack's name and their own in what is sent of them.
        let alias = text(256 - super::BEFORE - "provisioner:stack=chat provisioner:resource=".len());
        resources[alias] = json!({"Type": "AWS::Lambda::Alias", "Properties": {
            "FunctionName": {"Ref": "Function"}, "Name": text(128),
            "FunctionVersion": {"Fn::GetAtt": ["Version", "Version"]},
        }});
        resources[text(100 - "chat--".len() - 12)] = json!({"Type": "AWS::Lambda::Permission", "Properties": {
            "FunctionName": {"Ref": "Function"}, "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com",
        }});
        planned(&desired(&json!({ "Resources": resources }).to_string()), &State::default(), Options::default())
    }

    #[test]
    fn what_is_longer_than_aws_takes_is_told_before_the_first_write() {
        let plan = plan(1);
        let kind = |id: &str| plan.steps.iter().find(|step| step.logical_id == id).map(|step| step.kind.clone());
        let told = plan.blockers.iter().map(|one| format!("{}: {}", kind(&one.logical_id).unwrap(), one.cause));
        let mut told: Vec<String> =
            told.map(|one| one.replace(&"x".repeat(32), "x").replace(&"t".repeat(32), "t")).collect();
        told.sort();
        insta::assert_snapshot!(told.join("\n"), @r"
        AWS::ApiGatewayV2::Api: Description has 1025 characters; AWS takes 1024
        AWS::ApiGatewayV2::Api: Name has 129 characters; AWS takes 128
        AWS::ApiGatewayV2::Api: Tags.team has 1601 characters; AWS takes 1600
        AWS::ApiGatewayV2::Stage: Description has 1025 characters; AWS takes 1024
        AWS::ApiGatewayV2::Stage: StageName has 129 characters; AWS takes 128
        AWS::ApiGatewayV2::Stage: Tags.team has 1601 characters; AWS takes 1600
        AWS::DynamoDB::Table: TableName has 256 characters; AWS takes 255
        AWS::DynamoDB::Table: Tags.team has 257 characters; AWS takes 256
        AWS::DynamoDB::Table: the key Tags.t… has 129 characters; AWS takes 128
        AWS::IAM::Policy: PolicyName has 129 characters; AWS takes 128
        AWS::IAM::Role: Description has 1001 characters; AWS takes 1000
        AWS::IAM::Role: RoleName has 65 characters; AWS takes 64
        AWS::IAM::Role: Tags.team has 257 characters; AWS takes 256
        AWS::IAM::Role: the key Policies.x… has 129 characters; AWS takes 128
        AWS::IAM::Role: the key Tags.t… has 129 characters; AWS takes 128
        AWS::Lambda::Alias: Description has 172 characters; AWS takes 171
        AWS::Lambda::Alias: Name has 129 characters; AWS takes 128
        AWS::Lambda::Function: Description has 257 characters; AWS takes 256
        AWS::Lambda::Function: Environment.Variables has 4097 bytes; AWS takes 4096
        AWS::Lambda::Function: FunctionName has 65 characters; AWS takes 64
        AWS::Lambda::Function: Handler has 129 characters; AWS takes 128
        AWS::Lambda::Function: Tags.team has 257 characters; AWS takes 256
        AWS::Lambda::Function: the key Tags.t… has 129 characters; AWS takes 128
        AWS::Lambda::Permission: StatementIdPrefix has 89 characters; AWS takes 88
        AWS::Lambda::Version: Description has 257 characters; AWS takes 256
        AWS::Logs::LogGroup: LogGroupName has 513 characters; AWS takes 512
        AWS::Logs::LogGroup: Tags.team has 257 characters; AWS takes 256
        AWS::Logs::LogGroup: the key Tags.t… has 129 characters; AWS takes 128
        ");
        assert!(plan.is_empty(), "nothing is sent: {:#?}", plan.steps);
    }

    #[test]
    fn what_is_just_as_long_as_aws_takes_is_sent() {
        let plan = plan(0);
        assert_eq!(plan.blockers, []);
        assert_eq!(plan.notes, []);
        assert_eq!(plan.changing().count(), plan.steps.len());
    }

    #[test]
    fn what_only_aws_knows_has_no_length_yet() {
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
}
