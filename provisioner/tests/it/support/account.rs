//! A separate AWS account, so that every test starts empty: MiniStack uses a 12-digit access key as the account id, and
//! moto identifies each account by the keys that it has created there.

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
    /// A MiniStack account that this process has not used yet.
    pub(crate) fn fresh() -> Self {
        let id = Self::unused_id();
        Self::on(Aws::MiniStack, ministack(), &id, &id)
    }

    /// The account that MiniStack uses for a caller without credentials.
    pub(crate) fn without_account() -> Self {
        Self::on(Aws::MiniStack, ministack(), "000000000000", "000000000000")
    }

    /// An account in an emulator that identifies it by this key.
    pub(super) fn on(aws: Aws, emulator: &'static Emulator, id: &str, access_key: &str) -> Self {
        Self { id: id.to_owned(), access_key: access_key.to_owned(), aws, emulator }
    }

    /// An account id that this process has not used yet.
    pub(super) fn unused_id() -> String {
        static NEXT: AtomicU64 = AtomicU64::new(100_000_000_001);
        NEXT.fetch_add(1, Ordering::Relaxed).to_string()
    }

    /// The same account, for another user in it.
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

    /// Everything that a program needs to work in this account through `endpoint`, and none of the developer's own
    /// settings.
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

    /// The SDK's configuration, with the emulator as the endpoint.
    pub(crate) fn sdk(&self) -> SdkConfig {
        self.sdk_through(self.endpoint())
    }

    /// The SDK's configuration, with `endpoint`, a proxy, as the endpoint. It must be used in one test only, because
    /// its connections belong to that test's runtime.
    pub(crate) fn sdk_through(&self, endpoint: &str) -> SdkConfig {
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static(REGION))
            .endpoint_url(endpoint)
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
                &self.access_key, SECRET, None, None, "test",
            )))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build()
    }

    /// The header with which a plain HTTP request is served in this account. The emulator does not check the signature.
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
