//! The variables that Lambda sets for every runtime. `lambda_runtime` panics without them, so they are checked first.

use http::Uri;

use super::Reader;
use super::sdk::has_plain_authority;

/// Checks the variables. [`super::Settings`] contains none of them.
pub(super) fn check<L: Fn(&str) -> Option<String>>(reader: &mut Reader<L>) -> Option<()> {
    let address = "the Runtime API's host and port: Lambda sets it, and the program runs under Lambda only";
    let api = reader.required("AWS_LAMBDA_RUNTIME_API", address, runtime_api);
    let name = reader.required("AWS_LAMBDA_FUNCTION_NAME", "the function's name: Lambda sets it", text);
    let version = reader.required("AWS_LAMBDA_FUNCTION_VERSION", "the function's version: Lambda sets it", text);
    api.and(name).and(version)
}

/// Accepts `host:port` or a base URL.
fn runtime_api(text: &str) -> Option<()> {
    let uri: Uri = text.parse().ok()?;
    (matches!(uri.scheme_str(), None | Some("http")) && has_plain_authority(&uri)).then_some(())
}

fn text(text: &str) -> Option<()> {
    (!text.is_empty() && !text.contains('\u{FFFD}')).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runtime_api_is_a_host_with_a_port_or_a_base_url() {
        for good in ["127.0.0.1:9001", "localhost:9001", "[::1]:9001", "sandbox", "http://127.0.0.1:9001/base"] {
            assert_eq!(runtime_api(good), Some(()), "{good}");
        }
        for bad in ["", " ", "/path", "127.0.0.1:99999", "https://127.0.0.1:9001", "user@host:1", "a b"] {
            assert_eq!(runtime_api(bad), None, "{bad}");
        }
    }
}
