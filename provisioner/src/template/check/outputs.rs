//! `Outputs`: the checks that need no known value.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::super::reason::Reason;
use super::{Checked, MOST_DESCRIBED, described, refuse};

pub(super) fn check(outputs: &Map<String, Value>) -> Checked {
    let mut exports: BTreeMap<String, &str> = BTreeMap::new();
    for (name, output) in outputs {
        let at = |attribute| ["Outputs", name, attribute];
        let in_export = |attribute| ["Outputs", name, "Export", attribute];
        described(output.get("Description"), &at("Description"), MOST_DESCRIBED)?;
        if output.get("Value").is_some_and(|value| value.is_array() || is_map(value)) {
            return refuse(&at("Value"), Reason::not_text("an output must be text; join a list with `!Join`"));
        }
        let Some(export) = output.get("Export") else { continue };
        let Some(export_name) = export.get("Name") else {
            return refuse(&at("Export"), "an export is written `Export: {Name: …}`");
        };
        if let Some(other) = export.as_object().and_then(|export| export.keys().find(|key| *key != "Name")) {
            return refuse(
                &in_export(other),
                Reason::unsupported(format!("an export has a `Name` only: `{other}` is not supported")),
            );
        }
        if export_name == "" || export_name.is_array() || is_map(export_name) {
            return refuse(&in_export("Name"), Reason::not_text("an export's name must be text that is not empty"));
        }
        // Two outputs may share an export name if only one of them exists at a time.
        let is_alone = output.get("Condition").is_none();
        if is_alone && let Some(other) = exports.insert(export_name.to_string(), name) {
            return refuse(&at("Export"), format!("`{other}` is exported under the same name"));
        }
    }
    Ok(())
}

/// A map that is not a function.
fn is_map(value: &Value) -> bool {
    value.as_object().is_some_and(|map| !map.keys().any(|key| key == "Ref" || key.starts_with("Fn::")))
}
