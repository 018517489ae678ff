//! Checks, before the upload, whether Lambda accepts a package of this size.

use std::io::Cursor;

use zip::ZipArchive;
use zip::result::ZipResult;

use super::NOT_A_ZIP;
use crate::error::{Error, Result};

/// How a package reaches Lambda.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transfer {
    /// In the call that creates or updates the function.
    InTheCall,
    /// Through a bucket, as CloudFormation requires it.
    ThroughABucket,
}

/// The largest package that Lambda accepts in a call, in bytes: its documentation writes 50 MB.
const LARGEST_IN_A_CALL: u64 = 50 * 1024 * 1024;

/// The largest unzipped size of a package and its layers together, in bytes: its documentation writes 250 MB.
const LARGEST_UNZIPPED: u64 = 250 * 1024 * 1024;

/// Checks a package, which the error calls `name`, against Lambda's quotas. Layers are not counted: their sizes are not
/// known here.
pub fn check_size(name: &str, zip: &[u8], transfer: Transfer) -> Result<()> {
    let failed = |cause: String| Error::new(format!("checking the package {name}"), cause);
    let unzipped = unzipped(zip).map_err(|_| failed(NOT_A_ZIP.to_owned()))?;
    within(zip.len() as u64, unzipped, transfer).map_err(|(cause, hint)| failed(cause).hint(hint))
}

/// The total size of all files in a zip, in bytes.
fn unzipped(zip: &[u8]) -> ZipResult<u64> {
    let mut archive = ZipArchive::new(Cursor::new(zip))?;
    (0..archive.len()).map(|index| Ok(archive.by_index_raw(index)?.size())).sum()
}

fn within(zipped: u64, unzipped: u64, transfer: Transfer) -> std::result::Result<(), (String, &'static str)> {
    if unzipped > LARGEST_UNZIPPED {
        let cause = format!("its unzipped size is {unzipped} bytes, and Lambda accepts {LARGEST_UNZIPPED}");
        return Err((cause, "exclude the files that the function does not need, or use a container image"));
    }
    if transfer == Transfer::InTheCall && zipped > LARGEST_IN_A_CALL {
        let cause = format!("it has {zipped} bytes, and Lambda accepts {LARGEST_IN_A_CALL} in a call");
        return Err((
            cause,
            "exclude the files that the function does not need, or deploy with `--engine cloudformation`",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_at_the_limit_passes_and_one_byte_more_does_not() {
        let result = |zipped, unzipped, transfer| within(zipped, unzipped, transfer).map_err(|(cause, _)| cause);
        assert_eq!(result(52_428_800, 262_144_000, Transfer::InTheCall), Ok(()));
        assert_eq!(
            result(52_428_801, 1, Transfer::InTheCall),
            Err("it has 52428801 bytes, and Lambda accepts 52428800 in a call".to_owned())
        );
        assert_eq!(result(52_428_801, 262_144_000, Transfer::ThroughABucket), Ok(()));
        assert_eq!(
            result(1, 262_144_001, Transfer::ThroughABucket),
            Err("its unzipped size is 262144001 bytes, and Lambda accepts 262144000".to_owned())
        );
    }

    #[test]
    fn the_size_unzipped_is_that_of_all_files_together() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("zeros"), [0; 10_000]).unwrap();
        std::fs::write(folder.path().join("one"), "1").unwrap();
        let zip = super::super::folder::zip(folder.path()).unwrap();
        assert!(zip.len() < 1_000, "{} bytes", zip.len());
        assert_eq!(unzipped(&zip).unwrap(), 10_001);
    }

    #[test]
    fn a_file_that_is_not_a_zip_is_refused() {
        let result = check_size("f.zip", b"text", Transfer::InTheCall).unwrap_err().headline();
        assert_eq!(result, "checking the package f.zip: it is not a zip file");
    }
}
