//! Publishing in the call that writes the code.

use super::super::{Action, Step};
use crate::resources::version::Version;
use crate::resources::{Batches, Call, Resource, function};

/// A version that the call that writes the function's code publishes too.
///
/// This saves one call and one wait, and no other change of the function can occur in between. The version's step then
/// has no call and takes the answer to the function's call. A version with a description is published by its own call,
/// since only that call accepts a description.
#[derive(Debug)]
pub(super) struct Publication {
    /// The version's step.
    pub(super) version: String,
    /// The function's step.
    pub(super) function: String,
    /// The place of the call in the function's batches.
    pub(super) call: (usize, usize),
}

/// The versions that are published with the code.
pub(super) fn decide(differences: &[Step]) -> Vec<Publication> {
    let publication = |step: &Step| {
        let Resource::Version(version) = &step.resource else { return None };
        let is_new = step.action == Action::Create && version.description.is_empty();
        let function = differences.iter().filter(|_| is_new).find(|step| writes_its_function(step, version))?;
        let call = last_write(&function.batches)?;
        Some(Publication { version: step.id.clone(), function: function.id.clone(), call })
    };
    differences.iter().filter_map(publication).collect()
}

fn writes_its_function(step: &Step, version: &Version) -> bool {
    let Resource::Function(function) = &step.resource else { return false };
    step.action.changes_something() && function.function_name == version.function_name
}

/// The place of the last call that writes content of a version, if that call can publish it:
/// `UpdateFunctionConfiguration` cannot.
fn last_write(batches: &Batches<Call>) -> Option<(usize, usize)> {
    let mut last = None;
    for (batch, calls) in batches.iter().enumerate() {
        for (index, call) in calls.iter().enumerate() {
            let Call::Function(call) = call else { continue };
            match call {
                function::Call::CreateFunction { .. } | function::Call::UpdateFunctionCode { .. } => {
                    last = Some((batch, index));
                }
                function::Call::UpdateFunctionConfiguration { .. } => last = None,
                function::Call::TagResource { .. }
                | function::Call::PutFunctionConcurrency { .. }
                | function::Call::DeleteFunctionConcurrency { .. }
                | function::Call::DeleteFunction { .. } => {}
            }
        }
    }
    last
}
