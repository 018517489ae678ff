//! Rollback: points an alias to the version that served before.

use serde_json::json;

use super::check::{checks, tested, untested};
use super::{Action, Plan, Step, Transition};
use crate::desired::{Desired, Wanted};
use crate::error::{Error, Result};
use crate::hint::{Command, Hint};
use crate::releases::{AliasState, Releases};
use crate::resources::alias::{Alias, RoutingConfig};
use crate::resources::{Batches, Call, Change, Ids, Owner, Resource, property, served};
use crate::template::Known;

/// The version that an alias will point to, and whether it must pass smoke tests first.
#[derive(Debug, Clone, Default)]
pub struct Back {
    /// The version. By default, the version with the rest of the calls during a canary, and otherwise the version
    /// before the serving one.
    pub to: Option<u64>,
    /// Whether the version must pass the smoke tests that the template declares.
    pub smoke: bool,
}

/// Plans to move one alias back: the version's checks, then one call.
///
/// # Errors
/// When this stack has no such alias, or there is no version to roll back to.
pub fn plan_rollback(
    desired: &Desired,
    wanted: &Wanted,
    alias: &Alias,
    releases: Option<&Releases>,
    account: &str,
    back: &Back,
) -> Result<Plan> {
    let doing = || format!("rolling back alias {}", wanted.resource.name());
    let Some(releases) = releases else {
        let cause = format!("function {} does not exist in account {account}", alias.function_name);
        return Err(Error::new(doing(), cause).hint(other_stack(desired, &alias.function_name)));
    };
    let Some(now) = releases.alias(&alias.name) else {
        let cause = format!("function {} has no alias `{}`", alias.function_name, alias.name);
        return Err(Error::new(doing(), cause).hint(Hint::new("create it").run(Command::provisioner(["deploy"]))));
    };
    match desired.ownership_tag(&wanted.logical_id).owner_by_description(&now.description) {
        Owner::Ours => {}
        Owner::Stack(other) => {
            let hint =
                Hint::new("roll that stack back").run(Command::provisioner(["rollback", "--stack"]).with(&other));
            return Err(Error::new(doing(), format!("it belongs to the stack `{other}`")).hint(hint));
        }
        // An alias has no tags, so it does not show whether CloudFormation created it.
        Owner::None | Owner::CloudFormation(_) | Owner::InRegion(_) => {
            let hint = Hint::new("take ownership of it")
                .run(Command::provisioner(["deploy", "--adopt"]))
                .or("if CloudFormation created it, deploy the earlier state with CloudFormation");
            return Err(Error::new(doing(), "it was not created by this stack").hint(hint));
        }
    }
    let seen = Alias::seen(&alias.function_name, &alias.name, &now.version, now.routing.clone(), &now.description);
    let version = destination(&seen, releases, back.to);
    let version = version.map_err(|(cause, hint)| Error::new(doing(), cause).hint(hint))?;
    let known = Known::of_account(account);
    let mut to = Alias {
        before: before(&seen, version),
        description: seen.description,
        since: seen.since,
        checks: if back.smoke { checks(desired, &wanted.resource.name(), false) } else { Vec::new() },
        ..alias.clone()
    };
    to.function_version = version.to_string();
    to.routing_config = RoutingConfig::default();
    let previous = (now.version != to.function_version).then(|| now.version.clone());
    let moves = previous.is_some() || now.routing != RoutingConfig::default();
    let mut transition = Transition::to(&wanted.logical_id, &to, moves, previous);
    transition.from = Some(now.version.clone());
    let transitions = Vec::from_iter(moves.then_some(transition));
    let steps = vec![step(&wanted.logical_id, to, now)];
    let declared = if back.smoke { desired.smoke_tests.clone() } else { Vec::new() };
    let notes = if back.smoke { untested(desired, &steps, &transitions) } else { Vec::new() };
    let smoke_tests = tested(&steps, &transitions, &declared);
    Ok(Plan {
        steps,
        notes,
        transitions,
        smoke_tests,
        declared,
        reports_outputs: false,
        ..Plan::of(desired, account, known)
    })
}

