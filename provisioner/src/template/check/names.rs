//! Names that a template uses must be names that it defines, also where a condition omits the place.

use serde_json::{Map, Value};

use super::super::fault::{Fault, below, fault};
use super::super::reason::Reason;
use super::super::sub::{Part, parts};
use super::{Checked, entries, refuse};

pub(super) fn check(template: &Map<String, Value>) -> Checked {
    let names = Names {
        parameters: entries(template, "Parameters"),
        resources: entries(template, "Resources"),
        conditions: entries(template, "Conditions"),
    };
    if let Some(twice) = names.parameters.keys().find(|name| names.resources.contains_key(*name)) {
        return refuse(
            &["Resources", twice],
            format!("`{twice}` is also the name of a parameter; names must be unique"),
        );
    }
    for (id, resource) in names.resources {
        for attribute in ["Properties", "Metadata", "CreationPolicy", "UpdatePolicy"] {
            if let Some(value) = resource.get(attribute) {
                within(&["Resources", id, attribute], names.used(value))?;
            }
        }
        within(&["Resources", id, "Condition"], names.condition(resource.get("Condition")))?;
    }
    for (id, output) in entries(template, "Outputs") {
        within(&["Outputs", id], names.used(output))?;
        within(&["Outputs", id, "Condition"], names.condition(output.get("Condition")))?;
        if let Some(export) = output.pointer("/Export/Name") {
            // Every name in it is known at this point, so a name that is missing without the resources is a resource.
            let without_resources = Names { resources: &Map::new(), ..names };
            let cause = "an export's name cannot depend on a resource: CloudFormation allows parameters and pseudo \
                         parameters there";
            let checked = without_resources.used(export).map_err(|fault| Fault { reason: cause.into(), ..fault });
            within(&["Outputs", id, "Export", "Name"], checked)?;
        }
    }
    Ok(())
}

fn within(keys: &[&str], checked: Checked) -> Checked {
    keys.iter().rev().fold(checked, |checked, key| below(key, checked))
}

fn undeclared<'n>(name: &str, declared: impl IntoIterator<Item = &'n String>) -> Reason {
    Reason::undeclared(format!("there is no parameter or resource `{name}`"), name, declared)
}

#[derive(Clone, Copy)]
struct Names<'t> {
    parameters: &'t Map<String, Value>,
    resources: &'t Map<String, Value>,
    conditions: &'t Map<String, Value>,
}

impl Names<'_> {
    fn used(&self, value: &Value) -> Checked {
        match value {
            Value::Array(items) => {
                items.iter().enumerate().try_for_each(|(index, item)| below(&index.to_string(), self.used(item)))
            }
            Value::Object(object) => object.iter().try_for_each(|(key, value)| {
                let own = if object.len() == 1 { self.function(key, value) } else { Ok(()) };
                below(key, own.and_then(|()| self.used(value)))
            }),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
        }
    }

    /// Checks the names in a function's own argument.
    fn function(&self, name: &str, argument: &Value) -> Checked {
        let parts = argument.as_array().map(Vec::as_slice).unwrap_or_default();
        let text = argument.as_str().or_else(|| parts.first()?.as_str());
        match (name, text) {
            ("Ref", Some(name)) => self.value(name),
            ("Fn::GetAtt", Some(id)) => self.resource(id.split('.').next().unwrap_or_default()),
            ("Fn::Sub", Some(pattern)) => self.pattern(pattern, parts.get(1).and_then(Value::as_object)),
            ("Fn::If", _) => self.condition(parts.first()),
            _ => Ok(()),
        }
    }

    fn pattern(&self, pattern: &str, own: Option<&Map<String, Value>>) -> Checked {
        for part in parts(pattern) {
            let Part::Variable(name) = part else { continue };
            match name.split_once('.') {
                _ if own.is_some_and(|own| own.contains_key(name)) => {}
                Some((id, _)) => self.resource(id)?,
                None => self.value(name)?,
            }
        }
        Ok(())
    }

    fn value(&self, name: &str) -> Checked {
        let given =
            name.starts_with("AWS::") || self.parameters.contains_key(name) || self.resources.contains_key(name);
        match given {
            true => Ok(()),
            false => fault(undeclared(name, self.parameters.keys().chain(self.resources.keys()))),
        }
    }

    fn resource(&self, id: &str) -> Checked {
        match self.resources.contains_key(id) {
            true => Ok(()),
            false if self.parameters.contains_key(id) => {
                fault(format!("`{id}` is a parameter, which has no attributes"))
            }
            false => fault(undeclared(id, self.resources.keys())),
        }
    }

    fn condition(&self, name: Option<&Value>) -> Checked {
        match name.and_then(Value::as_str) {
            Some(name) if !self.conditions.contains_key(name) => {
                let text = format!("there is no condition `{name}`");
                fault(Reason::undeclared(text, name, self.conditions.keys()))
            }
            _ => Ok(()),
        }
    }
}
