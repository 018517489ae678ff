//! `AWS::IAM::Role`: the function's permissions, and the principals that may assume the role.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;

use super::kind::*;
use super::name::default_name;
use super::policy::Policy;
use super::tags::ListOrMap;

/// A role with its policies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Role {
    /// The properties that a template can give.
    #[serde(flatten)]
    pub properties: Properties,
    /// The names of inline policies that other resources of the template attach to the role; for a role from AWS, those
    /// that exist. They are not compared, since they have their own steps.
    // The name is part of the digests in saved plans.
    #[serde(default, rename = "PoliciesBeside")]
    pub attached_inline_policies: BTreeSet<String>,
}

/// The properties of a role.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Properties {
    /// The physical name; at most 64 characters.
    #[serde(default, deserialize_with = "super::name::given", skip_serializing_if = "String::is_empty")]
    pub role_name: String,
    /// The trust policy.
    pub assume_role_policy_document: Policy,
    /// Free text.
    #[serde(default)]
    pub description: String,
    /// The maximum duration of a session, in seconds.
    #[serde(default = "one_hour")]
    pub max_session_duration: i32,
    /// The path of the role's name.
    #[serde(default = "root")]
    pub path: String,
    /// The permissions boundary.
    pub permissions_boundary: Option<String>,
    /// The ARNs of attached policies.
    #[serde(default)]
    pub managed_policy_arns: BTreeSet<String>,
    /// Inline policies by name; 10,240 characters in all.
    #[serde(default, deserialize_with = "named_policies")]
    pub policies: BTreeMap<String, Policy>,
    /// Tags.
    #[serde(default, deserialize_with = "super::tags::either_shape")]
    pub tags: Tags,
}

has_properties!(Role { attached_inline_policies });

defaults! {
    one_hour: i32 = 3600;
    root: String = "/".to_owned();
}

/// A writing call to IAM.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the variants are IAM's operations, the fields their arguments")]
pub enum Call {
    CreateRole(Box<Role>),
    UpdateAssumeRolePolicy { role_name: String, document: Policy },
    UpdateRole { role_name: String, description: String, max_session_duration: i32 },
    PutRolePermissionsBoundary { role_name: String, boundary: String },
    DeleteRolePermissionsBoundary { role_name: String },
    PutRolePolicy { role_name: String, policy_name: String, document: Policy },
    DeleteRolePolicy { role_name: String, policy_name: String },
    AttachRolePolicy { role_name: String, policy_arn: String },
    DetachRolePolicy { role_name: String, policy_arn: String },
    TagRole { role_name: String, tags: Tags },
    DeleteRole { role_name: String },
}

