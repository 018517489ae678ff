//! Untagged routes that this stack takes over, and how they are restored.

use std::collections::{BTreeMap, BTreeSet};

use super::{Action, Blocker, Note, Options, Step};
use crate::desired::Desired;
use crate::hint::{Command, Hint};
use crate::observe::{Found, Observed, Surroundings};
use crate::resources::former_target::FormerTarget;
use crate::resources::integration::Integration;
use crate::resources::named::IntegrationId;
use crate::resources::{Batches, Call, Ids, Owner, Resource, api, route};
use crate::template::{Known, references_in_text};

/// The routes that are taken over, by the logical id of the integration that they will point to.
pub(super) fn former_targets(
    desired: &Desired,
    observed: &Observed,
    options: &Options,
) -> BTreeMap<String, Vec<FormerTarget>> {
    let mut all: BTreeMap<String, Vec<FormerTarget>> = BTreeMap::new();
    let account = Known::of_account(&observed.account);
    if !options.take_over {
        return all;
    }
    for wanted in &desired.resources {
        let Resource::Route(route) = wanted.resource.fill(&account) else { continue };
        let Some(Found { resource: Resource::Route(now), owner: Owner::None, .. }) =
            observed.found.get(&wanted.logical_id)
        else {
            continue;
        };
        let Some(integration) = references_in_text(&route.target).into_iter().next() else { continue };
        let own = observed.found.get(&integration.logical_id).and_then(|found| found.ids.get(Ids::INTEGRATION_ID));
        if !route.calls_the_same(now) && own.is_none_or(|id| now.target != IntegrationId(id).target()) {
            all.entry(integration.logical_id).or_default().push(FormerTarget::of(now));
        }
    }
    all
}

/// Stores in the integration's description the routes that it or its duplicate (from an interrupted replacement) has
/// recorded, and the routes that are taken over now.
pub(super) fn remember(integration: &mut Integration, now: Option<&Found>, new: &[FormerTarget]) {
    let before = now.into_iter().flat_map(Found::each).flat_map(|(resource, _)| {
        if let Resource::Integration(now) = resource { FormerTarget::all_in(&now.description) } else { Vec::new() }
    });
    let mut all: Vec<FormerTarget> = Vec::new();
    for former_target in before.chain(new.iter().cloned()) {
        // A route that has another target now is more recent than an earlier record of it.
        all.retain(|one| one.route_key != former_target.route_key);
        all.push(former_target);
    }
    for former_target in all {
        integration.description.push(' ');
        integration.description.push_str(&former_target.word());
    }
}

/// The action for a route that was taken over, instead of its removal, and the reason. The route gets its former
/// target; it is deleted where that target no longer exists, since AWS would refuse it.
pub(super) fn given_back(found: &Found, observed: &Observed) -> Option<(Action, Batches<Call>, String)> {
    let Resource::Route(now) = &found.resource else { return None };
    let IntegrationId(id) = IntegrationId::in_target(&now.target)?;
    let (integration, _) =
        observed.each().find(|(_, ids)| ids.get(Ids::INTEGRATION_ID).is_some_and(|own| own == id))?;
    let Resource::Integration(integration) = integration else { return None };
    let former_target =
        FormerTarget::all_in(&integration.description).into_iter().find(|one| one.route_key == now.route_key)?;
    let target = &former_target.target;
    let there = observed.integrations.get(&now.api_id);
    let former = IntegrationId::in_target(target);
    let is_missing = former.zip(there).is_some_and(|(IntegrationId(id), there)| !there.contains(id));
    if is_missing {
        let reason = format!("its former target ({target}) does not exist any more");
        return Some((Action::Delete, found.resource.delete(&found.ids), reason));
    }
    let reason = format!("is restored to its former target {target}");
    let route = Box::new(former_target.restored(now));
    let route_id = found.ids.get(Ids::ROUTE_ID).cloned().unwrap_or_default();
    // Callers use this route until the change is in force, so nothing that answers them is deleted before.
    let in_force = Call::Api(api::Call::GetDeployments { api_id: now.api_id.clone() });
    let batches = [Call::Route(route::Call::UpdateRoute { route_id, route }), in_force].map(|call| vec![call]);
    Some((Action::Update, batches.to_vec(), reason))
}

