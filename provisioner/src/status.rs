//! The deployed resources, the versions that callers get, and the differences between AWS and the template: one value,
//! pure.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use crate::desired::{Desired, Wanted};
use crate::hint::Hint;
use crate::observe::Observed;
use crate::plan::{Action, Note, Plan, Step, awaited};
use crate::releases::{AliasState, Published, Releases};
use crate::resources::named::FunctionRef;
use crate::resources::{
    Change, DESCRIPTION, Ids, Owner, Ownership, REGION_TAG, RESOURCE_TAG, Resource, STACK_TAG, TAGS,
};

/// The state of a stack, compared with its template.
///
/// As JSON it has the schema of `docs/status.schema.json`; `version` increases with each incompatible change.
#[must_use]
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields, title = "Status of provisioner")]
pub struct Status {
    /// The version of this form.
    #[schemars(extend("const" = VERSION))]
    pub version: u32,
    /// The stack's name.
    pub stack: String,
    /// The account.
    pub account: String,
    /// The region.
    pub region: String,
    /// How AWS compares with the template.
    pub state: State,
    /// CloudFormation's stack that owns the resources, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cloud_formation_stack: Option<String>,
    /// The time of the last change of a function's code or configuration, in UTC (RFC 3339). AWS does not record when an
    /// alias moves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_change: Option<String>,
    /// The stack's outputs, as far as they are known, without those of resources that do not exist; empty if the stack is
    /// not deployed.
    pub outputs: BTreeMap<String, String>,
    /// The template's functions that exist.
    pub functions: Vec<FunctionStatus>,
    /// The number of resources in the template with these parameters.
    pub resources: usize,
    /// The resources that differ from the template.
    pub differences: Vec<Difference>,
    /// The resources that exist and take effect only after something is done by hand.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// The functions, by logical id, whose code was not compared, because there is no package.
    pub code_not_compared: BTreeSet<String>,
}

/// How AWS compares with the template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum State {
    /// No resource on AWS belongs to this stack.
    NotDeployed,
    /// Every resource matches the template.
    InSync,
    /// A resource differs from the template.
    Drifted,
}

/// A function that exists.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FunctionStatus {
    /// Its name in the template.
    pub logical_id: String,
    /// Its name.
    pub name: String,
    /// The time of its last change, in UTC (RFC 3339).
    pub last_change: String,
    /// The aliases that callers use, including those of other owners.
    pub aliases: Vec<AliasStatus>,
    /// The published versions, newest first.
    pub versions: Vec<VersionStatus>,
    /// The settings that are not in the template, such as `VpcConfig`: a deploy keeps them, and versions contain them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub outside_settings: Vec<String>,
    /// Whether the template's alias of it does not exist, and the stack has no callers for it without the alias.
    #[serde(skip)]
    pub awaits_alias: bool,
}

/// An alias, and how its traffic is split.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AliasStatus {
    /// Its name in the template; absent if the template does not contain it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logical_id: Option<String>,
    /// Its name.
    pub name: String,
    /// The versions that get its traffic, the alias's own first. More than one means that a canary is in progress.
    pub shares: Vec<Share>,
}

/// The share of one version in an alias's traffic.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Share {
    /// The version's number, or `$LATEST`.
    pub version: String,
    /// From 0 to 1.
    pub share: f64,
}

/// A published version.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VersionStatus {
    /// Its number.
    pub number: u64,
    /// The time of its publication, in UTC (RFC 3339).
    pub published: String,
    /// The short name of its content: the same for the same code and configuration.
    pub release: String,
    /// The description that it was published with.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Whether its content matches the template.
    pub in_sync: bool,
}

/// A resource that differs from the template.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Difference {
    /// Its name in the template.
    pub logical_id: String,
    /// Its kind, such as `AWS::Lambda::Function`.
    pub kind: String,
    /// Its name on AWS.
    pub name: String,
    /// What a deploy would do with it; `leave` if there is a blocker.
    pub action: Action,
    /// The properties that differ. Values of environment variables are masked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// The reason, if it is not obvious.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How to remove the blocker.
    #[serde(flatten)]
    pub hint: Option<Hint>,
}

