//! Orphans: resources with the stack's ownership tag that the template does not contain. The plan reports them, or
//! removes them on request.

use std::collections::BTreeSet;

use super::misnamed::{Misnamed, left_by_destroy, misnamed};
use super::takeover::given_back;
use super::{Action, Blocker, Note, Step};
use crate::desired::Desired;
use crate::error::Error;
use crate::hint::{Command, Hint};
use crate::observe::{Found, Observed, Orphan, UnsupportedOrphan};
use crate::resources::{Ids, Resource};
use crate::template::Choice;

/// The steps that remove orphans, after all other steps: callers first, then what they call, then its dependencies.
///
/// They run one after the other, since each may require that the previous one is deleted.
pub(super) fn removals(desired: &Desired, observed: &Observed, steps: &[Step]) -> Vec<Step> {
    let misnamed = misnamed(desired, observed);
    let is_deleted =
        |one: &&Orphan| misnamed_as(&misnamed, one).is_none() && kept(&one.found, steps, &misnamed).is_none();
    let mut orphans: Vec<&Orphan> = observed.orphans.iter().filter(is_deleted).collect();
    orphans.sort_by_key(|one| one.found.resource.removal());
    let mut before: BTreeSet<String> =
        steps.iter().filter(|step| step.action.changes_something()).map(|step| step.id.clone()).collect();
    let mut removals: Vec<Step> = Vec::new();
    for Orphan { logical_id, found } in orphans {
        let name = called(found);
        let (action, batches, reason) = given_back(found, observed).unwrap_or_else(|| {
            let reason = missing_in_the_template(desired, logical_id, &found.resource);
            (Action::Delete, found.resource.delete(&found.ids), reason)
        });
        let mut id = format!("{logical_id} ({name})");
        if removals.iter().any(|step| step.id == id) {
            // Two concurrent runs leave two orphans of the same name.
            id = format!("{id} {}", distinguished_by(found));
        }
        let step = Step::new(logical_id, found.resource.clone(), found.ids.clone(), action, batches);
        let step = Step { id, name, needs: before.clone(), reason: Some(reason), ..step };
        before = BTreeSet::from([step.id.clone()]);
        removals.push(step);
    }
    removals
}

/// The text that distinguishes two resources with the same name.
fn distinguished_by(found: &Found) -> String {
    if let Resource::Other(other) = &found.resource {
        return other.identifier.as_ref().map(ToString::to_string).unwrap_or_default();
    }
    found.ids.get(Ids::REF).cloned().unwrap_or_default()
}

/// The steps that remove duplicates of the stack's APIs, which concurrent first deploys have created: the template
/// contains them, and they are found in addition to the stack's own.
pub(super) fn duplicate_apis(desired: &Desired, observed: &Observed) -> Vec<Step> {
    let duplicate_apis = observed.orphans.iter().filter(|one| {
        let is_one = |resource: &Resource| matches!(resource, Resource::Api(_));
        is_one(&one.found.resource) && desired.get(&one.logical_id).is_some_and(|wanted| is_one(&wanted.resource))
    });
    let steps = duplicate_apis.map(|Orphan { logical_id, found }| {
        let batches = found.resource.delete(&found.ids);
        let step = Step::new(logical_id, found.resource.clone(), found.ids.clone(), Action::Delete, batches);
        let name = called(found);
        Step { id: format!("{logical_id} ({name})"), name, ..step }
    });
    steps.collect()
}

/// Notes about orphans.
pub(super) fn notes(desired: &Desired, observed: &Observed, steps: &[Step], pruning: bool) -> Vec<Note> {
    let misnamed = misnamed(desired, observed);
    let of_orphans = observed.orphans.iter().filter_map(|one| {
        if let Some(misnamed_one) = misnamed_as(&misnamed, one) {
            return Some(misnamed_one.note(&misnamed));
        }
        let hint = match kept(&one.found, steps, &misnamed) {
            Some(why) => why,
            None if pruning => return None,
            None => {
                let remove = Hint::new("remove it").run(Command::provisioner(["deploy", "--prune"]));
                forgotten(desired, one, "plan").unwrap_or_default().or(remove)
            }
        };
        Some(Note { logical_id: None, text: text_of(one), hint: Some(hint) })
    });
    let not_read = not_read(observed).filter(|_| !pruning).chain(subscriptions_not_read(observed));
    of_orphans.chain(unseen(desired, observed, "plan")).chain(not_read).collect()
}

