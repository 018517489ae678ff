//! The resources that affect the answer to a smoke test.

use std::collections::BTreeSet;

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
    let mut open: Vec<&str> = callees.chain([id]).collect();
    let mut found = BTreeSet::new();
    while let Some(id) = open.pop() {
        let Some(wanted) = resources.iter().find(|wanted| wanted.logical_id == id) else { continue };
        if !found.insert(id.to_owned()) {
            continue;
        }
        open.extend(wanted.needs.iter().map(String::as_str));
        if let Resource::Role(_) = &wanted.resource {
            let is_of_it = |one: &&Wanted| matches!(one.resource, Resource::InlinePolicy(_)) && one.needs.contains(id);
            open.extend(resources.iter().filter(is_of_it).map(|one| one.logical_id.as_str()));
        }
    }
    found
}
