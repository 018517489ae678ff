//! How far a plan was executed, if it was not executed completely.

use crate::desired::Desired;
use crate::execute::Outcome;
use crate::hint::{Command, Hint};
use crate::plan::Plan;
use crate::resources::Resource;
use crate::template::references_in_text;

/// The done steps, the others, and what the next run does.
pub fn progress_text(plan: &Plan, outcome: &Outcome) -> String {
    if !outcome.wrote {
        return "nothing was changed".to_owned();
    }
    let failed = outcome.failed.iter().map(|(id, _)| id);
    let not_done: Vec<&str> = failed.chain(&outcome.not_done).map(String::as_str).collect();
    let not_done = if not_done.is_empty() { String::new() } else { format!(", not done: {}", not_done.join(", ")) };
    let is_unfit = !outcome.failed.is_empty() && outcome.failed.iter().all(|(_, error)| error.is_unfit());
    let next = match is_unfit {
        // The code and the configuration are deployed, so that nothing but the smoke test remains before the alias.
        true => "the next run sends the smoke test again",
        false => "the next run continues from here",
    };
    format!("{} of {} steps are done{not_done}; {next}", outcome.done.len(), plan.changing().count())
}

/// To read the log of the function whose version failed its smoke test, if one did.
pub fn log_of_unfit(plan: &Plan, desired: &Desired, outcome: &Outcome) -> Option<Hint> {
    let unfit = outcome.failed.iter().find(|(_, error)| error.is_unfit()).map(|(id, _)| id)?;
    let Resource::Alias(alias) = &plan.steps.iter().find(|step| step.id == *unfit)?.resource else { return None };
    // Not from the plan: a rollback has no step for the function.
    let group = desired.resources.iter().find_map(|wanted| {
        let Resource::Function(function) = wanted.resource.fill(&outcome.known) else { return None };
        (function.function_name == alias.function_name).then(|| function.logging_config.log_group.clone())
    });
    let is_known = |group: &String| !group.is_empty() && references_in_text(group).is_empty();
    let group = group.filter(is_known).unwrap_or_else(|| format!("/aws/lambda/{}", alias.function_name));
    Some(Hint::new("read the function's log").run(Command::aws(["logs", "tail", &group, "--since", "10m"])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Error, ErrorKind};
    use crate::plan::Options;
    use crate::plan::tests::judge::existing;
    use crate::plan::tests::planned;
    use crate::plan::tests::spec::Spec;

    fn outcome(done: &[&str], failed: Error, wrote: bool) -> Outcome {
        let done = done.iter().map(|id| (*id).to_owned()).collect();
        Outcome { done, failed: vec![("Alias".to_owned(), failed)], wrote, ..Outcome::default() }
    }

    #[test]
    fn the_progress_follows_the_calls_that_were_sent_and_the_failure() {
        let desired = Spec { memory: Some(2048), ..Spec::plain() }.desired();
        let plan = planned(&desired, &existing(&Spec::plain(), true), Options::default());
        let refused = || Error::new("moving the alias", "refused");
        let unfit = || Error::new("version 2 failed", "it crashed").of_kind(ErrorKind::Unfit);
        let text = |done: &[&str], failed, wrote| progress_text(&plan, &outcome(done, failed, wrote));
        let steps = "2 of 3 steps are done, not done: Alias; ";
        let done = ["Function", "Version"];
        assert_eq!(text(&done, refused(), true), format!("{steps}the next run continues from here"));
        assert_eq!(text(&done, unfit(), true), format!("{steps}the next run sends the smoke test again"));
        assert_eq!(text(&[], unfit(), false), "nothing was changed");
        let lost = "0 of 3 steps are done, not done: Alias; the next run continues from here";
        assert_eq!(text(&[], refused(), true), lost, "a call may have taken effect");
    }

    #[test]
    fn the_log_of_the_function_that_failed_its_smoke_test_is_proposed() {
        let mut desired = Spec::plain().desired();
        let mut plan = planned(&desired, &existing(&Spec::plain(), true), Options::default());
        let log = |plan: &Plan, desired: &Desired, kind: ErrorKind| {
            let outcome = outcome(&[], Error::new("testing", "no").of_kind(kind), true);
            log_of_unfit(plan, desired, &outcome).map(|hint| hint.to_string())
        };
        let tail = |group: &str| format!("read the function's log: `aws logs tail {group} --since 10m`");
        assert_eq!(log(&plan, &desired, ErrorKind::Unfit), Some(tail("/aws/lambda/chat")));
        assert_eq!(log(&plan, &desired, ErrorKind::Other), None);
        plan.steps.retain(|step| step.id == "Alias");
        for wanted in &mut desired.resources {
            if let Resource::Function(function) = &mut wanted.resource {
                function.logging_config.log_group = "/films/chat".to_owned();
            }
        }
        assert_eq!(log(&plan, &desired, ErrorKind::Unfit), Some(tail("/films/chat")), "a rollback");
    }
}
