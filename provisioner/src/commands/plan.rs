//! `plan`: shows what a deploy would do.

use provisioner::desired::PackageCheck;
use provisioner::observe::Reach;
use provisioner::plan::plan;
use provisioner::{Result, report};

use super::apply::blocked;
use super::options::options;
use super::planned;
use super::session::Session;
use crate::cli::{Output, Plan, quoted};
use crate::terminal::{self, Exit};

pub(crate) async fn run(arguments: &Plan) -> Result<Exit> {
    let session = Session::open(&arguments.stack, PackageCheck::ForLambda).await?;
    let observed = session.observe(Reach::Leftovers).await?;
    let asked = arguments.asked();
    let plan = plan(&session.desired, &observed, &options(&asked));
    match arguments.stack.output {
        Output::Text => {
            let text = [report::plan_text(&plan), report::consent_text(&plan)].concat();
            terminal::result(&terminal::proposing(&text));
        }
        Output::Json => terminal::result_json(&plan),
    }
    blocked(&plan).inspect_err(|_| terminal::note(""))?;
    if let Some(file) = &arguments.out {
        planned::of(&plan, &session, &arguments.stack.packages_instead(), asked).write(file)?;
        let told = match plan.is_empty() {
            true => format!("{} holds nothing to do", file.display()),
            false => format!("carry it out with `provisioner deploy --plan {}`", quoted(&file.display().to_string())),
        };
        terminal::note(&told);
    }
    Ok(if arguments.detailed_exitcode && !plan.is_empty() { Exit::Changes } else { Exit::Done })
}
