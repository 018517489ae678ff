from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_lambda
from aws_cdk.aws_s3_assets import Asset
from stack import CinedbChatStack

# Without a resource that reports to AWS which constructs are used: the template has none either.
app = cdk.App(analytics_reporting=False)
stack = CinedbChatStack(
    app,
    "cinedb-chat",
    stack_name="cinedb-chat",
    description="cinedb-chat: POST /chat on an HTTP API, a Lambda function in Rust, answers from Amazon Bedrock.",
)

code_of_ChatFunction = Asset(
    stack,
    "Code of ChatFunction",
    path=str(Path(__file__).parent / "../../../target/package/function.zip"),
)
stack.node.find_child("ChatFunction").code = aws_lambda.CfnFunction.CodeProperty(
    s3_bucket=code_of_ChatFunction.s3_bucket_name,
    s3_key=code_of_ChatFunction.s3_object_key,
)

stack.node.find_child("ChatVersion").cfn_options.deletion_policy = cdk.CfnDeletionPolicy.DELETE
stack.node.find_child("ChatVersion").cfn_options.update_replace_policy = cdk.CfnDeletionPolicy.RETAIN

stack.node.find_child("ChatRoute").add_metadata("Provisioner", {"SmokeTest": {"Request": {"Method": "POST", "Path": "/chat", "Body": {"message": "Recommend me one movie in one short sentence", "history": []}}, "Message": "/message", "Expect": {"Status": 200, "Body": {"Exists": "/message"}}}})

# A new version for new code or configuration: CloudFormation publishes when a property changes.
stack.node.find_child("ChatVersion").description = f"61335cd32903 {code_of_ChatFunction.asset_hash}"

app.synth()
