//! Determines the operation of a request from the request alone, by AWS's own protocols.

use hyper::{HeaderMap, Uri};

/// Service and operation, under the names that the SDK uses: `("lambda", "CreateFunction")`.
///
/// An unknown operation has the service of the signature, and its method and path as its name.
pub(crate) fn name(method: &str, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> (String, String) {
    let path: Vec<&str> = uri.path().split('/').filter(|segment| !segment.is_empty()).collect();
    let query = uri.query().unwrap_or_default();
    let known = |service: &str, operation: &str| (service.to_owned(), operation.to_owned());

    if let Some((service, operation)) = target(headers) {
        return known(service, operation);
    }
    if let ["service", shape, "operation", operation] = path[..] {
        return known(rpc_service(shape), operation);
    }
    if let ["_aws", "execute-api", _, _, rest @ ..] = &path[..] {
        return ("execute-api".to_owned(), format!("{method} /{}", rest.join("/")));
    }
    if let ["v2", rest @ ..] = &path[..]
        && let Some(operation) = api_gateway(method, rest)
    {
        return known("apigatewayv2", operation);
    }
    if let [date, rest @ ..] = &path[..]
        && date.starts_with("20")
        && let Some(operation) = lambda(method, rest, query)
    {
        return known("lambda", operation);
    }
    if let Some((service, operation)) = query_protocol(body) {
        return known(service, operation);
    }
    let service = signed_for(headers).unwrap_or("unknown");
    (service.to_owned(), format!("{method} {}", uri.path()))
}

/// The JSON protocols: `X-Amz-Target: DynamoDB_20120810.DescribeTable`.
fn target(headers: &HeaderMap) -> Option<(&str, &str)> {
    let (shape, operation) = headers.get("x-amz-target")?.to_str().ok()?.rsplit_once('.')?;
    Some((rpc_service(shape), operation))
}

fn rpc_service(shape: &str) -> &str {
    match shape {
        _ if shape.starts_with("DynamoDB") => "dynamodb",
        _ if shape.starts_with("Logs_") => "logs",
        _ if shape.starts_with("GraniteServiceVersion") => "cloudwatch",
        _ if shape.starts_with("ResourceGroupsTaggingAPI") => "tagging",
        _ => shape,
    }
}

/// The query protocol: a form body with `Action=` and the service's `Version=`.
fn query_protocol(body: &[u8]) -> Option<(&'static str, &str)> {
    let form = std::str::from_utf8(body).ok()?;
    let field = |name: &str| form.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    let service = match field("Version")? {
        "2010-03-31" => "sns",
        "2010-05-08" => "iam",
        "2011-06-15" => "sts",
        "2010-05-15" => "cloudformation",
        "2010-08-01" => "cloudwatch",
        _ => return None,
    };
    Some((service, field("Action")?))
}

/// The service in the credential scope: `Credential=KEY/DATE/REGION/SERVICE/aws4_request`.
fn signed_for(headers: &HeaderMap) -> Option<&str> {
    let (_, scope) = headers.get("authorization")?.to_str().ok()?.split_once("Credential=")?;
    scope.split('/').nth(3)
}

/// Lambda's paths without the date, which changes from one group of operations to the next.
fn lambda(method: &str, path: &[&str], query: &str) -> Option<&'static str> {
    Some(match (method, path) {
        ("GET", ["account-settings"]) => "GetAccountSettings",
        ("GET", ["functions"]) => "ListFunctions",
        ("POST", ["functions"]) => "CreateFunction",
        ("GET", ["functions", _]) => "GetFunction",
        ("DELETE", ["functions", _]) => "DeleteFunction",
        ("PUT", ["functions", _, "code"]) => "UpdateFunctionCode",
        ("GET", ["functions", _, "configuration"]) => "GetFunctionConfiguration",
        ("PUT", ["functions", _, "configuration"]) => "UpdateFunctionConfiguration",
        ("POST", ["functions", _, "invocations"]) => "Invoke",
        ("POST", ["functions", _, "response-streaming-invocations"]) => "InvokeWithResponseStream",
        ("GET", ["functions", _, "versions"]) => "ListVersionsByFunction",
        ("POST", ["functions", _, "versions"]) => "PublishVersion",
        ("GET", ["functions", _, "aliases"]) => "ListAliases",
        ("POST", ["functions", _, "aliases"]) => "CreateAlias",
        ("GET", ["functions", _, "aliases", _]) => "GetAlias",
        ("PUT", ["functions", _, "aliases", _]) => "UpdateAlias",
        ("DELETE", ["functions", _, "aliases", _]) => "DeleteAlias",
        ("GET", ["functions", _, "policy"]) => "GetPolicy",
        ("POST", ["functions", _, "policy"]) => "AddPermission",
        ("DELETE", ["functions", _, "policy", _]) => "RemovePermission",
        ("GET", ["functions", _, "concurrency"]) => "GetFunctionConcurrency",
        ("PUT", ["functions", _, "concurrency"]) => "PutFunctionConcurrency",
        ("DELETE", ["functions", _, "concurrency"]) => "DeleteFunctionConcurrency",
        ("GET", ["functions", _, "provisioned-concurrency"]) if query.contains("List=ALL") => {
            "ListProvisionedConcurrencyConfigs"
        }
        ("GET", ["functions", _, "provisioned-concurrency"]) => "GetProvisionedConcurrencyConfig",
        ("PUT", ["functions", _, "provisioned-concurrency"]) => "PutProvisionedConcurrencyConfig",
        ("DELETE", ["functions", _, "provisioned-concurrency"]) => "DeleteProvisionedConcurrencyConfig",
        ("GET", ["functions", _, "event-invoke-config"]) => "GetFunctionEventInvokeConfig",
        ("PUT", ["functions", _, "event-invoke-config"]) => "PutFunctionEventInvokeConfig",
        ("POST", ["functions", _, "event-invoke-config"]) => "UpdateFunctionEventInvokeConfig",
        ("DELETE", ["functions", _, "event-invoke-config"]) => "DeleteFunctionEventInvokeConfig",
        ("GET", ["functions", _, "recursion-config"]) => "GetFunctionRecursionConfig",
        ("PUT", ["functions", _, "recursion-config"]) => "PutFunctionRecursionConfig",
        ("GET", ["functions", _, "urls"]) => "ListFunctionUrlConfigs",
        ("GET", ["functions", _, "url"]) => "GetFunctionUrlConfig",
        ("POST", ["functions", _, "url"]) => "CreateFunctionUrlConfig",
        ("PUT", ["functions", _, "url"]) => "UpdateFunctionUrlConfig",
        ("DELETE", ["functions", _, "url"]) => "DeleteFunctionUrlConfig",
        ("GET", ["tags", ..]) => "ListTags",
        ("POST", ["tags", ..]) => "TagResource",
        ("DELETE", ["tags", ..]) => "UntagResource",
        _ => return None,
    })
}

