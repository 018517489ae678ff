//! The complete matrices, for `make torture`.

use futures_util::future::join_all;

use super::cell::{Cell, Event, run_all};
use super::fault;
use super::kill::Moment;
use super::path::Path;
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
#[tokio::test]
#[ignore = "it takes twenty minutes: `make torture`"]
async fn every_cell_of_the_fault_matrix_converges() {
    let mut cells = Vec::new();
    let paths = join_all(Path::ALL.map(async |path| (path, path.calls(Aws::MiniStack).await))).await;
    for (path, calls) in paths {
        cells.extend(kills(path, &calls));
        cells.extend(faults(path, &calls));
    }
    if let Ok(wanted) = std::env::var("CELLS") {
        cells.retain(|cell| cell.to_string().contains(&wanted));
    }
    let tally = run_all(cells).await;
    println!("{tally}");
    assert!(tally.is_good(), "{} calls were not sent", tally.not_met);
}
