//! What happens to the callers of each alias and function: a short list of facts, in a plan and after its execution.

use std::fmt::Write as _;

use super::value_text::{A_NEW_VERSION, readable};
use crate::execute::Outcome;
use crate::plan::{Canary, Pin, Plan, Tested, Transition};
use crate::resources::Resource;
use crate::resources::served::LATEST;
use crate::resources::watch::time_in_words;

/// The facts of a plan: a block for each alias whose callers get another version, and for each other alias or function
/// that is tested at the end.
pub(super) fn planned_text(transitions: &[Transition], tests: &[Tested]) -> String {
    text(transitions, tests, State::Planned)
}

/// The smoke tests of a plan without transitions.
pub(super) fn tested_text(tests: &[Tested]) -> String {
    planned_text(&[], tests)
}

/// The facts of an executed plan in the same form, with the numbers of the published versions. `tests` passed.
pub fn executed_text(transitions: &[Transition], tests: &[&Tested]) -> String {
    let tests: Vec<Tested> = tests.iter().copied().cloned().collect();
    text(transitions, &tests, State::Executed)
}

/// The transitions of a plan that were executed, with the version that callers got.
pub fn executed(plan: &Plan, outcome: &Outcome) -> Vec<Transition> {
    let of_the_step = |transition: &Transition| {
        let step = plan.steps.iter().find(|step| step.id == transition.logical_id)?;
        let Resource::Alias(alias) = step.resource.fill(&outcome.known) else { return None };
        let is_done = outcome.done.contains(&step.id);
        let mut transition = transition.clone();
        transition.to = Some(alias.properties.function_version);
        is_done.then_some(transition)
    };
    plan.transitions.iter().filter_map(of_the_step).collect()
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Planned,
    Executed,
}

fn text(transitions: &[Transition], tests: &[Tested], state: State) -> String {
    let of_transition = |one: &Transition| block("alias", &one.callee, &facts(one, tests, state));
    let mut text: String = transitions.iter().map(of_transition).collect();
    let has_block = |callee: &String| transitions.iter().any(|one| one.callee == *callee);
    let last: Vec<&Tested> = tests.iter().filter(|test| !test.before_callers && !has_block(&test.callee)).collect();
    for (index, test) in last.iter().enumerate() {
        if last.iter().take(index).any(|earlier| earlier.callee == test.callee) {
            continue;
        }
        let same = last.iter().filter(|other| other.callee == test.callee);
        let facts: Vec<_> = same.map(|test| smoke_test(test, state)).collect();
        text += &block(if test.declared.alias.is_some() { "alias" } else { "function" }, &test.callee, &facts);
    }
    text
}

