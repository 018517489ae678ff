//! Lists where a property needs text.

use serde_json::Value;

use super::reference::{Deferred, Piece, Reference, SPREAD, Term, pieces, shown, whole_term};

/// Finds the first list inside other text, or in a function's argument that must be text, and writes it as a template
/// does. `is_list` returns whether a reference is a list, as far as that is known.
pub fn list_inside(text: &str, is_list: &dyn Fn(&Reference) -> bool) -> Option<String> {
    let pieces = pieces(text);
    let is_alone = pieces.len() == 1;
    pieces.into_iter().find_map(|piece| {
        let Piece::Term(term) = piece else { return None };
        if !is_alone && gives_list(&term, is_list) {
            return Some(shown(&term.to_string()));
        }
        let Term::Deferred(Deferred { name, argument }) = term else { return None };
        let arguments = argument.as_array().map_or(&[][..], Vec::as_slice);
        match (name.as_str(), arguments) {
            ("Fn::Base64", _) => list_as_text(&argument, is_list),
            ("Fn::Split", [_, source]) => list_as_text(source, is_list),
            ("Fn::Join", [_, Value::Array(items)]) => items.iter().find_map(|item| list_as_text(item, is_list)),
            (_, arguments) => arguments.iter().find_map(|argument| list_inside(argument.as_str()?, is_list)),
        }
    })
}

/// The list that a text is or contains, written as a template writes it.
pub fn list_as_text(value: &Value, is_list: &dyn Fn(&Reference) -> bool) -> Option<String> {
    let text = value.as_str()?;
    match whole_term(text) {
        Some(term) if gives_list(&term, is_list) => Some(shown(text)),
        _ => list_inside(text, is_list),
    }
}

fn gives_list(term: &Term, is_list: &dyn Fn(&Reference) -> bool) -> bool {
    match term {
        Term::Reference(reference) => is_list(reference),
        Term::Deferred(deferred) => ["Fn::Split", SPREAD].contains(&deferred.name.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_a_list_in_place_of_text_is_found() {
        let (list, text) = (Reference::new("Zone", "NameServers"), Reference::new("Zone", "Id"));
        let of = |name: &str, argument: Value| Deferred::new(name, argument).to_string();
        let is_list = |one: &Reference| *one == list;
        let reported = Some("${Zone.NameServers}".to_owned());
        for (value, inside, as_text) in [
            (list.to_string(), None, reported.clone()),
            (text.to_string(), None, None),
            (format!("x{list}"), reported.clone(), reported.clone()),
            (format!("x{text}"), None, None),
            (of("Fn::Base64", json!(list.to_string())), reported.clone(), reported.clone()),
            (
                of("Fn::Split", json!(["/", list.to_string()])),
                reported.clone(),
                Some("!Split [\"/\", !GetAtt Zone.NameServers]".to_owned()),
            ),
            (of("Fn::Join", json!(["/", list.to_string()])), None, None),
            (of("Fn::Select", json!([0, list.to_string()])), None, None),
            (
                of("Fn::Select", json!([0, of("Fn::Split", json!(["/", format!("{list}/")]))])),
                reported.clone(),
                reported,
            ),
        ] {
            assert_eq!(list_inside(&value, &is_list), inside, "{}", shown(&value));
            assert_eq!(list_as_text(&json!(value), &is_list), as_text, "{}", shown(&value));
        }
    }
}
