//! CloudFormation: stacks, change sets and the events of an operation.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use aws_sdk_cloudformation::operation::describe_change_set::DescribeChangeSetOutput;
use aws_sdk_cloudformation::types::{
    Capability, Change, ChangeAction, ChangeSetStatus, ChangeSetType, Parameter, PolicyAction, Replacement,
    ResourceAttribute, ResourceChange, ResourceChangeDetail, StackEvent, StackResourceSummary, TemplateStage,
};

use super::Aws;
use super::problem::{has_message, problem};
use super::retry::{First, Progress};
use crate::cloudformation::{Action, ChangeSet, Event, PropertyChange, Row, Stack, StackChange};
use crate::error::{Error, Result};
use crate::phrase::Phrase;

/// How long this program waits for CloudFormation, which gives up on a resource much earlier.
const PATIENCE: Duration = Duration::from_secs(3 * 60 * 60);

/// How many reads of the stack in a row may fail before watching ends. Each read takes several calls.
const MISSED_POLLS: u32 = 20;

/// The inputs of a change set.
#[derive(Debug)]
pub struct Submission<'a> {
    /// The stack's name.
    pub stack: &'a str,
    /// Whether the change set creates the stack or updates it.
    pub kind: StackChange,
    /// The change set's name, which must be new in the stack.
    pub name: &'a str,
    /// The template.
    pub template: Body<'a>,
    /// All parameters; `None` keeps the value that the stack has.
    pub parameters: Vec<(String, Option<String>)>,
}

/// How CloudFormation receives a template.
#[derive(Debug)]
pub enum Body<'a> {
    /// In the call: at most 51,200 bytes.
    Text(&'a str),
    /// From S3: at most one megabyte.
    Url(String),
}

impl Aws {
    /// The stack of this name or ARN, if there is one.
    pub async fn stack(&self, name: &str) -> Result<Option<Stack>> {
        match self.cloudformation.describe_stacks().stack_name(name).send().await {
            Ok(answer) => Ok(answer.stacks.unwrap_or_default().into_iter().next().map(|stack| Stack {
                id: stack.stack_id.unwrap_or_default(),
                name: stack.stack_name.unwrap_or_default(),
                status: stack.stack_status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
                reason: stack.stack_status_reason,
                outputs: stack.outputs.unwrap_or_default().into_iter().filter_map(output).collect(),
            })),
            Err(error) if has_message(&error, "ValidationError", Phrase::NO_SUCH_STACK) => Ok(None),
            Err(error) => Err(problem(format!("looking for the stack {name}"), &error)),
        }
    }

    /// The template that CloudFormation has for a stack, after its macros have run.
    pub async fn template_of(&self, stack: &Stack) -> Result<String> {
        let request = self.cloudformation.get_template().stack_name(&stack.id).template_stage(TemplateStage::Processed);
        let answer = request.send().await;
        let answer =
            answer.map_err(|error| problem(format!("reading the template of stack {}", stack.name), &error))?;
        Ok(answer.template_body.unwrap_or_default())
    }

    /// Creates a change set. Returns `None`, and leaves no change set, when there is nothing to change.
    ///
    /// # Errors
    /// When CloudFormation refuses the template or its parameters.
    pub async fn change_set(&self, submission: &Submission<'_>) -> Result<Option<ChangeSet>> {
        let Submission { stack, kind, name, template, parameters } = submission;
        let doing = format!("planning stack {stack} with CloudFormation");
        let request = self
            .cloudformation
            .create_change_set()
            .stack_name(*stack)
            .change_set_name(*name)
            // With the same token, a retry after a lost answer is the same call.
            .client_token(*name)
            .change_set_type(match kind {
                StackChange::Create => ChangeSetType::Create,
                StackChange::Update => ChangeSetType::Update,
            })
            .capabilities(Capability::CapabilityNamedIam)
            .set_parameters(Some(parameters.iter().map(parameter).collect()));
        let request = match template {
            Body::Text(text) => request.template_body(*text),
            Body::Url(url) => request.template_url(url),
        };
        let created = request.send().await.map_err(|error| problem(&doing, &error))?;
        let id = created.id.ok_or_else(|| Error::new(&doing, "the answer contains no change set"))?;
        let poll = || self.read_change_set(&id, &doing);
        let ready = self.waits.until_ready_within(PATIENCE, First::AtOnce, poll).await?;
        let pages = ready.ok_or_else(|| Error::new(&doing, "the change set is not ready after three hours"))?;
        let first = pages.first();
        let status = first.and_then(|page| page.status.clone());
        if status == Some(ChangeSetStatus::Failed) {
            let reason = first.and_then(|page| page.status_reason.clone()).unwrap_or_default();
            self.discard(&id).await?;
            return if Phrase::NO_CHANGES.is_in(&reason) { Ok(None) } else { Err(Error::new(doing, reason)) };
        }
        let changes = pages.into_iter().flat_map(|page| page.changes.unwrap_or_default());
        let empty = ChangeSet::new(stack, id.split(':').nth(4).unwrap_or_default(), self.place().region());
        Ok(Some(ChangeSet { steps: changes.filter_map(row).collect(), id, ..empty }))
    }

