//! The changes of integrations, routes and permissions that point callers to an alias before its function changes.

use std::collections::BTreeSet;

use super::super::{Blocker, Step};
use super::{is_changed_in_place, is_repointed};
use crate::hint::{Command, Hint};
use crate::observe::Observed;
use crate::resources::alias::Alias;
use crate::resources::named::FunctionRef;
use crate::resources::{Ids, Resource};

/// How callers are moved to the alias.
#[derive(Debug, Clone, Default)]
pub(super) struct CallerMoves {
    /// The changes that callers need before the function changes.
    pub(super) first: Vec<CallerMove>,
    /// The routes that change only after the alias has moved, since their change belongs to the new version.
    pub(super) last: BTreeSet<String>,
    /// Why callers cannot be moved before the function changes.
    pub(super) blockers: Vec<Blocker>,
}

/// One change of an integration, a route or a permission.
#[derive(Debug, Clone)]
pub(super) struct CallerMove {
    /// The step that makes it.
    pub(super) step: String,
    /// The resource with its new target only, if it exists. Its other properties change when everything else is done.
    pub(super) target: Option<Resource>,
    /// Whether it uses the alias itself. A route waits for its integration instead.
    pub(super) uses_alias: bool,
}

impl CallerMoves {
    /// The integrations, routes and permissions of existing callers. Callers that do not exist yet wait until the alias
    /// has moved.
    pub(super) fn decide(step: &Step, alias: &Alias, differences: &[Step], observed: &Observed) -> Self {
        let ids_of = |which: &dyn Fn(&Step) -> bool| -> BTreeSet<&str> {
            differences.iter().filter(|step| which(step)).map(|step| step.id.as_str()).collect()
        };
        let needs_any = |step: &Step, ids: &BTreeSet<&str>| step.needs.iter().any(|need| ids.contains(need.as_str()));
        let is_integration =
            |one: &Step| matches!(one.resource, Resource::Integration(_)) && one.needs.contains(&step.id);
        let integrations = ids_of(&is_integration);
        let routes = ids_of(&|one| needs_any(one, &integrations) && leaves_function(one, &alias.function_name));
        let has_route =
            |id: &str| differences.iter().any(|one| routes.contains(one.id.as_str()) && one.needs.contains(id));
        let integrations =
            ids_of(&|one| is_integration(one) && (one.action != super::Action::Create || has_route(&one.id)));
        if integrations.is_empty() {
            return Self::default();
        }
        let mut moves = Self::default();
        for one in differences {
            let is_route = routes.contains(one.id.as_str());
            let is_permission = matches!(one.resource, Resource::Permission(_)) && one.needs.contains(&step.id);
            if is_route || is_permission || integrations.contains(one.id.as_str()) {
                let target = only_target(one);
                moves.blockers.extend(target.as_ref().and_then(|_| blocker(one, observed)));
                moves.first.push(CallerMove { step: one.id.clone(), target, uses_alias: !is_route });
            } else if matches!(one.resource, Resource::Route(_)) && needs_any(one, &integrations) {
                moves.last.insert(one.id.clone());
            }
        }
        moves
    }
}

/// Whether a step points a route that calls this function to another integration.
fn leaves_function(step: &Step, function_name: &str) -> bool {
    let Some(Resource::Route(now)) = &step.now else { return false };
    is_repointed(step) && FunctionRef::in_uri(&now.calls).is_some_and(|one| one.name == function_name)
}

/// The integration or route as AWS has it, with its new target.
fn only_target(step: &Step) -> Option<Resource> {
    match (&step.resource, step.now.as_ref().filter(|_| is_changed_in_place(step))?) {
        (Resource::Integration(wanted), Resource::Integration(now)) => {
            let mut moved = now.clone();
            moved.integration_uri.clone_from(&wanted.integration_uri);
            moved.description.clone_from(&wanted.description);
            Some(Resource::Integration(moved))
        }
        (Resource::Route(wanted), Resource::Route(now)) => {
            let mut moved = now.clone();
            moved.target.clone_from(&wanted.target);
            Some(Resource::Route(moved))
        }
        _ => None,
    }
}

/// Why callers of an integration or a route cannot be moved before the function changes.
fn blocker(step: &Step, observed: &Observed) -> Option<Blocker> {
    let (cause, hint) = by_a_variable(step).or_else(|| late(step.resource.part_of_api()?, observed))?;
    Some(Blocker { logical_id: step.logical_id.clone(), cause, hint })
}

/// A stage variable selects the function that callers get, and each stage may select another one.
fn by_a_variable(step: &Step) -> Option<(String, Hint)> {
    let Some(Resource::Integration(now)) = &step.now else { return None };
    let (uri, api_id) = (&now.integration_uri, &now.api_id);
    let integration_id = step.ids.get(Ids::INTEGRATION_ID)?;
    let point = ["apigatewayv2", "update-integration", "--api-id", api_id, "--integration-id", integration_id];
    uri.contains(STAGE_VARIABLE).then(|| {
        (
            format!(
                "a stage variable selects the function (`{uri}`), so callers cannot be kept on the serving version"
            ),
            Hint::new("point the integration to one version or alias first")
                .run(Command::aws(point).with("--integration-uri").with("ARN"))
                .then_again(),
        )
    })
}

/// The beginning of a stage variable in the URI of an integration.
const STAGE_VARIABLE: &str = "${stageVariables.";

/// A stage without automatic deployment calls the function itself until its owner deploys the change.
fn late(api_id: &str, observed: &Observed) -> Option<(String, Hint)> {
    let stage = observed.attached.get(api_id)?.stages.iter().find(|stage| !stage.auto_deploy)?;
    let cause = format!(
        "callers of stage `{}` of API {api_id} would get the function while it changes, because the stage has no \
         auto-deploy",
        stage.name
    );
    let update = ["apigatewayv2", "update-stage", "--api-id", api_id, "--stage-name", &stage.name, "--auto-deploy"];
    let hint = Hint::new("turn on auto-deploy (`--no-auto-deploy` turns it off afterwards)").run(Command::aws(update));
    Some((cause, hint.then_again()))
}