/// The hint where the function does not exist.
fn other_stack(desired: &Desired, function: &str) -> Hint {
    let is_it =
        |wanted: &&Wanted| matches!(wanted.resource, Resource::Function(_)) && wanted.resource.name() == function;
    let naming = desired.resources.iter().find(is_it).and_then(|wanted| wanted.named_by.as_ref());
    let names = Command::provisioner(["rollback", "--stack", "NAME"]);
    let names = naming.iter().fold(names, |names, naming| names.with("-P").with(format!("{}=NAME", naming.parameter)));
    Hint::new("check the account and the region, and give the names of the deploy")
        .run(names)
        .or(Hint::new("deploy the stack first").run(Command::provisioner(["deploy"])))
}

/// The version to roll back to, or why there is none and the remedy.
fn destination(now: &Alias, releases: &Releases, to: Option<u64>) -> std::result::Result<u64, (String, Hint)> {
    let (function, all) = (&releases.function_name, releases.version_list());
    let exists = |number: u64| match releases.has(number) {
        true => Ok(number),
        false => Err((
            format!("function {function} has no version {number}; it has {all}"),
            if releases.versions.is_empty() { earlier() } else { named() },
        )),
    };
    if let Some(number) = to {
        return exists(number);
    }
    let serves: u64 = now.function_version.parse().map_err(|_| {
        let cause = format!("it points to `{}`, which is not a published version", now.function_version);
        (cause, another(None, releases))
    })?;
    if !now.routing_config.additional_version_weights.is_empty() {
        return Ok(serves);
    }
    let mut served = now.before.iter().filter_map(|version| version.parse().ok());
    // Where the alias records no version, the next lower number is used.
    let before = served.find(|version| *version != serves && releases.has(*version));
    before.or_else(|| releases.before(serves)).ok_or_else(|| {
        let cause =
            format!("there is no version before {serves}, which the alias points to; published versions: {all}");
        (cause, another(Some(serves), releases))
    })
}

/// The previous versions that the alias records afterwards.
fn before(now: &Alias, version: u64) -> Vec<String> {
    let (serves, to) = (&now.function_version, version.to_string());
    let forward = serves.parse().is_ok_and(|serves: u64| serves < version);
    match () {
        () if *serves == to => now.before.clone(),
        () if forward && !now.before.contains(&to) => served::after_leaving(serves, &now.before, &to),
        () => served::after_going_back(&now.before, &to),
    }
}

/// The hint to deploy what served before.
fn earlier() -> Hint {
    Hint::new("restore an earlier state of the template and the code, and deploy it")
        .run(Command::provisioner(["deploy"]))
}

/// The hint to name a version.
fn named() -> Hint {
    Hint::new("name one of these versions").run(Command::provisioner(["rollback", "--to", "N"]))
}

/// The hint where no earlier version was published: another version, if any other exists.
fn another(but: Option<u64>, releases: &Releases) -> Hint {
    match releases.versions.iter().any(|version| Some(version.number) != but) {
        true => earlier().or(named()),
        false => earlier(),
    }
}

fn step(logical_id: &str, to: Alias, now: &AliasState) -> Step {
    let mut changes = Vec::new();
    if now.version != to.function_version {
        let (old, new) = (json!(now.version), json!(to.function_version));
        changes.push(Change::of(property!(Alias.function_version), Some(old), Some(new)));
    }
    for weight in &now.routing.additional_version_weights {
        let property = property!(Alias.routing_config);
        changes.push(Change::of_entry(property, &weight.function_version, Some(json!(weight.function_weight)), None));
    }
    let (action, batches) = match changes.is_empty() {
        true => (Action::Keep, Batches::new()),
        false => {
            let batches = [to.smoke_test_calls(), vec![to.update_call()]];
            (Action::Update, batches.map(|batch| batch.into_iter().map(Call::Alias).collect()).to_vec())
        }
    };
    let ids = Ids::from([("RevisionId".to_owned(), now.revision.clone())]);
    Step { changes, ..Step::new(logical_id, Resource::Alias(to), ids, action, batches) }
}
