//! Intrinsic functions: evaluates a template value.
//!
//! A value that only AWS knows (ids of resources, the account) stays in the result as a [`Reference`], and a function
//! that takes such a value apart stays as a [`Deferred`] one.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::dynamic::has_dynamic_reference;
use super::fault::{Evaluated, Fault, below, fault};
use super::functions::{apply, pair, plain_text, text, whole_number};
use super::parameters::Parameters;
use super::pseudo::Pseudo;
use super::reason::Reason;
use super::reference::{Deferred, Reference, references_in, whole_term, with_unknown_as};
use super::sub;
use super::texts::{map_texts, text_of_scalar};

/// Everything that a template value may refer to.
pub(super) struct Scope<'a> {
    /// The values of the pseudo parameters.
    pub pseudo: &'a Pseudo,
    /// The checked parameters.
    pub parameters: Parameters,
    /// The template's `Mappings`.
    pub mappings: &'a Map<String, Value>,
    /// The template's `Conditions`, not yet evaluated.
    pub conditions: &'a Map<String, Value>,
    /// Every resource's logical id, and the condition that it has.
    pub resources: BTreeMap<String, Option<String>>,
    /// The conditions that are being evaluated, to detect a circle.
    pub conditions_in_progress: RefCell<Vec<String>>,
    /// The evaluated conditions: each is evaluated once, however many others refer to it.
    pub evaluated_conditions: RefCell<BTreeMap<String, bool>>,
}

