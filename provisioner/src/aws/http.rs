//! The HTTP client of all calls. It sends them directly, or through the proxy for their address.

use std::error::Error as StdError;
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

use super::advice::Advice;
use super::proxy::{Proxies, Proxy};
use super::tunnel::{self, Answer};
use crate::error::{Error, Result};
use crate::phrase::Phrase;

/// Creates the client that trusts the certificate authorities of `tls` and uses the proxies of `proxies`.
///
/// # Errors
/// When the HTTP client does not accept a proxy's URL.
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
    Ok(SharedHttpClient::new(Routed { direct, through, proxies }))
}

/// Creates the client that uses no proxy.
pub(super) fn direct(tls: &TlsContext) -> SharedHttpClient {
    Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).tls_context(tls.clone()).build_https()
}

/// A client that chooses the proxy by the address of each request.
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
        let host = uri.host().unwrap_or_default().to_owned();
        let Some((proxy, connector)) = self.through.iter().find(|(one, _)| Some(one) == proxy) else {
            let answer = self.direct.call(request);
            return HttpConnectorFuture::new(async move { answer.await.map_err(|error| with_host(error, &host)) });
        };
        let (proxy, proxies) = (proxy.clone(), Arc::clone(&self.proxies));
        let answer = connector.call(request);
        HttpConnectorFuture::new(async move {
            let error_of = |source, failure| ByProxy { proxy: proxy.clone(), host: host.clone(), failure, source };
            match answer.await {
                Ok(answer) if answer.status().as_u16() == 407 => {
                    Err(ConnectorError::other(error_of(None, ProxyFailure::Unauthorized).into(), None))
                }
                Ok(answer) => Ok(answer),
                Err(error) => {
                    let (timeout, mut failure) = (error.is_timeout(), ProxyFailure::of(&error));
                    if let ProxyFailure::Refused(None) = failure {
                        failure = ProxyFailure::by_answer(tunnel::answer(&proxies, &proxy, &uri).await);
                    }
                    let error = error_of(Some(Box::new(error) as _), failure);
                    Err(match failure {
                        // A retry would be refused in the same way.
                        ProxyFailure::Unauthorized
                        | ProxyFailure::Refused(_)
                        | ProxyFailure::NotHttp
                        | ProxyFailure::NotTls => ConnectorError::other(error.into(), None),
                        _ if timeout => ConnectorError::timeout(error.into()),
                        ProxyFailure::Unreachable
                        | ProxyFailure::Silent
                        | ProxyFailure::BrokenOff
                        | ProxyFailure::Beyond => ConnectorError::io(error.into()),
                    })
                }
            }
        })
    }
}

/// Adds the host to the error of a failed name lookup, whose own message does not contain it. The host contains the
/// region, which may not exist.
fn with_host(error: ConnectorError, host: &str) -> ConnectorError {
    let causes = super::problem::causes(&error);
    match causes.last() {
        Some(deepest) if Phrase::NO_ADDRESS.is_in_any(&causes) => {
            ConnectorError::io(format!("no address for {host}: {deepest}").into())
        }
        _ => error,
    }
}

