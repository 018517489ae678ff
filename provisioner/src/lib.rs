//! Applies a CloudFormation template straight through AWS's APIs, without a state file.
//!
//! One walk, and every arrow of it is a value that can be printed, compared and sent as JSON:
//!
//! ```text
//! file ──Template::load──► Template ──Desired::build──► Desired ──observe──► Observed
//!                                                          └────────┬──────────┘
//!                                                     plan (pure) ──► Plan ──execute──► Outcome
//! ```
//!
//! - [`template`] reads the file, its includes, parameters, conditions and functions;
//! - [`resources`] gives every resource its type: how it is compared, and which calls change it;
//! - [`mod@observe`] asks AWS what exists, through a [`observe::Reader`], which cannot change anything;
//! - [`mod@plan`] compares, and is pure;
//! - [`planned`] keeps a plan in a file, to be executed later if nothing has changed since;
//! - [`mod@execute`] sends the plan's calls through an [`execute::Writer`], and makes no choices;
//! - [`aws`] is both reader and writer for AWS;
//! - [`mod@status`] tells of what is deployed: versions, who gets them, what differs from the template;
//! - [`denial`] reads AWS's sentences about missing rights;
//! - [`printable`] shows what a terminal would obey;
//! - [`report`] makes text and JSON of the values;
//! - `cdk` makes CDK apps of a resolved template (with the feature `cdk`, which is on by default).
//!
//! `examples/walk.rs` is the walk as a program of its own.

pub mod aws;
#[cfg(feature = "cdk")]
pub mod cdk;
pub mod cloudformation;
pub mod denial;
pub mod desired;
pub mod error;
pub mod execute;
pub mod lint;
pub mod observe;
pub mod package;
pub mod place;
pub mod plan;
pub mod planned;
pub mod printable;
pub mod releases;
pub mod report;
pub mod resources;
pub mod status;
pub mod template;
#[cfg(test)]
mod world;

pub use error::{Error, Result};
