//! Notes about actions that remain for the user after a plan is executed.

use super::takeover::is_on;
use super::{Action, Note, Step};
use crate::hint::{Command, Hint};
use crate::observe::Observed;
use crate::resources::Resource;

/// Changes on APIs of other owners that are not served automatically, since the stages belong to the APIs' owners.
pub(super) fn afterwards(observed: &Observed, steps: &[Step]) -> Vec<Note> {
    let mut all = Vec::new();
    for (api_id, api) in &observed.attached {
        let changing = || steps.iter().filter(|step| step.action.changes_something() && is_on(step, api_id));
        if changing().next().is_none() {
            continue;
        }
        let mut add = |text: String, hint: Hint| {
            all.push(Note { logical_id: None, text, hint: Some(hint) });
        };
        for stage in api.stages.iter().filter(|stage| !stage.auto_deploy) {
            add(
                format!(
                    "stage `{}` of API {api_id} has no auto-deploy: callers get the changes after its next deployment",
                    stage.name
                ),
                Hint::new("deploy the stage afterwards").run(of_api("create-deployment", api_id, &stage.name)),
            );
        }
        let of_the_template = |step: &Step| matches!(&step.resource, Resource::Stage(stage) if stage.api_id == *api_id);
        let none = api.stages.is_empty() && api.stages_unknown.is_none() && !steps.iter().any(of_the_template);
        if none && changing().any(|step| step.action != Action::Delete) {
            add(
                format!("API {api_id} has no stage: callers cannot reach its routes"),
                Hint::new("create a stage").run(of_api("create-stage", api_id, "$default").with("--auto-deploy")),
            );
        }
    }
    all
}

/// A command of the AWS CLI about a stage of an API.
fn of_api(operation: &str, api_id: &str, stage: &str) -> Command {
    Command::aws(["apigatewayv2", operation, "--api-id", api_id, "--stage-name", stage])
}
