//! `status`: the deployed resources, the versions that callers get, and the differences between AWS and the template.
//! It reads only.

use provisioner::desired::PackageCheck;
use provisioner::observe::{Reach, published};
use provisioner::plan::{Options, plan};
use provisioner::status::{Known, State, status};
use provisioner::{Result, report};

use super::apply::before_any_write;
use super::session::{Session, check_names, observe_named};
use crate::cli::{Output, Status};
use crate::terminal::{self, Exit};

pub(crate) async fn run(arguments: &Status) -> Result<Exit> {
    let mut session = Session::open(&arguments.given(), PackageCheck::IfThere).await?;
    check_names(&session.desired)?;
    let reader = session.aws.reader().without_waiting();
    let releases = published(&reader, &session.desired).await.map_err(before_any_write)?;
    let code_not_compared = session.desired.keep_deployed_code(&releases);
    // A difference is reported with the blocker of a deploy.
    let observed = observe_named(&reader, &session.desired, Reach::Surroundings).await?;
    let plan = plan(&session.desired, &observed, &Options::default());
    let is_there = |logical_id: &str| observed.found.contains_key(logical_id);
    let outputs = session.known_outputs(&plan.known).into_iter();
    let outputs = outputs.filter(|(name, _)| session.desired.has_resources_of_output(name, is_there)).collect();
    let known = Known { releases, outputs, code_not_compared };
    let status = status(&session.desired, &observed, &plan, known).complete(terminal::completed);
    match arguments.stack.output {
        Output::Text => terminal::result(&report::status_text(&status, terminal::completed)),
        Output::Json => terminal::result_json(&status),
    }
    let differs = status.state != State::InSync;
    Ok(if arguments.detailed_exitcode && differs { Exit::Changes } else { Exit::Done })
}
