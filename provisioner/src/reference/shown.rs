//! Values that are not known yet, in the form that a template writes them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    Deferred, Piece, Reference, SPREAD, Term, has_function, pieces, references_in, references_in_text, whole_term,
};

/// The text with `${Queue.Arn}` for each reference, and `!Select […]` for each deferred function.
pub fn shown(text: &str) -> String {
    pieces(text).into_iter().map(piece).collect()
}

/// A value's text as a template writes it: as [`shown`], except for a function inside other text, which is written as
/// `!Sub ["https://${Part1}/", {Part1: !Select […]}]`.
fn written(text: &str) -> String {
    match whole_term(text) {
        None if has_function(text) => substituted(text),
        _ => shown(text),
    }
}

/// The value with each of its texts in the form of `written`.
pub fn shown_in(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(written(text)),
        Value::Array(items) => items.iter().map(shown_in).collect(),
        Value::Object(object) => object.iter().map(|(key, value)| (shown(key), shown_in(value))).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

fn piece(piece: Piece<'_>) -> String {
    match piece {
        Piece::Term(Term::Reference(reference)) => format!("${{{}}}", reference.name()),
        Piece::Term(Term::Deferred(deferred)) => short_form(&deferred),
        Piece::Text(text) => text.to_owned(),
    }
}

/// The `!Sub` for a text: functions, which cannot be in its pattern, get a name there.
pub fn substituted(text: &str) -> String {
    let taken: BTreeSet<String> = references_in_text(text).iter().map(Reference::name).collect();
    let mut names = (1..).map(|number| format!("Part{number}")).filter(|name| !taken.contains(name));
    let (mut pattern, mut named) = (String::new(), Vec::new());
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => pattern.push_str(&text.replace("${", "${!")),
            Piece::Term(Term::Reference(reference)) => pattern.push_str(&format!("${{{}}}", reference.name())),
            Piece::Term(Term::Deferred(deferred)) => {
                let name = names.next().unwrap_or_default();
                pattern.push_str(&format!("${{{name}}}"));
                named.push(format!("{name}: {}", short_form(&deferred)));
            }
        }
    }
    let pattern = Value::String(pattern);
    match named.is_empty() {
        true => format!("!Sub {pattern}"),
        false => format!("!Sub [{pattern}, {{{}}}]", named.join(", ")),
    }
}

/// `!Select [2, !Split ["/", !GetAtt Url.FunctionUrl]]`.
fn short_form(Deferred { name, argument }: &Deferred) -> String {
    if name == SPREAD {
        return argument.as_array().into_iter().flatten().map(flow).collect();
    }
    format!("!{} {}", name.trim_start_matches("Fn::"), flow(argument))
}

/// A value on one line of YAML.
fn flow(value: &Value) -> String {
    match value {
        Value::String(text) => match whole_term(text) {
            Some(Term::Deferred(deferred)) => short_form(&deferred),
            Some(Term::Reference(reference)) if reference.is_pseudo() || reference.attribute == "Ref" => {
                format!("!Ref {}", reference.name())
            }
            Some(Term::Reference(reference)) => format!("!GetAtt {}", reference.name()),
            None if references_in(value).is_empty() => value.to_string(),
            None => substituted(text),
        },
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Object(_) | Value::Null | Value::Bool(_) | Value::Number(_) => shown_in(value).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Reference;
    use super::*;

    #[test]
    fn unknown_values_are_shown_in_template_syntax() {
        let url = Reference::new("Url", "FunctionUrl");
        let parts = Deferred::new("Fn::Split", json!(["/", format!("{url}x")]));
        let host = Deferred::new(
            "Fn::Select",
            json!([2, Deferred::new("Fn::Split", json!(["/", url.to_string()])).to_string()]),
        );
        for (text, expected) in [
            (format!("{}", Reference::new("Queue", "Ref")), "${Queue}".to_owned()),
            (
                format!("arn:{}:{}", Reference::account(), Reference::new("Queue", "Arn")),
                "arn:${AWS::AccountId}:${Queue.Arn}".to_owned(),
            ),
            (host.to_string(), r#"!Select [2, !Split ["/", !GetAtt Url.FunctionUrl]]"#.to_owned()),
            (format!("at {host} now"), r#"at !Select [2, !Split ["/", !GetAtt Url.FunctionUrl]] now"#.to_owned()),
            (parts.to_string(), r#"!Split ["/", !Sub "${Url.FunctionUrl}x"]"#.to_owned()),
        ] {
            assert_eq!(shown(&text), expected);
        }
    }

    #[test]
    fn a_text_with_a_function_is_shown_as_a_valid_sub() {
        let host = Deferred::new("Fn::Select", json!([0, Reference::new("Url", "List").to_string()]));
        for (text, expected) in [
            (host.to_string(), "!Select [0, !GetAtt Url.List]"),
            (format!("{}/x", Reference::new("Part1", "Ref")), "${Part1}/x"),
            (
                format!("https://{host}/{}/${{stage}}/{host}", Reference::new("Part1", "Ref")),
                "!Sub [\"https://${Part2}/${Part1}/${!stage}/${Part3}\", {Part2: !Select [0, !GetAtt Url.List], \
                 Part3: !Select [0, !GetAtt Url.List]}]",
            ),
        ] {
            assert_eq!(written(&text), expected);
            assert_eq!(shown_in(&json!([text])), json!([expected]));
        }
    }
}
