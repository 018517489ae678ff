//! `Parameters`: what can be said of them before one is given.

use serde_json::{Map, Value};

use super::{Checked, described, is_scalar, refuse};

/// A parameter's description, in characters.
const MOST_DESCRIBED: usize = 4000;

pub(super) fn check(parameters: &Map<String, Value>) -> Checked {
    for (name, parameter) in parameters {
        let at = |attribute| ["Parameters", name, attribute];
        described(parameter.get("Description"), &at("Description"), MOST_DESCRIBED)?;
        let default = parameter.get("Default");
        if default.is_some_and(|default| !is_scalar(default)) {
            return refuse(
                &at("Default"),
                "a default must be text or a number, without functions; a list is written `a,b,c`",
            );
        }
        let Some(allowed) = parameter.get("AllowedValues") else { continue };
        let Some(values) = allowed.as_array().filter(|values| values.iter().all(is_scalar)) else {
            return refuse(&at("AllowedValues"), "it must be a list of texts or numbers, without functions");
        };
        let Some(default) = default.map(text) else { continue };
        let is_list =
            parameter["Type"].as_str().is_some_and(|kind| kind == "CommaDelimitedList" || kind.starts_with("List<"));
        let defaults: Vec<&str> = if is_list { default.split(',').map(str::trim).collect() } else { vec![&default] };
        if let Some(one) = defaults.iter().find(|one| !values.iter().any(|value| text(value) == **one)) {
            return refuse(&at("Default"), format!("the default `{one}` is not one of the parameter's AllowedValues"));
        }
    }
    Ok(())
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
