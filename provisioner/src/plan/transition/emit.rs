//! The steps of the transitions. Nothing is decided here.

use std::collections::BTreeSet;

use super::super::{Action, REVISION, Step, Undo};
use super::canary::{Canary, Sharing};
use super::pin::Pin;
use super::publication::Publication;
use super::retirement::Retirement;
use super::revocation::Revocation;
use super::{Transition, Transitions, alias_of};
use crate::resources::alias::{self, Alias, RoutingConfig};
use crate::resources::served::after_leaving;
use crate::resources::version::{self, LATEST_REVISION, PUBLISHED_ARN, PUBLISHED_VERSION};
use crate::resources::watch::Watch;
use crate::resources::{Batches, Call, Changed, Ids, function};
use crate::template::Reference;

impl Transitions {
    /// The steps of the differences as the transitions need them, with the steps that pin serving code.
    pub(in crate::plan) fn emit(&self, differences: Vec<Step>) -> Vec<Step> {
        let pins: Vec<(&str, Step)> = self.each.iter().filter_map(|one| one.pin_for(&differences)).collect();
        let mut steps = Vec::new();
        for mut step in differences {
            steps.extend(pins.iter().filter(|(function, _)| *function == step.id).map(|(_, pin)| pin.clone()));
            self.each.iter().for_each(|one| one.change(&mut step));
            self.publications.iter().for_each(|one| one.change(&mut step));
            self.retirements.iter().for_each(|one| one.change(&mut step));
            self.revocations.iter().for_each(|one| one.change(&mut step));
            step.name_calls();
            steps.push(step);
        }
        steps
    }
}

impl Transition {
    /// The step that points the alias to the serving code, and the function whose step depends on it.
    fn pin_for(&self, differences: &[Step]) -> Option<(&str, Step)> {
        let find = |id: &str| differences.iter().find(|step| step.id == id);
        let (id, function) = (self.pin_step()?, find(self.function.as_ref()?)?);
        let alias_step = find(&self.logical_id)?;
        let alias = alias_of(alias_step)?;
        let publish = Call::Version(version::Call::PublishVersion {
            function_name: alias.function_name.clone(),
            description: "serving version before the first deploy of the stack".to_owned(),
            package: String::new(),
            revision: function.ids.get(REVISION).cloned().unwrap_or_default(),
        });
        let publish = (self.pin == Some(Pin::Publish)).then(|| vec![publish]);
        let mut pinned = alias.clone();
        pinned.function_version = self.serving.clone()?;
        pinned.routing_config = RoutingConfig::default();
        let exists = alias_step.action != Action::Create;
        let number = match &self.pin {
            Some(Pin::Version(number)) => format!(" ({number})"),
            Some(Pin::Publish | Pin::InPlace) | None => String::new(),
        };
        let point = vec![Call::Alias(if exists { pinned.update_call() } else { pinned.create_call() })];
        let mut step = Step {
            id,
            action: if exists { Action::Update } else { Action::Create },
            name: format!("{}, for the serving version{number}", alias_step.name),
            changes: Vec::new(),
            needs: BTreeSet::new(),
            batches: publish.into_iter().chain([point]).collect(),
            cleanup: Batches::new(),
            ids: if exists { alias_step.ids.clone() } else { Ids::new() },
            ..alias_step.clone()
        };
        step.name_calls();
        Some((self.function.as_deref()?, step))
    }

    fn change(&self, step: &mut Step) {
        self.change_caller(step);
        if self.function.as_ref() == Some(&step.id) {
            self.change_function(step);
        }
        if self.logical_id == step.id && alias_of(step).is_some() {
            self.change_alias(step);
        }
    }

    /// Points a caller to the alias before the function changes, or after the alias has moved.
    fn change_caller(&self, step: &mut Step) {
        if self.callers.last.contains(&step.id) {
            step.needs.insert(self.logical_id.clone());
        }
        let Some(caller) = self.callers.first.iter().find(|one| one.step == step.id) else { return };
        if let Some(target) = &caller.target {
            let is_all = step.resource.changes_from(target).is_empty();
            let rest = std::mem::take(&mut step.batches);
            step.batches = target.update(target, &step.ids, &Changed::default());
            if !is_all {
                step.cleanup = [rest, std::mem::take(&mut step.cleanup)].concat();
            }
            step.until_in_force();
        }
        step.needs.remove(&self.logical_id);
        if let Some(function) = &self.function {
            step.needs.remove(function); // the function exists
        }
        step.needs.extend(self.pin_step().filter(|_| caller.uses_alias));
    }

