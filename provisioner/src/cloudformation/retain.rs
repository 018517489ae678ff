//! Removes a stack but retains all of its resources: uses the stack's own template, with nothing else changed.

use serde_json::Value;

use super::change_set::{Action, ChangeSet, Row};
use crate::error::Result;
use crate::template::parse_text;

/// A stack's template in which every resource is retained when the stack is deleted.
#[derive(Debug, Clone, PartialEq)]
pub struct Retaining {
    /// The template, as JSON text.
    pub template: String,
    /// The names of its parameters, all of which keep their values.
    pub parameters: Vec<String>,
}

/// CloudFormation's template of the stack, with `DeletionPolicy: Retain` on every resource. `None` if every resource is
/// retained already.
pub fn retaining(stack: &str, template: &str) -> Result<Option<Retaining>> {
    let mut template = parse_text(&format!("of stack {stack}"), template)?;
    let mut changed = false;
    for resource in template["Resources"].as_object_mut().into_iter().flat_map(|all| all.values_mut()) {
        let stays = matches!(resource["DeletionPolicy"].as_str(), Some("Retain" | "RetainExceptOnCreate"));
        if !stays && let Some(resource) = resource.as_object_mut() {
            resource.insert("DeletionPolicy".to_owned(), "Retain".into());
            changed = true;
        }
    }
    let parameters = template["Parameters"].as_object().into_iter().flat_map(|all| all.keys().cloned()).collect();
    Ok(changed.then(|| Retaining { template: Value::to_string(&template), parameters }))
}

impl ChangeSet {
    /// The deletion of a stack whose resources are all retained.
    pub fn retaining_all(mut self) -> Self {
        for row in &mut self.steps {
            row.action = Action::Retain;
        }
        self
    }

    /// The logical ids of the resources that would change in more than their deletion policy.
    ///
    /// A change that may result from another resource of the set is not counted: CloudFormation cannot know beforehand
    /// that an attribute keeps its value, and checks this when it executes the change.
    pub fn beyond_deletion_policies(&self) -> Vec<&str> {
        let follows = |because: &Option<String>| {
            let cause = because.as_ref().and_then(|because| because.split('.').next());
            cause.is_some_and(|cause| self.steps.iter().any(|row| row.logical_id == cause))
        };
        let is_beyond = |row: &&Row| {
            let in_place = matches!(row.action, Action::Update | Action::MayReplace);
            let mut others = row.changes.iter().filter(|one| one.change.property != "DeletionPolicy");
            !in_place || others.any(|one| !follows(&one.because))
        };
        self.steps.iter().filter(is_beyond).map(|row| row.logical_id.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::PropertyChange;
    use super::*;

    #[test]
    fn every_resource_is_retained_and_nothing_else_of_the_template_changes() {
        let text = "Parameters: {Name: {Type: String}}\nResources:\n  A: {Type: X, Properties: {N: !Sub '${Name}'}}\n  \
                    B: {Type: X, DeletionPolicy: Snapshot}\n  C: {Type: X, DeletionPolicy: RetainExceptOnCreate}\n";
        let Retaining { template, parameters } = retaining("chat", text).unwrap().unwrap();
        assert_eq!(parameters, ["Name"]);
        assert_eq!(
            serde_json::from_str::<Value>(&template).unwrap(),
            json!({
                "Parameters": {"Name": {"Type": "String"}},
                "Resources": {
                    "A": {"Type": "X", "Properties": {"N": {"Fn::Sub": "${Name}"}}, "DeletionPolicy": "Retain"},
                    "B": {"Type": "X", "DeletionPolicy": "Retain"},
                    "C": {"Type": "X", "DeletionPolicy": "RetainExceptOnCreate"},
                },
            })
        );
        assert_eq!(retaining("chat", &template), Ok(None));
    }

    fn row(logical_id: &str, action: Action, path: &str, because: Option<&str>) -> Row {
        let changes = vec![PropertyChange::new(path, None, None, because.map(str::to_owned))];
        Row { logical_id: logical_id.to_owned(), kind: "X".to_owned(), name: String::new(), action, changes }
    }

    #[test]
    fn changes_beyond_the_deletion_policies_are_reported_without_their_possible_effects() {
        let set = |steps: Vec<Row>| ChangeSet {
            engine: "cloudformation",
            stack: "chat".to_owned(),
            account: String::new(),
            region: String::new(),
            steps,
            notes: Vec::new(),
            id: String::new(),
        };
        let role = row("Role", Action::Update, "/DeletionPolicy", None);
        let may_follow = row("Function", Action::MayReplace, "/Properties/Role", Some("Role.Arn"));
        assert_eq!(set(vec![role.clone(), may_follow.clone()]).beyond_deletion_policies(), [""; 0]);
        for beyond in [
            row("Function", Action::Update, "/Properties/MemorySize", None),
            row("Function", Action::Update, "/Properties/MemorySize", Some("MemorySize")),
            row("Function", Action::Replace, "/DeletionPolicy", None),
            row("Function", Action::Delete, "/DeletionPolicy", None),
        ] {
            assert_eq!(set(vec![role.clone(), beyond]).beyond_deletion_policies(), ["Function"]);
        }
    }
}
