//! The planning options of `plan`, `deploy` and `update`: the same for the same arguments.

use std::num::NonZeroUsize;

use provisioner::plan::Options;
use provisioner::planned::PlanOptions;

use crate::cli::{BeyondArgs, Deploy, DeployOptions, Plan, Update};

impl Plan {
    /// The options besides the template.
    pub(super) fn plan_options(&self) -> PlanOptions {
        plan_options(&self.options, &self.beyond)
    }
}

impl Deploy {
    /// The options besides the template.
    pub(super) fn plan_options(&self) -> PlanOptions {
        plan_options(&self.options, &self.beyond)
    }
}

impl Update {
    /// The options besides the template.
    pub(super) fn plan_options(&self) -> PlanOptions {
        plan_options(&self.options, &BeyondArgs::default())
    }
}

/// How many versions of a function are kept by default.
const KEPT: NonZeroUsize = NonZeroUsize::MIN.saturating_add(4);

fn plan_options(arguments: &DeployOptions, beyond: &BeyondArgs) -> PlanOptions {
    PlanOptions {
        adopt: arguments.adopt,
        take_over: beyond.take_over,
        prune: beyond.prune,
        smoke: !arguments.no_smoke,
        canary: arguments.canary.canary(),
        keep_versions: arguments.keep_versions.unwrap_or(KEPT),
    }
}

pub(super) fn options(plan_options: &PlanOptions) -> Options {
    Options {
        adopt: plan_options.adopt,
        take_over: plan_options.take_over,
        prune: plan_options.prune,
        smoke: plan_options.smoke,
        canary: plan_options.canary,
        keep_versions: Some(plan_options.keep_versions.get()),
    }
}
