//! Tests at the function's boundaries: its requests to AWS as bytes, and the program as Lambda runs it.
//!
//! The tests are one binary, because each binary links the SDK.

#![expect(clippy::unwrap_used, clippy::panic, reason = "clippy does not recognise test helpers as tests")]
#![expect(clippy::print_stdout, reason = "a test that measures quality prints its results")]

mod bootstrap;
mod catalog;
mod environment;
mod faults;
mod frozen;
mod hostile;
mod load;
mod model;
mod recall;
mod streaming;
mod support;
mod trust;
