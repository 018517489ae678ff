//! The CORS configuration of HTTP APIs and of function URLs.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize};

/// A CORS configuration. Lists are sets, since their order has no meaning.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct Cors {
    /// Whether cookies may be sent.
    pub allow_credentials: bool,
    /// Request headers, in lower case, since HTTP header names are not case-sensitive.
    #[serde(deserialize_with = "lower_case_set")]
    pub allow_headers: BTreeSet<String>,
    /// Methods.
    pub allow_methods: BTreeSet<String>,
    /// Origins.
    pub allow_origins: BTreeSet<String>,
    /// Response headers, in lower case.
    #[serde(deserialize_with = "lower_case_set")]
    pub expose_headers: BTreeSet<String>,
    /// How long a browser may cache the answer, in seconds.
    pub max_age: Option<i32>,
}

fn lower_case_set<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeSet<String>, D::Error> {
    let names = Vec::<String>::deserialize(deserializer)?;
    Ok(names.into_iter().map(|name| name.to_ascii_lowercase()).collect())
}
