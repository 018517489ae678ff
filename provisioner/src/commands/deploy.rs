//! `deploy`: changes AWS to match the template.

use provisioner::desired::PackageCheck;
use provisioner::{Command, Result};

use super::apply::{Approval, DEPLOY, Then, apply};
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
    let command = Command::provisioner(["deploy"]);
    let approval = Approval { yes: arguments.yes, question: DEPLOY, command };
    apply(&plan, &session, &approval, arguments.stack.output, &Then::continuing_or_without_smoke("deploy")).await
}
