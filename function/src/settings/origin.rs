//! The web pages that may call the chat.

use std::fmt;

/// The value of `Access-Control-Allow-Origin`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// Parses an origin. Browsers compare the header with the page's origin character by character, so a text that can
    /// never be equal is rejected.
    pub fn parse(text: &str) -> Option<Self> {
        let (host, port) = match text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) {
            Some(rest) if rest.ends_with(']') => (rest, None),
            Some(rest) => rest.rsplit_once(':').map_or((rest, None), |(host, port)| (host, Some(port))),
            None => return (text == "*").then(|| Self(text.to_owned())),
        };
        let is_name = !host.is_empty()
            && host.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-".contains(&b));
        let is_ipv6 = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let is_ipv6 = is_ipv6.is_some_and(|address| address.parse::<std::net::Ipv6Addr>().is_ok());
        let is_port = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|number| number.to_string() == port));
        ((is_name || is_ipv6) && is_port).then(|| Self(text.to_owned()))
    }

    /// Whether every page may call the chat.
    pub fn is_any(&self) -> bool {
        self.0 == "*"
    }

    /// Whether a page of `origin`, as its browser sent it, may call the chat. `null`, the origin of a page in a sandbox
    /// or a file, is treated as any other origin.
    pub fn admits(&self, origin: &str) -> bool {
        self.is_any() || self.0 == origin
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_a_star_or_the_origin_of_a_page() {
        for text in ["*", "https://cinedb.example", "http://localhost:3000", "http://[::1]:3000", "http://[::1]"] {
            assert_eq!(Origin::parse(text).map(|origin| origin.to_string()).as_deref(), Some(text));
        }
    }

    #[test]
    fn an_origin_admits_itself_and_a_star_admits_any_origin() {
        let one = Origin::parse("https://cinedb.example").unwrap();
        assert!(one.admits("https://cinedb.example"));
        for other in
            ["", "null", "*", "http://cinedb.example", "https://cinedb.example:8443", "https://a.cinedb.example"]
        {
            assert!(!one.admits(other), "{other}");
            assert!(Origin::parse("*").unwrap().admits(other), "{other}");
        }
    }

    #[test]
    fn a_text_that_browsers_do_not_send_is_rejected() {
        for text in [
            "", "**", "null", "cinedb.example", "https://", "https://cinedb.example/", "https://cinedb.example:",
            "https://cinedb.example:99999", "https://cinedb.example:080", "https://a.example https://b.example",
            "HTTPS://cinedb.example", "https://CineDB.example", "https://*.example", "ftp://cinedb.example",
            "http://[::g]", "https://cinedb.example\r\nx: y",
        ] {
            assert_eq!(Origin::parse(text), None, "{text}");
        }
    }
}
