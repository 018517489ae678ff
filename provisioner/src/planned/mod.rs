//! A plan in a file: shown now, carried out later or elsewhere, and only if it would be planned the same again.
//!
//! The file holds no call and no secret. It holds what the plan was made from and what came of it; whoever carries it
//! out plans anew from the first and compares with the second.

mod changed;
mod file;
mod step;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use self::step::PlannedStep;
use crate::desired::Desired;
use crate::error::{Error, Result};
use crate::place::StackName;
use crate::plan::{Canary, Plan};
use crate::resources::Resource;
use crate::template::Template;

/// The version of the file's form.
pub const FORMAT: u32 = 1;

/// A plan as its file holds it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Planned {
    /// The version of this form.
    format: u32,
    /// The version of the program that planned: another may plan otherwise.
    provisioner: String,
    /// The stack's name.
    pub stack: String,
    /// The account that it is planned for.
    pub account: String,
    /// The region that it is planned for. The partition follows from it.
    pub region: String,
    /// What the plan was made from, on this machine.
    pub inputs: Inputs,
    /// What came of it: every step, those too that change nothing.
    steps: Vec<PlannedStep>,
    /// A digest of all of the above, by which a damaged file is known.
    checksum: String,
}

/// What a plan is made from, beside what AWS answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Inputs {
    /// The template.
    pub template: Source,
    /// The parameters that were given, without those of `no_echo`.
    pub parameters: BTreeMap<String, String>,
    /// The parameters with `NoEcho` that were given: their values are given again.
    pub no_echo: BTreeSet<String>,
    /// The packages, by the function's logical id.
    pub packages: BTreeMap<String, Package>,
    /// What was asked for besides.
    pub options: Asked,
}

/// A template's file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Source {
    /// Where it is, as it was given.
    pub path: PathBuf,
    /// Digest of the template in one piece, with the files that it includes: comments and layout do not count.
    pub sha256: String,
}

/// A function's package.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Package {
    /// Where it is, when it was given in place of the template's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<PathBuf>,
    /// Base64 of the zip's SHA-256: what AWS calls `CodeSha256`.
    pub sha256: String,
}

/// What the person who plans asks for beside the template. A new option is a field here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Asked {
    /// Take over existing resources of the same names.
    pub adopt: bool,
    /// Lead routes of somebody else to the stack.
    pub take_over: bool,
    /// Remove what the template no longer names.
    pub prune: bool,
    /// Send the smoke tests that the template declares.
    pub smoke: bool,
    /// The share of the calls that a new version gets first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canary: Option<Canary>,
    /// How many versions of each function stay.
    pub keep_versions: NonZeroUsize,
}

impl Inputs {
    /// What a plan for `desired` is made from. `instead` are the packages that were given in place of the template's.
    #[must_use]
    pub fn of(
        template: &Template,
        parameters: &BTreeMap<String, String>,
        instead: &BTreeMap<String, PathBuf>,
        desired: &Desired,
        options: Asked,
    ) -> Self {
        let no_echo: BTreeSet<_> = template.no_echo().collect();
        let (untold, told): (BTreeMap<_, _>, BTreeMap<_, _>) =
            parameters.clone().into_iter().partition(|(name, _)| no_echo.contains(name.as_str()));
        let packages = desired.resources.iter().filter_map(|wanted| {
            let Resource::Function(function) = &wanted.resource else { return None };
            let path = instead.get(&wanted.logical_id).cloned();
            Some((wanted.logical_id.clone(), Package { path, sha256: function.code.sha256.clone() }))
        });
        Self {
            template: Source { path: template.path().to_owned(), sha256: digest_of(template) },
            parameters: told,
            no_echo: untold.into_keys().collect(),
            packages: packages.collect(),
            options,
        }
    }

    /// The packages that were given in place of the template's own.
    #[must_use]
    pub fn packages_instead(&self) -> BTreeMap<String, PathBuf> {
        self.packages.iter().filter_map(|(id, package)| Some((id.clone(), package.path.clone()?))).collect()
    }
}

