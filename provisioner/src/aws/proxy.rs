//! The proxies that the environment names.

use std::fmt;
use std::net::IpAddr;

use http::{HeaderValue, Uri};
use hyper_util::client::proxy::matcher::Matcher;

use crate::error::{Error, Result};

/// The variables that name a proxy for a scheme, in order of precedence. Where a variable is set in upper and lower
/// case, the lower case wins, as for curl and AWS's CLI.
const HTTPS: [&str; 4] = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
const HTTP: [&str; 4] = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];
const EXCEPT: [&str; 2] = ["no_proxy", "NO_PROXY"];

/// A proxy and the variable that names it. It prints without the user and the password.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Proxy {
    pub(super) variable: &'static str,
    /// The URL for connections, with the user and the password.
    pub(super) url: String,
    /// The URL for messages, without them.
    shown: String,
}

impl Proxy {
    /// Whether the connection to the proxy itself uses TLS.
    pub(super) fn is_https(&self) -> bool {
        self.url.starts_with("https:")
    }

    /// Whether the variable contains a user.
    pub(super) fn has_user(&self) -> bool {
        self.url != self.shown
    }
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.shown, self.variable)
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({self})")
    }
}

/// The proxies, and the hosts that are reached without them.
#[derive(Debug)]
pub(super) struct Proxies {
    https: Option<Proxy>,
    http: Option<Proxy>,
    matcher: Matcher,
    /// The hosts that are excepted on one port only.
    except_on_port: Vec<(u16, Matcher)>,
}

impl Proxies {
    /// Reads the environment variables.
    ///
    /// # Errors
    /// When one of them is not the URL of a proxy. The error omits its value, which may contain a password.
    pub(super) fn of(variable: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let first = |names: &[&'static str]| {
            names.iter().find_map(|name| Some((*name, variable(name).filter(|value| !value.trim().is_empty())?)))
        };
        let proxy = |names| first(names).map(|(name, value)| parse(name, value.trim())).transpose();
        let (https, http) = (proxy(&HTTPS)?, proxy(&HTTP)?);
        let url = |proxy: &Option<Proxy>| proxy.as_ref().map_or_else(String::new, |proxy| proxy.url.clone());
        let except = first(&EXCEPT).map(|(_, value)| value).unwrap_or_default();
        let (on_port, anywhere): (Vec<_>, Vec<_>) =
            except.split(',').map(host_and_port).partition(|(_, port)| port.is_some());
        let matcher = |except: String| Matcher::builder().https(url(&https)).http(url(&http)).no(except).build();
        let anywhere: Vec<_> = anywhere.into_iter().map(|(host, _)| host).collect();
        let except_on_port =
            on_port.into_iter().filter_map(|(host, port)| Some((port?, matcher(host.to_owned())))).collect();
        let matcher = matcher(anywhere.join(","));
        Ok(Self { https, http, matcher, except_on_port })
    }

    /// The proxy for a request to this address.
    ///
    /// Loopback addresses are reached directly, and so are the link-local ones, where an EC2 instance or a container
    /// gets its credentials: a proxy on another machine would return its own.
    pub(super) fn to(&self, uri: &Uri) -> Option<&Proxy> {
        if is_near(uri.host()?) || self.matcher.intercept(uri).is_none() || self.is_excepted_on_its_port(uri) {
            return None;
        }
        if uri.scheme_str() == Some("https") { self.https.as_ref() } else { self.http.as_ref() }
    }

    fn is_excepted_on_its_port(&self, uri: &Uri) -> bool {
        let port = port(uri);
        self.except_on_port.iter().any(|(one, matcher)| *one == port && matcher.intercept(uri).is_none())
    }

    /// The `Proxy-Authorization` header that a request to this address needs.
    pub(super) fn authorization(&self, uri: &Uri) -> Option<HeaderValue> {
        self.matcher.intercept(uri)?.basic_auth().cloned()
    }

    /// All proxies that the variables name.
    pub(super) fn each(&self) -> impl Iterator<Item = &Proxy> {
        self.https.iter().chain(&self.http)
    }
}

/// The port of an address, or the scheme's default port.
pub(super) fn port(uri: &Uri) -> u16 {
    uri.port_u16().unwrap_or(if uri.scheme_str() == Some("https") { 443 } else { 80 })
}

