"""Writes the provisioner's data about resource kinds, from two packages that this repository pins.

    generate.py SITE_PACKAGES AWS_CDK_LIB OUT

cfn-lint contains the CloudFormation registry's schemas: the limits of properties, primary identifiers, property types.
aws-cdk-lib contains the value of `Ref`, which the schemas lack (`xxxId: this.ref` in its generated classes,
`this.xxxName=resource.ref` in the handwritten ones). The test `generated_data_on_resource_types` runs this file and compares; with
UPDATE_SCHEMAS=1 it writes the data.
"""

import json
import pathlib
import re
import sys

# --- The value of `Ref` -----------------------------------------------------------------------------------------------

# Where the sources disagree or lack a value: the value that the CloudFormation user guide documents under "Return
# values", "Ref". The guide's pages are those of December 2023, the last that AWS published as a repository
# (awsdocs/aws-cloudformation-user-guide). Every kind with a compound primary identifier was looked up there:
#
# - the guide names one part or one property: the kind is in this table;
# - the guide shows the parts joined by `|`, or names all of them: the identifier is correct, and the kind is not here;
# - the guide says "the resource name", and one part is the only name: the kind is in this table;
# - the guide names an id that is not a property (EC2::Route, EKS::FargateProfile, Lambda::EventInvokeConfig and
#   others), has no page (for newer kinds) or no `Ref`: the identifier is used, as the registry defines it for `Ref`.
DOCUMENTED = {
    # The guide: "the rule name". A rule on a custom bus is `BUS|RULE` (reported to the guide's authors as
    # aws-cloudformation/cloudformation-coverage-roadmap#1131). aws-cdk-lib shows only that it is not the ARN, which
    # is the primary identifier. The ARN contains both parts: `…:rule/RULE`, `…:rule/BUS/RULE`.
    "AWS::Events::Rule": {"fromArn": ":rule/"},
    # The guide: "the ARN of the API key". According to aws-cdk-lib, it is not a part of the identifier.
    "AWS::AppSync::ApiKey": "Arn",
    # The guide: "the deployment number". aws-cdk-lib uses the whole identifier.
    "AWS::AppConfig::Deployment": "DeploymentNumber",
    # The guide: "the name of the prepared statement".
    "AWS::Athena::PreparedStatement": "StatementName",
    # The guide: "the resource name. For example: mystack-myscheduledaction-NT5EUXTNTXXD".
    "AWS::AutoScaling::ScheduledAction": "ScheduledActionName",
    # The guide: "the Amazon Resource Name (ARN) of the scaling plan".
    "AWS::AutoScalingPlans::ScalingPlan": "ScalingPlanArn",
    # The guide: "the AnalysisTemplateIdentifier".
    "AWS::CleanRooms::AnalysisTemplate": "AnalysisTemplateIdentifier",
    # The guide: "the ARN of the AggregationAuthorization".
    "AWS::Config::AggregationAuthorization": "AggregationAuthorizationArn",
    # The guide: "the transit gateway multicast domain ID".
    "AWS::EC2::TransitGatewayMulticastDomainAssociation": "TransitGatewayMulticastDomainId",
    # The guide: "the association ID for the VPC CIDR block".
    "AWS::EC2::VPCCidrBlock": "Id",
    # The guide: "the ID of the instance fleet", "the ID of the instance group".
    "AWS::EMR::InstanceFleetConfig": "InstanceFleetId",
    "AWS::EMR::InstanceGroupConfig": "InstanceGroupId",
    # The guide: "the resource name". A version's name is its label, which is its `Id`.
    "AWS::ElasticBeanstalk::ApplicationVersion": "Id",
    "AWS::ElasticBeanstalk::ConfigurationTemplate": "TemplateName",
    # The guide: "the connection name", "the table name".
    "AWS::Glue::Connection": "Name",
    "AWS::Glue::Table": "Name",
    # The guide: "the ARN of the mission profile".
    "AWS::GroundStation::MissionProfile": "Arn",
    # The guide: "the name of the filter", "the unique ID of the IPSet" and of the ThreatIntelSet.
    "AWS::GuardDuty::Filter": "Name",
    "AWS::GuardDuty::IPSet": "Id",
    "AWS::GuardDuty::ThreatIntelSet": "Id",
    # The guide: "the unique ID of the GuardDuty administrator account" and "member account".
    "AWS::GuardDuty::Master": "MasterId",
    "AWS::GuardDuty::Member": "MemberId",
    # The guide: "the resource name", of policies whose name is `PolicyName`.
    "AWS::IAM::GroupPolicy": "PolicyName",
    "AWS::IAM::RolePolicy": "PolicyName",
    "AWS::IAM::UserPolicy": "PolicyName",
    # The guide says nothing. CloudFormation shows the filter's name as the physical id, as for a subscription filter.
    "AWS::Logs::MetricFilter": "FilterName",
    # The guide: "the name of the access policy", "the name of the security policy".
    "AWS::OpenSearchServerless::AccessPolicy": "Name",
    "AWS::OpenSearchServerless::SecurityPolicy": "Name",
    # The guide: "the unique id of the new identity source", "the unique id of the new or updated policy".
    "AWS::VerifiedPermissions::IdentitySource": "IdentitySourceId",
    "AWS::VerifiedPermissions::Policy": "PolicyId",
    # The guide: "the association ID".
    "AWS::Wisdom::AssistantAssociation": "AssistantAssociationId",
}

