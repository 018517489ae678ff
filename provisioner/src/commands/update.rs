//! `update`: the fast redeployment of code and configuration.

use provisioner::desired::PackageCheck;
use provisioner::observe::Reach;
use provisioner::plan::{Action, Plan, Step, plan};
use provisioner::{Command, Error, Hint, Result};

use super::apply::{Approval, DEPLOY, Then, apply};
use super::session::Session;
use crate::cli::Update;
use crate::terminal::{self, Exit};

pub(crate) async fn run(arguments: &Update) -> Result<Exit> {
    let session = Session::open(&arguments.given(), PackageCheck::ForLambda).await?;
    let observed = session.observe(Reach::Resources).await?;
    let whole = plan(&session.desired, &observed, &arguments.plan_options()).complete(terminal::completed);
    refuse_first_deploy(&whole)?;
    refuse_to_move_callers(&whole)?;
    let plan =
        whole.only(|step| step.resource.is_changed_by_update(), "`update` changes functions only; `deploy` does this");
    let command = Command::provisioner(["update"]);
    let approval = Approval { yes: arguments.yes, question: DEPLOY, command };
    apply(&plan, &session, &approval, arguments.stack.output, &Then::continuing_or_without_smoke("update")).await
}

fn refuse_first_deploy(plan: &Plan) -> Result<()> {
    let missing = |step: &&Step| step.kind == "AWS::Lambda::Function" && step.action == Action::Create;
    let Some(step) = plan.steps.iter().find(missing) else { return Ok(()) };
    let cause = format!("function {} does not exist", step.name);
    // A blocker of `deploy` is more informative, such as that the stack exists in another region.
    let (cause, hint) = match plan.blockers.first() {
        Some(blocker) => (format!("{cause}, and {}", blocker.cause), blocker.hint.clone()),
        None => (cause, Hint::new("deploy the stack first").run(Command::provisioner(["deploy"]))),
    };
    Err(Error::new(format!("updating stack {}", plan.stack), cause).hint(hint))
}

/// Refuses to move callers to the alias: `update` does not change routes, and until they change, callers would get the
/// function during its change.
fn refuse_to_move_callers(plan: &Plan) -> Result<()> {
    let Some((function, callers)) = plan.callers_moved_before() else { return Ok(()) };
    let cause = format!(
        "{} calls function {} directly and not through its alias: callers would get the function while it changes",
        callers.logical_id, function.name
    );
    Err(Error::new(format!("updating stack {}", plan.stack), cause)
        .hint(Hint::new("move the traffic to the alias first").run(Command::provisioner(["deploy"]))))
}
