//! The difference between each resource in the template and the same resource on AWS, property by property.

use std::collections::BTreeSet;

use super::check::checks;
use super::messages::Messages;
use super::secret::masked;
use super::takeover;
use super::{Action, Blocker, Options, REVISION, Step};
use crate::desired::{Desired, Wanted};
use crate::error::Error;
use crate::hint::{Command, Hint};
use crate::observe::{Found, Observed};
use crate::resources::alias::Alias;
use crate::resources::function::Failure;
use crate::resources::{Batches, Call, Changed, Ids, Owner, Resource};
use crate::template::{Known, Reference};

/// To adopt an untagged resource.
fn adopt() -> Hint {
    Hint::new("take ownership of it").run(Command::provisioner(["deploy", "--adopt"])).or("use another name")
}

/// To take over an untagged route.
fn take_over(desired: &Desired) -> Hint {
    let hint = Hint::new("point the route to this stack, until `destroy` restores its target")
        .run(Command::provisioner(["deploy", "--take-over"]));
    match desired.parameter_of_api() {
        Some(parameter) => hint.or(format!("use another API with `--parameter {parameter}=ID`")),
        None => hint.or("use another API"),
    }
}

/// To have a resource of a global service, such as IAM, in another region too.
fn another_name(wanted: &Wanted) -> Hint {
    match &wanted.named_by {
        Some(naming) => Hint::new(format!("give it another name here with `--parameter {}=NAME`", naming.parameter)),
        None => Hint::new("give it another name here in the template, or another stack name if it follows from that"),
    }
}

/// To adopt a log group, which a late log line of a deleted function recreates.
fn adopt_logs() -> Hint {
    Hint::new("take ownership of the log group, which Lambda has probably created")
        .run(Command::provisioner(["deploy", "--adopt"]))
}

/// One step for each resource, in the template's order and independent of the other resources' steps, and the values
/// that are known before the first call. The steps of resources that this stack must not change are blocked.
pub(super) fn differences(
    desired: &Desired,
    observed: &Observed,
    options: &Options,
    messages: &mut Messages,
) -> (Vec<Step>, Known) {
    let mut known = Known::of_account(&observed.account);
    let mut steps = Vec::new();
    let former_targets = takeover::former_targets(desired, observed, options);
    let failed: BTreeSet<&str> = observed.found.values().filter_map(function_that_failed).collect();
    for wanted in &desired.resources {
        let mut resource = observed.with_schema(wanted.resource.fill(&known));
        let name = resource.name();
        if let Resource::Alias(alias) = &mut resource {
            let patient = steps.iter().any(Step::grants_something_new);
            alias.checks = if options.smoke { checks(desired, &name, patient) } else { Vec::new() };
        }
        if let Resource::Integration(integration) = &mut resource {
            let new = former_targets.get(&wanted.logical_id).map_or(&[][..], Vec::as_slice);
            takeover::remember(integration, observed.found.get(&wanted.logical_id), new);
        }
        let is_deleted = |found: &&Found| {
            let with_its_function = found.resource.part_of_function().is_some_and(|function| failed.contains(function));
            with_its_function || is_deleted_with_its_role(&found.resource, &steps)
        };
        let found = observed.found.get(&wanted.logical_id).filter(|found| !is_deleted(found));
        let found = found.map(|found| found.clone().prefer_equal_to(&resource));
        let resource = remembering(resource, found.as_ref(), observed);
        let missing =
            observed.without_parent.get(&wanted.logical_id).map(|error| parent_is_missing(desired, wanted, error));
        let blocker =
            missing.or_else(|| found.as_ref().and_then(|found| blocker(desired, wanted, &resource, found, options)));
        let mut step = step(wanted, resource, found.as_ref());
        takeover::note_takeover(&mut step, found.as_ref());
        messages.block(std::slice::from_mut(&mut step), blocker);
        for (reference, value) in step.resource.known(&step.logical_id, &desired.place, &step.ids) {
            // A revision is valid only until the next change.
            if reference.attribute != REVISION || !step.action.changes_something() {
                known.insert(reference, value);
            }
        }
        steps.push(step);
    }
    (steps, known)
}

/// The function that Lambda could not create, if this is one: it is recreated together with all its parts.
fn function_that_failed(found: &Found) -> Option<&str> {
    let Resource::Function(function) = &found.resource else { return None };
    matches!(function.failure, Some(Failure::Create(_))).then_some(function.function_name.as_str())
}

/// An inline policy is deleted with a role that is recreated.
fn is_deleted_with_its_role(found: &Resource, steps: &[Step]) -> bool {
    let Resource::InlinePolicy(policy) = found else { return false };
    let mut replacements = steps.iter().filter(|step| step.action == Action::Replace);
    replacements.any(|step| matches!(&step.resource, Resource::Role(role) if policy.roles.contains(&role.role_name)))
}

/// An alias records the versions that it pointed to and, from its first deploy in the stack, which versions the stack
/// did not publish.
fn remembering(wanted: Resource, found: Option<&Found>, observed: &Observed) -> Resource {
    let Resource::Alias(mut wanted) = wanted else { return wanted };
    if let Some(Resource::Alias(now)) = found.map(|found| &found.resource) {
        wanted = wanted.with_history_of(now);
    }
    if found.is_none_or(|found| found.owner != Owner::Ours) {
        wanted.since = published_by_others(&wanted, observed);
    }
    Resource::Alias(wanted)
}

