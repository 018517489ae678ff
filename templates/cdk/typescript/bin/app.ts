import * as cdk from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import * as path from 'path';
import { CinedbChatStack } from '../lib/stack';

// Without a resource that reports to AWS which constructs are used: the template has none either.
const app = new cdk.App({ analyticsReporting: false });
const stack = new CinedbChatStack(app, 'cinedb-chat', {
  stackName: 'cinedb-chat',
  description: "cinedb-chat: POST /chat on an HTTP API, a Lambda function in Rust, answers from Amazon Bedrock.",
});

const codeOfChatFunction = new Asset(stack, 'Code of ChatFunction', {
  path: path.join(__dirname, '..', "../../../target/package/function.zip"),
});
(stack.node.findChild('ChatFunction') as lambda.CfnFunction).code = {
  s3Bucket: codeOfChatFunction.s3BucketName,
  s3Key: codeOfChatFunction.s3ObjectKey,
};

(stack.node.findChild('ChatVersion') as cdk.CfnResource).cfnOptions.deletionPolicy = cdk.CfnDeletionPolicy.DELETE;
(stack.node.findChild('ChatVersion') as cdk.CfnResource).cfnOptions.updateReplacePolicy = cdk.CfnDeletionPolicy.RETAIN;

(stack.node.findChild('ChatRoute') as cdk.CfnResource).addMetadata("Provisioner", {
  "SmokeTest": {
    "Request": {
      "Method": "POST",
      "Path": "/chat",
      "Body": {
        "message": "Recommend me one movie in one short sentence",
        "history": []
      }
    },
    "Message": "/message",
    "Expect": {
      "Status": 200,
      "Body": {
        "Exists": "/message"
      }
    }
  }
});

// A new version for new code or configuration: CloudFormation publishes when a property changes.
(stack.node.findChild('ChatVersion') as lambda.CfnVersion).description =
  `61335cd32903 ${codeOfChatFunction.assetHash}`;
