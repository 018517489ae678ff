//! References to values that are not known yet: a resource's id before AWS returns it, or the account.
//!
//! A reference in a text is enclosed in two characters that Unicode assigns to nothing, now or later (noncharacters:
//! The Unicode Standard, section 23.7). The crate refuses templates, included files, parameters and answers of AWS that
//! contain one of these two characters, so only this crate can write a reference.
//!
//! The content between the two characters is encoded in letters, digits, `-` and `_`. So code that splits a text at
//! `:`, `/`, `|`, `,`, `.` or a space, or that quotes it as JSON, never splits or changes a reference.

use std::collections::BTreeSet;
use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

mod shown;

pub use shown::{shown, shown_in, substituted};

/// A function of this crate: it replaces one item of a list with all items of another list. It is used where a kind
/// needs a list and the template has a term that becomes one.
pub(crate) const SPREAD: &str = "Spread";

const OPENING: char = '\u{FDD0}';
const CLOSING: char = '\u{FDD1}';

// Neither can be a logical id, so a resource of a template is never mistaken for one of these.
const OWN: &str = "::Self";
const PSEUDO: &str = "AWS::";

/// A placeholder for a value of a resource that is not known yet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// The resource's logical id; for a value that belongs to the account, a name that cannot be a logical id.
    pub logical_id: String,
    /// `Ref`, or the name of an attribute.
    pub attribute: String,
}

impl Reference {
    /// The value of `attribute` of the resource `logical_id`.
    pub fn new(logical_id: &str, attribute: &str) -> Self {
        Self { logical_id: logical_id.to_owned(), attribute: attribute.to_owned() }
    }

    /// An attribute of the resource that contains the text, as AWS returned it in the last call about that resource.
    pub fn own(attribute: &str) -> Self {
        Self::new(OWN, attribute)
    }

    /// The account of the credentials: it is known after the first request to AWS.
    pub fn account() -> Self {
        Self::pseudo("AccountId")
    }

    /// The pseudo parameter `AWS::NAME`, where its value is not known.
    pub fn pseudo(name: &str) -> Self {
        Self::new(PSEUDO, name)
    }

    /// Whether it refers to a pseudo parameter rather than to a resource.
    pub fn is_pseudo(&self) -> bool {
        self.logical_id == PSEUDO
    }

    /// The name that a template writes inside `${…}`: `Queue.Arn`, `Queue` for its `Ref`, `AWS::AccountId`.
    pub fn name(&self) -> String {
        let Self { logical_id, attribute } = self;
        match attribute.as_str() {
            pseudo if self.is_pseudo() => format!("{PSEUDO}{pseudo}"),
            "Ref" => logical_id.clone(),
            attribute if logical_id == OWN => attribute.to_owned(),
            attribute => format!("{logical_id}.{attribute}"),
        }
    }

    fn read(inside: &str) -> Option<Self> {
        let (logical_id, attribute) = inside.split_once('.')?;
        Some(Self::new(logical_id, attribute))
    }
}

impl fmt::Display for Reference {
    /// The internal form inside a text. For the form that is shown to users, see [`shown`].
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        enclosed(f, &format!("{}.{}", self.logical_id, self.attribute))
    }
}

fn enclosed(f: &mut fmt::Formatter<'_>, inside: &str) -> fmt::Result {
    write!(f, "{OPENING}{}{CLOSING}", BASE64_URL_SAFE_NO_PAD.encode(inside))
}

/// A function whose argument contains references: it is evaluated when they are known.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Deferred {
    /// The function's long name, such as `Fn::Select`.
    pub(crate) name: String,
    /// The argument, in the template's long form.
    pub(crate) argument: Value,
}

impl Deferred {
    pub(crate) fn new(name: &str, argument: Value) -> Self {
        Self { name: name.to_owned(), argument }
    }

    fn read(inside: &str) -> Option<Self> {
        let object: Map<String, Value> = serde_json::from_str(inside).ok()?;
        let (name, argument) = object.into_iter().next()?;
        Some(Self { name, argument })
    }
}

impl fmt::Display for Deferred {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        enclosed(f, &json!({ self.name.as_str(): self.argument }).to_string())
    }
}

/// A placeholder in a text for a value that is not known.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Term {
    Reference(Reference),
    Deferred(Deferred),
}

impl Term {
    /// Decodes the term between the two characters.
    fn read(encoded: &str) -> Option<Self> {
        let inside = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(encoded).ok()?).ok()?;
        match inside.starts_with('{') {
            true => Deferred::read(&inside).map(Self::Deferred),
            false => Reference::read(&inside).map(Self::Reference),
        }
    }

    /// Every reference in it.
    fn references(self) -> BTreeSet<Reference> {
        match self {
            Self::Reference(reference) => BTreeSet::from([reference]),
            Self::Deferred(deferred) => references_in(&deferred.argument),
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reference(reference) => reference.fmt(f),
            Self::Deferred(deferred) => deferred.fmt(f),
        }
    }
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Piece<'t> {
    Text(&'t str),
    Term(Term),
}

/// Whether a text may contain a term. This is much faster than reading its parts, and most texts contain none.
pub(crate) fn may_contain_term(text: &str) -> bool {
    text.contains(OPENING)
}

/// The parts of a text, in order.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(OPENING) {
        let (before, term) = rest.split_at(start);
        let Some(end) = term.find(CLOSING) else { break };
        let (term, after) = term.split_at(end + CLOSING.len_utf8());
        pieces.push(Piece::Text(before));
        pieces.push(Term::read(&term[OPENING.len_utf8()..end]).map_or(Piece::Text(term), Piece::Term));
        rest = after;
    }
    pieces.push(Piece::Text(rest));
    pieces.retain(|piece| *piece != Piece::Text(""));
    pieces
}

