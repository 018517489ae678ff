//! Compares a saved plan with a new plan, and describes the differences.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Planned;
use super::step::PlannedStep;
use crate::error::Result;
use crate::plan::{Action, Blocker};
use crate::resources::Change;

impl Planned {
    /// Refuses the execution unless `now` is the same plan. `blockers` are the blockers of `now`.
    ///
    /// # Errors
    /// When anything differs, with each step that differs and its differences, as far as they contain no secrets.
    pub fn is_still(&self, now: &Self, blockers: &[Blocker]) -> Result<()> {
        self.is_of_the_same(now)?;
        let differences = differences(&self.steps, &now.steps, blockers);
        if differences.is_empty() {
            return Ok(());
        }
        Err(self.refused(format!("the stack has changed after the plan\n  {}", differences.join("\n  "))))
    }

    /// Whether all its changes are done already, by any program: `now` is a new plan from the same inputs, and it
    /// changes nothing.
    pub fn is_executed(&self, now: &Self, blockers: &[Blocker]) -> bool {
        let nothing_to_do = |plan: &Self| !plan.steps.iter().any(|step| step.action.changes_something());
        let done = blockers.is_empty() && nothing_to_do(now) && !nothing_to_do(self);
        done && self.is_of_the_same(now).is_ok()
    }

    /// Refuses another account and other packages.
    fn is_of_the_same(&self, now: &Self) -> Result<()> {
        if self.account != now.account {
            return Err(self.other("account", &self.account, &now.account));
        }
        for (id, package) in &self.inputs.packages {
            let other = now.inputs.packages.get(id).filter(|other| other.sha256 != package.sha256);
            if let Some(other) = other {
                return Err(self.refused(format!(
                    "the package of `{id}` has changed after the plan: its SHA-256 is {}, and was {}",
                    other.sha256, package.sha256
                )));
            }
        }
        Ok(())
    }
}

fn differences(planned: &[PlannedStep], now: &[PlannedStep], blockers: &[Blocker]) -> Vec<String> {
    let of_now: BTreeMap<_, _> = now.iter().map(|step| (step.id.as_str(), step)).collect();
    let mut differences = Vec::new();
    for step in planned {
        let what = match of_now.get(step.id.as_str()) {
            Some(now) if *now == step => continue,
            Some(now) => difference(step, now, blockers).join("; "),
            None => format!("was to {}, and would not change now", verb(step.action)),
        };
        differences.push(format!("{}: {what}", step.id));
    }
    let new = now.iter().filter(|now| !planned.iter().any(|step| step.id == now.id));
    differences.extend(new.map(|now| format!("{}: would {} now, and was not in the plan", now.id, verb(now.action))));
    differences
}

/// The differences between two steps of one name.
fn difference(planned: &PlannedStep, now: &PlannedStep, blockers: &[Blocker]) -> Vec<String> {
    if let Some(blocker) = blockers.iter().find(|blocker| blocker.logical_id == planned.id) {
        return vec![blocker.cause.clone()];
    }
    let mut what = Vec::new();
    if planned.action != now.action {
        what.push(format!("was to {}, and would {} now", verb(planned.action), verb(now.action)));
    }
    what.extend(properties(&planned.changes, &now.changes));
    let another = |name: &&String| now.ids.contains_key(*name) && now.ids[name.as_str()] != planned.ids[name.as_str()];
    what.extend(planned.ids.keys().filter(another).map(|name| format!("its {name} has changed")));
    if what.is_empty() && planned.calls != now.calls {
        what.push(format!("its calls were {}, and would be {} now", planned.calls.join(", "), now.calls.join(", ")));
    }
    if what.is_empty() {
        what.push("its calls would send other values now".to_owned());
    }
    what
}

/// The properties that change differently from the plan, or only in one of the two plans.
fn properties(planned: &[Change], now: &[Change]) -> Vec<String> {
    let find = |changes: &[Change], name: &str| changes.iter().find(|change| change.property == name).cloned();
    let equal_now = planned.iter().filter(|change| find(now, &change.property).is_none());
    let equal_now = equal_now.map(|change| format!("{} does not differ from the template any more", change.property));
    let others = now.iter().filter_map(|change| match find(planned, &change.property) {
        None => Some(format!("{} differs from the template now", change.property)),
        Some(planned) if planned != *change => Some(another(&planned, change)),
        Some(_) => None,
    });
    equal_now.chain(others).collect()
}

/// A property with another value on AWS than at planning time; with both values if they are short.
fn another(planned: &Change, now: &Change) -> String {
    let short = |value: &Option<Value>| {
        value.as_ref().filter(|one| one.is_number() || one.is_boolean() || one.is_string()).map(Value::to_string)
    };
    match (short(&planned.old), short(&now.old)) {
        (Some(old), Some(new)) if old != new => format!("{} is {new} now, and was {old}", now.property),
        _ => format!("{} has changed", now.property),
    }
}

/// The action as a verb after `was to …`.
fn verb(action: Action) -> &'static str {
    match action {
        Action::Keep => "stay as it is",
        Action::Create => "be created",
        Action::Update => "be changed",
        Action::Adopt => "be adopted",
        Action::Replace => "be replaced",
        Action::Delete => "be deleted",
        Action::Leave => "be skipped",
    }
}
