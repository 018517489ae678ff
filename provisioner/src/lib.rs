//! Applies a CloudFormation template directly through AWS's APIs, without a state file.
//!
//! The steps form one sequence, and each arrow is a value that can be printed, compared and sent as JSON:
//!
//! ```text
//! file ──Template::load──► Template ──Desired::build──► Desired ──observe──► Observed
//!                                                          └────────┬──────────┘
//!                                                     plan (pure) ──► Plan ──execute──► Outcome
//! ```
//!
//! - [`template`] reads the file, its includes, parameters, conditions and functions;
//! - [`resources`] gives every resource its type: how it is compared, and which calls change it;
//! - [`mod@observe`] asks AWS which resources exist, through a [`observe::Reader`], which cannot change anything;
//! - [`mod@plan`] compares the two, and is pure;
//! - [`planned`] stores a plan in a file, for execution later if nothing has changed since;
//! - [`mod@execute`] sends the plan's calls through an [`execute::Writer`], and makes no decisions;
//! - [`aws`] is both the reader and the writer for AWS;
//! - [`mod@status`] reports the deployed state: the versions, their traffic, and the drift from the template;
//! - [`hint`] contains the next actions, with their commands;
//! - [`denial`] parses AWS's sentences about missing permissions;
//! - [`printable`] escapes characters that a terminal would obey;
//! - [`report`] turns the values into text and JSON;
//! - `cdk` generates CDK apps from a resolved template (with the feature `cdk`, which is on by default).
//!
//! `examples/walk.rs` is this sequence as a separate program.

#![cfg_attr(test, expect(clippy::disallowed_methods, reason = "tests read the clock and the environment"))]

#[expect(clippy::disallowed_methods, reason = "AWS is asked until a state is reached, at the rate that it allows")]
pub mod aws;
#[cfg(feature = "cdk")]
pub mod cdk;
pub mod cloudformation;
pub mod denial;
pub mod desired;
pub mod error;
#[expect(clippy::disallowed_methods, reason = "it measures how long a step takes")]
pub mod execute;
pub mod hint;
pub mod lint;
pub mod observe;
pub mod package;
mod phrase;
pub mod place;
pub mod plan;
pub mod planned;
pub mod printable;
mod reference;
pub mod releases;
pub mod report;
pub mod resources;
pub mod status;
mod style;
pub mod template;
#[cfg(test)]
#[path = "../tests/world/root.rs"]
mod world;

pub use error::{Error, Result};
pub use hint::{Command, Hint};
