//! How many calls a second AWS allows an account in a region, as data: each row with its source. Services that get few
//! calls have no rate until they throttle one.

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;

/// The calls that AWS counts together.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Limit {
    /// What AWS limits, for messages.
    pub(super) of: &'static str,
    /// The rate in calls per second that AWS documents; `None` where it documents nothing.
    pub(super) documented: Option<u32>,
    /// Calls per second at the start.
    pub(super) rate: f64,
    /// Calls per second at most.
    pub(super) full: f64,
    /// Calls that may be sent at once.
    pub(super) burst: f64,
    /// Whether calls wait from the first one on; otherwise they wait after AWS has throttled one.
    pub(super) from_the_start: bool,
}

/// The share of a documented rate that is used. AWS counts calls on arrival, and calls can arrive closer together than
/// they were sent.
const SHARE: f64 = 0.95;

impl Limit {
    /// A limit with a rate that AWS documents.
    fn documented(of: &'static str, per_second: u32, burst: u32) -> Self {
        let rate = f64::from(per_second) * SHARE;
        Self { of, documented: Some(per_second), rate, full: rate, burst: burst.into(), from_the_start: true }
    }

    /// A limit without a documented rate: it starts with the rate that most services allow, and adapts to throttling.
    pub(super) fn undocumented(of: &'static str) -> Self {
        Self { of, documented: None, rate: 20.0, full: 100.0, burst: 10.0, from_the_start: true }
    }

    /// The limit of a service that gets few calls: no call waits until AWS throttles one.
    fn after_a_refusal(of: &'static str) -> Self {
        Self { of, documented: None, rate: 10.0, full: 10.0, burst: 5.0, from_the_start: false }
    }
}

/// The limit that a request counts against. `None` for invocations, to which the limits of the control plane do not
/// apply, and for requests without AWS's signature.
pub(super) fn limit(request: &HttpRequest) -> Option<Limit> {
    let service = signed_for(request.headers().get("authorization")?)?;
    let path = request.uri().split_once("://").map_or(request.uri(), |(_, rest)| rest);
    let path = path.split('?').next()?;
    let path: Vec<&str> = path.split('/').skip(1).filter(|segment| !segment.is_empty()).collect();
    let target = request.headers().get("x-amz-target").and_then(|target| target.rsplit('.').next());
    of(service, request.method(), &path, target.unwrap_or_default())
}

fn of(service: &str, method: &str, path: &[&str], operation: &str) -> Option<Limit> {
    Some(match (service, method, path) {
        // <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>, "Lambda API requests":
        // `GetFunction` 100, `GetPolicy` 15, all others together 15 a second, without invocations. It documents no
        // burst: half of a second's calls is used. The first part of the path is the date of the API's version.
        ("lambda", "POST", [.., "invocations" | "response-streaming-invocations"]) => return None,
        ("lambda", "GET", [_, "functions", _]) => Limit::documented("Lambda GetFunction", 100, 50),
        ("lambda", "GET", [_, "functions", _, "policy"]) => Limit::documented("Lambda GetPolicy", 15, 7),
        ("lambda", ..) => Limit::documented("Lambda", 15, 7),
        // <https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html>, "Total operations": 10 a second
        // with a burst of 40, of which a quarter is left for other users of the account.
        ("apigateway", ..) => Limit::documented("API Gateway", 10, 30),
        // <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html>: each operation has its
        // own limit.
        ("logs", ..) => match operation {
            "DescribeLogGroups" => Limit::documented("CloudWatch Logs DescribeLogGroups", 10, 5),
            "CreateLogGroup" => Limit::documented("CloudWatch Logs CreateLogGroup", 10, 5),
            "DeleteLogGroup" => Limit::documented("CloudWatch Logs DeleteLogGroup", 10, 5),
            "PutRetentionPolicy" => Limit::documented("CloudWatch Logs PutRetentionPolicy", 5, 3),
            "DeleteRetentionPolicy" => Limit::documented("CloudWatch Logs DeleteRetentionPolicy", 5, 3),
            "ListTagsForResource" => Limit::documented("CloudWatch Logs ListTagsForResource", 5, 3),
            "TagResource" => Limit::documented("CloudWatch Logs TagResource", 5, 3),
            "UntagResource" => Limit::documented("CloudWatch Logs UntagResource", 5, 3),
            _ => Limit::after_a_refusal("CloudWatch Logs"),
        },
        // The documentation of these services contains no rates.
        ("iam", ..) => Limit::undocumented("IAM"),
        ("tagging", ..) => Limit::undocumented("Resource Groups Tagging"),
        ("cloudcontrolapi", ..) => Limit::undocumented("Cloud Control"),
        ("cloudformation", ..) => Limit::undocumented("CloudFormation"),
        // The others get few calls.
        ("monitoring", ..) => Limit::after_a_refusal("CloudWatch"),
        ("dynamodb", ..) => Limit::after_a_refusal("DynamoDB"),
        ("s3", ..) => Limit::after_a_refusal("S3"),
        ("sts", ..) => Limit::after_a_refusal("STS"),
        _ => Limit::after_a_refusal("AWS"),
    })
}

