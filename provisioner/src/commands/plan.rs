//! `plan`: shows what a deploy would do.

use provisioner::desired::PackageCheck;
use provisioner::observe::observe_all;
use provisioner::plan::{Options, plan};
use provisioner::{Result, report};

use super::apply::blocked;
use super::options::options;
use super::session::Session;
use crate::cli::{Output, Plan};
use crate::terminal::{self, Exit};

pub(crate) async fn run(arguments: &Plan) -> Result<Exit> {
    let session = Session::open(&arguments.stack, PackageCheck::ForLambda).await?;
    let observed = observe_all(&session.aws.reader(), &session.desired).await?;
    let options = Options {
        take_over: arguments.take_over,
        prune: arguments.prune,
        ..options(&arguments.options, &session.desired)
    };
    let plan = plan(&session.desired, &observed, &options);
    match arguments.stack.output {
        Output::Text => terminal::result(&report::plan_text(&plan)),
        Output::Json => terminal::result_json(&plan),
    }
    blocked(&plan)?;
    Ok(if arguments.detailed_exitcode && !plan.is_empty() { Exit::Changes } else { Exit::Done })
}