impl Status {
    /// Completes the commands of its hints.
    pub fn complete(mut self, complete: impl Fn(Hint) -> Hint) -> Self {
        for one in &mut self.differences {
            one.hint = one.hint.take().map(&complete);
        }
        self.notes = self.notes.into_iter().map(|note| note.complete(&complete)).collect();
        self
    }
}

/// The version of the status's JSON form.
pub const VERSION: u32 = 1;

/// The input besides the comparison.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The releases, by function name.
    pub releases: BTreeMap<String, Releases>,
    /// The outputs.
    pub outputs: BTreeMap<String, String>,
    /// The functions, by logical id, whose package was not read.
    pub code_not_compared: BTreeSet<String>,
}

/// The status of a stack, derived from what a deploy would do now.
pub fn status(desired: &Desired, observed: &Observed, plan: &Plan, known: Known) -> Status {
    let Known { releases, outputs, code_not_compared } = known;
    let cloud_formation_stack = observed.found.values().find_map(|found| match &found.owner {
        Owner::CloudFormation(stack) => Some(stack.clone()),
        Owner::Ours | Owner::None | Owner::Stack(_) | Owner::InRegion(_) => None,
    });
    let mut differences = Vec::new();
    for step in &plan.steps {
        let is_listed = differences.iter().any(|one: &Difference| one.logical_id == step.logical_id);
        let found = observed.found.get(&step.logical_id).map(|found| &found.owner);
        let difference = match &cloud_formation_stack {
            Some(_) => changed_outside_cloudformation(step, found),
            None => difference(step, plan),
        };
        differences.extend(difference.filter(|_| !is_listed));
    }
    let deployed = cloud_formation_stack.is_some() || is_deployed(observed);
    let state = match (deployed, differences.is_empty()) {
        (false, _) => State::NotDeployed,
        (true, true) => State::InSync,
        (true, false) => State::Drifted,
    };
    let exists = |note: &Note| note.logical_id.as_ref().is_some_and(|id| observed.found.contains_key(id));
    let functions = desired.resources.iter().filter_map(|wanted| {
        let Resource::Function(function) = &wanted.resource else { return None };
        let releases = releases.get(&function.function_name).filter(|_| deployed)?;
        Some(function_status(&wanted.logical_id, releases, desired, observed))
    });
    let functions: Vec<_> = functions.collect();
    let published = functions.iter().flat_map(|one| one.versions.iter().map(|version| &version.published));
    let changed = functions.iter().map(|one| &one.last_change);
    Status {
        version: VERSION,
        stack: plan.stack.clone(),
        account: plan.account.clone(),
        region: plan.region.clone(),
        state,
        cloud_formation_stack,
        last_change: published.chain(changed).max().cloned(),
        outputs: if deployed { outputs } else { BTreeMap::new() },
        functions,
        resources: desired.resources.len(),
        differences,
        notes: awaited(&plan.steps, |awaited| awaited.to_use_it).filter(exists).collect(),
        code_not_compared,
    }
}

/// Whether any resource has the stack's ownership tag. Kinds without tags do not count: they always appear to be the
/// stack's.
fn is_deployed(observed: &Observed) -> bool {
    let is_shown = |one: &Resource| one.ownership() != Ownership::Assumed;
    observed.found.values().any(|found| found.owner == Owner::Ours && is_shown(&found.resource))
}

/// What a deploy would do about the resource, or the blocker.
fn difference(step: &Step, plan: &Plan) -> Option<Difference> {
    let blocker = plan.blockers.iter().find(|blocker| blocker.logical_id == step.logical_id);
    if blocker.is_none() && !step.action.changes_something() {
        return None;
    }
    Some(Difference {
        action: step.action,
        changes: step.changes.clone(),
        reason: blocker.map(|blocker| blocker.cause.clone()).or_else(|| step.reason.clone()),
        hint: blocker.map(|blocker| blocker.hint.clone()),
        ..named(step)
    })
}

