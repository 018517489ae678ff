//! Relations between the resources of a template that are not dependencies alone: a version contains the code of its
//! function, a route calls the target of its integration, a role has the policies that are attached to it.

use std::collections::BTreeSet;

use super::Wanted;
use crate::error::Result;
use crate::resources::function::Function;
use crate::resources::inline_policy::InlinePolicy;
use crate::resources::route::Route;
use crate::resources::version::Version;
use crate::resources::{Ids, Resource};
use crate::template::{Reference, Template, references_in_text};

pub(super) fn set_release(version: &mut Version, function: &Function) {
    version.release = function.release();
    version.package.clone_from(&function.code.sha256);
}

/// Sets the release of a version to its function's desired state.
pub(super) fn complete_version(
    template: &Template,
    logical_id: &str,
    version: &mut Version,
    earlier: &[Wanted],
) -> Result<()> {
    for wanted in earlier {
        if let Resource::Function(function) = &wanted.resource
            && function.function_name == version.function_name
        {
            set_release(version, function);
            version.revision = Reference::new(&wanted.logical_id, Ids::REVISION_ID).to_string();
            return Ok(());
        }
    }
    let reason = format!("`{}` is not a function of this template", version.function_name);
    Err(template.property_problem(logical_id, "FunctionName", reason))
}

/// Sets the target of a route's integration in the route, and adds the route to the routes of that integration.
pub(super) fn link_route(route: &mut Route, earlier: &mut [Wanted]) {
    let Some(to) = references_in_text(&route.target).into_iter().next() else { return };
    let Some(wanted) = earlier.iter_mut().find(|wanted| wanted.logical_id == to.logical_id) else { return };
    if let Resource::Integration(integration) = &mut wanted.resource {
        integration.routes.insert(route.route_key.clone());
        route.calls.clone_from(&integration.integration_uri);
    }
}

/// Adds a policy to the policies that other resources attach to a role, so that the role does not change it.
pub(super) fn attach_policy(
    template: &Template,
    logical_id: &str,
    policy: &InlinePolicy,
    earlier: &mut [Wanted],
) -> Result<()> {
    let name = &policy.policy_name;
    for role_name in &policy.roles {
        let role = earlier.iter_mut().find_map(|wanted| {
            let Resource::Role(role) = &mut wanted.resource else { return None };
            (role.role_name == *role_name).then_some(role)
        });
        let Some(role) = role else {
            let reason = format!("`{role_name}` is not a role of this template; write it as `!Ref ROLE`");
            return Err(template.property_problem(logical_id, "Roles", reason));
        };
        if role.policies.contains_key(name) || !role.attached_inline_policies.insert(name.clone()) {
            let reason = format!("the role `{role_name}` already has a policy with the name `{name}`");
            return Err(template.property_problem(logical_id, "PolicyName", reason));
        }
    }
    Ok(())
}

/// The resources with these logical ids and all that they need, directly or through others. `more` returns what else a
/// resource depends on.
pub(super) fn with_needs<'w>(
    resources: &'w [Wanted],
    mut open: Vec<&'w str>,
    more: impl Fn(&'w Wanted) -> Vec<&'w str>,
) -> BTreeSet<&'w str> {
    let mut found = BTreeSet::new();
    while let Some(id) = open.pop() {
        let Some(wanted) = resources.iter().find(|wanted| wanted.logical_id == id) else { continue };
        if found.insert(id) {
            open.extend(wanted.needs.iter().map(String::as_str).chain(more(wanted)));
        }
    }
    found
}
