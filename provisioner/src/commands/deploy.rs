//! `deploy`: changes AWS to match the template.

use provisioner::Result;
use provisioner::desired::PackageCheck;

use super::apply::{Approval, Then, apply};
use super::cloudformation::refuse_bucket;
use super::planned;
use super::session::Session;
use crate::cli::DeployBy;
use crate::terminal::Exit;

pub(crate) async fn run(DeployBy { deploy: arguments, by }: &DeployBy) -> Result<Exit> {
    refuse_bucket("deploy", by, &arguments.given())?;
    if let Some(file) = &arguments.plan {
        return planned::execute_file(file, arguments).await;
    }
    let session = Session::open(&arguments.given(), PackageCheck::ForLambda).await?;
    let plan = session.plan(&arguments.plan_options()).await?;
    let approval = Approval { yes: arguments.yes, question: "apply these changes?" };
    apply(&plan, &session, &approval, arguments.stack.output, &Then::continuing()).await
}
