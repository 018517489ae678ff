//! Published versions that are no longer needed.

use std::collections::{BTreeMap, BTreeSet};

use super::{Action, Step};
use crate::releases::{Led, Releases};
use crate::resources::alias::Alias;
use crate::resources::{Call, Resource, served, version};

/// Makes the step of each published version delete the oldest other versions beyond `keep`, after everything else is
/// done and callers have been moved.
///
/// It never deletes a version that an alias uses afterwards, a rollback target, or a version that existed before the
/// stack published any. It deletes nothing in a run that adopts a resource or holds serving code: a version that
/// another tool published is the rollback target of that tool.
pub(super) fn retire_versions(steps: &mut [Step], releases: &BTreeMap<String, Releases>, keep: usize) {
    if steps.iter().any(|step| step.action == Action::Adopt || step.id != step.logical_id) {
        return;
    }
    let moved: BTreeMap<(String, String), Alias> = steps.iter().filter_map(led_anew).collect();
    for step in steps.iter_mut() {
        let Resource::Version(version) = &step.resource else { continue };
        let Some(releases) = releases.get(&version.function_name) else { continue };
        if !matches!(step.action, Action::Keep | Action::Create) {
            continue;
        }
        let old = beyond(releases, &moved, keep, step.action == Action::Create);
        if old.is_empty() {
            continue;
        }
        let delete = |number: &u64| {
            let function_name = version.function_name.clone();
            Call::Version(version::Call::DeleteFunction { function_name, version: *number })
        };
        step.cleanup.push(old.iter().map(delete).collect());
        if step.action == Action::Keep {
            step.action = Action::Update;
        }
        let numbers: Vec<_> = old.iter().map(u64::to_string).collect();
        let plural = if numbers.len() == 1 { "" } else { "s" };
        let kept = if keep == 1 { "is" } else { "are" };
        step.reason = Some(format!("deletes version{plural} {}: {keep} {kept} kept", numbers.join(", ")));
        step.name_calls();
    }
}

/// The versions to delete, oldest first.
///
/// A rollback target that no alias uses any more is kept in preference to newer versions that may never have served;
/// with `keep` = 1 there is no rollback target.
fn beyond(
    releases: &Releases,
    moved: &BTreeMap<(String, String), Alias>,
    keep: usize,
    one_more: bool,
) -> BTreeSet<u64> {
    let moved = |now: &Led| moved.get(&(releases.function_name.clone(), now.name.clone()));
    let held = |number: &u64| {
        let number = number.to_string();
        releases.aliases.iter().any(|now| match moved(now) {
            Some(then) => then.function_version == number,
            None => now.holds(&number),
        })
    };
    let way_back = |now: &Led| {
        let before = moved(now).map_or_else(|| now.before(), |then| then.before.clone());
        before.first()?.parse().ok().filter(|number| releases.has(*number) && !held(number))
    };
    let not_ours = releases.aliases.iter().filter_map(|led| served::since(&led.description)).max();
    let is_ours = |number: &u64| not_ours.is_none_or(|since| *number > since);
    let ways_back: BTreeSet<u64> = releases.aliases.iter().filter_map(way_back).filter(is_ours).collect();
    let places = keep.saturating_sub(usize::from(one_more));
    let mut kept: BTreeSet<u64> = ways_back.into_iter().rev().take(places.min(keep.saturating_sub(1))).collect();
    let mut old = BTreeSet::new();
    for number in releases.versions.iter().rev().map(|version| version.number).filter(is_ours) {
        if kept.len() < places {
            kept.insert(number);
        }
        if !kept.contains(&number) && !held(&number) {
            old.insert(number);
        }
    }
    old
}

/// The alias that a step moves, as it is afterwards; a version that is not published yet is not a number here.
fn led_anew(step: &Step) -> Option<((String, String), Alias)> {
    let Resource::Alias(alias) = &step.resource else { return None };
    let moves = step.action.changes_something();
    moves.then(|| ((alias.function_name.clone(), alias.name.clone()), alias.clone()))
}
