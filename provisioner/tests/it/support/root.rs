//! The basis of the tests: an emulated AWS, a separate account in it, a proxy that counts and breaks calls, and readers
//! without the planner's code.

pub(crate) mod account;
pub(crate) mod answering;
pub(crate) mod aws;
pub(crate) mod aws_cli;
pub(crate) mod chat;
pub(crate) mod cli;
pub(crate) mod connect_proxy;
pub(crate) mod control;
pub(crate) mod emulator;
pub(crate) mod http;
pub(crate) mod many;
pub(crate) mod metrics;
pub(crate) mod ministack;
mod moto;
pub(crate) mod package;
pub(crate) mod proxy;
pub(crate) mod seed;
pub(crate) mod user;
pub(crate) mod world;
