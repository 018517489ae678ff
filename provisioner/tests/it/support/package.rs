//! The deployment package of the function, such that MiniStack can run it on this machine and the provisioner accepts
//! it for Lambda.

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

/// The function's binary: `FUNCTION_BINARY`, or else the newer of two possible builds. One is next to the tests' own
/// binary. The other is cross-built for Lambda, as `make test` does before the tests: on a machine whose glibc is newer
/// than Lambda's, the provisioner agrees to upload only this one.
pub(crate) fn function_binary() -> PathBuf {
    if let Some(path) = std::env::var_os("FUNCTION_BINARY") {
        return path.into();
    }
    // For example target/debug/deps/it-0123456789abcdef.
    let test = std::env::current_exe().expect("this test's own path");
    let profile = test.parent().and_then(Path::parent).expect("target/PROFILE/deps above this test");
    let native = profile.join("bootstrap");
    let for_lambda = profile.join("../lambda/bootstrap/bootstrap");
    let age = |path: &PathBuf| fs::metadata(path).and_then(|m| m.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
    let runs_here = cfg!(all(target_os = "linux", target_arch = "x86_64"));
    if runs_here && age(&for_lambda) > age(&native) { for_lambda } else { native }
}

/// The package with that binary, created once.
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

/// Another release of the code: the same program except for one letter of its instructions to the model. MiniStack's
/// canned answers contain a hash of the instructions, so an answer shows which code gave it.
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

/// A package of a few bytes, for Python, that answers every chat: enough for tests that only examine calls.
pub(crate) fn answering_zip_file(release: u8) -> PathBuf {
    let program = format!(
        "def handler(event, context):\n    return {{'statusCode': 200, 'body': '{{\"message\": \"{release}\"}}'}}\n"
    );
    file_of(&format!("answering-{release}"), &zip_of("answer.py", program.as_bytes(), 0o644))
}

/// Two packages of an empty program that never starts, for the template's own runtime: enough where the proxy answers
/// in place of the function. Uploading the function's own package takes a debug build longer than many calls.
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

/// The `CodeSha256` of a package.
pub(crate) fn sha256(file: &Path) -> String {
    BASE64_STANDARD.encode(Sha256::digest(fs::read(file).expect("a package")))
}

/// A zip with one file.
pub(crate) fn zip_of(name: &str, content: &[u8], mode: u32) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    // Speed is more important than size, because the zip is only sent over loopback.
    let options = SimpleFileOptions::default().unix_permissions(mode).compression_level(Some(1));
    zip.start_file(name, options).expect("a zip in memory");
    zip.write_all(content).expect("a zip in memory");
    zip.finish().expect("a zip in memory").into_inner()
}

/// The binary without its debug information, which is most of a debug build and would be uploaded by every test. `None`
/// on a machine without a `strip` that supports the binary.
fn stripped(binary: &Path) -> Option<Vec<u8>> {
    let smaller = tempfile::NamedTempFile::new().ok()?;
    let strip = Command::new("strip").arg("-o").arg(smaller.path()).arg(binary).output();
    strip.is_ok_and(|output| output.status.success()).then(|| fs::read(smaller.path()).ok()).flatten()
}

/// The file is moved into place, so that tests of another process never read half a file.
fn file_of(name: &str, content: &[u8]) -> PathBuf {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let mut file = tempfile::NamedTempFile::new_in(scratch).expect("a file in target/tmp");
    file.write_all(content).expect("a file in target/tmp");
    let path = scratch.join(format!("{name}.zip"));
    file.persist(&path).expect("a file in target/tmp");
    path
}
