//! Finds the parameter that determines a text, such as the name of a resource.

use serde_json::Value;

use super::sections::Template;
use super::sub::{Part, parts};

/// A text that consists of one parameter's value with fixed text around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Naming {
    parameter: String,
    before: String,
    after: String,
}

impl Template {
    /// The parameter that determines a property's text, if it is the only variable in it and is not `NoEcho`.
    #[must_use]
    pub fn naming(&self, logical_id: &str, property: &str) -> Option<Naming> {
        let (_, section) = self.resources.iter().find(|(id, _)| id == logical_id)?;
        let may_be_told =
            |name: &str| self.parameters.iter().any(|(id, parameter)| id == name && !parameter.is_no_echo());
        Naming::of(section.properties.get(property)?).filter(|naming| may_be_told(&naming.parameter))
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
    #[must_use]
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
    fn one_parameter_decides_a_name_and_what_it_would_be_for_another_is_told() {
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
}