/// The failure of a request through a proxy.
#[derive(Debug, thiserror::Error)]
#[error("through the proxy {proxy}")]
pub(super) struct ByProxy {
    pub(super) proxy: Proxy,
    /// The host of the request.
    pub(super) host: String,
    pub(super) failure: ProxyFailure,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The part of the connection that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ProxyFailure {
    /// The proxy does not answer.
    Unreachable,
    /// The proxy requires a user and a password, or different ones.
    Unauthorized,
    /// The proxy refuses to connect to the host, with this status.
    Refused(Option<u16>),
    /// The server at the proxy's address is not an HTTP proxy.
    NotHttp,
    /// Something other than TLS answered a TLS handshake: the proxy, or a server in place of the host.
    NotTls,
    /// The proxy accepted the connection and did not answer in time.
    Silent,
    /// The proxy closed the connection.
    BrokenOff,
    /// Behind the proxy: in the TLS connection with the host, or in the host's answer.
    Beyond,
}

impl ProxyFailure {
    /// Reads the messages of hyper-util's `TunnelError`, which is not public.
    fn of(error: &(dyn StdError + 'static)) -> Self {
        let chain = super::problem::causes(error);
        let tunnel = chain.iter().find_map(|cause| cause.strip_prefix("tunnel error: "));
        if Phrase::NOT_TLS.is_in_any(&chain) {
            return Self::NotTls;
        }
        if Phrase::CONNECT_TIMEOUT.is_in_any(&chain) {
            return Self::Silent;
        }
        match tunnel {
            Some("proxy authorization required") => Self::Unauthorized,
            Some("unsuccessful") => Self::Refused(None),
            Some("failed to create underlying connection") => Self::Unreachable,
            Some(_) => Self::BrokenOff,
            None if Phrase::NOT_CONNECTED.is_in_any(&chain) => Self::Unreachable,
            None => Self::Beyond,
        }
    }

    /// By the proxy's answer to the same `CONNECT`.
    fn by_answer(answer: Option<Answer>) -> Self {
        match answer {
            Some(Answer::NotHttp) => Self::NotHttp,
            Some(Answer::Status(407)) => Self::Unauthorized,
            // The proxy connects now, so its earlier answer is not known.
            Some(Answer::Status(200)) | None => Self::Refused(None),
            Some(Answer::Status(status)) => Self::Refused(Some(status)),
        }
    }
}

impl ByProxy {
    /// The cause and the hint when the proxy failed and the request was not sent.
    pub(super) fn advice(&self) -> Option<Advice> {
        let Self { proxy, host, failure, source } = self;
        let variable = proxy.variable;
        let deepest = || source.as_deref().and_then(|source| super::problem::causes(source).pop()).unwrap_or_default();
        Some(match failure {
            ProxyFailure::Unreachable => Advice::new(
                format!("the proxy {proxy} could not be reached: {}", deepest()),
                format!("check {variable}, or unset it to use no proxy"),
            ),
            ProxyFailure::Unauthorized if proxy.has_user() => Advice::new(
                format!("the proxy {proxy} does not accept the user and password (status 407)"),
                format!(
                    "correct them in {variable}: http://USER:PASSWORD@HOST:PORT, special characters percent-encoded"
                ),
            ),
            ProxyFailure::Unauthorized => Advice::new(
                format!("the proxy {proxy} requires a user and password (status 407)"),
                format!("write them in {variable}: http://USER:PASSWORD@HOST:PORT, special characters percent-encoded"),
            ),
            ProxyFailure::Refused(Some(status @ 500..)) => Advice::new(
                format!("the proxy {proxy} answered {status}: it cannot reach {host}"),
                format!(
                    "check the region (`--region`, AWS_REGION) and whether the proxy can reach {host}; if {host} is \
                     reachable without the proxy, add it to NO_PROXY"
                ),
            ),
            ProxyFailure::Refused(status) => Advice::new(
                match status {
                    Some(status) => format!("the proxy {proxy} refuses to connect to {host} (status {status})"),
                    None => format!("the proxy {proxy} refuses to connect to {host}"),
                },
                format!("allow {host} in the proxy, or add it to NO_PROXY if it is reachable without the proxy"),
            ),
            ProxyFailure::NotHttp => Advice::new(
                format!("the server at the proxy address {proxy} does not speak HTTP"),
                format!("set {variable} to an HTTP proxy, or unset it to use no proxy"),
            ),
            ProxyFailure::NotTls if proxy.is_https() => Advice::new(
                format!("the proxy {proxy} does not speak TLS, which https:// requires"),
                format!("write {variable} as http://HOST:PORT"),
            ),
            ProxyFailure::NotTls => Advice::new(
                format!("the server that answers for {host} behind the proxy {proxy} does not speak TLS"),
                format!("check that the proxy of {variable} connects to {host}, and the scheme of the endpoint"),
            ),
            ProxyFailure::Silent => Advice::new(
                format!("the proxy {proxy} did not connect to {host} in time"),
                format!("check that {variable} names an HTTP proxy and that the proxy reaches {host}"),
            ),
            ProxyFailure::BrokenOff => Advice::new(
                format!("the proxy {proxy} closed the connection to {host}: {}", deepest()),
                format!("check that {variable} names an HTTP proxy, then run the same command"),
            ),
            ProxyFailure::Beyond => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn advice(failure: ProxyFailure, host: &str, proxy: &str) -> Advice {
        let proxies = Proxies::of(|name| (name == "HTTPS_PROXY").then(|| proxy.to_owned())).unwrap();
        let proxy = proxies.each().next().unwrap().clone();
        ByProxy { proxy, host: host.to_owned(), failure, source: None }.advice().unwrap()
    }

    #[test]
    fn a_proxy_that_cannot_reach_a_host_is_reported_with_its_status_and_a_hint() {
        let cause_and_hint = |status, host| {
            let Advice { cause, hint } =
                advice(ProxyFailure::Refused(Some(status)), host, "http://me:s3cret@proxy:3128");
            assert!(!cause.contains("s3cret"), "{cause}");
            (cause, hint)
        };
        let (cause, hint) = cause_and_hint(502, "sts.us-esat-1.amazonaws.com");
        let it = "the proxy http://proxy:3128 (HTTPS_PROXY)";
        assert_eq!(cause, format!("{it} answered 502: it cannot reach sts.us-esat-1.amazonaws.com"));
        assert!(hint.starts_with("check the region (`--region`, AWS_REGION)"), "{hint}");
        let (cause, hint) = cause_and_hint(403, "sts.us-esat-1.amazonaws.com");
        assert_eq!(cause, format!("{it} refuses to connect to sts.us-esat-1.amazonaws.com (status 403)"));
        assert!(hint.starts_with("allow sts.us-esat-1.amazonaws.com in the proxy"), "{hint}");
    }

    #[test]
    fn errors_of_the_http_client_are_recognised() {
        #[derive(Debug, thiserror::Error)]
        #[error("{0}")]
        struct Words(&'static str);
        for (words, failure) in [
            ("tunnel error: unsuccessful", ProxyFailure::Refused(None)),
            ("tunnel error: unexpected end of file", ProxyFailure::BrokenOff),
            ("HTTP connect timeout occurred after 5s", ProxyFailure::Silent),
            ("received corrupt message of type InvalidContentType", ProxyFailure::NotTls),
            ("HTTP read timeout occurred after 60s", ProxyFailure::Beyond),
        ] {
            assert_eq!(ProxyFailure::of(&Words(words)), failure, "{words}");
        }
        let silent = advice(ProxyFailure::Silent, "aws.test", "http://proxy:3128");
        assert_eq!(silent.cause, "the proxy http://proxy:3128 (HTTPS_PROXY) did not connect to aws.test in time");
    }

    #[test]
    fn a_tls_failure_is_the_fault_of_a_proxy_only_with_an_https_url() {
        let own = advice(ProxyFailure::NotTls, "aws.test", "https://proxy:3128");
        assert_eq!(own.cause, "the proxy https://proxy:3128 (HTTPS_PROXY) does not speak TLS, which https:// requires");
        let beyond = advice(ProxyFailure::NotTls, "aws.test", "http://proxy:3128");
        assert!(
            beyond.cause.starts_with("the server that answers for aws.test behind the proxy http://proxy:3128"),
            "{beyond:?}"
        );
    }
}
