//! Files of parameters: a map of names and values, or one of the three forms that AWS's own tools take.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value};

use super::source::Source;
use super::yaml;
use crate::error::{Error, Result};

/// What a file says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ParameterFile {
    /// The values by the parameters' names.
    pub values: BTreeMap<String, String>,
    /// What else it says and is not used, each with what to do.
    pub unused: Vec<String>,
}

impl ParameterFile {
    /// Reads a YAML or JSON file:
    ///
    /// - `Name: value`
    /// - `[{"ParameterKey": "Name", "ParameterValue": "value"}]`, of `aws cloudformation create-stack`
    /// - `{"Parameters": {"Name": "value"}, "Tags": {…}}`, of CodePipeline
    /// - `["Name=value"]`, of `aws cloudformation deploy`
    ///
    /// # Errors
    /// When it is neither YAML nor JSON, has another form, or names a parameter twice.
    pub fn read(path: &Path) -> Result<Self> {
        Self::of(&Source::read_as("parameters from", path)?)
    }

    fn of(source: &Source) -> Result<Self> {
        let problem = |keys: &[&str], cause: &str| {
            Error::new(format!("reading parameters from {}", source.place(keys)), cause)
                .hint("write it as `Name: value` lines, or as `[{\"ParameterKey\": …, \"ParameterValue\": …}]`")
        };
        let mut file = Self::default();
        match yaml::any(source)?.value {
            Value::Null => {}
            Value::Object(object) if of_pipeline(&object) => {
                for (key, value) in object {
                    match (key.as_str(), value) {
                        ("Parameters", Value::Object(values)) => file.add_all(values, &["Parameters"], &problem)?,
                        ("Tags", _) => file.unused.push(TAGS.to_owned()),
                        _ => file.unused.push(STACK_POLICY.to_owned()),
                    }
                }
            }
            Value::Object(values) => file.add_all(values, &[], &problem)?,
            Value::Array(items) => {
                for (index, item) in items.into_iter().enumerate() {
                    let at = [&*index.to_string()];
                    let (name, value) = pair(item).map_err(|cause| problem(&at, &cause))?;
                    if file.values.insert(name.clone(), value).is_some() {
                        return Err(problem(&at, &format!("`{name}` is given for the second time")));
                    }
                }
            }
            Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                return Err(problem(&[], "it must hold a map of names and values, or a list"));
            }
        }
        Ok(file)
    }

    fn add_all(
        &mut self,
        values: Map<String, Value>,
        at: &[&str],
        problem: &dyn Fn(&[&str], &str) -> Error,
    ) -> Result<()> {
        for (name, value) in values {
            let Some(text) = scalar(&value) else {
                let cause =
                    format!("the value of `{name}` must be text, a number or true or false; a list is written `a,b,c`");
                return Err(problem(&[at, &[name.as_str()]].concat(), &cause));
            };
            self.values.insert(name, text);
        }
        Ok(())
    }
}

const TAGS: &str =
    "its `Tags` are not set: they are CloudFormation's tags of the stack; write tags on the template's resources";

const STACK_POLICY: &str =
    "its `StackPolicy` is not used: it is CloudFormation's; set it with `aws cloudformation set-stack-policy`";

/// Whether a map is CodePipeline's template configuration: a parameter cannot be a map.
fn of_pipeline(object: &Map<String, Value>) -> bool {
    object.get("Parameters").is_some_and(Value::is_object)
        && object.keys().all(|key| ["Parameters", "Tags", "StackPolicy"].contains(&key.as_str()))
}

