//! `deploy`: makes AWS equal to the template.

use provisioner::Result;
use provisioner::desired::PackageCheck;
use provisioner::observe::observe;
use provisioner::plan::{Options, plan};

use super::apply::{Approval, apply};
use super::session::Session;
use super::smoke;
use crate::cli::Deploy;
use crate::terminal::Exit;

pub(crate) async fn run(arguments: &Deploy) -> Result<Exit> {
    let session = Session::open(&arguments.stack, PackageCheck::ForLambda).await?;
    let observed = observe(&session.aws, &session.desired).await?;
    let plan = plan(&session.desired, &observed, Options { adopt: arguments.adopt });
    let approval = Approval { yes: arguments.yes, question: "apply these changes?" };
    let smoke = if arguments.no_smoke { None } else { smoke::target(&session.desired) };
    apply(&plan, &session, &approval, smoke.as_ref(), arguments.stack.output).await
}
