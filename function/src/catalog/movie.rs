//! A row of the table as one line of JSON.

use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use crate::text::without_invisible;

/// A row of the table with all its attributes, as one line of JSON without `<` and `>`.
///
/// The text is not written through `serde_json::Value`, whose numbers are `f64`: `DynamoDB` keeps 38 digits, and the
/// model must get all of them. The attributes are sorted, so that equal rows give equal bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movie(Box<str>);

impl Movie {
    /// Converts a row to its line.
    pub fn from_item(item: &HashMap<String, AttributeValue>) -> Self {
        // JSON contains these characters only in strings, where these escapes mean the same.
        Self(object(item).replace('<', "\\u003c").replace('>', "\\u003e").into_boxed_str())
    }

    /// The line, without a line break at its end.
    pub fn as_json(&self) -> &str {
        &self.0
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the enum is non-exhaustive: a type that is not known yet is null")]
fn value(attribute: &AttributeValue) -> String {
    match attribute {
        AttributeValue::S(text) => string(text),
        AttributeValue::N(digits) => number(digits),
        AttributeValue::B(bytes) => binary(bytes),
        AttributeValue::Bool(truth) => truth.to_string(),
        AttributeValue::Ss(texts) => array(texts, |text| string(text)),
        AttributeValue::Ns(numbers) => array(numbers, |digits| number(digits)),
        AttributeValue::Bs(blobs) => array(blobs, binary),
        AttributeValue::L(list) => array(list, value),
        AttributeValue::M(map) => object(map),
        AttributeValue::Null(_) => "null".to_owned(),
        _ => "null".to_owned(),
    }
}

fn object(map: &HashMap<String, AttributeValue>) -> String {
    let mut names: Vec<&String> = map.keys().collect();
    names.sort_unstable();
    let fields: Vec<String> = names.iter().map(|name| format!("{}:{}", string(name), value(&map[*name]))).collect();
    format!("{{{}}}", fields.join(","))
}

fn array<T>(items: &[T], write: impl Fn(&T) -> String) -> String {
    format!("[{}]", items.iter().map(write).collect::<Vec<_>>().join(","))
}

fn string(text: &str) -> String {
    Value::from(without_invisible(text)).to_string()
}

fn binary(bytes: &Blob) -> String {
    string(&BASE64_STANDARD.encode(bytes))
}

/// The number with all its digits. `DynamoDB` sends JSON's notation. Any other text, such as from an emulator, becomes
/// a string.
fn number(digits: &str) -> String {
    let plain = digits.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
    if plain && serde_json::from_str::<f64>(digits).is_ok() { digits.to_owned() } else { string(digits) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line(attribute: AttributeValue) -> String {
        Movie::from_item(&HashMap::from([("a".to_owned(), attribute)])).as_json().to_owned()
    }

    #[test]
    fn every_attribute_type_is_written() {
        let s = |text: &str| AttributeValue::S(text.to_owned());
        let blob = || Blob::new([0_u8, 255, 16]);
        let map = HashMap::from([("z".to_owned(), s("last")), ("b".to_owned(), AttributeValue::N("1".to_owned()))]);
        for (attribute, expected) in [
            (s("Amélie \"2001\"\n"), r#"{"a":"Amélie \"2001\"\n"}"#),
            (s("<b>\u{200B}Up</b>"), r#"{"a":"\u003cb\u003eUp\u003c/b\u003e"}"#),
            (AttributeValue::N("9.50".to_owned()), r#"{"a":9.50}"#),
            (AttributeValue::B(blob()), r#"{"a":"AP8Q"}"#),
            (AttributeValue::Bool(true), r#"{"a":true}"#),
            (AttributeValue::Null(true), r#"{"a":null}"#),
            (AttributeValue::Ss(vec!["x".to_owned(), "y".to_owned()]), r#"{"a":["x","y"]}"#),
            (AttributeValue::Ns(vec!["1".to_owned(), "2.0".to_owned()]), r#"{"a":[1,2.0]}"#),
            (AttributeValue::Bs(vec![blob()]), r#"{"a":["AP8Q"]}"#),
            (AttributeValue::L(vec![s("x"), AttributeValue::L(vec![])]), r#"{"a":["x",[]]}"#),
            (AttributeValue::M(map), r#"{"a":{"b":1,"z":"last"}}"#),
        ] {
            assert_eq!(line(attribute), expected);
        }
    }

    #[test]
    fn a_number_that_is_not_valid_in_json_is_a_string() {
        for digits in ["NaN", "Infinity", "+1", ".5", "01", "1 2", " 1", "", "1]", "0x10"] {
            assert_eq!(line(AttributeValue::N(digits.to_owned())), format!("{{\"a\":\"{digits}\"}}"));
        }
    }

    proptest! {
        #[test]
        fn numbers_keep_all_digits(digits in "-?(0|[1-9][0-9]{0,37})(\\.[0-9]{1,37})?(E[+-]?(1[01]|[0-9])[0-9])?") {
            prop_assert_eq!(line(AttributeValue::N(digits.clone())), format!("{{\"a\":{digits}}}"));
        }
    }
}
