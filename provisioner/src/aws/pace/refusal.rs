//! Whether an answer says that too many calls were sent: AWS did not do the call, and will when it is sent later.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;

/// The codes that say so. `LimitExceededException` is a quota of things, which no wait changes.
const CODES: [&str; 8] = [
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
];

/// Whether a code says so.
pub(in super::super) fn is_refusal(code: &str) -> bool {
    CODES.contains(&code)
}

/// Whether the answer says so. The body of an error is read for it, and put back.
pub(super) async fn refuses(response: &mut HttpResponse) -> Result<bool, ConnectorError> {
    match response.status().as_u16() {
        429 => Ok(true),
        400 | 503 => {
            let body = ByteStream::new(response.take_body()).collect().await;
            let body = body.map_err(|error| ConnectorError::io(error.into()))?.into_bytes();
            // REST's protocols name the code in a header, the others in XML or JSON.
            let header = response.headers().get("x-amzn-errortype").unwrap_or_default().to_owned();
            let said = says(&header) || says(&String::from_utf8_lossy(&body));
            *response.body_mut() = SdkBody::from(body);
            Ok(said)
        }
        _ => Ok(false),
    }
}

fn says(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric()).any(is_refusal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_refusal_is_known_in_each_protocol_and_its_body_stays() {
        let xml =
            "<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>";
        let denied = "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>";
        let table = [
            (429, r#"{"message":"Too Many Requests"}"#, true),
            (400, xml, true),
            (400, r#"{"__type":"com.amazonaws.logs#ThrottlingException","message":"Rate exceeded"}"#, true),
            (503, "<Error><Code>SlowDown</Code></Error>", true),
            (400, r#"{"__type":"LimitExceededException","message":"too many log groups"}"#, false),
            (400, denied, false),
            (500, xml, false),
            (200, xml, false),
        ];
        for (status, body, expected) in table {
            let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
            assert_eq!(refuses(&mut response).await.unwrap(), expected, "{status} {body}");
            assert_eq!(response.body().bytes(), Some(body.as_bytes()), "{status}");
        }
    }
}
