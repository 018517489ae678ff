//! Makes CloudFormation release a stack's resources: it updates the stack with its own template, in which every
//! resource is retained.

use provisioner::aws::{Aws, Submission};
use provisioner::cloudformation::{Stack, StackChange, retaining};
use provisioner::{Error, Hint, Result};

use super::super::progress::Progress;
use super::proposal::{body, change_set_name, is_large};
use super::watching::watch;
use crate::terminal;

/// Ensures that all resources of a stack stay when the stack is deleted.
///
/// The update uses the template and the parameters that CloudFormation has, and not those on this machine; an update
/// that would change anything else is not executed.
pub(super) async fn retain(aws: &Aws, stack: &Stack) -> Result<()> {
    let name = stack.name.as_str();
    let Some(update) = retaining(name, &aws.template_of(stack).await?)? else { return Ok(()) };
    Stack::change(Some(stack))?;
    let account = stack.id.split(':').nth(4).unwrap_or_default();
    let bucket = aws.own_bucket(account);
    if is_large(&update.template) {
        aws.bucket(&bucket, account, true).await?;
    }
    let template = body(aws, name, &bucket, account, &update.template).await?;
    let parameters = update.parameters.into_iter().map(|name| (name, None)).collect();
    let submission =
        Submission { stack: name, kind: StackChange::Update, name: &change_set_name(), template, parameters };
    let doing = || format!("retaining the resources of stack {name}");
    let Some(set) = aws.change_set(&submission).await? else {
        return Err(Error::new(doing(), "CloudFormation finds no change in `DeletionPolicy: Retain`").exists(NOTHING));
    };
    let beyond = set.beyond_deletion_policies().join(", ");
    if !beyond.is_empty() {
        aws.discard(&set.id).await?;
        let cause = format!("an update with its own template would change more than the deletion policies: {beyond}");
        return Err(Error::new(doing(), cause)
            .exists(NOTHING)
            .hint(Hint::new("deploy the stack first, so that nothing else is left to change").then_again()));
    }
    let after = match aws.newest_event(&stack.id).await {
        Ok(after) => after,
        Err(error) => {
            aws.discard(&set.id).await?;
            return Err(error.exists(NOTHING));
        }
    };
    aws.execute_change_set(&set).await?;
    let ended = watch(aws, &stack.id, name, after, Progress::of_change_set(&set)).await?;
    if !ended.stack.is_well() {
        return Err(ended.error());
    }
    // The deletion of a stack is the one step that cannot be undone.
    if retaining(name, &aws.template_of(stack).await?)?.is_some() {
        return Err(Error::new(doing(), "another change of the stack was made at the same time")
            .exists("the stack and all its resources exist")
            .hint(Hint::again()));
    }
    terminal::note("all resources are retained when the stack is deleted");
    Ok(())
}

const NOTHING: &str = "nothing was changed";
