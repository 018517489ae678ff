//! The deployment package of the function, such that MiniStack can run it on this machine and the provisioner takes it
//! for Lambda's.

use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::SystemTime;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// The function's binary: where `FUNCTION_BINARY` says, else the last built of the two that may be there. One is beside
/// the tests' own. The other is cross-built for Lambda, as `make test` does before the tests: on a machine whose glibc
/// is newer than Lambda's it is the only one that the provisioner agrees to upload.
pub(crate) fn function_binary() -> PathBuf {
    if let Some(path) = std::env::var_os("FUNCTION_BINARY") {
        return path.into();
    }
    // target/debug/deps/it-0123456789abcdef
    let test = std::env::current_exe().expect("this test's own path");
    let profile = test.parent().and_then(Path::parent).expect("target/PROFILE/deps above this test");
    let native = profile.join("bootstrap");
    let for_lambda = profile.join("../lambda/bootstrap/bootstrap");
    let age = |path: &PathBuf| fs::metadata(path).and_then(|m| m.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
    let runs_here = cfg!(all(target_os = "linux", target_arch = "x86_64"));
    if runs_here && age(&for_lambda) > age(&native) { for_lambda } else { native }
}

/// The package with that binary, made once.
pub(crate) fn function_zip() -> &'static [u8] {
    static ZIP: OnceLock<Result<Vec<u8>, String>> = OnceLock::new();
    let zip = ZIP.get_or_init(|| {
        let path = function_binary();
        match fs::read(&path) {
            Ok(binary) => Ok(zip_of("bootstrap", &stripped(&path).unwrap_or(binary), 0o755)),
            Err(e) => Err(format!("{}: {e}; `cargo build -p function` makes it, as `make test` does", path.display())),
        }
    });
    match zip {
        Ok(zip) => zip,
        Err(why) => panic!("{why}"),
    }
}

/// That package as a file, for `--code`.
pub(crate) fn function_zip_file() -> &'static Path {
    static FILE: OnceLock<PathBuf> = OnceLock::new();
    FILE.get_or_init(|| file_of("function", function_zip()))
}

/// Another release of the code: the same program but for one letter of what it tells the model. MiniStack's canned
/// answers hold a hash of that, so an answer tells which code gave it.
pub(crate) fn other_function_zip_file() -> &'static Path {
    static FILE: OnceLock<PathBuf> = OnceLock::new();
    FILE.get_or_init(|| {
        let instructions = &include_bytes!("../../../../function/src/chat/instructions.txt")[..60];
        let path = function_binary();
        let mut binary = stripped(&path).unwrap_or_else(|| fs::read(&path).expect("the function's binary"));
        let at = binary.windows(instructions.len()).position(|window| window == instructions);
        let first = &mut binary[at.expect("the instructions are in the binary as they are in the source")];
        *first = first.to_ascii_lowercase();
        file_of("other-function", &zip_of("bootstrap", &binary, 0o755))
    })
}

/// A package of a few bytes, for Python, that answers every chat: what is enough where only calls are looked at.
pub(crate) fn answering_zip_file(release: u8) -> PathBuf {
    let program = format!(
        "def handler(event, context):\n    return {{'statusCode': 200, 'body': '{{\"message\": \"{release}\"}}'}}\n"
    );
    file_of(&format!("answering-{release}"), &zip_of("answer.py", program.as_bytes(), 0o644))
}

/// Two packages of a program that says nothing and that nobody starts, for the template's own runtime: what is enough where
/// the proxy answers in the function's place. Uploading the function's own takes a debug build longer than many calls.
pub(crate) fn small_zip_files() -> &'static [PathBuf; 2] {
    static FILES: OnceLock<[PathBuf; 2]> = OnceLock::new();
    FILES.get_or_init(|| [1, 2].map(small_zip_file))
}

fn small_zip_file(release: u8) -> PathBuf {
    // The header of a 64-bit little-endian ELF file for x86-64, without sections.
    let mut program = [b"\x7fELF\x02\x01\x01".as_slice(), &[0; 57]].concat();
    for (offset, value) in [(16, 2), (18, 0x3e), (20, 1), (52, 64), (63, release)] {
        program[offset] = value;
    }
    file_of(&format!("small-{release}"), &zip_of("bootstrap", &program, 0o755))
}

/// `CodeSha256` of a package.
pub(crate) fn sha256(file: &Path) -> String {
    BASE64_STANDARD.encode(Sha256::digest(fs::read(file).expect("a package")))
}

/// A zip of one file.
pub(crate) fn zip_of(name: &str, content: &[u8], mode: u32) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    // Speed over size: it goes over loopback only.
    let options = SimpleFileOptions::default().unix_permissions(mode).compression_level(Some(1));
    zip.start_file(name, options).expect("a zip in memory");
    zip.write_all(content).expect("a zip in memory");
    zip.finish().expect("a zip in memory").into_inner()
}

/// Without its debug information, which is most of a debug build and would be uploaded by every test; nothing on a
/// machine without a `strip` that understands the binary.
fn stripped(binary: &Path) -> Option<Vec<u8>> {
    let smaller = tempfile::NamedTempFile::new().ok()?;
    let strip = Command::new("strip").arg("-o").arg(smaller.path()).arg(binary).output();
    strip.is_ok_and(|output| output.status.success()).then(|| fs::read(smaller.path()).ok()).flatten()
}

/// Moved into place, so that tests of another process never read half a file.
fn file_of(name: &str, content: &[u8]) -> PathBuf {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let mut file = tempfile::NamedTempFile::new_in(scratch).expect("a file in target/tmp");
    file.write_all(content).expect("a file in target/tmp");
    let path = scratch.join(format!("{name}.zip"));
    file.persist(&path).expect("a file in target/tmp");
    path
}
