//! The steps of a deploy as a separate program: reads a template and changes AWS to match it.
//!
//! ```sh
//! cargo run --example walk -- templates/chat.yaml             # shows the plan
//! cargo run --example walk -- templates/chat.yaml --execute   # executes it
//! ```
//!
//! The region and the credentials come from the same sources as for every AWS tool. `AWS_ENDPOINT_URL` selects an
//! emulator.

// The SDK's futures are nested too deeply for the compiler's default limit.
#![recursion_limit = "256"]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use provisioner::aws::{Aws, Connection};
use provisioner::desired::{Desired, Packages};
use provisioner::execute::{Stop, execute};
use provisioner::observe::{Reach, observe};
use provisioner::plan::{Options, plan};
use provisioner::report::{blockers_text, plan_text};
use provisioner::template::Template;

#[tokio::main]
async fn main() -> ExitCode {
    match walk().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            anstream::eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn walk() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (path, is_execution) = match arguments.as_slice() {
        [path] => (path, false),
        [path, flag] if flag == "--execute" => (path, true),
        _ => return Err("usage: walk TEMPLATE [--execute]".into()),
    };
    // The desired state. Parameters have their defaults, and packages are the files that the template names.
    let template = Template::load(Path::new(path))?;
    let aws = Aws::connect(&Connection::default(), Arc::new(|_: &str| {})).await?;
    let (parameters, packages) = (BTreeMap::new(), Packages::default());
    let desired = Desired::build(&template, &parameters, &packages, &"walk".parse()?, aws.place(), None)?;
    // The observed state and the plan. No call so far can change a resource.
    let observed = observe(&aws.reader(), &desired, Reach::Surroundings).await?;
    let plan = plan(&desired, &observed, &Options::default());
    anstream::println!("{}", plan_text(&plan));
    if !plan.blockers.is_empty() {
        return Err(blockers_text(&plan.blockers).into());
    }
    if is_execution {
        let outcome = execute(&plan, &aws, &Stop::default(), &|_| {}).await;
        if let Some((logical_id, error)) = outcome.failed.first() {
            return Err(format!("{logical_id}: {error}").into());
        }
        for (name, value) in desired.outputs(&outcome.known) {
            anstream::println!("{name}  {value}");
        }
    }
    Ok(())
}
