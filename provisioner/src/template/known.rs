//! The known values of references, and values with those filled in.

use std::collections::BTreeMap;

use serde_json::Value;

use super::functions;
use super::reference::{
    Deferred, Piece, Reference, SPREAD, Term, functions_in, may_contain_term, pieces, references_in, shown, whole_term,
};
use super::texts::find_text;

/// The values of the references that are known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known(BTreeMap<Reference, Value>);

/// A value that is needed and is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfilled {
    /// Where it is needed: keys from the outside in.
    pub path: Vec<String>,
    /// The reference or function, as a template writes it.
    pub term: String,
    /// The problem with it, such as "is not known".
    pub reason: String,
    /// The known attributes of the resource that the term refers to.
    pub known: Vec<String>,
}

impl Known {
    /// The account as the only known value.
    pub fn of_account(account: &str) -> Self {
        Self(BTreeMap::from([(Reference::account(), account.into())]))
    }

    /// Stores the value of a reference: a text or a list.
    pub fn insert(&mut self, reference: Reference, value: impl Into<Value>) {
        self.0.insert(reference, value.into());
    }

    /// The value of a reference.
    pub fn get(&self, reference: &Reference) -> Option<&Value> {
        self.0.get(reference)
    }

    /// The values for the resource `logical_id`: all known values, and its own attributes under [`Reference::own`].
    /// `before` contains the attributes that it had when the plan was made.
    pub fn seen_by<'a>(&self, logical_id: &str, before: impl IntoIterator<Item = (&'a String, &'a Value)>) -> Self {
        let own = self.0.iter().filter(|(reference, _)| reference.logical_id == logical_id);
        let own: Vec<_> = own.map(|(reference, value)| (Reference::own(&reference.attribute), value.clone())).collect();
        let mut seen = self.clone();
        seen.0.extend(before.into_iter().map(|(attribute, value)| (Reference::own(attribute), value.clone())));
        seen.0.extend(own);
        seen
    }

    /// The text with every known reference replaced; the others are unchanged, and so is a list inside a text.
    ///
    /// A value that is filled in is not scanned again: an answer of AWS is not a reference.
    pub fn fill_text(&self, text: &str) -> String {
        if !may_contain_term(text) {
            return text.to_owned();
        }
        let part = |piece: Piece<'_>| match piece {
            Piece::Text(text) => text.to_owned(),
            Piece::Term(term) => match self.value_of(term.clone()) {
                Ok(Value::String(text)) => text,
                Ok(value @ (Value::Bool(_) | Value::Number(_))) => value.to_string(),
                Ok(Value::Array(_) | Value::Object(_) | Value::Null) => term.to_string(),
                Err(unknown) => unknown.to_string(),
            },
        };
        pieces(text).into_iter().map(part).collect()
    }

    /// The value with every known reference in its texts replaced; the others are unchanged. A text that consists of
    /// one reference or one function becomes a list when its value is a list.
    pub fn fill(&self, value: &Value) -> Value {
        self.fill_by(value, &|text| match whole_term(text).map(|term| self.value_of(term)) {
            Some(Ok(value)) => value,
            Some(Err(unknown)) => Value::String(unknown.to_string()),
            None => Value::String(self.fill_text(text)),
        })
    }

    /// The value with every known reference in its texts replaced; lists and unknown references are unchanged.
    pub fn fill_texts(&self, value: &Value) -> Value {
        self.fill_by(value, &|text| Value::String(self.fill_text(text)))
    }

    fn fill_by(&self, value: &Value, text: &dyn Fn(&str) -> Value) -> Value {
        match value {
            Value::String(one) if may_contain_term(one) => text(one),
            Value::Array(items) => {
                let filled = items.iter().flat_map(|item| match self.spread(item) {
                    Some(items) => items,
                    None => vec![self.fill_by(item, text)],
                });
                filled.collect()
            }
            Value::Object(object) => {
                object.iter().map(|(key, value)| (self.fill_text(key), self.fill_by(value, text))).collect()
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
        }
    }

    /// The items that replace a [`SPREAD`], once they are known.
    fn spread(&self, item: &Value) -> Option<Vec<Value>> {
        let term = whole_term(item.as_str().filter(|text| may_contain_term(text))?)?;
        let is_spread = matches!(&term, Term::Deferred(deferred) if deferred.name == SPREAD);
        match self.value_of(term) {
            Ok(Value::Array(items)) if is_spread => Some(items),
            _ => None,
        }
    }

    /// The value of a term, or the term with its known parts filled in. A function's result may contain references.
    fn value_of(&self, term: Term) -> Result<Value, Term> {
        match term {
            Term::Reference(reference) => self.get(&reference).cloned().ok_or(Term::Reference(reference)),
            Term::Deferred(deferred) => {
                let argument = self.fill(&deferred.argument);
                if references_in(&argument).is_empty() {
                    return functions::apply(&deferred.name, &argument).map_err(|_| Term::Deferred(deferred));
                }
                functions::apply_early(&deferred.name, &argument)
                    .ok_or_else(|| Term::Deferred(Deferred { argument, ..deferred }))
            }
        }
    }

    /// The reason why an index in a text is outside its list, if the length of the list is known: an ARN has a known
    /// number of parts before its account is known.
    #[must_use]
    pub fn index_outside(&self, text: &str) -> Option<String> {
        functions_in(text).find_map(|Deferred { name, argument }| {
            let filled = self.fill(&argument);
            let is_outside = name == "Fn::Select" && functions::has_known_length(&filled);
            let reason =
                functions::apply(&name, &filled).err().filter(|_| is_outside).map(|fault| fault.reason.to_string());
            reason.or_else(|| find_text(&argument, &|text| self.index_outside(text)).map(|(_, reason)| reason))
        })
    }

    /// The first term in a filled value that is still not known, in a key or in a value.
    pub fn unfilled(&self, value: &Value) -> Option<Unfilled> {
        let unknown = |text: &str| {
            pieces(text).into_iter().find_map(|piece| match piece {
                Piece::Text(_) => None,
                Piece::Term(term) => Some(self.describe(&term)),
            })
        };
        let (path, unfilled) = find_text(value, &unknown)?;
        Some(Unfilled { path, ..unfilled })
    }

    fn describe(&self, term: &Term) -> Unfilled {
        let plain =
            |reason: String| Unfilled { path: Vec::new(), term: shown(&term.to_string()), reason, known: Vec::new() };
        if let (Term::Reference(reference), Err(_)) = (term, self.value_of(term.clone())) {
            let of_it = self.0.keys().filter(|known| known.logical_id == reference.logical_id && !known.is_pseudo());
            let known = of_it.map(|known| known.attribute.clone()).filter(|attribute| attribute != "Ref").collect();
            return Unfilled { known, ..plain("is not known".to_owned()) };
        }
        let Term::Deferred(deferred) = term else { return plain("is a list where text is needed".to_owned()) };
        let argument = self.fill(&deferred.argument);
        match (self.unfilled(&argument), functions::apply(&deferred.name, &argument)) {
            (Some(inside), _) => inside,
            (None, Err(fault)) => plain(format!("cannot be evaluated: {}", fault.reason)),
            (None, Ok(_)) => plain("is a list where text is needed".to_owned()),
        }
    }
}

/// The item that is later replaced with all items of the list that `text` becomes; `None` where `text` is known.
pub(crate) fn spread(text: &str) -> Option<String> {
    whole_term(text).map(|term| Deferred::new(SPREAD, vec![term.to_string()].into()).to_string())
}

#[cfg(test)]
mod tests;
