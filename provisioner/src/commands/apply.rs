//! Shows a plan, asks for consent, executes it and reports the outcome, for `deploy`, `update` and `destroy`.

use std::borrow::Borrow;

use provisioner::desired::Desired;
use provisioner::error::ErrorKind;
use provisioner::execute::{Outcome, Stop, execute};
use provisioner::plan::Plan;
use provisioner::printable::line;
use provisioner::report::{self, DeployReport, Smoke};
use provisioner::resources::Resource;
use provisioner::{Command, Error, Hint, Result};

use super::blockers::refused;
use super::progress::Progress;
use super::session::Session;
use super::signal::stop_requested;
use super::smoke;
use crate::cli::Output;
use crate::terminal::{self, Exit};

/// The consent that the arguments give.
pub(crate) struct Approval {
    /// Consent to everything.
    pub(crate) yes: bool,
    /// The question otherwise.
    pub(crate) question: &'static str,
    /// The command of this run, which gives the consent with `--yes`.
    pub(crate) command: Command,
}

/// The question before a deploy.
pub(crate) const DEPLOY: &str = "deploy these changes?";

/// The hint when a plan was not executed completely.
pub(crate) struct Then {
    /// How to continue.
    pub(crate) again: Hint,
    /// The hint instead if a version failed its smoke test, once the function's log is read.
    pub(crate) unfit: Option<Hint>,
}

impl Then {
    /// A repeated command that finds every step again.
    pub(crate) fn continuing() -> Self {
        Self::only(Hint::again())
    }

    /// The same for a command that can skip the smoke tests.
    pub(crate) fn continuing_or_without_smoke(verb: &str) -> Self {
        let skip = Hint::new("skip the smoke tests").run(Command::provisioner([verb, "--no-smoke"]));
        Self { again: Hint::again(), unfit: Some(corrected().then_again().or(skip)) }
    }

    /// One hint for every failure.
    pub(crate) fn only(again: Hint) -> Self {
        Self { again, unfit: None }
    }
}

/// To correct what a smoke test found.
pub(crate) fn corrected() -> Hint {
    Hint::new("correct the function or the request of the smoke test")
}

/// The hint if the new versions of some aliases still have a share of the traffic.
fn after_a_canary(plan: &Plan, outcome: &Outcome) -> Hint {
    let deploy = Command::provisioner(["deploy"]);
    let version = |id: &String| {
        let step = plan.steps.iter().find(|step| step.id == *id)?;
        let Resource::Alias(alias) = step.resource.fill(&outcome.known) else { return None };
        Some(format!("version {}", alias.function_version))
    };
    let versions: Vec<_> = outcome.left_open.iter().filter_map(version).collect();
    let hint =
        Hint::new(format!("give {} all traffic", versions.join(" and "))).run(deploy.clone().without("--canary"));
    outcome.left_open.iter().fold(hint.or(Hint::new("restart the canary").run(deploy)), |hint, id| {
        hint.or(Hint::new("remove its share").run(Command::provisioner(["rollback", "--alias", id])))
    })
}

/// Executes a plan, if it is permitted.
pub(crate) async fn apply(
    plan: &Plan,
    session: &Session,
    approval: &Approval,
    output: Output,
    then: &Then,
) -> Result<Exit> {
    terminal::note(&report::plan_text(plan));
    if let Err(error) = blocked(plan) {
        let not_done = plan.steps.iter().map(|step| step.id.clone()).collect();
        print_outcome(plan, session, &Outcome { not_done, ..Outcome::default() }, None, output);
        return Err(error);
    }
    if plan.is_empty() {
        let outcome = Outcome { known: plan.known.clone(), ..Outcome::default() };
        print_outcome(plan, session, &outcome, None, output);
        return session.check_outputs(plan, &outcome).map(|()| Exit::Done);
    }
    if !approved(&plan.stack, &plan.losses(), approval)? {
        terminal::note("nothing was changed");
        return Ok(Exit::Failed);
    }
    let outcome = execute_until_stopped(plan, session).await;
    let tried = if outcome.is_complete() { Some(try_it(plan, session).await) } else { None };
    // The outputs are printed whatever the result of the smoke tests: the resources that they name are deployed.
    let smoke = tried.as_ref().and_then(|tried| tried.as_ref().ok()).cloned().flatten();
    if outcome.is_complete() {
        let passed = smoke.as_ref().is_some_and(|smoke| smoke.passed);
        let tests: Vec<_> = plan.smoke_tests.iter().filter(|test| test.before_callers || passed).collect();
        let facts = report::executed_text(&report::executed(plan, &outcome), &tests);
        if !facts.is_empty() || plan.reports_outputs {
            terminal::note(&facts);
        }
    }
    print_outcome(plan, session, &outcome, smoke, output);
    if !outcome.is_complete() {
        terminal::note("");
        return Err(incomplete(plan, &session.desired, &outcome, then));
    }
    if let Some(smoke) = tried.transpose()?.flatten().filter(|smoke| !smoke.passed) {
        return Err(smoke::failure(&smoke));
    }
    session.check_outputs(plan, &outcome).map(|()| Exit::Done)
}

