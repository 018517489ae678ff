//! The settings of the function: environment variables that are read and checked once at the start.
//!
//! A wrong variable stops the function. If the function guessed a value instead, only its callers would notice.

mod credentials;
mod lambda;
mod origin;
mod reader;
mod sdk;
mod trusted;

use std::env;
use std::time::Duration;

use thiserror::Error;
use tracing::Level;

pub use self::credentials::{ContainerCredentials, CredentialSource};
pub(crate) use self::credentials::{printable, value_error, visible};
pub use self::origin::Origin;
use self::reader::Reader;
pub use self::sdk::SdkSettings;
use crate::model;

/// The function's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `DYNAMODB_TABLE`: the table that contains the films.
    pub table: String,
    /// `MODEL_ID`: the inference profile of the model, as an id or an ARN.
    pub model_id: String,
    /// `FALLBACK_MODEL_IDS`: the inference profiles that are called in this order if the first one fails.
    pub fallback_model_ids: Vec<String>,
    /// `MOVIE_LIMIT`: the largest number of films in a prompt.
    pub movie_limit: u16,
    /// `CATALOG_TTL`: the time for which the films are cached before the table is read again. Zero reads it for each
    /// request.
    pub catalog_ttl: Duration,
    /// `ALLOWED_ORIGIN`: the origin of the web pages that may call the chat.
    pub allowed_origin: Origin,
    /// `STREAMING`: whether answers are streamed, as a function URL in the mode `RESPONSE_STREAM` expects.
    pub streaming: bool,
    /// `AWS_LAMBDA_LOG_LEVEL`, which Lambda sets from the function's logging configuration.
    pub log_level: Level,
    /// `AWS_LAMBDA_FUNCTION_MEMORY_SIZE`: the function's memory in MB, which Lambda sets.
    pub memory: usize,
    /// The settings of the SDK clients: region, endpoints, credentials.
    pub sdk: SdkSettings,
}

/// All errors in the settings, so that one look at the log is enough to correct them.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", .0.join("; "))]
pub struct InvalidSettings(Vec<String>);

impl Settings {
    /// Reads the process's environment.
    pub fn from_env() -> Result<Self, InvalidSettings> {
        // Bytes that are not UTF-8 become U+FFFD, which no setting allows.
        Self::read(|name| env::var_os(name).map(|value| value.to_string_lossy().into_owned()))
    }

    /// Reads the settings through `lookup`.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, InvalidSettings> {
        let mut reader = Reader::new(lookup);
        let table = reader.setting(
            "DYNAMODB_TABLE",
            "cinedb",
            "a table name, 3 to 255 of the characters A-Z a-z 0-9 _ . -",
            table_name,
        );
        let model_id = reader.setting(
            "MODEL_ID",
            "us.anthropic.claude-haiku-5-5",
            "an inference profile, such as us.anthropic.claude-haiku-5-5, or the ARN of one",
            inference_profile,
        );
        let fallback_model_ids =
            reader.optional("FALLBACK_MODEL_IDS", "one or two inference profiles with a comma between them", |text| {
                let ids = text.split(',').map(inference_profile).collect::<Option<Vec<String>>>();
                ids.filter(|ids| ids.len() <= 2)
            });
        let movie_limit = reader.setting("MOVIE_LIMIT", "50", "a whole number from 1 to 200", |text| {
            text.parse().ok().filter(|limit| (1..=200).contains(limit))
        });
        let catalog_ttl = reader.setting("CATALOG_TTL", "900", "a whole number of seconds from 0 to 86400", |text| {
            text.parse().ok().filter(|seconds| (0..=86_400).contains(seconds)).map(Duration::from_secs)
        });
        let allowed_origin = reader.setting(
            "ALLOWED_ORIGIN",
            "*",
            "* or one origin in lower case without a path, such as https://cinedb.example",
            Origin::parse,
        );
        let streaming = reader.setting("STREAMING", "false", "true or false", |text| text.parse().ok());
        let log_level =
            reader.setting("AWS_LAMBDA_LOG_LEVEL", "INFO", "TRACE, DEBUG, INFO, WARN, ERROR or FATAL", level);
        let memory =
            reader.required("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "a whole number of MB: Lambda sets it", |text| {
                text.parse().ok().filter(|megabytes| (64..=65_536).contains(megabytes))
            });
        let lambda = lambda::check(&mut reader);
        let sdk = SdkSettings::read(&mut reader);
        let read = || {
            lambda?;
            Some(Self {
                table: table?,
                model_id: model_id?,
                fallback_model_ids: fallback_model_ids?,
                movie_limit: movie_limit?,
                catalog_ttl: catalog_ttl?,
                allowed_origin: allowed_origin?,
                streaming: streaming?,
                log_level: log_level?,
                memory: memory?,
                sdk: sdk?,
            })
        };
        read().ok_or(InvalidSettings(reader.into_errors()))
    }

    /// Logs the settings once.
    pub fn log(&self) {
        let Self {
            table,
            model_id,
            fallback_model_ids,
            movie_limit,
            catalog_ttl,
            allowed_origin,
            streaming,
            log_level: _,
            memory: _,
            sdk: _,
        } = self;
        tracing::info!(
            table,
            model = model_id,
            fallbackModels = fallback_model_ids.join(","),
            movieLimit = movie_limit,
            catalogTtl = catalog_ttl.as_secs(),
            allowedOrigin = %allowed_origin,
            streaming,
            "started"
        );
        for model in [model_id].into_iter().chain(fallback_model_ids) {
            if model::parameters_of(model).model.is_empty() {
                tracing::warn!(model, "this model is not in the table of models: it is sent no temperature");
            }
        }
    }
}

