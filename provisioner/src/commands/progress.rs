//! The progress messages during the execution of a plan.

use std::time::Duration;

use provisioner::cloudformation::ChangeSet;
use provisioner::execute::Event;
use provisioner::plan::Plan;
use provisioner::printable::line;
use provisioner::report;

use crate::terminal;

/// Reports each resource whose step ends, in aligned columns.
#[derive(Clone, Copy, Default)]
pub(crate) struct Progress {
    kinds: usize,
    ids: usize,
}

impl Progress {
    /// The columns for the steps of a plan.
    pub(crate) fn of(plan: &Plan) -> Self {
        Self::default().for_all(plan.changing().map(|step| (step.kind.as_str(), step.logical_id.as_str())))
    }

    /// The columns for the rows of a change set.
    pub(crate) fn of_change_set(set: &ChangeSet) -> Self {
        Self::default().for_all(set.steps.iter().map(|row| (row.kind.as_str(), row.logical_id.as_str())))
    }

    fn for_all<'a>(self, resources: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        resources.fold(self, |Self { kinds, ids }, (kind, id)| Self {
            kinds: kinds.max(line(kind).len()),
            ids: ids.max(line(id).len()),
        })
    }

    /// Reports a step that ends.
    pub(crate) fn print(self, event: &Event<'_>) {
        match event {
            Event::Started(_) => {}
            Event::Finished(step, took) => self.done(&step.kind, &step.logical_id, *took),
            Event::Failed(step) => self.failed(&step.kind, &step.logical_id),
        }
    }

    /// Reports a resource whose step is complete.
    pub(crate) fn done(self, kind: &str, logical_id: &str, took: Duration) {
        let seconds = report::dim(format!("{:>5.1} s", took.as_secs_f64()));
        terminal::note(&format!("  {}    {}  {seconds}", report::added("done"), self.row(kind, logical_id)));
    }

    /// Reports a resource that leaves its stack and is kept.
    pub(crate) fn kept(self, kind: &str, logical_id: &str) {
        terminal::note(&format!("  {}    {}", report::added("kept"), self.row(kind, logical_id).trim_end()));
    }

    /// Reports a resource whose step failed.
    pub(crate) fn failed(self, kind: &str, logical_id: &str) {
        terminal::note(&format!("  {}  {}", report::removed("failed"), self.row(kind, logical_id).trim_end()));
    }

    fn row(self, kind: &str, logical_id: &str) -> String {
        let Self { kinds, ids } = self;
        format!("{:<kinds$}  {:<ids$}", line(kind), line(logical_id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_are_as_wide_as_their_widest_cells() {
        let rows = [("AWS::IAM::Role", "ChatRole"), ("AWS::Lambda::Function", "Chat")];
        let progress = Progress::default().for_all(rows.into_iter());
        let lines = rows.map(|(kind, id)| progress.row(kind, id));
        assert_eq!(lines, ["AWS::IAM::Role         ChatRole", "AWS::Lambda::Function  Chat    "]);
    }
}
