//! What the arguments of `plan`, `deploy` and `update` ask of planning: the same for the same words.

use provisioner::desired::Desired;
use provisioner::plan::Options;

use super::smoke;
use crate::cli::DeployOptions;

pub(super) fn options(arguments: &DeployOptions, desired: &Desired) -> Options {
    Options {
        adopt: arguments.adopt,
        check: smoke::event(desired, !arguments.no_smoke),
        keep_versions: Some(arguments.keep_versions.get()),
        ..Options::default()
    }
}
