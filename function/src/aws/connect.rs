//! How a connection is opened: TCP, then TLS with the certificates that the machine trusts.

use std::{io, sync::Arc};

use aws_smithy_types::body::SdkBody;
use http::uri::{Authority, Scheme, Uri};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore, crypto::ring, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    sync::OnceCell,
    task::spawn_blocking,
    try_join,
};
use tokio_rustls::TlsConnector;

/// Where a connection leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Origin {
    is_tls: bool,
    authority: Authority,
}

impl Origin {
    /// The part of `uri` before its path; `None` if it is not an absolute `http` or `https` one.
    pub(super) fn of(uri: &Uri) -> Option<Self> {
        let is_tls = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTPS => true,
            Some(scheme) if *scheme == Scheme::HTTP => false,
            _ => return None,
        };
        Some(Self { is_tls, authority: uri.authority()?.clone() })
    }

    /// What the `Host` header holds: the port only if it is not the scheme's own.
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
    /// Made when the first `https` address is called: trusting is the costly part.
    tls: OnceCell<Arc<ClientConfig>>,
}

impl Connector {
    /// A new connection, which lives on a task of its own until `SendRequest` is dropped or the server hangs up.
    pub(super) async fn open(&self, origin: &Origin) -> io::Result<SendRequest<SdkBody>> {
        let host = origin.authority.host().trim_start_matches('[').trim_end_matches(']');
        let tcp = async {
            let stream =
                TcpStream::connect((host, origin.authority.port_u16().unwrap_or(origin.default_port()))).await?;
            stream.set_nodelay(true)?;
            Ok(stream)
        };
        if !origin.is_tls {
            return speak(tcp.await?).await;
        }
        let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        let (tcp, tls) = try_join!(tcp, self.tls())?;
        speak(TlsConnector::from(tls).connect(name, tcp).await?).await
    }

    async fn tls(&self) -> io::Result<Arc<ClientConfig>> {
        // On another thread, while the name is looked up and the connection made.
        self.tls.get_or_try_init(async || spawn_blocking(trusting).await?.map(Arc::new)).await.cloned()
    }
}

/// TLS that trusts what the machine trusts, or what `SSL_CERT_FILE` and `SSL_CERT_DIR` name.
fn trusting() -> io::Result<ClientConfig> {
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

async fn speak<S>(stream: S) -> io::Result<SendRequest<SdkBody>>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
    // How it ends is told to whoever waits for an answer on it.
    tokio::spawn(connection);
    Ok(sender)
}
