// By cdk-from-cfn.
import * as cdk from 'aws-cdk-lib';
import * as apigatewayv2 from 'aws-cdk-lib/aws-apigatewayv2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';

export interface CinedbChatStackProps extends cdk.StackProps {
}

export class CinedbChatStack extends cdk.Stack {
  /**
   * URL of the chat, for POST requests.
   */
  public readonly chatUrl;
  /**
   * Id of the HTTP API with the route POST /chat.
   */
  public readonly apiId;
  /**
   * Name of the chat function.
   */
  public readonly functionName;
  /**
   * ARN of the chat function.
   */
  public readonly functionArn;
  /**
   * ARN of the function's execution role.
   */
  public readonly roleArn;

  public constructor(scope: cdk.App, id: string, props: CinedbChatStackProps = {}) {
    super(scope, id, props);

    // Resources
    const chatApi = new apigatewayv2.CfnApi(this, 'ChatApi', {
      name: 'cinedb-chat-bedrock',
      protocolType: 'HTTP',
      corsConfiguration: {
        allowOrigins: [
          '*',
        ],
        allowMethods: [
          'POST',
        ],
        allowHeaders: [
          'content-type',
        ],
        maxAge: 3600,
      },
    });

    const chatLogGroup = new logs.CfnLogGroup(this, 'ChatLogGroup', {
      logGroupName: '/aws/lambda/cinedb-chat-bedrock',
      retentionInDays: 14,
    });

    const chatRole = new iam.CfnRole(this, 'ChatRole', {
      roleName: 'cinedb-chat-bedrock-role',
      assumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Sid: 'LambdaRunsAsThisRole',
            Effect: 'Allow',
            Principal: {
              Service: 'lambda.amazonaws.com',
            },
            Action: 'sts:AssumeRole',
          },
        ],
      },
      managedPolicyArns: [
        `arn:${this.partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole`,
      ],
      policies: [
        {
          policyName: 'DynamoDBReadPolicy',
          policyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Sid: 'ReadTheCatalogue',
                Effect: 'Allow',
                Action: 'dynamodb:Scan',
                Resource: `arn:${this.partition}:dynamodb:${this.region}:${this.account}:table/cinedb`,
              },
            ],
          },
        },
        {
          policyName: 'BedrockInvokePolicy',
          policyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Sid: 'InvokeTheInferenceProfile',
                Effect: 'Allow',
                Action: 'bedrock:InvokeModel',
                Resource: [
                  `arn:${this.partition}:bedrock:*:${this.account}:inference-profile/us.anthropic.claude-haiku-5-5`,
                ],
              },
              {
                Sid: 'InvokeTheModelOnlyThroughThatProfile',
                Effect: 'Allow',
                Action: 'bedrock:InvokeModel',
                Resource: [
                  `arn:${this.partition}:bedrock:*::foundation-model/anthropic.claude-haiku-5-5`,
                ],
                Condition: {
                  StringLike: {
                    'bedrock:InferenceProfileArn': [
                      `arn:${this.partition}:bedrock:*:${this.account}:inference-profile/us.anthropic.claude-haiku-5-5`,
                    ],
                  },
                },
              },
            ],
          },
        },
      ],
    });

    const chatFunction = new lambda.CfnFunction(this, 'ChatFunction', {
      functionName: 'cinedb-chat-bedrock',
      runtime: 'provided.al2023',
      handler: 'bootstrap',
      code: {
        s3Bucket: 'the app\'s entry sets it',
        s3Key: 'the app\'s entry sets it',
      },
      architectures: [
        'x86_64',
      ],
      role: chatRole.attrArn,
      memorySize: 512,
      timeout: 30,
      environment: {
        variables: {
          'DYNAMODB_TABLE': 'cinedb',
          'MODEL_ID': 'us.anthropic.claude-haiku-5-5',
          'CATALOG_TTL': '900',
          'MOVIE_LIMIT': '50',
          'ALLOWED_ORIGIN': '*',
        },
      },
      loggingConfig: {
        logFormat: 'JSON',
        logGroup: chatLogGroup.ref,
      },
    });

    const chatStage = new apigatewayv2.CfnStage(this, 'ChatStage', {
      apiId: chatApi.ref,
      stageName: '$default',
      autoDeploy: true,
      defaultRouteSettings: {
        throttlingRateLimit: 5,
        throttlingBurstLimit: 10,
      },
    });

    const chatVersion = new lambda.CfnVersion(this, 'ChatVersion', {
      functionName: chatFunction.ref,
      description: '',
    });

    const chatAlias = new lambda.CfnAlias(this, 'ChatAlias', {
      name: 'live',
      functionName: chatFunction.ref,
      functionVersion: chatVersion.attrVersion,
    });

    const chatIntegration = new apigatewayv2.CfnIntegration(this, 'ChatIntegration', {
      apiId: chatApi.ref,
      integrationType: 'AWS_PROXY',
      integrationUri: chatAlias.ref,
      payloadFormatVersion: '2.0',
      timeoutInMillis: 30000,
    });

    const chatPermission = new lambda.CfnPermission(this, 'ChatPermission', {
      functionName: chatAlias.ref,
      action: 'lambda:InvokeFunction',
      principal: 'apigateway.amazonaws.com',
      sourceArn: `arn:${this.partition}:execute-api:${this.region}:${this.account}:${chatApi.ref}/*/POST/chat`,
    });

    const chatRoute = new apigatewayv2.CfnRoute(this, 'ChatRoute', {
      apiId: chatApi.ref,
      routeKey: 'POST /chat',
      target: `integrations/${chatIntegration.ref}`,
    });
    chatRoute.addDependency(chatPermission);

    // Outputs
    this.chatUrl = `https://${chatApi.ref}.execute-api.${this.region}.${this.urlSuffix}/chat`;
    new cdk.CfnOutput(this, 'CfnOutputChatUrl', {
      key: 'ChatUrl',
      description: 'URL of the chat, for POST requests.',
      value: this.chatUrl!.toString(),
    });
    this.apiId = chatApi.ref;
    new cdk.CfnOutput(this, 'CfnOutputApiId', {
      key: 'ApiId',
      description: 'Id of the HTTP API with the route POST /chat.',
      value: this.apiId!.toString(),
    });
    this.functionName = chatFunction.ref;
    new cdk.CfnOutput(this, 'CfnOutputFunctionName', {
      key: 'FunctionName',
      description: 'Name of the chat function.',
      value: this.functionName!.toString(),
    });
    this.functionArn = chatFunction.attrArn;
    new cdk.CfnOutput(this, 'CfnOutputFunctionArn', {
      key: 'FunctionArn',
      description: 'ARN of the chat function.',
      value: this.functionArn!.toString(),
    });
    this.roleArn = chatRole.attrArn;
    new cdk.CfnOutput(this, 'CfnOutputRoleArn', {
      key: 'RoleArn',
      description: 'ARN of the function\'s execution role.',
      value: this.roleArn!.toString(),
    });
  }
}
