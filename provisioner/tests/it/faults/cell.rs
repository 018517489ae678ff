//! One cell of a matrix.

use std::fmt;
use std::panic::AssertUnwindSafe;

use futures_util::{FutureExt as _, StreamExt as _, stream};

use super::fault::{self, Disturbance};
use super::kill::{self, Moment};
use super::path::{Path, duplicates, words};
use super::tally::{Ending, Tally};
use crate::support::aws::Aws;
use crate::support::proxy::call::CallId;
use crate::support::user::User;

/// How many cells run side by side: each waits longer than it computes.
const SIDE_BY_SIDE: usize = 6;

#[derive(Clone, Debug)]
pub(crate) struct Cell {
    pub(crate) path: Path,
    pub(crate) call: CallId,
    pub(crate) event: Event,
}

/// The event at the call.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    Kill(Moment),
    Fault(Disturbance),
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, call, event } = self;
        match event {
            Event::Kill(moment) => write!(f, "{path:?}: killed {moment} {call}"),
            Event::Fault(disturbance) => write!(f, "{path:?}: {disturbance} at {call}"),
        }
    }
}

/// Runs the cells, reports the failed ones on stderr, and counts all.
pub(crate) async fn run_all(cells: Vec<Cell>) -> Tally {
    let count = cells.len();
    let mut running = stream::iter(cells.into_iter().map(tried)).buffer_unordered(SIDE_BY_SIDE);
    let mut tally = Tally::default();
    while let Some((cell, ending)) = running.next().await {
        tally.count(&cell, ending, count);
    }
    tally
}

/// A failed assertion is the result of its cell, and does not end the other cells.
async fn tried(cell: Cell) -> (String, Ending) {
    let name = cell.to_string();
    let user = cell.path.begin(Aws::MiniStack).await;
    let ending = match AssertUnwindSafe(run(cell, &user)).catch_unwind().await {
        Ok(true) => Ending::Converged,
        Ok(false) => Ending::NotMet,
        Err(panic) => {
            let why = message_of(panic);
            let twice = duplicates(&user.world().await);
            if twice.is_empty() { Ending::Lost(why) } else { Ending::Duplicates(format!("{twice:?}: {why}")) }
        }
    };
    (name, ending)
}

fn message_of(panic: Box<dyn std::any::Any + Send>) -> String {
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(other) => {
            other.downcast_ref::<&str>().map_or("a panic without a message".to_owned(), |text| (*text).to_owned())
        }
    }
}

/// The disturbed run, a clean run after it, and one that has nothing to do. Returns whether the run reached the call.
async fn run(cell: Cell, user: &User) -> bool {
    let path = cell.path;
    let command = path.command();
    let disturbed = match &cell.event {
        Event::Kill(moment) => kill::at(user, &words(&command), &cell.call, *moment).await,
        Event::Fault(disturbance) => fault::at(user, &words(&command), &cell.call, disturbance).await,
    };
    path.as_aws(user);
    if disturbed.is_done {
        path.judge(&user.world().await, &user.account);
    } else {
        let more = match &cell.event {
            Event::Kill(_) => &[],
            Event::Fault(disturbance) => fault::remains(user, &cell.call, disturbance),
        };
        user.run(&[&words(&path.again())[..], more].concat()).await.expect_success();
        path.as_aws(user);
        path.judge(&user.world().await, &user.account);
    }
    let (again, writes) = user.writes_of(&words(&path.again())).await;
    assert!(writes.is_empty(), "one more run writes {writes:?}\n{:?}", again.expect_success());
    disturbed.met
}

/// The result of the disturbed run.
pub(super) struct Disturbed {
    /// Whether the run reached the call.
    pub(super) met: bool,
    /// Whether the run reported success.
    pub(super) is_done: bool,
}
