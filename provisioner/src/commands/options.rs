//! The planning options of `plan`, `deploy` and `update`: the same for the same arguments.

use std::num::NonZeroUsize;

use provisioner::plan::Options;
use provisioner::planned::Asked;

use crate::cli::{BeyondArgs, Deploy, DeployOptions, Plan, Update};

impl Plan {
    /// The options besides the template.
    pub(super) fn asked(&self) -> Asked {
        asked(&self.options, &self.beyond)
    }
}

impl Deploy {
    /// The options besides the template.
    pub(super) fn asked(&self) -> Asked {
        asked(&self.options, &self.beyond)
    }
}

impl Update {
    /// The options besides the template.
    pub(super) fn asked(&self) -> Asked {
        asked(&self.options, &BeyondArgs::default())
    }
}

/// How many versions of a function are kept by default.
const KEPT: NonZeroUsize = NonZeroUsize::MIN.saturating_add(4);

fn asked(arguments: &DeployOptions, beyond: &BeyondArgs) -> Asked {
    Asked {
        adopt: arguments.adopt,
        take_over: beyond.take_over,
        prune: beyond.prune,
        smoke: !arguments.no_smoke,
        canary: arguments.canary.canary(),
        keep_versions: arguments.keep_versions.unwrap_or(KEPT),
    }
}

pub(super) fn options(asked: &Asked) -> Options {
    Options {
        adopt: asked.adopt,
        take_over: asked.take_over,
        prune: asked.prune,
        smoke: asked.smoke,
        canary: asked.canary,
        keep_versions: Some(asked.keep_versions.get()),
    }
}
