//! `Parameters`: the checks that need no given value.

use serde_json::{Map, Value};

use super::super::reason::Reason;
use super::super::texts::scalar_text;
use super::{Checked, described, is_scalar, refuse};

/// The longest description of a parameter, in characters.
const MOST_DESCRIBED: usize = 4000;

pub(super) fn check(parameters: &Map<String, Value>) -> Checked {
    for (name, parameter) in parameters {
        let at = |attribute| ["Parameters", name, attribute];
        described(parameter.get("Description"), &at("Description"), MOST_DESCRIBED)?;
        let default = parameter.get("Default");
        if default.is_some_and(|default| !is_scalar(default)) {
            return refuse(
                &at("Default"),
                Reason::not_text("a default must be text or a number, without functions; a list is written `a,b,c`"),
            );
        }
        for attribute in ["MinLength", "MaxLength", "MinValue", "MaxValue"] {
            if let Some(bound) = parameter.get(attribute) {
                is_bound(bound, attribute.ends_with("Length"), &at(attribute))?;
            }
        }
        let Some(allowed) = parameter.get("AllowedValues") else { continue };
        let Some(values) = allowed.as_array().filter(|values| values.iter().all(is_scalar)) else {
            return refuse(&at("AllowedValues"), "it must be a list of texts or numbers, without functions");
        };
        let Some(default) = default.map(scalar_text) else { continue };
        let is_list =
            parameter["Type"].as_str().is_some_and(|kind| kind == "CommaDelimitedList" || kind.starts_with("List<"));
        let defaults: Vec<&str> = if is_list { default.split(',').map(str::trim).collect() } else { vec![&default] };
        if let Some(one) = defaults.iter().find(|one| !values.iter().any(|value| scalar_text(value) == **one)) {
            return refuse(&at("Default"), format!("the default `{one}` is not one of the parameter's AllowedValues"));
        }
    }
    Ok(())
}

/// Checks a bound. A length counts characters.
fn is_bound(bound: &Value, is_length: bool, at: &[&str]) -> Checked {
    let number: Option<f64> = scalar_text(bound).parse().ok().filter(|number: &f64| number.is_finite());
    let fits = number.is_some_and(|number| !is_length || (number >= 0.0 && number.fract() == 0.0));
    let wanted = if is_length { "a whole number from 0" } else { "a number" };
    if fits { Ok(()) } else { refuse(at, format!("it must be {wanted}, not `{}`", scalar_text(bound))) }
}