impl Planned {
    /// What a file holds of a plan that was made from `inputs`, with these parameters.
    #[must_use]
    pub fn of(plan: &Plan, inputs: Inputs, template: &Template, parameters: &BTreeMap<String, String>) -> Self {
        let untold = template.untold(parameters);
        let planned = Self {
            format: FORMAT,
            provisioner: env!("CARGO_PKG_VERSION").to_owned(),
            stack: plan.stack.clone(),
            account: plan.account.clone(),
            region: plan.region.clone(),
            inputs,
            steps: plan.steps.iter().map(|step| PlannedStep::of(step, &untold)).collect(),
            checksum: String::new(),
        };
        planned.sealed()
    }

    /// The stack's name, unless another was given.
    ///
    /// # Errors
    /// When another was given.
    pub fn stack(&self, given: Option<&StackName>) -> Result<StackName> {
        match given {
            Some(given) if given.as_str() != self.stack => Err(self.other("stack", &self.stack, given.as_str())),
            _ => self.stack.parse(),
        }
    }

    /// Refuses another region than the one that it was planned for.
    ///
    /// # Errors
    /// When it is another.
    pub fn is_for_region(&self, region: &str) -> Result<()> {
        if self.region == region { Ok(()) } else { Err(self.other("region", &self.region, region)) }
    }

    /// Refuses a template that says something else than the one that was planned.
    ///
    /// # Errors
    /// When it does.
    pub fn is_of(&self, template: &Template) -> Result<()> {
        if self.inputs.template.sha256 == digest_of(template) {
            return Ok(());
        }
        let cause = format!("the template {} was changed since planned", template.path().display());
        Err(self.refused(cause))
    }

    /// All parameters, with those that are given again: values with `NoEcho`, which the file does not hold, and others
    /// if they are as planned.
    ///
    /// # Errors
    /// When one is given otherwise than it was planned, or one with `NoEcho` is not given again.
    pub fn parameters(&self, given: &BTreeMap<String, String>) -> Result<BTreeMap<String, String>> {
        let Inputs { parameters, no_echo, .. } = &self.inputs;
        for (name, value) in given.iter().filter(|(name, _)| !no_echo.contains(*name)) {
            match parameters.get(name) {
                Some(planned) if planned == value => {}
                Some(planned) => {
                    return Err(self.refused(format!("parameter `{name}` was `{planned}` when it was planned")));
                }
                None => return Err(self.refused(format!("parameter `{name}` was not given when it was planned"))),
            }
        }
        let missing: Vec<_> = no_echo.iter().filter(|name| !given.contains_key(*name)).cloned().collect();
        if missing.is_empty() {
            return Ok(parameters.clone().into_iter().chain(given.clone()).collect());
        }
        let cause = format!("the file holds no value of NoEcho parameters, and {} must be given", missing.join(", "));
        Err(Error::new(self.doing(), cause)
            .exists("nothing was changed")
            .hint("give them again with `--parameter NAME=VALUE` or `--parameters FILE`"))
    }

    fn other(&self, what: &str, planned: &str, now: &str) -> Error {
        Error::new(self.doing(), format!("it is for the {what} `{planned}`, and this is `{now}`"))
            .exists("nothing was changed")
            .hint(format!("carry it out for that {what}, or plan for this one"))
    }

    fn refused(&self, cause: String) -> Error {
        Error::new(self.doing(), cause).exists("nothing was changed").hint(PLAN_ANEW)
    }

    fn doing(&self) -> String {
        format!("carrying out the plan for stack {}", self.stack)
    }
}

/// What helps when a plan does not fit any more.
pub const PLAN_ANEW: &str = "plan again with `provisioner plan --out FILE`, and look at it before it is carried out";

fn digest_of(template: &Template) -> String {
    step::digest(template.flat())
}
