//! Resources of the template that have another name on AWS than the given parameters produce.
//!
//! Where such a resource serves callers, or nothing has the new name yet, a parameter was probably forgotten, and the
//! resource is not an orphan.

use std::collections::BTreeMap;

use super::{Blocker, Note};
use crate::desired::{Desired, Wanted};
use crate::hint::{Command, Hint};
use crate::observe::{Observed, Orphan};
use crate::resources::named::FunctionRef;
use crate::resources::{Owner, Resource};

/// A resource of the template under another name.
#[derive(Clone, Copy)]
pub(super) struct Misnamed<'a> {
    /// The resource that exists.
    pub(super) orphan: &'a Orphan,
    /// The template's resource, with the name that these parameters give it.
    wanted: &'a Wanted,
}

/// All orphans that are resources of the template under another name. Parts of APIs and functions get their names from
/// the API or function.
pub(super) fn misnamed<'a>(desired: &'a Desired, observed: &'a Observed) -> Vec<Misnamed<'a>> {
    let all = observed.orphans.iter().filter_map(|orphan| {
        let resource = &orphan.found.resource;
        let wanted = desired.get(&orphan.logical_id).filter(|one| one.resource.kind() == resource.kind())?;
        let is_a_part = resource.part_of_api().is_some() || resource.part_of_function().is_some();
        let other = !is_a_part && wanted.resource.name() != resource.name();
        (other && (!is_there(wanted, observed) || serves(resource, observed))).then_some(Misnamed { orphan, wanted })
    });
    all.collect()
}

fn is_there(wanted: &Wanted, observed: &Observed) -> bool {
    observed.found.get(&wanted.logical_id).is_some_and(|found| found.owner == Owner::Ours)
}

/// Whether an integration of the stack calls it.
fn serves(resource: &Resource, observed: &Observed) -> bool {
    let Resource::Function(function) = resource else { return false };
    let calls_it = |resource: &Resource| {
        let Resource::Integration(integration) = resource else { return false };
        FunctionRef::in_uri(&integration.integration_uri).is_some_and(|called| called.name == function.function_name)
    };
    observed.found.values().filter(|found| found.owner == Owner::Ours).any(|found| calls_it(&found.resource))
}

impl Misnamed<'_> {
    fn description(&self) -> String {
        let Self { orphan, wanted } = self;
        let resource = &orphan.found.resource;
        format!(
            "{} `{}` is this stack's `{}`, whose name with these parameters is `{}`",
            resource.kind(),
            resource.name(),
            orphan.logical_id,
            wanted.resource.name()
        )
    }

    /// The note about it before a deploy, and why it is not pruned.
    pub(super) fn note(&self, all: &[Misnamed]) -> Note {
        let (old, new) = (self.orphan.found.resource.name(), self.wanted.resource.name());
        let keep = Hint::new(format!("to keep `{old}`, pass the parameters of its deploy"));
        let replace = Hint::new(format!("to replace it with `{new}`, deploy, then delete the old one in a second run"))
            .run(Command::provisioner(["deploy", "--prune"]));
        let hint = with_its_parameters(keep, all, "plan").or(replace);
        Note { logical_id: None, text: format!("{}: it stays", self.description()), hint: Some(hint) }
    }
}

/// Why a stack must not be removed partially: everything else would be deleted, and these resources would stay.
pub(super) fn left_by_destroy(desired: &Desired, all: &[Misnamed]) -> Option<Blocker> {
    let descriptions: Vec<_> = all.iter().map(Misnamed::description).collect();
    let names: Vec<_> = all.iter().map(|one| format!("`{}`", one.orphan.found.resource.name())).collect();
    let (left, they_use, them) = match names.split_last()? {
        (only, []) => (only.clone(), "it uses", "it"),
        (last, others) => (format!("{} and {last}", others.join(", ")), "they use", "them"),
    };
    let cause =
        format!("{}: `destroy` would leave {left}, and delete the resources that {they_use}", descriptions.join("; "));
    let parameters = Hint::new(format!("pass the parameters of the deploy that created {them}"));
    Some(Blocker {
        logical_id: desired.stack.to_string(),
        cause,
        hint: with_its_parameters(parameters, all, "destroy"),
    })
}

/// The hint with the command that has the parameters from which the existing names follow, if there are any.
fn with_its_parameters(hint: Hint, all: &[Misnamed], verb: &str) -> Hint {
    let mut values: BTreeMap<&str, String> = BTreeMap::new();
    for Misnamed { orphan, wanted } in all {
        let name = orphan.found.resource.name();
        if let Some((parameter, value)) = wanted.named_by.as_ref().and_then(|naming| naming.value_for(&name)) {
            values.entry(parameter).or_insert(value);
        }
    }
    if values.is_empty() {
        return hint;
    }
    let given = values.iter().fold(Command::provisioner([verb]), |command, (parameter, value)| {
        command.with("-P").with(format!("{parameter}={value}"))
    });
    hint.run(given)
}
