//! Values that AWS refuses because of their length, characters, range or reserved name.
//!
//! The limits are those of AWS's own resource schemas (`schemas.json`, written by
//! `provisioner/tests/schemas/generate.py`) and, where these have no limit or a laxer one than the service, those of
//! AWS's documentation (`documented.rs`). A kind without a type here has the limits of the schema that the registry
//! returns for it as well, where these have none.

mod documented;
mod limit;
mod registry;
mod walk;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use self::limit::{Limit, Rule};
use self::walk::values_at;
use super::{Checked, Finding};
use crate::resources::Resource;
use crate::template::has_dynamic_reference;

/// The limits in AWS's schemas.
#[derive(Debug, Default, Deserialize)]
struct Schemas {
    kinds: BTreeMap<String, BTreeMap<String, Limit>>,
}

/// Every limit, by kind.
static RULES: LazyLock<BTreeMap<String, Vec<Rule>>> = LazyLock::new(|| {
    let schemas: Schemas = serde_json::from_str(include_str!("limits/schemas.json")).unwrap_or_default();
    let mut rules: BTreeMap<String, Vec<Rule>> = BTreeMap::new();
    for (kind, rule) in documented::rows() {
        rules.entry(kind.to_owned()).or_default().push(rule);
    }
    for (kind, limits) in schemas.kinds {
        rules.entry(kind).or_default().extend(limits.into_iter().map(|(path, limit)| Rule::of_schema(path, limit)));
    }
    rules
});

/// Finds every value that AWS would refuse. Documented limits are checked first, and each value gets at most one
/// finding. A value with a dynamic reference is skipped, because AWS gets another value: [`super::dynamic_reference`]
/// reports it.
pub(super) fn refused(one: &Checked, resource: &Resource) -> Vec<Finding> {
    let rules = || [one.kind.as_str(), documented::ANY_KIND].into_iter().filter_map(|kind| RULES.get(kind)).flatten();
    let found =
        rules().flat_map(|rule| values_at(&one.properties, &rule.path).into_iter().map(move |found| (found, rule)));
    let registered = if let Resource::Other(other) = resource { registry::limited(other) } else { Vec::new() };
    let has_own = |path: &str| RULES.get(&one.kind).is_some_and(|rules| rules.iter().any(|rule| rule.path == path));
    let registered = registered.iter().filter(|(_, rule)| !has_own(&rule.path));
    let found = found.chain(registered.map(|(found, rule)| (found.clone(), rule)));

    let mut findings: Vec<Finding> = Vec::new();
    let mut reported = Vec::new();
    for (found, rule) in found.filter(|(found, _)| !has_dynamic_reference(&found.value)) {
        let Some(violation) = rule.limit.violation(&found) else { continue };
        let subject = (found.at.clone(), found.is_key, found.value.clone());
        if reported.contains(&subject) {
            continue;
        }
        reported.push(subject);
        let finding = one.finding(rule.severity, violation.text, rule.hint.unwrap_or(violation.hint));
        findings.push(Finding { property: found.at, ..finding });
    }
    findings
}

#[cfg(test)]
mod tests;
