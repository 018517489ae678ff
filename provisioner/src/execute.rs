//! Carries out a plan: sends its calls, as many at once as the plan's graph allows. It makes no choices.

mod complete;

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::{Either, join_all, select};
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::error::{Error, Result};
use crate::plan::{Plan, Step};
use crate::resources::{Call, Ids, Stages};
use crate::template::Known;

/// Sends calls that change something.
pub trait Writer {
    /// Sends one call and waits until what it began is done. Answers what AWS assigned.
    fn send(&self, call: &Call) -> impl Future<Output = Result<Ids>> + Send;
}

/// What happens while a plan is executed.
#[derive(Debug, Clone)]
pub enum Event<'a> {
    /// The first call of a step is about to be sent.
    Started(&'a Step),
    /// The last call of a step has been answered.
    Finished(&'a Step, Duration),
    /// A call of a step was refused.
    Failed(&'a Step),
}

/// A request to stop between two calls. It can be made from anywhere, any number of times.
#[derive(Debug, Default)]
pub struct Stop {
    requested: AtomicBool,
    told: Notify,
}

impl Stop {
    /// Asks for the stop.
    pub fn request(&self) {
        self.requested.store(true, Ordering::SeqCst);
        self.told.notify_waiters();
    }

    fn requested(&self) -> bool {
        self.requested.load(Ordering::SeqCst)
    }

    async fn until_requested(&self) {
        let told = self.told.notified();
        if !self.requested() {
            told.await;
        }
    }
}

/// What came of a plan.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The ids of the steps that are done.
    pub done: Vec<String>,
    /// The steps that failed, and why.
    pub failed: Vec<(String, Error)>,
    /// The steps that were not begun, or not finished because of a stop.
    pub not_done: Vec<String>,
    /// Of the steps that failed, those that have undone what they had done for a while only.
    pub undone: Vec<String>,
    /// Of the steps that failed or were stopped, those that had done something which shall be for a while only, and it
    /// is still so.
    pub left_open: Vec<String>,
    /// Whether somebody asked to stop.
    pub stopped: bool,
    /// Everything that references stand for.
    pub known: Known,
}

impl Outcome {
    /// Whether every step is done.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.failed.is_empty() && self.not_done.is_empty()
    }
}

/// Why a step ended before its last call.
enum Halt {
    Failed(Error),
    /// It failed, and what it had done before is undone.
    Undone(Error),
    Stopped,
}

/// Executes a plan. After a failure or a stop no further step is begun; what is under way is waited for, so that the
/// outcome says what is true.
pub async fn execute(plan: &Plan, writer: &impl Writer, stop: &Stop, tell: &(dyn Fn(Event<'_>) + Sync)) -> Outcome {
    let mut outcome = Outcome { known: plan.known.clone(), ..Outcome::default() };
    let mut waiting: Vec<&Step> = plan.changing().collect();
    let mut unfinished: BTreeSet<&str> = waiting.iter().map(|step| step.id.as_str()).collect();
    let mut unmade = unfinished.clone();
    let mut running = FuturesUnordered::new();
    loop {
        if outcome.is_complete() && !stop.requested() {
            let free = |needs: &BTreeSet<String>, of: &BTreeSet<&str>| !needs.iter().any(|id| of.contains(id.as_str()));
            let (ready, later): (Vec<&Step>, Vec<&Step>) =
                waiting.into_iter().partition(|step| free(&step.needs, &unfinished) && free(&step.needs_made, &unmade));
            waiting = later;
            for step in ready {
                tell(Event::Started(step));
                running.push(run_stage(Turn::first(step), outcome.known.clone(), writer, stop));
            }
        }
        let Some((turn, result)) = running.next().await else { break };
        let step = turn.step;
        match result {
            Ok(assigned) => {
                let turn = turn.after(assigned, &outcome.known);
                unmade.remove(step.id.as_str());
                let filled = step.resource.fill(&outcome.known);
                for (reference, value) in filled.known(&step.logical_id, &plan.place, &turn.ids) {
                    outcome.known.insert(reference, value);
                }
                if turn.stage < step.stages.len() {
                    running.push(run_stage(turn, outcome.known.clone(), writer, stop));
                } else {
                    unfinished.remove(step.id.as_str());
                    outcome.done.push(step.id.clone());
                    tell(Event::Finished(step, turn.begun.elapsed()));
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
                        tell(Event::Failed(step));
                    }
                    Halt::Stopped => outcome.not_done.push(step.id.clone()),
                }
            }
        }
    }
    outcome.not_done.extend(waiting.iter().map(|step| step.id.clone()));
    outcome.stopped = stop.requested();
    clean_up(plan, writer, stop, &mut outcome).await;
    outcome
}

/// A step that is under way: the stage that comes next, and what AWS has assigned so far.
struct Turn<'p> {
    step: &'p Step,
    stage: usize,
    begun: Instant,
    ids: Ids,
}

