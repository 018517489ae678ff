//! Keeping callers on what serves now, while a function that has no alias yet is changed for the first time.

use std::collections::BTreeSet;

use super::{Action, Blocker, REVISION, Step};
use crate::observe::Observed;
use crate::resources::alias::{Alias, RoutingConfig};
use crate::resources::served::{self, LATEST};
use crate::resources::version::{self, LATEST_REVISION};
use crate::resources::{Call, Ids, Resource, Stages, api, function};
use crate::template::Reference;

/// Puts what serves now behind the alias before the function changes.
///
/// A function that serves without an alias (made by hand, or by a template that had none), or by one that leads to
/// `$LATEST`, is called as it is just now. So, before `$LATEST` changes: publish it, make the alias lead there, give
/// callers the permission and move them to the alias. Then the update, whose check moves the alias on. Where an
/// interrupted run has made the alias but not moved the callers, they are moved first, too.
pub(super) fn hold_callers(steps: &mut Vec<Step>) {
    let aliases: Vec<String> =
        steps.iter().filter(|step| alias_of(step).is_some()).map(|step| step.id.clone()).collect();
    for id in aliases {
        let Some(index) = steps.iter().position(|step| step.id == id) else { continue };
        let Some(alias) = alias_of(&steps[index]).cloned() else { continue };
        let Some(function) = steps.iter().position(|step| is_changed_function(step, &alias)) else { continue };
        let function_id = steps[function].id.clone();
        match steps[index].action {
            Action::Create | Action::Update | Action::Adopt if serves_what_changes(&steps[index]) => {
                let hold = hold(&steps[index], &alias, &steps[function]);
                let moved = move_callers(steps, &id, Some(&hold.id), &function_id);
                steps[function].needs.extend(moved);
                steps[function].needs.insert(hold.id.clone());
                after_publishing(&mut steps[function], &Reference::new(&id, LATEST_REVISION));
                steps[index].needs.insert(hold.id.clone());
                if steps[index].action == Action::Create {
                    steps[index].action = Action::Update;
                }
                let held = Reference::own("Version").to_string();
                let alias = Alias { before: served::after_leaving(&held, &alias.before, ""), ..alias };
                move_on(&mut steps[index], &alias, &held);
                steps.insert(function, hold);
            }
            Action::Keep | Action::Update | Action::Adopt
                if steps.iter().any(|step| moves_callers(step, &id, steps)) =>
            {
                let moved = move_callers(steps, &id, None, &function_id);
                steps[function].needs.extend(moved);
                if let Some(version) = version_before(&steps[index]) {
                    move_on(&mut steps[index], &alias, &version);
                }
            }
            Action::Create
            | Action::Keep
            | Action::Update
            | Action::Adopt
            | Action::Replace
            | Action::Delete
            | Action::Leave => {}
        }
    }
}

/// Why what serves now cannot be held: a stage that is told of a change by its owner alone leads callers to the function
/// itself until then.
pub(super) fn not_held(observed: &Observed, steps: &mut [Step]) -> Vec<Blocker> {
    let mut blockers = Vec::new();
    for step in steps.iter_mut() {
        let Some([Call::Api(api::Call::GetDeployments { api_id })]) = step.stages.last().map(Vec::as_slice) else {
            continue;
        };
        let stages = observed.attached.get(api_id).map(|api| api.stages.as_slice()).unwrap_or_default();
        let Some(stage) = stages.iter().find(|stage| !stage.auto_deploy) else { continue };
        blockers.push(Blocker {
            logical_id: step.logical_id.clone(),
            cause: format!(
                "callers by stage `{}` of API {api_id} would meet the function while it changes: the stage has no \
                 auto-deploy, so they are not moved to the alias before its next deployment",
                stage.name
            ),
            hint: format!(
                "turn it on with `aws apigatewayv2 update-stage --api-id {api_id} --stage-name '{}' --auto-deploy` \
                 (`--no-auto-deploy` turns it off afterwards), then run the same command again",
                stage.name
            ),
        });
        step.leave("it is blocked, see the error");
    }
    blockers
}

/// Whether callers get the function itself: there is no alias yet, or one that leads to it.
fn serves_what_changes(alias: &Step) -> bool {
    alias.action == Action::Create || version_before(alias).is_some_and(|version| version == LATEST)
}