    async fn read_change_set(&self, id: &str, doing: &str) -> Result<Progress<Vec<DescribeChangeSetOutput>>> {
        let request = self.cloudformation.describe_change_set().change_set_name(id).include_property_values(true);
        let mut pages = Vec::new();
        let mut answers = request.into_paginator().send();
        while let Some(answer) = answers.next().await {
            pages.push(answer.map_err(|error| problem(doing, &error))?);
        }
        let status = pages.first().and_then(|page| page.status.clone());
        let ready = matches!(status, Some(ChangeSetStatus::CreateComplete | ChangeSetStatus::Failed));
        Ok(if ready { Progress::Ready(pages) } else { Progress::Underway })
    }

    /// Deletes a change set that was not executed.
    pub async fn discard(&self, change_set: &str) -> Result<()> {
        let answer = self.cloudformation.delete_change_set().change_set_name(change_set).send().await;
        answer.map(drop).map_err(|error| problem(format!("removing the change set {change_set}"), &error))
    }

    /// Executes a change set. CloudFormation continues by itself after this call.
    pub async fn execute_change_set(&self, set: &ChangeSet) -> Result<()> {
        // With the same token, a retry after a lost answer is the same call.
        let token = set.id.split('/').nth(1).map(str::to_owned);
        let request = self.cloudformation.execute_change_set().change_set_name(&set.id);
        let answer = request.set_client_request_token(token).send().await;
        answer.map(drop).map_err(|error| problem(format!("changing stack {} with CloudFormation", set.stack), &error))
    }

    /// Deletes a stack. CloudFormation continues by itself after this call.
    pub async fn delete_stack(&self, id: &str, name: &str) -> Result<()> {
        let answer = self.cloudformation.delete_stack().stack_name(id).send().await;
        answer.map(drop).map_err(|error| problem(format!("removing stack {name} with CloudFormation"), &error))
    }

    /// The resources of a stack, as rows of a change set that deletes it.
    pub async fn removal(&self, stack: &Stack) -> Result<ChangeSet> {
        let items = self.cloudformation.list_stack_resources().stack_name(&stack.id).into_paginator().items().send();
        let resources = items.try_collect().await;
        let resources =
            resources.map_err(|error| problem(format!("listing the resources of stack {}", stack.name), &error))?;
        let deleted = |resource: StackResourceSummary| Row {
            logical_id: resource.logical_resource_id.unwrap_or_default(),
            kind: resource.resource_type.unwrap_or_default(),
            name: resource.physical_resource_id.unwrap_or_default(),
            action: Action::Delete,
            changes: Vec::new(),
        };
        let account = stack.id.split(':').nth(4).unwrap_or_default();
        let empty = ChangeSet::new(&stack.name, account, self.place().region());
        Ok(ChangeSet { steps: resources.into_iter().map(deleted).collect(), ..empty })
    }

    /// The id of the newest event of a stack.
    pub async fn newest_event(&self, stack: &str) -> Result<Option<String>> {
        let answer = self.cloudformation.describe_stack_events().stack_name(stack).send().await;
        let answer = answer.map_err(|error| problem(format!("reading the events of stack {stack}"), &error))?;
        Ok(answer.stack_events.unwrap_or_default().into_iter().next().and_then(|event| event.event_id))
    }

