#!/bin/sh
# Creates the resources of templates/chat.yaml with the aws-cli, one command after the other, as in a README.
# A second run reads the existing resources. The script has the same gaps as parallel.py.
#
# usage: steps.sh PACKAGE first|unchanged|code
set -eu
NAME=cinedb-chat-bedrock
ROLE=$NAME-role
MODEL=anthropic.claude-haiku-5-5
aws() { command aws --output text "$@"; }

if [ "$2" = code ]; then
    VERSION=$(aws lambda update-function-code --function-name $NAME --zip-file "fileb://$1" --publish --query Version)
    aws lambda wait function-updated-v2 --function-name $NAME
    aws lambda update-alias --function-name $NAME --name live --function-version "$VERSION" >/dev/null
    exit
fi
ACCOUNT=$(aws sts get-caller-identity --query Account)
if [ "$2" = unchanged ]; then
    aws iam get-role --role-name $ROLE >/dev/null
    aws logs describe-log-groups --log-group-name-prefix /aws/lambda/$NAME >/dev/null
    aws lambda get-function-configuration --function-name $NAME >/dev/null
    aws lambda get-alias --function-name $NAME --name live >/dev/null
    aws lambda get-policy --function-name $NAME --qualifier live >/dev/null
    API=$(aws apigatewayv2 get-apis --query "Items[?Name=='$NAME'].ApiId")
    aws apigatewayv2 get-stage --api-id "$API" --stage-name '$default' >/dev/null
    aws apigatewayv2 get-integrations --api-id "$API" >/dev/null
    aws apigatewayv2 get-routes --api-id "$API" >/dev/null
    exit
fi
policy() { printf '{"Version":"2012-10-17","Statement":[%s]}' "$1"; }
PROFILE="arn:aws:bedrock:*:$ACCOUNT:inference-profile/us.$MODEL"
aws iam create-role --role-name $ROLE --assume-role-policy-document "$(policy '{"Sid":"LambdaRunsAsThisRole",
    "Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}')" >/dev/null
aws iam attach-role-policy --role-name $ROLE \
    --policy-arn arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole
aws iam put-role-policy --role-name $ROLE --policy-name DynamoDBReadPolicy --policy-document "$(policy '{
    "Sid":"ReadTheCatalogue","Effect":"Allow","Action":"dynamodb:Scan",
    "Resource":"arn:aws:dynamodb:'"$AWS_REGION:$ACCOUNT"':table/cinedb"}')"
aws iam put-role-policy --role-name $ROLE --policy-name BedrockInvokePolicy --policy-document "$(policy '{
    "Sid":"InvokeTheInferenceProfile","Effect":"Allow","Action":"bedrock:InvokeModel","Resource":"'"$PROFILE"'"},{
    "Sid":"InvokeTheModelOnlyThroughThatProfile","Effect":"Allow","Action":"bedrock:InvokeModel",
    "Resource":"arn:aws:bedrock:*::foundation-model/'$MODEL'",
    "Condition":{"StringLike":{"bedrock:InferenceProfileArn":"'"$PROFILE"'"}}}')"
aws logs create-log-group --log-group-name /aws/lambda/$NAME
aws logs put-retention-policy --log-group-name /aws/lambda/$NAME --retention-in-days 14
VARIABLES=DYNAMODB_TABLE=cinedb,MODEL_ID=us.$MODEL,CATALOG_TTL=900,MOVIE_LIMIT=50,ALLOWED_ORIGIN=*
aws lambda create-function --function-name $NAME --runtime provided.al2023 --handler bootstrap --memory-size 512 \
    --timeout 30 --role "arn:aws:iam::$ACCOUNT:role/$ROLE" --zip-file "fileb://$1" --architectures x86_64 --publish \
    --environment "Variables={$VARIABLES}" --logging-config LogFormat=JSON,LogGroup=/aws/lambda/$NAME >/dev/null
aws lambda wait function-active-v2 --function-name $NAME
aws lambda create-alias --function-name $NAME --name live --function-version 1 >/dev/null
API=$(aws apigatewayv2 create-api --name $NAME --protocol-type HTTP --cors-configuration \
    AllowOrigins='*',AllowMethods=POST,AllowHeaders=content-type,MaxAge=3600 --query ApiId)
aws apigatewayv2 create-stage --api-id "$API" --stage-name '$default' --auto-deploy \
    --default-route-settings ThrottlingRateLimit=5,ThrottlingBurstLimit=10 >/dev/null
INTEGRATION=$(aws apigatewayv2 create-integration --api-id "$API" --integration-type AWS_PROXY \
    --integration-uri "arn:aws:lambda:$AWS_REGION:$ACCOUNT:function:$NAME:live" --payload-format-version 2.0 \
    --timeout-in-millis 30000 --query IntegrationId)
aws lambda add-permission --function-name $NAME --qualifier live --statement-id api --action lambda:InvokeFunction \
    --principal apigateway.amazonaws.com \
    --source-arn "arn:aws:execute-api:$AWS_REGION:$ACCOUNT:$API/*/POST/chat" >/dev/null
aws apigatewayv2 create-route --api-id "$API" --route-key 'POST /chat' --target "integrations/$INTEGRATION" >/dev/null
echo "https://$API.execute-api.$AWS_REGION.amazonaws.com/chat"
