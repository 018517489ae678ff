//! The events of a CloudFormation operation: a line for each resource, and the failure that caused all others.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::denial::{Denial, remedy};
use crate::hint::{Command, Hint};
use crate::phrase::Phrase;

/// An event of a stack.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its id, unique in the stack.
    pub id: String,
    /// The resource's logical id; the stack's own name for events of the stack itself.
    pub logical_id: String,
    /// The resource's type; `AWS::CloudFormation::Stack` for the stack itself.
    pub kind: String,
    /// CloudFormation's status, such as `CREATE_IN_PROGRESS`.
    pub status: String,
    /// CloudFormation's reason for the status.
    pub reason: Option<String>,
    /// The time, in seconds since 1970.
    pub at: f64,
}

/// The report of an event to the user.
#[derive(Debug, Clone, PartialEq)]
pub enum ResourceEvent {
    /// The resource has its desired state, and how long that took.
    Done(Duration),
    /// The resource, or the one that it replaced, is removed from the stack and retained.
    Kept,
    /// The operation on the resource failed, with the reason.
    Failed(String),
}

/// The events of one operation, in the order of their arrival.
#[derive(Debug, Default)]
pub struct Watch {
    began: BTreeMap<String, f64>,
    failed: Option<Event>,
    rolls_back: bool,
}

/// The resource type in events of the stack itself.
const STACK: &str = "AWS::CloudFormation::Stack";

impl Event {
    /// Whether it is the last event of the operation: the stack has reached a final state.
    pub fn ends_the_operation(&self) -> bool {
        self.kind == STACK && !self.status.ends_with("_IN_PROGRESS")
    }
}

impl Watch {
    /// Processes the next event, oldest first, and returns the report about it, if there is one.
    pub fn take(&mut self, event: &Event) -> Option<ResourceEvent> {
        let Event { logical_id, kind, status, reason, at, .. } = event;
        let of_the_stack = kind == STACK;
        if of_the_stack && status.contains("ROLLBACK") {
            self.rolls_back = true;
        }
        if status.ends_with("_FAILED") {
            let reason = reason.clone().unwrap_or_else(|| "CloudFormation gives no reason".to_owned());
            if of_the_stack || Phrase::CANCELLED.is_in(&reason) {
                return None;
            }
            self.failed.get_or_insert_with(|| event.clone());
            return Some(ResourceEvent::Failed(reason));
        }
        if of_the_stack {
            return None;
        }
        if status.ends_with("_IN_PROGRESS") {
            self.began.entry(logical_id.clone()).or_insert(*at);
            return None;
        }
        if status == "DELETE_SKIPPED" {
            return (!self.rolls_back).then_some(ResourceEvent::Kept);
        }
        let began = self.began.remove(logical_id);
        let took = Duration::try_from_secs_f64(at - began.unwrap_or(*at)).unwrap_or_default();
        // A rollback is not progress.
        (status.ends_with("_COMPLETE") && !self.rolls_back).then_some(ResourceEvent::Done(took))
    }

    /// The failure that caused the others: the first one with a cause of its own resource.
    pub fn first_failure(&self) -> Option<&Event> {
        self.failed.as_ref()
    }
}

