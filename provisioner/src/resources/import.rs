//! The ids by which Terraform imports a resource. The AWS provider's documentation names the id of each kind under
//! "Import" (read in November 2026).

/// A Terraform resource for a deployed resource, or for a part of it: Terraform has several resources where
/// CloudFormation has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Terraform's resource type, such as `aws_lambda_function`.
    pub kind: String,
    /// The name of the part; `None` for the resource itself.
    pub part: Option<String>,
    /// The id for the import.
    pub id: String,
    /// A warning before the import.
    pub warning: Option<&'static str>,
}

impl Import {
    /// The resource itself.
    pub(super) fn whole(kind: &str, id: impl Into<String>) -> Self {
        Self { kind: kind.to_owned(), part: None, id: id.into(), warning: None }
    }

    /// A part of it.
    pub(super) fn part(kind: &str, part: &str, id: impl Into<String>) -> Self {
        Self { part: Some(part.to_owned()), ..Self::whole(kind, id) }
    }
}

/// The type of the AWS Cloud Control provider (`awscc`) for a kind: `awscc_rds_db_instance` for `AWS::RDS::DBInstance`.
///
/// The provider generates its names: the service in lower case, and the resource in snake case
/// (`internal/naming` of hashicorp/terraform-provider-awscc, read in November 2026).
pub(super) fn cloud_control_type(kind: &str) -> String {
    let mut parts = kind.split("::").skip(1);
    let mut part = || parts.next().unwrap_or_default();
    let (service, resource) = (part().to_ascii_lowercase(), part());
    // The provider writes these names of services as one word.
    let resource = resource.replace("CloudFormation", "Cloudformation").replace("CloudFront", "Cloudfront");
    let resource = resource.replace("CloudWatch", "Cloudwatch").replace("FSx", "Fsx");
    format!("awscc_{service}_{}", snake_case(&resource))
}

/// `ChatLogGroup` as `chat_log_group`, and `VPCEndpoint2` as `vpc_endpoint_2`.
pub(crate) fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    let mut letters = name.chars().peekable();
    let mut before = '_';
    while let Some(letter) = letters.next() {
        if !letter.is_ascii_alphanumeric() {
            if before != '_' {
                snake.push('_');
                before = '_';
            }
            continue;
        }
        // A word begins with a capital letter or a number, and after an acronym or a number.
        let begins = match before {
            'a'..='z' => !letter.is_ascii_lowercase(),
            '0'..='9' => !letter.is_ascii_digit(),
            'A'..='Z' => letter.is_ascii_uppercase() && letters.peek().is_some_and(char::is_ascii_lowercase),
            _ => false,
        };
        if begins {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
        before = letter;
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_has_the_name_that_the_cloud_control_provider_generates() {
        // As the provider's `internal/naming` generates them.
        for (kind, name) in [
            ("AWS::ApiGateway::RestApi", "awscc_apigateway_rest_api"),
            ("AWS::AppSync::GraphQLApi", "awscc_appsync_graph_ql_api"),
            ("AWS::CloudFront::CloudFrontOriginAccessIdentity", "awscc_cloudfront_cloudfront_origin_access_identity"),
            ("AWS::CloudWatch::Alarm", "awscc_cloudwatch_alarm"),
            ("AWS::EC2::VPCEndpoint", "awscc_ec2_vpc_endpoint"),
            ("AWS::EC2::VPC", "awscc_ec2_vpc"),
            ("AWS::EKS::Nodegroup", "awscc_eks_nodegroup"),
            ("AWS::ElasticLoadBalancingV2::LoadBalancer", "awscc_elasticloadbalancingv2_load_balancer"),
            ("AWS::IAM::OIDCProvider", "awscc_iam_oidc_provider"),
            ("AWS::KMS::Key", "awscc_kms_key"),
            ("AWS::Kinesis::Stream", "awscc_kinesis_stream"),
            ("AWS::RDS::DBInstance", "awscc_rds_db_instance"),
            ("AWS::S3::AccessPoint", "awscc_s3_access_point"),
            ("AWS::SQS::Queue", "awscc_sqs_queue"),
            ("AWS::SSM::Parameter", "awscc_ssm_parameter"),
            ("AWS::SecretsManager::Secret", "awscc_secretsmanager_secret"),
            ("AWS::StepFunctions::StateMachine", "awscc_stepfunctions_state_machine"),
            ("AWS::WAFv2::WebACL", "awscc_wafv2_web_acl"),
        ] {
            assert_eq!(cloud_control_type(kind), name);
        }
    }
}
