//! The resources that affect the answer to a smoke test.

use std::collections::BTreeSet;

use super::super::relations::with_needs;
use super::Wanted;
use crate::resources::Resource;
use crate::resources::alias::Alias;

/// The resource that declares a test, its callee, and all that these need. For a role, they include the policies that
/// are attached to it: the policies depend on the role, not the role on them.
pub(super) fn on(id: &str, function: &str, alias: Option<&str>, resources: &[Wanted]) -> BTreeSet<String> {
    let is_callee = |wanted: &&Wanted| {
        let is_function = matches!(&wanted.resource, Resource::Function(one) if one.function_name == function);
        let is_alias = |one: &Alias| one.function_name == function && alias == Some(&one.name);
        is_function || matches!(&wanted.resource, Resource::Alias(one) if is_alias(one))
    };
    let callees = resources.iter().filter(is_callee).map(|wanted| wanted.logical_id.as_str());
    let policies = |role: &Wanted| {
        let is_policy = |one: &&Wanted| matches!(one.resource, Resource::InlinePolicy(_));
        let is_of_it =
            |one: &&Wanted| matches!(role.resource, Resource::Role(_)) && one.needs.contains(&role.logical_id);
        resources.iter().filter(is_policy).filter(is_of_it).map(|one| one.logical_id.as_str()).collect()
    };
    with_needs(resources, callees.chain([id]).collect(), policies).into_iter().map(str::to_owned).collect()
}
