"""Writes the data about resource kinds that the provisioner holds, from two packages that this repository pins.

    generate.py SITE_PACKAGES AWS_CDK_LIB OUT

cfn-lint ships the CloudFormation registry's schemas: the limits of properties, primary identifiers, property types.
aws-cdk-lib says what `Ref` gives (`xxxId: this.ref` in its generated classes): the schemas do not. The test
`generated_data` runs this file and compares; with UPDATE_SCHEMAS=1 it writes the data.
"""

import json
import pathlib
import re
import sys

# --- What `Ref` gives -------------------------------------------------------------------------------------------------

# Where the sources disagree, or say nothing: what the CloudFormation user guide documents.
DOCUMENTED = {
    # The guide: "the rule name". A rule on a custom bus is `BUS|RULE` (reported to the guide's authors as
    # aws-cloudformation/cloudformation-coverage-roadmap#1131). aws-cdk-lib says only that it is not the ARN, which is
    # the primary identifier. Both parts stand in the ARN: `…:rule/RULE`, `…:rule/BUS/RULE`.
    "AWS::Events::Rule": {"fromArn": ":rule/"},
    # The guide: "the ARN of the API key". aws-cdk-lib says that no part of the identifier is it.
    "AWS::AppSync::ApiKey": "Arn",
    # The guide: "the deployment number". aws-cdk-lib takes the whole identifier for it.
    "AWS::AppConfig::Deployment": "DeploymentNumber",
}

# Where aws-cdk-lib names another property than the primary identifier, and the identifier is right.
NOT_FOLLOWED = {
    # The guide says "the resource name" only; the physical id that CloudFormation shows is the user's id.
    "AWS::ElastiCache::User",
}


def references(library):
    """Per kind, the fields that aws-cdk-lib's reference getter gives as `this.ref`; None where it has no getter."""
    found = {}
    for file in sorted(library.glob("*/lib/*.generated.js")):
        text = file.read_text(encoding="utf-8")
        classes = re.split(r'static CFN_RESOURCE_TYPE_NAME="', text)[1:]
        for one in classes:
            kind, body = one.split('"', 1)
            getter = re.search(r"get \w+Ref\(\)\{return\{(.*?)\}\}", body)
            found[kind] = getter and re.findall(r"(\w+):this\.ref\b", getter.group(1))
    return found


def ref_values(schemas, library):
    """The kinds of Cloud Control for which `Ref` is not the primary identifier, and the property that it is."""
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
    values.update({kind: value for kind, value in DOCUMENTED.items() if kind in schemas})
    return dict(sorted(values.items()))


def same(field, names):
    """The name that a field of aws-cdk-lib stands for: `modelName` for `Name`, `authorizerId` for `AuthorizerId`."""
    field = field.lower()
    exact = [name for name in names if name.lower() == field]
    ends = [name for name in names if field.endswith(name.lower()) or name.lower().endswith(field)]
    return next(iter(exact + sorted(ends, key=len, reverse=True)), None)


# --- Schemas that stand in where AWS cannot be asked ------------------------------------------------------------------

KEPT = [
    "AWS::ApiGatewayV2::Authorizer",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::Cognito::UserPoolClient",
    "AWS::Events::Rule",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
]


def kept(schema):
    """As much of a schema as the provisioner reads."""
    keys = ["primaryIdentifier", "createOnlyProperties", "readOnlyProperties", "writeOnlyProperties"]
    small = {key: schema[key] for key in keys if key in schema}
    if "tagging" in schema:
        small["tagging"] = {key: schema["tagging"][key] for key in ["taggable", "tagProperty"] if key in schema["tagging"]}
    list_by = schema.get("handlers", {}).get("list", {}).get("handlerSchema", {}).get("required")
    if list_by:
        small["handlers"] = {"list": {"handlerSchema": {"required": list_by}}}
    small["properties"] = {name: shape(value, schema) for name, value in sorted(schema["properties"].items())}
    return small


def shape(value, schema):
    """The type of a property, of a list's items, and of the properties inside an object."""
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

