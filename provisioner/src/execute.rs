//! Carries out a plan: sends its calls, as many at once as the plan's graph allows. It makes no choices.

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
use crate::template::{Known, Reference};

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
    Stopped,
}

/// Executes a plan. After a failure or a stop no further call is begun; what is under way is waited for, so that
/// the outcome says what is true.
pub async fn execute(plan: &Plan, writer: &impl Writer, stop: &Stop, tell: &(dyn Fn(Event<'_>) + Sync)) -> Outcome {
    let mut outcome = Outcome { known: plan.known.clone(), ..Outcome::default() };
    let mut waiting: Vec<&Step> = plan.changing().collect();
    let mut unfinished: BTreeSet<&str> = waiting.iter().map(|step| step.id.as_str()).collect();
    let mut running = FuturesUnordered::new();
    loop {
        if outcome.is_complete() && !stop.requested() {
            let (ready, later): (Vec<&Step>, Vec<&Step>) =
                waiting.into_iter().partition(|step| step.needs.iter().all(|need| !unfinished.contains(need.as_str())));
            waiting = later;
            for step in ready {
                running.push(run_step(step, outcome.known.clone(), writer, stop, tell));
            }
        }
        let Some((step, result)) = running.next().await else { break };
        match result {
            Ok(ids) => {
                unfinished.remove(step.id.as_str());
                outcome.done.push(step.id.clone());
                let filled = step.resource.fill(&outcome.known);
                for (reference, value) in filled.known(&step.logical_id, &plan.place, &ids) {
                    outcome.known.insert(reference, value);
                }
            }
            Err(Halt::Failed(error)) => outcome.failed.push((step.id.clone(), error)),
            Err(Halt::Stopped) => outcome.not_done.push(step.id.clone()),
        }
    }
    outcome.not_done.extend(waiting.iter().map(|step| step.id.clone()));
    outcome.stopped = stop.requested();
    clean_up(plan, writer, stop, &mut outcome).await;
    outcome
}

async fn run_step<'p>(
    step: &'p Step,
    known: Known,
    writer: &impl Writer,
    stop: &Stop,
    tell: &(dyn Fn(Event<'_>) + Sync),
) -> (&'p Step, std::result::Result<Ids, Halt>) {
    tell(Event::Started(step));
    let begun = Instant::now();
    let result = send_stages(&step.stages, &known.seen_by(&step.logical_id, &step.ids), writer, stop).await;
    match &result {
        Ok(_) => tell(Event::Finished(step, begun.elapsed())),
        Err(Halt::Failed(_)) => tell(Event::Failed(step)),
        Err(Halt::Stopped) => {}
    }
    (step, result.map(|assigned| step.ids.clone().into_iter().chain(assigned).collect()))
}

async fn send_stages(
    stages: &Stages<Call>,
    known: &Known,
    writer: &impl Writer,
    stop: &Stop,
) -> std::result::Result<Ids, Halt> {
    let mut known = known.clone();
    let mut assigned = Ids::new();
    for stage in stages {
        if stop.requested() {
            return Err(Halt::Stopped);
        }
        let filled: Vec<Call> = stage.iter().map(|call| call.fill(&known)).collect();
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
        for answer in answers {
            for (attribute, value) in answer.map_err(Halt::Failed)? {
                known.insert(Reference::own(&attribute), &value);
                assigned.insert(attribute, value);
            }
        }
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
        let Err(halt) = send_stages(&step.cleanup, &known, writer, stop).await else { continue };
        outcome.done.retain(|id| *id != step.id); // a step is done when its last call is
        match halt {
            Halt::Failed(error) => outcome.failed.push((step.id.clone(), error)),
            Halt::Stopped => outcome.not_done.push(step.id.clone()),
        }
    }
}

#[cfg(test)]
mod tests;
