//! A change set as text, in the format of a plan.

use std::fmt::Write as _;

use super::json::Proposed;
use super::plan_text::notes as note_lines;
use super::transition_text::tested_text;
use super::value_text::{change_lines, readable};
use crate::cloudformation::{Action, ChangeSet, PropertyChange, Row};
use crate::printable::line;
use crate::style::{added, changed, removed, strong};

/// The whole change set: a line for each resource that changes, its properties below it, and a summary line.
pub fn change_set_text(set: &ChangeSet) -> String {
    let ChangeSet { stack, region, account, steps, notes, .. } = set;
    let kinds = steps.iter().map(|row| line(&row.kind).len()).max().unwrap_or_default();
    let ids = steps.iter().map(|row| line(&row.logical_id).len()).max().unwrap_or_default();
    let mut text =
        format!("stack {} in {}, account {}, by CloudFormation\n\n", strong(line(stack)), line(region), line(account));
    for row in steps {
        let Row { logical_id, kind, name, action, changes } = row;
        let (symbol, remark) = words(*action);
        let (kind, logical_id) = (line(kind), line(logical_id));
        let content = format!("  {symbol} {kind:<kinds$}  {logical_id:<ids$}  {}", readable(name));
        let content = format!("{}{remark}", content.trim_end());
        let content = match symbol {
            '+' => added(content),
            _ if matches!(action, Action::Replace | Action::Delete) => removed(content),
            _ => changed(content),
        };
        let _ = writeln!(text, "{content}");
        let width = changes.iter().map(|one| line(&one.change.property).len()).max().unwrap_or_default();
        for content in changes.iter().flat_map(|one| property_lines(one, width)) {
            let _ = writeln!(text, "      {content}");
        }
    }
    text.push_str(&note_lines(notes));
    let gap = if steps.is_empty() { "" } else { "\n" };
    let _ = writeln!(text, "{gap}{}", count(set));
    text
}

/// A change set with the smoke tests that are sent afterwards.
pub fn proposed_text(Proposed { set, smoke_tests }: &Proposed<'_>) -> String {
    [change_set_text(set), tested_text(smoke_tests)].concat()
}

/// The symbol of an action, and an additional note.
fn words(action: Action) -> (char, &'static str) {
    match action {
        Action::Create => ('+', ""),
        Action::Import => ('+', "  (import: exists already)"),
        Action::Update => ('~', ""),
        Action::MayReplace => ('~', "  (may be replaced: CloudFormation decides this during the update)"),
        Action::Replace => ('~', "  (replace: cannot be updated in place)"),
        Action::Succeed => ('~', "  (replace: the old one is kept)"),
        Action::Delete => ('-', ""),
        Action::Retain => ('-', "  (removed from the stack, kept)"),
    }
}

fn property_lines(one: &PropertyChange, width: usize) -> Vec<String> {
    let PropertyChange { change, because } = one;
    if change.old.is_some() || change.new.is_some() {
        return change_lines(change, width);
    }
    let because = because.as_ref().map(|because| format!("  because of {}", line(because))).unwrap_or_default();
    vec![format!("{:<width$}{because}", line(&change.property)).trim_end().to_owned()]
}

fn count(set: &ChangeSet) -> String {
    if set.steps.is_empty() {
        return "nothing to do".to_owned();
    }
    let of = |actions: &[Action]| set.steps.iter().filter(|row| actions.contains(&row.action)).count();
    let counts = [
        (of(&[Action::Create]), "to create"),
        (of(&[Action::Import]), "to import"),
        (of(&[Action::Update, Action::MayReplace]), "to change"),
        (of(&[Action::Replace, Action::Succeed]), "to replace"),
        (of(&[Action::Delete]), "to delete"),
        (of(&[Action::Retain]), "to remove from the stack"),
    ];
    let parts: Vec<_> = counts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Note;

    fn row(logical_id: &str, kind: &str, name: &str, action: Action, changes: Vec<PropertyChange>) -> Row {
        Row { logical_id: logical_id.to_owned(), kind: kind.to_owned(), name: name.to_owned(), action, changes }
    }

    fn read(steps: Vec<Row>, notes: &[Note]) -> String {
        let (account, region) = ("123456789012".to_owned(), "us-east-1".to_owned());
        let set = ChangeSet {
            engine: "",
            stack: "chat".to_owned(),
            account,
            region,
            steps,
            notes: notes.to_vec(),
            id: String::new(),
        };
        anstream::adapter::strip_str(&change_set_text(&set)).to_string()
    }

    #[test]
    fn a_change_set_reads_like_a_plan() {
        let memory = PropertyChange::new("/Properties/MemorySize", Some("512"), Some("1024"), None);
        let timeout = PropertyChange::new("Timeout", None, None, Some("Timeout".to_owned()));
        let rows = vec![
            row("Logs", "AWS::Logs::LogGroup", "", Action::Create, Vec::new()),
            row("Function", "AWS::Lambda::Function", "chat", Action::Update, vec![memory, timeout]),
            row("Version", "AWS::Lambda::Version", "arn:…:chat:1", Action::Succeed, Vec::new()),
            row("Alias", "AWS::Lambda::Alias", "arn:…:chat:live", Action::MayReplace, Vec::new()),
            row("Role", "AWS::IAM::Role", "role", Action::Replace, Vec::new()),
            row("Table", "AWS::DynamoDB::Table", "films", Action::Retain, Vec::new()),
        ];
        insta::assert_snapshot!(read(rows, &[]), @r#"
        stack chat in us-east-1, account 123456789012, by CloudFormation

          + AWS::Logs::LogGroup    Logs
          ~ AWS::Lambda::Function  Function  chat
              MemorySize  512 → 1024
              Timeout     because of Timeout
          ~ AWS::Lambda::Version   Version   arn:…:chat:1  (replace: the old one is kept)
          ~ AWS::Lambda::Alias     Alias     arn:…:chat:live  (may be replaced: CloudFormation decides this during the update)
          ~ AWS::IAM::Role         Role      role  (replace: cannot be updated in place)
          - AWS::DynamoDB::Table   Table     films  (removed from the stack, kept)

        1 to create, 2 to change, 2 to replace, 1 to remove from the stack
        "#);
    }

    #[test]
    fn notes_about_the_template_are_below_the_rows() {
        let note = Note { logical_id: None, text: "t.yaml:3: a note".to_owned(), hint: Some("write it so".into()) };
        let rows = vec![row("Logs", "AWS::Logs::LogGroup", "", Action::Create, Vec::new())];
        insta::assert_snapshot!(read(rows, &[note]), @r#"
        stack chat in us-east-1, account 123456789012, by CloudFormation

          + AWS::Logs::LogGroup  Logs

          note: t.yaml:3: a note
                write it so

        1 to create
        "#);
    }

    #[test]
    fn an_empty_change_set_has_nothing_to_do() {
        insta::assert_snapshot!(read(Vec::new(), &[]), @r#"
        stack chat in us-east-1, account 123456789012, by CloudFormation

        nothing to do
        "#);
    }
}
