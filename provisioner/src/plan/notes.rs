//! The findings of the checks, as part of the plan.

use std::collections::{BTreeMap, BTreeSet};

use super::{Action, Blocker, Note, Step};
use crate::desired::{Desired, Wanted};
use crate::hint::{Command, Hint};
use crate::lint::{Finding, Severity, beyond_limits, lint, refused_name};
use crate::observe::{Found, Observed};
use crate::resources::{Awaited, Changed, Ids, Resource, deleted_principals};
use crate::template::{Remark, shown};

/// A finding that AWS would refuse blocks the step that would send it; every other finding is a note.
pub(super) fn findings(desired: &Desired, observed: &Observed, steps: &[Step]) -> (Vec<Blocker>, Vec<Note>) {
    let (mut blockers, mut notes) = (Vec::new(), Vec::new());
    let sent = steps.iter().filter(|step| step.action.changes_something());
    let sent: BTreeSet<String> = sent.map(|step| step.id.clone()).collect();
    let limits = steps.iter().filter(|step| step.action.changes_something()).flat_map(|step| {
        let beyond = beyond_limits(&step.logical_id, &step.resource).into_iter();
        beyond.filter(|finding| is_sent(step, finding)).collect::<Vec<_>>()
    });
    let all: Vec<Finding> = lint(desired, &observed.account, &apis(observed)).into_iter().chain(limits).collect();
    for Finding { logical_id, severity, cause, property, hint } in all {
        let cause = placed(desired, &logical_id, &cause, &property);
        if severity == Severity::Refused && sent.contains(&logical_id) {
            blockers.push(Blocker { logical_id, cause, hint });
        } else {
            notes.push(Note { logical_id: Some(logical_id), text: cause, hint: Some(hint) });
        }
    }
    (blockers, notes)
}

/// Names that AWS refuses and, if there are any, the other values that it would refuse.
///
/// AWS also refuses to look for such names, with its own messages and one at a time, so they are found before AWS is
/// asked. Then it is not known what a deploy would send: every value of the template is checked.
pub fn refused_names(desired: &Desired) -> Vec<Blocker> {
    let all = || desired.resources.iter().map(|wanted| (&wanted.logical_id, &wanted.resource));
    if all().all(|(logical_id, resource)| refused_name(logical_id, resource).is_empty()) {
        return Vec::new();
    }
    let limits = all().flat_map(|(logical_id, resource)| beyond_limits(logical_id, resource));
    let others = lint(desired, "", &BTreeMap::new());
    let each = limits.chain(others).filter(|finding| finding.severity == Severity::Refused);
    let blocker = |Finding { logical_id, cause, property, hint, .. }| {
        let cause = placed(desired, &logical_id, &cause, &property);
        Blocker { logical_id, cause, hint }
    };
    each.map(blocker).collect()
}

/// The resources that can exist: without those of [`refused_names`], and without the parts of those.
pub fn without_refused_names(desired: &Desired) -> Desired {
    let is_refused = |wanted: &&Wanted| !refused_name(&wanted.logical_id, &wanted.resource).is_empty();
    let refused: BTreeSet<String> =
        desired.resources.iter().filter(is_refused).map(|wanted| wanted.resource.name()).collect();
    let mut rest = desired.clone();
    rest.resources.retain(|wanted| {
        let of_a_role = matches!(&wanted.resource, Resource::InlinePolicy(policy) if policy.roles.iter().any(|role| refused.contains(role)));
        let of_a_function = wanted.resource.part_of_function().is_some_and(|function| refused.contains(function));
        !is_refused(&wanted) && !of_a_role && !of_a_function
    });
    rest
}

/// A cause, with the position of the property in the template.
fn placed(desired: &Desired, logical_id: &str, cause: &str, property: &[String]) -> String {
    match property.is_empty() {
        true => shown(cause),
        false => format!("{} ({})", shown(cause), desired.property_place(logical_id, property)),
    }
}

/// The ids of the template's APIs that exist, by logical id.
fn apis(observed: &Observed) -> BTreeMap<String, String> {
    let id = |(logical_id, found): (&String, &Found)| Some((logical_id.clone(), found.ids.get(Ids::API_ID)?.clone()));
    observed.found.iter().filter(|(_, found)| matches!(found.resource, Resource::Api(_))).filter_map(id).collect()
}

/// A policy whose user or role was deleted does not trust a new one of the same name, and AWS shows the old one as a
/// unique id.
///
/// This note explains the id where the template's principal is written again.
pub(super) fn of_deleted_principals(steps: &[Step]) -> impl Iterator<Item = Note> {
    let changes = steps.iter().flat_map(|step| step.changes.iter().map(move |change| (step, change)));
    changes.flat_map(|(step, change)| {
        let ids = |value: &Option<_>| value.as_ref().map(|value| deleted_principals(&change.property, value));
        let deleted = &ids(&change.old).unwrap_or_default() - &ids(&change.new).unwrap_or_default();
        deleted.into_iter().map(|(id, kind)| Note {
            logical_id: Some(step.logical_id.clone()),
            text: format!("the principal `{id}` of {} is the unique id of a deleted {kind}", change.property),
            hint: Some(Hint::new(format!(
                "make sure that the {kind} of that name exists: the deploy writes the template's principal again"
            ))),
        })
    })
}