/// The newest version of a function for which the stack has no alias yet.
///
/// A function that matches the template may result from an interrupted first deploy, and a function that could not be
/// created is deleted with its versions.
fn published_by_others(alias: &Alias, observed: &Observed) -> Option<u64> {
    let newest = observed.releases.get(&alias.function_name)?.versions.last()?.number;
    let is_it = |found: &&Found| matches!(&found.resource, Resource::Function(function) if function.function_name == alias.function_name);
    let function = observed.found.values().find(is_it)?;
    let is_of_this_stack = function.owner == Owner::Ours && alias.function_version == newest.to_string();
    (!is_of_this_stack && function_that_failed(function).is_none()).then_some(newest)
}

fn step(wanted: &Wanted, resource: Resource, found: Option<&Found>) -> Step {
    let (mut action, changes, batches, cleanup) = match found {
        None => (Action::Create, Vec::new(), resource.create(), Batches::new()),
        Some(found) => {
            let changes = resource.changes_from(&found.resource);
            let changed = Changed::of(&changes);
            if changes.is_empty() {
                (Action::Keep, changes, Batches::new(), found.delete_duplicates())
            } else if resource.must_be_replaced(&changed) {
                let (batches, cleanup) = replaced(&wanted.logical_id, &resource, found);
                (Action::Replace, changes, batches, cleanup)
            } else {
                let batches = resource.update(&found.resource, &found.ids, &changed);
                (in_place(&found.owner), changes, batches, found.delete_duplicates())
            }
        }
    };
    let only_cleanup = action == Action::Keep && !cleanup.is_empty();
    if only_cleanup {
        action = Action::Update;
    }
    // A replacement gets new ids: no reference to it may see the old ones.
    let ids = match (action, found) {
        (Action::Replace, _) | (_, None) => Ids::new(),
        (_, Some(found)) => found.ids.clone(),
    };
    let mut step = Step::new(&wanted.logical_id, resource, ids, action, batches);
    step.cleanup = cleanup;
    step.now = found.map(|found| found.resource.clone());
    step.changes = changes.into_iter().map(masked).collect();
    step.needs.clone_from(&wanted.needs);
    step.reason = only_cleanup.then(|| "removes what an interrupted run left behind".to_owned());
    step.name_calls();
    step
}

/// The batches that replace the found resource, and those that remove the rest when all steps are done.
///
/// A resource with the same name or id as the replacement is removed before the replacement is created.
fn replaced(logical_id: &str, resource: &Resource, found: &Found) -> (Batches<Call>, Batches<Call>) {
    let successor = Reference::new(logical_id, Ids::REF).to_string();
    let (mut batches, mut cleanup) = (Batches::new(), Batches::new());
    for (index, (old, ids)) in found.each().enumerate() {
        let is_duplicate = index > 0;
        if resource.gets_the_id_of(ids) || !(is_duplicate || resource.create_before_delete()) {
            batches.extend(old.delete(ids));
        } else {
            cleanup.extend(old.delete_replaced(ids, &successor));
        }
    }
    batches.extend(resource.create());
    (batches, cleanup)
}

fn in_place(owner: &Owner) -> Action {
    match owner {
        Owner::Ours => Action::Update,
        Owner::None | Owner::Stack(_) | Owner::InRegion(_) | Owner::CloudFormation(_) => Action::Adopt,
    }
}

fn parent_is_missing(desired: &Desired, wanted: &Wanted, error: &Error) -> Blocker {
    let hint = error.next_step().cloned().unwrap_or_default();
    let hint = match desired.parameter_for(&wanted.logical_id, "ApiId") {
        Some(parameter) => hint.or(format!("change or leave out the parameter `{parameter}`")),
        None => hint,
    };
    Blocker { logical_id: wanted.logical_id.clone(), cause: error.headline(), hint }
}

fn blocker(
    desired: &Desired,
    wanted: &Wanted,
    resource: &Resource,
    found: &Found,
    options: &Options,
) -> Option<Blocker> {
    let (cause, hint) = match &found.owner {
        Owner::Ours => return None,
        Owner::Stack(other) => (
            format!("{} `{}` belongs to the stack `{other}`", resource.kind(), resource.name()),
            Hint::new("use another name").or(format!("work on that stack with `--stack {other}`")),
        ),
        Owner::InRegion(region) => (
            format!("{} `{}` belongs to this stack in region {region}", resource.kind(), resource.name()),
            Hint::new(format!("work on it with `--region {region}`")).or(another_name(wanted)),
        ),
        Owner::CloudFormation(stack) => (
            format!("{} `{}` belongs to CloudFormation's stack `{stack}`", resource.kind(), resource.name()),
            Hint::new("deploy with CloudFormation")
                .run(Command::provisioner(["deploy", "--engine", "cloudformation", "--stack", stack]))
                .or(Hint::new("make CloudFormation release the resources first, then adopt them with `--adopt`").run(
                    Command::provisioner([
                        "destroy", "--engine", "cloudformation", "--keep-resources", "--stack", stack,
                    ]),
                )),
        ),
        Owner::None => match resource.adoption_error(&found.resource) {
            Some(_) if options.take_over => return None,
            Some(error) => (error, take_over(desired)),
            None if options.adopt => return None,
            None => (
                format!("{} `{}` exists and was not created by this stack", resource.kind(), resource.name()),
                if matches!(resource, Resource::LogGroup(_)) { adopt_logs() } else { adopt() },
            ),
        },
    };
    Some(Blocker { logical_id: wanted.logical_id.clone(), cause, hint })
}