type Fact = (&'static str, String);

/// The facts below their subject, in two columns as the properties of a resource.
fn block(noun: &str, callee: &str, facts: &[Fact]) -> String {
    let width = facts.iter().map(|(label, _)| label.len()).max().unwrap_or_default();
    let mut text = format!("\n  {noun} {}\n", readable(callee));
    for (label, fact) in facts {
        let _ = writeln!(text, "      {label:<width$}  {}", readable(fact));
    }
    text
}

fn facts(transition: &Transition, tests: &[Tested], state: State) -> Vec<Fact> {
    let Transition { pin, caller_moves, callee, canary, .. } = transition;
    let mut facts = Vec::new();
    if state == State::Planned {
        facts.extend(match pin {
            Some(Pin::Publish) => Some(("first", "points to the serving code, published as a version".to_owned())),
            Some(Pin::Version(version)) => Some(("first", format!("points to the serving version ({version})"))),
            Some(Pin::InPlace) | None => None,
        });
        if !caller_moves.is_empty() {
            facts.push(("callers", "move to the alias before the function changes".to_owned()));
        }
    }
    facts.push(("points to", versions(transition)));
    let of_alias = || tests.iter().filter(|test| test.callee == *callee);
    let gets_another = transition.to.is_none() || transition.from != transition.to;
    if state == State::Planned && gets_another && of_alias().next().is_none() {
        facts.push(("smoke test", "none".to_owned()));
    }
    facts.extend(of_alias().map(|test| smoke_test(test, state)));
    facts.extend(canary.map(|one| ("canary", share(one, state))));
    facts
}

fn smoke_test(test: &Tested, state: State) -> Fact {
    let end = match (state, test.before_callers) {
        (State::Executed, _) => ": passed",
        (State::Planned, true) => "",
        (State::Planned, false) => ", when all steps are done",
    };
    ("smoke test", format!("{} ({}){end}", test.test, test.logical_id))
}

fn share(Canary { percent, bake_seconds }: Canary, state: State) -> String {
    let end = match state {
        State::Planned => ", then all; none if it fails",
        State::Executed => ": no more failures than before",
    };
    format!("{percent}% of the traffic for {}{end}", time_in_words(bake_seconds))
}

fn versions(Transition { from, to, caller_moves, .. }: &Transition) -> String {
    let named = |version: &str| match version {
        LATEST => format!("the unpublished code ({LATEST})"),
        number => format!("version {number}"),
    };
    match (from.as_deref(), to.as_deref()) {
        (Some(from), Some(to)) if from == to && caller_moves.is_empty() => format!("{}, with all traffic", named(to)),
        (Some(from), Some(to)) if from == to => named(to),
        (Some(from), Some(to)) if from != LATEST && to != LATEST => format!("{} → {to}", named(from)),
        (Some(from), to) => format!("{} → {}", named(from), to.map_or_else(|| A_NEW_VERSION.to_owned(), named)),
        (None, to) => to.map_or_else(|| A_NEW_VERSION.to_owned(), named),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Options;
    use crate::plan::tests::judge::existing;
    use crate::plan::tests::planned;
    use crate::plan::tests::spec::Spec;
    use crate::template::Reference;
    use crate::world::State as World;

    fn text(state: &World, spec: &Spec, options: Options) -> String {
        let plan = planned(&spec.desired(), state, options);
        planned_text(&plan.transitions, &plan.smoke_tests)
    }

    fn with_canary() -> Options {
        Options { smoke: true, canary: Some(Canary { percent: 10, bake_seconds: 300 }), ..Options::default() }
    }

    #[test]
    fn each_alias_has_a_block_with_its_versions_its_tests_and_its_canary() {
        let changed = Spec { memory: Some(512), ..Spec::plain() };
        let smoke = Options { smoke: true, ..Options::default() };
        let adopt = Options { adopt: true, ..smoke.clone() };
        let (ours, by_hand) = (existing(&Spec::plain(), true), existing(&Spec::plain(), false));
        insta::assert_snapshot!(text(&World::default(), &changed, smoke.clone()), @r"

          alias chat:live
              points to   a new version
              smoke test  the event of Alias expects no error (Alias)
        ");
        assert_eq!(text(&ours, &Spec::plain(), smoke), "");
        insta::assert_snapshot!(text(&ours, &changed, with_canary()), @r"

          alias chat:live
              points to   version 1 → a new version
              smoke test  the event of Alias expects no error (Alias)
              canary      10% of the traffic for 5m, then all; none if it fails
        ");
        insta::assert_snapshot!(text(&by_hand, &changed, adopt), @r"

          alias chat:live
              first       points to the serving code, published as a version
              callers     move to the alias before the function changes
              points to   the unpublished code ($LATEST) → a new version
              smoke test  the event of Alias expects no error (Alias)
        ");
    }

    #[test]
    fn after_the_execution_the_facts_have_the_number_and_the_results() {
        let changed = Spec { memory: Some(512), ..Spec::plain() };
        let (desired, ours) = (changed.desired(), existing(&Spec::plain(), true));
        let plan = planned(&desired, &ours, with_canary());
        let mut outcome = Outcome { known: plan.known.clone(), ..Outcome::default() };
        assert!(executed(&plan, &outcome).is_empty(), "no step is done");
        outcome.done = plan.changing().map(|step| step.id.clone()).collect();
        outcome.known.insert(Reference::new("Version", "Version"), "2");
        let transitions = executed(&plan, &outcome);
        assert_eq!(transitions.iter().map(|one| one.to.as_deref()).collect::<Vec<_>>(), [Some("2")]);
        insta::assert_snapshot!(executed_text(&transitions, &plan.smoke_tests.iter().collect::<Vec<_>>()), @r"

          alias chat:live
              points to   version 1 → 2
              smoke test  the event of Alias expects no error (Alias): passed
              canary      10% of the traffic for 5m: no more failures than before
        ");
    }

    #[test]
    fn tests_at_the_end_are_below_their_alias_or_function() {
        let changed = Spec { memory: Some(512), ..Spec::plain() };
        let plan = planned(&changed.desired(), &existing(&Spec::plain(), true), with_canary());
        let last = |test: &Tested| Tested { before_callers: false, ..test.clone() };
        let mut tests: Vec<Tested> = plan.smoke_tests.iter().chain(&plan.smoke_tests).map(last).collect();
        tests[1].test = "POST /other expects 201".to_owned();
        tests.push(tests[0].clone());
        tests[2].callee = "chat".to_owned();
        tests[2].declared.alias = None;
        insta::assert_snapshot!(tested_text(&tests), @r"

          alias chat:live
              smoke test  the event of Alias expects no error (Alias), when all steps are done
              smoke test  POST /other expects 201 (Alias), when all steps are done

          function chat
              smoke test  the event of Alias expects no error (Alias), when all steps are done
        ");
        assert_eq!(
            executed_text(&[], &[&tests[2]]),
            "\n  function chat\n      smoke test  the event of Alias expects no error (Alias): passed\n"
        );
    }
}
