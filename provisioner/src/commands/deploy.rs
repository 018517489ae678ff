//! `deploy`: makes AWS equal to the template.

use provisioner::Result;
use provisioner::desired::PackageCheck;
use provisioner::observe::{observe, observe_all};
use provisioner::plan::{Options, plan};

use super::apply::{Approval, GO_ON, apply};
use super::options::options;
use super::session::Session;
use crate::cli::Deploy;
use crate::terminal::Exit;

pub(crate) async fn run(arguments: &Deploy) -> Result<Exit> {
    let session = Session::open(&arguments.stack, PackageCheck::ForLambda).await?;
    let options = Options {
        take_over: arguments.take_over,
        prune: arguments.prune,
        ..options(&arguments.options, &session.desired)
    };
    let reader = session.aws.reader();
    // What is left over is looked for when it is asked for: it costs more calls than a whole deploy that changes nothing.
    let observed = match arguments.prune {
        true => observe_all(&reader, &session.desired).await?,
        false => observe(&reader, &session.desired).await?,
    };
    let plan = plan(&session.desired, &observed, &options);
    let approval = Approval { yes: arguments.yes, question: "apply these changes?" };
    apply(&plan, &session, &approval, options.check, arguments.stack.output, GO_ON).await
}
