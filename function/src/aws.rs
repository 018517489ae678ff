//! The shared parts of both AWS clients: the configuration, the connections, and the log fields of a failed call.

mod connect;
mod credentials;
mod failure;
mod http;
mod known_failure;
mod pause;

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::identity::IdentityCache;
use aws_config::provider_config::ProviderConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_bedrockruntime::config::{SharedCredentialsProvider, StalledStreamProtectionConfig};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

use self::credentials::CheckedCache;
pub use self::credentials::{ENDPOINT_FAILED, NO_CREDENTIALS, TOKEN_FILE_FAILED, UNFIT_CREDENTIALS};
pub use self::failure::{Failure, Stage};
pub use self::http::Http;
pub use self::known_failure::{Example, KnownFailure, Pattern, hint};
pub use self::pause::Pause;
use crate::deadline::CATALOG_READ_TIMEOUT;
use crate::settings::{CredentialSource, SdkSettings};

/// The SDK configuration from the variables that Lambda and its user set: region, credentials, endpoints.
///
/// Profiles and the instance metadata service are not read. The default chain of `aws_config` reads them, but a Lambda
/// environment has neither.
pub fn config(http: &Http, sdk: &SdkSettings) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(sdk.region.clone().map(Region::new))
        .credentials_provider(provider(http, &sdk.credentials))
        // Both clients share one cache, so that the credentials endpoint of a container is called once.
        .identity_cache(CheckedCache { cache: IdentityCache::lazy().build(), source: sdk.credentials.clone() })
        .service_config(Endpoints(sdk.clone()))
        .use_fips(sdk.use_fips)
        .use_dual_stack(sdk.use_dual_stack)
        .sleep_impl(TokioSleep::new())
        .http_client(http.clone())
        // The request's deadline limits each call as a whole. If a host does not accept the connection, the call fails
        // sooner, while there is time for a second attempt.
        .timeout_config(TimeoutConfig::builder().connect_timeout(CATALOG_READ_TIMEOUT / 2).build())
        // A model that thinks for ten seconds sends nothing for ten seconds. That is not a stalled stream.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .build()
}

/// Lambda sets credentials as variables. With `SnapStart`, and on managed instances, it sets the address of a server
/// instead, which returns new credentials when the old ones have expired.
fn provider(http: &Http, source: &CredentialSource) -> SharedCredentialsProvider {
    match source {
        CredentialSource::Variables | CredentialSource::Unset => {
            SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new())
        }
        CredentialSource::Container(_) => {
            // Without a sleep implementation the provider makes one attempt. The calls that need credentials are
            // retried, so the provider need not retry.
            let config = ProviderConfig::empty()
                .with_behavior_version(Some(BehaviorVersion::latest()))
                .with_http_client(http.clone());
            SharedCredentialsProvider::new(EcsCredentialsProvider::builder().configure(&config).build())
        }
    }
}

/// Returns the endpoint to each client that asks for it.
#[derive(Debug)]
struct Endpoints(SdkSettings);

impl LoadServiceConfig for Endpoints {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        match (key.env(), key.service_id()) {
            ("AWS_ENDPOINT_URL", "DynamoDB") => self.0.dynamodb.clone(),
            ("AWS_ENDPOINT_URL", "Bedrock Runtime") => self.0.bedrock.clone(),
            _ => None,
        }
    }
}
