//! `update`: the quick redeploy of code and configuration.

use provisioner::desired::PackageCheck;
use provisioner::observe::observe;
use provisioner::plan::{Action, Options, Plan, plan};
use provisioner::{Error, Result};

use super::apply::{Approval, apply};
use super::session::Session;
use super::smoke;
use crate::cli::Update;
use crate::terminal::Exit;

pub(crate) async fn run(arguments: &Update) -> Result<Exit> {
    let session = Session::open(&arguments.stack, PackageCheck::ForLambda).await?;
    let event = smoke::event(&session.desired, !arguments.no_smoke);
    let observed = observe(&session.aws.reader(), &session.desired).await?;
    let whole = plan(
        &session.desired,
        &observed,
        &Options { adopt: arguments.adopt, take_over: false, prune: false, check: event.clone() },
    );
    refuse_first_deploy(&whole)?;
    let plan = whole.only(|step| is_of_a_function(&step.kind), "`update` changes functions only; `deploy` does this");
    let approval = Approval { yes: arguments.yes, question: "apply these changes?" };
    apply(&plan, &session, &approval, event, arguments.stack.output).await
}

fn refuse_first_deploy(plan: &Plan) -> Result<()> {
    match plan.steps.iter().find(|step| step.kind == "AWS::Lambda::Function" && step.action == Action::Create) {
        None => Ok(()),
        Some(step) => {
            Err(Error::new(format!("updating stack {}", plan.stack), format!("function {} does not exist", step.name))
                .hint("set the stack up with `provisioner deploy`"))
        }
    }
}

fn is_of_a_function(kind: &str) -> bool {
    ["AWS::Lambda::Function", "AWS::Lambda::Version", "AWS::Lambda::Alias"].contains(&kind)
}
