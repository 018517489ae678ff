//! Published versions that are no longer needed.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Action, Step};
use super::{Transition, alias_of};
use crate::releases::{AliasState, Releases};
use crate::resources::alias::Alias;
use crate::resources::{Resource, served};

/// The versions of a function that are deleted after everything else is done and callers have been moved.
#[derive(Debug)]
pub(super) struct Retirement {
    /// The version's step.
    pub(super) version: String,
    /// The function's name.
    pub(super) function_name: String,
    /// The numbers, oldest first.
    pub(super) old: BTreeSet<u64>,
    /// How many versions are kept.
    pub(super) keep: usize,
}

/// The aliases that move, as they are afterwards, by function and name. A version that is not published yet is not a
/// number in them.
type Moved<'a> = BTreeMap<(&'a str, &'a str), &'a Alias>;

/// For each published version, the oldest other versions beyond `keep`.
///
/// It never deletes a version that an alias uses afterwards, a rollback target, or a version that existed before the
/// stack published any. It deletes nothing in a run that adopts a resource or pins serving code: a version that another
/// tool published is the rollback target of that tool.
pub(super) fn decide(
    differences: &[Step],
    releases: &BTreeMap<String, Releases>,
    keep: usize,
    transitions: &[Transition],
) -> Vec<Retirement> {
    let adopts = differences.iter().any(|step| step.action == Action::Adopt);
    if adopts || transitions.iter().any(|one| one.pin_step().is_some()) {
        return Vec::new();
    }
    let stays = |step: &Step| transitions.iter().any(|one| one.logical_id == step.id && one.cannot_share());
    let moving = differences.iter().filter(|step| step.action.changes_something() && !stays(step));
    let moved: Moved =
        moving.filter_map(alias_of).map(|alias| ((alias.function_name.as_str(), alias.name.as_str()), alias)).collect();
    let retirement = |step: &Step| {
        let Resource::Version(version) = &step.resource else { return None };
        let releases = releases.get(&version.function_name)?;
        let one_more = match step.action {
            Action::Keep => false,
            Action::Create => true,
            Action::Update | Action::Adopt | Action::Replace | Action::Delete | Action::Leave => return None,
        };
        let old = beyond(releases, &moved, keep, one_more);
        let function_name = version.function_name.clone();
        (!old.is_empty()).then(|| Retirement { version: step.id.clone(), function_name, old, keep })
    };
    differences.iter().filter_map(retirement).collect()
}

/// The versions to delete, oldest first.
///
/// A rollback target that no alias uses any more is kept in preference to newer versions that may never have served;
/// with `keep` = 1 there is no rollback target.
fn beyond(releases: &Releases, moved: &Moved, keep: usize, one_more: bool) -> BTreeSet<u64> {
    let moved = |now: &AliasState| moved.get(&(releases.function_name.as_str(), now.name.as_str())).copied();
    let is_used = |number: &u64| {
        let number = number.to_string();
        releases.aliases.iter().any(|now| match moved(now) {
            Some(then) => then.function_version == number,
            None => now.includes(&number),
        })
    };
    let rollback_target = |now: &AliasState| {
        let before = moved(now).map_or_else(|| now.before(), |then| then.before.clone());
        before.first()?.parse().ok().filter(|number| releases.has(*number) && !is_used(number))
    };
    let not_ours = releases.aliases.iter().filter_map(|alias| served::since(&alias.description)).max();
    let is_ours = |number: &u64| not_ours.is_none_or(|since| *number > since);
    let targets: BTreeSet<u64> = releases.aliases.iter().filter_map(rollback_target).filter(is_ours).collect();
    let places = keep.saturating_sub(usize::from(one_more));
    let mut kept: BTreeSet<u64> = targets.into_iter().rev().take(places.min(keep.saturating_sub(1))).collect();
    let mut old = BTreeSet::new();
    for number in releases.versions.iter().rev().map(|version| version.number).filter(is_ours) {
        if kept.len() < places {
            kept.insert(number);
        }
        if !kept.contains(&number) && !is_used(&number) {
            old.insert(number);
        }
    }
    old
}