# The kinds for which aws-cdk-lib uses another property than the primary identifier, and the identifier is correct.
NOT_FOLLOWED = {
    # The guide says "the resource name" only; the physical id that CloudFormation shows is the user's id.
    "AWS::ElastiCache::User",
    # aws-cdk-lib uses all of `Ref` as the profile's name; the guide: `<cluster-name>/<Fargate-profile-name>`, no part.
    "AWS::EKS::FargateProfile",
}


def references(library):
    """Returns per kind the fields that aws-cdk-lib's reference getter sets to `this.ref`; None without a getter."""
    found = {}
    for file in sorted(library.glob("*/lib/*.generated.js")):
        text = file.read_text(encoding="utf-8")
        classes = re.split(r'static CFN_RESOURCE_TYPE_NAME="', text)[1:]
        for one in classes:
            kind, body = one.split('"', 1)
            getter = re.search(r"get \w+Ref\(\)\{return\{(.*?)\}\}", body)
            found[kind] = getter and re.findall(r"(\w+):this\.ref\b", getter.group(1))
    return found


def written_references(library):
    """Returns per kind the properties to which the handwritten classes assign `ref` of the generated class."""
    kinds = {}
    for file in sorted(library.glob("*/lib/*.generated.js")):
        for one in re.split(r"(?=class Cfn\w+ extends)", file.read_text(encoding="utf-8")):
            name = re.match(r"class (Cfn\w+) extends", one)
            kind = re.search(r'static CFN_RESOURCE_TYPE_NAME="([^"]+)"', one)
            if name and kind:
                kinds.setdefault((file.parts[-3], name.group(1)), kind.group(1))
    found = {}
    for file in sorted(library.glob("*/lib/**/*.js")):
        if file.name.endswith(".generated.js"):
            continue
        text = file.read_text(encoding="utf-8")
        for made in re.finditer(r"\b(\w+)=new\(\w+\(\)\)\.(Cfn\w+)\(", text):
            kind = kinds.get((file.relative_to(library).parts[0], made.group(2)))
            # The next class of the file may have a variable of the same name.
            rest = text[made.end() :].split("class ", 1)[0]
            named = re.findall(r"this\.(\w+)=" + made.group(1) + r"\.ref\b", rest)
            if kind and named:
                found.setdefault(kind, set()).update(named)
    return found


