//! Checks the signature of a request: Signature Version 4.
//!
//! The code follows AWS's description and does not use the code of the SDKs, which create the signatures:
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use anyhow::{Context, Result, ensure};
use ring::{digest, hmac};

use crate::http::Request;

/// The access key and the secret key that the mocks accept.
pub const CREDENTIALS: (&str, &str) = ("AKIDEXAMPLE", "secret");

/// Checks the signature of `request`. The time of the request is not compared with the clock.
///
/// # Errors
/// There is no signature, or it does not match this request.
pub fn check(request: &Request) -> Result<()> {
    let header = request.header("authorization").context("the request is not signed")?;
    let parts = header.strip_prefix("AWS4-HMAC-SHA256 ").context("the request is not signed with version 4")?;
    let part = |name: &str| parts.split(',').find_map(|part| part.trim().strip_prefix(name));
    let (key, scope) = part("Credential=").and_then(|scope| scope.split_once('/')).context("there is no credential")?;
    ensure!(key == CREDENTIALS.0, "the access key {key} is unknown");
    let names = part("SignedHeaders=").context("no header is signed")?;
    ensure!(names.split(';').any(|name| name == "host"), "the host is not signed");
    let time = request.header("x-amz-date").context("the request has no time")?;
    let text = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", sha256(canonical(request, names)?.as_bytes()));
    let mut signing = format!("AWS4{}", CREDENTIALS.1).into_bytes();
    for step in scope.split('/').chain([text.as_str()]) {
        signing = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &signing), step.as_bytes()).as_ref().to_vec();
    }
    ensure!(part("Signature=") == Some(&hex(&signing)), "the signature does not match this request");
    Ok(())
}

/// The canonical request. Its path is escaped a second time, as for all services except S3.
fn canonical(request: &Request, names: &str) -> Result<String> {
    let (method, path) = request.line.split_once(' ').context("the request has no path")?;
    let mut headers = String::new();
    for name in names.split(';') {
        let value = request.header(name).with_context(|| format!("the signed header {name} is missing"))?;
        headers += &format!("{name}:{value}\n");
    }
    Ok(format!("{method}\n{}\n\n{headers}\n{names}\n{}", path.replace('%', "%25"), sha256(&request.body)))
}

fn sha256(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A request that botocore 1.43 signed with the credentials above.
    fn signed() -> Request {
        let headers = [
            ("host", "bedrock-runtime.us-east-1.amazonaws.com"),
            ("x-amz-date", "20260101T000000Z"),
            ("content-type", "application/json"),
            (
                "authorization",
                concat!(
                    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1/bedrock/aws4_request, ",
                    "SignedHeaders=content-type;host;x-amz-date, Signature=63c3ec25886cc4217a12c08c09a90ed5c7dad63c82aa6038a063ee3d9d176b97"
                ),
            ),
        ];
        Request {
            line: "POST /model/us.anthropic.claude-haiku-4-5-20251001-v1%3A0/converse".to_owned(),
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
            body: b"{}".to_vec(),
        }
    }

    #[test]
    fn the_signature_of_another_implementation_is_valid() {
        check(&signed()).unwrap();
    }

    #[test]
    fn a_changed_or_unsigned_request_is_rejected() {
        let error_after = |change: fn(&mut Request)| {
            let mut request = signed();
            change(&mut request);
            check(&request).unwrap_err().to_string()
        };
        assert!(error_after(|request| request.body.push(b' ')).contains("does not match this request"));
        assert!(error_after(|request| request.line = request.line.replace("4-5", "5-5")).contains("does not match"));
        assert!(error_after(|request| request.headers[0].1.push('x')).contains("does not match"));
        assert!(error_after(|request| request.headers.truncate(3)).contains("not signed"));
        assert!(error_after(|request| drop(request.headers.remove(2))).contains("content-type is missing"));
        assert!(error_after(|request| request.headers[3].1 = "Bearer x".to_owned()).contains("version 4"));
    }
}
