//! The output of `synth` has the same meaning as the template: checked with the real aws-cdk-lib in Node and in Python,
//! without AWS.

#![expect(clippy::disallowed_methods, reason = "tests read the clock and the environment")]
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on stops with its message; clippy's exemption does not reach helpers in tests/"
)]

mod app;
mod checked_in;
mod generated;
mod include;
mod languages;
mod project;
mod python;
mod reading;
mod real_cdk;
mod round_trip;
mod same;
mod same_tests;
mod yaml;
