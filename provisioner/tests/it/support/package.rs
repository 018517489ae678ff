//! The deployment package of the function as built for this machine, so that MiniStack can run it.

use std::io::{Cursor, Write};
use std::path::PathBuf;
use std::sync::OnceLock;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// The function's binary: beside the tests' own, or where `FUNCTION_BINARY` says.
pub(crate) fn function_binary() -> PathBuf {
    if let Some(path) = std::env::var_os("FUNCTION_BINARY") {
        return path.into();
    }
    // target/debug/deps/it-0123456789abcdef
    let test = std::env::current_exe().expect("this test's own path");
    let profile = test.parent().and_then(|deps| deps.parent()).expect("target/PROFILE/deps above this test");
    profile.join("bootstrap")
}

/// The package with that binary, made once.
pub(crate) fn function_zip() -> &'static [u8] {
    static ZIP: OnceLock<Result<Vec<u8>, String>> = OnceLock::new();
    let zip = ZIP.get_or_init(|| {
        let path = function_binary();
        match std::fs::read(&path) {
            Ok(binary) => Ok(zip_of("bootstrap", &binary, 0o755)),
            Err(e) => Err(format!("{}: {e}; `cargo build -p function` makes it, as `make test` does", path.display())),
        }
    });
    match zip {
        Ok(zip) => zip,
        Err(why) => panic!("{why}"),
    }
}

/// A zip of one file.
pub(crate) fn zip_of(name: &str, content: &[u8], mode: u32) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    // Speed over size: a debug build is large, and it goes over loopback only.
    let options = SimpleFileOptions::default().unix_permissions(mode).compression_level(Some(1));
    zip.start_file(name, options).expect("a zip in memory");
    zip.write_all(content).expect("a zip in memory");
    zip.finish().expect("a zip in memory").into_inner()
}