def ref_values(schemas, library):
    """Returns the kinds of Cloud Control whose `Ref` is not the primary identifier, with the property that it is."""
    values = {}
    for kind, fields in references(library).items():
        schema = schemas.get(kind)
        if not schema or "handlers" not in schema or kind in NOT_FOLLOWED or not fields:
            continue
        (field,) = fields
        identifier = [path.rsplit("/", 1)[-1] for path in schema["primaryIdentifier"]]
        part = same(field, identifier)
        if len(identifier) > 1 or part is None:
            values[kind] = part or same(field, schema["properties"])
    for kind, fields in written_references(library).items():
        schema = schemas.get(kind, {})
        if kind in values or kind in NOT_FOLLOWED or "handlers" not in schema:
            continue
        identifier = [path.rsplit("/", 1)[-1] for path in schema["primaryIdentifier"]]
        parts = {same(field, identifier) for field in fields} - {None}
        if len(identifier) > 1 and len(parts) == 1:
            values[kind] = parts.pop()
    values.update({kind: value for kind, value in DOCUMENTED.items() if kind in schemas})
    return dict(sorted(values.items()))


def same(field, names):
    """Returns the name for a field of aws-cdk-lib: `Name` for `modelName`, `AuthorizerId` for `authorizerId`."""
    field = field.lower()
    exact = [name for name in names if name.lower() == field]
    ends = [name for name in names if field.endswith(name.lower()) or name.lower().endswith(field)]
    return next(iter(exact + sorted(ends, key=len, reverse=True)), None)


# --- The registry of the tests ----------------------------------------------------------------------------------------

REGISTRY = [
    "AWS::ApiGatewayV2::Authorizer",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::Cognito::UserPoolClient",
    "AWS::Events::Rule",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
]


def registered(schema):
    """Returns the part of a schema that the provisioner reads."""
    keys = ["primaryIdentifier", "createOnlyProperties", "readOnlyProperties", "writeOnlyProperties"]
    small = {key: schema[key] for key in keys if key in schema}
    if "tagging" in schema:
        small["tagging"] = {key: schema["tagging"][key] for key in ["taggable", "tagProperty"] if key in schema["tagging"]}
    list_by = schema.get("handlers", {}).get("list", {}).get("handlerSchema", {}).get("required")
    if list_by:
        small["handlers"] = {"list": {"handlerSchema": {"required": list_by}}}
    small["properties"] = {name: shape(value, schema) for name, value in sorted(schema["properties"].items())}
    for path in small.get("createOnlyProperties", []):
        name = path.removeprefix("/properties/")
        most = resolved(schema["properties"].get(name, {}), schema).get("maxLength")
        if most:
            small["properties"][name]["maxLength"] = most
    return small


def shape(value, schema):
    """Returns the types of a property, of a list's items, and of the properties in an object."""
    value = resolved(value, schema)
    small = {"type": value["type"]} if isinstance(value.get("type"), str) else {}
    if "items" in value:
        small["items"] = shape(value["items"], schema)
    if "patternProperties" in value:
        inside = value["patternProperties"].items()
        small["patternProperties"] = {name: shape(inner, schema) for name, inner in sorted(inside)}
    if "properties" in value:
        small["properties"] = {name: shape(inner, schema) for name, inner in sorted(value["properties"].items())}
    return small