/// API Gateway's paths without `/v2`.
fn api_gateway(method: &str, path: &[&str]) -> Option<&'static str> {
    Some(match (method, path) {
        ("GET", ["apis"]) => "GetApis",
        ("POST", ["apis"]) => "CreateApi",
        ("GET", ["apis", _]) => "GetApi",
        ("PATCH", ["apis", _]) => "UpdateApi",
        ("DELETE", ["apis", _]) => "DeleteApi",
        ("DELETE", ["apis", _, "cors"]) => "DeleteCorsConfiguration",
        ("GET", ["apis", _, "integrations"]) => "GetIntegrations",
        ("POST", ["apis", _, "integrations"]) => "CreateIntegration",
        ("GET", ["apis", _, "integrations", _]) => "GetIntegration",
        ("PATCH", ["apis", _, "integrations", _]) => "UpdateIntegration",
        ("DELETE", ["apis", _, "integrations", _]) => "DeleteIntegration",
        ("GET", ["apis", _, "routes"]) => "GetRoutes",
        ("POST", ["apis", _, "routes"]) => "CreateRoute",
        ("GET", ["apis", _, "routes", _]) => "GetRoute",
        ("PATCH", ["apis", _, "routes", _]) => "UpdateRoute",
        ("DELETE", ["apis", _, "routes", _]) => "DeleteRoute",
        ("DELETE", ["apis", _, "routes", _, "requestparameters", _]) => "DeleteRouteRequestParameter",
        ("GET", ["apis", _, "stages"]) => "GetStages",
        ("POST", ["apis", _, "stages"]) => "CreateStage",
        ("GET", ["apis", _, "stages", _]) => "GetStage",
        ("PATCH", ["apis", _, "stages", _]) => "UpdateStage",
        ("DELETE", ["apis", _, "stages", _]) => "DeleteStage",
        ("DELETE", ["apis", _, "stages", _, "routesettings", _]) => "DeleteRouteSettings",
        ("DELETE", ["apis", _, "stages", _, "accesslogsettings"]) => "DeleteAccessLogSettings",
        ("GET", ["apis", _, "deployments"]) => "GetDeployments",
        ("POST", ["apis", _, "deployments"]) => "CreateDeployment",
        ("GET", ["apis", _, "deployments", _]) => "GetDeployment",
        ("DELETE", ["apis", _, "deployments", _]) => "DeleteDeployment",
        ("GET", ["apis", _, "authorizers"]) => "GetAuthorizers",
        ("GET", ["tags", ..]) => "GetTags",
        ("POST", ["tags", ..]) => "TagResource",
        ("DELETE", ["tags", ..]) => "UntagResource",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(method: &str, uri: &str, headers: &[(&'static str, &str)], body: &str) -> String {
        let headers = headers.iter().map(|(k, v)| (k.parse().unwrap(), v.parse().unwrap())).collect();
        let (service, operation) = name(method, &uri.parse().unwrap(), &headers, body.as_bytes());
        format!("{service} {operation}")
    }

    #[test]
    fn rest_calls_are_named_by_method_and_path() {
        let table = [
            ("GET", "/2015-03-31/functions/chat", "lambda GetFunction"),
            ("GET", "/2015-03-31/functions/", "lambda ListFunctions"),
            ("POST", "/2015-03-31/functions", "lambda CreateFunction"),
            ("DELETE", "/2015-03-31/functions/chat?Qualifier=3", "lambda DeleteFunction"),
            ("PUT", "/2015-03-31/functions/chat/code", "lambda UpdateFunctionCode"),
            ("PUT", "/2015-03-31/functions/chat/configuration", "lambda UpdateFunctionConfiguration"),
            ("GET", "/2015-03-31/functions/chat/configuration?Qualifier=live", "lambda GetFunctionConfiguration"),
            ("GET", "/2015-03-31/functions/chat/policy", "lambda GetPolicy"),
            ("POST", "/2015-03-31/functions/chat/policy?Qualifier=live", "lambda AddPermission"),
            ("DELETE", "/2015-03-31/functions/chat/policy/sid?Qualifier=live", "lambda RemovePermission"),
            ("POST", "/2015-03-31/functions/chat/invocations", "lambda Invoke"),
            ("POST", "/2015-03-31/functions/arn%3Aaws%3Alambda%3Ax/invocations", "lambda Invoke"),
            ("GET", "/2017-03-31/tags/arn%3Aaws%3Alambda%3Aus-east-1%3A1%3Afunction%3Achat", "lambda ListTags"),
            ("POST", "/2017-03-31/tags/arn%3Aaws%3Alambda", "lambda TagResource"),
            ("DELETE", "/2017-03-31/tags/arn%3Aaws%3Alambda?tagKeys=a", "lambda UntagResource"),
            ("POST", "/2015-03-31/functions/chat/versions", "lambda PublishVersion"),
            ("GET", "/2015-03-31/functions/chat/versions?MaxItems=50", "lambda ListVersionsByFunction"),
            ("GET", "/2015-03-31/functions/chat/aliases", "lambda ListAliases"),
            ("POST", "/2015-03-31/functions/chat/aliases", "lambda CreateAlias"),
            ("GET", "/2015-03-31/functions/chat/aliases/live", "lambda GetAlias"),
            ("PUT", "/2015-03-31/functions/chat/aliases/live", "lambda UpdateAlias"),
            ("DELETE", "/2015-03-31/functions/chat/aliases/live", "lambda DeleteAlias"),
            ("PUT", "/2017-10-31/functions/chat/concurrency", "lambda PutFunctionConcurrency"),
            ("GET", "/2019-09-30/functions/chat/concurrency", "lambda GetFunctionConcurrency"),
            (
                "GET",
                "/2019-09-30/functions/chat/provisioned-concurrency?List=ALL",
                "lambda ListProvisionedConcurrencyConfigs",
            ),
            ("POST", "/2021-10-31/functions/chat/url", "lambda CreateFunctionUrlConfig"),
            ("GET", "/2016-08-19/account-settings", "lambda GetAccountSettings"),
            ("GET", "/v2/apis", "apigatewayv2 GetApis"),
            ("POST", "/v2/apis", "apigatewayv2 CreateApi"),
            ("PATCH", "/v2/apis/a1", "apigatewayv2 UpdateApi"),
            ("DELETE", "/v2/apis/a1/cors", "apigatewayv2 DeleteCorsConfiguration"),
            ("GET", "/v2/apis/a1/routes", "apigatewayv2 GetRoutes"),
            ("POST", "/v2/apis/a1/routes", "apigatewayv2 CreateRoute"),
            ("PATCH", "/v2/apis/a1/routes/r1", "apigatewayv2 UpdateRoute"),
            ("DELETE", "/v2/apis/a1/routes/r1", "apigatewayv2 DeleteRoute"),
            ("POST", "/v2/apis/a1/integrations", "apigatewayv2 CreateIntegration"),
            ("GET", "/v2/apis/a1/integrations/i1", "apigatewayv2 GetIntegration"),
            ("PATCH", "/v2/apis/a1/stages/%24default", "apigatewayv2 UpdateStage"),
            (
                "DELETE",
                "/v2/apis/a1/stages/%24default/routesettings/POST%20%2Fchat",
                "apigatewayv2 DeleteRouteSettings",
            ),
            ("GET", "/v2/tags/arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2Fapis%2Fa1", "apigatewayv2 GetTags"),
            ("POST", "/v2/tags/arn:aws:apigateway:us-east-1::/apis/a1", "apigatewayv2 TagResource"),
            ("POST", "/_aws/execute-api/a1/$default/chat", "execute-api POST /chat"),
        ];
        for (method, uri, expected) in table {
            assert_eq!(named(method, uri, &[], ""), expected, "{method} {uri}");
        }
    }

    #[test]
    fn rpc_calls_are_named_by_header_path_or_form() {
        let form = "Action=PutRolePolicy&Version=2010-05-08&RoleName=r";
        assert_eq!(named("POST", "/", &[], form), "iam PutRolePolicy");
        let form = "Version=2011-06-15&Action=GetCallerIdentity";
        assert_eq!(named("POST", "/", &[], form), "sts GetCallerIdentity");
        let target = [("x-amz-target", "DynamoDB_20120810.DescribeTable")];
        assert_eq!(named("POST", "/", &target, "{}"), "dynamodb DescribeTable");
        let target = [("x-amz-target", "Logs_20140328.PutRetentionPolicy")];
        assert_eq!(named("POST", "/", &target, "{}"), "logs PutRetentionPolicy");
        let path = "/service/GraniteServiceVersion20100801/operation/GetMetricData";
        assert_eq!(named("POST", path, &[], ""), "cloudwatch GetMetricData");
    }

    #[test]
    fn an_unknown_call_keeps_its_service_and_path() {
        let signature = "AWS4-HMAC-SHA256 Credential=1/20260101/us-east-1/bedrock/aws4_request, SignedHeaders=host";
        let named = named("GET", "/foundation-models", &[("authorization", signature)], "");
        assert_eq!(named, "bedrock GET /foundation-models");
    }
}
