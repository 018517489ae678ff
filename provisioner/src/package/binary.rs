//! Reads the requirements of a Linux binary for its machine.

use object::elf::{EM_AARCH64, EM_X86_64, FileHeader64};
use object::read::elf::{FileHeader as _, Sym as _};
use object::{Endianness, SymbolIndex};

/// An ELF binary's architecture and the newest glibc symbol that it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Binary {
    /// Lambda's name, `x86_64` or `arm64`, or else the number in the header.
    pub(super) architecture: String,
    /// The newest glibc version needed, and one symbol that needs it.
    pub(super) newest_glibc: Option<(Version, String)>,
}

/// A glibc version, such as 2.34.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version(pub(super) u32, pub(super) u32);

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

impl Binary {
    /// Reads a binary.
    pub(super) fn read(data: &[u8]) -> Result<Self, String> {
        if !data.starts_with(b"\x7fELF") {
            return Err("it is not a Linux binary (ELF)".to_owned());
        }
        let parse = || -> object::read::Result<Self> {
            let header = FileHeader64::<Endianness>::parse(data)?;
            let endian = header.endian()?;
            let architecture = match header.e_machine(endian) {
                EM_X86_64 => "x86_64".to_owned(),
                EM_AARCH64 => "arm64".to_owned(),
                other => format!("machine {other:?}"),
            };
            Ok(Self { architecture, newest_glibc: newest_glibc(data, header, endian)? })
        };
        parse().map_err(|error| format!("it is not a 64-bit Linux binary: {error}"))
    }
}

fn newest_glibc(
    data: &[u8],
    header: &FileHeader64<Endianness>,
    endian: Endianness,
) -> object::read::Result<Option<(Version, String)>> {
    let sections = header.sections(endian, data)?;
    let symbols = sections.symbols(endian, data, object::elf::SHT_DYNSYM)?;
    let Some(versions) = sections.versions(endian, data)? else {
        return Ok(None); // static, or not linked against versioned libraries
    };
    let mut newest: Option<(Version, String)> = None;
    for (index, symbol) in symbols.iter().enumerate() {
        let Some(version) = versions.version(versions.version_index(endian, SymbolIndex(index)).index())? else {
            continue;
        };
        let Some(version) = glibc_version(version.name()) else {
            continue;
        };
        if newest.as_ref().is_none_or(|(newest, _)| version > *newest) {
            let name = symbol.name(endian, symbols.strings())?;
            newest = Some((version, String::from_utf8_lossy(name).into_owned()));
        }
    }
    Ok(newest)
}

/// The version in `GLIBC_2.34`; `None` for `GLIBC_PRIVATE` and for the versions of other libraries.
fn glibc_version(name: &[u8]) -> Option<Version> {
    let mut numbers = std::str::from_utf8(name).ok()?.strip_prefix("GLIBC_")?.split('.');
    let (major, minor) = (numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?);
    Some(Version(major, minor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    fn the_binary_of_this_test_is_parsed() {
        let program = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let binary = Binary::read(&program).unwrap();
        assert_eq!(binary.architecture, if cfg!(target_arch = "x86_64") { "x86_64" } else { "arm64" });
        let (version, symbol) = binary.newest_glibc.expect("a program linked with glibc needs a version of it");
        assert!(version >= Version(2, 17) && !symbol.is_empty(), "{version} {symbol}");
    }

    #[test]
    fn a_file_that_is_not_an_elf_file_is_refused() {
        assert_eq!(Binary::read(b"#!/bin/sh\n").unwrap_err(), "it is not a Linux binary (ELF)");
        assert!(Binary::read(b"\x7fELFxxxx").unwrap_err().starts_with("it is not a 64-bit Linux binary"));
    }

    #[test]
    fn versions_compare_as_numbers() {
        assert!(glibc_version(b"GLIBC_2.9").unwrap() < glibc_version(b"GLIBC_2.34").unwrap());
        assert_eq!(glibc_version(b"GLIBC_PRIVATE"), None);
    }
}
