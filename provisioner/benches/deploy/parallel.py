"""Creates the resources of templates/chat.yaml with a parallel boto3 script, written for this one task.

Threads send each call as soon as its inputs exist. The script tries to create first and treats a conflict as "exists
already", and it polls every quarter second. It has none of the provisioner's safety: it shows no plan, compares only
the hash of the code and the configuration of the function, overwrites or trusts everything else, runs no smoke test
before a version gets traffic, sets no ownership tags, detects no change by others, and adopts and deletes nothing.

usage: parallel.py PACKAGE
"""

import base64
import hashlib
import json
import pathlib
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config

NAME = "cinedb-chat-bedrock"
ROLE = NAME + "-role"
ROUTE = "POST /chat"
MANAGED = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
MODEL = "anthropic.claude-haiku-5-5"
WAIT = {"Delay": 0.25, "MaxAttempts": 480}

package = pathlib.Path(sys.argv[1]).read_bytes()
sha256 = base64.b64encode(hashlib.sha256(package).digest()).decode()

session = boto3.Session()
region = session.region_name
config = Config(max_pool_connections=16)
iam, sts, logs, lambda_, gateway = (
    session.client(name, config=config) for name in ["iam", "sts", "logs", "lambda", "apigatewayv2"]
)
pool = ThreadPoolExecutor(24)


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


TRUST = document({
    "Sid": "LambdaRunsAsThisRole", "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"},
    "Action": "sts:AssumeRole",
})


def policies(account):
    profile = f"arn:aws:bedrock:*:{account}:inference-profile/us.{MODEL}"
    return {
        "DynamoDBReadPolicy": document({
            "Sid": "ReadTheCatalogue", "Effect": "Allow",
            "Action": "dynamodb:Scan",
            "Resource": f"arn:aws:dynamodb:{region}:{account}:table/cinedb",
        }),
        "BedrockInvokePolicy": document({
            "Sid": "InvokeTheInferenceProfile", "Effect": "Allow", "Action": "bedrock:InvokeModel",
            "Resource": profile,
        }, {
            "Sid": "InvokeTheModelOnlyThroughThatProfile", "Effect": "Allow", "Action": "bedrock:InvokeModel",
            "Resource": f"arn:aws:bedrock:*::foundation-model/{MODEL}",
            "Condition": {"StringLike": {"bedrock:InferenceProfileArn": profile}},
        }),
    }


def create_role():
    """Returns whether the role existed already."""
    try:
        iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=TRUST)
        return False
    except iam.exceptions.EntityAlreadyExistsException:
        return True


def fill_role(role, account):
    existed, account = role.result(), account.result()
    puts = [pool.submit(iam.attach_role_policy, RoleName=ROLE, PolicyArn=MANAGED)]
    for name, text in policies(account).items():
        puts.append(pool.submit(iam.put_role_policy, RoleName=ROLE, PolicyName=name, PolicyDocument=text))
    if existed:
        puts.append(pool.submit(iam.update_assume_role_policy, RoleName=ROLE, PolicyDocument=TRUST))
    for put in puts:
        put.result()


def create_log_group():
    name = f"/aws/lambda/{NAME}"
    try:
        logs.create_log_group(logGroupName=name)
    except logs.exceptions.ResourceAlreadyExistsException:
        pass
    logs.put_retention_policy(logGroupName=name, retentionInDays=14)


def configuration(account):
    return {
        "Runtime": "provided.al2023", "Handler": "bootstrap", "Role": f"arn:aws:iam::{account}:role/{ROLE}",
        "MemorySize": 512, "Timeout": 30,
        "Environment": {"Variables": {
            "DYNAMODB_TABLE": "cinedb", "MODEL_ID": f"us.{MODEL}", "CATALOG_TTL": "900", "MOVIE_LIMIT": "50",
            "ALLOWED_ORIGIN": "*",
        }},
        "LoggingConfig": {"LogFormat": "JSON", "LogGroup": f"/aws/lambda/{NAME}"},
    }


def find_function():
    try:
        return lambda_.get_function_configuration(FunctionName=NAME)
    except lambda_.exceptions.ResourceNotFoundException:
        return None


