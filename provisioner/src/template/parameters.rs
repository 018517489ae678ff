//! Template parameters: their declarations, their values, and whether the values are valid.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::java_pattern;
use super::plain;
use super::reference::{reserved, reserved_in};
use super::remark::Remark;
use super::source::Source;
use super::texts::scalar_text;
use crate::error::{Error, Result};

/// A parameter as the template declares it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Declaration {
    #[serde(rename = "Type")]
    kind: ParameterType,
    /// Its purpose, as `--help` and the documentation show it.
    pub description: Option<String>,
    default: Option<Value>,
    allowed_values: Option<Vec<Value>>,
    allowed_pattern: Option<String>,
    constraint_description: Option<String>,
    min_length: Option<Value>,
    max_length: Option<Value>,
    min_value: Option<Value>,
    max_value: Option<Value>,
    no_echo: Option<Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
enum ParameterType {
    String,
    Number,
    CommaDelimitedList,
    #[serde(rename = "List<Number>")]
    NumberList,
}

/// The values of all declared parameters, as `Ref` returns them: text, or a list of text.
pub type Parameters = BTreeMap<String, Value>;

/// The longest value, in bytes (AWS's guide, "CloudFormation quotas").
const LONGEST: usize = 4096;

/// Combines the given values with the defaults of the others, and checks each of them.
///
/// # Errors
/// One error that lists every problem, each with its line: unknown names, missing values, and values that their
/// declarations do not allow.
pub(super) fn check(
    declared: &[(String, Declaration)],
    given: &BTreeMap<String, String>,
    source: &Source,
) -> Result<Parameters> {
    let mut problems = Vec::new();
    let (mut hints, mut options) = (Vec::new(), Vec::new());
    for name in given.keys().filter(|name| !declared.iter().any(|(known, _)| known == *name)) {
        let known: Vec<_> = declared.iter().map(|(name, _)| name.as_str()).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        let cause = format!("there is no parameter `{name}`; the template declares {known}");
        problems.push((source.place(&["Parameters"]), cause));
        hints.push(format!("leave out `{name}`, or correct its name"));
    }
    let mut parameters = Parameters::new();
    let mut wrong_defaults = Vec::new();
    for (name, declaration) in declared {
        let Some(value) = declaration.value(name, given) else {
            let place = source.place(&["Parameters", name]);
            problems.push((place, format!("parameter `{name}` has no default and is not given")));
            options.push(declaration.option(name));
            continue;
        };
        match declaration.accept(&value) {
            Ok(value) => {
                parameters.insert(name.clone(), value);
            }
            Err(reason) => {
                let is_default = !given.contains_key(name);
                let keys = ["Parameters", name, "Default"];
                let place = source.place(if is_default { &keys } else { &keys[..2] });
                match is_default {
                    true => wrong_defaults.push(format!("`{name}`")),
                    false => options.push(declaration.option(name)),
                }
                problems.push((place, format!("parameter `{name}` is {}: {reason}", declaration.shown(&value))));
            }
        }
    }
    if !wrong_defaults.is_empty() {
        hints.insert(0, format!("correct the default of {} in the template", wrong_defaults.join(", ")));
    }
    if !options.is_empty() {
        let values = if options.len() == 1 { "the value" } else { "the values" };
        hints.push(format!("pass {}, or write {values} into a file for `--parameters`", options.join(", ")));
    }
    let mut problems = problems.into_iter();
    let Some((place, first)) = problems.next() else { return Ok(parameters) };
    let others: String = problems.map(|(place, cause)| format!("\n  {place}: {cause}")).collect();
    Err(Error::new(format!("checking the parameters of {place}"), first + &others).hint(hints.join("; ")))
}

/// The values that could not be checked, with the reason: patterns that are valid in Java and not here.
pub(super) fn unchecked(
    declared: &[(String, Declaration)],
    given: &BTreeMap<String, String>,
    source: &Source,
) -> Vec<Remark> {
    let remark = |(name, declaration): &(String, Declaration)| {
        let value = declaration.value(name, given)?;
        let (pattern, reason) = declaration.unevaluated_pattern(&value)?;
        let place = source.place(&["Parameters", name, "AllowedPattern"]);
        Some(Remark {
            text: format!(
                "{place}: the value of `{name}` is not checked: `{pattern}` cannot be evaluated here: {reason}"
            ),
            hint: "compare the value with the pattern yourself; CloudFormation reads it as a Java regular expression"
                .into(),
            word_at: None,
        })
    };
    declared.iter().filter_map(remark).collect()
}

