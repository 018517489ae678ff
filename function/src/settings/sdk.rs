//! The variables that every AWS SDK reads and that a Lambda environment has.
//!
//! The AWS SDKs and Tools Reference Guide describes them:
//! <https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html>

use http::Uri;

use super::credentials::CredentialSource;
use super::{Reader, trusted};

/// The region, the endpoints and the source of the credentials for calls to AWS.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SdkSettings {
    /// `AWS_REGION`, or else `AWS_DEFAULT_REGION`. Lambda sets both.
    pub region: Option<String>,
    /// `AWS_ENDPOINT_URL_DYNAMODB`, or else `AWS_ENDPOINT_URL`.
    pub dynamodb: Option<String>,
    /// `AWS_ENDPOINT_URL_BEDROCK_RUNTIME`, or else `AWS_ENDPOINT_URL`.
    pub bedrock: Option<String>,
    /// `AWS_USE_FIPS_ENDPOINT`.
    pub use_fips: bool,
    /// `AWS_USE_DUALSTACK_ENDPOINT`.
    pub use_dual_stack: bool,
    /// The source of the credentials.
    pub credentials: CredentialSource,
}

const ENDPOINT: &str = "an http or https URL without a user, a query and a fragment, such as http://localhost:4566";
const FLAG: &str = "true or false";
const REGION: &str = "a region, such as us-east-1";

impl SdkSettings {
    pub(super) fn read<L: Fn(&str) -> Option<String>>(reader: &mut Reader<L>) -> Option<Self> {
        let region = reader.sdk_variable("AWS_REGION", REGION, region);
        let region = match region {
            Some(None) => reader.sdk_variable("AWS_DEFAULT_REGION", REGION, self::region),
            other => other,
        };
        let region = match region {
            Some(None) => reader.reject(format!("AWS_REGION is not set, expected {REGION}")),
            other => other,
        };
        let use_fips = reader.sdk_variable("AWS_USE_FIPS_ENDPOINT", FLAG, flag);
        let use_dual_stack = reader.sdk_variable("AWS_USE_DUALSTACK_ENDPOINT", FLAG, flag);
        let ignored = reader.sdk_variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", FLAG, flag);
        let is_ignored = ignored == Some(Some(true));
        let mut endpoint =
            |name| if is_ignored { Some(None) } else { reader.sdk_variable(name, ENDPOINT, endpoint_url) };
        let any = endpoint("AWS_ENDPOINT_URL");
        let dynamodb = endpoint("AWS_ENDPOINT_URL_DYNAMODB");
        let bedrock = endpoint("AWS_ENDPOINT_URL_BEDROCK_RUNTIME");
        let credentials = CredentialSource::read(reader);
        let trusted = trusted::check(reader);
        let (any, _, ()) = (any?, ignored?, trusted?);
        Some(Self {
            region: region?,
            dynamodb: dynamodb?.or_else(|| any.clone()),
            bedrock: bedrock?.or(any),
            use_fips: use_fips?.unwrap_or(false),
            use_dual_stack: use_dual_stack?.unwrap_or(false),
            credentials: credentials?,
        })
    }
}

/// Accepts a region. It becomes a part of a host name.
fn region(text: &str) -> Option<String> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    (text.len() <= 63 && text.bytes().all(allowed)).then(|| text.to_owned())
}

fn flag(text: &str) -> Option<bool> {
    text.to_ascii_lowercase().parse().ok()
}

/// Accepts an endpoint. The SDK appends its paths to the address, and drops a query or a fragment.
fn endpoint_url(text: &str) -> Option<String> {
    url(text).filter(|text| !text.contains(['?', '#']))
}

/// Accepts an absolute `http` or `https` URL.
pub(super) fn url(text: &str) -> Option<String> {
    let uri: Uri = text.parse().ok()?;
    (matches!(uri.scheme_str(), Some("http" | "https")) && has_plain_authority(&uri)).then(|| text.to_owned())
}

