//! YAML or JSON text to one JSON value, with CloudFormation's short tags in their long form.

use serde_json::{Map, Number, Value, json};
use serde_yaml::Value as Yaml;

use super::source::Source;
use crate::error::{Error, Result};

/// Parses a template. JSON is YAML, so both come this way.
///
/// `serde_yaml` refuses duplicate keys and alias bombs, and keeps `2012-10-17`, `yes` and `010` as text.
///
/// # Errors
/// When the text is not YAML or uses a tag that is no intrinsic function; with the line where it is known.
pub(super) fn parse(source: &Source) -> Result<Value> {
    let doing = || format!("reading template {}", source.path().display());
    let yaml: Yaml = serde_yaml::from_str(source.text()).map_err(|error| match duplicate(source.text(), &error) {
        Some((line, key)) => {
            let place = format!("reading template {}:{line}", source.path().display());
            Error::new(place, format!("the key `{key}` stands here for the second time in one map"))
        }
        None => Error::new(doing(), error),
    })?;
    long_form(yaml).map_err(|cause| match line_of_tag(source.text(), &cause) {
        Some(line) => Error::new(format!("{}:{line}", doing()), cause),
        None => Error::new(doing(), cause),
    })
}

/// The first line that holds the tag which a message begins with, as in "`!Reff` is no …".
fn line_of_tag(text: &str, message: &str) -> Option<usize> {
    let tag = message.strip_prefix('`')?.split('`').next().filter(|tag| tag.starts_with('!'))?;
    text.lines().position(|line| line.contains(tag)).map(|index| index + 1)
}

/// The second of two equal keys. The parser names the key and where its map begins, but not the line.
fn duplicate(text: &str, error: &serde_yaml::Error) -> Option<(usize, String)> {
    let message = error.to_string();
    let key = message.split_once("duplicate entry with key \"")?.1.split_once('"')?.0.to_owned();
    let start = error.location()?;
    let column = start.column().saturating_sub(1);
    let names_key = |line: &&(usize, &str)| {
        let at = line.1.get(column..).unwrap_or_default();
        let blank = line.1.get(..column).is_some_and(|before| before.trim_matches([' ', '-']).is_empty());
        let bare = at.trim_start_matches(['"', '\'']).strip_prefix(key.as_str());
        blank && bare.is_some_and(|rest| rest.trim_start_matches(['"', '\'']).trim_start().starts_with(':'))
    };
    let below = text.lines().enumerate().skip(start.line().saturating_sub(1));
    let line = below.filter(|line| names_key(&line)).nth(1).map_or(start.line(), |(index, _)| index + 1);
    Some((line, key))
}

/// A YAML value as JSON, every `!Tag` written as its long form.
fn long_form(yaml: Yaml) -> std::result::Result<Value, String> {
    Ok(match yaml {
        Yaml::Null => Value::Null,
        Yaml::Bool(flag) => Value::Bool(flag),
        Yaml::Number(number) => Value::Number(json_number(&number)?),
        Yaml::String(text) => Value::String(text),
        Yaml::Sequence(items) => Value::Array(items.into_iter().map(long_form).collect::<std::result::Result<_, _>>()?),
        Yaml::Mapping(entries) => {
            let mut object = Map::new();
            for (key, value) in entries {
                object.insert(key_text(key)?, long_form(value)?);
            }
            Value::Object(object)
        }
        Yaml::Tagged(tagged) => {
            let tag = tagged.tag.to_string();
            let argument = long_form(tagged.value)?;
            expand_tag(tag.trim_start_matches('!'), argument)?
        }
    })
}

fn json_number(number: &serde_yaml::Number) -> std::result::Result<Number, String> {
    if let Some(whole) = number.as_i64() {
        return Ok(whole.into());
    }
    if let Some(whole) = number.as_u64() {
        return Ok(whole.into());
    }
    number.as_f64().and_then(Number::from_f64).ok_or_else(|| format!("`{number}` is not a number that JSON can hold"))
}

fn key_text(key: Yaml) -> std::result::Result<String, String> {
    match key {
        Yaml::String(text) => Ok(text),
        Yaml::Number(number) => Ok(number.to_string()),
        Yaml::Bool(flag) => Ok(flag.to_string()),
        Yaml::Null | Yaml::Sequence(_) | Yaml::Mapping(_) | Yaml::Tagged(_) => {
            Err(format!("a key must be text, found {key:?}"))
        }
    }
}

fn expand_tag(tag: &str, argument: Value) -> std::result::Result<Value, String> {
    let name = match tag {
        "Ref" | "Condition" => tag.to_owned(),
        "GetAtt" => {
            let Some(text) = argument.as_str() else { return Ok(json!({ "Fn::GetAtt": argument })) };
            return match text.split_once('.') {
                Some((id, attribute)) => Ok(json!({ "Fn::GetAtt": [id, attribute] })),
                None => Err(format!("`!GetAtt {text}` must be written `!GetAtt LogicalId.Attribute`")),
            };
        }
        "And" | "Base64" | "Cidr" | "Equals" | "FindInMap" | "GetAZs" | "If" | "ImportValue" | "Join" | "Length"
        | "Not" | "Or" | "Select" | "Split" | "Sub" | "ToJsonString" | "Transform" => format!("Fn::{tag}"),
        other => return Err(format!("`!{other}` is no CloudFormation function")),
    };
    Ok(json!({ name: argument }))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn parsed(text: &str) -> Result<Value> {
        parse(&Source::in_memory(Path::new("t.yaml"), text))
    }

    #[test]
    fn short_tags_become_long_forms_at_any_depth() {
        let value = parsed("A: !Not [!Equals [!Ref X, '']]\nB: !GetAtt Role.Arn\nC: !Sub 'a-${X}'").unwrap();
        assert_eq!(
            value,
            json!({
                "A": {"Fn::Not": [{"Fn::Equals": [{"Ref": "X"}, ""]}]},
                "B": {"Fn::GetAtt": ["Role", "Arn"]},
                "C": {"Fn::Sub": "a-${X}"},
            })
        );
    }

    #[test]
    fn dates_and_yes_stay_text() {
        assert_eq!(
            parsed("V: 2012-10-17\nY: yes\nO: 010").unwrap(),
            json!({"V": "2012-10-17", "Y": "yes", "O": "010"})
        );
    }

    #[test]
    fn what_yaml_must_not_hold_is_refused_with_a_reason() {
        for (text, reason) in [
            ("A: 1\nA: 2", "t.yaml:2: the key `A` stands here for the second time in one map"),
            ("A: !Reff X", "`!Reff` is no CloudFormation function"),
            ("A: !GetAtt Role", "must be written `!GetAtt LogicalId.Attribute`"),
            ("A: [1", "did not find expected ',' or ']' at line 2"),
            ("? [a]\n: 1", "a key must be text"),
        ] {
            let error = parsed(text).unwrap_err().to_string();
            assert!(error.contains(reason), "{text:?} gave: {error}");
        }
    }

    #[test]
    fn an_alias_bomb_is_refused() {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for level in 1..12 {
            let above = level - 1;
            let items = vec![format!("*a{above}"); 9].join(", ");
            text.push_str(&format!("a{level}: &a{level} [{items}]\n"));
        }
        let error = parsed(&text).unwrap_err().to_string();
        assert!(error.contains("repetition limit exceeded"), "{error}");
    }
}