/// The service in the signature's scope: `Credential=KEY/DATE/REGION/SERVICE/aws4_request`.
fn signed_for(authorization: &str) -> Option<&str> {
    let (_, scope) = authorization.split_once("Credential=")?;
    scope.split('/').nth(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limited(service: &str, method: &str, uri: &str, target: Option<&str>) -> Option<&'static str> {
        let mut request = HttpRequest::empty();
        request.set_uri(uri.to_owned()).unwrap();
        request.set_method(method).unwrap();
        let scope = format!("AWS4-HMAC-SHA256 Credential=AKIA/20261130/us-east-1/{service}/aws4_request, Signature=0");
        request.headers_mut().insert("authorization", scope);
        if let Some(target) = target {
            request.headers_mut().insert("x-amz-target", target.to_owned());
        }
        limit(&request).map(|limit| limit.of)
    }

    #[test]
    fn a_request_counts_against_the_quota_that_aws_applies() {
        let lambda = "https://lambda.us-east-1.amazonaws.com/2015-03-31/functions";
        let table = [
            ("lambda", "GET", format!("{lambda}/chat?Qualifier=live"), Some("Lambda GetFunction")),
            ("lambda", "GET", format!("{lambda}/chat/policy?Qualifier=live"), Some("Lambda GetPolicy")),
            ("lambda", "POST", format!("{lambda}/chat/policy"), Some("Lambda")),
            ("lambda", "GET", format!("{lambda}/chat/configuration"), Some("Lambda")),
            ("lambda", "GET", format!("{lambda}/chat/versions"), Some("Lambda")),
            ("lambda", "DELETE", format!("{lambda}/chat"), Some("Lambda")),
            ("lambda", "POST", format!("{lambda}/"), Some("Lambda")),
            ("lambda", "POST", format!("{lambda}/chat/invocations?Qualifier=live"), None),
            (
                "lambda",
                "POST",
                "http://127.0.0.1:4566/2021-11-15/functions/a/response-streaming-invocations".into(),
                None,
            ),
            ("apigateway", "GET", "http://127.0.0.1:4566/v2/apis".into(), Some("API Gateway")),
            ("iam", "POST", "https://iam.amazonaws.com/".into(), Some("IAM")),
            ("tagging", "POST", "https://tagging.us-east-1.amazonaws.com/".into(), Some("Resource Groups Tagging")),
            ("monitoring", "POST", "https://monitoring.us-east-1.amazonaws.com/".into(), Some("CloudWatch")),
            ("sts", "POST", "https://sts.us-east-1.amazonaws.com/".into(), Some("STS")),
            ("dynamodb", "POST", "https://dynamodb.us-east-1.amazonaws.com/".into(), Some("DynamoDB")),
            ("s3", "PUT", "https://b.s3.us-east-1.amazonaws.com/k".into(), Some("S3")),
            ("sqs", "POST", "https://sqs.us-east-1.amazonaws.com/".into(), Some("AWS")),
        ];
        for (service, method, uri, expected) in table {
            assert_eq!(limited(service, method, &uri, None), expected, "{service} {method} {uri}");
        }
    }

    #[test]
    fn the_operations_of_cloudwatch_logs_have_separate_rates() {
        let logs = |operation: &str| {
            limited(
                "logs",
                "POST",
                "https://logs.us-east-1.amazonaws.com/",
                Some(&format!("Logs_20140328.{operation}")),
            )
        };
        assert_eq!(logs("DescribeLogGroups"), Some("CloudWatch Logs DescribeLogGroups"));
        assert_eq!(logs("ListTagsForResource"), Some("CloudWatch Logs ListTagsForResource"));
        assert_eq!(logs("PutLogEvents"), Some("CloudWatch Logs"));
    }

    #[test]
    fn an_undocumented_burst_is_the_rate_of_one_second() {
        for (service, path, operation) in [
            ("lambda", &["2015-03-31", "functions"][..], ""),
            ("lambda", &["2015-03-31", "functions", "chat"], ""),
            ("lambda", &["2015-03-31", "functions", "chat", "policy"], ""),
            ("logs", &[], "DescribeLogGroups"),
            ("logs", &[], "PutRetentionPolicy"),
        ] {
            let limit = of(service, "GET", path, operation).unwrap();
            let per_second = f64::from(limit.documented.unwrap());
            assert!(limit.burst <= per_second && limit.full < per_second, "{limit:?}");
        }
    }
}
