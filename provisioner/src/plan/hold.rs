//! Keeps callers on the serving code while a function that has no alias yet is changed for the first time.

use std::collections::BTreeSet;

use super::served::{self, Hold, is_led_away};
use super::{Action, Blocker, REVISION, Step};
use crate::observe::Observed;
use crate::resources::alias::{Alias, RoutingConfig};
use crate::resources::served::after_leaving;
use crate::resources::version::{self, LATEST_REVISION};
use crate::resources::{Call, Changed, Ids, Resource, Stages, api, function, property};
use crate::template::Reference;

/// Keeps callers on what they get now until the alias moves, where they do not use the alias yet.
///
/// Callers get the current code of a function if they call it without an alias (the function was created by hand, or by
/// a template without an alias), by another alias, or by an alias that points to `$LATEST`. So the plan does this
/// before `$LATEST` changes: it publishes the serving code, or takes the version that has it; it points the alias
/// there, gives callers the permission and moves them to the alias. Then the function is updated, its new version is
/// checked, and the alias moves on. Where an interrupted run has created the alias but not moved the callers, they are
/// moved first, too.
pub(super) fn hold_callers(steps: &mut Vec<Step>, observed: &Observed) {
    let aliases: Vec<String> =
        steps.iter().filter(|step| alias_of(step).is_some()).map(|step| step.id.clone()).collect();
    for id in aliases {
        let Some(index) = steps.iter().position(|step| step.id == id) else { continue };
        let Some(alias) = alias_of(&steps[index]).cloned() else { continue };
        let Some(function) = steps.iter().position(|step| is_changed_function(step, &alias)) else { continue };
        if matches!(steps[index].action, Action::Replace | Action::Delete | Action::Leave) {
            continue;
        }
        let function_id = steps[function].id.clone();
        match served::hold(&steps[index], &steps[function], steps, observed) {
            None => {}
            Some(Hold::AsItIs) => {
                let moved = move_callers(steps, (&id, &alias), &function_id, None, observed);
                steps[function].needs.extend(moved);
                if let Some(version) = version_before(&steps[index]) {
                    move_on(&mut steps[index], &alias, &version);
                }
            }
            Some(what) => {
                let (hold, held) = hold(&steps[index], &alias, &steps[function], &what);
                let moved = move_callers(steps, (&id, &alias), &function_id, Some(&hold.id), observed);
                steps[function].needs.extend(moved);
                steps[function].needs.insert(hold.id.clone());
                if what == Hold::Published {
                    after_publishing(&mut steps[function], &Reference::new(&id, LATEST_REVISION));
                }
                steps[index].needs.insert(hold.id.clone());
                if steps[index].action == Action::Create {
                    steps[index].action = Action::Update;
                }
                let alias = Alias { before: after_leaving(&held, &alias.before, ""), ..alias };
                move_on(&mut steps[index], &alias, &held);
                steps.insert(function, hold);
            }
        }
    }
}

/// Why the serving code cannot be held.
pub(super) fn not_held(observed: &Observed, steps: &mut [Step]) -> Vec<Blocker> {
    let mut blockers = Vec::new();
    for step in steps.iter_mut() {
        let Some([Call::Api(api::Call::GetDeployments { api_id })]) = step.stages.last().map(Vec::as_slice) else {
            continue;
        };
        let Some((cause, hint)) = by_a_variable(step, observed).or_else(|| late(api_id, observed)) else { continue };
        blockers.push(Blocker { logical_id: step.logical_id.clone(), cause, hint: hint.into() });
        step.leave("it is blocked, see the error");
    }
    blockers
}

/// A stage variable selects the function that callers get, and each stage may select another one.
fn by_a_variable(step: &Step, observed: &Observed) -> Option<(String, String)> {
    let Resource::Integration(now) = &observed.found.get(&step.logical_id)?.resource else { return None };
    let (uri, api_id) = (&now.integration_uri, &now.api_id);
    let integration_id = step.ids.get("IntegrationId")?;
    uri.contains("${stageVariables.").then(|| {
        (
            format!("callers get what a variable of their stage says (`{uri}`), which cannot be held while it changes"),
            format!(
                "lead the integration to one version or alias first: `aws apigatewayv2 update-integration --api-id \
                 {api_id} --integration-id {integration_id} --integration-uri ARN`, then run the same command again"
            ),
        )
    })
}

/// A stage without automatic deployment calls the function itself until its owner deploys the change.
fn late(api_id: &str, observed: &Observed) -> Option<(String, String)> {
    let stage = observed.attached.get(api_id)?.stages.iter().find(|stage| !stage.auto_deploy)?;
    let cause = format!(
        "callers by stage `{}` of API {api_id} would meet the function while it changes: the stage has no auto-deploy, \
         so they are not moved to the alias before its next deployment",
        stage.name
    );
    let hint = format!(
        "turn it on with `aws apigatewayv2 update-stage --api-id {api_id} --stage-name '{}' --auto-deploy` \
         (`--no-auto-deploy` turns it off afterwards), then run the same command again",
        stage.name
    );
    Some((cause, hint))
}

/// The alias that a step moves to the new version; another step of the same alias holds the serving code.
pub(super) fn alias_of(step: &Step) -> Option<&Alias> {
    let Resource::Alias(alias) = &step.resource else { return None };
    (step.id == step.logical_id).then_some(alias)
}

pub(super) fn is_changed_function(step: &Step, alias: &Alias) -> bool {
    let Resource::Function(function) = &step.resource else { return false };
    let exists_and_changes = matches!(step.action, Action::Update | Action::Adopt);
    exists_and_changes && function.function_name == alias.function_name
}

