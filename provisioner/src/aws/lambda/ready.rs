//! Waits until the last change of a function is in force.

use aws_sdk_lambda::operation::get_function::GetFunctionOutput;
use aws_sdk_lambda::types::{FunctionConfiguration, LastUpdateStatus, State};
use futures_util::future::join;

use super::super::Aws;
use super::super::problem::{problem, took_too_long};
use super::super::retry::{First, Progress};
use super::function::function_ids;
use crate::error::{Error, Result};
use crate::resources::Ids;
use crate::resources::function::Failure;

impl Aws {
    /// Reads a function, once its last change is in force or has failed.
    ///
    /// A killed run may have left a change in progress. Until it ends, `GetFunction` returns a configuration that does
    /// not run yet and may never run. `first` is the answer that was already read.
    pub(super) async fn settled_function(
        &self,
        name: &str,
        first: Option<GetFunctionOutput>,
    ) -> Result<Option<GetFunctionOutput>> {
        let poll = || async {
            let now = self.read_function(name).await?;
            Ok(if now.as_ref().is_some_and(is_underway) { Progress::Underway } else { Progress::Ready(now) })
        };
        if !first.as_ref().is_some_and(is_underway) {
            return Ok(first);
        }
        (self.notify)(&format!("waiting for the last change of function {name}"));
        let settled = self.waits.until_ready(First::AfterAPause, poll).await?;
        settled.ok_or_else(|| took_too_long(format!("reading function {name}")))
    }

    /// Waits until the last change of a function, or of one of its versions, is in force, and returns the ids.
    pub(in super::super) async fn function_is_ready(
        &self,
        name: &str,
        version: Option<&str>,
        first: First,
    ) -> Result<Ids> {
        let doing = || match version {
            Some(version) => format!("waiting for version {version} of function {name}"),
            None => format!("waiting for function {name}"),
        };
        let ready = self.waits.until_ready(first, || self.poll(name, version, &doing)).await?;
        ready.ok_or_else(|| took_too_long(doing()))
    }

    /// Waits for a version and for the function that it was published from, and returns the function's ids.
    ///
    /// The same change makes both ready. The first poll reads both; the next ones read only the version until it is
    /// ready, and then the function.
    pub(super) async fn are_ready(&self, name: &str, version: &str, first: First) -> Result<Ids> {
        self.waits.before_the_first_poll(first).await;
        let doing = || format!("waiting for version {version} of function {name}");
        let polls = join(self.poll(name, Some(version), doing), self.poll(name, None, doing)).await;
        match (polls.0?, polls.1?) {
            (Progress::Ready(_), Progress::Ready(latest)) => Ok(latest),
            (Progress::Ready(_), Progress::Underway) => self.function_is_ready(name, None, First::AfterAPause).await,
            (Progress::Underway, latest) => {
                self.function_is_ready(name, Some(version), First::AfterAPause).await?;
                match latest {
                    Progress::Ready(latest) => Ok(latest),
                    Progress::Underway => self.function_is_ready(name, None, First::AtOnce).await,
                }
            }
        }
    }

    /// Reads a function, or one of its versions. Returns the ids once its last change is in force.
    async fn poll(&self, name: &str, version: Option<&str>, doing: impl Fn() -> String) -> Result<Progress<Ids>> {
        let request = self.lambda.get_function().function_name(name).set_qualifier(version.map(str::to_owned));
        let answer = request.send().await.map_err(|error| problem(doing(), &error))?;
        match answer.configuration() {
            Some(now) if !is_changing(now.state(), now.last_update_status()) => match failure(now) {
                Some(Failure::Create(reason) | Failure::Change(reason)) => Err(Error::new(doing(), reason)),
                None => Ok(Progress::Ready(function_ids(now))),
            },
            _ => Ok(Progress::Underway),
        }
    }
}

/// When to poll a function first, by the answer to its change. Lambda answers most changes while they are in progress,
/// so an immediate poll would be useless.
pub(super) fn first_poll(state: Option<&State>, last_update: Option<&LastUpdateStatus>) -> First {
    if is_changing(state, last_update) { First::AfterAPause } else { First::AtOnce }
}

pub(super) fn is_underway(answer: &GetFunctionOutput) -> bool {
    answer.configuration().is_some_and(|now| is_changing(now.state(), now.last_update_status()))
}

fn is_changing(state: Option<&State>, last_update: Option<&LastUpdateStatus>) -> bool {
    state == Some(&State::Pending) || last_update == Some(&LastUpdateStatus::InProgress)
}

/// The failure of the last change, in Lambda's words.
pub(super) fn failure(configuration: &FunctionConfiguration) -> Option<Failure> {
    let reason = |text: Option<&str>| text.unwrap_or("Lambda gives no reason").to_owned();
    if configuration.state() == Some(&State::Failed) {
        return Some(Failure::Create(reason(configuration.state_reason())));
    }
    let failed = configuration.last_update_status() == Some(&LastUpdateStatus::Failed);
    failed.then(|| Failure::Change(reason(configuration.last_update_status_reason())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_in_progress_is_polled_after_a_pause() {
        let (active, pending) = (Some(&State::Active), Some(&State::Pending));
        let (done, underway) = (Some(&LastUpdateStatus::Successful), Some(&LastUpdateStatus::InProgress));
        for (state, last_update) in [(pending, None), (pending, done), (active, underway), (None, underway)] {
            assert_eq!(first_poll(state, last_update), First::AfterAPause);
        }
        for (state, last_update) in [(active, done), (active, None), (None, None)] {
            assert_eq!(first_poll(state, last_update), First::AtOnce);
        }
    }
}
