//! Runs a Lambda program as Lambda does: the Runtime API on loopback, and `DynamoDB` and Bedrock over TLS with a
//! certificate made at run time. Nothing of it knows what language the program is written in. `make bench` measures
//! with it, and the function's tests disturb with it.
//!
//! Threads and blocking sockets: the harness shares the machine with what it measures, and this is the least it can do
//! between two calls.

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
