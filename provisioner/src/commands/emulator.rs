//! Where an emulator serves what AWS serves under names of its own.

/// The address under which an API is served where `endpoint_url` stands for AWS: MiniStack serves them all under
/// its own address, since names below `localhost` resolve on few machines.
pub(crate) fn reachable_url(url: &str, endpoint_url: Option<&str>) -> String {
    let Some(endpoint) = endpoint_url.filter(|endpoint| is_loopback(endpoint)) else {
        return url.to_owned();
    };
    let Some((id, rest)) = url.strip_prefix("https://").and_then(|rest| rest.split_once(".execute-api.")) else {
        return url.to_owned();
    };
    let path = rest.split_once('/').map_or("", |(_, path)| path);
    format!("{}/_aws/execute-api/{id}/$default/{path}", endpoint.trim_end_matches('/'))
}

fn is_loopback(endpoint: &str) -> bool {
    ["http://127.0.0.1", "http://localhost", "http://[::1]"].iter().any(|start| endpoint.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_apis_address_is_the_emulators_only_where_one_is_used() {
        let url = "https://abc.execute-api.us-east-1.amazonaws.com/chat";
        assert_eq!(reachable_url(url, None), url);
        assert_eq!(reachable_url(url, Some("https://vpce.example.com")), url);
        let local = "http://127.0.0.1:4566/_aws/execute-api/abc/$default/chat";
        assert_eq!(reachable_url(url, Some("http://127.0.0.1:4566")), local);
        assert_eq!(reachable_url("arn:aws:iam::1:role/x", Some("http://127.0.0.1:4566")), "arn:aws:iam::1:role/x");
    }
}
