//! The arguments that select an engine.

use clap::{Args, ValueEnum};

/// The engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    /// The provisioner, through the API of each service
    Direct,
    /// CloudFormation, through change sets. With this engine `plan` writes, too: it creates a change set, an empty stack
    /// before the first deploy, and a bucket for a large template. It deletes all of them except the bucket
    Cloudformation,
}

/// The engine and its bucket.
#[derive(Debug, Clone, Args)]
pub(crate) struct EngineArgs {
    /// The engine that applies the template. Use the same one for every command on a stack: the direct engine does not
    /// change what CloudFormation owns
    #[arg(long, value_enum, default_value_t = Engine::Direct)]
    pub(crate) engine: Engine,
    /// With `--engine cloudformation`: the bucket for packages and large templates
    /// [default: provisioner-ACCOUNT-REGION, created if it is missing]
    #[arg(long, value_name = "NAME")]
    pub(crate) bucket: Option<String>,
}
