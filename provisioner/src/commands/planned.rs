//! `deploy --plan`: executes the plan that `plan --out` wrote, and nothing else.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use provisioner::Result;
use provisioner::desired::PackageCheck;
use provisioner::plan::Plan;
use provisioner::planned::{Inputs, PlanOptions, Planned, plan_again};
use provisioner::template::Template;

use super::apply::{Approval, Then, apply};
use super::options::options;
use super::session::{Session, parameters};
use crate::cli::{Deploy, Stack};
use crate::terminal::{self, Exit};

/// The content of the file for a plan.
pub(super) fn of(
    plan: &Plan,
    session: &Session,
    instead: &BTreeMap<String, PathBuf>,
    plan_options: PlanOptions,
) -> Planned {
    let Session { template, parameters, desired, .. } = session;
    Planned::of(plan, Inputs::of(template, parameters, instead, desired, plan_options), template, parameters)
}

pub(super) async fn execute_file(file: &Path, arguments: &Deploy) -> Result<Exit> {
    let planned = Planned::read(file)?;
    let stack = as_planned(&planned, &arguments.stack)?;
    let session = Session::open(&stack, PackageCheck::ForLambda).await?;
    planned.is_for_region(session.aws.place().region())?;
    let plan_options = planned.inputs.options.clone();
    let options = options(&plan_options);
    let plan = session.plan(&options).await?;
    let now = of(&plan, &session, &stack.packages_instead(), plan_options);
    if planned.is_executed(&now, &plan.blockers) {
        terminal::note("the plan is executed already");
    } else {
        planned.is_still(&now, &plan.blockers)?;
    }
    let approval = Approval { yes: true, question: "" };
    apply(&plan, &session, &approval, stack.output, &Then::only(plan_again())).await
}

/// The arguments of the plan, with those that only the executing command can give.
fn as_planned(planned: &Planned, given: &Stack) -> Result<Stack> {
    let template = planned.inputs.template.path.clone();
    planned.is_of(&Template::load(&template)?)?;
    let overrides = parameters(given.parameters.as_deref(), &given.parameter)?;
    let mut packages = planned.inputs.packages_instead();
    packages.extend(given.packages_instead());
    let code = packages.into_iter().map(|(id, path)| (id, path.to_string_lossy().into_owned()));
    Ok(Stack {
        template,
        stack: Some(planned.stack(given.stack.as_ref())?),
        parameter: planned.parameters(&overrides)?.into_iter().collect(),
        parameters: None,
        code: code.collect(),
        ..given.clone()
    })
}
