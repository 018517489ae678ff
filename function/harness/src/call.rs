//! The AWS operation that a request calls.

use crate::http::Request;

/// An operation, and the model id as it is written in the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the operations of AWS that the chat calls")]
pub enum Call<'a> {
    Scan,
    Converse(&'a str),
    ConverseStream(&'a str),
    Other,
}

impl Request {
    /// The operation that this request calls.
    #[must_use]
    pub fn call(&self) -> Call<'_> {
        if self.header("x-amz-target") == Some("DynamoDB_20120810.Scan") {
            return Call::Scan;
        }
        match self.line.strip_prefix("POST /model/").and_then(|path| path.split_once('/')) {
            Some((model, "converse")) => Call::Converse(model),
            Some((model, "converse-stream")) => Call::ConverseStream(model),
            Some(_) | None => Call::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_recognised_by_its_path_or_its_target() {
        let of = |line: &str| Request { line: line.to_owned(), ..Request::default() };
        assert_eq!(of("POST /model/us.x%3A0/converse").call(), Call::Converse("us.x%3A0"));
        assert_eq!(of("POST /model/us.x/converse-stream").call(), Call::ConverseStream("us.x"));
        assert_eq!(of("POST /").call(), Call::Other);
        let headers = vec![("x-amz-target".to_owned(), "DynamoDB_20120810.Scan".to_owned())];
        assert_eq!(Request { headers, ..of("POST /") }.call(), Call::Scan);
    }
}
