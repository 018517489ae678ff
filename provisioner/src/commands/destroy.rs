//! `destroy`: removes the stack's resources.

use provisioner::desired::PackageCheck;
use provisioner::observe::{Reach, observe};
use provisioner::plan::{plan_destroy, without_refused_names};
use provisioner::{Command, Error, Hint, Result};

use super::apply::{Approval, Then, apply};
use super::session::{Session, propose_without_template};
use crate::cli::Destroy;
use crate::terminal::{self, Exit};

pub(crate) async fn run(arguments: &Destroy) -> Result<Exit> {
    let session = Session::open(&arguments.given(), PackageCheck::Unread).await?;
    // No resource has a name that AWS refuses, and AWS refuses to look for it: the others are found and removed.
    let can_exist = without_refused_names(&session.desired);
    let observed = observe(&session.aws.reader(), &can_exist, Reach::Orphans).await?;
    let plan = plan_destroy(&session.desired, &observed).complete(terminal::completed);
    let command = Command::provisioner(["destroy"]);
    let approval = Approval { yes: arguments.yes, question: "delete these resources?", command };
    apply(&plan, &session, &approval, arguments.stack.output, &Then::continuing()).await
}

/// The error for `--keep-resources` with the direct engine: without CloudFormation there is no stack object to delete.
pub(crate) fn nothing_to_retain(arguments: &Destroy) -> Error {
    propose_without_template(&arguments.given());
    Error::new(
        "removing a stack and keeping its resources",
        "the direct engine has no stack object besides the resources",
    )
    .exists("nothing was changed")
    .hint(
        Hint::new("to remove a stack of CloudFormation, name its engine")
            .run(Command::provisioner(["destroy", "--keep-resources", "--engine", "cloudformation"])),
    )
}