/// Notes about an API that the stack attaches to, before its routes change, and blockers that prevent it.
pub(super) fn surroundings(observed: &Observed, steps: &[Step]) -> (Vec<Blocker>, Vec<Note>) {
    let (mut blockers, mut notes) = (Vec::new(), Vec::new());
    for (api_id, api) in &observed.attached {
        let on_it = |step: &&Step| step.action.changes_something() && is_on(step, api_id);
        let changing: Vec<&Step> = steps.iter().filter(on_it).collect();
        let keys: Vec<String> = changing.iter().filter_map(|step| route_key(step)).collect();
        if api.protocol != "HTTP" {
            for step in &changing {
                blockers.push(Blocker {
                    logical_id: step.logical_id.clone(),
                    cause: format!("API `{api_id}` is a {} API and not an HTTP API", api.protocol),
                    hint: Hint::new("choose an HTTP API")
                        .run(Command::aws(["apigatewayv2", "get-apis", "--query", "Items[?ProtocolType=='HTTP']"])),
                });
            }
        } else if !keys.is_empty() {
            notes.extend(of_its_owner(api_id, api, &keys));
        }
    }
    (blockers, notes)
}

/// Why a stack must not move to another API while its routes stay on the first: nothing would record them there.
pub(super) fn remaining_routes(
    desired: &Desired,
    observed: &Observed,
    steps: &[Step],
    options: &Options,
) -> Vec<Blocker> {
    let mut blockers = Vec::new();
    if options.prune {
        return blockers;
    }
    for (logical_id, api_id) in &observed.apis_of_permissions {
        // An interrupted move has left a permission for each API: the first would be deleted as a duplicate.
        let forgets = |step: &Step| step.id == *logical_id && step.action.changes_something();
        if steps.iter().any(forgets) {
            blockers.push(Blocker {
                logical_id: logical_id.clone(),
                cause: format!(
                    "HTTP API `{api_id}` still has a route of this stack, which this deploy does not delete"
                ),
                hint: keep_there(desired, api_id)
                    .or(Hint::new("delete it in this deploy").run(Command::provisioner(["deploy", "--prune"])))
                    .or(destroy_there(desired, api_id)),
            });
        }
    }
    blockers
}

/// To pass the parameter that the deploy of the route had.
fn keep_there(desired: &Desired, api_id: &str) -> Hint {
    let pass = |parameter: &str, value: &str| Command::provisioner(["plan", "-P"]).with(format!("{parameter}={value}"));
    match desired.parameter_of_api() {
        Some(parameter) => {
            Hint::new(format!("if the parameter `{parameter}` is missing, pass it")).run(pass(parameter, api_id))
        }
        None => Hint::new("if a parameter is missing, pass it").run(pass("NAME", "VALUE")),
    }
}

/// To destroy the stack on an API of another owner. A template without a parameter for the API is not that template.
fn destroy_there(desired: &Desired, api_id: &str) -> Hint {
    match desired.parameter_of_api() {
        Some(parameter) => Hint::new("destroy the stack there first")
            .run(Command::provisioner(["destroy", "-P"]).with(format!("{parameter}={api_id}"))),
        None => Hint::new("destroy the stack there first, with the template and the parameters of that deploy"),
    }
}

