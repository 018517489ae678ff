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
    let folders = reader.of_sdk("SSL_CERT_DIR", "one or more folders of certificates, with : between them", folders);
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
    fn a_path_that_leads_nowhere_is_refused() {
        let (here, gone) = (env!("CARGO_MANIFEST_DIR"), "/nonexistent");
        let manifest = format!("{here}/Cargo.toml");
        let refused = |name: &str, value: &str| {
            let mut reader = Reader::new(|asked: &str| (asked == name).then(|| value.to_owned()));
            check(&mut reader).is_none().then(|| reader.into_bad().join("; "))
        };
        assert_eq!(refused("SSL_CERT_FILE", &manifest), None);
        assert_eq!(refused("SSL_CERT_DIR", here), None);
        assert_eq!(refused("SSL_CERT_DIR", &format!("{gone}:{here}")), None);
        assert_eq!(refused("SSL_CERT_DIR", ""), None);
        for (name, value) in
            [("SSL_CERT_FILE", gone), ("SSL_CERT_FILE", here), ("SSL_CERT_FILE", ""), ("SSL_CERT_DIR", gone)]
        {
            let refusal = refused(name, value).unwrap();
            assert!(refusal.starts_with(&format!("{name} holds {value:?}, allowed is ")), "{refusal}");
        }
    }
}