/// Orders the steps of the integrations, routes and permissions that callers use before the function changes, and
/// returns these steps' ids.
///
/// Every other change that callers can notice waits until the alias has moved, since it belongs to the new version.
/// Callers that do not exist yet wait as well.
fn move_callers(
    steps: &mut [Step],
    (alias, callee): (&str, &Alias),
    function: &str,
    hold: Option<&String>,
    observed: &Observed,
) -> BTreeSet<String> {
    let now = |step: &Step| observed.found.get(&step.logical_id).map(|found| &found.resource);
    let ids_of = |which: &dyn Fn(&Step) -> bool| -> BTreeSet<String> {
        steps.iter().filter(|step| which(step)).map(|step| step.id.clone()).collect()
    };
    let is_integration = |step: &Step| matches!(step.resource, Resource::Integration(_)) && step.needs.contains(alias);
    let integrations = ids_of(&is_integration);
    let routes = ids_of(&|step| {
        let to_it = !step.needs.is_disjoint(&integrations);
        to_it
            && is_led_away(step)
            && matches!(now(step), Some(Resource::Route(now)) if served::comes_to(&now.calls, &callee.function_name))
    });
    let led_to = |id: &String| steps.iter().any(|step| routes.contains(&step.id) && step.needs.contains(id));
    let integrations = ids_of(&|step| is_integration(step) && (step.action != Action::Create || led_to(&step.id)));
    if integrations.is_empty() {
        return integrations;
    }
    let mut moved: BTreeSet<String> = &integrations | &routes;
    for step in steps.iter_mut() {
        let is_permission = matches!(step.resource, Resource::Permission(_)) && step.needs.contains(alias);
        if moved.contains(&step.id) || is_permission {
            lead_first(step, now(step));
            step.needs.remove(alias);
            step.needs.remove(function); // the function exists
            step.needs.extend(hold.filter(|_| !routes.contains(&step.id)).cloned());
            moved.insert(step.id.clone());
        } else if matches!(step.resource, Resource::Route(_)) && !step.needs.is_disjoint(&integrations) {
            step.needs.insert(alias.to_owned());
        }
    }
    moved
}

/// Changes only the target of an integration or a route first, and its other properties when the rest is done. `now` is
/// the resource as AWS has it.
fn lead_first(step: &mut Step, now: Option<&Resource>) {
    if !matches!(step.action, Action::Update | Action::Adopt) {
        return;
    }
    match (&step.resource, now) {
        (Resource::Integration(wanted), Some(Resource::Integration(now))) => {
            let mut moved = now.clone();
            moved.integration_uri.clone_from(&wanted.integration_uri);
            moved.description.clone_from(&wanted.description);
            first(step, Resource::Integration(moved));
        }
        (Resource::Route(wanted), Some(Resource::Route(now))) => {
            let mut moved = now.clone();
            moved.target.clone_from(&wanted.target);
            first(step, Resource::Route(moved));
        }
        _ => {}
    }
}

/// Makes a step set its resource to `first` first, and to the wanted state when everything else is done.
fn first(step: &mut Step, first: Resource) {
    let is_all = step.resource.changes_from(&first).is_empty();
    let rest = std::mem::take(&mut step.stages);
    step.stages = first.update(&first, &step.ids, &Changed::default());
    if !is_all {
        step.cleanup = [rest, std::mem::take(&mut step.cleanup)].concat();
    }
    step.until_in_force();
}

/// The function's first update uses the revision after publishing, not the observed one.
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

/// Moves the alias from `version`. Its revision is read again, because adding the permission has changed it.
fn move_on(step: &mut Step, alias: &Alias, version: &str) {
    let stages = [alias.checked(), vec![alias.still_at(version)], vec![alias.moved()]];
    step.stages = stages.map(|stage| stage.into_iter().map(Call::Alias).collect()).to_vec();
    step.name_calls();
}

/// The version that an alias points to and will leave.
fn version_before(step: &Step) -> Option<String> {
    let change = step.changes.iter().find(|change| change.is_of(property!(Alias.function_version)))?;
    change.old.as_ref()?.as_str().map(str::to_owned)
}

/// The step that puts the serving code behind the alias, and the version of that code.
fn hold(alias_step: &Step, alias: &Alias, function: &Step, what: &Hold) -> (Step, String) {
    let publish = Call::Version(version::Call::PublishVersion {
        function_name: alias.function_name.clone(),
        description: "what served before this stack".to_owned(),
        package: String::new(),
        revision: function.ids.get(REVISION).cloned().unwrap_or_default(),
    });
    let (own, publish) = match what {
        Hold::Version(version) => (version.clone(), None),
        Hold::Published | Hold::AsItIs => (Reference::own("Version").to_string(), Some(vec![publish])),
    };
    let mut held = alias.clone();
    held.function_version.clone_from(&own);
    held.routing_config = RoutingConfig::default();
    let exists = alias_step.action != Action::Create;
    let make = vec![Call::Alias(if exists { held.moved() } else { held.made() })];
    let mut step = Step {
        id: format!("{} (what serves now)", alias_step.logical_id),
        action: if exists { Action::Update } else { Action::Create },
        name: format!("{}, for what serves now", alias_step.name),
        changes: Vec::new(),
        needs: BTreeSet::new(),
        stages: publish.into_iter().chain([make]).collect(),
        cleanup: Stages::new(),
        ids: if exists { alias_step.ids.clone() } else { Ids::new() },
        ..alias_step.clone()
    };
    step.name_calls();
    (step, own)
}
