//! Finds the parameter that determines a text, such as the name of a resource, or whether the template contains a
//! resource.

use std::collections::BTreeSet;

use serde_json::Value;

use super::sections::Template;
use super::sub::{Part, parts};
use super::texts::scalar_text;

/// A text that consists of one parameter's value with fixed text around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Naming {
    /// The parameter.
    pub parameter: String,
    before: String,
    after: String,
}

impl Template {
    /// The parameter that determines a property's text, if it is the only variable in it and is not `NoEcho`.
    pub fn naming(&self, logical_id: &str, property: &str) -> Option<Naming> {
        let (_, section) = self.resources.iter().find(|(id, _)| id == logical_id)?;
        let may_be_shown =
            |name: &str| self.parameters.iter().any(|(id, parameter)| id == name && !parameter.is_no_echo());
        Naming::of(section.properties.get(property)?).filter(|naming| may_be_shown(&naming.parameter))
    }

    /// The parameter that a property's value refers to, if it is the only one and is not `NoEcho`. In contrast to
    /// [`Self::naming`], the value may depend on a condition.
    pub fn parameter_for(&self, logical_id: &str, property: &str) -> Option<&str> {
        let (_, section) = self.resources.iter().find(|(id, _)| id == logical_id)?;
        let mut names = BTreeSet::new();
        referred_to(section.properties.get(property)?, &mut names);
        let mut fed_by = self.parameters.iter().filter(|(id, _)| names.contains(id.as_str()));
        let (name, parameter) = fed_by.next().filter(|_| fed_by.next().is_none())?;
        (!parameter.is_no_echo()).then_some(name)
    }
}

