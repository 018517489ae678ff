//! `deploy`: makes AWS equal to the template.

use provisioner::Result;
use provisioner::desired::PackageCheck;
use provisioner::observe::{Reach, observe};
use provisioner::plan::{Options, Plan, plan};

use super::apply::{Approval, Then, apply};
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
    apply(&plan, &session, &approval, options.check, arguments.stack.output, &Then::go_on()).await
}

/// What is to be done, by what AWS answers now.
pub(super) async fn plan_now(session: &Session, options: &Options) -> Result<Plan> {
    // What is left over is looked for when it is asked for: it costs more calls than a whole deploy that changes nothing.
    let reach = if options.prune { Reach::Leftovers } else { Reach::Surroundings };
    let observed = observe(&session.aws.reader(), &session.desired, reach).await?;
    Ok(plan(&session.desired, &observed, options))
}
