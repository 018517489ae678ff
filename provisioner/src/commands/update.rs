//! `update`: the quick redeploy of code and configuration.

use provisioner::desired::PackageCheck;
use provisioner::observe::observe;
use provisioner::plan::{Action, Options, Plan, plan};
use provisioner::resources::KINDS;
use provisioner::{Error, Result};

use super::apply::{Approval, apply};
use super::session::Session;
use super::smoke;
use crate::cli::Deploy;
use crate::terminal::Exit;

pub(crate) async fn run(arguments: &Deploy) -> Result<Exit> {
    let session = Session::open(&arguments.stack, PackageCheck::ForLambda).await?;
    let observed = observe(&session.aws, &session.desired).await?;
    let whole = plan(&session.desired, &observed, Options { adopt: arguments.adopt });
    refuse_first_deploy(&whole)?;
    let plan = whole.only(|step| is_function(&step.kind), "`update` changes functions only; `deploy` does this");
    let approval = Approval { yes: arguments.yes, question: "apply these changes?" };
    let smoke = if arguments.no_smoke { None } else { smoke::target(&session.desired) };
    apply(&plan, &session, &approval, smoke.as_ref(), arguments.stack.output).await
}

fn refuse_first_deploy(plan: &Plan) -> Result<()> {
    match plan.steps.iter().find(|step| is_function(&step.kind) && step.action == Action::Create) {
        None => Ok(()),
        Some(step) => {
            Err(Error::new(format!("updating stack {}", plan.stack), format!("function {} does not exist", step.name))
                .hint("set the stack up with `provisioner deploy`"))
        }
    }
}

fn is_function(kind: &str) -> bool {
    debug_assert!(KINDS.contains(&kind));
    kind == "AWS::Lambda::Function"
}