impl Declaration {
    /// The default, as text.
    pub fn default_text(&self) -> Option<String> {
        self.default.as_ref().map(scalar_text)
    }

    /// The given value of the parameter `name`, or the default.
    pub(super) fn value(&self, name: &str, given: &BTreeMap<String, String>) -> Option<String> {
        given.get(name).cloned().or_else(|| self.default_text())
    }

    /// The parts of a value that are checked: the items of a list, otherwise the value itself.
    fn items<'v>(&self, value: &'v str) -> Vec<&'v str> {
        match self.kind {
            ParameterType::String | ParameterType::Number => vec![value],
            ParameterType::CommaDelimitedList | ParameterType::NumberList => value.split(',').map(str::trim).collect(),
        }
    }

    fn accept(&self, value: &str) -> std::result::Result<Value, String> {
        if let Some(character) = reserved_in(value) {
            return Err(reserved(character));
        }
        if value.len() > LONGEST {
            return Err(format!("it has {} bytes; CloudFormation allows at most {LONGEST}", value.len()));
        }
        let items = self.items(value);
        items.iter().try_for_each(|item| self.accept_one(item))?;
        Ok(match self.kind {
            ParameterType::String | ParameterType::Number => value.into(),
            ParameterType::CommaDelimitedList | ParameterType::NumberList => items.into(),
        })
    }

    fn accept_one(&self, value: &str) -> std::result::Result<(), String> {
        if let Some(allowed) = &self.allowed_values
            && !allowed.iter().any(|one| scalar_text(one) == value)
        {
            let allowed: Vec<_> = allowed.iter().map(|one| format!("`{}`", scalar_text(one))).collect();
            return Err(format!("the allowed values are {}", allowed.join(", ")));
        }
        if let Some(pattern) = &self.allowed_pattern
            && java_pattern::matches(pattern, value) == Ok(false)
        {
            let why = self.constraint_description.as_ref().map(|text| format!(" ({text})")).unwrap_or_default();
            return Err(format!("it must match `{pattern}`{why}"));
        }
        match self.kind {
            ParameterType::Number | ParameterType::NumberList => self.check_range(value),
            ParameterType::String | ParameterType::CommaDelimitedList => self.check_length(value),
        }
    }

    fn check_range(&self, value: &str) -> std::result::Result<(), String> {
        // `NaN` and `inf` are numbers to Rust; `NaN` would pass every bound, and no service accepts either.
        let number: Option<f64> = value.parse().ok().filter(|number: &f64| number.is_finite());
        let number = number.ok_or("it must be a number")?;
        let refused = |word: &str, bound: f64| format!("it must be at {word} {bound}");
        within(number, [&self.min_value, &self.max_value], refused)
    }

    fn check_length(&self, value: &str) -> std::result::Result<(), String> {
        let length = value.chars().count();
        #[expect(clippy::cast_precision_loss, reason = "a length that f64 cannot represent does not fit in a template")]
        let measured = length as f64;
        let refused = |word: &str, bound: f64| format!("it must have at {word} {bound} characters, it has {length}");
        within(measured, [&self.min_length, &self.max_length], refused)
    }

    /// The option that sets it, and the values that are allowed.
    fn option(&self, name: &str) -> String {
        let option = format!("`-P {name}=VALUE`");
        match (&self.allowed_values, &self.allowed_pattern) {
            (Some(allowed), _) => {
                let allowed: Vec<_> = allowed.iter().map(scalar_text).collect();
                format!("{option} (VALUE is {})", allowed.join(" or "))
            }
            (None, Some(pattern)) => format!("{option} (VALUE matches `{pattern}`)"),
            (None, None) => option,
        }
    }

    /// Whether its value must not be shown.
    pub fn is_no_echo(&self) -> bool {
        let text = self.no_echo.as_ref().map(scalar_text).unwrap_or_default();
        text.eq_ignore_ascii_case("true") || plain::flag(&text) == Some(true)
    }

    /// The reason why the `AllowedPattern` cannot be tried on a value: CloudFormation checks it instead.
    fn unevaluated_pattern(&self, value: &str) -> Option<(&str, String)> {
        let pattern = self.allowed_pattern.as_deref()?;
        self.items(value)
            .into_iter()
            .find_map(|item| java_pattern::matches(pattern, item).err())
            .map(|reason| (pattern, reason))
    }

    /// The value as a message shows it.
    fn shown(&self, value: &str) -> String {
        match value.char_indices().nth(MOST_SHOWN) {
            _ if self.is_no_echo() => "(masked)".to_owned(),
            Some((end, _)) => format!("`{}…`", &value[..end]),
            None => format!("`{value}`"),
        }
    }
}

