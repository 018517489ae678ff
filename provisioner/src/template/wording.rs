//! Rewrites the messages of a decoder for the author of a template.

use serde::{Deserialize, Deserializer};

use super::fault::{Evaluated, Fault};
use super::reason::Reason;

/// Decodes a value. The error has the keys of its place below the value, and the reason in words.
pub(crate) fn decoded<'de, T: Deserialize<'de>>(value: impl Deserializer<'de>) -> Evaluated<T> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = path_keys(&error.path().to_string());
        Fault { path, ..Fault::here(in_words(&error.inner().to_string())) }
    })
}

/// The keys in a path such as `Tags[0].Key`.
pub(super) fn path_keys(path: &str) -> Vec<String> {
    path.split(['.', '[', ']']).filter(|key| !key.is_empty()).map(str::to_owned).collect()
}

/// The sentence for a decoder's message. A decoder's error has no code, so its text decides here, and nowhere else.
pub(crate) fn in_words(message: &str) -> Reason {
    unknown(message)
        .or_else(|| missing(message))
        .or_else(|| wrong_type(message))
        .unwrap_or_else(|| if message.starts_with(NOT_TEXT) { Reason::not_text(message) } else { message.into() })
}

/// The beginning of the messages of this crate's decoders for a value that is not text.
const NOT_TEXT: &str = "it must be text";

fn unknown(message: &str) -> Option<Reason> {
    let rest = message.strip_prefix("unknown field `").or_else(|| message.strip_prefix("unknown variant `"))?;
    let (name, rest) = rest.split_once('`')?;
    let supported: Vec<_> = rest.split('`').skip(1).step_by(2).collect();
    Some(match supported.as_slice() {
        [] => Reason::unsupported(format!("`{name}` is not supported")),
        [one] => Reason::unknown(format!("`{name}` is not supported; supported is {one}")),
        many => Reason::unknown(format!("`{name}` is not supported; supported are {}", many.join(", "))),
    })
}

fn missing(message: &str) -> Option<Reason> {
    let name = message.strip_prefix("missing field `")?.strip_suffix('`')?;
    Some(Reason::missing(format!("`{name}` is missing")))
}

/// `invalid type: FOUND, expected WANTED`.
fn wrong_type(message: &str) -> Option<Reason> {
    let rest = message.strip_prefix("invalid type: ").or_else(|| message.strip_prefix("invalid value: "))?;
    let (found, wanted) = rest.rsplit_once(", expected ")?;
    let wanted = match wanted {
        "a sequence" => "a list",
        "a string" | "string or map" | "a borrowed string" => "text",
        one if one.starts_with("struct ") => "a map",
        other => other,
    };
    let found = match found.split_once(' ').unwrap_or((found, "")) {
        ("sequence", _) => "a list".to_owned(),
        ("map", _) => "a map".to_owned(),
        ("unit" | "null", _) => "nothing".to_owned(),
        ("string", text) => format!("`{}`", text.trim_matches('"')),
        ("integer" | "boolean", value) => value.to_owned(),
        ("floating", value) => value.trim_start_matches("point ").to_owned(),
        _ => found.to_owned(),
    };
    let text = format!("it must be {wanted}, not {found}");
    Some(if wanted == "text" { Reason::not_text(text) } else { text.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_of_the_decoder_gets_the_remedy_of_its_kind() {
        for (message, remedy) in [
            ("unknown field `Memory`, expected `A` or `B`", "remove it, or write a supported name"),
            ("unknown field `X`, there are no fields", "remove it; "),
            ("missing field `Type`", "add it to the template"),
            ("it takes two values", "correct it in the template, then run"),
        ] {
            assert!(in_words(message).remedy().starts_with(remedy), "{message}: {}", in_words(message).remedy());
        }
        for (message, is_not_text) in [
            ("invalid type: boolean `true`, expected a string", true),
            ("it must be text or a list of texts", true),
            ("invalid type: boolean `true`, expected a map", false),
        ] {
            assert_eq!(in_words(message).is_not_text(), is_not_text, "{message}");
        }
    }

    #[test]
    fn every_message_of_the_decoder_is_reworded() {
        for (message, words) in [
            ("unknown field `Memory`, expected one of `A`, `B`", "`Memory` is not supported; supported are A, B"),
            ("unknown field `X`, expected `A` or `B`", "`X` is not supported; supported are A, B"),
            ("unknown field `X`, there are no fields", "`X` is not supported"),
            ("unknown variant `WEB`, expected `HTTP`", "`WEB` is not supported; supported is HTTP"),
            ("missing field `Type`", "`Type` is missing"),
            ("invalid type: sequence, expected struct Role", "it must be a map, not a list"),
            ("invalid type: null, expected a string", "it must be text, not nothing"),
            ("invalid type: integer `5`, expected a sequence", "it must be a list, not `5`"),
            ("invalid type: floating point `0.5`, expected a map", "it must be a map, not `0.5`"),
            ("invalid value: string \"many\", expected a whole number", "it must be a whole number, not `many`"),
            ("it must contain one object", "it must contain one object"),
        ] {
            assert_eq!(in_words(message).to_string(), words);
        }
    }
}
