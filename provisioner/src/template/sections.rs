//! A template's sections, with their shapes checked.

use std::collections::BTreeMap;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::cdk_output;
use super::check;
use super::fault::{Evaluated, Fault, below};
use super::include;
use super::parameters::{self, Declaration};
use super::reason::Reason;
use super::reference::{reserved, reserved_in};
use super::remark::{Remark, hint_at};
use super::source::Source;
use super::texts::find_text;
use super::wording::decoded;
use super::yaml::{self, Document};
use crate::error::{Error, Result};

/// A template as its file declares it, with the included files in place.
#[derive(Debug, Clone)]
pub struct Template {
    pub(super) source: Source,
    pub(super) parameters: Vec<(String, Declaration)>,
    pub(super) mappings: Map<String, Value>,
    pub(super) conditions: Map<String, Value>,
    pub(super) resources: Vec<(String, ResourceSection)>,
    pub(super) outputs: Vec<(String, OutputSection)>,
    flat: Value,
    left_out: Vec<String>,
    pub(super) remarks: Vec<Remark>,
}

/// A resource as the template declares it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct ResourceSection {
    #[serde(rename = "Type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) properties: Map<String, Value>,
    pub(super) condition: Option<String>,
    #[serde(default, deserialize_with = "one_or_many")]
    pub(super) depends_on: Vec<String>,
    #[serde(default)]
    pub(super) deletion_policy: DeletionPolicy,
    // CloudFormation and other tools read it; it has no meaning for the direct engine.
    #[serde(rename = "UpdateReplacePolicy")]
    _update_replace_policy: Option<String>,
    // CloudFormation and other tools read it; the direct engine reads only `Provisioner`.
    pub(super) metadata: Option<Value>,
}

/// Whether `destroy` removes a resource.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum DeletionPolicy {
    /// Deleting the stack deletes it.
    #[default]
    Delete,
    /// It remains when the stack is deleted.
    Retain,
    /// It remains when the stack is deleted; CloudFormation removes it if its creation fails.
    RetainExceptOnCreate,
}

/// `DependsOn: A` and `DependsOn: [A, B]`.
fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "it must be a logical id or a list of them")]
    enum OneOrMany {
        One(String),
        Many(Vec<String>),
    }
    OneOrMany::deserialize(deserializer).map(|found| match found {
        OneOrMany::One(one) => vec![one],
        OneOrMany::Many(many) => many,
    })
}

/// An output as the template declares it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct OutputSection {
    pub(super) description: Option<String>,
    pub(super) value: Value,
    pub(super) condition: Option<String>,
    // An export is a name inside CloudFormation; its value is a normal output, too.
    pub(super) export: Option<Value>,
}

const SECTIONS: [&str; 8] = [
    "AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Mappings", "Conditions", "Resources",
    "Outputs",
];

impl Template {
    /// Reads a template and the files that it includes.
    ///
    /// # Errors
    /// When a file is missing, is not YAML or JSON, or a section does not have its required shape.
    pub fn load(path: &Path) -> Result<Self> {
        Self::from_source(Source::read(path)?)
    }

