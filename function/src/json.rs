//! Parses JSON from callers. It accepts every valid document, and only checks the syntax of values that are not used.
//!
//! `serde_json::Value` rejects some valid documents: half of a surrogate pair, a number beyond `f64`, a 129th level of
//! nesting. Here values stay text, and only the strings that are used are decoded.

use std::char::REPLACEMENT_CHARACTER;
use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// The character that some Windows editors write before a document. It is not a part of it (RFC 8259, section 8.1).
const BYTE_ORDER_MARK: char = '\u{FEFF}';

/// A value as text. Its syntax is already checked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Json<'a>(&'a RawValue);

/// A value that is parsed to a depth of one level.
#[derive(Debug, Clone)]
pub(crate) enum Kind<'a> {
    Null,
    Bool(bool),
    Number,
    Text(String),
    List(Vec<Json<'a>>),
    Object(Object<'a>),
}

/// The members of an object, in order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Object<'a>(Vec<(String, Json<'a>)>);

/// A string in which each half of a surrogate pair is replaced by U+FFFD.
///
/// A page sends such halves if it cuts a text at a length in UTF-16 units.
struct Text(String);

impl<'a> Json<'a> {
    /// Checks a whole document.
    pub(crate) fn parse(text: &'a str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)).map(Self)
    }

    /// Parses this value, but not the values inside it.
    pub(crate) fn kind(self) -> Kind<'a> {
        let text = self.0.get();
        match text.as_bytes().first() {
            Some(b'{') => Kind::Object(serde_json::from_str(text).unwrap_or_default()),
            Some(b'[') => {
                let items: Vec<&RawValue> = serde_json::from_str(text).unwrap_or_default();
                Kind::List(items.into_iter().map(Self).collect())
            }
            Some(b'"') => Kind::Text(serde_json::from_str(text).map_or_else(|_| String::new(), |Text(text)| text)),
            Some(b't') => Kind::Bool(true),
            Some(b'f') => Kind::Bool(false),
            Some(b'n') | None => Kind::Null,
            Some(_) => Kind::Number,
        }
    }

    /// The string, if the value is one.
    pub(crate) fn text(self) -> Option<String> {
        if let Kind::Text(text) = self.kind() { Some(text) } else { None }
    }

    /// The object, if the value is one.
    pub(crate) fn object(self) -> Option<Object<'a>> {
        if let Kind::Object(object) = self.kind() { Some(object) } else { None }
    }
}

impl<'a> Object<'a> {
    /// The value of the member `name`. If there are several, the last one counts, as in `JSON.parse`.
    pub(crate) fn get(&self, name: &str) -> Option<Json<'a>> {
        self.0.iter().rfind(|(key, _)| key == name).map(|(_, value)| *value)
    }

    /// All members.
    pub(crate) fn members(&self) -> impl Iterator<Item = (&str, Json<'a>)> {
        self.0.iter().map(|(name, value)| (name.as_str(), *value))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Vec<(String, Json<'de>)>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(Text(name)) = map.next_key()? {
                    members.push((name, Json(map.next_value()?)));
                }
                Ok(members)
            }
        }

        deserializer.deserialize_map(Members).map(Object)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;

        impl Visitor<'_> for Bytes {
            type Value = String;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a string")
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<String, E> {
                Ok(replace_lone_surrogates(bytes))
            }
        }

        // `serde_json` returns half of a surrogate pair as bytes like any other code point: as three bytes, of which
        // the first is ED (see its documentation of `deserialize_bytes`; the encoding is WTF-8).
        deserializer.deserialize_bytes(Bytes).map(Text)
    }
}

