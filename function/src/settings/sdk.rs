//! The variables that every AWS SDK reads and that a Lambda environment has.
//!
//! The AWS SDKs and Tools Reference Guide describes them:
//! <https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html>

use http::Uri;

use super::credentials::Source;
use super::{Reader, trusted};

/// The region, the endpoints and the source of the credentials for calls to AWS.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
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
    pub credentials: Source,
}

const ENDPOINT: &str = "an http or https URL without a query, such as http://localhost:4566";
const FLAG: &str = "true or false";
const REGION: &str = "a region, such as us-east-1";

impl Surroundings {
    pub(super) fn read<L: Fn(&str) -> Option<String>>(reader: &mut Reader<L>) -> Option<Self> {
        let region = reader.of_sdk("AWS_REGION", REGION, region);
        let region = match region {
            Some(None) => reader.of_sdk("AWS_DEFAULT_REGION", REGION, self::region),
            known => known,
        };
        let region = match region {
            Some(None) => reader.refuse(format!("AWS_REGION is not set, allowed is {REGION}")),
            known => known,
        };
        let use_fips = reader.of_sdk("AWS_USE_FIPS_ENDPOINT", FLAG, flag);
        let use_dual_stack = reader.of_sdk("AWS_USE_DUALSTACK_ENDPOINT", FLAG, flag);
        let ignored = reader.of_sdk("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", FLAG, flag);
        let is_ignored = ignored == Some(Some(true));
        let mut endpoint = |name| if is_ignored { Some(None) } else { reader.of_sdk(name, ENDPOINT, endpoint_url) };
        let any = endpoint("AWS_ENDPOINT_URL");
        let dynamodb = endpoint("AWS_ENDPOINT_URL_DYNAMODB");
        let bedrock = endpoint("AWS_ENDPOINT_URL_BEDROCK_RUNTIME");
        let credentials = Source::read(reader);
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

    fn read(set: &[(&str, &str)]) -> Result<Surroundings, String> {
        let region = [("AWS_DEFAULT_REGION", "us-east-1")];
        let set = set.iter().chain(&region);
        let lookup = |asked: &str| set.clone().find(|(name, _)| *name == asked).map(|(_, value)| (*value).to_owned());
        let mut reader = Reader::new(lookup);
        Surroundings::read(&mut reader).ok_or_else(|| reader.into_bad().join("; "))
    }

    fn endpoints(set: &[(&str, &str)]) -> (Option<String>, Option<String>) {
        let read = read(set).unwrap();
        (read.dynamodb, read.bedrock)
    }

    #[test]
    fn a_services_own_endpoint_counts_before_the_one_for_all() {
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
        assert_eq!(endpoints(&[("AWS_ENDPOINT_URL", "what is ignored may hold anything"), ignored]), (None, None));
    }

    #[test]
    fn an_empty_variable_is_not_set() {
        let names = [
            "AWS_ENDPOINT_URL",
            "AWS_ENDPOINT_URL_DYNAMODB",
            "AWS_ENDPOINT_URL_BEDROCK_RUNTIME",
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
            "AWS_REGION",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        ];
        let region = Some("us-east-1".to_owned());
        assert_eq!(read(&names.map(|name| (name, ""))), Ok(Surroundings { region, ..Surroundings::default() }));
        assert_eq!(
            endpoints(&[("AWS_ENDPOINT_URL", "http://all"), ("AWS_ENDPOINT_URL_DYNAMODB", "")]).0.unwrap(),
            "http://all"
        );
    }

    #[test]
    fn what_no_client_could_call_is_refused() {
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
            let refusal = read(&[("AWS_ENDPOINT_URL", url)]).unwrap_err();
            assert_eq!(refusal, format!("AWS_ENDPOINT_URL holds {shown:?}, allowed is {ENDPOINT}"));
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
    fn a_region_is_needed() {
        for empty in [&[("AWS_DEFAULT_REGION", "")][..], &[("AWS_REGION", ""), ("AWS_DEFAULT_REGION", "")]] {
            assert_eq!(read(empty), Err(format!("AWS_REGION is not set, allowed is {REGION}")));
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
        assert_eq!(read(&set), Ok(Surroundings { region, use_fips, use_dual_stack, ..Surroundings::default() }));
        let region = Some("us-west-2".to_owned());
        let set = [("AWS_REGION", "us-west-2"), ("AWS_DEFAULT_REGION", "eu-west-1")];
        assert_eq!(read(&set), Ok(Surroundings { region, ..Surroundings::default() }));
    }
}