impl Scope<'_> {
    /// The value with every function evaluated; `None` for `AWS::NoValue`, which removes the key or item that contains
    /// it.
    ///
    /// # Errors
    /// When a function is unknown, has the wrong arguments, or refers to a name that does not exist.
    pub(super) fn value(&self, value: &Value) -> Evaluated<Option<Value>> {
        match value {
            Value::Array(items) => {
                let mut evaluated = Vec::new();
                for (index, item) in items.iter().enumerate() {
                    evaluated.extend(below(&index.to_string(), self.value(item))?);
                }
                Ok(Some(Value::Array(evaluated)))
            }
            Value::Object(object) => match single_function(object)? {
                Some((name, argument)) => below(name, self.function(name, argument)),
                None => {
                    let mut evaluated = Map::new();
                    for (key, value) in object {
                        if let Some(value) = below(key, self.value(value))? {
                            evaluated.insert(key.clone(), value);
                        }
                    }
                    Ok(Some(Value::Object(evaluated)))
                }
            },
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(Some(value.clone())),
        }
    }

    fn function(&self, name: &str, argument: &Value) -> Evaluated<Option<Value>> {
        match name {
            "Ref" => self.reference(text(argument)?),
            "Fn::GetAtt" => self.attribute(argument).map(Some),
            "Fn::Sub" => self.substitution(argument).map(Some),
            "Fn::Join" => self.join(argument).map(Some),
            "Fn::Select" => self.select(argument).map(Some),
            "Fn::Split" => self.split(argument).map(Some),
            "Fn::If" => self.choice(argument),
            "Fn::FindInMap" => self.lookup(argument).map(Some),
            "Fn::Base64" => apply_or_defer(name, self.value(argument)?.unwrap_or_default()).map(Some),
            "Fn::Equals" | "Fn::And" | "Fn::Or" | "Fn::Not" => fault("it is allowed only in `Conditions`"),
            other => fault(Reason::unknown(format!(
                "`{other}` is not supported; supported are Ref, Fn::GetAtt, Fn::Sub, Fn::Join, Fn::Select, Fn::Split, \
                 Fn::If, Fn::FindInMap, Fn::Base64, Fn::Transform with AWS::Include, and in Conditions Fn::Equals, \
                 Fn::And, Fn::Or, Fn::Not"
            ))),
        }
    }

    /// Evaluates `Ref`: to a parameter, a pseudo parameter or a resource's physical id.
    fn reference(&self, name: &str) -> Evaluated<Option<Value>> {
        if let Some(value) = self.parameters.get(name) {
            return Ok(Some(value.clone()));
        }
        let known = match name.strip_prefix("AWS::") {
            Some("NoValue") => return Ok(None),
            Some(pseudo) => self.pseudo.value(pseudo)?,
            None => self.resource_value(name, "Ref")?,
        };
        Ok(Some(Value::String(known)))
    }

    fn attribute(&self, argument: &Value) -> Evaluated<Value> {
        let (id, attribute) = match (argument, argument.as_array().map(Vec::as_slice)) {
            (_, Some([Value::String(id), Value::String(attribute)])) => (id.as_str(), attribute.as_str()),
            (Value::String(dotted), _) => match dotted.split_once('.') {
                Some(parts) => parts,
                None => return fault("it takes `LogicalId.Attribute`"),
            },
            _ => return fault("it takes a logical id and the name of an attribute"),
        };
        self.resource_value(id, attribute).map(Value::String)
    }

    fn resource_value(&self, id: &str, attribute: &str) -> Evaluated<String> {
        let Some(condition) = self.resources.get(id) else {
            let text = format!("there is no parameter or resource `{id}`");
            return fault(Reason::undeclared(text, id, self.parameters.keys().chain(self.resources.keys())));
        };
        if let Some(condition) = condition
            && !self.condition(condition)?
        {
            return fault(format!("`{id}` does not exist here: its condition `{condition}` is false"));
        }
        Ok(Reference::new(id, attribute).to_string())
    }

    fn substitution(&self, argument: &Value) -> Evaluated<Value> {
        let (pattern, own) = match (argument, argument.as_array().map(Vec::as_slice)) {
            (Value::String(pattern), _) => (pattern, None),
            (_, Some([Value::String(pattern), Value::Object(own)])) => (pattern, Some(own)),
            _ => return fault(Reason::not_text("it takes text, or a list of text and a map")),
        };
        let mut filled = String::new();
        for part in sub::parts(pattern) {
            match part {
                sub::Part::Text(literal) => filled.push_str(literal),
                sub::Part::Variable(name) => {
                    let value = match own.and_then(|own| own.get(name)) {
                        Some(value) => self.value(value)?,
                        None => match name.split_once('.') {
                            Some((id, attribute)) => Some(Value::String(self.resource_value(id, attribute)?)),
                            None => self.reference(name)?,
                        },
                    };
                    match value.as_ref().and_then(text_of_scalar) {
                        Some(text) => filled.push_str(&text),
                        None => return fault(format!("`${{{name}}}` is not text")),
                    }
                }
            }
        }
        Ok(Value::String(filled))
    }

    fn join(&self, argument: &Value) -> Evaluated<Value> {
        let [separator, items] = pair(argument, "a separator and a list")?;
        self.of_list("Fn::Join", text(separator)?.into(), items)
    }

    fn select(&self, argument: &Value) -> Evaluated<Value> {
        let [index, items] = pair(argument, "an index and a list")?;
        let index = self.resolved_now(index, "the index is")?;
        self.of_list("Fn::Select", whole_number(&index)?.into(), items)
    }

    fn split(&self, argument: &Value) -> Evaluated<Value> {
        let [separator, source] = pair(argument, "a separator and text")?;
        let source = self.value(source)?.unwrap_or_default();
        apply_or_defer("Fn::Split", json!([text(separator)?, source]))
    }

    fn choice(&self, argument: &Value) -> Evaluated<Option<Value>> {
        let Some([condition, when_true, when_false]) = argument.as_array().map(Vec::as_slice) else {
            return fault("it takes a condition's name and two values");
        };
        let (index, chosen) = if self.condition(text(condition)?)? { ("1", when_true) } else { ("2", when_false) };
        below(index, self.value(chosen))
    }

    fn lookup(&self, argument: &Value) -> Evaluated<Value> {
        let keys = self.resolved_now(argument, "a key is")?;
        let Some([map, first, second]) = keys.as_array().map(Vec::as_slice) else {
            return fault("it takes the name of a map and two keys");
        };
        let (map, first, second) = (plain_text(map)?, plain_text(first)?, plain_text(second)?);
        match self.mappings.get(&map).and_then(|map| map.get(&first)).and_then(|map| map.get(&second)) {
            Some(value) => Ok(value.clone()),
            None => {
                let text = format!("the mapping `{map}` has no `{first}`, `{second}`");
                let inner = |name: &str, value: Option<&Value>| match value.and_then(Value::as_object) {
                    Some(object) => Reason::undeclared(text.clone(), name, object.keys()),
                    None => text.clone().into(),
                };
                let outer = self.mappings.get(&map);
                fault(match outer.and_then(|outer| outer.get(&first)) {
                    Some(keys) => inner(&second, Some(keys)),
                    None if outer.is_some() => inner(&first, outer),
                    None => Reason::undeclared(text.clone(), &map, self.mappings.keys()),
                })
            }
        }
    }

    /// The result of a function of a list, or the deferred function where the list is a term. The items may contain
    /// terms that are not known.
    fn of_list(&self, name: &str, first: Value, list: &Value) -> Evaluated<Value> {
        match self.value(list)? {
            Some(Value::Array(items)) => apply(name, &json!([first, items])),
            Some(Value::String(text)) if whole_term(&text).is_some() => Ok(defer(name, json!([first, text]))),
            _ => fault("it takes a list"),
        }
    }

    /// Returns a value that must be known now, because the meaning of the template depends on it. `how` describes its
    /// role in messages.
    pub(super) fn resolved_now(&self, value: &Value, how: &str) -> Evaluated<Value> {
        let value = self.value(value)?.unwrap_or_default();
        let value = self.pseudo.known().fill(&value);
        let unknown = references_in(&value);
        let Some(reference) = unknown.first() else { return Ok(value) };
        let name = match reference {
            Reference { logical_id, attribute } if attribute == "Ref" => format!("the id of `{logical_id}`"),
            reference => format!("`{}`", reference.name()),
        };
        Err(Fault {
            needs_account: unknown.iter().all(|one| *one == Reference::account()),
            unknown: reference.is_pseudo().then(|| reference.name().into()),
            ..Fault::here(format!("{how} {name}, which only AWS knows"))
        })
    }
}

