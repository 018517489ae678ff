//! The results of the cells.

use std::fmt;
use std::iter::Sum;
use std::str::FromStr;

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

/// The totals, printed as `cells: 240, converged: 240, lost: 0, duplicates: 0, not met: 0`.
#[derive(Debug, Default, PartialEq, Eq)]
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
        let Self { cells, converged, lost, duplicates, not_met } = self;
        write!(f, "cells: {cells}, converged: {converged}, lost: {lost}, duplicates: {duplicates}, not met: {not_met}")
    }
}

impl FromStr for Tally {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let counts: Result<Vec<usize>, ()> =
            text.split(", ").map(|part| part.split_once(": ").ok_or(())?.1.parse().map_err(drop)).collect();
        let [cells, converged, lost, duplicates, not_met] = counts?.try_into().map_err(drop)?;
        Ok(Self { cells, converged, lost, duplicates, not_met })
    }
}

impl Sum for Tally {
    fn sum<I: Iterator<Item = Self>>(tallies: I) -> Self {
        tallies.fold(Self::default(), |sum, one| Self {
            cells: sum.cells + one.cells,
            converged: sum.converged + one.converged,
            lost: sum.lost + one.lost,
            duplicates: sum.duplicates + one.duplicates,
            not_met: sum.not_met + one.not_met,
        })
    }
}

fn failed(how: &str, cell: &str, why: &str) {
    eprintln!("{how}: {cell}\n{why}\nagain: make torture CELLS='{cell}'\n");
}

#[test]
fn a_printed_tally_is_read_back_and_tallies_add_up() {
    let tally = Tally { cells: 7, converged: 4, lost: 2, duplicates: 1, not_met: 3 };
    assert_eq!(tally.to_string().parse(), Ok(tally));
    let two = ["cells: 1, converged: 1, lost: 0, duplicates: 0, not met: 2"; 2].map(|line| line.parse().unwrap());
    assert_eq!(
        two.into_iter().sum::<Tally>().to_string(),
        "cells: 2, converged: 2, lost: 0, duplicates: 0, not met: 4"
    );
}