impl<'p> Turn<'p> {
    fn first(step: &'p Step) -> Self {
        Self { step, stage: 0, begun: Instant::now(), ids: step.ids.clone() }
    }

    /// Whether something stays that shall be for a while only. After a conflict somebody else has seen to it.
    fn leaves_open(&self, halt: &Halt) -> bool {
        let begun = self.step.undo.as_ref().is_some_and(|undo| self.stage >= undo.stage);
        begun
            && match halt {
                Halt::Failed(error) => !error.is_conflict(),
                Halt::Undone(_) => false,
                Halt::Stopped => true,
            }
    }

    fn after(mut self, assigned: Ids, known: &Known) -> Self {
        self.stage += 1;
        self.ids.extend(assigned);
        self.ids.values_mut().for_each(|value| *value = known.fill(value));
        self
    }
}

async fn run_stage<'p>(
    turn: Turn<'p>,
    known: Known,
    writer: &impl Writer,
    stop: &Stop,
) -> (Turn<'p>, std::result::Result<Ids, Halt>) {
    let calls = turn.step.stages.get(turn.stage).map_or(&[][..], Vec::as_slice);
    let known = known.seen_by(&turn.step.logical_id, &turn.ids);
    let result = match (send_stage(turn.step, calls, &known, writer, stop).await, &turn.step.undo) {
        // After a conflict somebody else has seen to it.
        (Err(Halt::Failed(error)), Some(undo)) if undo.stage == turn.stage && !error.is_conflict() => {
            Err(go_back(error, turn.step, &undo.calls, &known, writer).await)
        }
        (result, _) => result,
    };
    (turn, result)
}

/// Undoes what came before a stage that failed, also when somebody has asked to stop.
async fn go_back(error: Error, step: &Step, calls: &Stages<Call>, known: &Known, writer: &impl Writer) -> Halt {
    match send_in_order(step, calls, known, writer, &Stop::default()).await {
        Err(Halt::Failed(other) | Halt::Undone(other)) => Halt::Failed(error.followed_by(other)),
        Ok(()) | Err(Halt::Stopped) => Halt::Undone(error),
    }
}

/// Sends the calls of one stage side by side, if all that they hold is known. Answers what AWS assigned.
async fn send_stage(
    step: &Step,
    stage: &[Call],
    known: &Known,
    writer: &impl Writer,
    stop: &Stop,
) -> std::result::Result<Ids, Halt> {
    if stop.requested() {
        return Err(Halt::Stopped);
    }
    let filled: Vec<Call> = stage.iter().map(|call| call.fill(known)).collect();
    filled.iter().try_for_each(|call| complete::check(step, call, known)).map_err(Halt::Failed)?;
    let answers = join_all(filled.iter().map(|call| writer.send(call)));
    let answers = if filled.iter().all(Call::changes_nothing) {
        // Nothing is lost by not waiting for it; a check can take minutes.
        match select(pin!(answers), pin!(stop.until_requested())).await {
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

/// Removes what replacements left behind, last made first, once nothing refers to it any more.
async fn clean_up(plan: &Plan, writer: &impl Writer, stop: &Stop, outcome: &mut Outcome) {
    for step in plan.changing().filter(|step| !step.cleanup.is_empty()).collect::<Vec<_>>().into_iter().rev() {
        if !outcome.is_complete() {
            return;
        }
        let known = outcome.known.seen_by(&step.logical_id, &step.ids);
        let Err(halt) = send_in_order(step, &step.cleanup, &known, writer, stop).await else { continue };
        outcome.done.retain(|id| *id != step.id); // a step is done when its last call is
        match halt {
            Halt::Failed(error) | Halt::Undone(error) => outcome.failed.push((step.id.clone(), error)),
            Halt::Stopped => outcome.not_done.push(step.id.clone()),
        }
    }
}

async fn send_in_order(
    step: &Step,
    stages: &Stages<Call>,
    known: &Known,
    writer: &impl Writer,
    stop: &Stop,
) -> std::result::Result<(), Halt> {
    for stage in stages {
        send_stage(step, stage, known, writer, stop).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
