//! A user's paths against a real MiniStack; the tests of the control plane also run against moto. It is one test
//! binary, because linking the SDK takes longer than running the tests.

#![expect(clippy::disallowed_methods, reason = "tests read the clock and the environment")]
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on stops with its message; clippy's exemption does not reach helpers in tests/"
)]

mod adopt;
mod attach;
mod canary;
mod cdk_output;
mod changes;
mod cloudformation;
mod credentials;
mod deploy;
mod depth;
mod destroy;
mod failures;
mod faults;
mod fire;
mod hints;
mod interrupt;
mod invoke;
mod local;
mod moto;
mod network;
mod other_kinds;
mod output;
mod ownership;
mod plan;
mod planned;
mod principals;
mod problems;
mod prune;
mod rates;
mod references;
mod registry;
mod releases;
mod rights;
mod rollback;
mod route_settings;
mod smoke;
mod smoke_declared;
mod status;
mod streaming;
#[path = "support/root.rs"]
mod support;
mod support_tests;
mod synth;
mod take_over;
mod terraform_import;
mod topics;
mod update;
