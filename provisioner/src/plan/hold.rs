//! Keeping callers on what serves now, while a function that has no alias yet is changed for the first time.

use std::collections::BTreeSet;

use super::apply::REVISION;
use super::{Action, Step};
use crate::resources::alias::{self, Alias};
use crate::resources::{Call, Ids, Resource, Stages, version};
use crate::template::Reference;

/// Puts what serves now behind the alias before the function changes.
///
/// A function that serves without an alias (made by hand, or by a template that had none) is called by its
/// `$LATEST`. So, before `$LATEST` changes: publish it, make the alias lead there, give callers the permission and
/// move them to the alias. Then the update, whose check moves the alias on.
pub(super) fn hold_callers(steps: &mut Vec<Step>) {
    let aliases: Vec<usize> = (0..steps.len()).filter(|index| is_new_alias(&steps[*index])).collect();
    for index in aliases {
        let Resource::Alias(alias) = steps[index].resource.clone() else { continue };
        let Some(function) = steps.iter().position(|step| serves_without_alias(step, &alias)) else { continue };
        let hold = hold(&steps[index], &alias, &steps[function]);
        let logical_id = steps[index].logical_id.clone();
        let mut moved = BTreeSet::new();
        for step in steps.iter_mut().filter(|step| leads_callers(step, &logical_id)) {
            step.needs.remove(&logical_id);
            step.needs.insert(hold.id.clone());
            moved.insert(step.id.clone());
        }
        steps[function].needs.extend(moved);
        steps[function].needs.insert(hold.id.clone());
        steps[index].needs.insert(hold.id.clone());
        steps[index].action = Action::Update;
        steps[index].stages = [alias.checked(), vec![alias.moved()]]
            .into_iter()
            .filter(|stage| !stage.is_empty())
            .map(|stage| stage.into_iter().map(Call::Alias).collect())
            .collect();
        steps[index].name_calls();
        steps.insert(function, hold);
    }
}

fn is_new_alias(step: &Step) -> bool {
    step.action == Action::Create && matches!(step.resource, Resource::Alias(_))
}

fn serves_without_alias(step: &Step, alias: &Alias) -> bool {
    let Resource::Function(function) = &step.resource else { return false };
    let exists_and_changes = matches!(step.action, Action::Update | Action::Adopt);
    exists_and_changes && function.function_name == alias.function_name
}

/// What callers come by: it is moved to the alias first.
fn leads_callers(step: &Step, alias: &str) -> bool {
    let callers = matches!(step.resource, Resource::Permission(_) | Resource::Integration(_));
    callers && step.needs.contains(alias)
}

fn hold(alias_step: &Step, alias: &Alias, function: &Step) -> Step {
    let publish = Call::Version(version::Call::PublishVersion {
        function_name: alias.function_name.clone(),
        description: "what served before this stack".to_owned(),
        package: String::new(),
        revision: function.ids.get(REVISION).cloned().unwrap_or_default(),
    });
    let make = Call::Alias(alias::Call::CreateAlias {
        function_name: alias.function_name.clone(),
        name: alias.name.clone(),
        version: Reference::own("Version").to_string(),
        description: alias.description.clone(),
    });
    let mut step = Step {
        id: format!("{} (what serves now)", alias_step.logical_id),
        action: Action::Create,
        name: format!("{}, for what serves now", alias_step.name),
        changes: Vec::new(),
        needs: BTreeSet::new(),
        stages: vec![vec![publish], vec![make]],
        cleanup: Stages::new(),
        ids: Ids::new(),
        ..alias_step.clone()
    };
    step.name_calls();
    step
}
