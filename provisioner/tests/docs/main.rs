//! The documents are correct: the commands run, the tables equal the code, and the links have a target.

#![expect(clippy::disallowed_methods, reason = "tests read the clock and the environment")]
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on stops with its message; clippy's exemption does not reach helpers in tests/"
)]

mod build;
#[path = "../it/support/emulator.rs"]
mod emulator;
mod escalation;
mod help;
mod iam;
mod kinds;
mod layers;
mod markdown;
#[path = "../it/support/ministack.rs"]
#[expect(dead_code, reason = "no document names an API's address at MiniStack")]
mod ministack;
mod parameters;
mod permissions;
mod readme;
mod reliability;
