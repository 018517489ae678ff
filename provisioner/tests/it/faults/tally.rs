//! What came of the cells.

use std::fmt;

pub(crate) enum Ending {
    Converged,
    /// The call did not come in this run: how often a wait asks is not the same each time.
    NotMet,
    /// Something is missing, wrong or still to do.
    Lost(String),
    /// Something is there twice.
    Duplicates(String),
}

/// The sum, printed as `cells: 240, converged: 240, lost: 0, duplicates: 0`.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    cells: usize,
    converged: usize,
    lost: usize,
    duplicates: usize,
    /// Beside the cells: those whose call did not come.
    pub(crate) not_met: usize,
}

impl Tally {
    pub(crate) fn count(&mut self, cell: &str, ending: Ending) {
        if matches!(ending, Ending::NotMet) {
            self.not_met += 1;
            eprintln!("not met: {cell}");
            return;
        }
        self.cells += 1;
        match ending {
            Ending::Converged | Ending::NotMet => self.converged += 1,
            Ending::Lost(why) => {
                self.lost += 1;
                eprintln!("lost: {cell}\n{why}\n");
            }
            Ending::Duplicates(why) => {
                self.duplicates += 1;
                eprintln!("duplicates: {cell}\n{why}\n");
            }
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