    /// Reads a template from a source that is already loaded.
    pub fn from_source(source: Source) -> Result<Self> {
        let Document { value: mut flat, remarks } = include::expand(yaml::template(&source)?, source.path())?;
        let problem = |keys: &[&str], reason: Reason| problem(&source, &remarks, keys, &reason);
        let faulty = |Fault { path, reason, .. }: Fault| {
            let keys: Vec<_> = path.iter().map(String::as_str).collect();
            problem(&keys, reason.at(&keys.join(".")))
        };
        let left_out = cdk_output::adapt(&mut flat, source.path())?;
        let Value::Object(sections) = &flat else {
            return Err(problem(&[], "a template must be a map of sections".into()));
        };
        if sections.get("Transform").is_some_and(|transform| transform.to_string().contains("AWS::Serverless")) {
            let cause = "it is a SAM template: `Transform: AWS::Serverless-2016-10-31` generates other resources, and only \
                         CloudFormation runs that transform";
            return Err(problem(&["Transform"], cause.into()).hint(
                "deploy it with `sam deploy`, or write its functions, APIs and permissions as `AWS::Lambda::…`, \
                 `AWS::ApiGatewayV2::…` and `AWS::IAM::Role`",
            ));
        }
        if let Some(unknown) = sections.keys().find(|name| !SECTIONS.contains(&name.as_str())) {
            let cause = format!("the section `{unknown}` is not supported; supported are {}", SECTIONS.join(", "));
            let error = problem(&[unknown], Reason::unknown(cause));
            return Err(match unknown.as_str() {
                "Transform" => error.hint(
                    "remove it, and write what it generates: this program runs no transform of a whole template, with \
                     `--engine cloudformation` neither; `Fn::Transform` with `AWS::Include` is supported",
                ),
                _ => error,
            });
        }
        if let Some((path, character)) = find_text(&flat, &reserved_in) {
            return Err(faulty(Fault { path, ..Fault::here(reserved(character)) }));
        }
        check::check(sections).map_err(faulty)?;
        let section = |name| section(&problem, sections, name);
        let resources: Vec<(String, ResourceSection)> = entries("Resources", section("Resources")?).map_err(faulty)?;
        if resources.is_empty() {
            return Err(problem(&["Resources"], "it declares no resources".into()));
        }
        Ok(Self {
            parameters: entries("Parameters", section("Parameters")?).map_err(faulty)?,
            mappings: section("Mappings")?,
            conditions: section("Conditions")?,
            outputs: entries("Outputs", section("Outputs")?).map_err(faulty)?,
            resources,
            source,
            flat,
            left_out,
            remarks,
        })
    }

    /// The path of the template's file.
    pub fn path(&self) -> &Path {
        self.source.path()
    }

    /// The declared parameters, in the template's order.
    pub fn parameters(&self) -> &[(String, Declaration)] {
        &self.parameters
    }

    /// The logical ids of all resources of one kind, whether their conditions are true or not.
    pub fn logical_ids_of(&self, kind: &str) -> Vec<&str> {
        self.resources.iter().filter(|(_, section)| section.kind == kind).map(|(id, _)| id.as_str()).collect()
    }

    /// The parts of the file that the template omits, each with the reason: the CDK adds them for its own use.
    pub fn left_out(&self) -> &[String] {
        &self.left_out
    }

    /// Remarks for the author on how the template is written, and on given values that cannot be checked.
    pub fn remarks(&self, given: &BTreeMap<String, String>) -> Vec<Remark> {
        let unchecked = parameters::unchecked(&self.parameters, given, &self.source);
        self.remarks.iter().cloned().chain(unchecked).collect()
    }

    /// The template in one piece: with the included files in place and the functions in their long form.
    pub fn flat(&self) -> &Value {
        &self.flat
    }
}

/// An error at a place in the template.
type Problem<'p> = &'p dyn Fn(&[&str], Reason) -> Error;

fn problem(source: &Source, remarks: &[Remark], keys: &[&str], reason: &Reason) -> Error {
    let place = source.place(keys);
    let error = Error::new(format!("reading template {place}"), reason);
    match hint_at(&place, reason, remarks) {
        Some(hint) => error.hint(hint),
        None => error.hint(reason.remedy()),
    }
}

fn section(problem: Problem<'_>, sections: &Map<String, Value>, name: &str) -> Result<Map<String, Value>> {
    match sections.get(name) {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(entries)) => Ok(entries.clone()),
        Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => {
            Err(problem(&[name], format!("`{name}` must be a map").into()))
        }
    }
}

fn entries<T: DeserializeOwned>(name: &str, section: Map<String, Value>) -> Evaluated<Vec<(String, T)>> {
    let entry =
        |(key, value): (String, Value)| below(name, below(&key, decoded(value))).map(|entry| (key.clone(), entry));
    section.into_iter().map(entry).collect()
}