/// The alias that a step leads on; what serves now is held by another step of it.
pub(super) fn alias_of(step: &Step) -> Option<&Alias> {
    let Resource::Alias(alias) = &step.resource else { return None };
    (step.id == step.logical_id).then_some(alias)
}

pub(super) fn is_changed_function(step: &Step, alias: &Alias) -> bool {
    let Resource::Function(function) = &step.resource else { return false };
    let exists_and_changes = matches!(step.action, Action::Update | Action::Adopt);
    exists_and_changes && function.function_name == alias.function_name
}

/// Whether it leads callers that there are already to the alias: by their integration, or by their route to another.
fn moves_callers(step: &Step, alias: &str, steps: &[Step]) -> bool {
    let calls = |one: &Step| matches!(one.resource, Resource::Integration(_)) && one.needs.contains(alias);
    let exists_and_changes = matches!(step.action, Action::Update | Action::Adopt);
    let leads_there = || is_moved_route(step) && steps.iter().any(|one| calls(one) && step.needs.contains(&one.id));
    exists_and_changes && calls(step) || leads_there()
}

fn is_moved_route(step: &Step) -> bool {
    matches!((&step.resource, step.action), (Resource::Route(_), Action::Update | Action::Adopt))
}

/// Lets what callers come by go before the function changes: the steps that do.
fn move_callers(steps: &mut [Step], alias: &str, hold: Option<&String>, function: &str) -> BTreeSet<String> {
    let comes_by = |step: &Step| matches!(step.resource, Resource::Permission(_) | Resource::Integration(_));
    let mut moved = BTreeSet::new();
    for step in steps.iter_mut().filter(|step| comes_by(step) && step.needs.contains(alias)) {
        if matches!(step.action, Action::Update | Action::Adopt) {
            step.until_in_force();
        }
        step.needs.remove(alias);
        step.needs.remove(function); // it exists
        step.needs.extend(hold.cloned());
        moved.insert(step.id.clone());
    }
    let by_route = |step: &&mut Step| is_moved_route(step) && step.needs.iter().any(|need| moved.contains(need));
    let routes: Vec<_> = steps.iter_mut().filter(by_route).collect();
    let mut led = BTreeSet::new();
    for step in routes {
        step.until_in_force();
        step.needs.remove(alias);
        step.needs.remove(function);
        led.insert(step.id.clone());
    }
    moved.extend(led);
    moved
}

/// The function's first update refers to what publishing has left, not to what was there before.
fn after_publishing(function: &mut Step, revision: &Reference) {
    for call in function.stages.first_mut().into_iter().flatten() {
        if let Call::Function(
            function::Call::UpdateFunctionCode { revision: seen, .. }
            | function::Call::UpdateFunctionConfiguration { revision: seen, .. },
        ) = call
        {
            *seen = revision.to_string();
        }
    }
}

/// The alias is moved from `version`. Its revision is read again: the permission has given it a new one.
fn move_on(step: &mut Step, alias: &Alias, version: &str) {
    let calls = [alias.checked(), alias.still_at(version), alias.moved()];
    step.stages = calls.map(|call| vec![Call::Alias(call)]).to_vec();
    step.name_calls();
}

/// The version that an alias leads to and shall leave.
fn version_before(step: &Step) -> Option<String> {
    let change = step.changes.iter().find(|change| change.property == "FunctionVersion")?;
    change.old.as_ref()?.as_str().map(str::to_owned)
}

fn hold(alias_step: &Step, alias: &Alias, function: &Step) -> Step {
    let publish = Call::Version(version::Call::PublishVersion {
        function_name: alias.function_name.clone(),
        description: "what served before this stack".to_owned(),
        package: String::new(),
        revision: function.ids.get(REVISION).cloned().unwrap_or_default(),
    });
    let held = Alias {
        function_version: Reference::own("Version").to_string(),
        routing_config: RoutingConfig::default(),
        ..alias.clone()
    };
    let exists = alias_step.action != Action::Create;
    let make = Call::Alias(if exists { held.moved() } else { held.made() });
    let mut step = Step {
        id: format!("{} (what serves now)", alias_step.logical_id),
        action: if exists { Action::Update } else { Action::Create },
        name: format!("{}, for what serves now", alias_step.name),
        changes: Vec::new(),
        needs: BTreeSet::new(),
        stages: vec![vec![publish], vec![make]],
        cleanup: Stages::new(),
        ids: if exists { alias_step.ids.clone() } else { Ids::new() },
        ..alias_step.clone()
    };
    step.name_calls();
    step
}