/// The term that a text consists of, if the text contains nothing else.
pub(crate) fn whole_term(text: &str) -> Option<Term> {
    let mut pieces = pieces(text);
    match (pieces.pop(), pieces.is_empty()) {
        (Some(Piece::Term(term)), true) => Some(term),
        _ => None,
    }
}

/// Every reference in a text, also inside deferred functions.
pub fn references_in_text(text: &str) -> BTreeSet<Reference> {
    let terms =
        pieces(text).into_iter().filter_map(|piece| if let Piece::Term(term) = piece { Some(term) } else { None });
    terms.flat_map(Term::references).collect()
}

/// Every reference in a value, also in the keys of its maps.
pub fn references_in(value: &Value) -> BTreeSet<Reference> {
    match value {
        Value::String(text) => references_in_text(text),
        Value::Array(items) => items.iter().flat_map(references_in).collect(),
        Value::Object(object) => object
            .iter()
            .flat_map(|(key, value)| references_in_text(key).into_iter().chain(references_in(value)))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => BTreeSet::new(),
    }
}

/// The deferred functions in a text.
pub(crate) fn functions_in(text: &str) -> impl Iterator<Item = Deferred> {
    pieces(text).into_iter().filter_map(|piece| match piece {
        Piece::Term(Term::Deferred(deferred)) => Some(deferred),
        Piece::Term(Term::Reference(_)) | Piece::Text(_) => None,
    })
}

/// Whether a text contains a deferred function.
pub fn has_function(text: &str) -> bool {
    functions_in(text).next().is_some()
}

/// The text with `other` in place of each term that is not known.
pub fn with_unknown_as(text: &str, other: &str) -> String {
    with_unknown_by(text, |_| other.to_owned())
}

/// The text with a replacement for each term that is not known: `by` gets the reference, or `None` for a function.
pub fn with_unknown_by(text: &str, mut by: impl FnMut(Option<&Reference>) -> String) -> String {
    let part = |piece: Piece<'_>| match piece {
        Piece::Text(text) => text.to_owned(),
        Piece::Term(Term::Reference(reference)) => by(Some(&reference)),
        Piece::Term(Term::Deferred(_)) => by(None),
    };
    pieces(text).into_iter().map(part).collect()
}

/// Whether a text begins with a term that is not known.
pub fn begins_unknown(text: &str) -> bool {
    matches!(pieces(text).first(), Some(Piece::Term(_)))
}

/// The first of the two characters that enclose references, if the text contains one.
pub fn reserved_in(text: &str) -> Option<char> {
    text.chars().find(|character| [OPENING, CLOSING].contains(character))
}

/// The reason why a text with such a character is refused.
pub fn reserved(character: char) -> String {
    format!("it contains U+{:04X}, which is not a character in Unicode and is reserved here", u32::from(character))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_split_into_literals_references_and_functions() {
        let arn = Reference::new("Queue", "Arn");
        let last = Deferred::new(
            "Fn::Select",
            json!([5, Deferred::new("Fn::Split", json!([":", arn.to_string()])).to_string()]),
        );
        let text = format!("a-{arn}-{last}");
        let (a, dash) = (Piece::Text("a-"), Piece::Text("-"));
        let terms = [Term::Reference(arn.clone()), Term::Deferred(last.clone())].map(Piece::Term);
        let [first, second] = terms;
        assert_eq!(pieces(&text), [a, first, dash, second]);
        assert_eq!(references_in_text(&text), BTreeSet::from([arn.clone()]));
        // A text that is quoted as JSON contains the same terms.
        assert_eq!(references_in_text(&json!([text]).to_string()), BTreeSet::from([arn.clone()]));
        assert_eq!(references_in(&json!({ arn.to_string(): 1 })), BTreeSet::from([arn]));
        assert_eq!(whole_term(&last.to_string()), Some(Term::Deferred(last)));
        assert_eq!(with_unknown_as(&text, "?"), "a-?-?");
    }

    #[test]
    fn a_term_contains_no_separator() {
        let arn = Reference::new("Queue", "Endpoint.Address").to_string();
        let account = Reference::account().to_string();
        let parts = Deferred::new("Fn::Split", json!([":/|, .", format!("{arn},{account}")])).to_string();
        let nested = Deferred::new("Fn::Select", json!([5, parts])).to_string();
        for term in [arn, account, parts, nested] {
            let inside = term.strip_prefix(OPENING).and_then(|rest| rest.strip_suffix(CLOSING)).unwrap();
            assert!(inside.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)), "{inside}");
            assert_eq!(whole_term(&term).unwrap().to_string(), term);
        }
    }

    #[test]
    fn half_of_a_term_is_text_with_a_reserved_character() {
        let term = Reference::new("Queue", "Arn").to_string();
        for half in [&term[..term.len() - CLOSING.len_utf8()], &term[OPENING.len_utf8()..]] {
            assert_eq!(pieces(half), [Piece::Text(half)]);
            assert!(reserved_in(half).is_some());
        }
    }

    #[test]
    fn resources_named_aws_and_self_are_ordinary_resources() {
        for name in ["AWS", "Self"] {
            let reference = Reference::new(name, "AccountId");
            assert!(!reference.is_pseudo() && reference != Reference::own("AccountId"));
            assert_eq!(reference.name(), format!("{name}.AccountId"));
        }
    }
}
