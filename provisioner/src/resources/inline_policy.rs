//! `AWS::IAM::Policy`: an inline policy for roles of the same template, as the CDK's grants write it.
//!
//! It has no ownership tag: its owner is the role's owner. As long as the template contains it, it is not treated as
//! one of the role's own policies; when the template no longer contains it, it is found on the role and deleted like
//! any policy that the role must not have.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::kind::*;
use super::policy::Policy;
pub use super::role::Call;

/// An inline policy of roles.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct InlinePolicy {
    /// The properties that a template can give.
    #[serde(flatten)]
    pub properties: Properties,
    /// For a policy from AWS: the documents under its name, by role.
    #[serde(default)]
    pub seen: BTreeMap<String, Policy>,
}

/// The properties of an inline policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Properties {
    /// Its name on the roles.
    pub policy_name: String,
    /// The policy document.
    pub policy_document: Policy,
    /// The names of the roles; at least one.
    #[serde(deserialize_with = "some_roles")]
    pub roles: BTreeSet<String>,
}

has_properties!(InlinePolicy { seen });

fn some_roles<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeSet<String>, D::Error> {
    let roles = BTreeSet::deserialize(deserializer)?;
    match roles.is_empty() {
        true => Err(D::Error::custom("it must name a role")),
        false => Ok(roles),
    }
}

impl Kind for InlinePolicy {
    const TYPE: &'static str = "AWS::IAM::Policy";
    const ATTRIBUTES: &'static [&'static str] = &[];
    const OWNERSHIP: Ownership = Ownership::Parent;
    const ORPHANS: Orphans = Orphans::WithParent;
    const REMOVAL: Removal = Removal::Roles;
    type Call = Call;

    fn complete(&mut self, _tag: &OwnershipTag) {}

    fn name(&self) -> String {
        let roles: Vec<_> = self.roles.iter().map(String::as_str).collect();
        format!("{} of {}", self.policy_name, roles.join(", "))
    }

    fn identity(&self) -> Vec<String> {
        self.roles.iter().cloned().chain([self.policy_name.clone()]).collect()
    }

    fn attributes(&self, _place: &Place) -> Vec<(&'static str, String)> {
        vec![(Ids::REF, self.policy_name.clone())]
    }

    fn imports(&self, _ids: &Ids) -> Vec<Import> {
        let on = |role: &String| Import::part("aws_iam_role_policy", role, format!("{role}:{}", self.policy_name));
        self.roles.iter().map(on).collect()
    }

    fn effect(_call: &Call) -> Effect<Self> {
        Effect::Repeatable
    }

    fn create(&self) -> Batches<Call> {
        batches([self.roles.iter().map(|role| Call::put(role, &self.policy_name, &self.policy_document)).collect()])
    }

    fn update(&self, now: &Self, _ids: &Ids, _changed: &Changed) -> Batches<Call> {
        let differs = |role: &&String| now.seen.get(*role) != Some(&self.policy_document);
        batches([self
            .roles
            .iter()
            .filter(differs)
            .map(|role| Call::put(role, &self.policy_name, &self.policy_document))
            .collect()])
    }

    fn delete(&self, _ids: &Ids) -> Batches<Call> {
        batches([self.roles.iter().map(|role| Call::drop_policy(role, &self.policy_name)).collect()])
    }
}

impl InlinePolicy {
    /// The policy as the roles have it; `None` if no role has it. If one role has a different document, that document
    /// is returned.
    pub fn seen_on<'a>(&self, roles: impl Iterator<Item = (&'a String, &'a Policy)>) -> Option<Self> {
        let mut seen = Self::from(Properties { roles: BTreeSet::new(), ..self.properties.clone() });
        for (role, document) in roles {
            seen.roles.insert(role.clone());
            seen.seen.insert(role.clone(), document.clone());
            if *document != self.policy_document {
                seen.policy_document = document.clone();
            }
        }
        (!seen.roles.is_empty()).then_some(seen)
    }
}
