//! `destroy`: removes what belongs to the stack.

use provisioner::desired::PackageCheck;
use provisioner::observe::{Reach, observe};
use provisioner::plan::{plan_destroy, without_refused_names};
use provisioner::{Error, Result};

use super::apply::{Approval, Then, apply};
use super::session::Session;
use crate::cli::Destroy;
use crate::terminal::Exit;

pub(crate) async fn run(arguments: &Destroy) -> Result<Exit> {
    let session = Session::open(&arguments.stack, PackageCheck::Unread).await?;
    // Nothing has a name that AWS refuses, and AWS refuses to look for it: the rest is found and removed.
    let can_exist = without_refused_names(&session.desired);
    let observed = observe(&session.aws.reader(), &can_exist, Reach::Leftovers).await?;
    let plan = plan_destroy(&session.desired, &observed);
    let approval = Approval { yes: arguments.yes, question: "remove these?" };
    apply(&plan, &session, &approval, arguments.stack.output, &Then::go_on()).await
}

/// Without CloudFormation there is nothing between a resource and the account.
pub(crate) fn nothing_to_let_go() -> Error {
    Error::new("removing a stack and keeping what it has", "the direct engine keeps no stack beside the resources")
        .exists("nothing was changed")
        .hint("name CloudFormation's stack with `--engine cloudformation`; what nobody owns is adopted with `--adopt`")
}
