//! The outputs of a stack.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Desired;
use crate::error::{Error, Result};
use crate::template::{Known, references_in_text, reserved_in};

impl Desired {
    /// The outputs with every known value filled in; an output that contains an unknown value is omitted.
    pub fn outputs(&self, known: &Known) -> Vec<(String, String)> {
        let filled = self.outputs.iter().map(|output| (output.name.clone(), known.fill_text(&output.value)));
        filled.filter(|(_, value)| reserved_in(value).is_none()).collect()
    }

    /// Whether each resource that an output refers to exists. The names and ARNs of other resources are known before they
    /// are created.
    pub fn has_resources_of_output(&self, name: &str, exists: impl Fn(&str) -> bool) -> bool {
        self.needs_of_outputs.get(name).is_none_or(|needs| needs.iter().all(|logical_id| exists(logical_id)))
    }

    /// Checks that every output of the resources in `deployed` is known. A rollback, for example, observes only an
    /// alias and does not learn the values of the other resources.
    ///
    /// # Errors
    /// When an output contains a value that is still not known, or one that is not text.
    pub fn check_outputs(&self, known: &Known, deployed: &BTreeSet<&str>) -> Result<()> {
        let of_these = self.outputs.iter().filter(|output| {
            let references = references_in_text(&output.value);
            references.iter().all(|one| one.is_pseudo() || deployed.contains(one.logical_id.as_str()))
        });
        let unfilled = of_these.filter_map(|output| {
            let unfilled = known.unfilled(&Value::String(known.fill_text(&output.value)))?;
            Some(format!("`{}` contains `{}`, which {}", output.name, unfilled.term, unfilled.reason))
        });
        let unfilled: Vec<_> = unfilled.collect();
        if unfilled.is_empty() {
            return Ok(());
        }
        Err(Error::new(format!("printing the outputs of stack {}", self.stack), unfilled.join("\n  "))
            .exists("the resources are deployed, and the other outputs are printed")
            .hint("correct these outputs in the template, then run the same command again"))
    }
}
