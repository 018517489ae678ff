//! Files of parameters: a map of names and values, or one of the three forms that AWS's own tools accept.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value};

use super::plain;
use super::source::{PARAMETERS, Source};
use super::yaml;
use crate::error::{Error, Result};

/// The content of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ParameterFile {
    /// The values by the parameters' names.
    pub values: BTreeMap<String, String>,
    /// Content that is not used, each with the remedy.
    pub unused: Vec<String>,
}

impl ParameterFile {
    /// Reads a YAML or JSON file. A value is text, so numbers and words stay as they are written: `1.10`, `012` and
    /// `on`.
    ///
    /// - `Name: value`
    /// - `[{"ParameterKey": "Name", "ParameterValue": "value"}]`, of `aws cloudformation create-stack`
    /// - `{"Parameters": {"Name": "value"}, "Tags": {…}}`, of CodePipeline
    /// - `["Name=value"]`, of `aws cloudformation deploy`
    ///
    /// # Errors
    /// When it is neither YAML nor JSON, has another form, contains a null, or names a parameter twice.
    pub fn read(path: &Path) -> Result<Self> {
        Self::of(&Source::read_as(PARAMETERS, path)?)
    }

    fn of(source: &Source) -> Result<Self> {
        let problem = |keys: &[&str], cause: &str| {
            Error::new(format!("reading parameters from {}", source.place(keys)), cause)
                .hint("write it as `Name: value` lines, or as `[{\"ParameterKey\": …, \"ParameterValue\": …}]`")
        };
        let mut file = Self::default();
        match yaml::as_written(source)? {
            Value::Null => {}
            Value::Object(object) if object.get("Parameters").is_some_and(|one| one.is_object() || one.is_array()) => {
                file.add_configuration(object, &problem)?;
            }
            Value::Object(values) => file.add_all(values, &[], &problem)?,
            Value::Array(items) => {
                for (index, item) in items.into_iter().enumerate() {
                    let at = [&*index.to_string()];
                    let (name, value) = pair(&item).map_err(|cause| problem(&at, &cause))?;
                    if file.values.insert(name.clone(), value).is_some() {
                        return Err(problem(&at, &format!("`{name}` is given for the second time")));
                    }
                }
            }
            Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                return Err(problem(&[], "it must contain a map of names and values, or a list"));
            }
        }
        Ok(file)
    }

    /// CodePipeline's template configuration: a parameter cannot be a map.
    fn add_configuration(&mut self, object: Map<String, Value>, problem: &Problem<'_>) -> Result<()> {
        if object["Parameters"].is_array() {
            let cause = "its `Parameters` are a list, as in the input of `--cli-input-json`, which is a whole call and not a \
                         file of parameters";
            return Err(problem(&["Parameters"], cause)
                .hint("write the list alone into the file: `[{\"ParameterKey\": …, \"ParameterValue\": …}]`"));
        }
        for (key, value) in object {
            match (key.as_str(), value) {
                ("Parameters", Value::Object(values)) => self.add_all(values, &["Parameters"], problem)?,
                ("Tags", _) => self.unused.push(TAGS.to_owned()),
                ("StackPolicy", _) => self.unused.push(STACK_POLICY.to_owned()),
                (other, _) => {
                    let cause = format!(
                        "there is `{other}` next to a map `Parameters`: such a file is CodePipeline's template \
                         configuration, which contains only `Parameters`, `Tags` and `StackPolicy`"
                    );
                    return Err(problem(&[other], &cause)
                        .hint(format!("move `{other}` into `Parameters` if it is a parameter, or remove it")));
                }
            }
        }
        Ok(())
    }

    fn add_all(&mut self, values: Map<String, Value>, at: &[&str], problem: &Problem<'_>) -> Result<()> {
        for (name, value) in values {
            let text = scalar(&value, &format!("the value of `{name}`"));
            let text = text.map_err(|cause| problem(&[at, &[name.as_str()]].concat(), &cause))?;
            self.values.insert(name, text);
        }
        Ok(())
    }
}

/// Builds the error at these keys of the file, with the cause.
type Problem<'a> = dyn Fn(&[&str], &str) -> Error + 'a;

const TAGS: &str =
    "its `Tags` are not set: they are CloudFormation's tags of the stack; write tags on the template's resources";

const STACK_POLICY: &str =
    "its `StackPolicy` is not used: it is CloudFormation's; set it with `aws cloudformation set-stack-policy`";