/// The differences of a resource that a CloudFormation stack owns. It must not have this program's ownership tag, and a
/// permission's statement has an id by which it is not found.
fn changed_outside_cloudformation(step: &Step, found: Option<&Owner>) -> Option<Difference> {
    let changes: Vec<_> =
        step.changes.iter().filter(|change| !is_ownership_tag(change, &step.resource)).cloned().collect();
    let action = match found {
        None if matches!(step.resource, Resource::Permission(_)) => return None,
        None => Action::Create,
        Some(_) if changes.is_empty() => return None,
        Some(_) => Action::Update,
    };
    Some(Difference { action, changes, ..named(step) })
}

fn is_ownership_tag(change: &Change, resource: &Resource) -> bool {
    let in_its_description = resource.ownership() == Ownership::Description;
    match change.entry_of(TAGS) {
        Some(tag) => [STACK_TAG, RESOURCE_TAG, REGION_TAG].contains(&tag),
        None => in_its_description && change.is_of(DESCRIPTION),
    }
}

fn named(step: &Step) -> Difference {
    Difference {
        logical_id: step.logical_id.clone(),
        kind: step.kind.clone(),
        name: step.name.clone(),
        action: step.action,
        changes: Vec::new(),
        reason: None,
        hint: None,
    }
}

fn function_status(logical_id: &str, releases: &Releases, desired: &Desired, observed: &Observed) -> FunctionStatus {
    let wanted = desired.resources.iter().find_map(|wanted| {
        let Resource::Version(version) = &wanted.resource else { return None };
        let of_it = version.function_name == releases.function_name;
        let found = observed.found.get(&wanted.logical_id).filter(|_| of_it)?;
        found.ids.get(Ids::VERSION)
    });
    let version = |one: &Published| VersionStatus {
        number: one.number,
        published: rfc_3339(&one.when),
        release: one.release.clone(),
        description: one.description.clone(),
        in_sync: wanted.is_some_and(|wanted| *wanted == one.number.to_string()),
    };
    let alias = |state: &AliasState| AliasStatus {
        logical_id: desired.resources.iter().find_map(|wanted| {
            let Resource::Alias(alias) = &wanted.resource else { return None };
            let same = alias.function_name == releases.function_name && alias.name == state.name;
            same.then(|| wanted.logical_id.clone())
        }),
        name: state.name.clone(),
        shares: shares(state),
    };
    let outside_settings = observed.found.get(logical_id).and_then(|found| {
        let Resource::Function(function) = &found.resource else { return None };
        Some(function.outside_settings.keys().cloned().collect())
    });
    FunctionStatus {
        logical_id: logical_id.to_owned(),
        name: releases.function_name.clone(),
        last_change: rfc_3339(&releases.last_change),
        aliases: releases.aliases.iter().map(alias).collect(),
        versions: releases.versions.iter().rev().map(version).collect(),
        outside_settings: outside_settings.unwrap_or_default(),
        awaits_alias: awaits_alias(&releases.function_name, desired, observed),
    }
}

/// Whether the template's alias of a function does not exist, and nothing of the stack calls the function.
fn awaits_alias(function_name: &str, desired: &Desired, observed: &Observed) -> bool {
    let is_missing = |wanted: &Wanted| {
        let Resource::Alias(alias) = &wanted.resource else { return false };
        alias.function_name == function_name && !observed.found.contains_key(&wanted.logical_id)
    };
    let calls_it = |resource: &Resource| {
        if let Resource::Integration(one) = resource {
            return FunctionRef::in_uri(&one.integration_uri).is_some_and(|called| called.name == function_name);
        }
        matches!(resource, Resource::Permission(_) | Resource::Url(_))
            && resource.part_of_function() == Some(function_name)
    };
    desired.resources.iter().any(is_missing) && !observed.found.values().any(|found| calls_it(&found.resource))
}

fn shares(state: &AliasState) -> Vec<Share> {
    let shares = state.shares().into_iter();
    // The rest of 1 after 0.1 is 0.9, whatever the floating-point result is.
    shares.map(|(version, share)| Share { version: version.to_owned(), share: (share * 1e6).round() / 1e6 }).collect()
}

/// A time in Lambda's notation (`2026-11-25T19:30:00.000+0000`), in the notation of RFC 3339.
fn rfc_3339(when: &str) -> String {
    when.strip_suffix("+0000").map_or_else(|| when.to_owned(), |utc| format!("{utc}Z"))
}

#[cfg(test)]
pub(crate) mod tests;
