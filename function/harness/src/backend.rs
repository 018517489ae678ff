//! `DynamoDB` and Bedrock behind one address, over TLS. They answer at once: what is measured is the program.

use std::{
    fs,
    io::BufReader,
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};

use anyhow::{Context, Result};
use rustls::{ServerConfig, ServerConnection, StreamOwned, pki_types::PrivateKeyDer};
use serde_json::{Value, json};

use crate::http::{self, Request};

/// Where Linux distributions keep the certificates that a program trusts.
const SYSTEM_BUNDLES: [&str; 2] = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];
/// Rows in the table: as many as the seed puts into a prompt.
const ROWS: usize = 50;

/// The stand-in. It serves until the process ends.
#[derive(Debug)]
pub struct Backend {
    /// What `AWS_ENDPOINT_URL` has to hold.
    pub url: String,
    /// The machine's trusted certificates and the stand-in's, for `SSL_CERT_FILE` and `AWS_CA_BUNDLE`: a program that
    /// is measured parses as many certificates as on Lambda.
    pub bundle: PathBuf,
}

impl Backend {
    /// Make a certificate, write the bundle with it into `folder`, and listen.
    ///
    /// # Errors
    /// There is no free port, or the bundle cannot be written.
    pub fn start(folder: &Path) -> Result<Self> {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).context("making a certificate")?;
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der())
            .map_err(|cause| anyhow::anyhow!("reading the certificate's key: {cause}"))?;
        let tls = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key);
        let tls = Arc::new(tls.context("setting up TLS")?);

        let system = SYSTEM_BUNDLES.iter().find_map(|path| fs::read_to_string(path).ok()).unwrap_or_default();
        let bundle = folder.join("trusted.pem");
        fs::write(&bundle, format!("{system}\n{}", made.cert.pem()))
            .with_context(|| format!("writing {}", bundle.display()))?;

        let listener = TcpListener::bind("127.0.0.1:0").context("listening for AWS")?;
        let url = format!("https://localhost:{}", listener.local_addr().context("asking for AWS's port")?.port());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let tls = Arc::clone(&tls);
                // A broken connection shows in the program's answer.
                thread::spawn(move || serve(stream, tls));
            }
        });
        Ok(Self { url, bundle })
    }
}

fn serve(stream: TcpStream, tls: Arc<ServerConfig>) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(StreamOwned::new(ServerConnection::new(tls)?, stream));
    let (scan, converse) = (scan().to_string(), converse().to_string());
    while let Some(request) = http::read(&mut reader)? {
        let (status, body) = match request.line.as_str() {
            _ if !signed(&request) => (403, json!({"__type": "MissingAuthenticationToken"}).to_string()),
            "POST /" if request.header("x-amz-target") == Some("DynamoDB_20120810.Scan") => (200, scan.clone()),
            line if line.ends_with("/converse") => (200, converse.clone()),
            line => (404, json!({"__type": "UnknownOperation", "message": line}).to_string()),
        };
        http::write(reader.get_mut(), status, &[("x-amzn-requestid", "aws-1")], body.as_bytes())?;
    }
    Ok(())
}

/// Whether a request has a signature of version 4 with all its parts. That it is right is the SDKs' business.
fn signed(request: &Request) -> bool {
    let Some(parts) = request.header("authorization").and_then(|value| value.strip_prefix("AWS4-HMAC-SHA256 ")) else {
        return false;
    };
    let has = |name: &str| parts.split(", ").find_map(|part| part.strip_prefix(name));
    let scope =
        has("Credential=").is_some_and(|scope| scope.ends_with("/aws4_request") && scope.split('/').count() == 5);
    let signature = has("Signature=").is_some_and(|hex| hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_hexdigit()));
    scope && signature && has("SignedHeaders=").is_some_and(|names| names.split(';').any(|name| name == "host"))
}

fn scan() -> Value {
    let row = |number: usize| {
        json!({
            "id": {"S": format!("film-{number}")},
            "title": {"S": format!("Celestial Nomads {number}")},
            "director": {"S": "Ada Lindqvist"},
            "year": {"N": (1970 + number).to_string()},
            "rating": {"N": format!("{}.{}", 5 + number % 5, number % 10)},
            "genre": {"L": [{"S": "Sci-Fi"}, {"S": "Drama"}]},
            "plot": {"S": "A crew without a harbor follows a signal between the stars, and finds who sent it."},
        })
    };
    json!({"Items": (0..ROWS).map(row).collect::<Vec<_>>(), "Count": ROWS, "ScannedCount": ROWS})
}

fn converse() -> Value {
    let text = "Watch Celestial Nomads 7: a crew follows a signal between the stars. It is the one with the best end.";
    json!({
        "output": {"message": {"role": "assistant", "content": [{"text": text}]}},
        "stopReason": "end_turn",
        "usage": {"inputTokens": 2608, "outputTokens": 122, "totalTokens": 2730},
        "metrics": {"latencyMs": 1},
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_without_a_whole_signature_is_refused() {
        let with = |value: &str| {
            signed(&Request { headers: vec![("authorization".to_owned(), value.to_owned())], ..Request::default() })
        };
        let scope =
            "AWS4-HMAC-SHA256 Credential=A/20260101/us-east-1/bedrock/aws4_request, SignedHeaders=host;x-amz-date";
        assert!(with(&format!("{scope}, Signature={}", "0a".repeat(32))));
        assert!(!with(&format!("{scope}, Signature=0a")) && !with(scope) && !with("Bearer x"));
        assert!(!signed(&Request::default()));
    }
}
