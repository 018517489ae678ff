//! The function that a version, an alias, a permission or a function URL belongs to.

use super::Wanted;
use crate::error::Result;
use crate::resources::Resource;
use crate::template::{Template, has_function, shown};

const HINT: &str = "write `!Ref FUNCTION` with the function's name in the template, or the function's name on AWS";

/// Refuses a function's name that only AWS determines, unless a function of the template has that same name: the plan
/// needs the function to know which calls depend on each other.
pub(super) fn check_function(template: &Template, id: &str, resource: &Resource, earlier: &[Wanted]) -> Result<()> {
    let Some(name) = resource.part_of_function().filter(|name| has_function(name)) else { return Ok(()) };
    let is_it = |wanted: &Wanted| matches!(&wanted.resource, Resource::Function(one) if one.function_name == name);
    if earlier.iter().any(is_it) {
        return Ok(());
    }
    let property = if matches!(resource, Resource::Url(_)) { "TargetFunctionArn" } else { "FunctionName" };
    let reason =
        format!("`{}` is not known before AWS assigns it, but the plan needs the function's name", shown(name));
    Err(template.property_problem(id, property, reason).hint(HINT))
}
