//! Checks that CloudFormation makes in every template, whatever its parameters and kinds: shapes, names and limits.
//!
//! The limits and patterns are those of AWS's guide ("CloudFormation quotas", "Mappings", "Outputs", "Parameters") and
//! of cfn-lint's schemas for the sections of a template.

mod mappings;
mod names;
mod outputs;
mod parameters;

use serde_json::{Map, Value};

use super::fault::{Evaluated, Fault};
use super::reason::Reason;

type Checked = Evaluated<()>;

fn refuse(keys: &[&str], cause: impl Into<Reason>) -> Checked {
    Err(Fault::at(keys, cause))
}

/// Checks a template's sections, with the functions in their long form.
///
/// # Errors
/// At the first problem for which CloudFormation would refuse the template.
pub(super) fn check(template: &Map<String, Value>) -> Checked {
    for section in ["Parameters", "Mappings", "Conditions", "Resources", "Outputs"] {
        for name in entries(template, section).keys() {
            named(section, name)?;
        }
    }
    format_version(template)?;
    described(template.get("Description"), &["Description"], MOST_DESCRIBED)?;
    // The quota of 500 resources is a quota of a stack, not of the language: the direct engine applies larger
    // templates, and CloudFormation itself reports its quota.
    for (section, most) in [("Parameters", 200), ("Mappings", 200), ("Outputs", 200)] {
        let length = entries(template, section).len();
        if length > most {
            return refuse(&[section], format!("it has {length} entries; CloudFormation allows at most {most}"));
        }
    }
    parameters::check(entries(template, "Parameters"))?;
    mappings::check(entries(template, "Mappings"))?;
    outputs::check(entries(template, "Outputs"))?;
    names::check(template)
}

/// The longest description of the template or of an output, in bytes.
const MOST_DESCRIBED: usize = 1024;

/// The entries of a section; an empty map where it is absent or does not have the shape of one, which is reported
/// elsewhere.
fn entries<'t>(template: &'t Map<String, Value>, section: &str) -> &'t Map<String, Value> {
    static NONE: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    template.get(section).and_then(Value::as_object).unwrap_or(&NONE)
}

fn format_version(template: &Map<String, Value>) -> Checked {
    match template.get("AWSTemplateFormatVersion") {
        None => Ok(()),
        Some(Value::String(version)) if version == "2010-09-09" => Ok(()),
        Some(other) => refuse(
            &["AWSTemplateFormatVersion"],
            format!("there is no format version {other}; the only one is `2010-09-09`"),
        ),
    }
}

fn described(description: Option<&Value>, keys: &[&str], most: usize) -> Checked {
    match description {
        None => Ok(()),
        Some(Value::String(text)) if text.len() <= most => Ok(()),
        Some(Value::String(text)) => {
            refuse(keys, format!("a description has at most {most} bytes; this one has {}", text.len()))
        }
        Some(_) => refuse(keys, Reason::not_text("a description must be text, without functions")),
    }
}

/// The longest name, in characters.
const LONGEST_NAME: usize = 255;

/// Checks the name of an entry of a section.
fn named(section: &str, name: &str) -> Checked {
    if name.starts_with("Fn::") {
        let cause = "it needs the transform `AWS::LanguageExtensions`, which only CloudFormation runs";
        return Err(Fault::at(&[section, name], cause).hint("write the generated entries into the template"));
    }
    let fits = |c: char| c.is_ascii_alphanumeric() || (section == "Conditions" && matches!(c, '&' | '_'));
    if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(fits) {
        let cause = format!("a name must be 1 to {LONGEST_NAME} ASCII letters and digits");
        return Err(Fault::at(&[section, name], cause).hint("rename it and every reference to it"));
    }
    Ok(())
}

/// Whether a value is a string, a number or a boolean.
fn is_scalar(value: &Value) -> bool {
    value.is_string() || value.is_number() || value.is_boolean()
}

#[cfg(test)]
mod tests;