/// A name and a value from an item of a list, in either form.
fn pair(item: &Value) -> std::result::Result<(String, String), String> {
    let form = "a list contains `{\"ParameterKey\": …, \"ParameterValue\": …}` or `\"Name=value\"`";
    if let Value::String(text) = &item {
        let (name, value) = text.split_once('=').ok_or(form)?;
        return Ok((name.trim().to_owned(), value.to_owned()));
    }
    let name = item["ParameterKey"].as_str().ok_or(form)?;
    let previous = scalar(&item["UsePreviousValue"], "").ok();
    if previous.is_some_and(|flag| flag.eq_ignore_ascii_case("true") || plain::flag(&flag) == Some(true)) {
        return Err(format!(
            "`UsePreviousValue` of `{name}`: earlier values are not stored, so each deployment needs all of them; write its \
             `ParameterValue`"
        ));
    }
    let Some(value) = item.get("ParameterValue") else { return Err(format!("`{name}` has no `ParameterValue`")) };
    Ok((name.to_owned(), scalar(value, &format!("the `ParameterValue` of `{name}`"))?))
}

/// A value as the text that a parameter gets.
fn scalar(value: &Value, what: &str) -> std::result::Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(flag) => Ok(flag.to_string()),
        Value::Null => Err(format!("{what} is null; write `''` for empty text, or remove the name for the default")),
        Value::Array(_) | Value::Object(_) => {
            Err(format!("{what} must be text, a number or true or false; a list is written `a,b,c`"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<ParameterFile> {
        ParameterFile::of(&Source::in_memory(Path::new("p.yaml"), text))
    }

    #[test]
    fn every_form_results_in_the_same_values() {
        let values = [("Name", "films"), ("Size", "512"), ("Zones", "a,b"), ("Live", "true"), ("None", "")];
        let values: BTreeMap<_, _> = values.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        for text in [
            "Name: films\nSize: 512\nZones: a,b\nLive: true\nNone: ''\n",
            "\t{\"Name\": \"films\", \"Size\": 512, \"Zones\": \"a,b\", \"Live\": true, \"None\": \"\"}",
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
    fn a_value_is_its_original_text() {
        for text in [
            "A: 1.10\nB: 0x1F\nC: on\nD: 012\nE: 1e3\n",
            "{\"A\": 1.10, \"B\": \"0x1F\", \"C\": \"on\", \"D\": \"012\", \"E\": 1e3}",
            "[{\"ParameterKey\": \"A\", \"ParameterValue\": 1.10}, \"B=0x1F\", \"C=on\", \"D=012\", \"E=1e3\"]",
            "Parameters: {A: 1.10, B: 0x1F, C: on, D: 012, E: 1e3}",
        ] {
            let values: Vec<_> = of(text).unwrap().values.into_values().collect();
            assert_eq!(values, ["1.10", "0x1F", "on", "012", "1e3"], "{text}");
        }
    }

    #[test]
    fn unused_sections_of_a_pipeline_file_are_reported() {
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
                "p.yaml:2: the value of `B` must be text, a number or true or false; a list is written `a,b,c`",
            ),
            ("Parameters:\n  A: {B: c}", "p.yaml:2: the value of `A` must be text"),
            ("- A=1\n- A=2", "p.yaml:2: `A` is given for the second time"),
            ("- A", "p.yaml:1: a list contains"),
            ("[{\"ParameterKey\": \"A\"}]", "p.yaml:1: `A` has no `ParameterValue`"),
            (
                "[{\"ParameterKey\": \"A\", \"ParameterValue\": []}]",
                "p.yaml:1: the `ParameterValue` of `A` must be text",
            ),
            (
                "- {ParameterKey: A, ParameterValue: b}\n- ParameterKey: B\n  ParameterValue: null\n",
                "p.yaml:2: the `ParameterValue` of `B` is null; write `''` for empty text",
            ),
            ("A: b\nB:\n", "p.yaml:2: the value of `B` is null; write `''` for empty text, or remove the name"),
            ("{\n\"B\": null}", "p.yaml:2: the value of `B` is null"),
            ("Parameters:\n  B: ~\n", "p.yaml:2: the value of `B` is null"),
            (
                "{\"StackName\": \"s\",\n\"Parameters\": [{\"ParameterKey\": \"A\", \"ParameterValue\": \"b\"}]}",
                "p.yaml:2: its `Parameters` are a list, as in the input of `--cli-input-json`",
            ),
            ("Parameters: {A: b}\nFoo: 1", "p.yaml:2: there is `Foo` next to a map `Parameters`"),
            (
                "[\n{\"ParameterKey\": \"A\", \"UsePreviousValue\": true}]",
                "p.yaml:2: `UsePreviousValue` of `A`: earlier values",
            ),
            ("[{\"Key\": \"A\"}]", "p.yaml:1: a list contains"),
            ("text", "p.yaml: it must contain a map"),
        ] {
            let error = of(text).unwrap_err().to_string();
            assert!(error.starts_with("reading parameters from ") && error.contains(reason), "{text}: {error}");
        }
    }

    #[test]
    fn a_missing_file_is_an_error_that_names_the_option() {
        let error = ParameterFile::read(Path::new("nowhere/p.yaml")).unwrap_err().to_string();
        assert!(error.starts_with("reading parameters from nowhere/p.yaml: No such file"), "{error}");
        assert!(error.ends_with("hint: name the file of parameters with `--parameters FILE`"), "{error}");
    }
}
