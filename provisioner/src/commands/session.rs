//! The initialisation of every command that calls AWS.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use provisioner::Result;
use provisioner::aws::{AskCode, Aws, Connection, Notify};
use provisioner::desired::{Desired, PackageCheck, Packages};
use provisioner::execute::Outcome;
use provisioner::observe::{Observed, Reach, Reader, observe};
use provisioner::place::StackName;
use provisioner::plan::{Action, Options, Plan, plan, refused_names};
use provisioner::printable::line;
use provisioner::report;
use provisioner::template::{Known, ParameterFile, Template};

use super::blockers::refused;
use super::emulator::reachable_url;
use crate::cli::{AwsArgs, Given, SameStack};
use crate::terminal;

/// A resolved template, its target and the clients.
pub(crate) struct Session {
    pub(crate) template: Template,
    pub(crate) parameters: BTreeMap<String, String>,
    pub(crate) desired: Desired,
    pub(crate) aws: Aws,
}

/// Selects the stack of proposed commands where no template says which parameters are secret: all may be.
pub(super) fn propose_without_template(given: &Given<'_>) {
    let all = given.stack.parameter.iter().map(|(name, _)| name.as_str()).collect();
    terminal::propose_for(SameStack::of(given, &all));
}

/// The template. All commands that are proposed from now on select the same stack, also where the template cannot be
/// read.
pub(super) fn template(given: &Given<'_>) -> Result<Template> {
    let template = Template::load(&given.stack.template).inspect_err(|_| propose_without_template(given))?;
    terminal::propose_for(SameStack::of(given, &template.no_echo().collect()));
    Ok(template)
}

impl Session {
    /// Reads the template and the parameters, and prepares the clients. AWS is not called yet.
    pub(crate) async fn open(given: &Given<'_>, check: PackageCheck) -> Result<Self> {
        let arguments = given.stack;
        let template = template(given)?;
        for left_out in template.left_out() {
            terminal::note(&report::dim(format!("left out: {}", line(left_out))));
        }
        let aws = connect(&arguments.aws).await?;
        let packages = Packages { instead: packages(given.code), check };
        let parameters = parameters(arguments.parameters.as_deref(), &arguments.parameter)?;
        let desired = resolved(&template, &parameters, &packages, &arguments.name()?, &aws).await?;
        Ok(Self { template, parameters, desired, aws })
    }

    /// The observed state. A name that AWS would refuse is an error before AWS is asked.
    ///
    /// # Errors
    /// As [`observe`], and for such a name.
    pub(crate) async fn observe(&self, reach: Reach) -> Result<Observed> {
        observe_named(&self.aws.reader(), &self.desired, reach).await
    }

    /// The plan of a deploy, from the present state of AWS.
    pub(crate) async fn plan(&self, options: &Options) -> Result<Plan> {
        // Orphans are looked for on request only: this needs more calls than a whole deploy that changes nothing.
        let reach = if options.prune { Reach::Orphans } else { Reach::Surroundings };
        let observed = self.observe(reach).await?;
        Ok(plan(&self.desired, &observed, options).complete(terminal::completed))
    }
}

/// Looks for the resources, unless AWS would refuse one of their names.
///
/// # Errors
/// As [`observe`], and for such a name.
pub(super) async fn observe_named(reader: &impl Reader, desired: &Desired, reach: Reach) -> Result<Observed> {
    check_names(desired)?;
    observe(reader, desired, reach).await
}

/// Fails for names that AWS would refuse.
pub(super) fn check_names(desired: &Desired) -> Result<()> {
    refused(desired.stack.as_str(), &refused_names(desired))
}

/// The desired state. The account is requested first only if the desired state depends on it.
pub(super) async fn resolved(
    template: &Template,
    parameters: &BTreeMap<String, String>,
    packages: &Packages,
    stack: &StackName,
    aws: &Aws,
) -> Result<Desired> {
    let build = |account| Desired::build(template, parameters, packages, stack, aws.place(), account);
    match build(None) {
        Err(error) if error.needs_account() => build(Some(&aws.reader().account().await?)),
        built => built,
    }
}

/// The clients for the arguments.
pub(crate) async fn connect(arguments: &AwsArgs) -> Result<Aws> {
    let AwsArgs { region, profile, endpoint_url } = arguments.clone();
    let ask_code: Option<AskCode> = terminal::is_interactive().then(|| Arc::new(terminal::ask) as AskCode);
    Aws::connect(&Connection { region, profile, endpoint_url, with_test_credentials: false, ask_code }, notify()).await
}

/// Reports long waits on stderr.
pub(crate) fn notify() -> Notify {
    Arc::new(|what: &str| terminal::note(&report::dim(format!("  … {}", line(what)))))
}

/// The packages that replace those of the template, by the function's logical id.
pub(super) fn packages(code: &[(String, String)]) -> BTreeMap<String, PathBuf> {
    code.iter().map(|(id, path)| (id.clone(), PathBuf::from(path))).collect()
}

/// The parameters in a file, overridden by those that are given individually.
pub(super) fn parameters(file: Option<&Path>, given: &[(String, String)]) -> Result<BTreeMap<String, String>> {
    let mut parameters = BTreeMap::new();
    if let Some(file) = file {
        let ParameterFile { values, unused } = ParameterFile::read(file)?;
        for unused in unused {
            terminal::note(&report::dim(format!("{}: {unused}", file.display())));
        }
        parameters.extend(values);
    }
    parameters.extend(given.iter().cloned());
    Ok(parameters)
}

impl Session {
    /// The stack's outputs. An emulator serves APIs at its own address, so that address is returned.
    pub(crate) fn outputs(&self, plan: &Plan, outcome: &Outcome) -> Vec<(String, String)> {
        if !plan.reports_outputs {
            return Vec::new();
        }
        self.known_outputs(&outcome.known)
    }

    /// Checks that every output is known after the execution.
    ///
    /// # Errors
    /// When an output is unknown although all resources that it refers to are deployed.
    pub(crate) fn check_outputs(&self, plan: &Plan, outcome: &Outcome) -> Result<()> {
        if !plan.reports_outputs {
            return Ok(());
        }
        let deployed = plan.steps.iter().filter(|step| step.action != Action::Leave);
        self.desired.check_outputs(&outcome.known, &deployed.map(|step| step.logical_id.as_str()).collect())
    }

    /// The outputs, as far as they are known.
    pub(crate) fn known_outputs(&self, known: &Known) -> Vec<(String, String)> {
        let outputs = self.desired.outputs(known).into_iter();
        outputs.map(|(name, value)| (name, reachable_url(&value, self.aws.endpoint_url()))).collect()
    }
}
