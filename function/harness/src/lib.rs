//! Runs a Lambda program as Lambda does: with the Runtime API on loopback, and with mocks of `DynamoDB` and Bedrock.
//!
//! The mocks use TLS with a certificate that is created at run time. The harness does not depend on the language of the
//! program. `make bench` measures with it, and the function's tests inject faults with it.
//!
//! It uses threads and blocking sockets, because it shares the machine with the program that it measures, and they take
//! the least CPU time between two calls.

#![expect(clippy::disallowed_methods, reason = "the harness measures")]

pub mod backend;
pub mod bedrock;
pub mod call;
pub mod certificate;
pub mod child;
pub mod credentials;
pub mod dynamodb;
pub mod gate;
pub mod http;
pub mod runtime_api;
pub mod signature;
