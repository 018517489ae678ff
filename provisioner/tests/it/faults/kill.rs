//! SIGKILL at one call.

use std::fmt;

use super::cell::Disturbed;
use crate::support::proxy::call::{Call, CallId, identified};
use crate::support::proxy::rule::{Fault, When, calls_that};
use crate::support::proxy::trap::Trap;
use crate::support::user::User;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// AWS does not receive the call.
    Before,
    /// AWS executed the call, and the program did not receive the answer.
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

/// Runs the command and kills it at this call, if it reaches the call.
pub(super) async fn at(user: &User, command: &[&str], call: &CallId, moment: Moment) -> Disturbed {
    let (about, nth) = (call.clone(), call.occurrence);
    let met = killed(user, command, calls_that(move |one| about.is_about(one)).nth(nth), moment).await;
    Disturbed { met, is_done: false }
}

/// Runs the command and kills it at its first writing call that is not `last`. Returns that call, if there was one.
pub(super) async fn at_first_write_but(
    user: &User,
    command: &[&str],
    last: Option<&CallId>,
    moment: Moment,
) -> Option<CallId> {
    let seen = last.cloned();
    let is_next = move |one: &Call| one.is_write() && !seen.as_ref().is_some_and(|seen| seen.is_about(one));
    let met = killed(user, command, calls_that(is_next).nth(1), moment).await;
    let mut writes = identified(&user.proxy.writes()).into_iter().map(|(id, _)| id);
    if met { writes.find(|id| !last.is_some_and(|last| last.is_same(id))) } else { None }
}

async fn killed(user: &User, command: &[&str], when: When, moment: Moment) -> bool {
    let trap = Trap::new();
    let pause = trap.clone();
    user.proxy.before_others(when.suffer(match moment {
        Moment::Before => Fault::PauseBefore(pause),
        Moment::After => Fault::PauseAfter(pause),
    }));
    let mut program = user.spawn(command);
    let met = tokio::select! {
        () = trap.sprung() => true,
        ended = program.wait() => { ended.expect("how the program ended"); false }
    };
    program.kill().await.expect("a program to kill");
    trap.open();
    // Parallel calls in progress take effect; the next run finds their results.
    user.proxy.settled().await;
    met
}
