//! From a plan to its outcome: show, ask, execute, tell. What `deploy`, `update` and `destroy` share.

use std::sync::Arc;

use provisioner::execute::{Outcome, Stop, execute};
use provisioner::plan::{Plan, Step};
use provisioner::report::{self, DeployReport, Smoke};
use provisioner::resources::Resource;
use provisioner::{Error, Result};
use serde_json::Value;

use super::progress;
use super::session::Session;
use super::smoke;
use crate::cli::Output;
use crate::terminal::{self, Exit};

/// What the person said beforehand.
pub(crate) struct Approval {
    /// Go ahead with everything.
    pub(crate) yes: bool,
    /// What is asked otherwise.
    pub(crate) question: &'static str,
}

/// What helps where every step is found again.
pub(crate) const GO_ON: &str = "run the same command again: it goes on where this run ended";

/// What helps where a new version was left with a share of the calls.
const SHARED: &str = "`provisioner deploy` gives the new version all calls, with `--canary` it is watched anew; \
                      `provisioner rollback` takes its share back";

/// Carries a plan out, if it may be. `again` is what helps when it ends half-way.
pub(crate) async fn apply(
    plan: &Plan,
    session: &Session,
    approval: &Approval,
    event: Option<Value>,
    output: Output,
    again: &str,
) -> Result<Exit> {
    terminal::note(&report::plan_text(plan));
    if let Err(error) = blocked(plan) {
        let not_done = plan.steps.iter().map(|step| step.id.clone()).collect();
        tell(plan, session, &Outcome { not_done, ..Outcome::default() }, None, output);
        return Err(error);
    }
    if plan.is_empty() {
        tell(plan, session, &Outcome { known: plan.known.clone(), ..Outcome::default() }, None, output);
        return Ok(Exit::Done);
    }
    let destructive: Vec<_> = plan.destructive().map(|step| step.logical_id.as_str()).collect();
    if !approved(&plan.stack, &destructive, approval)? {
        terminal::note("nothing was changed");
        return Ok(Exit::Failed);
    }
    let outcome = carry_out(plan, session).await;
    let tried = if outcome.is_complete() { Some(try_chat(event, plan, session).await) } else { None };
    // The outputs are told whatever came of the chat: what they name is deployed.
    let smoke = tried.as_ref().and_then(|tried| tried.as_ref().ok()).cloned().flatten();
    tell(plan, session, &outcome, smoke, output);
    if !outcome.is_complete() {
        return Err(incomplete(plan, &outcome, again));
    }
    match tried.transpose()?.flatten() {
        Some(smoke) if !smoke.passed => Err(smoke::failure(&smoke)),
        _ => Ok(Exit::Done),
    }
}

/// Refuses a plan that cannot be executed.
pub(crate) fn blocked(plan: &Plan) -> Result<()> {
    if plan.blockers.is_empty() {
        return Ok(());
    }
    let doing = format!("planning stack {}", plan.stack);
    Err(Error::new(doing, format!("nothing was changed, for\n{}", report::blockers_text(plan))))
}

/// Whether to go ahead, where these resources would go or be made anew.
pub(crate) fn approved(stack: &str, destructive: &[&str], approval: &Approval) -> Result<bool> {
    if approval.yes {
        return Ok(true);
    }
    if terminal::somebody_is_there() {
        return terminal::agrees(approval.question);
    }
    if destructive.is_empty() {
        return Ok(true);
    }
    Err(Error::new(
        format!("changing stack {stack}"),
        format!("the plan deletes or replaces something ({}) and nobody is there to be asked", destructive.join(", ")),
    )
    .exists("nothing was changed")
    .hint("look at the plan, then run the same command with `--yes`"))
}

async fn carry_out(plan: &Plan, session: &Session) -> Outcome {
    let stop = Arc::new(Stop::default());
    let watch = tokio::spawn(stop_on_signal(Arc::clone(&stop)));
    let outcome = execute(plan, &session.aws, &stop, &progress::tell).await;
    watch.abort();
    outcome
}

/// Sends the smoke chat, until Ctrl-C: the signal no longer ends the program by itself once `carry_out` has listened
/// for it, and a chat may take minutes.
async fn try_chat(event: Option<Value>, plan: &Plan, session: &Session) -> Result<Option<Smoke>> {
    tokio::select! {
        smoke = smoke::run(event, plan, session) => smoke,
        _ = tokio::signal::ctrl_c() => Err(smoke::interrupted()),
    }
}

/// The first Ctrl-C lets the calls under way end; the second ends the program.
async fn stop_on_signal(stop: Arc<Stop>) {
    if tokio::signal::ctrl_c().await.is_ok() {
        stop.request();
        terminal::note("stopping after the calls that are under way; Ctrl-C again ends at once");
    }
    if tokio::signal::ctrl_c().await.is_ok() {
        #[expect(clippy::exit, reason = "the person asked twice")]
        std::process::exit(130);
    }
}

fn tell(plan: &Plan, session: &Session, outcome: &Outcome, smoke: Option<Smoke>, output: Output) {
    let outputs = if outcome.is_complete() { session.outputs(plan, outcome) } else { Vec::new() };
    match output {
        Output::Json => terminal::result_json(&DeployReport::new(plan, outcome, outputs, smoke)),
        Output::Text => {
            let width = outputs.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
            for (name, value) in outputs {
                terminal::result(&format!("{name:<width$}  {value}"));
            }
        }
    }
}

/// Who gets the calls of an alias whose new version did not get them all.
fn share_of_calls(step: &Step, outcome: &Outcome) -> Option<String> {
    let percent = step.canary?.percent;
    if outcome.left_open.contains(&step.id) {
        let Resource::Alias(alias) = step.resource.fill(&outcome.known) else { return None };
        return Some(format!("version {} gets {percent}% of the calls of {}", alias.function_version, step.name));
    }
    outcome.undone.contains(&step.id).then(|| format!("the callers of {} get what they got before", step.name))
}

fn incomplete(plan: &Plan, outcome: &Outcome, again: &str) -> Error {
    let count = plan.changing().count();
    let shares: Vec<String> = plan.steps.iter().filter_map(|step| share_of_calls(step, outcome)).collect();
    let exists = format!(
        "{} of {count} steps are done{}; nothing is lost: every step is found again by its name or tag{}",
        outcome.done.len(),
        if outcome.not_done.is_empty() {
            String::new()
        } else {
            format!(", not done: {}", outcome.not_done.join(", "))
        },
        shares.iter().map(|share| format!("\n{share}")).collect::<String>(),
    );
    let again = if outcome.left_open.is_empty() { again } else { SHARED };
    let doing = format!("changing stack {}", plan.stack);
    match outcome.failed.as_slice() {
        [] => Error::new(doing, "stopped on request").exists(exists).hint(again),
        failed => {
            let causes: Vec<_> = failed.iter().map(|(id, error)| format!("{id}: {}", error.headline())).collect();
            let own = failed.iter().find_map(|(_, error)| error.next_step());
            let hint = own.map_or_else(|| again.to_owned(), |own| format!("{own}; then {again}"));
            Error::new(doing, causes.join("\n  ")).exists(exists).hint(hint)
        }
    }
}
