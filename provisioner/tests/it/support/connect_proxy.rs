//! A network behind a proxy in which every host is MiniStack. The proxy terminates TLS, with certificates of a private
//! authority, and forwards plain requests.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// What the proxy does with a `CONNECT` request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    Connect,
    /// Connects a client with this `user:password`.
    Ask(&'static str),
    /// Answers with this status.
    Refuse(u16),
}

pub(crate) struct ConnectProxy {
    port: u16,
    hosts: Arc<Mutex<Vec<String>>>,
    authority: String,
}

impl ConnectProxy {
    /// A proxy that forwards to `endpoint`, an emulator.
    pub(crate) async fn before(endpoint: &str, manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        let endpoint = endpoint.trim_start_matches("http://").to_owned();
        let (authority, tls) = certificates();
        let hosts = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&hosts);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (endpoint, tls, seen) = (endpoint.clone(), tls.clone(), Arc::clone(&seen));
                // A client that disconnects ends only its own connection.
                tokio::spawn(async move { drop(serve(stream, &endpoint, tls, manner, &seen).await) });
            }
        });
        Self { port, hosts, authority }
    }

    /// The proxy's URL, with `user:password@` where one is given.
    pub(crate) fn url(&self, user: &str) -> String {
        format!("http://{user}127.0.0.1:{}", self.port)
    }

    /// The hosts that clients connected to.
    pub(crate) fn hosts(&self) -> Vec<String> {
        let mut hosts = self.hosts.lock().expect("the hosts").clone();
        hosts.sort();
        hosts.dedup();
        hosts
    }

    /// Writes the certificate of the private authority to a folder.
    pub(crate) fn bundle(&self, folder: &Path) -> PathBuf {
        let path = folder.join("authority.pem");
        std::fs::write(&path, &self.authority).expect("the bundle");
        path
    }
}

async fn serve(
    mut stream: TcpStream,
    endpoint: &str,
    tls: TlsAcceptor,
    manner: Manner,
    seen: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    // The form `CONNECT HOST:PORT HTTP/1.1`, or a plain request for `http://HOST:PORT/PATH`.
    let plain = head.split_once(" http://").map(|(method, rest)| (method.to_owned(), rest.to_owned()));
    let target = plain.as_ref().map_or_else(|| head.split(' ').nth(1).unwrap_or_default(), |(_, rest)| rest);
    let host = target.split([' ', ':', '/']).next().unwrap_or_default().to_owned();
    seen.lock().expect("the hosts").push(host);
    let status = match manner {
        Manner::Connect => 200,
        Manner::Refuse(status) => status,
        Manner::Ask(user) => {
            let line = format!("proxy-authorization: basic {}", BASE64_STANDARD.encode(user)).to_lowercase();
            if head.to_lowercase().contains(&line) { 200 } else { 407 }
        }
    };
    if let (200, Some((method, rest))) = (status, plain) {
        // One request per connection: the next may be for another host.
        let (_, path) = rest.split_once('/').unwrap_or_default();
        let head = format!("{method} /{path}").replacen("\r\n", "\r\nconnection: close\r\n", 1);
        let mut emulator = TcpStream::connect(endpoint).await?;
        emulator.write_all(head.as_bytes()).await?;
        copy_bidirectional(&mut stream, &mut emulator).await?;
        return Ok(());
    }
    stream.write_all(format!("HTTP/1.1 {status} Said\r\ncontent-length: 0\r\n\r\n").as_bytes()).await?;
    if status == 200 {
        let mut inside = tls.accept(stream).await?;
        let mut emulator = TcpStream::connect(endpoint).await?;
        copy_bidirectional(&mut inside, &mut emulator).await?;
    }
    Ok(())
}

/// The authority's certificate, and a TLS acceptor with a certificate that the authority has signed.
fn certificates() -> (String, TlsAcceptor) {
    let mut params = CertificateParams::new(Vec::new()).expect("an authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    let authority = params.self_signed(&key).expect("its certificate").pem();
    let issuer = Issuer::new(params, key);
    let names = ["*.us-east-1.amazonaws.com", "*.amazonaws.com", "*.sso.us-east-1.amazonaws.com"].map(str::to_owned);
    let key = KeyPair::generate().expect("a key");
    let leaf = CertificateParams::new(names).and_then(|params| params.signed_by(&key, &issuer)).expect("a certificate");
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("protocol versions")
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)
        .expect("TLS");
    (authority, TlsAcceptor::from(Arc::new(config)))
}