/// What has to change so that the template contains a resource whose condition is false now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice<'t> {
    /// The parameter needs this value.
    Value(&'t str, String),
    /// The parameter needs its default.
    Default(&'t str),
    /// The parameter needs another value.
    Another(&'t str),
    /// Several parameters decide, or one that must not be shown.
    Undecided,
}

impl Template {
    /// The kind of a resource and, if it has a condition, what has to change so that this is true.
    pub fn choice(&self, logical_id: &str) -> Option<(&str, Choice<'_>)> {
        let (_, section) = self.resources.iter().find(|(id, _)| id == logical_id)?;
        let condition = self.conditions.get(section.condition.as_deref()?)?;
        Some((&section.kind, self.choice_for(condition)?))
    }

    /// The logical ids of all resources, whatever the parameters are.
    pub fn logical_ids(&self) -> impl Iterator<Item = &str> {
        self.resources.iter().map(|(id, _)| id.as_str())
    }

    fn choice_for(&self, condition: &Value) -> Option<Choice<'_>> {
        let (mut names, mut conditions) = (BTreeSet::new(), vec![condition]);
        let mut seen = BTreeSet::new();
        while let Some(one) = conditions.pop() {
            referred_to(one, &mut names);
            let mut other = BTreeSet::new();
            conditions_in(one, &mut other);
            conditions.extend(
                other.into_iter().filter(|name| seen.insert(*name)).filter_map(|name| self.conditions.get(name)),
            );
        }
        let mut parameters = self.parameters.iter().filter(|(id, _)| names.contains(id.as_str()));
        let (name, parameter) = parameters.next()?;
        if parameter.is_no_echo() || parameters.next().is_some() {
            return Some(Choice::Undecided);
        }
        Some(match compared(condition) {
            Some(value) if parameter.default_text().as_ref() == Some(&value) => Choice::Default(name),
            Some(value) => Choice::Value(name, value),
            None => Choice::Another(name),
        })
    }
}

/// The text that a parameter equals, in a condition that compares nothing else.
fn compared(condition: &Value) -> Option<String> {
    match condition.get("Fn::Equals")?.as_array()?.as_slice() {
        [Value::Object(parameter), value] | [value, Value::Object(parameter)] if parameter.contains_key("Ref") => {
            (!value.is_object() && !value.is_array()).then(|| scalar_text(value))
        }
        _ => None,
    }
}

/// Every other condition that a condition refers to.
fn conditions_in<'v>(condition: &'v Value, names: &mut BTreeSet<&'v str>) {
    match condition {
        Value::Object(map) => {
            names.extend(map.get("Condition").and_then(Value::as_str));
            map.values().for_each(|value| conditions_in(value, names));
        }
        Value::Array(items) => items.iter().for_each(|value| conditions_in(value, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Every name that a value refers to with `Ref` or `Fn::Sub`.
fn referred_to<'v>(value: &'v Value, names: &mut BTreeSet<&'v str>) {
    match value {
        Value::Object(map) => {
            names.extend(map.get("Ref").and_then(Value::as_str));
            for part in map.get("Fn::Sub").and_then(Value::as_str).map(parts).unwrap_or_default() {
                if let Part::Variable(name) = part {
                    names.insert(name);
                }
            }
            map.values().for_each(|value| referred_to(value, names));
        }
        Value::Array(items) => items.iter().for_each(|value| referred_to(value, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

impl Naming {
    fn of(value: &Value) -> Option<Self> {
        if let Some(parameter) = value["Ref"].as_str() {
            return Some(Self { parameter: parameter.to_owned(), before: String::new(), after: String::new() });
        }
        let (mut before, mut after, mut parameter) = (String::new(), String::new(), None);
        for part in parts(value["Fn::Sub"].as_str()?) {
            match part {
                Part::Text(text) if parameter.is_none() => before.push_str(text),
                Part::Text(text) => after.push_str(text),
                Part::Variable(name) if parameter.is_none() => parameter = Some(name.to_owned()),
                Part::Variable(_) => return None,
            }
        }
        Some(Self { parameter: parameter?, before, after })
    }

    /// The parameter, and the value of it that results in this text.
    pub fn value_for(&self, text: &str) -> Option<(&str, String)> {
        let value = text.strip_prefix(self.before.as_str())?.strip_suffix(self.after.as_str())?;
        Some((&self.parameter, value.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::source::Source;
    use super::*;

    #[test]
    fn the_parameter_behind_a_name_is_found_with_its_value() {
        let text = "
Parameters: {Name: {Type: String}, Other: {Type: String}, Secret: {Type: String, NoEcho: true}}
Resources:
  One:
    Type: X
    Properties:
      Ref: !Ref Name
      Sub: !Sub '/logs/${Name}-chat'
      Two: !Sub '${Name}-${Other}'
      Pseudo: !Sub '${AWS::StackName}-chat'
      Resource: !Ref One
      Secret: !Ref Secret
      Text: chat
";
        let template = Template::from_source(Source::in_memory(Path::new("t.yaml"), text)).unwrap();
        let value = |property: &str, name: &'static str| {
            let naming = template.naming("One", property)?;
            naming.value_for(name).map(|(parameter, value)| format!("{parameter}={value}"))
        };
        assert_eq!(value("Ref", "books").as_deref(), Some("Name=books"));
        assert_eq!(value("Sub", "/logs/books-chat").as_deref(), Some("Name=books"));
        assert_eq!(value("Sub", "/other/books-chat"), None, "no value makes it this one");
        for undecided in ["Two", "Pseudo", "Resource", "Secret", "Text", "None"] {
            assert_eq!(value(undecided, "books"), None, "{undecided}");
        }
    }

    #[test]
    fn a_property_is_fed_by_the_only_parameter_that_its_value_refers_to() {
        let text = "
Parameters: {ApiId: {Type: String}, Other: {Type: String}, Secret: {Type: String, NoEcho: true}}
Conditions: {CreateApi: !Equals [!Ref ApiId, '']}
Resources:
  One:
    Type: X
    Properties:
      Chosen: !If [CreateApi, !Ref One, !Ref ApiId]
      Sub: !Sub '${One.Arn}/${ApiId}'
      Two: !If [CreateApi, !Ref Other, !Ref ApiId]
      Resource: !Ref One
      Secret: !Ref Secret
";
        let template = Template::from_source(Source::in_memory(Path::new("t.yaml"), text)).unwrap();
        for property in ["Chosen", "Sub"] {
            assert_eq!(template.parameter_for("One", property), Some("ApiId"), "{property}");
        }
        for property in ["Two", "Resource", "Secret", "None"] {
            assert_eq!(template.parameter_for("One", property), None, "{property}");
        }
        assert_eq!(template.parameter_for("None", "Chosen"), None);
    }

    #[test]
    fn the_parameter_that_decides_about_a_resource_is_found_with_its_value() {
        let text = "
Parameters:
  ApiId: {Type: String, Default: ''}
  Streaming: {Type: String, Default: 'false'}
  Secret: {Type: String, Default: '', NoEcho: true}
Conditions:
  Create: !Equals [!Ref ApiId, '']
  Attach: !Not [!Condition Create]
  Stream: !Equals ['true', !Ref Streaming]
  Both: !And [!Condition Attach, !Condition Stream]
  Hidden: !Equals [!Ref Secret, 'x']
  Region: !Equals [!Ref AWS::Region, 'x']
Resources:
  Api: {Type: X, Condition: Create}
  Preflight: {Type: X, Condition: Attach}
  Url: {Type: Y, Condition: Stream}
  Two: {Type: X, Condition: Both}
  Masked: {Type: X, Condition: Hidden}
  Regional: {Type: X, Condition: Region}
  Always: {Type: X}
";
        let template = Template::from_source(Source::in_memory(Path::new("t.yaml"), text)).unwrap();
        assert_eq!(template.choice("Api"), Some(("X", Choice::Default("ApiId"))));
        assert_eq!(template.choice("Preflight"), Some(("X", Choice::Another("ApiId"))));
        assert_eq!(template.choice("Url"), Some(("Y", Choice::Value("Streaming", "true".to_owned()))));
        for undecided in ["Two", "Masked"] {
            assert_eq!(template.choice(undecided), Some(("X", Choice::Undecided)), "{undecided}");
        }
        for decided_by_no_parameter in ["Regional", "Always", "None"] {
            assert_eq!(template.choice(decided_by_no_parameter), None, "{decided_by_no_parameter}");
        }
        assert_eq!(template.logical_ids().count(), 7);
    }
}
