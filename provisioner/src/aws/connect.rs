//! Credentials, region and clients.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_config::identity::IdentityCache;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;
use aws_smithy_http_client::tls::TlsContext;

use super::mfa::AskCode;
use super::pace::Pace;
use super::problem::problem;
use super::retry::Waits;
use super::settings::Settings;
use crate::error::{Error, Result};
use crate::place::Place;

/// How long it may take to get credentials, while the user types a code or a program opens a browser.
const CREDENTIALS_TIME_LIMIT: Duration = Duration::from_secs(300);

/// Receives the reason for a long wait.
pub type Notify = Arc<dyn Fn(&str) + Send + Sync>;

/// Where to reach AWS, and with which credentials.
///
/// Values that are not given come from the default chain: environment, profiles, SSO, the machine's own role.
#[derive(Clone, Default)]
pub struct Connection {
    /// The region.
    pub region: Option<String>,
    /// A profile of the shared configuration files.
    pub profile: Option<String>,
    /// One endpoint for all services: an emulator.
    pub endpoint_url: Option<String>,
    /// Whether to use the emulator's default account, whatever credentials are configured.
    pub with_test_credentials: bool,
    /// How the user is asked for the code of an MFA device, where there is a terminal.
    pub ask_code: Option<AskCode>,
}

/// The clients of all services.
#[derive(Clone)]
pub struct Aws {
    pub(super) apigateway: aws_sdk_apigatewayv2::Client,
    pub(super) cloudcontrol: aws_sdk_cloudcontrol::Client,
    pub(super) cloudformation: aws_sdk_cloudformation::Client,
    pub(super) cloudwatch: aws_sdk_cloudwatch::Client,
    pub(super) dynamodb: aws_sdk_dynamodb::Client,
    pub(super) iam: aws_sdk_iam::Client,
    pub(super) lambda: aws_sdk_lambda::Client,
    pub(super) logs: aws_sdk_cloudwatchlogs::Client,
    pub(super) s3: aws_sdk_s3::Client,
    pub(super) sns: aws_sdk_sns::Client,
    sts: aws_sdk_sts::Client,
    pub(super) tagging: aws_sdk_resourcegroupstagging::Client,
    pub(super) notify: Notify,
    pub(super) waits: Waits,
    place: Place,
    endpoint_url: Option<String>,
}

impl fmt::Debug for Aws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Aws")
            .field("place", &self.place)
            .field("endpoint_url", &self.endpoint_url)
            .finish_non_exhaustive()
    }
}

impl Aws {
    /// Reads the configuration and creates the clients. Sends no call to AWS.
    ///
    /// # Errors
    /// When no region is configured or its name has another form; when the endpoint is not a URL; when the configured
    /// credentials, proxies or certificates cannot be used.
    pub async fn connect(connection: &Connection, notify: Notify) -> Result<Self> {
        let settings = match connection.with_test_credentials {
            true => None,
            false => Some(Settings::read(connection.profile.as_deref()).await?),
        };
        let http = match &settings {
            Some(settings) => settings.http.clone(),
            None => super::http::direct(&TlsContext::default()),
        };
        let timeouts =
            TimeoutConfig::builder().connect_timeout(Duration::from_secs(5)).read_timeout(Duration::from_secs(60));
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(Pace::new(Arc::clone(&notify)).client(http))
            .identity_cache(IdentityCache::lazy().load_timeout(CREDENTIALS_TIME_LIMIT).build())
            .timeout_config(timeouts.build())
            // A call that waits for its turn does not upload anything yet. The read timeout ends a call that stalls
            // later.
            .stalled_stream_protection(StalledStreamProtectionConfig::enabled().upload_enabled(false).build())
            // The SDK retries resets and server faults; `pace` retries the calls that AWS throttles.
            .retry_config(RetryConfig::standard().with_max_attempts(4));
        if let Some(region) = &connection.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(settings) = &settings {
            // The name is always set, because the loader treats an empty `AWS_PROFILE` as a name.
            loader = loader.profile_name(&settings.profiles.name);
        }
        if let Some(endpoint_url) = &connection.endpoint_url {
            loader = loader.endpoint_url(endpoint_url);
        }
        loader = match connection.with_test_credentials {
            true => loader.credentials_provider(Credentials::new("test", "test", None, None, "local")),
            // The credentials are added when the region is known, because some providers need it.
            false => loader.no_credentials(),
        };
        let mut config = loader.load().await;
        // A variable that is set to an empty text counts as not set.
        let Some(region) = config.region().filter(|region| !region.as_ref().is_empty()) else {
            return Err(Error::new("connecting to AWS", "no region is configured")
                .hint("set one with `--region us-east-1`, AWS_REGION or `region` in ~/.aws/config"));
        };
        if let Some(endpoint_url) = config.endpoint_url() {
            super::endpoint::check(endpoint_url)?;
        }
        // An emulator accepts any name.
        if config.endpoint_url().is_none() {
            super::region::check(region.as_ref())?;
        }
        let place = Place::new(region.as_ref());
        if let Some(settings) = settings {
            config = settings.with_credentials(config, connection.ask_code.clone())?;
        }
        Ok(Self {
            apigateway: aws_sdk_apigatewayv2::Client::new(&config),
            cloudcontrol: aws_sdk_cloudcontrol::Client::new(&config),
            cloudformation: aws_sdk_cloudformation::Client::new(&config),
            cloudwatch: aws_sdk_cloudwatch::Client::new(&config),
            dynamodb: aws_sdk_dynamodb::Client::new(&config),
            iam: aws_sdk_iam::Client::new(&config),
            lambda: aws_sdk_lambda::Client::new(&config),
            logs: aws_sdk_cloudwatchlogs::Client::new(&config),
            s3: super::s3::client(&config),
            sns: aws_sdk_sns::Client::new(&config),
            sts: aws_sdk_sts::Client::new(&config),
            tagging: aws_sdk_resourcegroupstagging::Client::new(&config),
            notify,
            waits: Waits::default(),
            place,
            endpoint_url: config.endpoint_url().map(str::to_owned),
        })
    }

    /// The region that the clients use.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The one endpoint for all services, when it is configured.
    pub fn endpoint_url(&self) -> Option<&str> {
        self.endpoint_url.as_deref()
    }

    pub(super) async fn account_id(&self) -> Result<String> {
        let doing = "reading the account of the credentials";
        let identity = self.sts.get_caller_identity().send().await.map_err(|error| problem(doing, &error))?;
        identity.account.ok_or_else(|| Error::new(doing, "the answer contains no account"))
    }
}
