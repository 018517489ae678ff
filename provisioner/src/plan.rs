//! The plan: which calls to send, and why, as a value that can be shown, sent and executed.
//!
//! This module is pure: a plan depends on the desired and observed state only.

mod afterwards;
mod callers;
mod check;
mod deploy;
mod destroy;
mod differences;
mod lists;
mod losses;
mod messages;
mod misnamed;
mod notes;
mod order;
mod orphans;
mod outputs;
mod registry;
mod rollback;
mod secret;
mod takeover;
#[cfg(test)]
pub(crate) mod tests;
mod transition;

use std::collections::BTreeSet;

pub use check::{Tested, untested_by_cloudformation};
pub use deploy::{Options, plan};
pub use destroy::plan_destroy;
pub(crate) use notes::awaited;
pub use notes::{refused_names, without_refused_names};
pub use rollback::{Back, plan_rollback};
use schemars::JsonSchema;
pub(crate) use secret::masked;
use serde::{Deserialize, Serialize};
pub use transition::{Canary, Pin, Transition};

use crate::desired::{Desired, SmokeTest};
use crate::hint::Hint;
use crate::place::Place;
use crate::resources::{Batches, Call, Change, Ids, Resource, api};
use crate::template::{Known, shown};

/// The steps of a run and their order.
///
/// As JSON it has the schema of `docs/plan.schema.json`; `version` increases with each incompatible change.
#[must_use]
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields, title = "Plan of provisioner")]
pub struct Plan {
    /// The version of this form.
    #[schemars(extend("const" = VERSION))]
    pub version: u32,
    /// The stack's name.
    pub stack: String,
    /// The account.
    pub account: String,
    /// The region.
    pub region: String,
    /// One step for each resource, after the steps that it depends on.
    pub steps: Vec<Step>,
    /// The reasons why the plan cannot be executed. A plan with blockers is not executed.
    pub blockers: Vec<Blocker>,
    /// Information for the user that does not block the plan.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// How the callers of each alias get another version.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub transitions: Vec<Transition>,
    /// The smoke tests that are sent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub smoke_tests: Vec<Tested>,
    /// The values that are known before the first call.
    #[serde(skip)]
    pub known: Known,
    /// The account and region of the execution.
    #[serde(skip)]
    pub place: Place,
    /// The smoke tests that the template declares; empty with `--no-smoke`.
    #[serde(skip)]
    declared: Vec<SmokeTest>,
    /// Whether its run reports the stack's outputs. It does not if it deletes the stack, or if it reads only an alias.
    #[serde(skip)]
    pub reports_outputs: bool,
}

/// The work on one resource.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Step {
    /// The step's name, unique in the plan: the logical id, with a suffix if a resource has several steps.
    pub id: String,
    /// The resource's name in the template.
    pub logical_id: String,
    /// Its kind, such as `AWS::Lambda::Function`.
    pub kind: String,
    /// The resource's name on AWS.
    pub name: String,
    /// The service for its calls, if that is not the service's own API: `CloudControl` for kinds without a type here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub through: Option<&'static str>,
    /// The action.
    pub action: Action,
    /// The properties that change. Values of environment variables are masked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// The AWS operations that are called, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<String>,
    /// The steps that must end before it starts.
    pub needs: BTreeSet<String>,
    /// The steps whose first batch must end before it starts: that batch creates the resource, later ones complete it.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub needs_created: BTreeSet<String>,
    /// The reason for the action, or for no action, if it is not obvious.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The share of the alias's traffic that its new version gets before it gets all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub canary: Option<Canary>,
    /// The calls.
    #[serde(skip)]
    pub batches: Batches<Call>,
    /// Calls that are sent when all steps are done: they delete the resources that replacements leave.
    #[serde(skip)]
    pub cleanup: Batches<Call>,
    /// The calls that revert the earlier batches when the batch that watches them fails.
    #[serde(skip)]
    pub undo: Option<Undo>,
    /// The resource, as far as it is known before the first call.
    #[serde(skip)]
    pub resource: Resource,
    /// The observed resource, in the steps of a deploy.
    #[serde(skip)]
    pub(crate) now: Option<Resource>,
    /// The ids that AWS has assigned; those that the answers of other steps will contain are references.
    #[serde(skip)]
    pub ids: Ids,
}

/// The calls that revert the first batches of a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Undo {
    /// The index of the batch that watches the result, counted from 0.
    pub batch: usize,
    /// The calls that are sent when that batch fails. They are not sent when a stop interrupts it.
    pub calls: Batches<Call>,
}

/// The action on a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Action {
    /// It matches the template, so nothing is sent.
    Keep,
    /// It does not exist and is created.
    Create,
    /// It is updated in place.
    Update,
    /// It is adopted: the stack takes ownership of it and updates the properties that differ.
    Adopt,
    /// It is replaced, because AWS cannot update it in place.
    Replace,
    /// It is deleted.
    Delete,
    /// It is skipped: it is not changed although it may differ, for the reason in the step or because of a blocker.
    Leave,
}

/// A reason why a plan cannot be executed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Blocker {
    /// The logical id of the resource, the name of the output, or the stack's name.
    pub logical_id: String,
    /// The reason.
    pub cause: String,
    /// The next action.
    #[serde(flatten)]
    pub hint: Hint,
}

/// Information for the user before the first call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Note {
    /// The logical id of the resource; absent if it is about the stack.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logical_id: Option<String>,
    /// The information.
    pub text: String,
    /// The next action.
    #[serde(flatten)]
    pub hint: Option<Hint>,
}

