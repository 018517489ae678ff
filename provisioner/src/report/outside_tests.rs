//! Text from AWS and from templates is printed as plain text, wherever it is in a report.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;

use super::{blockers_text, change_set_text, consent, note_text, plan_text, status_text};
use crate::cloudformation::{Action, ChangeSet, PropertyChange, Row};
use crate::plan::tests::judge::existing;
use crate::plan::tests::planned;
use crate::plan::tests::spec::Spec;
use crate::plan::{Blocker, Note, Options, Plan};
use crate::printable::{line, lines, styled};
use crate::resources::Change;
use crate::status::tests::{status_of, with_canary};

/// A text that contains terminal control sequences and starts a new line.
fn nasty() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        any::<char>().prop_map(String::from),
        prop::char::range('\0', '\u{9f}').prop_map(String::from),
        Just("\u{1b}[31m".to_owned()),
        Just("\u{1b}]0;title\u{7}".to_owned()),
        Just("\u{202e}\u{2066}\u{feff}".to_owned()),
    ];
    prop::collection::vec(part, 0..12).prop_map(|parts| format!("{}\nFORGED", parts.concat()))
}

/// Checks that only text remains: the final filter, which accepts our styles only, changes nothing.
fn is_clean(text: &str) -> Result<(), TestCaseError> {
    let bare = anstream::adapter::strip_str(text).to_string();
    prop_assert_eq!(&lines(&bare), &bare);
    prop_assert_eq!(&styled(text), text);
    prop_assert!(!text.contains("\u{1b}[31mx"), "a style from outside: {text:?}");
    prop_assert!(!bare.lines().any(|line| line.starts_with("FORGED")), "{bare}");
    Ok(())
}

fn plan_with(text: &str) -> Plan {
    let mut plan = planned(&Spec::plain().desired(), &existing(&Spec::plain(), false), Options::default());
    let changes = [json!(text), json!({ text: [text, 1] }), json!(null)].map(|value| Change {
        property: text.to_owned(),
        old: Some(json!({"long": "x".repeat(120), "same": text})),
        new: Some(value),
    });
    plan.stack = text.to_owned();
    plan.account = text.to_owned();
    plan.region = text.to_owned();
    for step in &mut plan.steps {
        step.logical_id = text.to_owned();
        step.name = text.to_owned();
        step.kind = text.to_owned();
        step.reason = Some(text.to_owned());
        step.changes = changes.to_vec();
    }
    plan.notes = vec![Note { logical_id: Some(text.to_owned()), text: text.to_owned(), hint: Some(text.into()) }];
    plan
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nothing_from_outside_reaches_a_terminal_as_a_control(text in nasty()) {
        let mut plan = plan_with(&text);
        is_clean(&plan_text(&plan))?;
        is_clean(&consent(&plan).unwrap_or_default())?;
        is_clean(&note_text(&plan.notes[0]))?;
        plan.blockers = vec![Blocker { logical_id: text.clone(), cause: text.clone(), hint: text.clone().into() }];
        is_clean(&blockers_text(&plan.blockers))?;
        is_clean(&plan_text(&plan))?;

        let (desired, state) = with_canary();
        let mut status = status_of(desired, &state, None);
        status.stack.clone_from(&text);
        status.cloud_formation_stack = Some(text.clone());
        status.outputs = BTreeMap::from([(text.clone(), text.clone())]);
        for function in &mut status.functions {
            function.name.clone_from(&text);
            function.logical_id.clone_from(&text);
            function.last_change.clone_from(&text);
            function.outside_settings = vec![text.clone()];
            for alias in &mut function.aliases {
                alias.name.clone_from(&text);
                alias.logical_id = Some(text.clone());
            }
            for version in &mut function.versions {
                version.description.clone_from(&text);
                version.published.clone_from(&text);
            }
        }
        is_clean(&status_text(&status, |hint| hint))?;

        let change = PropertyChange::new(&text, Some(&text), Some(&text), Some(text.clone()));
        let because = PropertyChange::new(&text, None, None, Some(text.clone()));
        let row = Row {
            logical_id: text.clone(),
            kind: text.clone(),
            name: text.clone(),
            action: Action::Update,
            changes: vec![change, because],
        };
        let set = ChangeSet {
            engine: "cloudformation",
            stack: text.clone(),
            account: text.clone(),
            region: text.clone(),
            steps: vec![row],
            notes: vec![Note { logical_id: None, text: text.clone(), hint: Some(text.clone().into()) }],
            id: text.clone(),
        };
        is_clean(&change_set_text(&set))?;
    }

    #[test]
    fn an_error_of_anything_from_outside_is_clean_too(text in nasty()) {
        let error = crate::Error::new(format!("reading {text}"), line(&text)).exists("nothing").hint(text.clone());
        is_clean(&error.to_string())?;
        is_clean(&crate::Error::new("reading", &text).to_string())?;
    }
}
