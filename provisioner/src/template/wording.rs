//! Rewrites the messages of a decoder for the author of a template.

use serde::{Deserialize, Deserializer};

/// Decodes a value. The error has the keys of its place below the value, and the reason in words.
pub(crate) fn decoded<'de, T: Deserialize<'de>>(value: impl Deserializer<'de>) -> Result<T, (Vec<String>, String)> {
    serde_path_to_error::deserialize(value)
        .map_err(|error| (path_keys(&error.path().to_string()), in_words(&error.inner().to_string())))
}

/// The keys in a path such as `Tags[0].Key`.
pub(super) fn path_keys(path: &str) -> Vec<String> {
    path.split(['.', '[', ']']).filter(|key| !key.is_empty()).map(str::to_owned).collect()
}

/// The sentence for a decoder's message.
pub(crate) fn in_words(message: &str) -> String {
    unknown(message).or_else(|| missing(message)).or_else(|| wrong_type(message)).unwrap_or_else(|| message.to_owned())
}

/// The remedy for an error in a template, where only its `reason` is known.
pub(super) fn remedy(reason: &str) -> &'static str {
    if reason.contains("not supported; supported") {
        "remove it, or write a supported name; see `docs/template-support.md`"
    } else if reason.contains("not supported") {
        "remove it; see `docs/template-support.md`"
    } else if reason.contains("is missing") {
        "add it to the template"
    } else {
        "correct it in the template, then run `provisioner plan`"
    }
}

fn unknown(message: &str) -> Option<String> {
    let rest = message.strip_prefix("unknown field `").or_else(|| message.strip_prefix("unknown variant `"))?;
    let (name, rest) = rest.split_once('`')?;
    let supported: Vec<_> = rest.split('`').skip(1).step_by(2).collect();
    Some(match supported.as_slice() {
        [] => format!("`{name}` is not supported"),
        [one] => format!("`{name}` is not supported; supported is {one}"),
        many => format!("`{name}` is not supported; supported are {}", many.join(", ")),
    })
}

fn missing(message: &str) -> Option<String> {
    let name = message.strip_prefix("missing field `")?.strip_suffix('`')?;
    Some(format!("`{name}` is missing"))
}

/// `invalid type: FOUND, expected WANTED`.
fn wrong_type(message: &str) -> Option<String> {
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
    Some(format!("it must be {wanted}, not {found}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_without_a_hint_gets_one_for_its_reason() {
        for (reason, hint) in [
            ("`Memory` is not supported; supported are A, B", "remove it, or write a supported name"),
            ("`Fn::Reverse` is not supported", "remove it; "),
            ("`Type` is missing", "add it to the template"),
            ("it takes two values", "correct it in the template, then run"),
        ] {
            assert!(remedy(reason).starts_with(hint), "{reason}: {}", remedy(reason));
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
            assert_eq!(in_words(message), words);
        }
    }
}
