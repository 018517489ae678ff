//! What both AWS clients share: configuration, connections, and what a failed call looks like in the log.

mod connect;
mod http;
mod trouble;

use std::env;

use aws_config::{
    BehaviorVersion, SdkConfig,
    environment::{EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider},
    meta::region::ProvideRegion,
    timeout::TimeoutConfig,
};
use aws_sdk_bedrockruntime::config::{SharedCredentialsProvider, StalledStreamProtectionConfig};
use aws_smithy_async::rt::sleep::TokioSleep;

pub use self::{
    http::Http,
    trouble::{Stage, Trouble},
};
use crate::deadline::LONGEST_CATALOG_READ;

/// Region, credentials and endpoints from the environment, as Lambda sets it; `AWS_ENDPOINT_URL` points a local run at
/// a stand-in for AWS, over plain HTTP if it says so.
///
/// Nothing else is looked at. `aws_config`'s default chain would search profiles, containers and instances too, which a
/// Lambda environment does not have.
pub async fn config(http: &Http) -> SdkConfig {
    let is_true = |name| env::var(name).is_ok_and(|value| value.eq_ignore_ascii_case("true"));
    let mut config = SdkConfig::builder();
    config.set_endpoint_url(env::var("AWS_ENDPOINT_URL").ok());
    config
        .behavior_version(BehaviorVersion::latest())
        .region(EnvironmentVariableRegionProvider::new().region().await)
        .credentials_provider(SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new()))
        .use_fips(is_true("AWS_USE_FIPS_ENDPOINT"))
        .use_dual_stack(is_true("AWS_USE_DUALSTACK_ENDPOINT"))
        .sleep_impl(TokioSleep::new())
        .http_client(http.clone())
        // Whole calls are limited by the request's deadline. A host that does not even accept the connection is
        // given up sooner, while there is time for a second attempt.
        .timeout_config(TimeoutConfig::builder().connect_timeout(LONGEST_CATALOG_READ / 2).build())
        // A model that thinks for ten seconds sends nothing for ten seconds: that is not a stalled stream.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .build()
}
