//! The parts of a function's configuration.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The variables of a function's process.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct Environment {
    /// Names and values, 4 KiB in all.
    pub variables: BTreeMap<String, String>,
}

/// The logging configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct LoggingConfig {
    /// `Text` or `JSON`.
    pub log_format: String,
    /// The minimum level of the function's own lines; with `JSON` only.
    pub application_log_level: Option<String>,
    /// The minimum level of Lambda's lines; with `JSON` only.
    pub system_log_level: Option<String>,
    /// The log group; `/aws/lambda/NAME` by default.
    pub log_group: String,
}

impl Default for LoggingConfig {
    fn default() -> Self {
        Self {
            log_format: "Text".to_owned(),
            application_log_level: None,
            system_log_level: None,
            log_group: String::new(),
        }
    }
}

/// The X-Ray configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct TracingConfig {
    /// `Active` or `PassThrough`.
    pub mode: String,
}

impl Default for TracingConfig {
    fn default() -> Self {
        Self { mode: "PassThrough".to_owned() }
    }
}

/// The size of `/tmp`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct EphemeralStorage {
    /// In MiB.
    pub size: i32,
}

impl Default for EphemeralStorage {
    fn default() -> Self {
        Self { size: 512 }
    }
}
