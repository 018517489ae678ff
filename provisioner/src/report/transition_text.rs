//! The transition of each alias, as text in a plan.

use super::value_text::readable;
use crate::plan::{Pin, Transition};
use crate::resources::served::LATEST;
use crate::resources::watch::time_in_words;

/// A line for each transition: `alias chat:live: version 7 → 8, smoke-tested, 10% of the traffic for 5m first`.
pub(super) fn transitions_text(transitions: &[Transition]) -> String {
    let lines: String =
        transitions.iter().map(|one| format!("  alias {}: {}\n", readable(&one.callee), description(one))).collect();
    if lines.is_empty() { lines } else { format!("\n{lines}") }
}

fn description(transition: &Transition) -> String {
    let mut parts = vec![versions(transition)];
    parts.extend(match &transition.pin {
        Some(Pin::Publish) => Some("the current code is published as a version first".to_owned()),
        Some(Pin::Version(version)) => Some(format!("the alias points to version {version} first")),
        Some(Pin::InPlace) | None => None,
    });
    if !transition.caller_moves.is_empty() {
        parts.push("traffic moves to the alias before the function changes".to_owned());
    }
    if transition.smoke_tests > 0 {
        parts.push("smoke-tested".to_owned());
    }
    parts.extend(
        transition
            .canary
            .map(|one| format!("{}% of the traffic for {} first", one.percent, time_in_words(one.bake_seconds))),
    );
    parts.join(", ")
}

fn versions(Transition { from, to, caller_moves, .. }: &Transition) -> String {
    let named = |version: &str| if version == LATEST { version.to_owned() } else { format!("version {version}") };
    let new = "new version";
    match (from, to) {
        (Some(from), Some(to)) if from == to && caller_moves.is_empty() => format!("{} gets all traffic", named(to)),
        (Some(from), Some(to)) if from == to => named(to),
        (Some(from), Some(to)) => format!("{} → {to}", named(from)),
        (Some(from), None) => format!("{} → {new}", named(from)),
        (None, Some(to)) => named(to),
        (None, None) => new.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::tests::judge::existing;
    use crate::plan::tests::planned;
    use crate::plan::tests::spec::Spec;
    use crate::plan::{Canary, Options};
    use crate::world::State;

    fn text(state: &State, spec: &Spec, options: Options) -> String {
        transitions_text(&planned(&spec.desired(), state, options).transitions)
    }

    #[test]
    fn each_alias_has_a_line_with_its_versions_its_tests_and_its_canary() {
        let changed = Spec { memory: Some(512), ..Spec::plain() };
        let smoke = Options { smoke: true, ..Options::default() };
        let canary = Options { canary: Some(Canary { percent: 10, bake_seconds: 300 }), ..smoke.clone() };
        let adopt = Options { adopt: true, ..smoke.clone() };
        let (ours, by_hand) = (existing(&Spec::plain(), true), existing(&Spec::plain(), false));
        assert_eq!(
            text(&State::default(), &changed, smoke.clone()),
            "\n  alias chat:live: new version, smoke-tested\n"
        );
        assert_eq!(text(&ours, &Spec::plain(), smoke), "");
        let expected = "\n  alias chat:live: version 1 → new version, smoke-tested, 10% of the traffic for 5m first\n";
        assert_eq!(text(&ours, &changed, canary), expected);
        let expected = "\n  alias chat:live: $LATEST → new version, the current code is published as a version first, traffic moves to \
                        the alias before the function changes, smoke-tested\n";
        assert_eq!(text(&by_hand, &changed, adopt), expected);
    }
}