/// How many characters of a value a message shows.
const MOST_SHOWN: usize = 200;

fn within(
    measured: f64,
    bounds: [&Option<Value>; 2],
    refused: impl Fn(&str, f64) -> String,
) -> std::result::Result<(), String> {
    let [least, most] = bounds.map(|bound| -> Option<f64> { scalar_text(bound.as_ref()?).parse().ok() });
    match (least, most) {
        (Some(least), _) if measured < least => Err(refused("least", least)),
        (_, Some(most)) if measured > most => Err(refused("most", most)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::*;

    fn declared(declaration: Value) -> Vec<(String, Declaration)> {
        vec![("P".to_owned(), serde_json::from_value(declaration).unwrap())]
    }

    fn checked(declaration: Value, given: Option<&str>) -> Result<Parameters> {
        let given = given.map(|value| ("P".to_owned(), value.to_owned())).into_iter().collect();
        check(&declared(declaration), &given, &Source::in_memory(Path::new("t.yaml"), "Parameters:\n"))
    }

    #[test]
    fn a_number_default_and_its_text_mean_the_same() {
        for default in [json!(512), json!("512")] {
            let parameters = checked(json!({"Type": "Number", "Default": default}), None).unwrap();
            assert_eq!(parameters["P"], json!("512"));
        }
    }

    #[test]
    fn a_list_is_split_and_trimmed() {
        let parameters = checked(json!({"Type": "CommaDelimitedList"}), Some("a, b,c")).unwrap();
        assert_eq!(parameters["P"], json!(["a", "b", "c"]));
    }

    #[test]
    fn an_invalid_value_is_refused_with_the_constraint() {
        for (declaration, value, reason) in [
            (json!({"Type": "String"}), None, "parameter `P` has no default and is not given"),
            (json!({"Type": "Number"}), Some("many"), "parameter `P` is `many`: it must be a number"),
            (json!({"Type": "Number", "MinValue": 128}), Some("NaN"), "it must be a number"),
            (json!({"Type": "Number", "MinValue": 128}), Some("64"), "it must be at least 128"),
            (json!({"Type": "Number", "MaxValue": "30"}), Some("31"), "it must be at most 30"),
            (json!({"Type": "String", "MinLength": 3}), Some("ab"), "at least 3 characters, it has 2"),
            (json!({"Type": "String", "MaxLength": 1}), Some("ab"), "at most 1 characters, it has 2"),
            (
                json!({"Type": "String", "AllowedValues": ["us", "eu"]}),
                Some("mars"),
                "the allowed values are `us`, `eu`",
            ),
            (
                json!({"Type": "String", "AllowedPattern": "[a-z]+", "ConstraintDescription": "lowercase"}),
                Some("A"),
                "it must match `[a-z]+` (lowercase)",
            ),
            (json!({"Type": "Number", "NoEcho": true}), Some("secret"), "parameter `P` is (masked)"),
            (
                json!({"Type": "String"}),
                Some("é".repeat(2049).as_str()),
                "é…`: it has 4098 bytes; CloudFormation allows at most 4096",
            ),
        ] {
            let error = checked(declaration.clone(), value).unwrap_err().to_string();
            assert!(error.contains(reason), "{declaration} with {value:?} gave: {error}");
        }
    }

    #[test]
    fn the_hint_names_the_parameter_and_the_values_that_are_allowed() {
        let hint = |declaration: Value, given: Option<&str>| {
            checked(declaration, given).unwrap_err().next_step().unwrap().to_string()
        };
        let file = "or write the value into a file for `--parameters`";
        assert_eq!(hint(json!({"Type": "String"}), None), format!("pass `-P P=VALUE`, {file}"));
        let allowed = json!({"Type": "String", "AllowedValues": ["us", "eu"]});
        for given in [None, Some("mars")] {
            assert_eq!(hint(allowed.clone(), given), format!("pass `-P P=VALUE` (VALUE is us or eu), {file}"));
        }
        let pattern = json!({"Type": "String", "AllowedPattern": "[a-z]+"});
        assert_eq!(hint(pattern, Some("A")), format!("pass `-P P=VALUE` (VALUE matches `[a-z]+`), {file}"));
    }

    #[test]
    fn an_unsupported_pattern_is_a_remark_and_not_an_error() {
        let pattern = declared(json!({"Type": "String", "Default": "a", "AllowedPattern": "\\p{javaLowerCase}"}));
        let source = Source::in_memory(Path::new("t.yaml"), "Parameters:\n  P:\n    AllowedPattern: x\n");
        assert_eq!(check(&pattern, &BTreeMap::new(), &source).unwrap()["P"], json!("a"));
        let remarks = unchecked(&pattern, &BTreeMap::new(), &source);
        assert!(
            remarks[0].text.starts_with(
                "t.yaml:3: the value of `P` is not checked: `\\p{javaLowerCase}` cannot be evaluated here"
            ),
            "{remarks:?}"
        );
        let fine = declared(json!({"Type": "String", "Default": "abc", "AllowedPattern": "^(?!d-)[a-z0-9-]+$"}));
        assert_eq!(unchecked(&fine, &BTreeMap::new(), &source), []);
    }

    #[test]
    fn every_spelling_of_true_enables_no_echo() {
        for yes in [json!(true), json!("true"), json!("True"), json!("yes"), json!("on")] {
            assert!(declared(json!({"Type": "String", "NoEcho": yes}))[0].1.is_no_echo(), "{yes}");
        }
        for no in [json!(false), json!("no"), json!("false")] {
            assert!(!declared(json!({"Type": "String", "NoEcho": no}))[0].1.is_no_echo(), "{no}");
        }
    }

    #[test]
    fn all_problems_are_in_one_error() {
        let given = BTreeMap::from([("Q".to_owned(), "1".to_owned())]);
        let source = Source::in_memory(Path::new("t.yaml"), "Parameters:\n");
        let error = check(&declared(json!({"Type": "String"})), &given, &source).unwrap_err().to_string();
        assert!(error.starts_with("checking the parameters of t.yaml:1: there is no parameter `Q`"), "{error}");
        assert!(error.contains("parameter `P` has no default"), "{error}");
    }

    #[test]
    fn every_problem_has_its_line_and_a_wrong_default_its_own_hint() {
        let text = "Parameters:\n  A:\n    Type: Number\n    Default: many\n  B:\n    Type: Number\n";
        let source = Source::in_memory(Path::new("t.yaml"), text);
        let kinds = [("A", json!({"Type": "Number", "Default": "many"})), ("B", json!({"Type": "Number"}))];
        let declared = kinds.map(|(name, value)| (name.to_owned(), serde_json::from_value(value).unwrap()));
        let refused = |given: &[(&str, &str)]| {
            let given = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            check(&declared, &given, &source).unwrap_err()
        };
        let both = refused(&[("B", "few")]);
        assert_eq!(
            both.headline(),
            "checking the parameters of t.yaml:4: parameter `A` is `many`: it must be a number\n  \
             t.yaml:5: parameter `B` is `few`: it must be a number"
        );
        let (correct, set) =
            ("correct the default of `A` in the template", "pass `-P B=VALUE`, or write the value into a file");
        assert!(both.next_step().unwrap().starts_with(&format!("{correct}; {set}")), "{both}");
        assert_eq!(refused(&[("B", "1")]).next_step().map(ToString::to_string).as_deref(), Some(correct));
        let given = refused(&[("A", "1"), ("B", "few")]);
        assert!(given.next_step().unwrap().starts_with(set), "{given}");
        assert!(given.headline().starts_with("checking the parameters of t.yaml:5: "), "{given}");
    }
}
