//! A function's package.

use std::fmt;
use std::path::PathBuf;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

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
        struct Form;
        impl<'de> Visitor<'de> for Form {
            type Value = Code;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(SUPPORTED)
            }

            fn visit_str<E>(self, path: &str) -> Result<Code, E> {
                Ok(Code { path: Some(path.into()), sha256: String::new() })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Code, A::Error> {
                let own = Own::deserialize(MapAccessDeserializer::new(map));
                let Own { path, sha256 } = own.map_err(|_| A::Error::custom(format!("supported is {SUPPORTED}")))?;
                Ok(Code { path, sha256 })
            }
        }
        deserializer.deserialize_any(Form)
    }
}

/// The value of a template.
const SUPPORTED: &str = "the path of a local zip file or folder, as text";
