//! The connection settings from the environment and the shared files: proxies, certificates, credentials.

use std::sync::Arc;

use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::os_shim_internal::{Env, Fs};

use super::mfa::AskCode;
use super::profile::Profiles;
use super::proxy::Proxies;
use super::source::Source;
use super::{credentials, http, origin, trust};
use crate::error::{Error, Result};

/// The settings of the connection to AWS.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) http: SharedHttpClient,
    pub(super) profiles: Profiles,
    pub(super) source: Source,
}

impl Settings {
    /// Reads the settings. Sends no request.
    ///
    /// # Errors
    /// When they are invalid: a profile that does not exist, half of a key pair, a file of certificates that cannot be
    /// read.
    pub(super) async fn read(profile: Option<&str>) -> Result<Self> {
        let env = Env::real();
        let unchanged = |error: Error| error.exists("nothing was changed");
        let profiles = Profiles::load(&env, &Fs::real(), profile).await.map_err(unchanged)?;
        let source = Source::of(&env, &profiles).map_err(unchanged)?;
        let tls = trust::context(profiles.bundle(&env).as_ref()).map_err(unchanged)?;
        let proxies = Arc::new(Proxies::of(|name| env.get(name).ok()).map_err(unchanged)?);
        let http = http::client(&tls, proxies).map_err(unchanged)?;
        let by_variable = (profiles.named_by == Some("AWS_PROFILE")).then_some(profiles.name.as_str());
        let http = origin::named(http, source.renewal(by_variable));
        Ok(Self { http, profiles, source })
    }

    /// Adds the credentials to the clients' configuration.
    ///
    /// # Errors
    /// When the credentials cannot be obtained as configured.
    pub(super) fn with_credentials(self, config: SdkConfig, ask: Option<AskCode>) -> Result<SdkConfig> {
        let provider = credentials::provider(self.source, &self.profiles, &config, self.http, ask)?;
        Ok(config.into_builder().credentials_provider(provider).build())
    }
}
