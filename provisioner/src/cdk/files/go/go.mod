module app

go 1.23

require (
	github.com/aws/aws-cdk-go/awscdk/v2 vAWS_CDK_LIB
	github.com/aws/constructs-go/constructs/v10 vCONSTRUCTS
	github.com/aws/jsii-runtime-go v1.142.0
)
