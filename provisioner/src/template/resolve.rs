//! From a template and its parameters to resources and outputs.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::evaluate::{Scope, needed_resources};
use super::fault::Fault;
use super::graph;
use super::parameters;
use super::pseudo::Pseudo;
use super::reason::Reason;
use super::remark::hint_at;
use super::sections::{DeletionPolicy, ResourceSection, Template};
use super::texts::text_of_scalar;
use super::wording::path_keys;
use crate::error::{Error, ErrorKind, Result};

/// A template with its parameters and conditions evaluated; ids that only AWS knows are references.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    /// The resources that the stack must have, each after all that it needs.
    pub resources: Vec<ResolvedResource>,
    /// The values that the stack reports after a deployment.
    pub outputs: Vec<Output>,
}

/// One resource that the stack must have.
#[derive(Debug, Clone, PartialEq)]
pub struct ResolvedResource {
    /// Its logical id.
    pub logical_id: String,
    /// Its type, such as `AWS::Lambda::Function`.
    pub kind: String,
    /// Its properties, with the functions evaluated.
    pub properties: Map<String, Value>,
    /// The resources that must exist before it.
    pub needs: BTreeSet<String>,
    /// Whether deleting the stack deletes it.
    pub deletion_policy: DeletionPolicy,
    /// `Metadata.Provisioner`, with the functions evaluated: the settings for this program, which are not properties.
    pub provisioner: Option<Value>,
}

/// A value that the stack reports.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// Its name in the template.
    pub name: String,
    /// The description in the template.
    pub description: Option<String>,
    /// The value; it may contain references.
    pub value: String,
}

impl Template {
    /// Evaluates the template for the given parameters and pseudo parameters.
    ///
    /// # Errors
    /// When parameters do not match their declarations, a function cannot be evaluated, a condition needs a pseudo
    /// parameter that is not given, or resources need each other in a circle. [`Error::needs_account`] is true of the
    /// error when that parameter is the account.
    pub fn resolve(&self, given: &BTreeMap<String, String>, pseudo: &Pseudo) -> Result<Resolved> {
        let scope = self.scope(given, pseudo)?;
        for name in self.conditions.keys() {
            scope.condition(name).map_err(|fault| self.problem(&["Conditions", name], fault))?;
        }
        let mut resolved = Vec::new();
        for (id, section) in &self.resources {
            if self.applies(&scope, &["Resources", id], section.condition.as_deref())? {
                resolved.push(self.resource(&scope, id, section)?);
            }
        }
        Ok(Resolved { resources: self.ordered(resolved)?, outputs: self.outputs(&scope)? })
    }

    /// Everything that a value of the template may refer to.
    pub(super) fn scope<'a>(&'a self, given: &BTreeMap<String, String>, pseudo: &'a Pseudo) -> Result<Scope<'a>> {
        Ok(Scope {
            pseudo,
            parameters: parameters::check(&self.parameters, given, &self.source)?,
            mappings: &self.mappings,
            conditions: &self.conditions,
            resources: self.resources.iter().map(|(id, section)| (id.clone(), section.condition.clone())).collect(),
            conditions_in_progress: RefCell::default(),
            evaluated_conditions: RefCell::default(),
        })
    }

    fn applies(&self, scope: &Scope<'_>, keys: &[&str], condition: Option<&str>) -> Result<bool> {
        condition.map_or(Ok(true), |name| scope.condition(name)).map_err(|fault| self.problem(keys, fault))
    }

    fn resource(&self, scope: &Scope<'_>, id: &str, section: &ResourceSection) -> Result<ResolvedResource> {
        let at = ["Resources", id, "Properties"];
        let properties = scope.value(&Value::Object(section.properties.clone()));
        let properties = match properties.map_err(|fault| self.problem(&at, fault))? {
            Some(Value::Object(properties)) => properties,
            _ => Map::new(),
        };
        let mut needs = needed_resources(&Value::Object(properties.clone()));
        for need in &section.depends_on {
            let Some(condition) = scope.resources.get(need) else {
                let text = format!("there is no resource `{need}`");
                let reason = Reason::undeclared(text, need, scope.resources.keys());
                return Err(self.problem(&["Resources", id, "DependsOn"], Fault::here(reason)));
            };
            // A dependency whose own condition is false does not count: CloudFormation ignores it too.
            if self.applies(scope, &["Resources", id], condition.as_deref())? {
                needs.insert(need.clone());
            }
        }
        let provisioner = section.metadata.as_ref().and_then(|metadata| metadata.get("Provisioner"));
        let provisioner = provisioner.map_or(Ok(None), |value| scope.value(value));
        let at = ["Resources", id, "Metadata", "Provisioner"];
        let provisioner = provisioner.map_err(|fault| self.problem(&at, fault))?;
        Ok(ResolvedResource {
            logical_id: id.to_owned(),
            kind: section.kind.clone(),
            properties,
            needs,
            deletion_policy: section.deletion_policy,
            provisioner,
        })
    }

