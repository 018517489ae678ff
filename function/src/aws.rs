//! What both AWS clients share: configuration, connections, and what a failed call looks like in the log.

mod connect;
mod credentials;
mod http;
mod known;
mod pause;
mod trouble;

use aws_config::{
    BehaviorVersion, Region, SdkConfig, ecs::EcsCredentialsProvider,
    environment::EnvironmentVariableCredentialsProvider, identity::IdentityCache, provider_config::ProviderConfig,
    timeout::TimeoutConfig,
};
use aws_sdk_bedrockruntime::config::{SharedCredentialsProvider, StalledStreamProtectionConfig};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

use self::credentials::CheckedCache;
pub use self::{
    credentials::{ENDPOINT_FAILED, NO_CREDENTIALS, TOKEN_FILE_FAILED, UNFIT_CREDENTIALS},
    http::Http,
    known::{Example, Known, Sign, hint},
    pause::Pause,
    trouble::{Stage, Trouble},
};
use crate::{
    deadline::LONGEST_CATALOG_READ,
    settings::{Source, Surroundings},
};

/// What Lambda and its user set in the environment, as every SDK reads it: region, credentials, endpoints.
///
/// Profiles and the metadata of an instance are not looked at: `aws_config`'s default chain would, and a Lambda
/// environment has neither.
pub fn config(http: &Http, surroundings: &Surroundings) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(surroundings.region.clone().map(Region::new))
        .credentials_provider(provider(http, &surroundings.credentials))
        // One for both clients, so that a container is asked once.
        .identity_cache(CheckedCache { cache: IdentityCache::lazy().build(), source: surroundings.credentials.clone() })
        .service_config(Endpoints(surroundings.clone()))
        .use_fips(surroundings.use_fips)
        .use_dual_stack(surroundings.use_dual_stack)
        .sleep_impl(TokioSleep::new())
        .http_client(http.clone())
        // Whole calls are limited by the request's deadline. A host that does not even accept the connection is
        // given up sooner, while there is time for a second attempt.
        .timeout_config(TimeoutConfig::builder().connect_timeout(LONGEST_CATALOG_READ / 2).build())
        // A model that thinks for ten seconds sends nothing for ten seconds: that is not a stalled stream.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .build()
}

/// Lambda sets credentials as variables. With `SnapStart`, and on managed instances, it sets the address of a server
/// instead, which gives new ones when the old have expired.
fn provider(http: &Http, source: &Source) -> SharedCredentialsProvider {
    match source {
        Source::Variables | Source::Unset => {
            SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new())
        }
        Source::Container(_) => {
            // Without a sleep the provider asks once: the calls that need credentials are made again, not its own.
            let config = ProviderConfig::empty()
                .with_behavior_version(Some(BehaviorVersion::latest()))
                .with_http_client(http.clone());
            SharedCredentialsProvider::new(EcsCredentialsProvider::builder().configure(&config).build())
        }
    }
}

/// Answers the clients that ask for their endpoint.
#[derive(Debug)]
struct Endpoints(Surroundings);

impl LoadServiceConfig for Endpoints {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        match (key.env(), key.service_id()) {
            ("AWS_ENDPOINT_URL", "DynamoDB") => self.0.dynamodb.clone(),
            ("AWS_ENDPOINT_URL", "Bedrock Runtime") => self.0.bedrock.clone(),
            _ => None,
        }
    }
}
