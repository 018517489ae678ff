//! A fault at any call: the run recovers or reports the next command, and the next run converges.
//!
//! A cell of a matrix is a user's path, one call of it, and an event at that call. The calls are those of a recorded
//! clean run, so a new call of the provisioner is in the matrix automatically. `make torture` runs all cells,
//! `make test` a part of them (see `samples`).

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "`make torture` prints what came of the cells: the sum to stdout, each failure and how far it is to stderr"
)]

mod cell;
mod fault;
mod kill;
mod path;
mod samples;
mod tally;
mod torture;