/// An error before the first call that changes something.
pub(crate) fn before_any_write(error: Error) -> Error {
    error.exists("nothing was changed")
}

/// Refuses a plan that cannot be executed.
pub(crate) fn blocked(plan: &Plan) -> Result<()> {
    refused(&plan.stack, &plan.blockers)
}

/// Whether to continue although these resources would be deleted or replaced.
pub(crate) fn approved(stack: &str, losses: &[impl Borrow<str>], approval: &Approval) -> Result<bool> {
    if approval.yes {
        return Ok(true);
    }
    if terminal::is_interactive() {
        return terminal::agrees(approval.question);
    }
    if losses.is_empty() {
        return Ok(true);
    }
    Err(Error::new(
        format!("changing stack {stack}"),
        format!(
            "the plan deletes or replaces resources ({}), and there is no terminal to ask for consent",
            losses.join(", ")
        ),
    )
    .exists("nothing was changed")
    .hint(Hint::new("review the plan, then consent with `--yes`").run(approval.command.clone().with("--yes"))))
}

async fn execute_until_stopped(plan: &Plan, session: &Session) -> Outcome {
    let stop = Stop::default();
    let progress = Progress::of(plan);
    let watch = tokio::spawn(stop_on_signal(stop.clone()));
    let outcome = execute(plan, &session.aws, &stop, &|event| progress.print(&event)).await;
    watch.abort();
    outcome
}

/// Sends the last smoke tests, until a stop is requested.
///
/// Once `execute_until_stopped` has listened for a signal, a signal no longer ends the program by itself, and a smoke
/// test may take minutes.
async fn try_it(plan: &Plan, session: &Session) -> Result<Option<Smoke>> {
    tokio::select! {
        smoke = smoke::run(plan, session) => smoke,
        _ = stop_requested() => Err(smoke::interrupted()),
    }
}

/// The first signal lets running calls end; the second ends the program.
async fn stop_on_signal(stop: Stop) {
    let first = stop_requested().await;
    stop.cancel();
    terminal::note(first.message());
    let second = stop_requested().await;
    #[expect(clippy::exit, reason = "it was asked for twice")]
    std::process::exit(second.code());
}

fn print_outcome(plan: &Plan, session: &Session, outcome: &Outcome, smoke: Option<Smoke>, output: Output) {
    let outputs = if outcome.is_complete() { session.outputs(plan, outcome) } else { Vec::new() };
    match output {
        Output::Json => terminal::result_json(&DeployReport::new(plan, outcome, outputs, smoke)),
        Output::Text => {
            let width = outputs.iter().map(|(name, _)| line(name).len()).max().unwrap_or_default();
            for (name, value) in outputs {
                terminal::result(&format!("{:<width$}  {}", line(&name), line(&value)));
            }
        }
    }
}

fn incomplete(plan: &Plan, desired: &Desired, outcome: &Outcome, then: &Then) -> Error {
    let callers = report::callers_text(plan, outcome);
    let exists = format!(
        "{}{}",
        report::progress_text(plan, outcome),
        callers.into_iter().map(|text| format!("\n{}", terminal::completed(text))).collect::<String>(),
    );
    let overtaken = outcome.failed.iter().any(|(_, error)| error.is_overtaken());
    let again = match () {
        () if !outcome.left_open.is_empty() => after_a_canary(plan, outcome),
        // A concurrent change is not overwritten without a new decision.
        () if overtaken => Hint::new("if this change is still needed,").before(then.again.clone()),
        () => then.again.clone(),
    };
    let doing = format!("changing stack {}", plan.stack);
    match outcome.failed.as_slice() {
        [] => Error::new(doing, "stopped on request").of_kind(ErrorKind::Interrupted).exists(exists).hint(again),
        failed => {
            let causes: Vec<_> = failed.iter().map(|(id, error)| format!("{id}: {}", error.headline())).collect();
            let cause = match causes.as_slice() {
                [one] => one.clone(),
                several => format!("{} steps failed\n  {}", several.len(), several.join("\n  ")),
            };
            let log = report::log_of_unfit(plan, desired, outcome);
            let unfit = log.and_then(|log| Some(log.then(then.unfit.clone()?)));
            let denied = failed.iter().map(|(_, error)| error).filter(|error| error.is_denied()).cloned();
            let denied = Error::together(denied);
            let first = || failed.iter().find_map(|(_, error)| error.remedy());
            let remedy = denied.as_ref().and_then(Error::remedy).or_else(first);
            let hint = match (remedy, unfit) {
                (Some(remedy), Some(unfit)) => remedy.also(unfit),
                (None, Some(unfit)) => unfit,
                (Some(remedy), None) => remedy.then(again),
                (None, None) => again,
            };
            Error::new(doing, cause).exists(exists).hint(hint)
        }
    }
}
