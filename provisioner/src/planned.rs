//! A plan in a file: shown now, executed later or on another machine, and only if a new plan would be the same.
//!
//! The file contains no calls and no secrets. It contains the inputs and the result of the plan; the program that
//! executes it plans again from the inputs and compares the results.

mod changed;
mod file;
mod step;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use self::step::PlannedStep;
use crate::desired::Desired;
use crate::error::{Error, ErrorKind, Result};
use crate::hint::{Command, Hint};
use crate::place::StackName;
use crate::plan::{Options, Plan};
use crate::resources::Resource;
use crate::template::Template;

/// The version of the file format.
pub const FORMAT: u32 = 1;

/// A plan as its file contains it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Planned {
    /// The version of this format.
    format: u32,
    /// The version of the program that created the plan: another version may plan differently.
    provisioner: String,
    /// The stack's name.
    pub stack: String,
    /// The account of the plan.
    pub account: String,
    /// The region of the plan. The partition follows from it.
    pub region: String,
    /// The inputs of the plan, on this machine.
    pub inputs: Inputs,
    /// The result: every step, including those that change nothing.
    steps: Vec<PlannedStep>,
    /// A digest of everything above, which detects a damaged file.
    checksum: String,
}

/// The inputs of a plan, besides what AWS returns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Inputs {
    /// The template.
    pub template: Source,
    /// The given parameters, except those in `no_echo`.
    pub parameters: BTreeMap<String, String>,
    /// The given parameters with `NoEcho`: their values must be given again.
    pub no_echo: BTreeSet<String>,
    /// The packages, by the function's logical id.
    pub packages: BTreeMap<String, Package>,
    /// The options of the plan.
    pub options: Options,
}

/// A template's file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Source {
    /// Its path, as it was given.
    pub path: PathBuf,
    /// A digest of the template in one piece, with the included files: comments and layout have no effect.
    pub sha256: String,
}

/// A function's package.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Package {
    /// Its path, if it was given instead of the template's own package.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<PathBuf>,
    /// Base64 of the zip's SHA-256: AWS's `CodeSha256`.
    pub sha256: String,
}

impl Inputs {
    /// The inputs of a plan for `desired`. `instead` contains the packages that were given instead of the template's.
    pub fn of(
        template: &Template,
        parameters: &BTreeMap<String, String>,
        instead: &BTreeMap<String, PathBuf>,
        desired: &Desired,
        options: Options,
    ) -> Self {
        let no_echo: BTreeSet<_> = template.no_echo().collect();
        let (hidden, shown): (BTreeMap<_, _>, BTreeMap<_, _>) =
            parameters.clone().into_iter().partition(|(name, _)| no_echo.contains(name.as_str()));
        let packages = desired.resources.iter().filter_map(|wanted| {
            let Resource::Function(function) = &wanted.resource else { return None };
            let path = instead.get(&wanted.logical_id).cloned();
            Some((wanted.logical_id.clone(), Package { path, sha256: function.code.sha256.clone() }))
        });
        Self {
            template: Source { path: template.path().to_owned(), sha256: digest_of(template) },
            parameters: shown,
            no_echo: hidden.into_keys().collect(),
            packages: packages.collect(),
            options,
        }
    }

    /// The packages that were given instead of the template's own.
    pub fn packages_instead(&self) -> BTreeMap<String, PathBuf> {
        self.packages.iter().filter_map(|(id, package)| Some((id.clone(), package.path.clone()?))).collect()
    }
}

impl Planned {
    /// The content of the file for a plan from `inputs`, with these parameters.
    pub fn of(plan: &Plan, inputs: Inputs, template: &Template, parameters: &BTreeMap<String, String>) -> Self {
        let secrets = template.secrets(parameters);
        let planned = Self {
            format: FORMAT,
            provisioner: env!("CARGO_PKG_VERSION").to_owned(),
            stack: plan.stack.clone(),
            account: plan.account.clone(),
            region: plan.region.clone(),
            inputs,
            steps: plan.steps.iter().map(|step| PlannedStep::of(step, &secrets)).collect(),
            checksum: String::new(),
        };
        planned.sealed()
    }

    /// The stack's name, unless another name was given.
    pub fn stack(&self, given: Option<&StackName>) -> Result<StackName> {
        match given {
            Some(given) if given.as_str() != self.stack => Err(self.other("stack", &self.stack, given.as_str())),
            _ => self.stack.parse(),
        }
    }

    /// Refuses another region than that of the plan.
    pub fn is_for_region(&self, region: &str) -> Result<()> {
        if self.region == region { Ok(()) } else { Err(self.other("region", &self.region, region)) }
    }

    /// The path of the template.
    ///
    /// # Errors
    /// When no file has this path.
    pub fn template(&self) -> Result<&Path> {
        let path = &self.inputs.template.path;
        if path.exists() {
            return Ok(path);
        }
        Err(Error::new(self.doing(), format!("its template {} does not exist here", path.display()))
            .exists("nothing was changed")
            .hint(Hint::new("run the command in the folder in which the plan was made").or(plan_again())))
    }

    /// Refuses a template that differs from that of the plan.
    pub fn is_of(&self, template: &Template) -> Result<()> {
        if self.inputs.template.sha256 == digest_of(template) {
            return Ok(());
        }
        let cause = format!("the template {} has changed after the plan", template.path().display());
        Err(self.refused(cause))
    }

    /// All parameters, including those that are given again: values with `NoEcho`, which the file does not contain, and
    /// others if they equal those of the plan.
    ///
    /// # Errors
    /// When a parameter differs from that of the plan, or one with `NoEcho` is not given again.
    pub fn parameters(&self, given: &BTreeMap<String, String>) -> Result<BTreeMap<String, String>> {
        let Inputs { parameters, no_echo, .. } = &self.inputs;
        for (name, value) in given.iter().filter(|(name, _)| !no_echo.contains(*name)) {
            match parameters.get(name) {
                Some(planned) if planned == value => {}
                Some(planned) => {
                    return Err(self.refused(format!("parameter `{name}` was `{planned}` in the plan")));
                }
                None => return Err(self.refused(format!("parameter `{name}` was not given for the plan"))),
            }
        }
        let missing: Vec<_> = no_echo.iter().filter(|name| !given.contains_key(*name)).cloned().collect();
        if missing.is_empty() {
            return Ok(parameters.clone().into_iter().chain(given.clone()).collect());
        }
        let options: Vec<_> = missing.iter().map(|name| format!("`-P {name}=VALUE`")).collect();
        let cause =
            format!("the file does not contain values of NoEcho parameters, and {} must be given", missing.join(", "));
        Err(Error::new(self.doing(), cause)
            .exists("nothing was changed")
            .hint(format!("give them again with {}, or with `--parameters FILE`", options.join(" "))))
    }

    fn other(&self, what: &str, planned: &str, now: &str) -> Error {
        Error::new(self.doing(), format!("it is for the {what} `{planned}` and not for `{now}`"))
            .exists("nothing was changed")
            .hint(Hint::new(format!("execute it for that {what}")).or(plan_again()))
    }

    fn refused(&self, cause: String) -> Error {
        Error::new(self.doing(), cause).of_kind(ErrorKind::Overtaken).exists("nothing was changed").hint(plan_again())
    }

    fn doing(&self) -> String {
        format!("executing the plan for stack {}", self.stack)
    }
}

/// The hint for a plan that is out of date.
pub fn plan_again() -> Hint {
    Hint::new("plan again, and review the new plan").run(Command::provisioner(["plan", "--out", "FILE"]))
}

fn digest_of(template: &Template) -> String {
    step::digest(template.flat())
}
