//! Executes a plan: sends its calls with as much concurrency as the plan's dependencies allow. It makes no decisions.

mod complete;

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, join_all, select};
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::error::{Error, Result};
use crate::plan::{Plan, Step};
use crate::resources::{Batches, Call, Ids};
use crate::template::Known;

/// Sends calls that change something.
pub trait Writer {
    /// Sends one call and waits until its effect is complete. Returns the ids that AWS assigned.
    fn send(&self, call: &Call) -> impl Future<Output = Result<Ids>> + Send;
}

/// An event during the execution of a plan.
#[derive(Debug, Clone)]
pub enum Event<'a> {
    /// The first call of a step is about to be sent.
    Started(&'a Step),
    /// The last call of a step has been answered.
    Finished(&'a Step, Duration),
    /// A call of a step was refused.
    Failed(&'a Step),
}

/// A request to stop between two calls. Any thread can make it, any number of times.
pub type Stop = CancellationToken;

/// The result of the execution of a plan.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The ids of the completed steps.
    pub done: Vec<String>,
    /// The steps that failed, and why.
    pub failed: Vec<(String, Error)>,
    /// The steps that were not started, or not completed because of a stop.
    pub not_done: Vec<String>,
    /// The failed steps whose temporary changes were undone.
    pub undone: Vec<String>,
    /// The failed or stopped steps whose temporary changes are still in effect.
    pub left_open: Vec<String>,
    /// Whether a stop was requested.
    pub stopped: bool,
    /// Whether a call that may have changed something was sent.
    pub wrote: bool,
    /// The values of all references.
    pub known: Known,
}

impl Outcome {
    /// Whether all steps are complete.
    pub fn is_complete(&self) -> bool {
        self.failed.is_empty() && self.not_done.is_empty()
    }
}

/// Why a step ended before its last call.
enum Halt {
    Failed(Error),
    /// It failed, and its previous changes were undone.
    Undone(Error),
    Stopped,
}

/// Executes a plan. After a failure or a stop no further step is started, and running calls are awaited, so that the
/// outcome is accurate.
pub async fn execute(plan: &Plan, writer: &impl Writer, stop: &Stop, report: &(dyn Fn(Event<'_>) + Sync)) -> Outcome {
    let mut outcome = Outcome { known: plan.known.clone(), ..Outcome::default() };
    let mut waiting: Vec<&Step> = plan.changing().collect();
    let mut unfinished: BTreeSet<&str> = waiting.iter().map(|step| step.id.as_str()).collect();
    let mut unmade = unfinished.clone();
    let mut running = FuturesUnordered::new();
    loop {
        if outcome.is_complete() && !stop.is_cancelled() {
            let free = |needs: &BTreeSet<String>, of: &BTreeSet<&str>| !needs.iter().any(|id| of.contains(id.as_str()));
            let (ready, later): (Vec<&Step>, Vec<&Step>) = waiting
                .into_iter()
                .partition(|step| free(&step.needs, &unfinished) && free(&step.needs_created, &unmade));
            waiting = later;
            for step in ready {
                report(Event::Started(step));
                running.push(run_batch(Turn::first(step), outcome.known.clone(), writer, stop));
            }
        }
        let Some((turn, result)) = running.next().await else { break };
        let step = turn.step;
        outcome.wrote |= turn.writes() && !matches!(result, Err(Halt::Stopped));
        match result {
            Ok(assigned) => {
                let turn = turn.after(assigned, &outcome.known);
                unmade.remove(step.id.as_str());
                let filled = step.resource.fill(&outcome.known);
                for (reference, value) in filled.known(&step.logical_id, &plan.place, &turn.ids) {
                    outcome.known.insert(reference, value);
                }
                if turn.batch < step.batches.len() {
                    running.push(run_batch(turn, outcome.known.clone(), writer, stop));
                } else {
                    unfinished.remove(step.id.as_str());
                    outcome.done.push(step.id.clone());
                    report(Event::Finished(step, turn.begun.elapsed()));
                }
            }
            Err(halt) => {
                if matches!(halt, Halt::Undone(_)) {
                    outcome.undone.push(step.id.clone());
                } else if turn.leaves_open(&halt) {
                    outcome.left_open.push(step.id.clone());
                }
                match halt {
                    Halt::Failed(error) | Halt::Undone(error) => {
                        outcome.failed.push((step.id.clone(), error));
                        report(Event::Failed(step));
                    }
                    Halt::Stopped => outcome.not_done.push(step.id.clone()),
                }
            }
        }
    }
    outcome.not_done.extend(waiting.iter().map(|step| step.id.clone()));
    outcome.stopped = stop.is_cancelled();
    clean_up(plan, writer, stop, &mut outcome).await;
    outcome
}

/// A running step: its next batch, and the ids that AWS has assigned so far.
struct Turn<'p> {
    step: &'p Step,
    batch: usize,
    begun: Instant,
    ids: Ids,
}

impl<'p> Turn<'p> {
    fn first(step: &'p Step) -> Self {
        Self { step, batch: 0, begun: Instant::now(), ids: step.ids.clone() }
    }

    /// Whether its batch contains a call that changes something.
    fn writes(&self) -> bool {
        self.step.batches.get(self.batch).is_some_and(|batch| !batch.iter().all(Call::changes_nothing))
    }

    /// Whether a temporary change stays in effect. After a conflict, the concurrent change has replaced it.
    fn leaves_open(&self, halt: &Halt) -> bool {
        let begun = self.step.undo.as_ref().is_some_and(|undo| self.batch >= undo.batch);
        begun
            && match halt {
                Halt::Failed(error) => !error.is_conflict(),
                Halt::Undone(_) => false,
                Halt::Stopped => true,
            }
    }

    fn after(mut self, assigned: Ids, known: &Known) -> Self {
        self.batch += 1;
        self.ids.extend(assigned);
        self.ids.values_mut().for_each(|value| *value = known.fill(value));
        self
    }
}

async fn run_batch<'p>(
    turn: Turn<'p>,
    known: Known,
    writer: &impl Writer,
    stop: &Stop,
) -> (Turn<'p>, std::result::Result<Ids, Halt>) {
    let calls = turn.step.batches.get(turn.batch).map_or(&[][..], Vec::as_slice);
    let known = known.seen_by(&turn.step.logical_id, turn.ids.iter());
    let result = match (send_batch(turn.step, calls, &known, writer, stop).await, &turn.step.undo) {
        // After a conflict, a concurrent change has replaced the temporary one.
        (Err(Halt::Failed(error)), Some(undo)) if undo.batch == turn.batch && !error.is_conflict() => {
            Err(roll_back(error, turn.step, &undo.calls, &known, writer).await)
        }
        (result, _) => result,
    };
    (turn, result)
}

/// Undoes the batches before a failed batch, even if a stop was requested.
async fn roll_back(error: Error, step: &Step, calls: &Batches<Call>, known: &Known, writer: &impl Writer) -> Halt {
    match send_in_order(step, calls, known, writer, &Stop::default()).await {
        Err(Halt::Failed(other) | Halt::Undone(other)) => Halt::Failed(error.followed_by(other)),
        Ok(()) | Err(Halt::Stopped) => Halt::Undone(error),
    }
}

/// Sends the calls of one batch concurrently, if all their values are known. Returns the ids that AWS assigned.
async fn send_batch(
    step: &Step,
    batch: &[Call],
    known: &Known,
    writer: &impl Writer,
    stop: &Stop,
) -> std::result::Result<Ids, Halt> {
    if stop.is_cancelled() {
        return Err(Halt::Stopped);
    }
    let filled: Vec<Call> = batch.iter().map(|call| call.fill(known)).collect();
    filled.iter().try_for_each(|call| complete::check(step, call, known)).map_err(Halt::Failed)?;
    let answers = join_all(filled.iter().map(|call| writer.send(call)));
    let answers = if filled.iter().all(Call::changes_nothing) {
        // The check has no effect to wait for, and it can take minutes.
        match select(pin!(answers), pin!(stop.cancelled())).await {
            Either::Left((answers, _)) => answers,
            Either::Right(_) => return Err(Halt::Stopped),
        }
    } else {
        answers.await
    };
    let mut assigned = Ids::new();
    for answer in answers {
        assigned.extend(answer.and_then(|ids| complete::plain(step, ids)).map_err(Halt::Failed)?);
    }
    Ok(assigned)
}

/// Removes the resources that were replaced, in reverse order of creation, when nothing refers to them any more.
async fn clean_up(plan: &Plan, writer: &impl Writer, stop: &Stop, outcome: &mut Outcome) {
    for step in plan.changing().filter(|step| !step.cleanup.is_empty()).collect::<Vec<_>>().into_iter().rev() {
        if !outcome.is_complete() {
            return;
        }
        let known = outcome.known.seen_by(&step.logical_id, step.ids.iter());
        outcome.wrote |= !stop.is_cancelled();
        let Err(halt) = send_in_order(step, &step.cleanup, &known, writer, stop).await else { continue };
        outcome.done.retain(|id| *id != step.id); // a step is complete after its last call
        match halt {
            Halt::Failed(error) | Halt::Undone(error) => outcome.failed.push((step.id.clone(), error)),
            Halt::Stopped => outcome.not_done.push(step.id.clone()),
        }
    }
}

async fn send_in_order(
    step: &Step,
    batches: &Batches<Call>,
    known: &Known,
    writer: &impl Writer,
    stop: &Stop,
) -> std::result::Result<(), Halt> {
    for batch in batches {
        send_batch(step, batch, known, writer, stop).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