/// Whether the step sends the property of a finding. AWS accepts the values that it has already.
fn is_sent(step: &Step, finding: &Finding) -> bool {
    match step.action {
        Action::Create | Action::Replace => true,
        Action::Update | Action::Adopt => {
            let first = finding.property.first().map_or("", String::as_str);
            Changed::of(&step.changes).has_named(first)
        }
        Action::Keep | Action::Delete | Action::Leave => false,
    }
}

/// A note about adopted resources with a tag that contains "terraform".
///
/// AWS does not know what Terraform manages, but teams often tag it, mostly by the provider's `default_tags`; the next
/// `terraform apply` would remove the stack's tags.
pub(super) fn of_terraform(steps: &[Step], observed: &Observed) -> Option<Note> {
    let names_it = |text: &String| text.to_ascii_lowercase().contains("terraform");
    let adopted = steps.iter().filter(|step| step.action == Action::Adopt);
    let named = adopted.filter_map(|step| {
        let tags = observed.found.get(&step.logical_id)?.resource.tags();
        tags.iter().any(|(key, value)| names_it(key) || names_it(value)).then(|| format!("`{}`", step.logical_id))
    });
    let named: Vec<String> = named.collect();
    (!named.is_empty()).then(|| Note {
        logical_id: None,
        text: format!("a tag suggests that Terraform manages the resources that are adopted as {}", named.join(", ")),
        hint: Some(
            Hint::new(
                "after the deploy, remove each one from Terraform's configuration and state, since its next apply would \
                 remove the stack's tags",
            )
            .run(Command::new("terraform", ["state", "rm", "ADDRESS"])),
        ),
    })
}

/// A remark for the author of a template.
impl From<&Remark> for Note {
    fn from(Remark { text, hint, .. }: &Remark) -> Self {
        Self { logical_id: None, text: text.clone(), hint: Some(hint.clone()) }
    }
}

/// Notes about settings of the stack's functions that a template cannot declare here: a deploy keeps them, and
/// published versions contain them.
pub(super) fn outside_settings(observed: &Observed) -> impl Iterator<Item = Note> {
    observed.found.iter().filter_map(|(logical_id, found)| {
        let Resource::Function(function) = &found.resource else { return None };
        let (function_name, outside_settings) = (&function.function_name, &function.outside_settings);
        let names: Vec<_> = outside_settings.keys().map(|name| format!("`{name}`")).collect();
        let (last, first) = names.split_last()?;
        let names = if first.is_empty() { last.clone() } else { format!("{} and {last}", first.join(", ")) };
        let (is, it) = if first.is_empty() { ("is", "it") } else { ("are", "them") };
        let options: Vec<&str> = outside_settings.keys().filter_map(|name| unset(name)).flatten().collect();
        let unset = ["lambda", "update-function-configuration", "--function-name", function_name];
        Some(Note {
            logical_id: Some(logical_id.clone()),
            text: format!(
                "{names} of function `{function_name}` {is} set on AWS and not in the template: a deploy keeps {it}, and \
                 each new version contains {it}"
            ),
            hint: (!options.is_empty())
                .then(|| Hint::new("remove this setting").run(Command::aws(unset.into_iter().chain(options)))),
        })
    })
}

/// Notes about resources that take effect only after something is done by hand, with the hint that `remedy` selects.
pub(crate) fn awaited(steps: &[Step], remedy: fn(&Awaited) -> &'static str) -> impl Iterator<Item = Note> {
    steps.iter().filter(|step| step.action != Action::Leave).filter_map(move |step| {
        let awaited = step.resource.awaits(&step.ids)?;
        Some(Note {
            logical_id: Some(step.logical_id.clone()),
            text: format!("{} `{}` {}", step.kind, step.name, awaited.state),
            hint: Some(Hint::new(remedy(&awaited))),
        })
    })
}

/// The `aws lambda update-function-configuration` option that removes a setting.
fn unset(name: &str) -> Option<[&'static str; 2]> {
    Some(match name {
        "VpcConfig" => ["--vpc-config", "SubnetIds=[],SecurityGroupIds=[]"],
        "DeadLetterConfig" => ["--dead-letter-config", "TargetArn="],
        "KMSKeyArn" => ["--kms-key-arn", ""],
        "FileSystemConfigs" => ["--file-system-configs", "[]"],
        "SnapStart" => ["--snap-start", "ApplyOn=None"],
        _ => return None,
    })
}
