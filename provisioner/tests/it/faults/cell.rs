//! One cell of a matrix.

use std::fmt;
use std::panic::AssertUnwindSafe;

use futures_util::{FutureExt as _, StreamExt as _, stream};

use super::fault::{self, Trouble};
use super::kill::{self, Moment};
use super::path::{Path, duplicates, forget, words};
use super::tally::{Ending, Tally};
use crate::support::proxy::call::CallId;
use crate::support::user::User;

/// How many cells go side by side: each waits more than it works.
const SIDE_BY_SIDE: usize = 6;

#[derive(Clone, Debug)]
pub(crate) struct Cell {
    pub(crate) path: Path,
    pub(crate) call: CallId,
    pub(crate) event: Event,
}

/// What happens at the call.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    Kill(Moment),
    Fault(Trouble),
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, call, event } = self;
        match event {
            Event::Kill(moment) => write!(f, "{path:?}: killed {moment} {call}"),
            Event::Fault(trouble) => write!(f, "{path:?}: {trouble} at {call}"),
        }
    }
}

/// Runs the cells, tells of those that failed on stderr, and counts.
pub(crate) async fn run_all(cells: Vec<Cell>) -> Tally {
    let mut running = stream::iter(cells.into_iter().map(tried)).buffer_unordered(SIDE_BY_SIDE);
    let mut tally = Tally::default();
    while let Some((cell, ending)) = running.next().await {
        tally.count(&cell, ending);
    }
    tally
}

/// A cell's failed assertion is its ending, and not the end of the others.
async fn tried(cell: Cell) -> (String, Ending) {
    let name = cell.to_string();
    let user = cell.path.begin().await;
    let ending = match AssertUnwindSafe(run(cell, &user)).catch_unwind().await {
        Ok(true) => Ending::Converged,
        Ok(false) => Ending::NotMet,
        Err(panic) => {
            let why = told(panic);
            let twice = duplicates(&user.world().await);
            if twice.is_empty() { Ending::Lost(why) } else { Ending::Duplicates(format!("{twice:?}: {why}")) }
        }
    };
    forget(&user).await;
    (name, ending)
}

fn told(panic: Box<dyn std::any::Any + Send>) -> String {
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(other) => {
            other.downcast_ref::<&str>().map_or("a panic without words".to_owned(), |text| (*text).to_owned())
        }
    }
}

/// The disturbed run, the clean one after it, and one that finds nothing to do; whether the call came at all.
async fn run(cell: Cell, user: &User) -> bool {
    let command = cell.path.command();
    let command = words(&command);
    let met = match &cell.event {
        Event::Kill(moment) => kill::at(user, &command, &cell.call, *moment).await,
        Event::Fault(trouble) => fault::at(user, cell.path, &command, &cell.call, trouble).await,
    };
    cell.path.as_aws(user);
    let clean = user.run(&command).await.expect_success();
    let world = user.world().await;
    cell.path.judge(&world, &user.account);
    let (again, writes) = user.writes_of(&command).await;
    assert!(writes.is_empty(), "a third run still writes {writes:?}\n{:?}\nafter {clean:?}", again.expect_success());
    met
}
