//! `plan`: shows what a deploy would do.

use provisioner::desired::PackageCheck;
use provisioner::observe::Reach;
use provisioner::plan::plan;
use provisioner::{Command, Hint, Result, report};

use super::apply::blocked;
use super::cloudformation::refuse_bucket;
use super::planned;
use super::session::{Session, packages};
use crate::cli::{Output, Plan};
use crate::terminal::{self, Exit};

pub(crate) async fn run(arguments: &Plan) -> Result<Exit> {
    refuse_bucket("plan", &arguments.by, &arguments.given())?;
    let session = Session::open(&arguments.given(), PackageCheck::ForLambda).await?;
    let observed = session.observe(Reach::Orphans).await?;
    let plan_options = arguments.plan_options();
    let plan = plan(&session.desired, &observed, &plan_options).complete(terminal::completed);
    match arguments.stack.output {
        Output::Text => {
            let consent = report::consent(&plan).map(|text| format!("{text}\n"));
            terminal::result(&[report::plan_text(&plan), consent.unwrap_or_default()].concat());
        }
        Output::Json => terminal::result_json(&plan),
    }
    blocked(&plan).inspect_err(|_| terminal::note(""))?;
    if let Some(file) = &arguments.out {
        planned::of(&plan, &session, &packages(&arguments.code.code), plan_options).write(file)?;
        let next = match plan.is_empty() {
            true => Hint::new(format!("wrote a plan without changes to {}", file.display())),
            false => Hint::new("execute this plan")
                .run(Command::provisioner(["deploy", "--plan"]).with(file.display().to_string())),
        };
        terminal::note(&terminal::completed(next).to_string());
    }
    Ok(if arguments.detailed_exitcode && !plan.is_empty() { Exit::Changes } else { Exit::Done })
}