    fn ordered(&self, mut resources: Vec<ResolvedResource>) -> Result<Vec<ResolvedResource>> {
        let nodes: Vec<_> = resources.iter().map(|one| one.logical_id.clone()).collect();
        let needs = resources.iter().map(|one| (one.logical_id.clone(), one.needs.clone())).collect();
        let order = graph::order(&nodes, &needs).map_err(|circle| {
            let reason = match circle.as_slice() {
                [one, _] => format!("`{one}` refers to itself"),
                _ => format!("circular dependency between resources: {}", circle.join(" → ")),
            };
            let first = circle.first().map_or("", String::as_str);
            self.problem(&["Resources", first], Fault::here(reason))
        })?;
        resources.sort_by_key(|one| order.iter().position(|id| *id == one.logical_id));
        Ok(resources)
    }

    fn outputs(&self, scope: &Scope<'_>) -> Result<Vec<Output>> {
        let mut outputs = Vec::new();
        let mut exports: BTreeMap<String, &str> = BTreeMap::new();
        for (name, section) in &self.outputs {
            let at = ["Outputs", name, "Value"];
            if !self.applies(scope, &at, section.condition.as_deref())? {
                continue;
            }
            let Some(value) = scope.value(&section.value).map_err(|fault| self.problem(&at, fault))? else {
                let fault = Fault::here("its value is `AWS::NoValue`, but an output needs a value")
                    .hint("add a `Condition` to the output, or give it a value in every case");
                return Err(self.problem(&at, fault));
            };
            let Some(value) = text_of_scalar(&value) else {
                let reason = Reason::not_text("an output must be text; join a list with `!Join`");
                return Err(self.output_problem(name, reason));
            };
            if let Some(export) = &section.export {
                let at = ["Outputs", name, "Export"];
                let export = scope.value(export).map_err(|fault| self.problem(&at, fault))?.unwrap_or_default();
                if export.get("Name").is_none_or(|name| name == "" || name.is_array()) {
                    let reason = Reason::not_text("an export's name must be text that is not empty");
                    return Err(self.problem(&["Outputs", name, "Export", "Name"], Fault::here(reason)));
                }
                if let Some(other) = exports.insert(export.to_string(), name) {
                    let reason = format!("`{other}` is exported under the same name, {}", export["Name"]);
                    return Err(self.problem(&at, Fault::here(reason)));
                }
            }
            outputs.push(Output { name: name.clone(), description: section.description.clone(), value });
        }
        Ok(outputs)
    }

    /// The place of these keys: `file:line`.
    pub fn place(&self, keys: &[&str]) -> String {
        self.source.place(keys)
    }

    /// An error at a place in the template: file and line, logical id and property, and the reason.
    pub(crate) fn problem(&self, keys: &[&str], fault: Fault) -> Error {
        let Fault { path, reason, condition, needs_account, unknown } = fault;
        let root = condition.as_ref().map(|name| vec!["Conditions", name.as_str()]);
        let keys = root.unwrap_or_else(|| keys.to_vec());
        let keys: Vec<&str> = keys.into_iter().chain(path.iter().map(String::as_str)).collect();
        let place = self.source.place(&keys);
        let shown: Vec<_> = keys.iter().filter(|key| !["Resources", "Properties"].contains(key)).copied().collect();
        let mut error = Error::new(format!("resolving {place}"), format!("{}: {reason}", shown.join(".")));
        if let Some(name) = unknown {
            error = error.of_kind(ErrorKind::PseudoNeeded(name.into()));
        }
        if needs_account {
            error = error.of_kind(ErrorKind::AccountNeeded);
        }
        match hint_at(&place, &reason, &self.remarks) {
            Some(hint) => error.hint(hint),
            None => error.hint(reason.remedy()),
        }
    }

    /// An error about the value of an output.
    pub(crate) fn output_problem(&self, name: &str, reason: impl Into<Reason>) -> Error {
        self.problem(&["Outputs", name, "Value"], Fault::here(reason))
    }

    /// An error about a property of a resource.
    pub(crate) fn property_problem(&self, logical_id: &str, property: &str, reason: impl Into<Reason>) -> Error {
        let path = path_keys(property);
        self.problem(&["Resources", logical_id, "Properties"], Fault { path, ..Fault::here(reason) })
    }
}
