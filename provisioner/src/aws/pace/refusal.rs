//! Whether an answer means throttling: AWS did not execute the call, and a later retry will succeed.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;

/// The error codes of throttling. `LimitExceededException` is a quota on the number of resources, which a wait does not
/// change.
const CODES: [&str; 8] = [
    "RequestLimitExceeded", "RequestThrottled", "RequestThrottledException", "SlowDown", "ThrottledException",
    "Throttling", "ThrottlingException", "TooManyRequestsException",
];

/// Whether an error code means throttling.
pub(in super::super) fn is_refusal(code: &str) -> bool {
    CODES.contains(&code)
}

/// Whether an answer means throttling. The body of an error is read and put back.
pub(super) async fn refuses(response: &mut HttpResponse) -> Result<bool, ConnectorError> {
    match response.status().as_u16() {
        429 => Ok(true),
        400 | 503 => {
            let body = ByteStream::new(response.take_body()).collect().await;
            let body = body.map_err(|error| ConnectorError::io(error.into()))?.into_bytes();
            // REST protocols send the code in a header, the others in XML or JSON.
            let header = response.headers().get("x-amzn-errortype").unwrap_or_default().to_owned();
            let is_refused =
                is_refusal_text(&header) || is_in_cbor(&body) || is_refusal_text(&String::from_utf8_lossy(&body));
            *response.body_mut() = SdkBody::from(body);
            Ok(is_refused)
        }
        _ => Ok(false),
    }
}

/// Whether an answer in CBOR, which CloudWatch sends, means throttling. Its texts follow each other without separators.
/// A text of up to 23 bytes begins with 0x60 plus its length, one of up to 255 with 0x78 and a length byte (RFC 8949,
/// 3.1); the code is under `__type`.
fn is_in_cbor(body: &[u8]) -> bool {
    const KEY: &[u8] = b"\x66__type";
    let code = || {
        let at = body.windows(KEY.len()).position(|window| window == KEY)? + KEY.len();
        let (start, length) = match *body.get(at)? {
            short @ 0x60..=0x77 => (at + 1, short - 0x60),
            0x78 => (at + 2, *body.get(at + 1)?),
            _ => return None,
        };
        body.get(start..start + usize::from(length))
    };
    code().is_some_and(|code| is_refusal_text(&String::from_utf8_lossy(code)))
}

fn is_refusal_text(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric()).any(is_refusal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_refusal_is_recognised_in_each_protocol_and_keeps_its_body() {
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

    #[tokio::test]
    async fn a_refusal_is_recognised_in_cbor_and_other_errors_are_not() {
        for (code, expected) in [
            ("Throttling", true),
            ("ThrottlingException", true),
            ("com.amazonaws.cloudwatch#ThrottlingException", true),
            ("com.amazonaws.cloudwatch#InvalidParameterValueException", false),
            ("ThrottlingNot", false),
        ] {
            let mut body = aws_smithy_cbor::Encoder::new(Vec::new());
            body.begin_map().str("__type").str(code).str("message").str("Rate exceeded").end();
            let mut response = HttpResponse::new(400.try_into().unwrap(), SdkBody::from(body.into_writer()));
            assert_eq!(refuses(&mut response).await.unwrap(), expected, "{code}");
        }
        for broken in [&b"\x66__type"[..], b"\x66__type\x78", b"\x66__type\x6aThrott", b"\x66__type\x01"] {
            let mut response = HttpResponse::new(400.try_into().unwrap(), SdkBody::from(broken));
            assert!(!refuses(&mut response).await.unwrap(), "{broken:?}");
        }
    }
}
