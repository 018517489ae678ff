//! `plan --engine cloudformation`: shows the change set and removes it.

use provisioner::desired::PackageCheck;
use provisioner::{Result, report};

use super::super::session::Session;
use super::deploy::smoke_tests;
use super::proposal::{Packages, Proposal};
use super::{refuse_plan_file, refuse_what_it_cannot};
use crate::cli::{Output, Plan};
use crate::terminal::{self, Exit};

pub(crate) async fn run(arguments: &Plan) -> Result<Exit> {
    refuse_plan_file("--out", arguments.out.is_some(), &arguments.stack.name()?)?;
    let session = Session::open(&arguments.stack, PackageCheck::ForLambdaByBucket).await?;
    refuse_what_it_cannot(&arguments.options, &arguments.beyond, session.desired.stack.as_str())?;
    let proposal = Proposal::make(&session, arguments.by.bucket.as_deref(), Packages::Named).await?;
    match arguments.stack.output {
        Output::Text => {
            let tests = smoke_tests(&session, &proposal.set, &arguments.options);
            let text = [report::change_set_text(&proposal.set), report::smoke_tests_text(&tests)].concat();
            terminal::result(&text);
        }
        Output::Json => terminal::result_json(&proposal.set),
    }
    proposal.withdraw(&session).await?;
    let changes = arguments.detailed_exitcode && !proposal.set.steps.is_empty();
    Ok(if changes { Exit::Changes } else { Exit::Done })
}
