// An ordinary app, whose `cdk.out` the tests pass to the provisioner with `--template`. Its output is checked
// in: `UPDATE_CDK_OUT=1 cargo test --workspace --test synth real_cdk` updates it.
const cdk = require('aws-cdk-lib');
const { HttpApi, HttpMethod } = require('aws-cdk-lib/aws-apigatewayv2');
const { HttpLambdaIntegration } = require('aws-cdk-lib/aws-apigatewayv2-integrations');
const dynamodb = require('aws-cdk-lib/aws-dynamodb');
const lambda = require('aws-cdk-lib/aws-lambda');

// With its usage report, which has a condition on regions, which the `cdk` command includes by default.
const app = new cdk.App({ analyticsReporting: true });
const stack = new cdk.Stack(app, 'films');
const handler = new lambda.Function(stack, 'Handler', {
  runtime: lambda.Runtime.PYTHON_3_13,
  handler: 'index.handler',
  code: lambda.Code.fromAsset('handler'),
});
const films = new dynamodb.Table(stack, 'Films', {
  partitionKey: { name: 'id', type: dynamodb.AttributeType.STRING },
  billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
  removalPolicy: cdk.RemovalPolicy.DESTROY,
});
films.grantReadData(handler);
const api = new HttpApi(stack, 'Api');
api.addRoutes({
  path: '/film',
  methods: [HttpMethod.GET],
  integration: new HttpLambdaIntegration('Film', handler),
});
new cdk.CfnOutput(stack, 'Url', { value: api.apiEndpoint });
app.synth();
