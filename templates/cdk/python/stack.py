# By cdk-from-cfn.
from aws_cdk import Stack
import aws_cdk as cdk
import aws_cdk.aws_apigatewayv2 as apigatewayv2
import aws_cdk.aws_iam as iam
import aws_cdk.aws_lambda as aws_lambda
import aws_cdk.aws_logs as logs
from constructs import Construct

class CinedbChatStack(Stack):
  def __init__(self, scope: Construct, construct_id: str, **kwargs) -> None:
    super().__init__(scope, construct_id, **kwargs)

    # Resources
    chatApi = apigatewayv2.CfnApi(self, 'ChatApi',
          name = 'cinedb-chat-bedrock',
          protocol_type = 'HTTP',
          cors_configuration = {
            'allowOrigins': [
              '*',
            ],
            'allowMethods': [
              'POST',
            ],
            'allowHeaders': [
              'content-type',
            ],
            'maxAge': 3600,
          },
        )

    chatLogGroup = logs.CfnLogGroup(self, 'ChatLogGroup',
          log_group_name = '/aws/lambda/cinedb-chat-bedrock',
          retention_in_days = 14,
        )

    chatRole = iam.CfnRole(self, 'ChatRole',
          role_name = 'cinedb-chat-bedrock-role',
          assume_role_policy_document = {
            'Version': '2012-10-17',
            'Statement': [
              {
                'Sid': 'LambdaRunsAsThisRole',
                'Effect': 'Allow',
                'Principal': {
                  'Service': 'lambda.amazonaws.com',
                },
                'Action': 'sts:AssumeRole',
              },
            ],
          },
          managed_policy_arns = [
            f"""arn:{self.partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole""",
          ],
          policies = [
            {
              'policyName': 'DynamoDBReadPolicy',
              'policyDocument': {
                'Version': '2012-10-17',
                'Statement': [
                  {
                    'Sid': 'ReadTheCatalogue',
                    'Effect': 'Allow',
                    'Action': 'dynamodb:Scan',
                    'Resource': f"""arn:{self.partition}:dynamodb:{self.region}:{self.account}:table/cinedb""",
                  },
                ],
              },
            },
            {
              'policyName': 'BedrockInvokePolicy',
              'policyDocument': {
                'Version': '2012-10-17',
                'Statement': [
                  {
                    'Sid': 'InvokeTheInferenceProfile',
                    'Effect': 'Allow',
                    'Action': 'bedrock:InvokeModel',
                    'Resource': [
                      f"""arn:{self.partition}:bedrock:*:{self.account}:inference-profile/us.anthropic.claude-haiku-5-5""",
                    ],
                  },
                  {
                    'Sid': 'InvokeTheModelOnlyThroughThatProfile',
                    'Effect': 'Allow',
                    'Action': 'bedrock:InvokeModel',
                    'Resource': [
                      f"""arn:{self.partition}:bedrock:*::foundation-model/anthropic.claude-haiku-5-5""",
                    ],
                    'Condition': {
                      'StringLike': {
                        'bedrock:InferenceProfileArn': [
                          f"""arn:{self.partition}:bedrock:*:{self.account}:inference-profile/us.anthropic.claude-haiku-5-5""",
                        ],
                      },
                    },
                  },
                ],
              },
            },
          ],
        )

    chatFunction = aws_lambda.CfnFunction(self, 'ChatFunction',
          function_name = 'cinedb-chat-bedrock',
          runtime = 'provided.al2023',
          handler = 'bootstrap',
          code = {
            's3Bucket': 'the app\'s entry sets it',
            's3Key': 'the app\'s entry sets it',
          },
          architectures = [
            'x86_64',
          ],
          role = chatRole.attr_arn,
          memory_size = 512,
          timeout = 30,
          environment = {
            'variables': {
              'DYNAMODB_TABLE': 'cinedb',
              'MODEL_ID': 'us.anthropic.claude-haiku-5-5',
              'CATALOG_TTL': '900',
              'MOVIE_LIMIT': '50',
              'ALLOWED_ORIGIN': '*',
            },
          },
          logging_config = {
            'logFormat': 'JSON',
            'logGroup': chatLogGroup.ref,
          },
        )

    chatStage = apigatewayv2.CfnStage(self, 'ChatStage',
          api_id = chatApi.ref,
          stage_name = '$default',
          auto_deploy = True,
          default_route_settings = {
            'throttlingRateLimit': 5,
            'throttlingBurstLimit': 10,
          },
        )

    chatVersion = aws_lambda.CfnVersion(self, 'ChatVersion',
          function_name = chatFunction.ref,
          description = '',
        )

    chatAlias = aws_lambda.CfnAlias(self, 'ChatAlias',
          name = 'live',
          function_name = chatFunction.ref,
          function_version = chatVersion.attr_version,
        )

    chatIntegration = apigatewayv2.CfnIntegration(self, 'ChatIntegration',
          api_id = chatApi.ref,
          integration_type = 'AWS_PROXY',
          integration_uri = chatAlias.ref,
          payload_format_version = '2.0',
          timeout_in_millis = 30000,
        )

    chatPermission = aws_lambda.CfnPermission(self, 'ChatPermission',
          function_name = chatAlias.ref,
          action = 'lambda:InvokeFunction',
          principal = 'apigateway.amazonaws.com',
          source_arn = f"""arn:{self.partition}:execute-api:{self.region}:{self.account}:{chatApi.ref}/*/POST/chat""",
        )

    chatRoute = apigatewayv2.CfnRoute(self, 'ChatRoute',
          api_id = chatApi.ref,
          route_key = 'POST /chat',
          target = f"""integrations/{chatIntegration.ref}""",
        )
    chatRoute.add_dependency(chatPermission)

    # Outputs
    """
      URL of the chat, for POST requests.
    """
    self.chat_url = f"""https://{chatApi.ref}.execute-api.{self.region}.{self.url_suffix}/chat"""
    cdk.CfnOutput(self, 'CfnOutputChatUrl',
      key = 'ChatUrl',
      description = 'URL of the chat, for POST requests.',
      value = str(self.chat_url),
    )

    """
      Id of the HTTP API with the route POST /chat.
    """
    self.api_id = chatApi.ref
    cdk.CfnOutput(self, 'CfnOutputApiId',
      key = 'ApiId',
      description = 'Id of the HTTP API with the route POST /chat.',
      value = str(self.api_id),
    )

    """
      Name of the chat function.
    """
    self.function_name = chatFunction.ref
    cdk.CfnOutput(self, 'CfnOutputFunctionName',
      key = 'FunctionName',
      description = 'Name of the chat function.',
      value = str(self.function_name),
    )

    """
      ARN of the chat function.
    """
    self.function_arn = chatFunction.attr_arn
    cdk.CfnOutput(self, 'CfnOutputFunctionArn',
      key = 'FunctionArn',
      description = 'ARN of the chat function.',
      value = str(self.function_arn),
    )

    """
      ARN of the function's execution role.
    """
    self.role_arn = chatRole.attr_arn
    cdk.CfnOutput(self, 'CfnOutputRoleArn',
      key = 'RoleArn',
      description = 'ARN of the function\'s execution role.',
      value = str(self.role_arn),
    )
