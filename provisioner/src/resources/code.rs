//! A function's package.

use std::path::PathBuf;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// A function's package: a zip file, or a folder that is zipped.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Code {
    /// Its path on this machine; `None` for a package from AWS.
    pub path: Option<PathBuf>,
    /// Base64 of the zip's SHA-256: AWS's `CodeSha256`.
    pub sha256: String,
}

impl<'de> Deserialize<'de> for Code {
    /// A template gives the path as text; this crate's own form has a path and a hash.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Own {
            path: Option<PathBuf>,
            sha256: String,
        }
        let unsupported = || D::Error::custom("supported is the path of a local zip file or folder, as text");
        match Value::deserialize(deserializer)? {
            Value::String(path) => Ok(Self { path: Some(path.into()), sha256: String::new() }),
            own @ Value::Object(_) => {
                let Own { path, sha256 } = Own::deserialize(own).map_err(|_| unsupported())?;
                Ok(Self { path, sha256 })
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => Err(unsupported()),
        }
    }
}
