//! Numeric arguments with plain error messages.

use std::num::NonZeroUsize;

/// A number of versions to keep.
pub(super) fn at_least_one(text: &str) -> Result<NonZeroUsize, String> {
    text.parse().map_err(|_| "it must be a whole number, 1 or more".to_owned())
}

/// A published version.
pub(super) fn version(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "it must be the number of a version, such as 12".to_owned())
}

/// A share of the traffic, in percent.
pub(super) fn percent(text: &str) -> Result<u8, String> {
    let percent = text.parse().ok().filter(|percent| (1..=50).contains(percent));
    percent.ok_or_else(|| "it must be a whole number from 1 to 50".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::super::Cli;

    #[test]
    fn a_wrong_number_is_refused_with_the_expected_form() {
        for (arguments, message) in [
            (["deploy", "--keep-versions", "0"], "it must be a whole number, 1 or more"),
            (["deploy", "--keep-versions", "all"], "it must be a whole number, 1 or more"),
            (["rollback", "--to", "live"], "it must be the number of a version, such as 12"),
            (["deploy", "--canary", "10%"], "it must be a whole number from 1 to 50"),
            (["deploy", "--canary", "51"], "it must be a whole number from 1 to 50"),
        ] {
            let error = Cli::try_parse_from(["provisioner"].iter().chain(&arguments)).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
        Cli::try_parse_from(["provisioner", "deploy", "--keep-versions", "1", "--canary", "50"]).unwrap();
    }
}
