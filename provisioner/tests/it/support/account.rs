//! An AWS account of one's own, so every test starts empty: MiniStack takes a 12-digit access key for the account id, and
//! moto knows each account by the keys that it has made there.

use std::sync::atomic::{AtomicU64, Ordering};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_iam::config::{Credentials, SharedCredentialsProvider};

use super::aws::Aws;
use super::emulator::Emulator;
use super::ministack::ministack;

pub(crate) const REGION: &str = "us-east-1";
pub(crate) const SECRET: &str = "test";

#[derive(Debug)]
pub(crate) struct Account {
    id: String,
    access_key: String,
    aws: Aws,
    emulator: &'static Emulator,
}

impl Account {
    /// An account of MiniStack that nobody in this process has used.
    pub(crate) fn fresh() -> Self {
        let id = Self::unused_id();
        Self::on(Aws::MiniStack, ministack(), &id, &id)
    }

    /// The one that MiniStack takes for whoever does not say who he is.
    pub(crate) fn of_nobody() -> Self {
        Self::on(Aws::MiniStack, ministack(), "000000000000", "000000000000")
    }

    /// One in an emulator that takes this key for it.
    pub(super) fn on(aws: Aws, emulator: &'static Emulator, id: &str, access_key: &str) -> Self {
        Self { id: id.to_owned(), access_key: access_key.to_owned(), aws, emulator }
    }

    /// An id that nobody in this process has used.
    pub(super) fn unused_id() -> String {
        static NEXT: AtomicU64 = AtomicU64::new(100_000_000_001);
        NEXT.fetch_add(1, Ordering::Relaxed).to_string()
    }

    /// The same account, for another who works in it.
    pub(crate) fn again(&self) -> Self {
        Self::on(self.aws, self.emulator, &self.id, &self.access_key)
    }

    /// Which AWS the account is in.
    pub(crate) fn aws(&self) -> Aws {
        self.aws
    }

    /// The endpoint of the AWS that the account is in.
    pub(crate) fn endpoint(&self) -> &'static str {
        self.emulator.url()
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn access_key(&self) -> &str {
        &self.access_key
    }

    /// Everything a program needs to work in this account through `endpoint`, and nothing of the developer's own.
    pub(crate) fn env(&self, endpoint: &str) -> Vec<(&'static str, String)> {
        vec![
            ("AWS_ACCESS_KEY_ID", self.access_key.clone()),
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
        self.sdk_through(self.endpoint())
    }

    /// For the SDK, through `endpoint`: a proxy. A configuration serves one test only, since its connections belong to
    /// that test's runtime.
    pub(crate) fn sdk_through(&self, endpoint: &str) -> SdkConfig {
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static(REGION))
            .endpoint_url(endpoint)
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
                &self.access_key,
                SECRET,
                None,
                None,
                "test",
            )))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build()
    }

    /// What a plain HTTP request must carry to be served in this account; nobody checks the signature.
    pub(crate) fn authorization(&self) -> String {
        format!("AWS4-HMAC-SHA256 Credential={}/20260101/{REGION}/execute-api/aws4_request", self.access_key)
    }

    pub(crate) fn role_arn(&self, name: &str) -> String {
        format!("arn:aws:iam::{}:role/{name}", self.id)
    }

    pub(crate) fn function_arn(&self, name: &str) -> String {
        format!("arn:aws:lambda:{REGION}:{}:function:{name}", self.id)
    }
}