    /// Passes on the events after `after`, oldest first, until the operation ends, and returns the final stack.
    ///
    /// # Errors
    /// When CloudFormation does not answer, or is not done after three hours.
    pub async fn follow(&self, id: &str, after: Option<String>, mut report: impl FnMut(&Event)) -> Result<Stack> {
        let seen = RefCell::new((after, false));
        let unseen = Cell::new(0);
        let report = RefCell::new(&mut report);
        let rested = self.waits.until_ready_within(PATIENCE, First::AtOnce, async || {
            let (after, _) = seen.borrow().clone();
            let (stack, events) = match self.read_progress(id, after.as_deref()).await {
                Ok(seen) => seen,
                // CloudFormation continues its operation although a read of it is throttled or the network fails.
                Err(error) if error.passes() && unseen.get() < MISSED_POLLS => {
                    unseen.set(unseen.get() + 1);
                    return Ok(Progress::Underway);
                }
                Err(error) => return Err(error),
            };
            unseen.set(0);
            for event in events {
                (report.borrow_mut())(&event);
                let ended = event.ends_the_operation() || seen.borrow().1;
                seen.replace((Some(event.id), ended));
            }
            // The stack itself may still be reported in its state before the operation began, so the event that ends
            // the operation is needed too.
            let ended = seen.borrow().1;
            Ok(if ended && !stack.is_busy() { Progress::Ready(stack) } else { Progress::Underway })
        });
        let doing = format!("watching the stack {id}");
        rested.await?.ok_or_else(|| Error::new(doing, "its operation is still in progress after three hours"))
    }

    /// Reads the stack and its events after `after`.
    async fn read_progress(&self, id: &str, after: Option<&str>) -> Result<(Stack, Vec<Event>)> {
        let Some(stack) = self.stack(id).await? else {
            return Err(Error::new(format!("watching the stack {id}"), "it no longer exists"));
        };
        Ok((stack, self.events_after(id, after).await?))
    }

    async fn events_after(&self, id: &str, after: Option<&str>) -> Result<Vec<Event>> {
        let mut newer = Vec::new();
        let mut events = self.cloudformation.describe_stack_events().stack_name(id).into_paginator().items().send();
        while let Some(event) = events.next().await {
            let event = event.map_err(|error| problem(format!("reading the events of stack {id}"), &error))?;
            if event.event_id.as_deref() == after {
                break;
            }
            newer.push(read_event(event));
        }
        newer.reverse();
        Ok(newer)
    }
}

fn output(output: aws_sdk_cloudformation::types::Output) -> Option<(String, String)> {
    output.output_key.zip(output.output_value)
}

fn parameter((name, value): &(String, Option<String>)) -> Parameter {
    let parameter = Parameter::builder().parameter_key(name);
    match value {
        Some(value) => parameter.parameter_value(value).build(),
        None => parameter.use_previous_value(true).build(),
    }
}

fn row(change: Change) -> Option<Row> {
    let change = change.resource_change?;
    let action = action(&change);
    let ResourceChange { logical_resource_id, physical_resource_id, resource_type, details, .. } = change;
    let mut changes: Vec<PropertyChange> = Vec::new();
    for one in details.unwrap_or_default().into_iter().filter_map(property) {
        // CloudFormation reports a property several times when its change has several causes.
        if !changes.iter().any(|earlier| earlier.change.property == one.change.property) {
            changes.push(one);
        }
    }
    Some(Row {
        logical_id: logical_resource_id.unwrap_or_default(),
        kind: resource_type.unwrap_or_default(),
        name: physical_resource_id.unwrap_or_default(),
        action,
        changes,
    })
}

fn action(change: &ResourceChange) -> Action {
    let stays = matches!(change.policy_action, Some(PolicyAction::Retain | PolicyAction::ReplaceAndRetain));
    match (&change.action, &change.replacement) {
        (Some(ChangeAction::Add), _) => Action::Create,
        (Some(ChangeAction::Import), _) => Action::Import,
        (Some(ChangeAction::Remove), _) if stays => Action::Retain,
        (Some(ChangeAction::Remove), _) => Action::Delete,
        (_, Some(Replacement::True)) if stays => Action::Succeed,
        (_, Some(Replacement::True)) => Action::Replace,
        (_, Some(Replacement::Conditional)) => Action::MayReplace,
        _ => Action::Update,
    }
}

fn property(detail: ResourceChangeDetail) -> Option<PropertyChange> {
    let target = detail.target?;
    let path = match (&target.path, &target.name, &target.attribute) {
        (Some(path), _, _) => path.clone(),
        (None, Some(name), _) => name.clone(),
        (None, None, Some(ResourceAttribute::Properties) | None) => return None,
        (None, None, Some(attribute)) => attribute.as_str().to_owned(),
    };
    let (old, new) = (target.before_value.as_deref(), target.after_value.as_deref());
    Some(PropertyChange::new(&path, old, new, detail.causing_entity))
}

fn read_event(event: StackEvent) -> Event {
    Event {
        id: event.event_id.unwrap_or_default(),
        logical_id: event.logical_resource_id.unwrap_or_default(),
        kind: event.resource_type.unwrap_or_default(),
        status: event.resource_status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
        reason: event.resource_status_reason,
        at: event.timestamp.map(|time| time.as_secs_f64()).unwrap_or_default(),
    }
}
