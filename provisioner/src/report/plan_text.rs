//! A plan as text.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::transition_text::planned_text;
use super::value_text::{change_lines, readable};
use crate::hint::Hint;
use crate::plan::{Action, Blocker, Note, Plan, Step};
use crate::printable::line;
use crate::resources::Change;
use crate::style::{added, changed, dim, removed, strong};

/// The whole plan: a line for each resource, its changing properties below it, and a summary line.
pub fn plan_text(plan: &Plan) -> String {
    let Plan { stack, region, account, .. } = plan;
    let mut text = format!("stack {} in {}, account {}\n\n", strong(line(stack)), line(region), line(account));
    let is_blocked = |step: &Step| plan.blockers.iter().any(|blocker| blocker.logical_id == step.id);
    let row = |step| Row { is_blocked: is_blocked(step), ..Row::from(step) };
    text.push_str(&rows(&plan.steps.iter().map(row).collect::<Vec<_>>()));
    // A blocked plan is not executed: no traffic moves, and no test is sent.
    if plan.blockers.is_empty() {
        text.push_str(&planned_text(&plan.transitions, &plan.smoke_tests));
    }
    text.push_str(&notes(&plan.notes));
    let gap = if plan.steps.is_empty() { "" } else { "\n" };
    let _ = writeln!(text, "{gap}{}", count(plan));
    text
}

/// The losses that require consent, if the plan removes something, and how to consent without a terminal.
pub fn consent(plan: &Plan) -> Option<String> {
    let losses = plan.losses();
    (!losses.is_empty() && plan.blockers.is_empty()).then(|| {
        let what = readable(&losses.join(", "));
        format!("deletes or replaces {what}: without a terminal, `deploy` needs `--yes`")
    })
}

/// The text about one resource. All its parts are printable.
pub(super) struct Row<'a> {
    pub(super) kind: Cow<'a, str>,
    pub(super) logical_id: Cow<'a, str>,
    pub(super) name: String,
    pub(super) through_cloud_control: bool,
    pub(super) action: Action,
    pub(super) is_blocked: bool,
    pub(super) changes: &'a [Change],
    pub(super) reason: Option<String>,
}

impl<'a> From<&'a Step> for Row<'a> {
    fn from(step: &'a Step) -> Self {
        Self {
            kind: line(&step.kind),
            logical_id: line(&step.logical_id),
            name: readable(&step.name),
            through_cloud_control: step.through.is_some(),
            action: step.action,
            is_blocked: false,
            changes: &step.changes,
            reason: step.reason.as_deref().map(readable),
        }
    }
}

/// A line for each resource, with its changing properties below it.
pub(super) fn rows(rows: &[Row<'_>]) -> String {
    let kinds = rows.iter().map(|row| row.kind.len()).max().unwrap_or_default();
    let ids = rows.iter().map(|row| row.logical_id.len()).max().unwrap_or_default();
    let mut text = String::new();
    for row in rows {
        let content = format!("{:<kinds$}  {:<ids$}  {}", row.kind, row.logical_id, row.name);
        let content = format!("  {} {content}{}", symbol(row), remark(row));
        let content = match row.action {
            _ if row.is_blocked => removed(content),
            Action::Create => added(content),
            Action::Update | Action::Adopt => changed(content),
            Action::Replace | Action::Delete => removed(content),
            Action::Keep | Action::Leave => dim(content),
        };
        let _ = writeln!(text, "{content}");
        if row.action != Action::Leave {
            text.push_str(&changes(row));
        }
    }
    text
}

/// The reasons why a plan cannot be executed, each with a hint.
pub fn blockers_text(blockers: &[Blocker]) -> String {
    let mut text = String::new();
    let mut hints: Vec<&Hint> = Vec::new();
    for blocker in blockers {
        let _ = writeln!(text, "  {}: {}", line(&blocker.logical_id), readable(&blocker.cause));
        if !hints.contains(&&blocker.hint) {
            hints.push(&blocker.hint);
        }
    }
    for hint in hints {
        let _ = write!(text, "\nhint: {}", readable(&hint.to_string()));
    }
    text
}

/// The notes, each with its hint.
pub(super) fn notes(notes: &[Note]) -> String {
    notes.iter().map(|note| format!("\n{}\n", note_text(note))).collect()
}

/// A note with its hint.
pub fn note_text(Note { logical_id, text, hint }: &Note) -> String {
    let about = logical_id.as_ref().map(|id| format!("{}: ", line(id))).unwrap_or_default();
    let hint = hint.as_ref().map(|hint| format!("\n        {}", dim(readable(&hint.to_string())))).unwrap_or_default();
    format!("  {} {about}{}{hint}", changed("note:"), readable(text))
}

fn changes(row: &Row<'_>) -> String {
    let width = row.changes.iter().map(|change| line(&change.property).len()).max().unwrap_or_default();
    let content = row.changes.iter().flat_map(|change| change_lines(change, width));
    content.map(|content| format!("      {content}\n")).collect()
}

fn symbol(row: &Row<'_>) -> char {
    match row.action {
        _ if row.is_blocked => '!',
        Action::Create => '+',
        Action::Update | Action::Adopt | Action::Replace => '~',
        Action::Delete => '-',
        Action::Keep => '=',
        Action::Leave => '.',
    }
}

fn remark(row: &Row<'_>) -> String {
    let through = if row.through_cloud_control { "  (through Cloud Control)" } else { "" };
    format!("{through}{}", why(row))
}

fn why(row: &Row<'_>) -> String {
    match (&row.reason, row.action) {
        _ if row.is_blocked => "  (blocked)".to_owned(),
        (Some(reason), Action::Leave) => format!("  (skipped: {reason})"),
        (Some(reason), _) => format!("  ({reason})"),
        (None, Action::Adopt) => "  (adopt)".to_owned(),
        (None, Action::Replace) => "  (replace: cannot be updated in place)".to_owned(),
        (None, Action::Keep | Action::Create | Action::Update | Action::Delete | Action::Leave) => String::new(),
    }
}

fn count(plan: &Plan) -> String {
    if !plan.blockers.is_empty() {
        return "nothing is executed: see the error".to_owned();
    }
    if plan.is_empty() {
        let skipped = plan.steps.iter().filter(|step| step.action == Action::Leave).count();
        return if skipped == 0 { "nothing to do".to_owned() } else { format!("nothing to do, {skipped} skipped") };
    }
    let of = |actions: &[Action]| plan.steps.iter().filter(|step| actions.contains(&step.action)).count();
    let counts = [
        (of(&[Action::Create]), "to create"),
        (of(&[Action::Update]), "to change"),
        (of(&[Action::Adopt]), "to adopt"),
        (of(&[Action::Replace]), "to replace"),
        (of(&[Action::Delete]), "to delete"),
        (of(&[Action::Keep]), "unchanged"),
        (of(&[Action::Leave]), "skipped"),
    ];
    let parts: Vec<_> = counts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    parts.join(", ")
}

#[cfg(test)]
mod tests;
