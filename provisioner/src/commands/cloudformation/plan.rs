//! `plan --engine cloudformation`: shows the change set and removes it.

use provisioner::desired::PackageCheck;
use provisioner::{Result, report};

use super::super::session::Session;
use super::deploy::{note_untested, proposed};
use super::proposal::{Packages, Proposal};
use super::{refuse_plan_file, refuse_what_it_cannot};
use crate::cli::{Output, Plan};
use crate::terminal::{self, Exit};

pub(crate) async fn run(arguments: &Plan) -> Result<Exit> {
    refuse_plan_file("--out", arguments.out.is_some(), &arguments.stack.name()?)?;
    let session = Session::open(&arguments.given(), PackageCheck::ForLambdaByBucket).await?;
    refuse_what_it_cannot(&arguments.options, &arguments.beyond, session.desired.stack.as_str())?;
    let mut proposal = Proposal::make(&session, arguments.by.bucket.as_deref(), Packages::Named).await?;
    note_untested(&session, &mut proposal.set, &arguments.options);
    let proposed = proposed(&session, &proposal.set, &arguments.options);
    match arguments.stack.output {
        Output::Text => terminal::result(&report::proposed_text(&proposed)),
        Output::Json => terminal::result_json(&proposed),
    }
    proposal.withdraw(&session).await?;
    let changes = arguments.detailed_exitcode && !proposal.set.steps.is_empty();
    Ok(if changes { Exit::Changes } else { Exit::Done })
}