/// Whether the URI has a host, with or without a port, and no user.
pub(super) fn has_plain_authority(uri: &Uri) -> bool {
    let (Some(authority), Some(host)) = (uri.authority(), uri.host()) else { return false };
    let port = authority.as_str().strip_prefix(host).filter(|_| !host.is_empty());
    let is_port = |port: &str| port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok());
    port.is_some_and(|port| port.is_empty() || is_port(port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(set: &[(&str, &str)]) -> Result<SdkSettings, String> {
        let region = [("AWS_DEFAULT_REGION", "us-east-1")];
        let set = set.iter().chain(&region);
        let lookup =
            |variable: &str| set.clone().find(|(name, _)| *name == variable).map(|(_, value)| (*value).to_owned());
        let mut reader = Reader::new(lookup);
        SdkSettings::read(&mut reader).ok_or_else(|| reader.into_errors().join("; "))
    }

    fn endpoints(set: &[(&str, &str)]) -> (Option<String>, Option<String>) {
        let read = read(set).unwrap();
        (read.dynamodb, read.bedrock)
    }

    #[test]
    fn the_endpoint_of_a_service_has_priority_over_the_general_one() {
        let (all, table, model) = ("http://all:1", "http://table:2", "https://model:3/base");
        let at = |table: &str, model: &str| (Some(table.to_owned()), Some(model.to_owned()));
        assert_eq!(endpoints(&[]), (None, None));
        assert_eq!(endpoints(&[("AWS_ENDPOINT_URL", all)]), at(all, all));
        let both = [("AWS_ENDPOINT_URL_DYNAMODB", table), ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", model)];
        assert_eq!(endpoints(&both), at(table, model));
        assert_eq!(endpoints(&[("AWS_ENDPOINT_URL", all), both[0]]), at(table, all));
        assert_eq!(endpoints(&[("AWS_ENDPOINT_URL", all), both[1]]), at(all, model));
        let ignored = ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "TRUE");
        assert_eq!(endpoints(&[("AWS_ENDPOINT_URL", all), both[0], both[1], ignored]), (None, None));
        assert_eq!(endpoints(&[("AWS_ENDPOINT_URL", "an ignored value may be anything"), ignored]), (None, None));
    }

    #[test]
    fn an_empty_variable_is_not_set() {
        let names = [
            "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_BEDROCK_RUNTIME",
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "AWS_REGION", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        ];
        let region = Some("us-east-1".to_owned());
        assert_eq!(read(&names.map(|name| (name, ""))), Ok(SdkSettings { region, ..SdkSettings::default() }));
        assert_eq!(
            endpoints(&[("AWS_ENDPOINT_URL", "http://all"), ("AWS_ENDPOINT_URL_DYNAMODB", "")]).0.unwrap(),
            "http://all"
        );
    }

    #[test]
    fn invalid_endpoints_regions_and_flags_are_rejected() {
        for (url, shown) in [
            ("localhost:4566", "localhost:4566"),
            ("ftp://x", "ftp://x"),
            ("http://", "http://"),
            ("http:// x", "http:// x"),
            ("/path", "/path"),
            ("http://x:99999", "http://x:99999"),
            ("//host/path", "//host/path"),
            ("http://x/?a=b", "http://x/?…"),
            ("http://x?", "http://x?"),
            ("http://x/#a", "http://x/#…"),
            ("http://user:hush@x", "http://…@x"),
        ] {
            let rejection = read(&[("AWS_ENDPOINT_URL", url)]).unwrap_err();
            assert_eq!(rejection, format!("AWS_ENDPOINT_URL is {shown:?}, expected {ENDPOINT}"));
        }
        for (name, value) in [
            ("AWS_REGION", "us east 1"),
            ("AWS_USE_FIPS_ENDPOINT", "1"),
            ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "yes"),
        ] {
            assert!(read(&[(name, value)]).is_err(), "{name}");
        }
    }

    #[test]
    fn a_region_is_required() {
        for empty in [&[("AWS_DEFAULT_REGION", "")][..], &[("AWS_REGION", ""), ("AWS_DEFAULT_REGION", "")]] {
            assert_eq!(read(empty), Err(format!("AWS_REGION is not set, expected {REGION}")));
        }
    }

    #[test]
    fn region_and_flags_are_read() {
        let set = [
            ("AWS_DEFAULT_REGION", "eu-west-1"),
            ("AWS_USE_FIPS_ENDPOINT", "True"),
            ("AWS_USE_DUALSTACK_ENDPOINT", "true"),
        ];
        let (region, use_fips, use_dual_stack) = (Some("eu-west-1".to_owned()), true, true);
        assert_eq!(read(&set), Ok(SdkSettings { region, use_fips, use_dual_stack, ..SdkSettings::default() }));
        let region = Some("us-west-2".to_owned());
        let set = [("AWS_REGION", "us-west-2"), ("AWS_DEFAULT_REGION", "eu-west-1")];
        assert_eq!(read(&set), Ok(SdkSettings { region, ..SdkSettings::default() }));
    }
}