def write_function(role, found, account):
    """Returns the version for the alias, or None if nothing changed."""
    now, wanted = found.result(), configuration(account.result())
    if now is None:
        role.result()
        for _ in range(480):
            try:
                created = lambda_.create_function(
                    FunctionName=NAME, Code={"ZipFile": package}, Architectures=["x86_64"], Publish=True, **wanted
                )
                break
            except lambda_.exceptions.InvalidParameterValueException as error:
                if "cannot be assumed" not in str(error):
                    raise
                time.sleep(0.25)
        lambda_.get_waiter("function_active_v2").wait(FunctionName=NAME, WaiterConfig=WAIT)
        return created["Version"]
    version = None
    differs = any(now.get(key) != value for key, value in wanted.items() if key != "LoggingConfig")
    if differs:
        lambda_.update_function_configuration(FunctionName=NAME, **wanted)
        lambda_.get_waiter("function_updated_v2").wait(FunctionName=NAME, WaiterConfig=WAIT)
    if now["CodeSha256"] != sha256:
        version = lambda_.update_function_code(FunctionName=NAME, ZipFile=package, Publish=True)["Version"]
        lambda_.get_waiter("function_updated_v2").wait(FunctionName=NAME, WaiterConfig=WAIT)
    elif differs:
        version = lambda_.publish_version(FunctionName=NAME)["Version"]
    return version


def point_alias(version, found):
    version = version.result()
    if version is None:
        return
    if found.result() is not None:
        try:
            lambda_.update_alias(FunctionName=NAME, Name="live", FunctionVersion=version)
            return
        except lambda_.exceptions.ResourceNotFoundException:
            pass
    lambda_.create_alias(FunctionName=NAME, Name="live", FunctionVersion=version)


def find_or_create_api():
    for api in gateway.get_apis(MaxResults="500")["Items"]:
        if api["Name"] == NAME:
            return api["ApiId"], True
    cors = {"AllowOrigins": ["*"], "AllowMethods": ["POST"], "AllowHeaders": ["content-type"], "MaxAge": 3600}
    return gateway.create_api(Name=NAME, ProtocolType="HTTP", CorsConfiguration=cors)["ApiId"], False


def create_stage(api):
    api_id, _ = api.result()
    settings = {"ThrottlingRateLimit": 5.0, "ThrottlingBurstLimit": 10}
    try:
        gateway.create_stage(ApiId=api_id, StageName="$default", AutoDeploy=True, DefaultRouteSettings=settings)
    except gateway.exceptions.ConflictException:
        pass


def create_integration(api, account):
    """Returns the integration's id. It does not wait for the function: API Gateway checks only the format of the ARN."""
    (api_id, existed), account = api.result(), account.result()
    uri = f"arn:aws:lambda:{region}:{account}:function:{NAME}:live"
    if existed:
        for one in gateway.get_integrations(ApiId=api_id)["Items"]:
            if one["IntegrationUri"] == uri:
                return one["IntegrationId"]
    created = gateway.create_integration(
        ApiId=api_id, IntegrationType="AWS_PROXY", IntegrationUri=uri, PayloadFormatVersion="2.0", TimeoutInMillis=30000
    )
    return created["IntegrationId"]


def permit(api, alias, account):
    alias.result()
    (api_id, _), account = api.result(), account.result()
    try:
        lambda_.add_permission(
            FunctionName=NAME, Qualifier="live", StatementId="api", Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:aws:execute-api:{region}:{account}:{api_id}/*/POST/chat",
        )
    except lambda_.exceptions.ResourceConflictException:
        pass


def create_route(api, integration, permission):
    api_id, existed = api.result()
    if existed and any(one["RouteKey"] == ROUTE for one in gateway.get_routes(ApiId=api_id)["Items"]):
        return
    permission.result()
    gateway.create_route(ApiId=api_id, RouteKey=ROUTE, Target=f"integrations/{integration.result()}")


account = pool.submit(lambda: sts.get_caller_identity()["Account"])
found = pool.submit(find_function)
role = pool.submit(create_role)
api = pool.submit(find_or_create_api)
version = pool.submit(write_function, role, found, account)
alias = pool.submit(point_alias, version, found)
integration = pool.submit(create_integration, api, account)
permission = pool.submit(permit, api, alias, account)
steps = [
    pool.submit(create_log_group), pool.submit(fill_role, role, account), alias, pool.submit(create_stage, api),
    permission, pool.submit(create_route, api, integration, permission),
]
for step in steps:
    step.result()
print(f"https://{api.result()[0]}.execute-api.{region}.amazonaws.com/chat")
