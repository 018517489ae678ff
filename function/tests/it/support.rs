//! The harness, as these tests use it: one certificate, stand-ins that answer by a rule, and the program under it.

mod chat;

use std::{
    future::{pending, ready},
    net::TcpListener,
    path::{Path, PathBuf},
    sync::LazyLock,
    time::Duration,
};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{AsyncSleep, Credentials, SharedAsyncSleep, SharedCredentialsProvider, Sleep};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use harness::{
    backend::Backend,
    certificate::Certificate,
    http::{Request, Response},
    signature::CREDENTIALS,
};

pub(crate) use chat::{Chat, post, split};

/// Whom the tests' clients trust, and nobody else.
pub(crate) static CERTIFICATE: LazyLock<Certificate> = LazyLock::new(|| Certificate::of("localhost").unwrap());
/// The certificate in a file.
static BUNDLE: LazyLock<PathBuf> = LazyLock::new(|| {
    let path = scratch("trusted.pem");
    std::fs::write(&path, &CERTIFICATE.pem).unwrap();
    path
});

/// A file of this process's own.
pub(crate) fn scratch(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}", std::process::id()))
}

/// A stand-in for AWS that is trusted, and answers each request by `rule`; `None` hangs up.
pub(crate) fn aws(rule: impl Fn(&Request) -> Option<Response> + Send + Sync + 'static) -> Backend {
    aws_as(&CERTIFICATE, rule)
}

/// One that shows `certificate`.
pub(crate) fn aws_as(
    certificate: &Certificate,
    rule: impl Fn(&Request) -> Option<Response> + Send + Sync + 'static,
) -> Backend {
    Backend::answering(certificate, BUNDLE.clone(), rule).unwrap()
}

/// An address at which nobody listens.
pub(crate) fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("https://localhost:{}", listener.local_addr().unwrap().port())
}

/// A configuration for SDK clients that talk to `url` and do not wait between attempts.
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
    /// Retries wait for a moment, everything else that sleeps here is a timeout that is not wanted.
    fn sleep(&self, duration: Duration) -> Sleep {
        if duration <= Duration::from_secs(1) { Sleep::new(ready(())) } else { Sleep::new(pending()) }
    }
}
