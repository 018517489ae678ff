//! SIGKILL at one call.

use std::fmt;

use crate::support::proxy::call::{Call, CallId};
use crate::support::proxy::rule::{Fault, When, calls_that, writes};
use crate::support::proxy::trap::Trap;
use crate::support::user::User;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// AWS never sees the call.
    Before,
    /// AWS has done it, and nobody was told.
    After,
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Before => "before",
            Self::After => "after",
        })
    }
}

/// Runs the command and kills it there; whether it came there.
pub(super) async fn at(user: &User, command: &[&str], call: &CallId, moment: Moment) -> bool {
    let (about, nth) = (call.clone(), call.occurrence);
    killed(user, command, calls_that(move |one| about.is_about(one)).nth(nth), moment).await
}

/// Runs the command and kills it at its first writing call; the call, if it came to one.
pub(super) async fn at_first_write(user: &User, command: &[&str], moment: Moment) -> Option<String> {
    let met = killed(user, command, writes().nth(1), moment).await;
    met.then(|| user.proxy.writes().first().map(Call::name).unwrap_or_default())
}

async fn killed(user: &User, command: &[&str], when: When, moment: Moment) -> bool {
    let trap = Trap::new();
    let held = trap.clone();
    user.proxy.on(when.suffer(match moment {
        Moment::Before => Fault::HoldBefore(held),
        Moment::After => Fault::HoldAfter(held),
    }));
    let mut program = user.spawn(command);
    let met = tokio::select! {
        () = trap.sprung() => true,
        ended = program.wait() => { ended.expect("how the program ended"); false }
    };
    program.kill().await.expect("a program to kill");
    trap.open();
    // Calls that were under way beside it take effect; the next run meets what they did.
    user.proxy.settled().await;
    met
}