    /// Lets the function change only after callers are on the alias.
    fn change_function(&self, step: &mut Step) {
        step.needs.extend(self.caller_moves.iter().cloned());
        step.needs.extend(self.pin_step());
        if self.pin == Some(Pin::Publish) {
            // The first update uses the revision after publishing, not the observed one.
            let published = Reference::new(&self.logical_id, LATEST_REVISION);
            for call in step.batches.first_mut().into_iter().flatten() {
                if let Call::Function(
                    function::Call::UpdateFunctionCode { revision, .. }
                    | function::Call::UpdateFunctionConfiguration { revision, .. },
                ) = call
                {
                    *revision = published.to_string();
                }
            }
        }
    }

    /// Moves the alias from the serving version: at once, or with a share of the calls first.
    fn change_alias(&self, step: &mut Step) {
        let Some(alias) = alias_of(step).cloned() else { return };
        if let (Some(pin), Some(serving)) = (&self.pin, &self.serving) {
            let mut moved = alias.clone();
            if *pin != Pin::InPlace {
                moved.before = after_leaving(serving, &alias.before, "");
            }
            // The revision is read again, because adding the permission has changed it.
            let batches = [moved.smoke_test_calls(), vec![moved.still_at(serving)], vec![moved.update_call()]];
            step.batches = batches.map(|batch| batch.into_iter().map(Call::Alias).collect()).to_vec();
        }
        if let Some(pin) = self.pin_step() {
            step.needs.insert(pin);
            if matches!(step.action, Action::Create | Action::Keep) {
                step.action = Action::Update;
            }
        }
        if let (Sharing::First(canary, has_share), Some(serving)) = (&self.sharing, &self.serving) {
            share_first(step, &alias, serving, *canary, *has_share);
        }
    }
}

/// Replaces the last batch, which moves the alias, by the share, the watch, and the move.
fn share_first(step: &mut Step, alias: &Alias, serving: &str, canary: Canary, has_share: bool) {
    let Some(moved) = step.batches.pop() else { return };
    let Canary { bake_seconds, .. } = canary;
    let watch = |seconds| {
        let alias::Properties { function_name, name, function_version, .. } = alias.properties.clone();
        let other_version = serving.to_owned();
        let revision = if seconds == 0 { String::new() } else { Reference::own(REVISION).to_string() };
        let watch = Watch { function_name, alias: name, version: function_version, other_version, seconds, revision };
        Call::Alias(alias::Call::GetMetricData(watch))
    };
    // A watch of zero seconds checks that the metrics can be read before the first caller gets the version.
    if let Some(checks) = step.batches.first_mut() {
        checks.push(watch(0));
    }
    if !has_share {
        let shared = RoutingConfig::share(&alias.function_version, canary.share());
        step.batches.push(vec![Call::Alias(alias.point_to(serving, &shared))]);
    }
    step.batches.push(vec![watch(bake_seconds)]);
    let back = Call::Alias(alias.point_to(serving, &RoutingConfig::default()));
    step.undo = Some(Undo { batch: step.batches.len() - 1, calls: vec![vec![back]] });
    step.batches.push(moved);
    step.canary = Some(canary);
}

impl Publication {
    fn change(&self, step: &mut Step) {
        if step.id == self.function {
            let (batch, index) = self.call;
            if let Some(Call::Function(
                function::Call::CreateFunction { publish, .. } | function::Call::UpdateFunctionCode { publish, .. },
            )) = step.batches.get_mut(batch).and_then(|calls| calls.get_mut(index))
            {
                *publish = true;
            }
        }
        if step.id == self.version {
            let answer = |attribute| Reference::new(&self.function, attribute).to_string();
            let arn = answer(PUBLISHED_ARN);
            let of = [(Ids::REF, arn.clone()), ("FunctionArn", arn), (Ids::VERSION, answer(PUBLISHED_VERSION))];
            step.ids = Ids::from(of);
            step.batches = Batches::new();
            step.reason = Some("published with the code".to_owned());
        }
    }
}

impl Retirement {
    fn change(&self, step: &mut Step) {
        if self.version != step.id {
            return;
        }
        let delete = |number: &u64| {
            let function_name = self.function_name.clone();
            Call::Version(version::Call::DeleteFunction { function_name, version: *number })
        };
        step.cleanup.push(self.old.iter().map(delete).collect());
        if step.action == Action::Keep {
            step.action = Action::Update;
        }
        let (numbers, keep): (Vec<_>, _) = (self.old.iter().map(u64::to_string).collect(), self.keep);
        let plural = if numbers.len() == 1 { "" } else { "s" };
        let kept = if keep == 1 { "is" } else { "are" };
        step.reason = Some(format!("deletes version{plural} {}: {keep} {kept} kept", numbers.join(", ")));
    }
}

impl Revocation {
    fn change(&self, step: &mut Step) {
        if self.step != step.id {
            return;
        }
        step.batches.clone_from(&self.first);
        let last = if self.last.is_empty() { Batches::new() } else { vec![self.last.clone()] };
        step.cleanup = [last, std::mem::take(&mut step.cleanup)].concat();
    }
}