/// The configuration of the API's owner, and its effect on these routes.
fn of_its_owner(api_id: &str, api: &Surroundings, keys: &[String]) -> Vec<Note> {
    let note = |text: String, hint: Hint| Note { logical_id: None, text, hint: Some(hint) };
    let mut notes = Vec::new();
    if let Some(error) = &api.stages_unknown {
        notes.push(Note {
            logical_id: None,
            text: format!("the stages of API {api_id} are not known: {}", error.headline()),
            hint: error.next_step().cloned(),
        });
    }
    if api.cors {
        notes.push(note(
            format!("API {api_id} has a CORS configuration: browsers get its answers, not the function's"),
            Hint::new(format!(
                "have the API's owner allow the origins of the callers, {}, and the headers that they send",
                methods(keys)
            )),
        ));
    }
    if let (Some(stage), false) = (api.stages.first(), api.stages.iter().any(|stage| stage.name == "$default")) {
        let path = keys.iter().find_map(|key| key.split_once(' ')).map_or("", |(_, path)| path);
        notes.push(note(
            format!("API {api_id} has no stage `$default`: the URL of `{path}` begins with the name of a stage"),
            Hint::new(format!("call it as `/{}{path}`, whatever URL the template's outputs contain", stage.name)),
        ));
    }
    let free = |key: &String| api.stages.iter().find(|stage| !stage.throttled && !stage.throttled_routes.contains(key));
    let mut requested = keys.iter().filter(|key| !key.starts_with("OPTIONS "));
    if let Some((key, stage)) = requested.find_map(|key| Some((key, free(key)?))) {
        notes.push(note(
            format!(
                "`{key}` has no throttle on API {api_id}: its callers can use all requests per second of the account"
            ),
            Hint::new("limit it").run(
                Command::aws(["apigatewayv2", "update-stage", "--api-id", api_id, "--stage-name", &stage.name])
                    .with("--route-settings")
                    .with(format!("{{\"{key}\":{{\"ThrottlingRateLimit\":5,\"ThrottlingBurstLimit\":10}}}}")),
            ),
        ));
    }
    notes
}

/// The HTTP methods of these routes, as text.
fn methods(keys: &[String]) -> String {
    let methods: BTreeSet<&str> = keys.iter().filter_map(|key| Some(key.split_once(' ')?.0)).collect();
    let methods: Vec<&str> = methods.into_iter().filter(|method| !["ANY", "OPTIONS"].contains(method)).collect();
    match methods.as_slice() {
        [] => "the methods".to_owned(),
        [one] => format!("the method {one}"),
        several => format!("the methods {}", several.join(", ")),
    }
}

/// Whether a step's resource is a route or an integration of this API: a stage only configures how the API is served.
pub(super) fn is_on(step: &Step, api_id: &str) -> bool {
    !matches!(step.resource, Resource::Stage(_)) && step.resource.part_of_api() == Some(api_id)
}

fn route_key(step: &Step) -> Option<String> {
    if let Resource::Route(route) = &step.resource { Some(route.route_key.clone()) } else { None }
}

/// States, in the reason of a step that takes over a route, where the route pointed.
pub(super) fn note_takeover(step: &mut Step, found: Option<&Found>) {
    if let (Some(Found { resource: Resource::Route(now), owner: Owner::None, .. }), Resource::Route(wanted)) =
        (found, &step.resource)
        && now.target != wanted.target
        && matches!(step.action, Action::Adopt)
    {
        step.reason = Some(if !wanted.calls_the_same(now) {
            format!("taken over from {}; `destroy` points it back", now.target)
        } else {
            format!("pointed away from {}, which routes of other owners also use", now.target)
        });
    }
}

/// Why an integration of this stack stays: an earlier version of the provisioner took over one that other routes use,
/// and AWS does not delete an integration that a route uses.
pub(super) fn still_has_target(wanted: &Resource, found: &Resource) -> Option<String> {
    let (Resource::Integration(wanted), Resource::Integration(found)) = (wanted, found) else { return None };
    let others: Vec<_> = found.outside_routes(wanted).map(|key| format!("`{key}`")).collect();
    let also = if others.len() == 1 { "also points" } else { "also point" };
    (!others.is_empty()).then(|| format!("{} {also} to it", others.join(" and ")))
}