# The kinds, and their properties that the provisioner takes. Nothing is refused that cannot be given.
LIMITED = {
    "AWS::CloudWatch::Alarm": ["AlarmDescription", "AlarmName", "EvaluationPeriods", "MetricName", "Namespace"],
    "AWS::DynamoDB::Table": ["AttributeDefinitions", "BillingMode", "KeySchema", "TableName", "Tags"],
    "AWS::Events::Rule": ["Description", "Name", "ScheduleExpression", "State"],
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
    "AWS::Lambda::Alias": ["Description", "FunctionVersion", "Name"],
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
    "AWS::Lambda::Permission": ["Action", "FunctionUrlAuthType", "Principal", "SourceAccount", "SourceArn"],
    "AWS::Lambda::Url": ["AuthType", "Cors", "InvokeMode"],
    "AWS::Lambda::Version": ["Description"],
    "AWS::Logs::LogGroup": ["LogGroupName", "RetentionInDays", "Tags"],
    "AWS::SQS::Queue": [
        "DelaySeconds",
        "MaximumMessageSize",
        "MessageRetentionPeriod",
        "ReceiveMessageWaitTimeSeconds",
        "VisibilityTimeout",
    ],
}

# Those of them that have no type of their own in the provisioner.
THROUGH_CLOUD_CONTROL = ["AWS::CloudWatch::Alarm", "AWS::Events::Rule", "AWS::SQS::Queue"]

# What is not taken over: the schema is wrong, laxer than the service, or says nothing. What the service documents
# instead stands in lint/limits/documented.rs.
EXCLUDED = {
    ("AWS::DynamoDB::Table", "TableName", "maxLength"): "1024 is for an ARN; a table's name has 255 at most",
    ("AWS::DynamoDB::Table", "TableName", "minLength"): "a table's name has 3 characters at least",
    ("AWS::IAM::Role", "AssumeRolePolicyDocument", "maxLength"): "the quota for trust policies is lower",
    ("AWS::IAM::Role", "AssumeRolePolicyDocument", "minLength"): "it is a map here, never an empty text",
    ("AWS::IAM::Role", "ManagedPolicyArns[]", "pattern"): "it has no room for the partitions' own accounts; IAM answers \
what it cannot find",
    ("AWS::IAM::Policy", "PolicyDocument", "maxLength"): "the quota for inline policies is lower",
    ("AWS::IAM::Policy", "PolicyDocument", "minLength"): "it is a map here, never an empty text",
    ("AWS::Lambda::Function", "EphemeralStorage.Size", "maximum"): "32768 is for managed instances",
    ("AWS::Lambda::Function", "FunctionName", "pattern"): "it takes an ARN too, and says nothing of the length",
    ("AWS::Lambda::Function", "MemorySize", "maximum"): "32768 is for managed instances",
    ("AWS::Lambda::Permission", "Principal", "pattern"): "it matches everything",
}

# A list that is not given is an empty list to the provisioner.
KEYWORDS = ["pattern", "minLength", "maxLength", "minimum", "maximum", "enum", "maxItems"]


def limits(schemas, extensions):
    """Per kind and property path (`[]` for the items of a list, `{}` for the keys of a map) what a value must be."""
    all_limits, used = {}, set()
    for kind, names in LIMITED.items():
        schema = schemas[kind]
        missing = [name for name in names if name not in schema["properties"]]
        assert not missing, f"{kind} has no {missing}"
        found = {}
        for name in names:
            collect(schema["properties"][name], schema, name, found)
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
    # What cfn-lint adds to the schemas, from Lambda's documentation.
    names = extensions["environment_variable_keys"]["propertyNames"]["not"]["enum"]
    function["Environment.Variables.{}"]["not"] = sorted(names)
    function["Timeout"]["maximum"] = extensions["capacity_provider_timeout"]["then"]["properties"]["Timeout"]["maximum"]
    return all_limits


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
    """A pattern as the `fancy-regex` crate reads it.

    `\\w` and `\\d` are Java's: ASCII. `\\Z` is Java's end of the text. The kinds that the provisioner knows itself are
    sent to their services, which match the whole text whether the pattern has anchors or not; Cloud Control compares the
    others with the schema, where a pattern without anchors may match any part.
    """
    pattern = pattern.replace("\\Z", "$").replace("\\d", "[0-9]")
    pattern = re.sub(r"\[\\w", "[A-Za-z0-9_", pattern).replace("\\w", "[A-Za-z0-9_]")
    pattern = re.sub(r"\\u([0-9A-F]{4})", r"\\x{\1}", pattern)
    # A `-` that is meant as itself.
    pattern = pattern.replace("0-9-_", "0-9_-")
    anchored = pattern.startswith("^") or schema["typeName"] in THROUGH_CLOUD_CONTROL
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
        "kept_schemas.json": {"from": lint, "kinds": {kind: kept(schemas[kind]) for kind in KEPT}},
        "limits.json": {"from": lint, "kinds": limits(schemas, extensions)},
    }
    for name, content in files.items():
        (out / name).write_text(json.dumps(content, indent=1, ensure_ascii=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]))
