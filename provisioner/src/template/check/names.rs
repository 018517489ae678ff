//! Names that a template uses must be names that it defines, also where a condition omits the place.

use serde_json::{Map, Value};

use super::super::sub::{Part, parts};
use super::{Checked, Refused, entries, refuse};

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
                names.used(value, &mut path(&["Resources", id, attribute]))?;
            }
        }
        names.condition(resource.get("Condition"), &path(&["Resources", id, "Condition"]))?;
    }
    for (id, output) in entries(template, "Outputs") {
        names.used(output, &mut path(&["Outputs", id]))?;
        names.condition(output.get("Condition"), &path(&["Outputs", id, "Condition"]))?;
        if let Some(export) = output.pointer("/Export/Name") {
            // Every name in it is known at this point, so a name that is missing without the resources is a resource.
            let without_resources = Names { resources: &Map::new(), ..names };
            without_resources.used(export, &mut path(&["Outputs", id, "Export", "Name"])).map_err(|refused| Refused {
                cause: "an export's name cannot depend on a resource: CloudFormation allows parameters and pseudo parameters \
                        there"
                    .into(),
                ..refused
            })?;
        }
    }
    Ok(())
}

fn path(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

fn refused(keys: &[String], cause: String) -> Checked {
    Err(Refused { keys: keys.to_vec(), cause: cause.into(), hint: None })
}

#[derive(Clone, Copy)]
struct Names<'t> {
    parameters: &'t Map<String, Value>,
    resources: &'t Map<String, Value>,
    conditions: &'t Map<String, Value>,
}

impl Names<'_> {
    fn used(&self, value: &Value, at: &mut Vec<String>) -> Checked {
        match value {
            Value::Array(items) => items.iter().enumerate().try_for_each(|(index, item)| {
                at.push(index.to_string());
                self.used(item, at)?;
                at.pop();
                Ok(())
            }),
            Value::Object(object) => object.iter().try_for_each(|(key, value)| {
                at.push(key.clone());
                if object.len() == 1 {
                    self.function(key, value, at)?;
                }
                self.used(value, at)?;
                at.pop();
                Ok(())
            }),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
        }
    }

    /// Checks the names in a function's own argument.
    fn function(&self, name: &str, argument: &Value, at: &[String]) -> Checked {
        let parts = argument.as_array().map(Vec::as_slice).unwrap_or_default();
        let text = argument.as_str().or_else(|| parts.first()?.as_str());
        match (name, text) {
            ("Ref", Some(name)) => self.value(name, at),
            ("Fn::GetAtt", Some(id)) => self.resource(id.split('.').next().unwrap_or_default(), at),
            ("Fn::Sub", Some(pattern)) => self.pattern(pattern, parts.get(1).and_then(Value::as_object), at),
            ("Fn::If", _) => self.condition(parts.first(), at),
            _ => Ok(()),
        }
    }

    fn pattern(&self, pattern: &str, own: Option<&Map<String, Value>>, at: &[String]) -> Checked {
        for part in parts(pattern) {
            let Part::Variable(name) = part else { continue };
            match name.split_once('.') {
                _ if own.is_some_and(|own| own.contains_key(name)) => {}
                Some((id, _)) => self.resource(id, at)?,
                None => self.value(name, at)?,
            }
        }
        Ok(())
    }

    fn value(&self, name: &str, at: &[String]) -> Checked {
        let given =
            name.starts_with("AWS::") || self.parameters.contains_key(name) || self.resources.contains_key(name);
        if given { Ok(()) } else { refused(at, format!("there is no parameter or resource `{name}`")) }
    }

    fn resource(&self, id: &str, at: &[String]) -> Checked {
        match self.resources.contains_key(id) {
            true => Ok(()),
            false if self.parameters.contains_key(id) => {
                refused(at, format!("`{id}` is a parameter, which has no attributes"))
            }
            false => refused(at, format!("there is no parameter or resource `{id}`")),
        }
    }

    fn condition(&self, name: Option<&Value>, at: &[String]) -> Checked {
        match name.and_then(Value::as_str) {
            Some(name) if !self.conditions.contains_key(name) => refused(at, format!("there is no condition `{name}`")),
            _ => Ok(()),
        }
    }
}