fn table_name(text: &str) -> Option<String> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"_.-".contains(&b);
    ((3..=255).contains(&text.len()) && text.bytes().all(allowed)).then(|| text.to_owned())
}

/// Accepts an inference profile, such as `us.anthropic.claude-…`: the geography, the provider and the model.
///
/// The id of a foundation model has no geography. Bedrock rejects it for on-demand calls, and the role's policy allows
/// the profile.
fn inference_profile(text: &str) -> Option<String> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"_.:/-".contains(&b);
    let is_arn = text.starts_with("arn:") && text.contains(":bedrock:") && text.contains("inference-profile/");
    let is_id = !text.contains(['/', '_']) && text.splitn(3, '.').filter(|part| !part.is_empty()).count() == 3;
    (text.len() <= 2048 && text.bytes().all(allowed) && (is_arn || is_id)).then(|| text.to_owned())
}

fn level(text: &str) -> Option<Level> {
    // Lambda has a level above ERROR, which this crate does not use.
    if text == "FATAL" {
        Some(Level::ERROR)
    } else {
        text.parse().ok().filter(|_| !text.contains(|c: char| c.is_ascii_digit()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The variables that Lambda sets.
    fn lambda(name: &str) -> Option<String> {
        let value = match name {
            "AWS_REGION" => "us-east-1",
            "AWS_LAMBDA_RUNTIME_API" => "127.0.0.1:9001",
            "AWS_LAMBDA_FUNCTION_NAME" => "chat",
            "AWS_LAMBDA_FUNCTION_VERSION" => "1",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE" => "512",
            _ => return None,
        };
        Some(value.to_owned())
    }

    fn with(name: &str, value: &str) -> Result<Settings, String> {
        let lookup = |variable: &str| if variable == name { Some(value.to_owned()) } else { lambda(variable) };
        Settings::read(lookup).map_err(|errors| errors.to_string())
    }

    #[test]
    fn unset_variables_have_the_documented_defaults() {
        let settings = Settings::read(lambda).unwrap();
        assert_eq!(settings.table, "cinedb");
        assert_eq!(settings.model_id, "us.anthropic.claude-haiku-5-5");
        assert_eq!(settings.movie_limit, 50);
        assert_eq!(settings.catalog_ttl, Duration::from_secs(900));
        assert!(settings.allowed_origin.is_any());
        assert_eq!(settings.log_level, Level::INFO);
    }

    #[test]
    fn valid_values_are_accepted() {
        for (name, values) in [
            ("DYNAMODB_TABLE", &["cinedb", "Movies_v2.prod-eu"][..]),
            ("MODEL_ID", &["global.anthropic.claude-haiku-5-5", "us.anthropic.claude-3-5-haiku-20241022-v1:0"]),
            ("MODEL_ID", &["arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2"]),
            ("FALLBACK_MODEL_IDS", &["us.anthropic.claude-haiku-4-5-20251001-v1:0,us.amazon.nova-lite-v1:0"]),
            ("STREAMING", &["true", "false"]),
            ("MOVIE_LIMIT", &["1", "200"]),
            ("CATALOG_TTL", &["0", "86400"]),
            ("ALLOWED_ORIGIN", &["*", "https://cinedb.example"]),
            ("AWS_LAMBDA_LOG_LEVEL", &["TRACE", "WARN", "FATAL"]),
        ] {
            for value in values {
                assert!(with(name, value).is_ok(), "{name}={value}");
            }
        }
    }

    #[test]
    fn invalid_values_are_rejected() {
        for (name, values) in [
            ("DYNAMODB_TABLE", &["", "ab", "my table", "arn:aws:dynamodb:us-east-1:1:table/x"][..]),
            (
                "MODEL_ID",
                &["", "claude", "anthropic.claude-haiku-5-5", "us..x", "us.anthropic.claude haiku", "us.a.b\u{FFFD}"],
            ),
            ("MODEL_ID", &["arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-haiku-5-5"]),
            ("FALLBACK_MODEL_IDS", &["", "claude", "us.a.b,", "us.a.b, us.a.c", "us.a.b,us.a.c,us.a.d"]),
            ("STREAMING", &["", "yes", "1", "TRUE"]),
            ("MOVIE_LIMIT", &["", "0", "201", "-1", "5.5", "fifty"]),
            ("CATALOG_TTL", &["", "-1", "86401", "1.5", "15m"]),
            ("ALLOWED_ORIGIN", &["", "cinedb.example", "https://cinedb.example/"]),
            ("AWS_LAMBDA_LOG_LEVEL", &["", "loud", "3"]),
        ] {
            for value in values {
                assert!(with(name, value).is_err(), "{name}={value}");
            }
        }
    }

    #[test]
    fn an_error_contains_the_variable_its_value_and_the_expected_values() {
        assert_eq!(
            with("MOVIE_LIMIT", "many\n").unwrap_err(),
            r#"MOVIE_LIMIT is "many\n", expected a whole number from 1 to 200"#
        );
    }

    #[test]
    fn all_invalid_settings_are_reported_together_with_those_of_the_sdk() {
        let errors = Settings::read(|_| Some("?".to_owned())).unwrap_err().to_string();
        for name in [
            "DYNAMODB_TABLE", "MODEL_ID", "FALLBACK_MODEL_IDS", "MOVIE_LIMIT", "CATALOG_TTL", "ALLOWED_ORIGIN",
            "STREAMING", "AWS_LAMBDA_LOG_LEVEL", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_REGION",
            "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
            "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_BEDROCK_RUNTIME",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_LAMBDA_RUNTIME_API",
            "SSL_CERT_FILE", "SSL_CERT_DIR",
        ] {
            assert!(errors.contains(&format!("{name} is \"?\", expected ")), "{name}: {errors}");
        }
        assert_eq!(errors.matches(", expected ").count(), 21, "{errors}");
    }

    #[test]
    fn all_empty_settings_of_the_function_are_reported_together() {
        let errors = Settings::read(|_| Some(String::new())).unwrap_err().to_string();
        assert_eq!(errors.matches(" is \"\"").count(), 13, "{errors}");
    }

    #[test]
    fn all_missing_variables_of_lambda_are_reported_together() {
        let errors = Settings::read(|_| None).unwrap_err().to_string();
        for name in [
            "AWS_REGION", "AWS_LAMBDA_RUNTIME_API", "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        ] {
            assert!(errors.contains(&format!("{name} is not set, expected ")), "{name}: {errors}");
        }
        assert_eq!(errors.matches(" is not set").count(), 5, "{errors}");
    }
}