fn replace_lone_surrogates(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if chunk.invalid().first() == Some(&0xED) {
            text.push(REPLACEMENT_CHARACTER);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn text(json: &str) -> Option<String> {
        Json::parse(json).unwrap().text()
    }

    #[test]
    fn half_of_a_surrogate_pair_becomes_the_replacement_character() {
        for (json, expected) in [
            (r#""\ud83c""#, "\u{FFFD}"),
            (r#""\udfac""#, "\u{FFFD}"),
            (r#""a\ud83cb\udfacc""#, "a\u{FFFD}b\u{FFFD}c"),
            (r#""\ud83c\ud83c\udfac""#, "\u{FFFD}🎬"),
            (r#""\udfac\ud83c""#, "\u{FFFD}\u{FFFD}"),
            (r#""\ud83c\n""#, "\u{FFFD}\n"),
            (r#""\ud83c\u0041""#, "\u{FFFD}A"),
            (r#""\ud83c\udfac""#, "🎬"),
            (r#""\ud7ff퟿ힰ""#, "\u{D7FF}퟿ힰ"),
        ] {
            assert_eq!(text(json).as_deref(), Some(expected), "{json}");
        }
    }

    #[test]
    fn values_that_are_not_used_are_only_checked() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        for unread in ["1e999999", &"9".repeat(10_000), &deep, r#""\ud83c""#, r#"{"\ud83c": 1, "\ud83c": 2}"#] {
            let document = format!(r#"{{"unread": {unread}, "\ud83c": {unread}, "read": "yes"}}"#);
            let object = Json::parse(&document).unwrap().object().unwrap();
            assert_eq!(object.get("read").and_then(Json::text).as_deref(), Some("yes"));
            assert_eq!(object.get("\u{FFFD}").map(|value| value.0.get()), Some(unread));
        }
    }

    #[test]
    fn the_last_of_several_members_with_one_name_counts() {
        let object = Json::parse(r#"{"a": 1, "b": true, "\u0061": "last"}"#).unwrap().object().unwrap();
        assert_eq!(object.get("a").and_then(Json::text).as_deref(), Some("last"));
        assert!(matches!(object.get("b").map(Json::kind), Some(Kind::Bool(true))));
        assert!(object.get("c").is_none());
    }

    #[test]
    fn a_byte_order_mark_is_ignored_only_before_the_document() {
        assert_eq!(text("\u{FEFF} \"\u{FEFF}a\"").as_deref(), Some("\u{FEFF}a"));
        assert!(Json::parse("\u{FEFF}\u{FEFF}1").is_err() && Json::parse("1\u{FEFF}").is_err());
    }

    #[test]
    fn a_syntax_error_has_its_position() {
        for (document, line, column) in [("{\"a\": 1,}", 1, 9), ("[1,\n 02]", 2, 3), ("\"\u{7}\"", 1, 1), ("", 1, 0)] {
            let error = Json::parse(document).unwrap_err();
            assert_eq!((error.line(), error.column()), (line, column), "{document:?}");
        }
    }

    /// The same value as a `serde_json` value.
    fn value(json: Json<'_>) -> Value {
        match json.kind() {
            Kind::Null => Value::Null,
            Kind::Bool(truth) => truth.into(),
            Kind::Number => serde_json::from_str(json.0.get()).unwrap(),
            Kind::Text(text) => text.into(),
            Kind::List(items) => items.into_iter().map(value).collect(),
            Kind::Object(object) => object
                .members()
                .map(|(name, member)| (name.to_owned(), value(member)))
                .collect::<serde_json::Map<_, _>>()
                .into(),
        }
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 64, 8, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
                prop::collection::vec((any::<String>(), inner), 0..5)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_document_has_the_value_that_serde_json_reads(json in any_json(), pretty in any::<bool>()) {
            let text = if pretty { format!("{json:#}") } else { json.to_string() };
            prop_assert_eq!(value(Json::parse(&text).unwrap()), json);
        }

        #[test]
        fn a_text_of_any_utf_16_units_is_decoded_as_in_javascript(units in any::<Vec<u16>>()) {
            let escaped: String = units.iter().map(|unit| format!("\\u{unit:04x}")).collect();
            prop_assert_eq!(text(&format!("\"{escaped}\"")).unwrap(), String::from_utf16_lossy(&units));
        }
    }
}