/// The remedy for the most frequent reasons.
pub fn hint_for(reason: &str) -> Option<Hint> {
    if let Some(denial) = Denial::read(reason) {
        return Some(Hint::new(remedy([&denial])));
    }
    Some(match () {
        () if Phrase::VERSION_EXISTS.is_in(reason) => {
            "keep the logical id and the properties of the version, or change the function too: a version with this code \
             and configuration exists already"
                .into()
        }
        () if Phrase::NAME_TAKEN.is_in(reason) => Hint::new("use another name").or(Hint::new(
            "if the direct engine created the resource, destroy it first",
        )
        .run(Command::provisioner(["destroy"]).without("--engine"))),
        () if Phrase::ACCESS_DENIED.is_in(reason) => {
            "give these credentials the deployer's policy of `docs/permissions.md` and the one for CloudFormation below \
             it: CloudFormation uses them"
                .into()
        }
        () => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(logical_id: &str, status: &str, reason: Option<&str>, at: f64) -> Event {
        let kind = if logical_id == "chat" { STACK } else { "AWS::Lambda::Function" };
        Event {
            id: format!("{logical_id}-{status}"),
            logical_id: logical_id.to_owned(),
            kind: kind.to_owned(),
            status: status.to_owned(),
            reason: reason.map(str::to_owned),
            at,
        }
    }

    /// The reports about the events, and the logical id of the first failure.
    fn watched(events: &[Event]) -> (Vec<String>, Option<String>) {
        let mut watch = Watch::default();
        let reported = events.iter().filter_map(|event| {
            watch.take(event).map(|change| match change {
                ResourceEvent::Done(took) => format!("done {} {:.1}", event.logical_id, took.as_secs_f64()),
                ResourceEvent::Kept => format!("kept {}", event.logical_id),
                ResourceEvent::Failed(why) => format!("failed {}: {why}", event.logical_id),
            })
        });
        let reported = reported.collect();
        (reported, watch.first_failure().map(|event| event.logical_id.clone()))
    }

    #[test]
    fn each_resource_is_reported_once_with_its_duration() {
        let (reported, failed) = watched(&[
            event("chat", "CREATE_IN_PROGRESS", None, 10.0),
            event("Role", "CREATE_IN_PROGRESS", None, 11.0),
            event("Role", "CREATE_IN_PROGRESS", Some("Resource creation Initiated"), 12.0),
            event("Role", "CREATE_COMPLETE", None, 27.5),
            event("chat", "CREATE_COMPLETE", None, 28.0),
        ]);
        assert_eq!(reported, ["done Role 16.5"]);
        assert_eq!(failed, None);
    }

    #[test]
    fn retained_resources_of_a_deleted_stack_are_reported() {
        let (reported, failed) = watched(&[
            event("chat", "DELETE_IN_PROGRESS", Some("User Initiated"), 1.0),
            event("Role", "DELETE_SKIPPED", None, 2.0),
            event("chat", "DELETE_COMPLETE", None, 3.0),
        ]);
        assert_eq!((reported, failed), (vec!["kept Role".to_owned()], None));
    }

    #[test]
    fn the_first_failure_is_the_one_with_a_cause_of_its_own() {
        let (reported, failed) = watched(&[
            event("Logs", "CREATE_FAILED", Some("Resource creation cancelled"), 1.0),
            event("Role", "CREATE_FAILED", Some("User is not authorized to perform: iam:CreateRole"), 1.0),
            event("Api", "CREATE_FAILED", Some("Resource creation cancelled"), 1.5),
            event("Table", "CREATE_FAILED", Some("Table already exists: films"), 2.0),
            event("chat", "ROLLBACK_IN_PROGRESS", Some("The following resource(s) failed to create: …"), 2.0),
            event("Api", "DELETE_COMPLETE", None, 3.0),
            event("chat", "ROLLBACK_COMPLETE", None, 4.0),
        ]);
        assert_eq!(failed.as_deref(), Some("Role"));
        let reasons = ["User is not authorized to perform: iam:CreateRole", "Table already exists: films"];
        assert_eq!(reported, [format!("failed Role: {}", reasons[0]), format!("failed Table: {}", reasons[1])]);
    }

    #[test]
    fn the_usual_reasons_have_a_hint() {
        for (reason, hint) in [
            (
                "Resource handler returned message: \"A version for this Lambda function exists ( 1 )\"",
                "change the function too",
            ),
            ("cinedb-chat-bedrock-role already exists (Service: Iam)", "`provisioner destroy`"),
            ("User: x is not authorized to perform: iam:CreateRole", "docs/permissions.md"),
        ] {
            assert!(hint_for(reason).is_some_and(|text| text.contains(hint)), "{reason}");
        }
        assert_eq!(hint_for("something else"), None);
    }
}
