#!/bin/sh
# The same chat by aws-cli, one command after the other, as its setup was once typed from a README: no alias, no throttle,
# no log retention. A second run finds what exists and goes on, as who types it would.
#
# usage: steps.sh PACKAGE first|unchanged|code
set -eu
NAME=cinedb-chat-bedrock
ROLE=$NAME-role
MODEL=anthropic.claude-haiku-5-5
aws() { command aws --output text "$@"; }

if [ "$2" = code ]; then
    aws lambda update-function-code --function-name $NAME --zip-file "fileb://$1" >/dev/null
    exit
fi
ACCOUNT=$(aws sts get-caller-identity --query Account)
if [ "$2" = unchanged ]; then
    aws iam get-role --role-name $ROLE >/dev/null
    aws lambda get-function-configuration --function-name $NAME >/dev/null
    API=$(aws apigatewayv2 get-apis --query "Items[?Name=='$NAME'].ApiId")
    aws apigatewayv2 get-integrations --api-id "$API" >/dev/null
    aws apigatewayv2 get-routes --api-id "$API" >/dev/null
    aws lambda get-policy --function-name $NAME >/dev/null
    exit
fi
policy() { printf '{"Version":"2012-10-17","Statement":[{"Effect":"Allow",%s}]}' "$1"; }
aws iam create-role --role-name $ROLE --assume-role-policy-document \
    "$(policy '"Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"')" >/dev/null
aws iam attach-role-policy --role-name $ROLE \
    --policy-arn arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole
aws iam put-role-policy --role-name $ROLE --policy-name DynamoDBReadPolicy --policy-document \
    "$(policy "\"Action\":\"dynamodb:Scan\",\"Resource\":\"arn:aws:dynamodb:$AWS_REGION:$ACCOUNT:table/cinedb\"")"
aws iam put-role-policy --role-name $ROLE --policy-name BedrockInvokePolicy --policy-document \
    "$(policy "\"Action\":\"bedrock:InvokeModel\",\"Resource\":\"arn:aws:bedrock:*::foundation-model/$MODEL\"")"
aws lambda create-function --function-name $NAME --runtime provided.al2023 --handler bootstrap --memory-size 512 \
    --timeout 30 --role "arn:aws:iam::$ACCOUNT:role/$ROLE" --zip-file "fileb://$1" \
    --environment "Variables={DYNAMODB_TABLE=cinedb,MODEL_ID=us.$MODEL}" >/dev/null
API=$(aws apigatewayv2 create-api --name $NAME --protocol-type HTTP --query ApiId)
aws apigatewayv2 create-stage --api-id "$API" --stage-name '$default' --auto-deploy >/dev/null
INTEGRATION=$(aws apigatewayv2 create-integration --api-id "$API" --integration-type AWS_PROXY \
    --integration-uri "arn:aws:lambda:$AWS_REGION:$ACCOUNT:function:$NAME" --payload-format-version 2.0 \
    --query IntegrationId)
aws lambda add-permission --function-name $NAME --statement-id api --action lambda:InvokeFunction \
    --principal apigateway.amazonaws.com \
    --source-arn "arn:aws:execute-api:$AWS_REGION:$ACCOUNT:$API/*/POST/chat" >/dev/null
aws apigatewayv2 create-route --api-id "$API" --route-key 'POST /chat' --target "integrations/$INTEGRATION" >/dev/null
echo "https://$API.execute-api.$AWS_REGION.amazonaws.com/chat"
