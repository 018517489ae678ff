//! Publishing in the call that writes the code.

use super::{Action, Step};
use crate::resources::version::{PUBLISHED_ARN, PUBLISHED_VERSION, Version};
use crate::resources::{Call, Ids, Resource, Stages, function};
use crate::template::Reference;

/// Makes the last call that writes a function publish it too, where its new version is wanted.
///
/// This saves one call and one wait, and no other change of the function can occur in between. The version's step then
/// has no call and takes the answer to the function's call. A version with a description is published by its own call,
/// since only that call accepts a description.
pub(super) fn publish_with_the_code(steps: &mut [Step]) {
    for index in 0..steps.len() {
        let Resource::Version(version) = &steps[index].resource else { continue };
        if steps[index].action != Action::Create || !version.description.is_empty() {
            continue;
        }
        let Some(function) = steps.iter().position(|step| writes_its_function(step, version)) else { continue };
        let Some(publish) = last_write(&mut steps[function].stages) else { continue };
        *publish = true;
        let function_id = steps[function].logical_id.clone();
        let told = |attribute| Reference::new(&function_id, attribute).to_string();
        let version = &mut steps[index];
        version.ids = Ids::from([
            ("Ref".to_owned(), told(PUBLISHED_ARN)),
            ("FunctionArn".to_owned(), told(PUBLISHED_ARN)),
            ("Version".to_owned(), told(PUBLISHED_VERSION)),
        ]);
        version.stages = Stages::new();
        version.reason = Some("published with the code".to_owned());
        version.name_calls();
    }
}

fn writes_its_function(step: &Step, version: &Version) -> bool {
    let Resource::Function(function) = &step.resource else { return false };
    step.action.changes_something() && function.function_name == version.function_name
}

/// The `publish` flag of the last call that writes content of a version, if that call has one:
/// `UpdateFunctionConfiguration` does not.
fn last_write(stages: &mut Stages<Call>) -> Option<&mut bool> {
    let mut last = None;
    for call in stages.iter_mut().flatten() {
        if let Call::Function(call) = call {
            match call {
                function::Call::CreateFunction { publish, .. } | function::Call::UpdateFunctionCode { publish, .. } => {
                    last = Some(publish);
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