impl Blocker {
    /// Completes the commands of its hint.
    pub fn complete(self, complete: impl Fn(Hint) -> Hint) -> Self {
        Self { hint: complete(self.hint), ..self }
    }
}

impl Note {
    /// Completes the commands of its hint.
    pub fn complete(self, complete: impl Fn(Hint) -> Hint) -> Self {
        Self { hint: self.hint.map(complete), ..self }
    }
}

/// The attribute that a write carries, so that AWS refuses the write instead of overwriting a concurrent change.
const REVISION: &str = Ids::REVISION_ID;

/// The version of the plan's JSON form.
pub const VERSION: u32 = 1;

impl Plan {
    /// An empty plan for a stack.
    fn of(desired: &Desired, account: &str, known: Known) -> Self {
        Self {
            version: VERSION,
            stack: desired.stack.to_string(),
            account: account.to_owned(),
            region: desired.place.region().to_owned(),
            steps: Vec::new(),
            blockers: Vec::new(),
            notes: Vec::new(),
            transitions: Vec::new(),
            smoke_tests: Vec::new(),
            known,
            place: desired.place.clone(),
            declared: Vec::new(),
            reports_outputs: true,
        }
    }

    /// Completes the commands of its hints.
    pub fn complete(mut self, complete: impl Fn(Hint) -> Hint) -> Self {
        let complete = &complete;
        self.blockers = self.blockers.into_iter().map(|blocker| blocker.complete(complete)).collect();
        self.notes = self.notes.into_iter().map(|note| note.complete(complete)).collect();
        self
    }

    /// The steps that change something.
    pub fn changing(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| step.action.changes_something())
    }

    /// Whether permissions change, which takes time until they are effective everywhere.
    pub fn grants_something_new(&self) -> bool {
        self.steps.iter().any(Step::grants_something_new)
    }

    /// Whether the plan has nothing to do.
    pub fn is_empty(&self) -> bool {
        self.changing().next().is_none()
    }

    /// A function that changes only after its callers have been moved to its alias, and a step that moves them.
    pub fn callers_moved_before(&self) -> Option<(&Step, &Step)> {
        let find = |id: &str| self.steps.iter().find(|step| step.id == id);
        self.transitions.iter().find_map(|one| {
            let is_called = |step: &&Step| matches!(step.resource, Resource::Integration(_) | Resource::Route(_));
            let caller = one.caller_moves.iter().filter_map(|id| find(id)).find(is_called)?;
            Some((find(one.changed_function()?)?, caller))
        })
    }

    /// The plan without the steps that `keep` rejects: they become [`Action::Leave`] for `reason`, and their blockers
    /// are dropped.
    pub fn only(mut self, keep: impl Fn(&Step) -> bool, reason: &str) -> Self {
        let kept: BTreeSet<_> =
            self.steps.iter().filter(|step| keep(step)).map(|step| step.logical_id.clone()).collect();
        for step in self.steps.iter_mut().filter(|step| step.action != Action::Keep) {
            if !kept.contains(&step.logical_id) {
                step.leave(reason);
            }
        }
        self.blockers.retain(|blocker| kept.contains(&blocker.logical_id));
        self.notes.retain(|note| note.logical_id.as_ref().is_none_or(|id| kept.contains(id)));
        self.transitions.retain(|transition| kept.contains(&transition.logical_id));
        self.smoke_tests = check::tested(&self.steps, &self.transitions, &self.declared);
        self
    }
}

impl Step {
    /// A step without dependencies that applies `batches` to a resource, under the resource's name in the template.
    fn new(logical_id: &str, resource: Resource, ids: Ids, action: Action, batches: Batches<Call>) -> Self {
        let mut step = Self {
            id: logical_id.to_owned(),
            logical_id: logical_id.to_owned(),
            kind: resource.kind().to_owned(),
            name: shown(&resource.name()),
            through: resource.through(),
            action,
            changes: Vec::new(),
            calls: Vec::new(),
            needs: BTreeSet::new(),
            needs_created: BTreeSet::new(),
            reason: None,
            canary: None,
            batches,
            cleanup: Batches::new(),
            undo: None,
            resource,
            now: None,
            ids,
        };
        step.name_calls();
        step
    }

    /// Whether it creates a role or changes its permissions, which take time until they are effective everywhere.
    fn grants_something_new(&self) -> bool {
        matches!(self.resource, Resource::Role(_) | Resource::InlinePolicy(_)) && self.action.changes_something()
    }

    /// Turns it into a step that does nothing, for `reason`.
    fn leave(&mut self, reason: &str) {
        self.action = Action::Leave;
        self.reason = Some(reason.to_owned());
        self.calls.clear();
        self.batches.clear();
        self.cleanup.clear();
        self.canary = None;
        self.undo = None;
    }

    /// Makes it wait until API Gateway has put the change in force: the service answers the call before callers get the
    /// change.
    fn until_in_force(&mut self) {
        if let Some(api_id) = self.resource.part_of_api() {
            let api_id = api_id.to_owned();
            self.batches.push(vec![Call::Api(api::Call::GetDeployments { api_id })]);
            self.name_calls();
        }
    }

    /// Sets the calls' names from the calls.
    fn name_calls(&mut self) {
        self.calls = self.batches.iter().chain(&self.cleanup).flatten().map(Call::operation).collect();
    }
}

impl Action {
    /// Whether a step with this action calls AWS to change something.
    pub fn changes_something(self) -> bool {
        match self {
            Self::Keep | Self::Leave => false,
            Self::Create | Self::Update | Self::Adopt | Self::Replace | Self::Delete => true,
        }
    }
}