/// Returns the result of a function, or the deferred function when the argument contains references.
fn apply_or_defer(name: &str, argument: Value) -> Evaluated<Value> {
    // CloudFormation resolves a dynamic reference before it encodes the text.
    if name == "Fn::Base64" && has_dynamic_reference(&argument) {
        return Ok(defer(name, argument));
    }
    if references_in(&argument).is_empty() {
        return apply(name, &argument);
    }
    // An error that does not depend on the values is reported now.
    apply(name, &map_texts(&argument, &|text| with_unknown_as(text, "x").into()))?;
    Ok(defer(name, argument))
}

fn defer(name: &str, argument: Value) -> Value {
    Value::String(Deferred::new(name, argument).to_string())
}

/// Every resource that a value refers to.
pub(super) fn needed_resources(value: &Value) -> BTreeSet<String> {
    references_in(value).into_iter().filter(|found| !found.is_pseudo()).map(|found| found.logical_id).collect()
}

/// The function in an object, if the object is one: a single key `Ref`, `Condition` or `Fn::…`.
fn single_function(object: &Map<String, Value>) -> Evaluated<Option<(&str, &Value)>> {
    let Some((name, argument)) = object.iter().find(|(key, _)| *key == "Ref" || key.starts_with("Fn::")) else {
        return Ok(None);
    };
    if object.len() > 1 {
        return fault(format!("`{name}` must be the only key of its map"));
    }
    Ok(Some((name, argument)))
}
