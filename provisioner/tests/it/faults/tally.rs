//! The results of the cells.

use std::fmt;

pub(crate) enum Ending {
    Converged,
    /// This run did not send the call: the number of a wait's reads varies.
    NotMet,
    /// Something is missing, wrong or unfinished.
    Lost(String),
    /// Something exists twice.
    Duplicates(String),
}

/// How many cells end between two progress reports.
const STRIDE: usize = 25;

/// The totals, printed as `cells: 240, converged: 240, lost: 0, duplicates: 0`.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    cells: usize,
    converged: usize,
    lost: usize,
    duplicates: usize,
    /// The cells whose call was not sent. `cells` does not include them.
    pub(crate) not_met: usize,
}

impl Tally {
    /// Counts one of `of` cells, and reports failures and progress on stderr.
    pub(crate) fn count(&mut self, cell: &str, ending: Ending, of: usize) {
        match ending {
            Ending::NotMet => {
                self.not_met += 1;
                eprintln!("not met: {cell}");
            }
            Ending::Converged => self.converged += 1,
            Ending::Lost(why) => {
                self.lost += 1;
                failed("lost", cell, &why);
            }
            Ending::Duplicates(why) => {
                self.duplicates += 1;
                failed("duplicates", cell, &why);
            }
        }
        self.cells = self.converged + self.lost + self.duplicates;
        let ended = self.cells + self.not_met;
        if ended.is_multiple_of(STRIDE) || ended == of {
            let failed = self.lost + self.duplicates;
            eprintln!("{ended} of {of}, {failed} failed; the last was {cell}");
        }
    }

    pub(crate) fn is_good(&self) -> bool {
        self.cells > 0 && self.converged == self.cells
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cells, converged, lost, duplicates, not_met: _ } = self;
        write!(f, "cells: {cells}, converged: {converged}, lost: {lost}, duplicates: {duplicates}")
    }
}

fn failed(how: &str, cell: &str, why: &str) {
    eprintln!("{how}: {cell}\n{why}\nagain: make torture CELLS='{cell}'\n");
}
