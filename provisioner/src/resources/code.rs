//! A function's package.

use std::path::PathBuf;

use serde::{Deserialize, Deserializer, Serialize};

/// A function's package: a zip file, or a folder that is zipped.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Code {
    /// Where it is on this machine; absent for what AWS answers.
    pub path: Option<PathBuf>,
    /// Base64 of the zip's SHA-256: what AWS calls `CodeSha256`.
    pub sha256: String,
}

impl<'de> Deserialize<'de> for Code {
    /// A template gives the path as text; this crate's own form has a path and a hash.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Shape {
            Path(PathBuf),
            #[serde(rename_all = "PascalCase")]
            Own {
                path: Option<PathBuf>,
                sha256: String,
            },
            Other(serde::de::IgnoredAny),
        }
        match Shape::deserialize(deserializer)? {
            Shape::Path(path) => Ok(Self { path: Some(path), sha256: String::new() }),
            Shape::Own { path, sha256 } => Ok(Self { path, sha256 }),
            Shape::Other(_) => {
                Err(serde::de::Error::custom("supported is the path of a local zip file or folder, as text"))
            }
        }
    }
}
