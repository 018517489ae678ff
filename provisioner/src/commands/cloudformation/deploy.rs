//! `deploy --engine cloudformation`: uploads packages, shows the change set and executes it.

use std::collections::BTreeMap;

use provisioner::cloudformation::{ChangeSet, Stack};
use provisioner::desired::PackageCheck;
use provisioner::plan::{Tested, untested_by_cloudformation};
use provisioner::printable::line;
use provisioner::report::{self, DeployReport, Proposed, Smoke};
use provisioner::{Command, Result};

use super::super::apply::{Approval, DEPLOY, approved};
use super::super::emulator::reachable_url;
use super::super::progress::Progress;
use super::super::session::Session;
use super::super::smoke;
use super::proposal::{Packages, Proposal};
use super::watching::{Ended, watch};
use super::{refuse_plan_file, refuse_what_it_cannot};
use crate::cli::{DeployBy, DeployOptions, Output};
use crate::terminal::{self, Exit};

pub(crate) async fn run(arguments: &DeployBy) -> Result<Exit> {
    let (output, yes) = (arguments.deploy.stack.output, arguments.deploy.yes);
    refuse_plan_file("--plan", arguments.deploy.plan.is_some(), &arguments.deploy.stack.name()?)?;
    let session = Session::open(&arguments.given(), PackageCheck::ForLambdaByBucket).await?;
    refuse_what_it_cannot(&arguments.deploy.options, &arguments.deploy.beyond, session.desired.stack.as_str())?;
    let mut proposal = Proposal::make(&session, arguments.by.bucket.as_deref(), Packages::Uploaded).await?;
    note_untested(&session, &mut proposal.set, &arguments.deploy.options);
    let Proposal { set, before, .. } = &proposal;
    let proposed = proposed(&session, set, &arguments.deploy.options);
    terminal::note(&report::proposed_text(&proposed));
    if set.steps.is_empty() {
        print_outcome(&session, &proposed, before.as_ref(), None, None, output);
        return Ok(Exit::Done);
    }
    let destructive: Vec<_> = set.destructive().map(|row| row.logical_id.as_str()).collect();
    let approval = Approval { yes, question: DEPLOY, command: Command::provisioner(["deploy"]) };
    let consent = approved(&set.stack, &destructive, &approval);
    if !matches!(consent, Ok(true)) {
        proposal.withdraw(&session).await?;
        consent?;
        terminal::note(&proposal.unchanged());
        return Ok(Exit::Failed);
    }
    let stack = session.aws.stack(&set.stack).await?;
    let id = stack.map_or_else(|| set.stack.clone(), |stack| stack.id);
    let after = match session.aws.newest_event(&id).await {
        Ok(after) => after,
        Err(error) => {
            proposal.withdraw(&session).await?;
            return Err(error.exists(proposal.unchanged()));
        }
    };
    if let Err(error) = session.aws.execute_change_set(set).await {
        // A refused change set is useless; without an answer the execution may have started.
        if !error.passes() {
            proposal.withdraw(&session).await?;
        }
        return Err(error);
    }
    let ended = watch(&session.aws, &id, &set.stack, after, Progress::of_change_set(set)).await?;
    if !ended.stack.is_well() {
        print_outcome(&session, &proposed, None, Some(&ended), None, output);
        return Err(ended.error());
    }
    let tests: Vec<_> = proposed.smoke_tests.iter().map(|test| &test.declared).collect();
    let tried = smoke::send(&tests, set.grants_something_new(), &session).await;
    let smoke = tried.as_ref().ok().cloned().flatten();
    let passed = smoke.as_ref().is_some_and(|smoke| smoke.passed);
    let tests: Vec<_> = proposed.smoke_tests.iter().filter(|_| passed).collect();
    terminal::note(&report::executed_text(&[], &tests));
    print_outcome(&session, &proposed, Some(&ended.stack), Some(&ended), smoke, output);
    match tried?.filter(|smoke| !smoke.passed) {
        Some(smoke) => Err(smoke::failure(&smoke)),
        None => Ok(Exit::Done),
    }
}

/// The change set with the smoke tests that are sent afterwards: CloudFormation moves an alias without a test.
pub(super) fn proposed<'s>(session: &Session, set: &'s ChangeSet, options: &DeployOptions) -> Proposed<'s> {
    if options.no_smoke {
        return set.into();
    }
    let all = set.steps.iter().map(|row| row.logical_id.as_str()).collect();
    let tests = session.desired.smoke_tests_of(&all);
    let smoke_tests = tests.into_iter().map(|test| Tested::new(test, false)).collect();
    Proposed { set, smoke_tests }
}

/// Notes the functions and aliases that change without a smoke test.
pub(super) fn note_untested(session: &Session, set: &mut ChangeSet, options: &DeployOptions) {
    if !options.no_smoke {
        let notes = untested_by_cloudformation(&session.desired, &set.changed());
        set.notes.extend(notes);
    }
}

fn print_outcome(
    session: &Session,
    proposed: &Proposed<'_>,
    stack: Option<&Stack>,
    ended: Option<&Ended>,
    smoke: Option<Smoke>,
    output: Output,
) {
    let outputs = stack.map(|stack| stack.outputs.clone()).unwrap_or_default().into_iter();
    let outputs = outputs.map(|(name, value)| (name, reachable_url(&value, session.aws.endpoint_url()))).collect();
    report(proposed, ended, outputs, smoke, output);
}

/// Prints the result: the changes that were made, and the stack's outputs.
pub(super) fn report(
    proposed: &Proposed<'_>,
    ended: Option<&Ended>,
    outputs: BTreeMap<String, String>,
    smoke: Option<Smoke>,
    output: Output,
) {
    match output {
        Output::Json => {
            let done: Vec<String> = ended.map(|ended| ended.done.clone()).unwrap_or_default();
            let failure = ended.and_then(|ended| ended.failure.as_ref()).into_iter();
            let failed =
                failure.map(|event| (event.logical_id.as_str(), event.reason.clone().unwrap_or_default())).collect();
            let undone = proposed.set.steps.iter().map(|row| row.logical_id.clone()).filter(|id| !done.contains(id));
            let well = ended.is_none_or(|ended| ended.stack.is_well());
            let not_done: Vec<String> = if well { Vec::new() } else { undone.collect() };
            terminal::result_json(&DeployReport {
                plan: proposed,
                done: &done,
                failed,
                not_done: &not_done,
                undone: &[],
                left_open: &[],
                transitions: Vec::new(),
                outputs,
                smoke,
            });
        }
        Output::Text => {
            let width = outputs.keys().map(|name| line(name).len()).max().unwrap_or_default();
            let lines: Vec<_> =
                outputs.iter().map(|(name, value)| format!("{:<width$}  {}", line(name), line(value))).collect();
            if !lines.is_empty() {
                terminal::result(&lines.join("\n"));
            }
        }
    }
}
