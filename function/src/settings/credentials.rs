//! The source of the credentials: keys in variables, or a server near the function.

use std::fmt;
use std::net::IpAddr;

use http::Uri;

use super::Reader;
use super::sdk::url;

const FULL: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
const RELATIVE: &str = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
const TOKEN: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
const TOKEN_FILE: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
/// The host of a relative address (Amazon ECS Developer Guide, "Task IAM role").
const CONTAINER_HOST: &str = "http://169.254.170.2";

const FULL_ALLOWED: &str = "an https URL, or an http URL of localhost, a loopback address, 169.254.170.2, \
                            169.254.170.23 or [fd00:ec2::23]";

/// The source of the credentials. It contains no credentials.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum CredentialSource {
    /// No variable names a source.
    #[default]
    Unset,
    /// `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, with or without `AWS_SESSION_TOKEN`.
    Variables,
    /// A credentials server.
    Container(ContainerCredentials),
}

/// A credentials server. The SDK reads these variables again, and also the token that it sends to the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerCredentials {
    /// The variable with the address.
    pub variable: &'static str,
    /// The address, without its query.
    pub address: String,
    /// `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE`.
    pub token_file: Option<String>,
}

impl fmt::Display for ContainerCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, which {} names", self.address, self.variable)
    }
}

impl CredentialSource {
    /// The variables of [`CredentialSource::Variables`].
    pub const VARIABLES: [&str; 3] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];

    pub(super) fn read<L: Fn(&str) -> Option<String>>(reader: &mut Reader<L>) -> Option<Self> {
        let [id, secret, token] = Self::VARIABLES;
        // The SDK removes white space at both ends of the token, and of no other value.
        let pair = [reader.secret(id, visible), reader.secret(secret, visible)];
        let token = reader.trimmed_secret(token, visible);
        let container = container(reader);
        let has_keys = match pair {
            [Some(true), Some(false)] => {
                reader.reject(format!("{secret} is not set, but {id} is: set both or neither"))
            }
            [Some(false), Some(true)] => {
                reader.reject(format!("{id} is not set, but {secret} is: set both or neither"))
            }
            [id, secret] => id.zip(secret).map(|(id, secret)| id && secret),
        };
        let (has_keys, _, container) = (has_keys?, token?, container?);
        Some(if has_keys { Self::Variables } else { container.map_or(Self::Unset, Self::Container) })
    }
}

fn container<L: Fn(&str) -> Option<String>>(reader: &mut Reader<L>) -> Option<Option<ContainerCredentials>> {
    let full = reader.sdk_variable(FULL, FULL_ALLOWED, full_uri);
    let relative = reader.sdk_variable(RELATIVE, "a path that begins with /", relative_uri);
    let token = reader.secret(TOKEN, printable);
    let token_file = reader.sdk_variable(TOKEN_FILE, "the path of a file", |path| Some(path.to_owned()));
    let (full, relative, _, token_file) = (full?, relative?, token?, token_file?);
    // The SDK uses the same order.
    let named = relative.map(|path| (RELATIVE, format!("{CONTAINER_HOST}{path}")));
    let named = named.or_else(|| full.map(|address| (FULL, address)));
    // The SDK treats these variables as set when they are empty (aws-config 1.13, `ecs.rs`), and then finds no
    // credentials.
    let empty = [RELATIVE, TOKEN_FILE].into_iter().find(|name| named.is_some() && reader.is_empty(name));
    if let Some(name) = empty {
        return reader.reject(format!("{name} is empty, which the SDK treats as a value: unset it"));
    }
    Some(named.map(|(variable, address)| ContainerCredentials { variable, address, token_file }))
}

/// The SDK sends the token over plain HTTP only to these hosts (aws-config 1.13, `ecs.rs`).
///
/// It also resolves other names and accepts those with loopback addresses. This function accepts only `localhost`.
fn full_uri(text: &str) -> Option<String> {
    let uri: Uri = url(text)?.parse().ok()?;
    let host = uri.host()?.trim_start_matches('[').trim_end_matches(']');
    let is_near = match host.parse::<IpAddr>() {
        Ok(address) => address.is_loopback() || ["169.254.170.2", "169.254.170.23", "fd00:ec2::23"].contains(&host),
        Err(_) => host.eq_ignore_ascii_case("localhost"),
    };
    (uri.scheme_str() == Some("https") || is_near).then(|| without_query(text))
}

fn relative_uri(text: &str) -> Option<String> {
    let uri: Uri = text.parse().ok()?;
    (text.starts_with('/') && uri.authority().is_none()).then(|| without_query(text))
}

fn without_query(text: &str) -> String {
    text.split(['?', '#']).next().unwrap_or_default().to_owned()
}

/// Whether a key or token may contain `c`. AWS's contain visible ASCII only, and a line break would end a header's
/// value.
pub(crate) fn visible(c: char) -> bool {
    c.is_ascii_graphic()
}

/// Whether the value of `Authorization` may contain `c`: a space follows the scheme.
pub(crate) fn printable(c: char) -> bool {
    c.is_ascii_graphic() || c == ' '
}

/// The error in a value that must not be shown, as the end of a sentence about the value. `None` if there is no error.
pub(crate) fn value_error(value: &str, is_allowed: impl Fn(char) -> bool) -> Option<String> {
    if value.is_empty() {
        return Some("is empty".to_owned());
    }
    let (at, c) = value.chars().enumerate().find(|&(_, c)| !is_allowed(c))?;
    let (code, position, length) = (u32::from(c), at + 1, value.chars().count());
    Some(format!(
        "has the character U+{code:04X} at position {position} of {length}, expected visible ASCII characters"
    ))
}

#[cfg(test)]
mod tests;
