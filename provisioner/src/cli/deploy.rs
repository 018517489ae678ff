//! The arguments of `plan`, `deploy` and `update`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;

use super::canary::CanaryArgs;
use super::{CodeArgs, EngineArgs, Stack, number};

/// The default of `--keep-versions`.
pub(crate) const KEPT_VERSIONS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(4);

#[derive(Debug, Args)]
pub(crate) struct DeployBy {
    #[command(flatten)]
    pub(crate) deploy: Deploy,
    #[command(flatten)]
    pub(crate) by: EngineArgs,
}

/// The options of a deploy.
#[derive(Debug, Clone, Args)]
pub(crate) struct DeployOptions {
    /// Take ownership of existing resources that have the template's names and no ownership tag, such as those created by
    /// hand, and change them to match the template; `destroy` then deletes them. `update` does this for functions, versions
    /// and aliases only. Without this option, such a resource is an error
    #[arg(long)]
    pub(crate) adopt: bool,
    /// Skip the smoke tests, both those before an alias points to a new version and those at the end
    #[arg(long)]
    pub(crate) no_smoke: bool,
    /// Keep the newest N versions of each function, every version that an alias uses and the one that `rollback`
    /// would use, and delete the others [default: 5]
    #[arg(long, value_name = "N", value_parser = number::at_least_one)]
    pub(crate) keep_versions: Option<NonZeroUsize>,
    #[command(flatten)]
    pub(crate) canary: CanaryArgs,
}

/// Permissions to change resources beyond those of the template.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct BeyondArgs {
    /// Also point existing routes without an ownership tag that have another target to this stack's function; `destroy`
    /// restores their target
    #[arg(long)]
    pub(crate) take_over: bool,
    /// Delete orphans: resources with the stack's ownership tag that the template does not contain. Without this option,
    /// `plan` lists them
    #[arg(long)]
    pub(crate) prune: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Plan {
    #[command(flatten)]
    pub(crate) stack: Stack,
    #[command(flatten)]
    pub(crate) code: CodeArgs,
    #[command(flatten)]
    pub(crate) by: EngineArgs,
    #[command(flatten)]
    pub(crate) options: DeployOptions,
    #[command(flatten)]
    pub(crate) beyond: BeyondArgs,
    /// Also write the plan to this file, for `deploy --plan`
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Exit with 2 if there are changes or nothing is deployed yet, with 0 if there are no changes, and with 1 after an
    /// error
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Deploy {
    #[command(flatten)]
    pub(crate) stack: Stack,
    #[command(flatten)]
    pub(crate) code: CodeArgs,
    #[command(flatten)]
    pub(crate) options: DeployOptions,
    #[command(flatten)]
    pub(crate) beyond: BeyondArgs,
    /// Execute the plan that `plan --out` wrote, without confirmation, if a new plan would be identical
    ///
    /// If the plan has been executed already, there is nothing to do. The file determines the template, the parameters
    /// and the options. It does not contain the values of `NoEcho` parameters: pass them again. Pass `--code` if the same
    /// package has another path now.
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["template", "adopt", "no_smoke", "keep_versions", "percent", "take_over", "prune"]
    )]
    pub(crate) plan: Option<PathBuf>,
    /// Do not ask for confirmation; without a terminal, required if the plan deletes or replaces a resource
    #[arg(long, short = 'y')]
    pub(crate) yes: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Update {
    #[command(flatten)]
    pub(crate) stack: Stack,
    #[command(flatten)]
    pub(crate) code: CodeArgs,
    #[command(flatten)]
    pub(crate) options: DeployOptions,
    /// Do not ask for confirmation; without a terminal, required if the plan deletes or replaces a resource
    #[arg(long, short = 'y')]
    pub(crate) yes: bool,
}
