//! Checks the paths of the trusted certificates, as OpenSSL and rustls read them.
//!
//! The files are parsed once, while the first connection is opened.

use std::env;
use std::fs::File;
use std::path::Path;

use super::Reader;

/// Checks that the paths exist. rustls reads the variables again.
pub(super) fn check<L: Fn(&str) -> Option<String>>(reader: &mut Reader<L>) -> Option<()> {
    // An empty variable would be the path of no file, and then no certificate would be trusted.
    let file = reader.optional("SSL_CERT_FILE", "the path of a file of certificates that can be read", file);
    let folders =
        reader.sdk_variable("SSL_CERT_DIR", "one or more folders of certificates, with : between them", folders);
    file.and(folders).map(drop)
}

fn file(text: &str) -> Option<()> {
    File::open(text).ok()?.metadata().ok().filter(|found| !found.is_dir()).map(drop)
}

/// One existing folder is enough: lists of the folders of several distributions are common.
fn folders(text: &str) -> Option<()> {
    env::split_paths(text).any(|folder| Path::new(&folder).is_dir()).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_does_not_exist_is_rejected() {
        let (existing, missing) = (env!("CARGO_MANIFEST_DIR"), "/nonexistent");
        let manifest = format!("{existing}/Cargo.toml");
        let rejection = |name: &str, value: &str| {
            let mut reader = Reader::new(|variable: &str| (variable == name).then(|| value.to_owned()));
            check(&mut reader).is_none().then(|| reader.into_errors().join("; "))
        };
        assert_eq!(rejection("SSL_CERT_FILE", &manifest), None);
        assert_eq!(rejection("SSL_CERT_DIR", existing), None);
        assert_eq!(rejection("SSL_CERT_DIR", &format!("{missing}:{existing}")), None);
        assert_eq!(rejection("SSL_CERT_DIR", ""), None);
        for (name, value) in
            [("SSL_CERT_FILE", missing), ("SSL_CERT_FILE", existing), ("SSL_CERT_FILE", ""), ("SSL_CERT_DIR", missing)]
        {
            let error = rejection(name, value).unwrap();
            assert!(error.starts_with(&format!("{name} is {value:?}, expected ")), "{error}");
        }
    }
}
