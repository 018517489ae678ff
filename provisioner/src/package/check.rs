//! Checks, before the upload, whether Lambda can start a package.

use std::io::{Cursor, Read as _};

use super::NOT_A_ZIP;
use super::binary::{Binary, Version};
use super::zip_file::BOOTSTRAP;
use crate::error::{Error, Result};

/// The Lambda environment that runs a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target<'a> {
    /// Lambda's runtime name, such as `provided.al2023`.
    pub runtime: &'a str,
    /// `x86_64` or `arm64`.
    pub architecture: &'a str,
}

impl Target<'_> {
    /// The glibc of the runtime's Amazon Linux, for the runtimes that start a binary.
    fn glibc(self) -> Option<Version> {
        match self.runtime {
            "provided.al2023" => Some(Version(2, 34)),
            "provided.al2" => Some(Version(2, 26)),
            _ => None,
        }
    }
}

/// Checks that a zip, which the error calls `name`, contains a binary that the runtime can start. Packages for other
/// runtimes are not checked.
///
/// # Errors
/// When the `bootstrap` is missing, is not executable, has another architecture, or needs a newer glibc. The error
/// about glibc names the symbol.
pub fn check(name: &str, zip: &[u8], target: Target<'_>) -> Result<()> {
    let Some(runtime_glibc) = target.glibc() else {
        return Ok(());
    };
    let problem = |cause: String, hint: &str| Error::new(format!("checking the package {name}"), cause).hint(hint);
    const BUILD: &str = "build it for the runtime, and pack it with `provisioner package`";
    let (content, mode) = bootstrap(zip).map_err(|cause| problem(cause, BUILD))?;
    if mode.is_some_and(|mode| mode & 0o111 == 0) {
        let cause = format!("`{BOOTSTRAP}` in it is not executable");
        return Err(problem(cause, "pack it with `provisioner package`"));
    }
    let Binary { architecture, newest_glibc } = Binary::read(&content)
        .map_err(|cause| problem(format!("`{BOOTSTRAP}` in it cannot start on Lambda: {cause}"), BUILD))?;
    if architecture != target.architecture {
        let cause = format!("its binary is for {architecture}, but the function is for {}", target.architecture);
        let hint = "build for the function's architecture, or set the template's architecture to the binary's";
        return Err(problem(cause, hint));
    }
    match newest_glibc {
        Some((needed, symbol)) if needed > runtime_glibc => {
            let runtime = target.runtime;
            let cause = format!("its binary needs glibc {needed} (for `{symbol}`), but {runtime} has {runtime_glibc}");
            Err(problem(cause, BUILD))
        }
        _ => Ok(()),
    }
}

fn bootstrap(zip: &[u8]) -> std::result::Result<(Vec<u8>, Option<u32>), String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(zip)).map_err(|_| NOT_A_ZIP.to_owned())?;
    let mut entry = archive.by_name(BOOTSTRAP).map_err(|_| format!("it has no `{BOOTSTRAP}` at its top level"))?;
    let (mut content, mode) = (Vec::new(), entry.unix_mode());
    entry.read_to_end(&mut content).map_err(|error| format!("`{BOOTSTRAP}` in it cannot be read: {error}"))?;
    Ok((content, mode))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    const LAMBDA: Target<'_> = Target { runtime: "provided.al2023", architecture: "x86_64" };

    fn zip(name: &str, mode: u32, content: &[u8]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        writer.start_file(name, SimpleFileOptions::default().unix_permissions(mode)).unwrap();
        writer.write_all(content).unwrap();
        writer.finish().unwrap().into_inner()
    }

    fn refusal(zip: &[u8], target: Target<'_>) -> String {
        check("f.zip", zip, target).unwrap_err().headline()
    }

    #[test]
    fn a_package_that_cannot_start_is_refused_with_the_reason() {
        assert_eq!(
            refusal(&zip("main", 0o755, b""), LAMBDA),
            "checking the package f.zip: it has no `bootstrap` at its top level"
        );
        assert_eq!(
            refusal(&zip("bootstrap", 0o644, b""), LAMBDA),
            "checking the package f.zip: `bootstrap` in it is not executable"
        );
        assert!(
            refusal(&zip("bootstrap", 0o755, b"\xcf\xfa\xed\xfe"), LAMBDA).contains("it is not a Linux binary (ELF)")
        );
        assert!(refusal(b"no zip", LAMBDA).contains("it is not a zip file"));
    }

    #[test]
    #[cfg(all(target_os = "linux", target_env = "gnu", target_arch = "x86_64"))]
    fn a_wrong_architecture_and_a_newer_glibc_are_refused() {
        let program = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let package = zip("bootstrap", 0o755, &program);
        let arm = Target { architecture: "arm64", ..LAMBDA };
        assert!(refusal(&package, arm).contains("its binary is for x86_64, but the function is for arm64"));
        // This machine's compiler always links against a newer glibc than the 2.26 of Amazon Linux 2.
        let old = Target { runtime: "provided.al2", ..LAMBDA };
        let refusal = refusal(&package, old);
        assert!(refusal.contains("its binary needs glibc 2.") && refusal.contains("(for `"), "{refusal}");
    }

    #[test]
    fn packages_for_other_runtimes_are_not_checked() {
        let python = Target { runtime: "python3.11", ..LAMBDA };
        assert_eq!(check("f.zip", b"anything", python), Ok(()));
    }
}
