//! Tests at the function's boundaries: its requests to AWS as bytes, and the program as Lambda runs it.
//!
//! The tests are one binary, because each binary links the SDK.

#![expect(clippy::unwrap_used, clippy::panic, reason = "clippy does not take the helpers of tests for tests")]
#![expect(clippy::print_stdout, reason = "a test that measures quality prints what it found")]

mod bootstrap;
mod catalog;
mod frozen;
mod hostile;
mod load;
mod model;
mod recall;
mod streaming;
mod support;
mod surroundings;
mod trust;
mod unwell;
