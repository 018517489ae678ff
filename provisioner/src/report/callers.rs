//! The versions that callers get after a plan was not executed completely.

use crate::execute::Outcome;
use crate::hint::{Command, Hint};
use crate::plan::{Plan, Step, Transition};
use crate::printable::line;
use crate::resources::Resource;
use crate::resources::alias::Alias;
use crate::resources::served::LATEST;

/// A line for each alias whose callers get less than planned, or more than those of other aliases.
pub fn callers_text(plan: &Plan, outcome: &Outcome) -> Vec<Hint> {
    let text_of = |step| {
        shared(step, plan, outcome)
            .or_else(|| kept(step, plan, outcome))
            .map(Hint::new)
            .or_else(|| moved(step, plan, outcome))
    };
    plan.steps.iter().filter_map(text_of).map(|text| text.map(|text| line(text).into_owned())).collect()
}

/// The callers of an alias whose new version did not get all traffic.
fn shared(step: &Step, plan: &Plan, outcome: &Outcome) -> Option<String> {
    let percent = step.canary?.percent;
    if outcome.left_open.contains(&step.id) {
        let version = alias(step, outcome)?.properties.function_version;
        return Some(format!("version {version} gets {percent}% of the traffic of {}", step.name));
    }
    let again = || format!("the callers of {} get {} again", step.name, previous(step, plan));
    outcome.undone.contains(&step.id).then(again)
}

/// The callers of an alias whose new version failed: they keep the previous version.
fn kept(step: &Step, plan: &Plan, outcome: &Outcome) -> Option<String> {
    let unfit = outcome.failed.iter().any(|(id, error)| *id == step.id && error.is_unfit());
    (unfit && moved_before(step, plan, outcome))
        .then(|| format!("the callers of {} still get {}", step.name, previous(step, plan)))
}

/// The callers of an alias that moved although the version of another alias failed, and the rollback command.
fn moved(step: &Step, plan: &Plan, outcome: &Outcome) -> Option<Hint> {
    let did_badly = outcome.failed.iter().any(|(id, error)| error.is_unfit() || outcome.undone.contains(id));
    if !did_badly || !outcome.done.contains(&step.id) || !moved_before(step, plan, outcome) {
        return None;
    }
    let version = alias(step, outcome)?.properties.function_version;
    let back = Command::provisioner(["rollback", "--alias", &step.logical_id]);
    Some(Hint::new(format!("roll back, because the callers of {} already get version {version}", step.name)).run(back))
}

/// The version that the callers of an alias had before its new one.
fn previous(step: &Step, plan: &Plan) -> String {
    let transition = plan.transitions.iter().find(|transition| transition.logical_id == step.id);
    match transition.and_then(Transition::serving_version) {
        Some(LATEST) => format!("the unpublished code ({LATEST})"),
        Some(version) => format!("version {version}"),
        None => "the previous version".to_owned(),
    }
}

/// Whether the alias of a step had callers when its version failed.
fn moved_before(step: &Step, plan: &Plan, outcome: &Outcome) -> bool {
    let of_the_step = plan.transitions.iter().find(|transition| transition.logical_id == step.id);
    of_the_step.is_some_and(|transition| transition.had_callers(&outcome.done))
}

fn alias(step: &Step, outcome: &Outcome) -> Option<Alias> {
    let Resource::Alias(alias) = step.resource.fill(&outcome.known) else { return None };
    Some(alias)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::error::{Error, ErrorKind};
    use crate::plan::Options;
    use crate::plan::tests::judge::existing;
    use crate::plan::tests::planned;
    use crate::plan::tests::spec::Spec;
    use crate::template::Reference;
    use crate::world::State;

    fn changed() -> Spec {
        Spec { memory: Some(2048), ..Spec::plain() }
    }

    /// The text when these steps are done and the alias `live` failed its smoke test.
    fn texts(plan: &Plan, done: &[&str]) -> Vec<String> {
        let mut outcome = Outcome { known: plan.known.clone(), ..Outcome::default() };
        outcome.known.insert(Reference::new("Version", "Version"), "2");
        outcome.done = done.iter().map(|id| (*id).to_owned()).collect();
        outcome
            .failed
            .push(("Alias".to_owned(), Error::new("testing version 2", "it failed").of_kind(ErrorKind::Unfit)));
        callers_text(plan, &outcome).iter().map(Hint::to_string).collect()
    }

    #[test]
    fn callers_of_a_failed_release_are_reported_if_there_are_any() {
        let first = planned(&changed().desired(), &State::default(), Options::default());
        assert_eq!(texts(&first, &["Role", "Function", "Version"]), [""; 0]);
        let update = planned(&changed().desired(), &existing(&Spec::plain(), true), Options::default());
        assert_eq!(texts(&update, &["Function"]), ["the callers of chat:live still get version 1"]);
        let adopting = Options { adopt: true, ..Options::default() };
        let adopted = planned(&changed().desired(), &existing(&Spec::plain(), false), adopting);
        // The number of a version that the plan publishes is not known before.
        let kept = ["the callers of chat:live still get the previous version"];
        assert_eq!(texts(&adopted, &["Alias (serving version)", "Function"]), kept);
        // An alias for a function without callers.
        let mut interrupted = existing(&Spec::plain(), true);
        interrupted.aliases.clear();
        interrupted.integrations.clear();
        interrupted.routes.clear();
        let next = planned(&changed().desired(), &interrupted, Options::default());
        assert_eq!(texts(&next, &["Function", "Version"]), [""; 0]);
    }

    #[test]
    fn an_alias_that_moved_although_another_failed_is_reported_with_its_rollback() {
        let mut template = changed().template();
        template["Resources"]["Beta"] = template["Resources"]["Alias"].clone();
        template["Resources"]["Beta"]["Properties"]["Name"] = json!("beta");
        let desired = changed().desired_by(&template);
        let mut state = existing(&Spec::plain(), true);
        let moved = |state: &State, done: &[&str]| texts(&planned(&desired, state, Options::default()), done);
        assert_eq!(moved(&state, &["Beta"]).len(), 1, "a new one cannot move back");
        let description = "provisioner:stack=chat provisioner:resource=Beta".to_owned();
        let mut beta = state.aliases[&("chat".to_owned(), "live".to_owned())].clone();
        beta.name = "beta".to_owned();
        beta.description = description;
        state.aliases.insert(("chat".to_owned(), "beta".to_owned()), beta);
        let back = "`provisioner rollback --alias Beta`";
        assert_eq!(
            moved(&state, &["Function", "Beta"]),
            [
                "the callers of chat:live still get version 1".to_owned(),
                format!("roll back, because the callers of chat:beta already get version 2: {back}"),
            ]
        );
        assert_eq!(moved(&state, &["Function"]).len(), 1, "it was not moved");
    }
}
