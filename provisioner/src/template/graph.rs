//! Orders nodes by their dependencies.

use std::collections::{BTreeMap, BTreeSet};

/// The nodes that each node needs.
pub(crate) type Needs = BTreeMap<String, BTreeSet<String>>;

/// Sorts the nodes so that each follows all that it needs; ties keep the order of `nodes`.
///
/// # Errors
/// The nodes of one circle, in order, if there is one.
pub(crate) fn order(nodes: &[String], needs: &Needs) -> Result<Vec<String>, Vec<String>> {
    let mut ordered: Vec<String> = Vec::with_capacity(nodes.len());
    while ordered.len() < nodes.len() {
        let ready: Vec<_> = nodes
            .iter()
            .filter(|node| !ordered.contains(node))
            .filter(|node| needs.get(*node).is_none_or(|needs| needs.iter().all(|need| ordered.contains(need))))
            .cloned()
            .collect();
        if ready.is_empty() {
            return Err(circle(nodes, needs, &ordered));
        }
        ordered.extend(ready);
    }
    Ok(ordered)
}

/// Follows the first unmet need of each node until a node is repeated.
fn circle(nodes: &[String], needs: &Needs, done: &[String]) -> Vec<String> {
    let unmet = |node: &String| needs.get(node).and_then(|needs| needs.iter().find(|need| !done.contains(need)));
    let mut walked: Vec<String> = nodes.iter().find(|node| !done.contains(node)).cloned().into_iter().collect();
    while let Some(next) = walked.last().and_then(unmet) {
        if let Some(start) = walked.iter().position(|node| node == next) {
            let mut circle = walked.split_off(start);
            circle.push(next.clone());
            return circle;
        }
        walked.push(next.clone());
    }
    walked
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(edges: &[(&str, &[&str])]) -> (Vec<String>, Needs) {
        let nodes = edges.iter().map(|(node, _)| (*node).to_owned()).collect();
        let needs = edges
            .iter()
            .map(|(node, needs)| ((*node).to_owned(), needs.iter().map(|need| (*need).to_owned()).collect()))
            .collect();
        (nodes, needs)
    }

    #[test]
    fn dependencies_precede_their_dependents() {
        let (nodes, needs) = graph(&[("route", &["integration"]), ("integration", &["function"]), ("function", &[])]);
        assert_eq!(order(&nodes, &needs).unwrap(), ["function", "integration", "route"]);
    }

    #[test]
    fn a_circular_dependency_is_listed_in_order() {
        let (nodes, needs) = graph(&[("free", &[]), ("a", &["b", "free"]), ("b", &["c"]), ("c", &["a"])]);
        assert_eq!(order(&nodes, &needs).unwrap_err(), ["a", "b", "c", "a"]);
    }
}
