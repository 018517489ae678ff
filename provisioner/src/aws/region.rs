//! The form of a region's name. AWS has no host in a region that does not exist, so its name fails to resolve.

use crate::error::{Error, Result};

/// Fails for a name that no region can have.
///
/// A region's name is words and a number, such as `us-gov-west-1`; the SDK's endpoint rules use the same form.
pub(super) fn check(region: &str) -> Result<()> {
    let is_word = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<_> = region.split('-').collect();
    match parts.as_slice() {
        [words @ .., number] if words.len() >= 2 && words.iter().all(is_word) && is_number(number) => Ok(()),
        _ => Err(Error::new("connecting to AWS", format!("`{region}` is not the name of a region"))
            .hint("set a region such as us-east-1 with `--region`, AWS_REGION or in the profile")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_has_words_and_a_number() {
        for region in ["us-east-1", "us-gov-west-1", "eusc-de-east-1", "us-isob-east-1", "ap-southeast-12", "us-esat-1"]
        {
            assert!(check(region).is_ok(), "{region}");
        }
        for region in ["frankfurt", "us-east", "us-east-1a", "US-EAST-1", "us--1", "us-east-1.evil.test", "euwest3", ""]
        {
            let error = check(region).unwrap_err().to_string();
            assert!(error.contains(&format!("`{region}` is not the name of a region")), "{error}");
            assert!(error.contains("us-east-1 with `--region`"), "{error}");
        }
    }
}