impl Kind for Role {
    const TYPE: &'static str = "AWS::IAM::Role";
    const ATTRIBUTES: &'static [&'static str] = &[Ids::ARN, "RoleId"];
    const OWNERSHIP: Ownership = Ownership::Tags;
    const ORPHANS: Orphans = Orphans::ByList(Arn { service: "iam", start: "role/" });
    const REMOVAL: Removal = Removal::Roles;
    const CREATE_ONLY: &'static [Property] = &[property!(Role.path)];
    const FILLED_IN_LATER: bool = true;
    type Call = Call;

    fields!(name: role_name, tags_mut: tags);

    fn complete(&mut self, tag: &OwnershipTag) {
        default_name(&mut self.role_name, tag, 64);
        tag.add_with_region_to(&mut self.tags);
    }

    fn attributes(&self, place: &Place) -> Vec<(&'static str, String)> {
        let account = crate::template::Reference::account();
        let (partition, path, name) = (place.partition(), &self.path, &self.role_name);
        vec![(Ids::REF, name.clone()), (Ids::ARN, format!("arn:{partition}:iam::{account}:role{path}{name}"))]
    }

    fn with_name_only(name: &str) -> Option<Self> {
        serde_json::from_value(json!({"RoleName": name, "AssumeRolePolicyDocument": {"Statement": []}})).ok()
    }

    fn imports(&self, _ids: &Ids) -> Vec<Import> {
        let name = &self.role_name;
        let inline =
            self.policies.keys().map(|policy| Import::part("aws_iam_role_policy", policy, format!("{name}:{policy}")));
        let attached = self.managed_policy_arns.iter().map(|arn| {
            let policy = arn.rsplit('/').next().unwrap_or(arn);
            Import::part("aws_iam_role_policy_attachment", policy, format!("{name}/{arn}"))
        });
        [Import::whole("aws_iam_role", name)].into_iter().chain(inline).chain(attached).collect()
    }

    fn effect(call: &Call) -> Effect<Self> {
        let Call::CreateRole(role) = call else { return Effect::Repeatable };
        Effect::all_but(
            &[property!(Role.policies), property!(Role.managed_policy_arns)],
            Self::clone(role),
            Again::Refused,
        )
    }

    fn create(&self) -> Batches<Call> {
        let attach = self.managed_policy_arns.iter().map(|arn| self.attach(arn));
        let put = self.policies.iter().map(|(name, document)| Call::put(&self.role_name, name, document));
        batches([vec![Call::CreateRole(Box::new(self.clone()))], attach.chain(put).collect()])
    }

    fn update(&self, now: &Self, _ids: &Ids, changed: &Changed) -> Batches<Call> {
        let role_name = || self.role_name.clone();
        // Rights are granted before others are removed, so that no request fails between two policies. A document that
        // replaces another removes rights by the same call: where callers are moved, the plan handles that.
        let mut grant = Vec::new();
        if changed.has(property!(Role.assume_role_policy_document)) {
            let document = self.assume_role_policy_document.clone();
            grant.push(Call::UpdateAssumeRolePolicy { role_name: role_name(), document });
        }
        if changed.any(&[property!(Role.description), property!(Role.max_session_duration)]) {
            grant.push(Call::UpdateRole {
                role_name: role_name(),
                description: self.description.clone(),
                max_session_duration: self.max_session_duration,
            });
        }
        if changed.has(property!(Role.permissions_boundary)) {
            grant.push(match self.permissions_boundary.clone() {
                Some(boundary) => Call::PutRolePermissionsBoundary { role_name: role_name(), boundary },
                None => Call::DeleteRolePermissionsBoundary { role_name: role_name() },
            });
        }
        grant.extend(self.managed_policy_arns.difference(&now.managed_policy_arns).map(|arn| self.attach(arn)));
        let differs = |name: &String, document: &Policy| now.policies.get(name) != Some(document);
        let put = self.policies.iter().filter(|(name, document)| differs(name, document));
        grant.extend(put.map(|(name, document)| Call::put(&self.role_name, name, document)));
        if changed.has(property!(Role.tags)) {
            grant.push(Call::TagRole { role_name: role_name(), tags: self.tags.clone() });
        }
        let detach = now.managed_policy_arns.difference(&self.managed_policy_arns).map(|arn| self.detach(arn));
        let drop = now
            .policies
            .keys()
            .filter(|name| !self.policies.contains_key(*name))
            .map(|name| Call::drop_policy(&self.role_name, name));
        batches([grant, detach.chain(drop).collect()])
    }

    fn delete(&self, _ids: &Ids) -> Batches<Call> {
        let detach = self.managed_policy_arns.iter().map(|arn| self.detach(arn));
        // IAM does not delete a role that still has a policy.
        let drop = self
            .policies
            .keys()
            .chain(&self.attached_inline_policies)
            .map(|name| Call::drop_policy(&self.role_name, name));
        batches([detach.chain(drop).collect(), vec![Call::DeleteRole { role_name: self.role_name.clone() }]])
    }
}

impl Role {
    fn attach(&self, arn: &str) -> Call {
        Call::AttachRolePolicy { role_name: self.role_name.clone(), policy_arn: arn.to_owned() }
    }

    fn detach(&self, arn: &str) -> Call {
        Call::DetachRolePolicy { role_name: self.role_name.clone(), policy_arn: arn.to_owned() }
    }
}

impl Call {
    pub(super) fn put(role: &str, policy: &str, document: &Policy) -> Self {
        let (role_name, policy_name, document) = (role.to_owned(), policy.to_owned(), document.clone());
        Self::PutRolePolicy { role_name, policy_name, document }
    }

    pub(super) fn drop_policy(role: &str, policy: &str) -> Self {
        Self::DeleteRolePolicy { role_name: role.to_owned(), policy_name: policy.to_owned() }
    }
}

/// Reads `Policies` as a list, as a template has them, or as a map by name, as this crate stores them.
fn named_policies<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, Policy>, D::Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase", deny_unknown_fields)]
    struct Named {
        policy_name: String,
        policy_document: Policy,
    }
    deserializer.deserialize_any(ListOrMap {
        expecting: "a list of `{PolicyName, PolicyDocument}`",
        entry: |Named { policy_name, policy_document }| (policy_name, policy_document),
        twice: |name| format!("two policies have the name `{name}`"),
    })
}
