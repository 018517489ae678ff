//! Opens connections: TCP, then TLS with the certificates that the machine trusts.

use std::io;
use std::sync::Arc;

use aws_smithy_types::body::SdkBody;
use http::uri::{Authority, Scheme, Uri};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use rustls::crypto::ring;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::OnceCell;
use tokio::task::spawn_blocking;
use tokio::try_join;
use tokio_rustls::TlsConnector;

/// The scheme, the host and the port of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ServerAddress {
    is_tls: bool,
    authority: Authority,
}

impl ServerAddress {
    /// The server of `uri`. Returns `None` if `uri` is not an absolute `http` or `https` URI.
    pub(super) fn of(uri: &Uri) -> Option<Self> {
        let is_tls = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTPS => true,
            Some(scheme) if *scheme == Scheme::HTTP => false,
            _ => return None,
        };
        Some(Self { is_tls, authority: uri.authority()?.clone() })
    }

    /// The value of the `Host` header. It contains the port only if the port is not the scheme's default.
    pub(super) fn host(&self) -> &str {
        if self.authority.port_u16() == Some(self.default_port()) {
            self.authority.host()
        } else {
            self.authority.as_str()
        }
    }

    fn default_port(&self) -> u16 {
        if self.is_tls { 443 } else { 80 }
    }
}

/// Opens connections.
#[derive(Debug, Default)]
pub(super) struct Connector {
    /// Created for the first `https` address, because loading the trusted certificates is slow.
    tls: OnceCell<Arc<ClientConfig>>,
}

impl Connector {
    /// Opens a connection. It runs on its own task until `SendRequest` is dropped or the server closes it.
    pub(super) async fn open(&self, server: &ServerAddress) -> io::Result<SendRequest<SdkBody>> {
        let host = server.authority.host().trim_start_matches('[').trim_end_matches(']');
        let tcp = async {
            let stream =
                TcpStream::connect((host, server.authority.port_u16().unwrap_or(server.default_port()))).await?;
            stream.set_nodelay(true)?;
            Ok(stream)
        };
        if !server.is_tls {
            return handshake(tcp.await?).await;
        }
        let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        let (tcp, tls) = try_join!(tcp, self.tls())?;
        handshake(TlsConnector::from(tls).connect(name, tcp).await?).await
    }

    async fn tls(&self) -> io::Result<Arc<ClientConfig>> {
        // On another thread, while the host name is resolved and the TCP connection is opened.
        self.tls.get_or_try_init(async || spawn_blocking(tls_config).await?.map(Arc::new)).await.cloned()
    }
}

/// The TLS configuration. It trusts the certificates of the machine, or those that `SSL_CERT_FILE` and `SSL_CERT_DIR`
/// name.
fn tls_config() -> io::Result<ClientConfig> {
    let (mut roots, found) = (RootCertStore::empty(), rustls_native_certs::load_native_certs());
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        let causes: String = found.errors.iter().map(|cause| format!("; {cause}")).collect();
        let what = "no trusted certificate in SSL_CERT_FILE, in SSL_CERT_DIR or, without them, on the machine";
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("{what}{causes}")));
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

async fn handshake<S>(stream: S) -> io::Result<SendRequest<SdkBody>>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
    // An error of the connection is returned to the caller that waits for a response on it.
    tokio::spawn(connection);
    Ok(sender)
}
