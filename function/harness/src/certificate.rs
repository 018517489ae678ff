//! The certificates of the mock AWS servers.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;

/// The files in which Linux distributions keep the trusted certificates.
const SYSTEM_BUNDLES: [&str; 2] = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];

/// A new self-signed certificate with its key. Only programs whose bundle contains it trust it.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// The certificate for the bundle of a client.
    pub pem: String,
    pub(crate) tls: Arc<ServerConfig>,
}

impl Certificate {
    /// Creates a certificate for the host `name`.
    ///
    /// # Errors
    /// `name` is not a host name, or the system has no source of randomness.
    pub fn for_host(name: &str) -> Result<Self> {
        let generated = rcgen::generate_simple_self_signed([name.to_owned()]).context("creating a certificate")?;
        let key = PrivateKeyDer::try_from(generated.signing_key.serialize_der())
            .map_err(|cause| anyhow::anyhow!("reading the certificate's key: {cause}"))?;
        let tls =
            ServerConfig::builder().with_no_client_auth().with_single_cert(vec![generated.cert.der().clone()], key);
        Ok(Self { pem: generated.cert.pem(), tls: Arc::new(tls.context("setting up TLS")?) })
    }

    /// Writes a bundle for `SSL_CERT_FILE` and `AWS_CA_BUNDLE` into `folder`.
    ///
    /// It contains this certificate and all certificates that the machine trusts, so that a measured program parses as
    /// many certificates as on Lambda.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn bundle(&self, folder: &Path) -> Result<PathBuf> {
        let system = SYSTEM_BUNDLES.iter().find_map(|path| fs::read_to_string(path).ok()).unwrap_or_default();
        let bundle = folder.join("trusted.pem");
        fs::write(&bundle, format!("{system}\n{}", self.pem))
            .with_context(|| format!("writing {}", bundle.display()))?;
        Ok(bundle)
    }
}
