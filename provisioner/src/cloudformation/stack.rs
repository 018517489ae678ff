//! A stack as CloudFormation describes it, and the operations that are possible in its state.

use crate::error::{Error, Result};
use crate::hint::{Command, Hint};

/// A stack of CloudFormation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stack {
    /// Its ARN, which identifies the stack even after its deletion.
    pub id: String,
    /// Its name.
    pub name: String,
    /// CloudFormation's name for its state, such as `UPDATE_COMPLETE`.
    pub status: String,
    /// The reason for this state, if CloudFormation gives one.
    pub reason: Option<String>,
    /// Its outputs.
    pub outputs: Vec<(String, String)>,
}

/// The effect of a change set on the stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StackChange {
    /// It creates the stack.
    Create,
    /// It updates the stack.
    Update,
}

impl Stack {
    /// Whether only a name exists: a change set was created for a new stack, and not executed.
    pub fn is_a_shell(&self) -> bool {
        self.status == "REVIEW_IN_PROGRESS"
    }

    /// Whether an operation is in progress.
    pub fn is_busy(&self) -> bool {
        self.status.ends_with("_IN_PROGRESS") && !self.is_a_shell()
    }

    /// Whether it is deleted.
    pub fn is_deleted(&self) -> bool {
        self.status == "DELETE_COMPLETE"
    }

    /// Whether the last operation succeeded.
    pub fn is_well(&self) -> bool {
        matches!(self.status.as_str(), "CREATE_COMPLETE" | "UPDATE_COMPLETE" | "IMPORT_COMPLETE" | "DELETE_COMPLETE")
    }

    /// The kind of change set that the stack accepts in its state; `None` means that there is no stack.
    ///
    /// # Errors
    /// When it accepts none in its state; the hint contains the command to run first.
    pub fn change(stack: Option<&Self>) -> Result<StackChange> {
        let Some(stack) = stack else { return Ok(StackChange::Create) };
        let Self { name, status, .. } = stack;
        if stack.is_a_shell() {
            return Ok(StackChange::Create);
        }
        let refused = |hint: Hint| {
            let why = stack.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
            let cause = format!("CloudFormation does not accept changes while the stack is {status}{why}");
            Err(Error::new(format!("changing stack {name}"), cause).exists("nothing was changed").hint(hint))
        };
        if stack.is_busy() {
            return refused(Hint::new("wait until the other operation ends").then_again());
        }
        match status.as_str() {
            "UPDATE_ROLLBACK_FAILED" => refused(
                Hint::new("remove the cause that the reason names, and continue the rollback")
                    .run(Command::aws(["cloudformation", "continue-update-rollback", "--stack-name", name]))
                    .then_again(),
            ),
            "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED" | "CREATE_FAILED" | "DELETE_FAILED" | "IMPORT_ROLLBACK_FAILED" => {
                refused(
                    Hint::new("remove the rest of the stack")
                        .run(Command::provisioner(["destroy", "--engine", "cloudformation", "--stack", name]))
                        .then_again(),
                )
            }
            _ => Ok(StackChange::Update),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stack(status: &str) -> Stack {
        Stack {
            id: "arn:stack".to_owned(),
            name: "chat".to_owned(),
            status: status.to_owned(),
            reason: None,
            outputs: Vec::new(),
        }
    }

    #[test]
    fn a_missing_stack_is_created_and_a_stable_one_updated() {
        assert_eq!(Stack::change(None), Ok(StackChange::Create));
        assert_eq!(Stack::change(Some(&stack("REVIEW_IN_PROGRESS"))), Ok(StackChange::Create));
        for status in ["CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE"] {
            assert_eq!(Stack::change(Some(&stack(status))), Ok(StackChange::Update), "{status}");
        }
    }

    #[test]
    fn a_state_that_accepts_no_change_names_the_command_to_run_first() {
        for (status, hint) in [
            ("ROLLBACK_COMPLETE", "`provisioner destroy --engine cloudformation --stack chat`"),
            ("DELETE_FAILED", "`provisioner destroy --engine cloudformation --stack chat`"),
            ("UPDATE_ROLLBACK_FAILED", "`aws cloudformation continue-update-rollback --stack-name chat`"),
            ("UPDATE_IN_PROGRESS", "wait until the other operation ends"),
            ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "wait until the other operation ends"),
        ] {
            let error = Stack::change(Some(&stack(status))).unwrap_err();
            assert!(error.next_step().is_some_and(|text| text.contains(hint)), "{status}: {error}");
            assert!(error.headline().contains(status), "{error}");
        }
    }
}
