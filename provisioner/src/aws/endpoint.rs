//! Whether the endpoint for all services is a URL.

use http::Uri;

use super::proxy::has_a_wrong_port;
use crate::error::{Error, Result};

/// Fails for an endpoint that no call can be sent to.
pub(super) fn check(endpoint: &str) -> Result<()> {
    let refused = |cause: String, hint: String| {
        Err(Error::new("connecting to AWS", cause).hint(hint).exists("nothing was changed"))
    };
    const WHERE: &str = "(`--endpoint-url`, AWS_ENDPOINT_URL or `endpoint_url` in the profile)";
    // This check is first, because every other message contains the URL. A password may contain an `@`, a `/` or a `:`.
    if let Some((before, host)) = endpoint.rsplit_once('@') {
        let scheme = before.split_once("://").map_or("http", |(scheme, _)| scheme);
        return refused(
            "the endpoint has a user or password before a `@`, and calls are signed with AWS's keys instead".to_owned(),
            format!("write it as {scheme}://{host} {WHERE}"),
        );
    }
    let how = || format!("write it as http://HOST:PORT or https://HOST {WHERE}, or unset it");
    let Some((scheme, _)) = endpoint.split_once("://") else {
        return match endpoint.trim() {
            "" => refused("the endpoint is empty".to_owned(), how()),
            endpoint => {
                refused(format!("the endpoint `{endpoint}` has no scheme"), format!("write http://{endpoint} {WHERE}"))
            }
        };
    };
    if !["http", "https"].iter().any(|known| known.eq_ignore_ascii_case(scheme)) {
        return refused(format!("the endpoint `{endpoint}` is neither http nor https"), how());
    }
    match endpoint.parse::<Uri>().ok().as_ref().and_then(Uri::authority) {
        None => refused(format!("the endpoint `{endpoint}` is not a URL"), how()),
        Some(authority) if has_a_wrong_port(authority.as_str()) => {
            refused(format!("the port of the endpoint `{endpoint}` is not a number from 1 to 65535"), how())
        }
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_without_a_scheme_is_an_error_with_the_correct_url() {
        for good in ["http://localhost:18472", "https://localhost", "HTTP://127.0.0.1:1/x", "http://[::1]:4566"] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for (bad, cause, hint) in [
            ("localhost:18472", "the endpoint `localhost:18472` has no scheme", "hint: write http://localhost:18472 ("),
            ("localhost", "the endpoint `localhost` has no scheme", "hint: write http://localhost ("),
            ("", "the endpoint is empty", "or unset it"),
            ("ftp://x", "the endpoint `ftp://x` is neither http nor https", "hint: write it as http://HOST:PORT"),
            ("http://", "the endpoint `http://` is not a URL", "hint: write it as http://HOST:PORT"),
            ("http://x:99999", "the port of the endpoint `http://x:99999` is not a number from 1", "hint: write it as"),
        ] {
            let error = check(bad).unwrap_err().to_string();
            assert!(error.contains(cause) && error.contains(hint), "{error}");
        }
    }

    #[test]
    fn an_endpoint_with_a_user_is_refused_without_printing_the_password() {
        for (endpoint, without) in [
            ("http://me@localhost:4566", "http://localhost:4566"),
            ("http://me:s3cret@localhost:4566", "http://localhost:4566"),
            ("https://me:s3cret@localhost", "https://localhost"),
            ("http://me:s3cret@localhost:99999", "http://localhost:99999"),
            ("http://me:s3cret/@x@localhost", "http://localhost"),
            ("http://me:s3cret @localhost", "http://localhost"),
            ("ftp://me:s3cret@localhost", "ftp://localhost"),
            ("me:s3cret@localhost:4566", "http://localhost:4566"),
        ] {
            let error = check(endpoint).unwrap_err().to_string();
            assert!(error.contains("the endpoint has a user or password before a `@`"), "{error}");
            assert!(error.contains(&format!("hint: write it as {without} (`--endpoint-url`")), "{error}");
            assert!(!error.contains("s3cret") && !error.contains("is not a number"), "{error}");
        }
    }
}
