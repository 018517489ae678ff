//! The HTTP client that all calls go through: directly, or by the proxy for their address.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use http::Uri;

use super::advice::Way;
use super::proxy::{Proxies, Proxy};
use crate::error::{Error, Result};

/// The client that trusts what `tls` says and goes where `proxies` says.
///
/// # Errors
/// When a proxy's URL is not one for the HTTP client.
pub(super) fn client(tls: &TlsContext, proxies: Arc<Proxies>) -> Result<SharedHttpClient> {
    let ring = Provider::Rustls(CryptoMode::Ring);
    let direct = direct(tls);
    let mut through = Vec::new();
    for proxy in proxies.each() {
        let unusable = |_| Error::new("reading the proxy settings", format!("{} is not usable", proxy.variable));
        let config = ProxyConfig::all(proxy.url.as_str()).map_err(unusable)?;
        let (ring, tls) = (ring.clone(), tls.clone());
        let client = Builder::new().build_with_connector_fn(move |settings, components| {
            let mut builder = Connector::builder().proxy_config(config.clone());
            builder.set_connector_settings(settings.cloned());
            builder.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
            builder.tls_provider(ring.clone()).tls_context(tls.clone()).build()
        });
        through.push((proxy.clone(), client));
    }
    Ok(if through.is_empty() { direct } else { SharedHttpClient::new(Routed { direct, through, proxies }) })
}

/// The client that goes through no proxy.
pub(super) fn direct(tls: &TlsContext) -> SharedHttpClient {
    Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).tls_context(tls.clone()).build_https()
}

/// A client that chooses its way by the address of each request.
#[derive(Debug)]
struct Routed {
    direct: SharedHttpClient,
    through: Vec<(Proxy, SharedHttpClient)>,
    proxies: Arc<Proxies>,
}

impl HttpClient for Routed {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let through = self.through.iter();
        SharedHttpConnector::new(RoutedConnector {
            direct: self.direct.http_connector(settings, components),
            through: through
                .map(|(proxy, client)| (proxy.clone(), client.http_connector(settings, components)))
                .collect(),
            proxies: Arc::clone(&self.proxies),
        })
    }
}

#[derive(Debug)]
struct RoutedConnector {
    direct: SharedHttpConnector,
    through: Vec<(Proxy, SharedHttpConnector)>,
    proxies: Arc<Proxies>,
}

impl HttpConnector for RoutedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let uri = request.uri().parse::<Uri>().unwrap_or_default();
        let proxy = self.proxies.to(&uri);
        let Some((proxy, connector)) = self.through.iter().find(|(one, _)| Some(one) == proxy) else {
            return self.direct.call(request);
        };
        let (proxy, host) = (proxy.clone(), uri.host().unwrap_or_default().to_owned());
        let answer = connector.call(request);
        HttpConnectorFuture::new(async move {
            let told = |source, trouble| ByProxy { proxy: proxy.clone(), host: host.clone(), trouble, source };
            match answer.await {
                Ok(answer) if answer.status().as_u16() == 407 => {
                    Err(ConnectorError::other(told(None, Trouble::Unauthorized).into(), None))
                }
                Ok(answer) => Ok(answer),
                Err(error) => {
                    let (timeout, trouble) = (error.is_timeout(), Trouble::of(&error));
                    let told = told(Some(Box::new(error) as _), trouble);
                    Err(match trouble {
                        // Another attempt would be refused in the same way.
                        Trouble::Unauthorized | Trouble::Refused => ConnectorError::other(told.into(), None),
                        _ if timeout => ConnectorError::timeout(told.into()),
                        Trouble::Unreachable | Trouble::BrokenOff | Trouble::Beyond => ConnectorError::io(told.into()),
                    })
                }
            }
        })
    }
}

/// What went wrong with a request through a proxy.
#[derive(Debug)]
pub(super) struct ByProxy {
    pub(super) proxy: Proxy,
    /// Where the request should have gone.
    pub(super) host: String,
    pub(super) trouble: Trouble,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// Where on the way it went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The proxy does not answer.
    Unreachable,
    /// The proxy wants a user and a password, or others.
    Unauthorized,
    /// The proxy refuses to connect to the host.
    Refused,
    /// The proxy ended the connection.
    BrokenOff,
    /// Past the proxy: TLS with the host, or its answer.
    Beyond,
}

impl Trouble {
    /// By the words of hyper-util's `TunnelError`, which is not public.
    fn of(error: &(dyn StdError + 'static)) -> Self {
        let chain = super::problem::causes(error);
        let tunnel = chain.iter().find_map(|cause| cause.strip_prefix("tunnel error: "));
        match tunnel {
            Some("proxy authorization required") => Self::Unauthorized,
            Some("unsuccessful") => Self::Refused,
            Some("failed to create underlying connection") => Self::Unreachable,
            Some(_) => Self::BrokenOff,
            None if chain.iter().any(|cause| cause.contains("tcp connect error") || cause.contains("dns error")) => {
                Self::Unreachable
            }
            None => Self::Beyond,
        }
    }
}

impl ByProxy {
    /// What failed, and what helps, when it was the proxy; the request was not sent then.
    pub(super) fn way(&self) -> Option<Way> {
        let Self { proxy, host, trouble, source } = self;
        let variable = proxy.variable;
        let deepest = || source.as_deref().and_then(|source| super::problem::causes(source).pop()).unwrap_or_default();
        Some(match trouble {
            Trouble::Unreachable => Way::new(
                format!("the proxy {proxy} could not be reached: {}", deepest()),
                format!("check {variable}, or unset it to go without a proxy"),
            ),
            Trouble::Unauthorized if proxy.has_user() => Way::new(
                format!("the proxy {proxy} does not accept the user and password (status 407)"),
                format!(
                    "correct them in {variable}: http://USER:PASSWORD@HOST:PORT, special characters percent-encoded"
                ),
            ),
            Trouble::Unauthorized => Way::new(
                format!("the proxy {proxy} asks for a user and password (status 407)"),
                format!("write them in {variable}: http://USER:PASSWORD@HOST:PORT, special characters percent-encoded"),
            ),
            Trouble::Refused => Way::new(
                format!("the proxy {proxy} refuses to connect to {host}"),
                format!("have the proxy allow {host}, or name it in NO_PROXY where it is reached without one"),
            ),
            Trouble::BrokenOff => Way::new(
                format!("the proxy {proxy} closed the connection to {host}: {}", deepest()),
                format!("check that {variable} names an HTTP proxy, then run the same command"),
            ),
            Trouble::Beyond => return None,
        })
    }
}

impl fmt::Display for ByProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "through the proxy {}", self.proxy)
    }
}

impl StdError for ByProxy {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
