//! The harness for these tests: one certificate, mock backends with rules, and the program.

mod chat;

use std::future::{pending, ready};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{AsyncSleep, Credentials, SharedAsyncSleep, SharedCredentialsProvider, Sleep};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use harness::backend::Backend;
use harness::certificate::Certificate;
use harness::http::{Request, Response};
use harness::signature::CREDENTIALS;

pub(crate) use chat::{Chat, post, split};

/// The only certificate that the tests' clients trust.
pub(crate) static CERTIFICATE: LazyLock<Certificate> = LazyLock::new(|| Certificate::for_host("localhost").unwrap());
/// The certificate in a file.
static BUNDLE: LazyLock<PathBuf> = LazyLock::new(|| {
    let path = scratch("trusted.pem");
    std::fs::write(&path, &CERTIFICATE.pem).unwrap();
    path
});

/// The path of a file that only this process uses.
pub(crate) fn scratch(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}", std::process::id()))
}

/// A mock of AWS with a trusted certificate that responds to each request by `rule`. For `None` it closes the
/// connection.
pub(crate) fn aws(rule: impl Fn(&Request) -> Option<Response> + Send + Sync + 'static) -> Backend {
    aws_as(&CERTIFICATE, rule)
}

/// A mock of AWS with the certificate `certificate`.
pub(crate) fn aws_as(
    certificate: &Certificate,
    rule: impl Fn(&Request) -> Option<Response> + Send + Sync + 'static,
) -> Backend {
    Backend::with_rule(certificate, BUNDLE.clone(), rule).unwrap()
}

/// An address at which no server listens.
pub(crate) fn closed_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("https://localhost:{}", listener.local_addr().unwrap().port())
}

/// A configuration for SDK clients that call `url` and do not wait between attempts.
pub(crate) fn sdk_config(url: &str) -> SdkConfig {
    let credentials = Credentials::new(CREDENTIALS.0, CREDENTIALS.1, None, None, "test");
    let trusted = TrustStore::empty().with_pem_certificate(CERTIFICATE.pem.as_bytes());
    let tls = TlsContext::builder().with_trust_store(trusted).build().unwrap();
    let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).tls_context(tls).build_https();
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(url)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(http)
        .sleep_impl(SharedAsyncSleep::new(NoSleep))
        .build()
}

#[derive(Debug)]
struct NoSleep;

impl AsyncSleep for NoSleep {
    /// A pause before a retry takes at most one second, and ends at once. A longer sleep is a timeout, and never ends.
    fn sleep(&self, duration: Duration) -> Sleep {
        if duration <= Duration::from_secs(1) { Sleep::new(ready(())) } else { Sleep::new(pending()) }
    }
}
