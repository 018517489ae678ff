//! What carries the stack's mark and is not of the template: told, or removed when that is asked for.

use std::collections::BTreeSet;

use super::takeover::given_back;
use super::{Action, Note, Step};
use crate::observe::{Leftover, Observed, Stray};
use crate::resources::{Call, Resource, Stages};

/// The steps that remove what is left over, after all others: callers first, then what they call, then what that needs.
/// One after the other: each may need that the one before is gone.
pub(super) fn removals(observed: &Observed, steps: &[Step]) -> Vec<Step> {
    let mut leftovers: Vec<&Leftover> = observed.leftovers.iter().filter(|one| removable(one)).collect();
    leftovers.sort_by_key(|one| rank(&one.found.resource));
    let mut before: BTreeSet<String> =
        steps.iter().filter(|step| step.action.changes_something()).map(|step| step.id.clone()).collect();
    let mut removals = Vec::new();
    for Leftover { logical_id, found } in leftovers {
        let name = found.resource.name();
        let (action, stages, reason) = given_back(found, observed).unwrap_or_else(|| {
            (Action::Delete, found.resource.delete(&found.ids), "the template no longer has it".to_owned())
        });
        let step = Step {
            id: format!("{logical_id} ({name})"),
            logical_id: logical_id.clone(),
            kind: found.resource.kind().to_owned(),
            name,
            through: found.resource.through(),
            action,
            changes: Vec::new(),
            calls: stages.iter().flatten().map(Call::operation).collect(),
            needs: before.clone(),
            needs_made: BTreeSet::new(),
            reason: Some(reason),
            stages,
            cleanup: Stages::new(),
            canary: None,
            undo: None,
            resource: found.resource.clone(),
            ids: found.ids.clone(),
        };
        before = BTreeSet::from([step.id.clone()]);
        removals.push(step);
    }
    removals
}

/// What there is to know about what is left over.
pub(super) fn notes(observed: &Observed, pruning: bool) -> Vec<Note> {
    let left = observed.leftovers.iter().filter(|one| !(pruning && removable(one)));
    let told = left.map(|one| {
        let (kind, name, logical_id) = (one.found.resource.kind(), one.found.resource.name(), &one.logical_id);
        let hint = kept(&one.found.resource).unwrap_or("`deploy --prune` removes it (`plan --prune` shows that)");
        Note {
            logical_id: None,
            text: format!("{kind} `{name}` is this stack's `{logical_id}`, and the template with these parameters does not have it"),
            hint: Some(hint.to_owned()),
        }
    });
    let strays = observed.strays.iter().map(|Stray { arn, logical_id }| Note {
        logical_id: None,
        text: format!(
            "{arn} carries this stack's mark as `{logical_id}`, and the template with these parameters does not have it"
        ),
        hint: Some(
            "its kind is not known here: where it is still there, remove it by hand, or its tag `provisioner:stack`"
                .to_owned(),
        ),
    });
    let unknown = observed.leftovers_unknown.iter().map(|error| Note {
        logical_id: None,
        text: format!("what the template no longer names could not be looked for: {}", error.headline()),
        hint: error.next_step().map(str::to_owned),
    });
    told.chain(strays).chain(unknown).collect()
}

fn removable(leftover: &Leftover) -> bool {
    kept(&leftover.found.resource).is_none()
}

/// Why it is never pruned.
fn kept(resource: &Resource) -> Option<&'static str> {
    if let Resource::Table(_) = resource {
        return Some("it holds data: remove it by hand");
    }
    let stays = matches!(resource, Resource::Other(other) if other.is_retained());
    stays.then_some("the template that had it said that it stays: remove it by hand")
}

fn rank(resource: &Resource) -> usize {
    match resource {
        Resource::Route(_) => 0,
        Resource::Stage(_) => 1,
        Resource::Integration(_) => 2,
        Resource::Permission(_) => 3,
        Resource::Api(_) => 4,
        Resource::Url(_) => 5,
        Resource::Alias(_) => 6,
        Resource::Version(_) => 7,
        Resource::Function(_) => 8,
        Resource::Other(_) | Resource::Table(_) => 9,
        Resource::LogGroup(_) => 10,
        Resource::Role(_) | Resource::InlinePolicy(_) => 11,
    }
}
