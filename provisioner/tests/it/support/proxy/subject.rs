//! The subject of a call, by which a call of one run is found in the next.

use hyper::Uri;
use percent_encoding::percent_decode_str;
use serde_json::Value;

/// The names in a request, without the parts that differ between accounts or runs: account ids, ids that API Gateway
/// assigns, statement ids (they depend on the API's id), page tokens, documents.
pub(super) fn subject(service: &str, uri: &Uri, body: &[u8]) -> String {
    match service {
        "iam" | "sts" => form(body),
        "lambda" | "apigatewayv2" => rest(uri, body),
        _ => json(body, &["logGroupName", "logGroupNamePrefix", "resourceArn", "TableName", "ResourceArn"]).join(" "),
    }
}

fn form(body: &[u8]) -> String {
    let body = String::from_utf8_lossy(body);
    let subject_of = ["RoleName=", "PolicyName=", "PolicyArn="];
    let fields = body.split('&').filter_map(|field| subject_of.iter().find_map(|name| field.strip_prefix(name)));
    let fields: Vec<String> = fields.map(|value| without_accounts(&decoded(value))).collect();
    fields.join(" ")
}

fn json(body: &[u8], fields: &[&str]) -> Vec<String> {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    fields.iter().filter_map(|field| body[field].as_str()).map(without_accounts).collect()
}

fn rest(uri: &Uri, body: &[u8]) -> String {
    let mut path: Vec<String> = Vec::new();
    // Without the date or version at the beginning, and without ids, each of which follows the name of its collection.
    for segment in uri.path().split('/').filter(|segment| !segment.is_empty()).skip(1) {
        let collection = path.last().map(String::as_str).unwrap_or_default();
        let id = matches!(collection, "apis" | "routes" | "integrations" | "policy");
        path.push(if id { "*".to_owned() } else { without_accounts(&decoded(segment)) });
    }
    let query = uri.query().unwrap_or_default().split('&');
    let qualifier = query.filter(|field| field.starts_with("Qualifier=")).map(|field| format!("?{field}"));
    let mut subject = path.join("/");
    subject.extend(qualifier);
    let named = json(body, &["FunctionName", "Name", "name", "routeKey", "stageName"]);
    [vec![subject], named, settings(body).into_iter().collect()].concat().join(" ")
}

/// The text before the keys of the routes for which a stage has settings.
pub(super) const SETTINGS: &str = "with settings of ";

fn settings(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let keys: Vec<&str> = body["routeSettings"].as_object()?.keys().map(String::as_str).collect();
    (!keys.is_empty()).then(|| format!("{SETTINGS}{}", keys.join(", ")))
}

fn decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// Twelve digits in a row are an account; the ARN of a tagged API ends with the API's id.
fn without_accounts(text: &str) -> String {
    let mut parts: Vec<&str> = text.split(':').collect();
    for part in &mut parts {
        if (part.len() == 12 && part.bytes().all(|byte| byte.is_ascii_digit())) || part.starts_with("/apis/") {
            *part = "*";
        }
    }
    parts.join(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_has_names_and_no_values_that_differ_between_runs() {
        let subject_of =
            |service: &str, uri: &str, body: &str| subject(service, &uri.parse().unwrap(), body.as_bytes());
        let attach = "Action=AttachRolePolicy&RoleName=chat&PolicyArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Apolicy%2Fp";
        assert_eq!(subject_of("iam", "/", attach), "chat arn:aws:iam::*:policy/p");
        assert_eq!(subject_of("lambda", "/2015-03-31/functions", r#"{"FunctionName": "chat"}"#), "functions chat");
        assert_eq!(
            subject_of("lambda", "/2015-03-31/functions/chat/policy/sid-1?Qualifier=live", ""),
            "functions/chat/policy/*?Qualifier=live"
        );
        assert_eq!(
            subject_of(
                "lambda",
                "/2017-03-31/tags/arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Achat",
                ""
            ),
            "tags/arn:aws:lambda:us-east-1:*:function:chat"
        );
        let route = r#"{"routeKey": "POST /chat", "target": "integrations/i1"}"#;
        assert_eq!(subject_of("apigatewayv2", "/v2/apis/a1b2/routes", route), "apis/*/routes POST /chat");
        assert_eq!(subject_of("apigatewayv2", "/v2/apis/a1b2/stages/%24default", ""), "apis/*/stages/$default");
        let stage = r#"{"stageName": "prod", "routeSettings": {"GET /x": {}, "POST /x": {}}}"#;
        let with_settings = "apis/*/stages prod with settings of GET /x, POST /x";
        assert_eq!(subject_of("apigatewayv2", "/v2/apis/a1b2/stages", stage), with_settings);
        assert_eq!(subject_of("logs", "/", r#"{"logGroupName": "/aws/lambda/chat"}"#), "/aws/lambda/chat");
    }
}
