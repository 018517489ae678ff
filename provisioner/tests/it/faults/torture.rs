//! The complete matrices, for `make torture`.

use std::fmt;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::process::Stdio;
use std::str::FromStr;

use futures_util::future::join_all;
use tokio::process::Command;

use super::cell::{Cell, Event, run_all};
use super::fault;
use super::kill::Moment;
use super::path::Path;
use super::tally::Tally;
use crate::support::aws::Aws;
use crate::support::proxy::call::{CallId, Kind};

pub(super) fn kills(path: Path, calls: &[(CallId, Kind)]) -> Vec<Cell> {
    let at = |(call, _): &(CallId, Kind)| {
        [Moment::Before, Moment::After].map(|moment| Cell { path, call: call.clone(), event: Event::Kill(moment) })
    };
    calls.iter().flat_map(at).collect()
}

pub(super) fn faults(path: Path, calls: &[(CallId, Kind)]) -> Vec<Cell> {
    let at = |(call, kind): &(CallId, Kind)| {
        let disturbances = fault::all_for(call, *kind).into_iter();
        let cells = disturbances.map(|disturbance| Cell { path, call: call.clone(), event: Event::Fault(disturbance) });
        cells.collect::<Vec<_>>()
    };
    calls.iter().flat_map(at).collect()
}

/// `CELLS=text` runs only the cells whose name contains the text, to examine one again.
///
/// MiniStack uses one processor, so each processor gets a process of its own with a MiniStack and a share of the cells.
#[tokio::test]
#[ignore = "it takes a quarter of an hour: `make torture`"]
async fn every_cell_of_the_fault_matrix_converges() {
    if let Ok(share) = std::env::var(SHARE) {
        println!("{}", run_all(cells(&share.parse().expect("N/M")).await).await);
        return;
    }
    let of = std::thread::available_parallelism().map_or(1, usize::from);
    let tallies = join_all((0..of).map(async |index| run_share(Share { index, of }).await)).await;
    let tally: Tally = tallies.into_iter().sum();
    println!("{tally}");
    assert!(tally.is_good(), "{} calls were not sent", tally.not_met);
}

/// Runs this test again in a process of its own, for a share of the cells.
async fn run_share(share: Share) -> Tally {
    let this = std::thread::current().name().expect("the name of this test").to_owned();
    let mut process = Command::new(std::env::current_exe().expect("the path of the tests"));
    process.args([&this, "--exact", "--ignored", "--nocapture"]).env(SHARE, share.to_string());
    let output = process.stdout(Stdio::piped()).kill_on_drop(true).spawn().expect("a process").wait_with_output().await;
    let stdout = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let tally = stdout.lines().find_map(|line| line.parse().ok());
    tally.unwrap_or_else(|| panic!("share {share} of the cells ended without a result:\n{stdout}"))
}

/// The cells of a share. They are divided by their names, because two processes may see different calls of a path: the
/// number of a wait's reads varies.
async fn cells(share: &Share) -> Vec<Cell> {
    let mut cells = Vec::new();
    let paths = join_all(Path::ALL.map(async |path| (path, path.calls(Aws::MiniStack).await))).await;
    for (path, calls) in paths {
        cells.extend(kills(path, &calls));
        cells.extend(faults(path, &calls));
    }
    let wanted = std::env::var("CELLS").unwrap_or_default();
    cells.retain(|cell| {
        let name = cell.to_string();
        name.contains(&wanted) && share.contains(&name)
    });
    cells
}

/// The variable that contains the share of a process.
const SHARE: &str = "SHARE";

/// One of several shares of the cells, as `2/3`.
#[derive(Debug, Clone, Copy)]
struct Share {
    index: usize,
    of: usize,
}

impl Share {
    fn contains(self, name: &str) -> bool {
        let mut digest = DefaultHasher::new();
        name.hash(&mut digest);
        digest.finish() % self.of as u64 == self.index as u64
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index + 1, self.of)
    }
}

impl FromStr for Share {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (number, of) = text.split_once('/').ok_or(())?;
        let number: usize = number.parse().map_err(drop)?;
        Ok(Self { index: number.checked_sub(1).ok_or(())?, of: of.parse().map_err(drop)? })
    }
}
