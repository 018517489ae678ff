//! An AWS account of one's own: MiniStack takes a 12-digit access key for the account id, so every test starts empty.

use std::sync::atomic::{AtomicU64, Ordering};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_iam::config::{Credentials, SharedCredentialsProvider};

use super::emulator::Emulator;
use super::ministack::ministack;

pub(crate) const REGION: &str = "us-east-1";
pub(crate) const SECRET: &str = "test";

#[derive(Debug)]
pub(crate) struct Account {
    id: String,
    emulator: &'static Emulator,
    /// Properties of functions that the emulator does not keep.
    unknown: &'static [&'static str],
}

impl Account {
    /// An account that nobody in this process has used.
    pub(crate) fn fresh() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(100_000_000_001);
        Self::on(ministack(), &NEXT.fetch_add(1, Ordering::Relaxed).to_string(), &[])
    }

    /// The one that MiniStack takes for whoever does not say who he is.
    pub(crate) fn of_nobody() -> Self {
        Self::on(ministack(), "000000000000", &[])
    }

    /// One in an emulator that keeps nothing of the functions' properties `unknown`.
    pub(crate) fn on(emulator: &'static Emulator, id: &str, unknown: &'static [&'static str]) -> Self {
        Self { id: id.to_owned(), emulator, unknown }
    }

    /// The same account, for another who works in it.
    pub(crate) fn again(&self) -> Self {
        Self::on(self.emulator, &self.id, self.unknown)
    }

    /// The properties of a function that no judge can ask for there.
    pub(crate) fn properties_unknown_there(&self) -> &'static [&'static str] {
        self.unknown
    }

    /// The endpoint of the AWS that the account is in.
    pub(crate) fn aws(&self) -> &'static str {
        self.emulator.url()
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Everything a program needs to work in this account through `endpoint`, and nothing of the developer's own.
    pub(crate) fn env(&self, endpoint: &str) -> Vec<(&'static str, String)> {
        vec![
            ("AWS_ACCESS_KEY_ID", self.id.clone()),
            ("AWS_SECRET_ACCESS_KEY", SECRET.to_owned()),
            ("AWS_REGION", REGION.to_owned()),
            ("AWS_ENDPOINT_URL", endpoint.to_owned()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
            ("AWS_CONFIG_FILE", "/dev/null".to_owned()),
            ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null".to_owned()),
        ]
    }

    /// For the SDK, straight to the emulator.
    pub(crate) fn sdk(&self) -> SdkConfig {
        self.sdk_through(self.aws())
    }

    /// For the SDK, through `endpoint`: a proxy. A configuration serves one test only, since its connections belong to
    /// that test's runtime.
    pub(crate) fn sdk_through(&self, endpoint: &str) -> SdkConfig {
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static(REGION))
            .endpoint_url(endpoint)
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
                &self.id, SECRET, None, None, "test",
            )))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build()
    }

    /// What a plain HTTP request must carry to be served in this account; nobody checks the signature.
    pub(crate) fn authorization(&self) -> String {
        format!("AWS4-HMAC-SHA256 Credential={}/20260101/{REGION}/execute-api/aws4_request", self.id)
    }

    pub(crate) fn role_arn(&self, name: &str) -> String {
        format!("arn:aws:iam::{}:role/{name}", self.id)
    }

    pub(crate) fn function_arn(&self, name: &str) -> String {
        format!("arn:aws:lambda:{REGION}:{}:function:{name}", self.id)
    }
}
