//! What a person still has to do when a plan is carried out.

use std::collections::BTreeSet;

use super::takeover::is_on;
use super::{Action, Note, Step};
use crate::observe::Observed;
use crate::resources::Resource;

/// Something to do by hand, for what was done to be of use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Afterwards {
    /// The steps by any of which it is left to do.
    pub steps: BTreeSet<String>,
    /// What it is.
    pub note: Note,
}

impl Afterwards {
    /// Whether it is left to do after these steps.
    #[must_use]
    pub fn is_left(&self, done: &[String]) -> bool {
        done.iter().any(|step| self.steps.contains(step))
    }
}

/// What changes on APIs of others and is not served by itself: their stages are their owner's.
pub(super) fn afterwards(observed: &Observed, steps: &[Step]) -> Vec<Afterwards> {
    let mut all = Vec::new();
    for (api_id, api) in &observed.attached {
        let changing = || steps.iter().filter(|step| step.action.changes_something() && is_on(step, api_id));
        if changing().next().is_none() {
            continue;
        }
        let mut tell = |text: String, hint: String| {
            let steps = changing().map(|step| step.id.clone()).collect();
            all.push(Afterwards { steps, note: Note { logical_id: None, text, hint: Some(hint) } });
        };
        for stage in api.stages.iter().filter(|stage| !stage.auto_deploy) {
            tell(
                format!(
                    "stage `{}` of API {api_id} has no auto-deploy: what changes there is served after its next deployment",
                    stage.name
                ),
                format!(
                    "afterwards: `aws apigatewayv2 create-deployment --api-id {api_id} --stage-name '{}'`",
                    stage.name
                ),
            );
        }
        let of_the_template = |step: &Step| matches!(&step.resource, Resource::Stage(stage) if stage.api_id == *api_id);
        let none = api.stages.is_empty() && api.stages_unknown.is_none() && !steps.iter().any(of_the_template);
        if none && changing().any(|step| step.action != Action::Delete) {
            tell(
                format!("API {api_id} has no stage: nobody gets to its routes before it has one"),
                format!("`aws apigatewayv2 create-stage --api-id {api_id} --stage-name '$default' --auto-deploy`"),
            );
        }
    }
    all
}
