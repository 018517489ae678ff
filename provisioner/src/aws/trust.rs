//! Which certificate authorities are trusted.

use std::path::{Path, PathBuf};

use aws_smithy_http_client::tls::{TlsContext, TrustStore};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::error::{Error, Result};

/// A file of certificate authorities, and the setting that names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bundle {
    pub(super) path: PathBuf,
    pub(super) named_by: String,
}

/// The certificate authorities that connections trust: only those of the bundle, where a setting names one, as for
/// AWS's CLI; otherwise those of this machine.
///
/// # Errors
/// When the bundle cannot be read or does not contain a certificate. The error names the setting.
pub(super) fn context(bundle: Option<&Bundle>) -> Result<TlsContext> {
    let store = match bundle {
        None => TrustStore::default(),
        Some(bundle) => read(&bundle.path)
            .map_err(|cause| refused(bundle, &cause))?
            .into_iter()
            .fold(TrustStore::empty(), TrustStore::with_pem_certificate),
    };
    let built = TlsContext::builder().with_trust_store(store).build();
    built.map_err(|error| Error::new("setting up TLS", error))
}

fn refused(bundle: &Bundle, cause: &str) -> Error {
    let Bundle { path, named_by } = bundle;
    Error::new(format!("reading the certificate authorities in {}", path.display()), cause).hint(format!(
        "set {named_by} to a file of certificates in PEM form (`-----BEGIN CERTIFICATE-----`), or unset it"
    ))
}

/// Reads the certificates one by one. The bundle of an organization may contain a certificate that cannot be an
/// authority here: it is left out, because the HTTP client's own reader panics for it.
fn read(path: &Path) -> std::result::Result<Vec<String>, String> {
    let text = std::fs::read(path).map_err(|error| error.to_string())?;
    let certificates = CertificateDer::pem_slice_iter(&text).collect::<std::result::Result<Vec<_>, _>>();
    let certificates = certificates.map_err(|error| format!("it is not in PEM form: {error}"))?;
    if certificates.is_empty() {
        return Err("it contains no certificate".to_owned());
    }
    let usable = |certificate: &CertificateDer<'static>| RootCertStore::empty().add(certificate.clone()).is_ok();
    let usable: Vec<_> = certificates.iter().filter(|certificate| usable(certificate)).map(pem).collect();
    if usable.is_empty() {
        return Err("none of its certificates can be read".to_owned());
    }
    Ok(usable)
}

fn pem(certificate: &CertificateDer<'_>) -> String {
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", BASE64_STANDARD.encode(certificate))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(content: &[u8]) -> std::result::Result<usize, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        std::fs::write(&path, content).unwrap();
        read(&path).map(|certificates| certificates.len())
    }

    #[test]
    fn certificates_are_read_and_other_files_are_an_error() {
        let pem = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap().cert.pem();
        assert_eq!(of(format!("# a comment\n{pem}\n{pem}").as_bytes()), Ok(2));
        assert_eq!(of(b""), Err("it contains no certificate".to_owned()));
        assert_eq!(
            of(b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
            Err("it contains no certificate".to_owned())
        );
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert_eq!(of(broken.as_bytes()), Err("none of its certificates can be read".to_owned()));
        assert_eq!(of(format!("{broken}{pem}").as_bytes()), Ok(1));
        assert!(of(b"-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n").unwrap_err().contains("PEM"));
    }

    #[test]
    fn an_unreadable_certificate_bundle_names_the_setting() {
        let bundle = Bundle { path: "/nowhere/ca.pem".into(), named_by: "AWS_CA_BUNDLE".to_owned() };
        let error = context(Some(&bundle)).unwrap_err().to_string();
        assert!(error.starts_with("reading the certificate authorities in /nowhere/ca.pem: No such file"), "{error}");
        assert!(error.contains("hint: set AWS_CA_BUNDLE to a file of certificates"), "{error}");
    }
}
