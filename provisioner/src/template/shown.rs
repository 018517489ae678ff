//! Values that are not known yet, as people write them in a template.

use serde_json::Value;

use super::known::SPREAD;
use super::reference::{Deferred, Piece, Term, pieces, references_in, references_in_text, whole_term};

/// The text with `${Queue.Arn}` for each reference, and `!Select […]` for each function that is evaluated later.
#[must_use]
pub fn shown(text: &str) -> String {
    match whole_term(text) {
        Some(Term::Deferred(deferred)) => short_form(&deferred),
        _ => pieces(text).into_iter().map(piece).collect(),
    }
}

/// The value with its texts [`shown`].
#[must_use]
pub fn shown_in(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(shown(text)),
        Value::Array(items) => items.iter().map(shown_in).collect(),
        Value::Object(object) => object.iter().map(|(key, value)| (shown(key), shown_in(value))).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

fn piece(piece: Piece<'_>) -> String {
    match piece {
        Piece::Term(Term::Reference(reference)) => format!("${{{}}}", reference.name()),
        Piece::Term(Term::Deferred(deferred)) => format!("${{{}}}", short_form(&deferred)),
        // A function inside of quoted text, whose own quotes are escaped there.
        Piece::Text(text) => match references_in_text(text) {
            names if names.is_empty() => text.to_owned(),
            names => format!("${{{}}}", names.iter().map(super::Reference::name).collect::<Vec<_>>().join(", ")),
        },
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
            None => format!("!Sub {}", Value::String(shown(text))),
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
    fn what_is_not_known_is_shown_as_a_template_says_it() {
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
            (
                format!("https://{host}/"),
                r#"https://${!Select [2, !Split ["/", !GetAtt Url.FunctionUrl]]}/"#.to_owned(),
            ),
            (parts.to_string(), r#"!Split ["/", !Sub "${Url.FunctionUrl}x"]"#.to_owned()),
            (json!([host.to_string()]).to_string(), r#"["${Url.FunctionUrl}"]"#.to_owned()),
        ] {
            assert_eq!(shown(&text), expected);
        }
    }
}
