//! `Mappings`: a name, two levels of keys, and values without functions.

use serde_json::{Map, Value};

use super::{Checked, is_scalar, refuse};

pub(super) fn check(mappings: &Map<String, Value>) -> Checked {
    for (map, first) in mappings {
        let at = ["Mappings", map];
        let Some(first) = first.as_object() else { return refuse(&at, LEVELS) };
        counted(first, &at)?;
        for (top, second) in first {
            let at = ["Mappings", map, top];
            let Some(second) = second.as_object() else { return refuse(&at, LEVELS) };
            counted(second, &at)?;
            key(top, true, &at)?;
            for (name, value) in second {
                let at = ["Mappings", map, top, name];
                key(name, false, &at)?;
                for value in value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice) {
                    value.as_object().map_or(Ok(()), |level| without_functions(level, &at))?;
                }
                let fits = is_scalar(value) || value.as_array().is_some_and(|items| items.iter().all(is_scalar));
                if !fits {
                    return refuse(&at, LEVELS);
                }
            }
        }
    }
    Ok(())
}

const LEVELS: &str = "a mapping has two levels of keys, with text, a number, or a list of these as the values: \
                      `Name: {Key: {Key: value}}`";

fn without_functions(level: &Map<String, Value>, at: &[&str]) -> Checked {
    match level.keys().find(|key| *key == "Ref" || key.starts_with("Fn::")) {
        Some(function) => {
            refuse(at, format!("`{function}` is not allowed in `Mappings`: functions are not evaluated there"))
        }
        None => Ok(()),
    }
}

fn counted(level: &Map<String, Value>, at: &[&str]) -> Checked {
    without_functions(level, at)?;
    match level.len() {
        0 => refuse(at, "it is empty"),
        1..=200 => Ok(()),
        many => refuse(at, format!("it has {many} keys; CloudFormation allows at most 200")),
    }
}

fn key(key: &str, is_first: bool, at: &[&str]) -> Checked {
    let fits = |c: char| c.is_ascii_alphanumeric() || (is_first && matches!(c, '.' | '-'));
    if key.is_empty() || key.len() > 255 || !key.chars().all(fits) {
        let also = if is_first { ", `.` and `-`" } else { "" };
        return refuse(at, format!("the key `{key}` must be 1 to 255 letters and digits{also}"));
    }
    Ok(())
}
