//! Whatever happens at whatever call: the run heals it or says what to do, and the next run converges.
//!
//! A cell of a matrix is a path of a user, one call of it and what happens at that call. The calls are those of a
//! recorded clean run, so a call that the provisioner learns to send is in the matrix by itself. `make torture` runs
//! all cells, `make test` some (see `samples`).

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