/// The orphans that remain after a removal, and the resources that must stay because of them.
pub(super) fn after_a_removal(desired: &Desired, observed: &Observed, steps: &[Step]) -> (Vec<Blocker>, Vec<Note>) {
    let is_deleted = |step: &&Step| step.action == Action::Delete;
    // AWS removes the parts of an API or a function with it.
    let is_part_of = |one: &Orphan, step: &Step| {
        !matches!(step.resource, Resource::Role(_)) && one.found.resource.requires(&step.resource, &step.ids)
    };
    let is_it = |one: &Orphan, step: &Step| step.resource.is_same(&step.ids, &one.found.resource, &one.found.ids);
    let is_deleted_too =
        |one: &&Orphan| steps.iter().filter(is_deleted).any(|step| is_part_of(one, step) || is_it(one, step));
    // Where nothing is deleted, the removal cannot be partial.
    let is_partial = steps.iter().any(|step| is_deleted(&step));
    let misnamed = if is_partial { misnamed(desired, observed) } else { Vec::new() };
    let (mut blockers, mut notes) = (Vec::from_iter(left_by_destroy(desired, &misnamed)), Vec::new());
    let remains = |one: &&Orphan| !is_deleted_too(one) && misnamed_as(&misnamed, one).is_none();
    for one in observed.orphans.iter().filter(remains) {
        let hint = kept(&one.found, &[], &[]).unwrap_or_else(|| give_its_parameters(desired, one));
        notes.push(Note { logical_id: None, text: text_of(one), hint: Some(hint) });
        let used =
            steps.iter().filter(is_deleted).filter(|step| one.found.resource.requires(&step.resource, &step.ids));
        blockers.extend(used.map(|step| Blocker {
            logical_id: step.logical_id.clone(),
            cause: format!(
                "{} `{}` depends on it and would stay: the template with these parameters does not contain it",
                one.found.resource.kind(),
                called(&one.found)
            ),
            hint: give_its_parameters(desired, one),
        }));
    }
    notes
        .extend(unseen(desired, observed, "destroy").chain(not_read(observed)).chain(subscriptions_not_read(observed)));
    (blockers, notes)
}

fn give_its_parameters(desired: &Desired, orphan: &Orphan) -> Hint {
    forgotten(desired, orphan, "destroy")
        .unwrap_or_else(|| Hint::new("pass the parameters of the deploy that created it"))
        .or(Hint::new("delete it first").run(Command::provisioner(["deploy", "--prune"])))
}

/// How to pass the parameter with which the template contains an orphan; `None` if no parameter decides that.
fn forgotten(desired: &Desired, Orphan { logical_id, found }: &Orphan, verb: &str) -> Option<Hint> {
    desired.choice(logical_id, kind_without_tag(&found.resource)).map(|choice| choose(&choice, verb))
}

/// The kind of a resource that does not show its logical id, or an empty text.
fn kind_without_tag(resource: &Resource) -> &str {
    resource.untagged_part().map_or("", |_| resource.kind())
}

fn choose(choice: &Choice<'_>, verb: &str) -> Hint {
    let pass = |parameter: &str, value: &str| Command::provisioner([verb, "-P"]).with(format!("{parameter}={value}"));
    let missing = |parameter: &str, value: &str| {
        Hint::new(format!("if the parameter `{parameter}` is missing, pass it")).run(pass(parameter, value))
    };
    match choice {
        Choice::Value(parameter, value) => missing(parameter, value),
        Choice::Another(parameter) => missing(parameter, "VALUE"),
        Choice::Default(parameter) => {
            Hint::new(format!("if the deploy did not have the parameter `{parameter}`, leave it out"))
        }
        Choice::Undecided => Hint::new("if a parameter is missing, pass it").run(pass("NAME", "VALUE")),
    }
}

fn misnamed_as<'a>(misnamed: &'a [Misnamed<'a>], orphan: &Orphan) -> Option<&'a Misnamed<'a>> {
    misnamed.iter().find(|one| std::ptr::eq(one.orphan, orphan))
}