/// An entry of `NO_PROXY`: a host, and the port of an entry for one port only. AWS's CLI and Go read it so.
fn host_and_port(entry: &str) -> (&str, Option<u16>) {
    let entry = entry.trim();
    let with_port = entry.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse().ok()?)));
    match with_port {
        Some((host, port)) if host.starts_with('[') || !host.contains(':') => {
            (host.trim_start_matches('[').trim_end_matches(']'), Some(port))
        }
        _ => (entry, None),
    }
}

fn is_near(host: &str) -> bool {
    match address(host) {
        Some(address) => address.is_loopback() || is_link_local(host),
        None => host.eq_ignore_ascii_case("localhost") || host.to_ascii_lowercase().ends_with(".localhost"),
    }
}

/// Whether an EC2 instance or a container gets its credentials from this host.
pub(super) fn is_link_local(host: &str) -> bool {
    match address(host) {
        Some(IpAddr::V4(address)) => address.is_link_local(),
        // `fd00:ec2::254` is EC2's metadata service, `fd00:ec2::23` that of EKS.
        Some(IpAddr::V6(address)) => address.segments()[..2] == [0xfd00, 0xec2],
        None => false,
    }
}

fn address(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// Whether `HOST:PORT` has an invalid port. The `http` crate reads 99999 as no port.
pub(super) fn has_a_wrong_port(host: &str) -> bool {
    let port = host.rsplit_once(':').filter(|(_, port)| !port.ends_with(']')).map(|(_, port)| port);
    port.is_some_and(|port| port.parse::<u16>().map_or(true, |port| port == 0))
}

fn parse(variable: &'static str, value: &str) -> Result<Proxy> {
    let refused = |cause: &str| {
        Error::new("reading the proxy settings", format!("{variable} {cause}"))
            .hint(format!("write {variable} as http://HOST:PORT or http://USER:PASSWORD@HOST:PORT, or unset it"))
    };
    let url = if value.contains("://") { value.to_owned() } else { format!("http://{value}") };
    let not_a_url = || refused("is not the URL of a proxy");
    let uri: Uri = url.parse().map_err(|_| not_a_url())?;
    let authority = uri.authority().ok_or_else(not_a_url)?;
    let scheme = uri.scheme_str().unwrap_or_default();
    if !["http", "https"].contains(&scheme) {
        return Err(refused("names a proxy that is neither http nor https"));
    }
    let (user, host) = match authority.as_str().rsplit_once('@') {
        Some((user, host)) => (format!("{user}@"), host),
        None => (String::new(), authority.as_str()),
    };
    // The part of a password after an `@` or `/` that is not percent-encoded ends up in the host or the path.
    if host.is_empty() || user.matches('@').count() > 1 || !["", "/"].contains(&uri.path()) {
        return Err(not_a_url());
    }
    if has_a_wrong_port(host) {
        return Err(refused("names a port that is not a number from 1 to 65535"));
    }
    Ok(Proxy { variable, url: format!("{scheme}://{user}{host}"), shown: format!("{scheme}://{host}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(variables: &[(&str, &str)]) -> Result<Proxies> {
        Proxies::of(|name| Some(variables.iter().find(|(one, _)| *one == name)?.1.to_owned()))
    }

    fn to(variables: &[(&str, &str)], url: &str) -> Option<String> {
        proxies(variables).unwrap().to(&url.parse().unwrap()).map(ToString::to_string)
    }

    const LAMBDA: &str = "https://lambda.us-east-1.amazonaws.com/";

    #[test]
    fn a_proxy_variable_is_read_by_scheme_and_lower_case_takes_precedence() {
        let shown = |variables: &[(&str, &str)]| to(variables, LAMBDA);
        assert_eq!(shown(&[("HTTPS_PROXY", "http://one:1")]).unwrap(), "http://one:1 (HTTPS_PROXY)");
        assert_eq!(shown(&[("https_proxy", "http://one:1")]).unwrap(), "http://one:1 (https_proxy)");
        assert_eq!(
            shown(&[("HTTPS_PROXY", "http://one:1"), ("https_proxy", "two:2")]).unwrap(),
            "http://two:2 (https_proxy)"
        );
        assert_eq!(shown(&[("ALL_PROXY", "http://all:1")]).unwrap(), "http://all:1 (ALL_PROXY)");
        assert_eq!(shown(&[("HTTP_PROXY", "http://one:1")]), None);
        assert_eq!(shown(&[("HTTPS_PROXY", " "), ("https_proxy", "")]), None);
        assert_eq!(
            to(&[("HTTP_PROXY", "http://one:1")], "http://aws.example.com/").unwrap(),
            "http://one:1 (HTTP_PROXY)"
        );
    }

    #[test]
    fn local_hosts_and_hosts_in_no_proxy_bypass_the_proxy() {
        let all = ("ALL_PROXY", "http://all:1");
        for except in ["amazonaws.com", ".amazonaws.com", "*", "example.com, lambda.us-east-1.amazonaws.com"] {
            assert_eq!(to(&[all, ("NO_PROXY", except)], LAMBDA), None, "{except}");
            assert_eq!(to(&[all, ("no_proxy", except)], LAMBDA), None, "{except}");
        }
        assert!(to(&[all, ("NO_PROXY", "zonaws.com,10.0.0.0/8")], LAMBDA).is_some());
        assert_eq!(to(&[all, ("NO_PROXY", "10.0.0.0/8")], "http://10.1.2.3:4566/"), None);
        for (except, url) in [
            ("aws.test:1234", "http://aws.test:1234/"),
            (".test:1234", "http://aws.test:1234/"),
            ("x.org, 10.1.2.3:80", "http://10.1.2.3/"),
            ("10.0.0.0/8:4566", "http://10.1.2.3:4566/"),
            ("[2001:db8::1]:4566", "http://[2001:db8::1]:4566/"),
            ("2001:db8::1", "http://[2001:db8::1]:4566/"),
            ("lambda.us-east-1.amazonaws.com:443", LAMBDA),
        ] {
            assert_eq!(to(&[all, ("NO_PROXY", except)], url), None, "{except}");
        }
        for (except, url) in [
            ("aws.test:99", "http://aws.test:1234/"),
            ("aws.test:80", "https://aws.test/"),
            ("other.test:1234", "http://aws.test:1234/"),
        ] {
            assert!(to(&[all, ("NO_PROXY", except)], url).is_some(), "{except}");
        }
        for near in [
            "http://127.0.0.1:4566/",
            "http://localhost:4566/",
            "http://x.localhost/",
            "http://[::1]:4566/",
            "http://169.254.169.254/latest/meta-data",
            "http://169.254.170.2/v2/credentials",
            "http://[fd00:ec2::254]/latest/meta-data",
        ] {
            assert_eq!(to(&[all], near), None, "{near}");
        }
    }

    #[test]
    fn an_invalid_port_is_refused() {
        for bad in ["http://127.0.0.1:99999", "127.0.0.1:0", "http://[::1]:65536", "http://proxy:"] {
            let error = proxies(&[("HTTPS_PROXY", bad)]).unwrap_err().to_string();
            assert!(error.contains("HTTPS_PROXY names a port that is not a number from 1 to 65535"), "{error}");
        }
        for good in ["http://proxy", "http://proxy:65535", "http://[::1]", "http://[::1]:3128"] {
            assert!(proxies(&[("HTTPS_PROXY", good)]).is_ok(), "{good}");
        }
    }

    #[test]
    fn neither_output_nor_errors_contain_the_password() {
        let url = "http://me:s3cret@proxy:3128";
        let found = proxies(&[("HTTPS_PROXY", url)]).unwrap();
        let proxy = found.to(&LAMBDA.parse().unwrap()).unwrap();
        assert_eq!(proxy.url, url);
        assert!(proxy.has_user());
        assert_eq!(proxy.to_string(), "http://proxy:3128 (HTTPS_PROXY)");
        assert!(!format!("{found:?}").contains("s3cret"), "{found:?}");
        for bad in [
            "http://me:s3cret@", "http://me:s3cret@@proxy", "http://me:s3cret/x@proxy:1", "socks5://me:s3cret@proxy:1",
            "http://me:s3cret @proxy", "http://",
        ] {
            let error = proxies(&[("https_proxy", bad)]).unwrap_err().to_string();
            assert!(error.contains("https_proxy") && !error.contains("s3cret"), "{error}");
            assert!(error.contains("hint: write https_proxy as http://HOST:PORT"), "{error}");
        }
    }
}