/// A name and a value of a list, in either of its forms.
fn pair(item: Value) -> std::result::Result<(String, String), String> {
    let form = "a list holds `{\"ParameterKey\": …, \"ParameterValue\": …}` or `\"Name=value\"`";
    let object = match item {
        Value::String(text) => {
            let pair = text.split_once('=').map(|(name, value)| (name.trim().to_owned(), value.to_owned()));
            return pair.ok_or_else(|| form.to_owned());
        }
        Value::Object(object) => object,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => return Err(form.to_owned()),
    };
    let Some(name) = object.get("ParameterKey").and_then(Value::as_str) else { return Err(form.to_owned()) };
    let previous = object.get("UsePreviousValue").and_then(scalar);
    if previous.is_some_and(|flag| flag.eq_ignore_ascii_case("true")) {
        return Err(format!(
            "`UsePreviousValue` of `{name}`: earlier values are kept nowhere, each deploy is given all of them; write its \
             `ParameterValue`"
        ));
    }
    match object.get("ParameterValue").and_then(scalar) {
        Some(value) => Ok((name.to_owned(), value)),
        None => Err(format!("the `ParameterValue` of `{name}` must be text, a number or true or false")),
    }
}

/// A value as the text that a parameter is given; nothing is empty text.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<ParameterFile> {
        ParameterFile::of(&Source::in_memory(Path::new("p.json"), text))
    }

    #[test]
    fn every_form_gives_the_same_values() {
        let values = [("Name", "films"), ("Size", "512"), ("Zones", "a,b"), ("Live", "true"), ("None", "")];
        let values: BTreeMap<_, _> = values.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        for text in [
            "Name: films\nSize: 512\nZones: a,b\nLive: true\nNone:\n",
            "\t{\"Name\": \"films\", \"Size\": 512, \"Zones\": \"a,b\", \"Live\": true, \"None\": null}",
            "Parameters: {Name: films, Size: 512, Zones: 'a,b', Live: true, None: ''}",
            r#"["Name=films", "Size=512", "Zones=a,b", "Live=true", "None="]"#,
            "- {ParameterKey: Name, ParameterValue: films}\n- {ParameterKey: Size, ParameterValue: 512}\n\
             - {ParameterKey: Zones, ParameterValue: 'a,b', UsePreviousValue: false}\n\
             - {ParameterKey: Live, ParameterValue: true}\n- {ParameterKey: None, ParameterValue: ''}\n",
        ] {
            assert_eq!(of(text), Ok(ParameterFile { values: values.clone(), unused: Vec::new() }), "{text}");
        }
        assert_eq!(of("# none\n"), Ok(ParameterFile::default()));
        assert_eq!(of("Parameters: a").unwrap().values["Parameters"], "a", "a parameter may have that name");
        assert_eq!(of(r#"["A=b=c"]"#).unwrap().values["A"], "b=c");
        assert_eq!(of(r#"{"A": "\ud83c\udfac"}"#).unwrap().values["A"], "🎬");
    }

    #[test]
    fn what_a_pipeline_says_beside_parameters_is_told() {
        let file =
            of(r#"{"Parameters": {"A": "1"}, "Tags": {"team": "x"}, "StackPolicy": {"Statement": []}}"#).unwrap();
        assert_eq!((file.values["A"].as_str(), file.unused.len()), ("1", 2));
        assert!(file.unused[0].contains("`Tags` are not set") && file.unused[1].contains("`StackPolicy` is not used"));
    }

    #[test]
    fn another_form_is_refused_with_its_line() {
        for (text, reason) in [
            (
                "A: 1\nB: [a]",
                "p.json:2: the value of `B` must be text, a number or true or false; a list is written `a,b,c`",
            ),
            ("Parameters:\n  A: {B: c}", "p.json:2: the value of `A` must be text"),
            ("- A=1\n- A=2", "p.json:2: `A` is given for the second time"),
            ("- A", "p.json:1: a list holds"),
            ("[{\"ParameterKey\": \"A\"}]", "p.json:1: the `ParameterValue` of `A` must be text"),
            (
                "[\n{\"ParameterKey\": \"A\", \"UsePreviousValue\": true}]",
                "p.json:2: `UsePreviousValue` of `A`: earlier values",
            ),
            ("[{\"Key\": \"A\"}]", "p.json:1: a list holds"),
            ("text", "p.json: it must hold a map"),
        ] {
            let error = of(text).unwrap_err().to_string();
            assert!(error.starts_with("reading parameters from ") && error.contains(reason), "{text}: {error}");
        }
    }
}
