//! Whether a region exists. DNS is asked before the first call, because for an unknown region there is no AWS host that
//! could answer.

use std::net::ToSocketAddrs as _;

use similar::TextDiff;
use tokio::task::spawn_blocking;

use crate::error::{Error, Result};
use crate::place::Place;

/// The regions that existed on 2026-11-25, from botocore 1.43.106. They need no lookup, and an unknown name that is
/// similar to one of them counts as its misspelling; of two equally similar ones, the first is used.
#[rustfmt::skip]
const KNOWN: [&str; 46] = [
    "us-east-1", "us-east-2", "us-west-2", "us-west-1", "eu-central-1", "eu-central-2", "eu-west-1", "eu-west-2",
    "eu-west-3", "eu-north-1", "eu-south-1", "eu-south-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3",
    "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-6",
    "ap-southeast-7", "ap-south-1", "ap-south-2", "ap-east-1", "ap-east-2", "ca-central-1", "ca-west-1", "sa-east-1",
    "mx-central-1", "af-south-1", "il-central-1", "me-central-1", "me-south-1", "cn-north-1", "cn-northwest-1",
    "us-gov-west-1", "us-gov-east-1", "eusc-de-east-1", "us-iso-east-1", "us-iso-west-1", "us-isob-east-1",
    "us-isob-west-1", "us-isof-east-1", "us-isof-south-1", "eu-isoe-west-1",
];

/// The minimum similarity at which one name counts as a misspelling of another, from 0 to 1.
const ALIKE: f32 = 0.75;

/// Fails for a region in which AWS has no host.
pub(super) async fn check(place: &Place) -> Result<()> {
    let region = place.region();
    if KNOWN.contains(&region) {
        return Ok(());
    }
    let host = format!("sts.{region}.{}", place.url_suffix());
    let asked = spawn_blocking({
        let host = host.clone();
        move || (host, 443).to_socket_addrs()
    });
    let doing = || format!("connecting to AWS in region `{region}`");
    match asked.await.map_err(|error| Error::new(doing(), error))? {
        Ok(_) => Ok(()),
        Err(error) => Err(Error::new(doing(), format!("there is no host {host}: {error}")).hint(hint(region))),
    }
}

const HOW: &str = "name the region with `--region`, AWS_REGION or in the profile";

fn hint(region: &str) -> String {
    did_you_mean(region).unwrap_or_else(|| format!("{HOW}, such as us-east-1"))
}

fn did_you_mean(region: &str) -> Option<String> {
    meant(region).map(|meant| format!("did you mean {meant}? {HOW}"))
}

/// The hint where the name of a host contains a misspelled region.
pub(super) fn hint_for_host(host: &str) -> Option<String> {
    host.split('.').filter(|label| !KNOWN.contains(label)).find_map(did_you_mean)
}

/// The known region that is most similar.
fn meant(region: &str) -> Option<&'static str> {
    let region = region.to_ascii_lowercase();
    let alike = KNOWN.map(|known| (TextDiff::from_chars(region.as_str(), known).ratio(), known));
    let most = alike.into_iter().rev().max_by(|(one, _), (other, _)| one.total_cmp(other));
    most.filter(|(ratio, _)| *ratio >= ALIKE).map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_taken_for_the_region_that_was_meant() {
        for (slip, region) in [
            ("us-esat-1", "us-east-1"),
            ("us-est-1", "us-east-1"),
            ("US-EAST-2", "us-east-2"),
            ("eu-cental-1", "eu-central-1"),
            ("euwest3", "eu-west-3"),
            ("ap-southeast1", "ap-southeast-1"),
        ] {
            assert_eq!(meant(slip), Some(region), "{slip}");
        }
        assert_eq!([meant("frankfurt"), meant("nope")], [None, None]);
    }

    #[test]
    fn a_slip_is_found_in_the_name_of_a_host() {
        let hint = hint_for_host("sts.us-esat-1.amazonaws.com").unwrap();
        assert!(hint.starts_with("did you mean us-east-1? name the region with `--region`"), "{hint}");
        for host in ["sts.us-east-1.amazonaws.com", "iam.amazonaws.com", "tagging.eu-west-3.amazonaws.com", "aws.test"]
        {
            assert_eq!(hint_for_host(host), None, "{host}");
        }
    }
}
