//! The functions and aliases of a template without a declared smoke test.

use std::collections::BTreeSet;

use super::{Desired, SmokeTest};
use crate::resources::Resource;

/// A function or alias without a declared smoke test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untested<'d> {
    /// The logical id of the function or alias.
    pub logical_id: &'d str,
    /// Its name: an alias (`chat:live`) or a function (`chat`).
    pub callee: String,
    /// Whether it is an alias.
    pub is_alias: bool,
}

impl Desired {
    /// Each alias, and each function without an alias in the template, that has no declared smoke test.
    pub fn untested(&self) -> Vec<Untested<'_>> {
        let tested: BTreeSet<String> = self.smoke_tests.iter().map(SmokeTest::callee).collect();
        let has_an_alias = |function: &str| {
            let mut resources = self.resources.iter().map(|wanted| &wanted.resource);
            resources.any(|one| matches!(one, Resource::Alias(alias) if alias.function_name == function))
        };
        let callees = self.resources.iter().filter_map(|wanted| {
            let is_alias = matches!(wanted.resource, Resource::Alias(_));
            let is_a_function =
                matches!(&wanted.resource, Resource::Function(one) if !has_an_alias(&one.function_name));
            let callee = || wanted.resource.name();
            (is_alias || is_a_function).then(|| Untested { logical_id: &wanted.logical_id, callee: callee(), is_alias })
        });
        callees.filter(|one| !tested.contains(&one.callee)).collect()
    }
}