/// Resources with the ownership tag of which only the ARN is known.
fn unseen(desired: &Desired, observed: &Observed, verb: &'static str) -> impl Iterator<Item = Note> {
    observed.unsupported.iter().map(move |UnsupportedOrphan { arn, logical_id }| Note {
        logical_id: None,
        text: format!(
            "{arn} has this stack's ownership tag as `{logical_id}`, and the template with these parameters does not \
             contain it"
        ),
        hint: Some(desired.choice(logical_id, "").map(|choice| choose(&choice, verb)).unwrap_or_default().or(
            "delete it by hand if it still exists, or remove its tag `provisioner:stack`: its resource type is not supported",
        )),
    })
}

fn not_read(observed: &Observed) -> impl Iterator<Item = Note> {
    observed.orphans_unknown.iter().map(|error| note_of("resources", error))
}

/// With `--prune` too, this is a note, because subscriptions are never pruned.
fn subscriptions_not_read(observed: &Observed) -> impl Iterator<Item = Note> {
    observed.subscriptions_unknown.iter().map(|error| note_of("subscriptions", error))
}

fn note_of(orphaned: &str, error: &Error) -> Note {
    Note { logical_id: None, text: unknown(orphaned, error), hint: error.next_step().cloned() }
}

/// Why orphans are not removed although that was requested.
pub(super) fn impossible(desired: &Desired, observed: &Observed) -> Option<Blocker> {
    let error = observed.orphans_unknown.as_ref()?;
    Some(Blocker {
        logical_id: desired.stack.to_string(),
        cause: unknown("resources", error),
        hint: error.next_step().cloned().unwrap_or_else(|| Hint::new("leave out `--prune`")),
    })
}

fn unknown(orphaned: &str, error: &Error) -> String {
    let each = error.sources().iter().map(Error::headline).collect::<Vec<_>>();
    let cause = if each.is_empty() { error.headline() } else { each.join("; ") };
    format!("orphaned {orphaned} could not be read: {cause}")
}

fn missing_in_the_template(desired: &Desired, logical_id: &str, resource: &Resource) -> String {
    let wanted = desired.get(logical_id).filter(|wanted| wanted.resource.kind() == resource.kind());
    if let Some(wanted) = wanted {
        let (old, new) = (resource.name(), wanted.resource.name());
        return match old == new {
            true => format!("a duplicate of `{logical_id}`"),
            false => format!("the old name of `{logical_id}`, which is now `{new}`"),
        };
    }
    let has_no_tag = match desired.choice(logical_id, kind_without_tag(resource)) {
        Some(Choice::Value(parameter, _) | Choice::Default(parameter) | Choice::Another(parameter)) => {
            return format!("the template does not contain it with this value of `{parameter}`");
        }
        Some(Choice::Undecided) => return "the template does not contain it with these parameters".to_owned(),
        None => matches!(resource, Resource::Url(_)),
    };
    if has_no_tag { "the template has no such URL" } else { "the template does not contain it any more" }.to_owned()
}

fn text_of(Orphan { logical_id, found }: &Orphan) -> String {
    // A part without an ownership tag does not show its creator.
    let whose = found.resource.untagged_part().unwrap_or_else(|| format!("this stack's `{logical_id}`"));
    let (kind, name) = (found.resource.kind(), called(found));
    format!("{kind} `{name}` is {whose}, and the template with these parameters does not contain it")
}

/// The name that is shown. The name of an API is not unique, so its id is added.
fn called(found: &Found) -> String {
    let name = found.resource.name();
    match (&found.resource, found.ids.get(Ids::API_ID)) {
        (Resource::Api(_), Some(api_id)) => format!("{name} ({api_id})"),
        _ => name,
    }
}

/// Why an orphan is not pruned.
fn kept(found: &Found, steps: &[Step], misnamed: &[Misnamed]) -> Option<Hint> {
    let requires_it = |one: &&Misnamed| one.orphan.found.resource.requires(&found.resource, &found.ids);
    if let Some(one) = misnamed.iter().find(requires_it) {
        let resource = &one.orphan.found.resource;
        return Some(Hint::new(format!("keep it: {} `{}` depends on it", resource.kind(), resource.name())));
    }
    if let Some(step) = steps.iter().find(|step| step.resource.requires(&found.resource, &found.ids)) {
        return Some(Hint::new(format!("keep it: `{}` of the template depends on it", step.logical_id)));
    }
    found.resource.is_kept().map(Hint::new)
}
