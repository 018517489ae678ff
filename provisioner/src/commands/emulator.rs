//! The addresses at which an emulator serves APIs and function URLs.

/// The address of an API or a function URL where `endpoint_url` replaces AWS.
///
/// MiniStack serves them all at its own address, since names below `localhost` can be resolved on few machines.
pub(crate) fn reachable_url(url: &str, endpoint_url: Option<&str>) -> String {
    let Some(endpoint) = endpoint_url.filter(|endpoint| is_loopback(endpoint)) else {
        return url.to_owned();
    };
    let endpoint = endpoint.trim_end_matches('/');
    let served = |service: &str| {
        let (id, rest) = url.strip_prefix("https://")?.split_once(&format!(".{service}."))?;
        Some((id, rest.split_once('/').map_or("", |(_, path)| path)))
    };
    if let Some((id, path)) = served("execute-api") {
        return format!("{endpoint}/_aws/execute-api/{id}/$default/{path}");
    }
    match served("lambda-url") {
        Some((id, path)) => format!("{endpoint}/_aws/lambda-url/{id}/{path}"),
        None => url.to_owned(),
    }
}

fn is_loopback(endpoint: &str) -> bool {
    ["http://127.0.0.1", "http://localhost", "http://[::1]"].iter().any(|start| endpoint.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_those_of_the_emulator_only_if_there_is_one() {
        let url = "https://abc.execute-api.us-east-1.amazonaws.com/chat";
        assert_eq!(reachable_url(url, None), url);
        assert_eq!(reachable_url(url, Some("https://vpce.example.com")), url);
        let local = "http://127.0.0.1:4566/_aws/execute-api/abc/$default/chat";
        assert_eq!(reachable_url(url, Some("http://127.0.0.1:4566")), local);
        let stream = "https://abc.lambda-url.us-east-1.on.aws/";
        assert_eq!(reachable_url(stream, None), stream);
        assert_eq!(reachable_url(stream, Some("http://127.0.0.1:4566/")), "http://127.0.0.1:4566/_aws/lambda-url/abc/");
        assert_eq!(reachable_url("arn:aws:iam::1:role/x", Some("http://127.0.0.1:4566")), "arn:aws:iam::1:role/x");
    }
}
