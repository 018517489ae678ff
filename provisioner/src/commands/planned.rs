//! `deploy --plan`: executes the plan that `plan --out` wrote, and nothing else.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use provisioner::desired::PackageCheck;
use provisioner::plan::{Options, Plan};
use provisioner::planned::{Inputs, Planned, plan_again};
use provisioner::template::Template;
use provisioner::{Command, Result};

use super::apply::{Approval, Then, apply, corrected};
use super::session::{Session, packages, parameters, propose_without_template};
use crate::cli::{Deploy, Given, SameStack, Stack};
use crate::terminal::{self, Exit};

/// The content of the file for a plan.
pub(super) fn of(
    plan: &Plan,
    session: &Session,
    instead: &BTreeMap<String, PathBuf>,
    plan_options: Options,
) -> Planned {
    let Session { template, parameters, desired, .. } = session;
    Planned::of(plan, Inputs::of(template, parameters, instead, desired, plan_options), template, parameters)
}

pub(super) async fn execute_file(file: &Path, arguments: &Deploy) -> Result<Exit> {
    let planned = Planned::read(file).inspect_err(|_| propose_without_template(&arguments.given()))?;
    let plan_options = planned.inputs.options.clone();
    let code = code(&planned, arguments);
    propose(&planned, &arguments.stack, &code)?;
    let stack = as_planned(&planned, &arguments.stack)?;
    let given = Given::of(&stack).with_code(&code).with_options(&plan_options);
    let session = Session::open(&given, PackageCheck::ForLambda).await?;
    planned.is_for_region(session.aws.place().region())?;
    let plan = session.plan(&plan_options).await?;
    let now = of(&plan, &session, &packages(&code), plan_options);
    if planned.is_executed(&now, &plan.blockers) {
        terminal::note("the plan has already been executed");
    } else {
        planned.is_still(&now, &plan.blockers)?;
    }
    let then = Then { unfit: Some(corrected().then(plan_again())), ..Then::only(plan_again()) };
    let command = Command::provisioner(["deploy", "--plan"]).with(file.display().to_string());
    let approval = Approval { yes: true, question: "", command };
    apply(&plan, &session, &approval, stack.output, &then).await
}

/// Sets the stack and the options of the plan for all commands that are proposed from now on.
fn propose(planned: &Planned, given: &Stack, code: &[(String, String)]) -> Result<()> {
    let Inputs { template, parameters, no_echo, options, .. } = &planned.inputs;
    let secret = given.parameter.iter().filter(|(name, _)| no_echo.contains(name)).cloned();
    let stack = Stack {
        template: template.path.clone(),
        stack: Some(planned.stack(None)?),
        parameter: parameters.clone().into_iter().chain(secret).collect(),
        ..given.clone()
    };
    let given = Given::of(&stack).with_code(code).with_options(options);
    terminal::propose_for(SameStack::of(&given, &no_echo.iter().map(String::as_str).collect()));
    Ok(())
}

/// The packages of the plan, or those that the executing command gives.
fn code(planned: &Planned, arguments: &Deploy) -> Vec<(String, String)> {
    let mut all = planned.inputs.packages_instead();
    all.extend(packages(&arguments.code.code));
    all.into_iter().map(|(id, path)| (id, path.to_string_lossy().into_owned())).collect()
}

/// The arguments of the plan, with those that only the executing command can give.
fn as_planned(planned: &Planned, given: &Stack) -> Result<Stack> {
    let template = planned.template()?.to_owned();
    planned.is_of(&Template::load(&template)?)?;
    let overrides = parameters(given.parameters.as_deref(), &given.parameter)?;
    Ok(Stack {
        template,
        stack: Some(planned.stack(given.stack.as_ref())?),
        parameter: planned.parameters(&overrides)?.into_iter().collect(),
        parameters: None,
        ..given.clone()
    })
}
