//! A plan as people read it.

use std::fmt::Write as _;

use super::style::{added, changed, dim, removed, strong};
use super::value_text::{change_lines, readable};
use crate::plan::{Action, Note, Plan, Step};

/// The whole plan: a line for each resource, the properties that change below it, and a line that counts.
#[must_use]
pub fn plan_text(plan: &Plan) -> String {
    let kinds = plan.steps.iter().map(|step| step.kind.len()).max().unwrap_or_default();
    let ids = plan.steps.iter().map(|step| step.logical_id.len()).max().unwrap_or_default();
    let mut text = format!("stack {} in {}, account {}\n\n", strong(&plan.stack), plan.region, plan.account);
    for step in &plan.steps {
        let line = format!("{:<kinds$}  {:<ids$}  {}", step.kind, step.logical_id, readable(&step.name));
        let line = format!("  {} {line}{}", symbol(step.action), remark(step));
        let line = match step.action {
            Action::Create => added(line),
            Action::Update | Action::Adopt => changed(line),
            Action::Replace | Action::Delete => removed(line),
            Action::Keep | Action::Leave => dim(line),
        };
        let _ = writeln!(text, "{line}");
        if step.action != Action::Leave {
            text.push_str(&changes(step));
        }
    }
    text.push_str(&notes(plan));
    let gap = if plan.steps.is_empty() { "" } else { "\n" };
    let _ = writeln!(text, "{gap}{}", count(plan));
    text
}

/// Why a plan cannot be executed, each reason with what to do.
#[must_use]
pub fn blockers_text(plan: &Plan) -> String {
    let mut text = String::new();
    let mut hints: Vec<&str> = Vec::new();
    for blocker in &plan.blockers {
        let _ = writeln!(text, "  {}: {}", blocker.logical_id, readable(&blocker.cause));
        if !hints.contains(&blocker.hint.as_str()) {
            hints.push(&blocker.hint);
        }
    }
    for hint in hints {
        let _ = write!(text, "\nhint: {hint}");
    }
    text
}

/// What to know, each with what to do about it.
fn notes(plan: &Plan) -> String {
    let mut text = String::new();
    for Note { logical_id, text: what, hint } in &plan.notes {
        let about = logical_id.as_ref().map(|id| format!("{id}: ")).unwrap_or_default();
        let _ = write!(text, "\n  {} {about}{}\n", changed("note:"), readable(what));
        if let Some(hint) = hint {
            let _ = writeln!(text, "        {}", dim(readable(hint)));
        }
    }
    text
}

fn changes(step: &Step) -> String {
    let width = step.changes.iter().map(|change| change.property.len()).max().unwrap_or_default();
    let lines = step.changes.iter().flat_map(|change| change_lines(change, width));
    lines.map(|line| format!("      {line}\n")).collect()
}

fn symbol(action: Action) -> char {
    match action {
        Action::Create => '+',
        Action::Update | Action::Adopt | Action::Replace => '~',
        Action::Delete => '-',
        Action::Keep | Action::Leave => '=',
    }
}

fn remark(step: &Step) -> String {
    let through = if step.through.is_some() { "  (through Cloud Control)" } else { "" };
    format!("{through}{}", why(step))
}

fn why(step: &Step) -> String {
    match (&step.reason, step.action) {
        (Some(reason), Action::Leave) => format!("  (left: {reason})"),
        (Some(reason), _) => format!("  ({reason})"),
        (None, Action::Adopt) => "  (adopted)".to_owned(),
        (None, Action::Replace) => "  (made anew: AWS cannot change it in place)".to_owned(),
        (None, Action::Keep | Action::Create | Action::Update | Action::Delete | Action::Leave) => String::new(),
    }
}

fn count(plan: &Plan) -> String {
    if plan.is_empty() {
        return "nothing to do".to_owned();
    }
    let of = |actions: &[Action]| plan.steps.iter().filter(|step| actions.contains(&step.action)).count();
    let counts = [
        (of(&[Action::Create]), "to create"),
        (of(&[Action::Update]), "to change"),
        (of(&[Action::Adopt]), "to adopt"),
        (of(&[Action::Replace]), "to replace"),
        (of(&[Action::Delete]), "to delete"),
        (of(&[Action::Keep, Action::Leave]), "unchanged"),
    ];
    let told: Vec<_> = counts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    told.join(", ")
}

#[cfg(test)]
mod tests;