def resolved(value, schema):
    while "$ref" in value:
        target = schema
        for part in value["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        value = {**target, **{key: inner for key, inner in value.items() if key != "$ref"}}
    return value


# --- Limits of properties ---------------------------------------------------------------------------------------------

# The kinds, and the properties that the provisioner accepts: a property with everything in it, or a path into it.
# Properties that cannot be set need no limit. AWS's growing enumerations (runtimes, key specs) are omitted.
LIMITED = {
    "AWS::CloudWatch::Alarm": [
        "AlarmDescription",
        "AlarmName",
        "ComparisonOperator",
        "DatapointsToAlarm",
        "Dimensions",
        "EvaluationPeriods",
        "MetricName",
        "Namespace",
        "Period",
        "Statistic",
        "TreatMissingData",
    ],
    "AWS::Cognito::UserPool": [
        "AliasAttributes",
        "AutoVerifiedAttributes",
        "DeletionProtection",
        "MfaConfiguration",
        "Policies.PasswordPolicy",
        "UserPoolName",
        "UsernameAttributes",
    ],
    "AWS::Cognito::UserPoolClient": [
        "AccessTokenValidity",
        "AllowedOAuthFlows",
        "AuthSessionValidity",
        "CallbackURLs",
        "ClientName",
        "IdTokenValidity",
        "LogoutURLs",
        "PreventUserExistenceErrors",
        "RefreshTokenValidity",
        "TokenValidityUnits",
    ],
    "AWS::Cognito::UserPoolDomain": ["Domain"],
    "AWS::DynamoDB::Table": ["AttributeDefinitions", "BillingMode", "KeySchema", "TableName", "Tags"],
    "AWS::Events::EventBus": ["Name"],
    "AWS::Events::Rule": [
        "Description",
        "Name",
        "ScheduleExpression",
        "State",
        "Targets[].Id",
        "Targets[].Input",
        "Targets[].InputPath",
        "Targets[].RetryPolicy",
    ],
    "AWS::IAM::ManagedPolicy": ["Description", "Path", "PolicyDocument"],
    "AWS::IAM::Policy": ["PolicyDocument", "PolicyName"],
    "AWS::IAM::Role": [
        "AssumeRolePolicyDocument",
        "Description",
        "ManagedPolicyArns",
        "MaxSessionDuration",
        "PermissionsBoundary",
        "RoleName",
        "Tags",
    ],
    "AWS::IAM::User": ["UserName"],
    "AWS::KMS::Alias": ["AliasName"],
    "AWS::KMS::Key": ["Description", "PendingWindowInDays", "RotationPeriodInDays", "Tags"],
    "AWS::Lambda::Alias": ["Description", "FunctionVersion", "Name"],
    "AWS::Lambda::EventInvokeConfig": ["MaximumEventAgeInSeconds", "MaximumRetryAttempts"],
    "AWS::Lambda::EventSourceMapping": [
        "BatchSize",
        "FunctionResponseTypes[]",
        "MaximumBatchingWindowInSeconds",
        "MaximumRecordAgeInSeconds",
        "MaximumRetryAttempts",
        "ParallelizationFactor",
        "ScalingConfig",
        "StartingPosition",
        "TumblingWindowInSeconds",
    ],
    "AWS::Lambda::Function": [
        "Architectures",
        "Description",
        "Environment",
        "EphemeralStorage",
        "FunctionName",
        "Handler",
        "Layers",
        "LoggingConfig",
        "MemorySize",
        "ReservedConcurrentExecutions",
        "Tags",
        "Timeout",
        "TracingConfig",
    ],
    "AWS::Lambda::LayerVersion": ["CompatibleArchitectures", "Description", "LayerName", "LicenseInfo"],
    "AWS::Lambda::Permission": ["Action", "FunctionUrlAuthType", "Principal", "SourceAccount", "SourceArn"],
    "AWS::Lambda::Url": ["AuthType", "Cors", "InvokeMode"],
    "AWS::Lambda::Version": ["Description"],
    "AWS::Logs::LogGroup": ["LogGroupName", "RetentionInDays", "Tags"],
    "AWS::Logs::MetricFilter": ["FilterName", "FilterPattern"],
    "AWS::Logs::SubscriptionFilter": ["FilterName", "FilterPattern"],
    "AWS::S3::Bucket": [
        "BucketName",
        "CorsConfiguration.CorsRules[].AllowedMethods",
        "CorsConfiguration.CorsRules[].Id",
        "CorsConfiguration.CorsRules[].MaxAge",
        "LifecycleConfiguration.Rules[].Id",
        "LifecycleConfiguration.Rules[].Status",
        "Tags",
        "VersioningConfiguration",
    ],
    "AWS::SNS::Topic": ["DeliveryStatusLogging", "MaximumMessageSize", "Tags", "TopicName"],
    "AWS::SQS::Queue": [
        "DelaySeconds",
        "KmsDataKeyReusePeriodSeconds",
        "MaximumMessageSize",
        "MessageRetentionPeriod",
        "ReceiveMessageWaitTimeSeconds",
        "VisibilityTimeout",
    ],
    "AWS::SSM::Parameter": ["AllowedPattern", "Description", "Name", "Tier", "Type"],
    "AWS::Scheduler::Schedule": [
        "Description",
        "FlexibleTimeWindow",
        "GroupName",
        "Name",
        "ScheduleExpression",
        "ScheduleExpressionTimezone",
        "State",
        "Target.RetryPolicy",
    ],
    "AWS::Scheduler::ScheduleGroup": ["Name"],
    "AWS::SecretsManager::Secret": ["Description", "Name", "Tags"],
    "AWS::StepFunctions::StateMachine": [
        "DefinitionString",
        "EncryptionConfiguration.KmsDataKeyReusePeriodSeconds",
        "LoggingConfiguration.Level",
        "StateMachineName",
        "StateMachineType",
        "Tags",
    ],
}

# The kinds with their own type in the provisioner. The others use Cloud Control.
TYPED = ["AWS::DynamoDB::Table", "AWS::IAM::Policy", "AWS::IAM::Role", "AWS::Logs::LogGroup", "AWS::SNS::Subscription", "AWS::SNS::Topic"] + [
    f"AWS::Lambda::{name}" for name in ["Alias", "Function", "Permission", "Url", "Version"]
]

# Limits that are not used: the schema is wrong, laxer than the service, or has no effect. The limits that the service
# documents instead are in lint/limits/documented.rs.
EXCLUDED = {
    ("AWS::DynamoDB::Table", "TableName", "maxLength"): "1024 is for an ARN; a table's name has 255 at most",
    ("AWS::DynamoDB::Table", "TableName", "minLength"): "a table's name has 3 characters at least",
    ("AWS::IAM::Role", "AssumeRolePolicyDocument", "maxLength"): "the quota for trust policies is lower",
    ("AWS::IAM::Role", "AssumeRolePolicyDocument", "minLength"): "it is a map here, never an empty text",
    ("AWS::IAM::Role", "ManagedPolicyArns[]", "pattern"): "it has no room for the partitions' own accounts; IAM answers \
what it cannot find",
    ("AWS::IAM::Policy", "PolicyDocument", "maxLength"): "the quota for inline policies is lower",
    ("AWS::IAM::Policy", "PolicyDocument", "minLength"): "it is a map here, never an empty text",
    ("AWS::IAM::ManagedPolicy", "PolicyDocument", "maxLength"): "the quota for managed policies is lower",
    ("AWS::IAM::ManagedPolicy", "PolicyDocument", "minLength"): "it is a map here, never an empty text",
    ("AWS::Lambda::Function", "EphemeralStorage.Size", "maximum"): "32768 is for managed instances",
    ("AWS::Lambda::Function", "FunctionName", "pattern"): "it takes an ARN too, and says nothing of the length",
    ("AWS::Lambda::Function", "MemorySize", "maximum"): "32768 is for managed instances",
    ("AWS::Lambda::LayerVersion", "LayerName", "pattern"): "its anchors are for one of its two forms each",
    ("AWS::Lambda::Permission", "Principal", "pattern"): "it matches everything",
}

# Without `minItems`: a list that is not set is an empty list to the provisioner.
KEYWORDS = ["pattern", "minLength", "maxLength", "minimum", "maximum", "enum", "maxItems"]


def limits(schemas, extensions):
    """Returns the limits per kind and property path (`[]` for the items of a list, `{}` for the keys of a map)."""
    all_limits, used = {}, set()
    for kind, names in LIMITED.items():
        schema = schemas[kind]
        found = {}
        for name in names:
            inside = {}
            property = re.split(r"[.\[]", name)[0]
            collect(schema["properties"][property], schema, property, inside)
            chosen = {path: limit for path, limit in inside.items() if is_inside(path, name)}
            assert chosen or name == property, f"{kind} has no limit of {name}"
            found.update(chosen)
        for path in list(found):
            for keyword in list(found[path]):
                if (kind, path, keyword) in EXCLUDED:
                    used.add((kind, path, keyword))
                    del found[path][keyword]
            if not found[path]:
                del found[path]
        all_limits[kind] = found
    unused = set(EXCLUDED) - used
    assert not unused, f"excluded, and not in the schemas: {unused}"
    function = all_limits["AWS::Lambda::Function"]
    # cfn-lint adds these to the schemas, from Lambda's documentation.
    names = extensions["environment_variable_keys"]["propertyNames"]["not"]["enum"]
    function["Environment.Variables.{}"]["not"] = sorted(names)
    function["Timeout"]["maximum"] = extensions["capacity_provider_timeout"]["then"]["properties"]["Timeout"]["maximum"]
    return all_limits


def is_inside(path, name):
    return path == name or path.startswith((f"{name}.", f"{name}["))


def collect(value, schema, path, found):
    value = resolved(value, schema)
    own = {key: plain(value[key], schema) if key == "pattern" else value[key] for key in KEYWORDS if key in value}
    if own.get("minLength") == 0 or "enum" in own:
        own.pop("minLength", None)
    if "enum" in own:
        own.pop("maxLength", None)
    if own:
        found[path] = own
    for name, inner in value.get("properties", {}).items():
        collect(inner, schema, f"{path}.{name}", found)
    if isinstance(value.get("items"), dict):
        collect(value["items"], schema, f"{path}[]", found)
    for pattern in value.get("patternProperties", {}):
        found[path + ".{}"] = {"pattern": plain(pattern, schema)}


def plain(pattern, schema):
    """Returns a pattern in the syntax of the `fancy-regex` crate.

    `\\w` and `\\d` are Java's: ASCII. `\\Z` is Java's end of the text. The kinds with their own type in the provisioner
    are sent to their services, which match the whole text whether the pattern has anchors or not; Cloud Control
    compares the others with the schema, where a pattern without anchors may match any part.
    """
    pattern = pattern.replace("\\Z", "$").replace("\\d", "[0-9]")
    pattern = re.sub(r"\[\\w", "[A-Za-z0-9_", pattern).replace("\\w", "[A-Za-z0-9_]")
    pattern = re.sub(r"\\u([0-9A-F]{4})", r"\\x{\1}", pattern)
    # A `-` that is a literal character.
    pattern = pattern.replace("0-9-_", "0-9_-")
    anchored = pattern.startswith("^") or schema["typeName"] not in TYPED
    return pattern if anchored else f"^({pattern})$"


# --- The files --------------------------------------------------------------------------------------------------------


def main(site_packages, library, out):
    data = pathlib.Path(site_packages) / "cfnlint" / "data" / "schemas"
    def read(file):
        return json.loads(file.read_text(encoding="utf-8"))

    names = read(data / "providers" / "us-east-1.json")
    schemas = {kind: read(data / "resources" / f"{name}.json") for kind, name in names.items()}
    extensions = {file.stem: read(file) for file in (data / "extensions" / "aws_lambda_function").glob("*.json")}
    (metadata,) = pathlib.Path(site_packages).glob("cfn_lint-*.dist-info")
    version = metadata.name.removeprefix("cfn_lint-").removesuffix(".dist-info")
    lint = f"cfn-lint {version}, schemas of {read(data / 'version.json')['schema_date'][:10]}"
    cdk = f"aws-cdk-lib {read(library / 'package.json')['version']}"
    files = {
        "ref_values.json": {"from": f"{cdk}; {lint}", "kinds": ref_values(schemas, library)},
        "registry.json": {"from": lint, "kinds": {kind: registered(schemas[kind]) for kind in REGISTRY}},
        "limits.json": {"from": lint, "kinds": limits(schemas, extensions)},
    }
    for name, content in files.items():
        (out / name).write_text(json.dumps(content, indent=1, ensure_ascii=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]))
