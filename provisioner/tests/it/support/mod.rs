//! What the tests stand on: an emulated AWS, an account of one's own in it, a proxy that counts and breaks calls, and
//! readers that know nothing of the planner.

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
