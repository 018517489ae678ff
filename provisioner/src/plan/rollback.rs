//! Going back to what callers had before.

use serde_json::{Value, json};

use super::check::{checks, tested, untested};
use super::{Action, Plan, Step};
use crate::desired::{Desired, Wanted};
use crate::error::{Error, Result};
use crate::releases::{Led, Releases};
use crate::resources::alias::{Alias, RoutingConfig};
use crate::resources::{Call, Change, Ids, Owner, Resource, Stages, served};
use crate::template::Known;

/// Which version an alias shall lead to, and what it must answer before.
#[derive(Debug, Clone, Default)]
pub struct Back {
    /// The version. Where none is named: while a new one gets a share, the one that has the rest; else the one
    /// before the one that serves.
    pub to: Option<u64>,
    /// Whether the version must pass the smoke tests that the template declares.
    pub smoke: bool,
}

/// Moves one alias back: asks the version for an answer, then one call.
///
/// # Errors
/// When there is no such alias of this stack, or no version to go back to.
pub fn plan_rollback(
    desired: &Desired,
    wanted: &Wanted,
    alias: &Alias,
    releases: Option<&Releases>,
    account: &str,
    back: &Back,
) -> Result<Plan> {
    let doing = || format!("going back with alias {}", wanted.resource.name());
    let Some(releases) = releases else {
        let cause = format!("function {} does not exist in account {account}", alias.function_name);
        return Err(Error::new(doing(), cause).hint(ELSEWHERE));
    };
    let Some(now) = releases.alias(&alias.name) else {
        let cause = format!("function {} has no alias `{}`", alias.function_name, alias.name);
        return Err(Error::new(doing(), cause).hint("`provisioner deploy` makes it"));
    };
    match desired.mark(&wanted.logical_id).owner_by_description(&now.description) {
        Owner::Ours => {}
        Owner::Stack(other) => {
            let hint = format!("work on that stack with `--stack {other}`");
            return Err(Error::new(doing(), format!("it belongs to the stack `{other}`")).hint(hint));
        }
        // An alias has no tags: whether CloudFormation made it is not told by it.
        Owner::Nobody | Owner::CloudFormation(_) | Owner::InRegion(_) => {
            let hint = "take it over with `provisioner deploy --adopt`; where CloudFormation deployed it, deploy the earlier state through it";
            return Err(Error::new(doing(), "it was not made by this stack").hint(hint));
        }
    }
    let seen = Alias::seen(&alias.function_name, &alias.name, &now.version, now.routing.clone(), &now.description);
    let version = destination(&seen, releases, back.to);
    let version = version.map_err(|(cause, hint)| Error::new(doing(), cause).hint(hint))?;
    let known = Known::of_account(account);
    let to = Alias {
        before: before(&seen, version),
        function_version: version.to_string(),
        routing_config: RoutingConfig::default(),
        description: seen.description,
        since: seen.since,
        checks: if back.smoke { checks(desired, &wanted.resource.name(), false) } else { Vec::new() },
        ..alias.clone()
    };
    let steps = vec![step(&wanted.logical_id, to, now)];
    let declared = if back.smoke { desired.smoke_tests.clone() } else { Vec::new() };
    let notes = if back.smoke { untested(desired, &steps) } else { Vec::new() };
    let smoke_tests = tested(&steps, &declared);
    Ok(Plan { steps, notes, smoke_tests, declared, ..Plan::of(desired, account, known) })
}

const ELSEWHERE: &str = "look at the account and the region, and give the names that the deploy had: `--parameter FunctionName=…`, `--stack`";

/// The version to go to, or why there is none and what helps.
fn destination(now: &Alias, releases: &Releases, to: Option<u64>) -> std::result::Result<u64, (String, String)> {
    let (function, all) = (&releases.function_name, releases.told());
    let exists = |number: u64| match releases.has(number) {
        true => Ok(number),
        false => Err((
            format!("function {function} has no version {number}; it has {all}"),
            if releases.versions.is_empty() { EARLIER } else { "name one of these with `--to`" }.to_owned(),
        )),
    };
    if let Some(number) = to {
        return exists(number);
    }
    let serves: u64 = now.function_version.parse().map_err(|_| {
        let cause = format!("it leads to `{}`, which is no published version", now.function_version);
        (cause, another(None, releases))
    })?;
    if !now.routing_config.additional_version_weights.is_empty() {
        return Ok(serves);
    }
    let mut served = now.before.iter().filter_map(|version| version.parse().ok());
    // Where nothing is remembered, the number says it.
    let before = served.find(|version| *version != serves && releases.has(*version));
    before.or_else(|| releases.before(serves)).ok_or_else(|| {
        let cause = format!("there is nothing to go back to: version {serves} serves, and the versions are {all}");
        (cause, another(Some(serves), releases))
    })
}

/// What the alias remembers afterwards.
fn before(now: &Alias, version: u64) -> Vec<String> {
    let (serves, to) = (&now.function_version, version.to_string());
    let forward = serves.parse().is_ok_and(|serves: u64| serves < version);
    match () {
        () if *serves == to => now.before.clone(),
        () if forward && !now.before.contains(&to) => served::after_leaving(serves, &now.before, &to),
        () => served::after_going_back(&now.before, &to),
    }
}

const EARLIER: &str = "deploy an earlier state of the template and the code";

/// What helps where no version was published before: another one, if there is any but this.
fn another(but: Option<u64>, releases: &Releases) -> String {
    match releases.versions.iter().any(|version| Some(version.number) != but) {
        true => format!("{EARLIER}, or name a version with `--to`"),
        false => EARLIER.to_owned(),
    }
}

fn step(logical_id: &str, to: Alias, now: &Led) -> Step {
    let mut changes = Vec::new();
    if now.version != to.function_version {
        changes.push(change("FunctionVersion", json!(now.version), Some(json!(to.function_version))));
    }
    for weight in &now.routing.additional_version_weights {
        let property = format!("RoutingConfig.{}", weight.function_version);
        changes.push(change(&property, json!(weight.function_weight), None));
    }
    let (action, stages) = match changes.is_empty() {
        true => (Action::Keep, Stages::new()),
        false => {
            let stages = [to.checked(), vec![to.moved()]];
            (Action::Update, stages.map(|stage| stage.into_iter().map(Call::Alias).collect()).to_vec())
        }
    };
    let ids = Ids::from([("RevisionId".to_owned(), now.revision.clone())]);
    Step { changes, ..Step::new(logical_id, Resource::Alias(to), ids, action, stages) }
}

fn change(property: &str, old: Value, new: Option<Value>) -> Change {
    Change { property: property.to_owned(), old: Some(old), new }
}
