//! Who the stand-ins for AWS say they are.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, Result};
use rustls::{ServerConfig, pki_types::PrivateKeyDer};

/// Where Linux distributions keep the certificates that a program trusts.
const SYSTEM_BUNDLES: [&str; 2] = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];

/// A certificate made just now, with its key. Nobody trusts it who was not told to.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// For whoever is to trust it.
    pub pem: String,
    pub(crate) tls: Arc<ServerConfig>,
}

impl Certificate {
    /// Make one for the host `name`.
    ///
    /// # Errors
    /// `name` is no host's name, or there is no randomness.
    pub fn of(name: &str) -> Result<Self> {
        let made = rcgen::generate_simple_self_signed([name.to_owned()]).context("making a certificate")?;
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der())
            .map_err(|cause| anyhow::anyhow!("reading the certificate's key: {cause}"))?;
        let tls = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key);
        Ok(Self { pem: made.cert.pem(), tls: Arc::new(tls.context("setting up TLS")?) })
    }

    /// Write a bundle for `SSL_CERT_FILE` and `AWS_CA_BUNDLE` into `folder`: this certificate and all that the machine
    /// trusts, so that a program that is measured parses as many certificates as on Lambda.
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
