//! `deploy`: makes AWS equal to the template.

use provisioner::Result;
use provisioner::desired::PackageCheck;
use provisioner::observe::{observe, observe_all};
use provisioner::plan::{Options, Plan, plan};

use super::apply::{Approval, GO_ON, apply};
use super::options::options;
use super::planned;
use super::session::Session;
use crate::cli::Deploy;
use crate::terminal::Exit;

pub(crate) async fn run(arguments: &Deploy) -> Result<Exit> {
    if let Some(file) = &arguments.plan {
        return planned::carry_out(file, arguments).await;
    }
    let session = Session::open(&arguments.stack, PackageCheck::ForLambda).await?;
    let options = options(&arguments.asked(), &session.desired);
    let plan = plan_now(&session, &options).await?;
    let approval = Approval { yes: arguments.yes, question: "apply these changes?" };
    apply(&plan, &session, &approval, options.check, arguments.stack.output, GO_ON).await
}

/// What is to be done, by what AWS answers now.
pub(super) async fn plan_now(session: &Session, options: &Options) -> Result<Plan> {
    let reader = session.aws.reader();
    // What is left over is looked for when it is asked for: it costs more calls than a whole deploy that changes nothing.
    let observed = match options.prune {
        true => observe_all(&reader, &session.desired).await?,
        false => observe(&reader, &session.desired).await?,
    };
    Ok(plan(&session.desired, &observed, options))
}
