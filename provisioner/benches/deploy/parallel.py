"""The same target as templates/chat.yaml, by a parallel boto3 script as a good engineer would write it for one job.

Each call goes out the moment that its inputs exist, in threads; creates are tried first and a conflict means "there
already"; waits are polled every quarter second. What is left out is the safety that the provisioner is for: no plan is
shown, only the code's hash and the function's configuration are compared and the rest is written over or believed, no
version is checked before callers get it, nothing is marked as the stack's own, nobody else's change is noticed, nothing
is adopted and nothing removed.

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


def make_role():
    """Whether it was there already."""
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


def make_log_group():
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
    """The version that callers shall get, or None when there is nothing new."""
    now, wanted = found.result(), configuration(account.result())
    if now is None:
        role.result()
        for _ in range(480):
            try:
                made = lambda_.create_function(
                    FunctionName=NAME, Code={"ZipFile": package}, Architectures=["x86_64"], Publish=True, **wanted
                )
                break
            except lambda_.exceptions.InvalidParameterValueException as error:
                if "cannot be assumed" not in str(error):
                    raise
                time.sleep(0.25)
        lambda_.get_waiter("function_active_v2").wait(FunctionName=NAME, WaiterConfig=WAIT)
        return made["Version"]
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


def lead_alias(version, found):
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


def find_or_make_api():
    for api in gateway.get_apis(MaxResults="500")["Items"]:
        if api["Name"] == NAME:
            return api["ApiId"], True
    cors = {"AllowOrigins": ["*"], "AllowMethods": ["POST"], "AllowHeaders": ["content-type"], "MaxAge": 3600}
    return gateway.create_api(Name=NAME, ProtocolType="HTTP", CorsConfiguration=cors)["ApiId"], False


def make_stage(api):
    api_id, _ = api.result()
    settings = {"ThrottlingRateLimit": 5.0, "ThrottlingBurstLimit": 10}
    try:
        gateway.create_stage(ApiId=api_id, StageName="$default", AutoDeploy=True, DefaultRouteSettings=settings)
    except gateway.exceptions.ConflictException:
        pass


def make_integration(api, account):
    """The integration's id, made beside the function: API Gateway takes an ARN by its form."""
    (api_id, existed), account = api.result(), account.result()
    uri = f"arn:aws:lambda:{region}:{account}:function:{NAME}:live"
    if existed:
        for one in gateway.get_integrations(ApiId=api_id)["Items"]:
            if one["IntegrationUri"] == uri:
                return one["IntegrationId"]
    made = gateway.create_integration(
        ApiId=api_id, IntegrationType="AWS_PROXY", IntegrationUri=uri, PayloadFormatVersion="2.0", TimeoutInMillis=30000
    )
    return made["IntegrationId"]


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


def make_route(api, integration, permission):
    api_id, existed = api.result()
    if existed and any(one["RouteKey"] == ROUTE for one in gateway.get_routes(ApiId=api_id)["Items"]):
        return
    permission.result()
    gateway.create_route(ApiId=api_id, RouteKey=ROUTE, Target=f"integrations/{integration.result()}")


account = pool.submit(lambda: sts.get_caller_identity()["Account"])
found = pool.submit(find_function)
role = pool.submit(make_role)
api = pool.submit(find_or_make_api)
version = pool.submit(write_function, role, found, account)
alias = pool.submit(lead_alias, version, found)
integration = pool.submit(make_integration, api, account)
permission = pool.submit(permit, api, alias, account)
steps = [
    pool.submit(make_log_group), pool.submit(fill_role, role, account), alias, pool.submit(make_stage, api),
    permission, pool.submit(make_route, api, integration, permission),
]
for step in steps:
    step.result()
print(f"https://{api.result()[0]}.execute-api.{region}.amazonaws.com/chat")
