//! `destroy --engine cloudformation`: makes CloudFormation delete its stack.

use std::collections::BTreeMap;

use provisioner::{Command, Result, report};

use super::super::apply::{Approval, approved, before_any_write};
use super::super::progress::Progress;
use super::super::session::{connect, propose_without_template};
use super::deploy::report as print;
use super::retain::retain;
use super::watching::watch;
use crate::cli::Destroy;
use crate::terminal::{self, Exit};

pub(crate) async fn run(arguments: &Destroy) -> Result<Exit> {
    propose_without_template(&arguments.given());
    let aws = connect(&arguments.stack.aws).await?;
    let name = arguments.stack.name()?;
    let name = name.as_str();
    let Some(stack) = aws.stack(name).await? else {
        terminal::note(&format!("stack {name} does not exist: nothing to do"));
        return Ok(Exit::Done);
    };
    let removal = aws.removal(&stack).await?;
    let set = if arguments.keep_resources { removal.retaining_all() } else { removal };
    terminal::note(&report::change_set_text(&set));
    let question =
        if arguments.keep_resources { "remove the stack and keep these resources?" } else { "delete these resources?" };
    let names: Vec<_> = set.destructive().map(|row| row.logical_id.as_str()).collect();
    let command = Command::provisioner(["destroy"]);
    let command = if arguments.keep_resources { command.with("--keep-resources") } else { command };
    if !approved(name, &names, &Approval { yes: arguments.yes, question, command })? {
        terminal::note("nothing was changed");
        return Ok(Exit::Failed);
    }
    if arguments.keep_resources && !stack.is_a_shell() {
        retain(&aws, &stack).await?;
    }
    // `--keep-resources` has changed the deletion policies already.
    let unchanged = |error| if arguments.keep_resources { error } else { before_any_write(error) };
    let after = aws.newest_event(&stack.id).await.map_err(unchanged)?;
    aws.delete_stack(&stack.id, name).await?;
    if stack.is_a_shell() {
        return Ok(Exit::Done); // it is deleted at once, and without events
    }
    let ended = watch(&aws, &stack.id, name, after, Progress::of_change_set(&set)).await?;
    print(&(&set).into(), Some(&ended), BTreeMap::new(), None, arguments.stack.output);
    if ended.stack.is_deleted() { Ok(Exit::Done) } else { Err(ended.error()) }
}
