//! `AWS::Lambda::Permission`: one statement of a function's resource policy.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::kind::*;
use super::name::joined;
use super::named::FunctionRef;
use super::policy::Principal;

/// A permission to invoke a function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Permission {
    /// The properties that a template can give.
    #[serde(flatten)]
    pub properties: Properties,
    /// For a statement from AWS: its other conditions, such as one that was added by hand, by operator and key. They
    /// are compared: the template has none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub other_conditions: BTreeMap<String, Value>,
    /// The prefix of this stack's statement ids for this permission.
    #[serde(default)]
    pub statement_id_prefix: String,
}

/// The properties of a permission.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Properties {
    /// The function's name. A template may give its ARN.
    pub function_name: String,
    /// `lambda:InvokeFunction` or another action.
    pub action: String,
    /// A service, such as `apigateway.amazonaws.com`, or an account.
    pub principal: Principal,
    /// The ARN that the request must come from, with `*` for any part.
    pub source_arn: Option<String>,
    /// The account that the request must come from.
    pub source_account: Option<String>,
    /// The auth type of the function URL that the request must use, for `lambda:InvokeFunctionUrl`: `NONE` or
    /// `AWS_IAM`.
    pub function_url_auth_type: Option<String>,
    /// Whether the request must use the function's URL.
    ///
    /// Since October 2025 a URL needs `lambda:InvokeFunction` too, and this restricts that right to the URL.
    pub invoked_via_function_url: Option<bool>,
}

has_properties!(Permission { other_conditions, statement_id_prefix });

/// A writing call to Lambda about a function's resource policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the variants are Lambda's operations, the fields their arguments")]
pub enum Call {
    AddPermission(Box<Permission>),
    RemovePermission {
        function_name: String,
        qualifier: Option<String>,
        statement_id: String,
        /// The id of the statement that replaces it. If it is the same, nothing is left to remove.
        successor: Option<String>,
    },
}

/// Source: hashicorp/terraform-provider-aws pull request 44858, released with 6.29.0.
const BY_FUNCTION_URL: &str = "write `invoked_via_function_url = true`, which the AWS provider knows since 6.29.0; without it, \
                               Terraform's next apply lets everybody invoke the function without its URL";

impl Kind for Permission {
    const TYPE: &'static str = "AWS::Lambda::Permission";
    const ATTRIBUTES: &'static [&'static str] = &["Id"];
    const OWNERSHIP: Ownership = Ownership::Assumed;
    const ORPHANS: Orphans = Orphans::WithParent;
    const REMOVAL: Removal = Removal::Permissions;
    /// Lambda can add and remove statements, but not change them.
    const CREATE_ONLY: &'static [Property] = &[Property::EVERY];
    const CREATE_BEFORE_DELETE: bool = true;
    type Call = Call;

    fn complete(&mut self, tag: &OwnershipTag) {
        self.function_name = self.function().to_string();
        self.statement_id_prefix = Self::statement_id_prefix(&tag.stack, &tag.logical_id);
    }

    fn name(&self) -> String {
        format!("{} by {}", self.function_name, self.principal)
    }

    fn identity(&self) -> Vec<String> {
        vec![self.function_name.clone()]
    }

    fn callee(&self) -> Option<String> {
        Some(self.function_name.clone())
    }

    fn part_of_function(&self) -> Option<&str> {
        Some(self.function().name)
    }

    /// The whole statement, with the conditions that a template cannot give it.
    fn comparable(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    fn is_same(&self, ids: &Ids, other: &Self, other_ids: &Ids) -> bool {
        self.function_name == other.function_name && ids.have_the_same(Ids::REF, other_ids)
    }

    fn collides_with(&self, other: &Self) -> bool {
        let without_prefix = |one: &Self| Self { statement_id_prefix: String::new(), ..one.clone() };
        without_prefix(self) == without_prefix(other)
    }

    fn imports(&self, ids: &Ids) -> Vec<Import> {
        let import = Import::whole("aws_lambda_permission", format!("{}/{}", self.function_name, id(ids, Ids::REF)));
        let by_url = self.invoked_via_function_url.unwrap_or_default();
        vec![Import { warning: by_url.then_some(BY_FUNCTION_URL), ..import }]
    }

    created_by!(AddPermission, Refused);

    fn update(&self, _now: &Self, _ids: &Ids, _changed: &Changed) -> Batches<Call> {
        Vec::new() // every property is create-only
    }

    fn delete(&self, ids: &Ids) -> Batches<Call> {
        self.remove(ids, None)
    }

    /// A statement that was edited by hand, or whose principal was deleted, still has the id that is derived from the
    /// template's permission.
    ///
    /// `AddPermission` answers 409 while a statement with that id exists.
    fn gets_the_id_of(&self, ids: &Ids) -> bool {
        id(ids, Ids::REF) == self.statement_id()
    }

    fn delete_replaced(&self, ids: &Ids, successor: &str) -> Batches<Call> {
        self.remove(ids, Some(successor))
    }
}

impl Permission {
    fn remove(&self, ids: &Ids, successor: Option<&str>) -> Batches<Call> {
        let FunctionRef { name, qualifier } = self.function();
        batches([vec![Call::RemovePermission {
            function_name: name.to_owned(),
            qualifier: qualifier.map(str::to_owned),
            statement_id: id(ids, Ids::REF),
            successor: successor.map(str::to_owned),
        }]])
    }

    /// The API that may call the function, if the source is one: the id in `arn:…:execute-api:REGION:ACCOUNT:ID/…`.
    pub fn api_id(&self) -> Option<&str> {
        let (_, path) = self.source_arn.as_deref()?.split_once(":execute-api:")?;
        path.rsplit(':').next()?.split('/').next()
    }

    /// The function, alias or version that the permission is for.
    pub fn function(&self) -> FunctionRef<'_> {
        FunctionRef::parse(&self.function_name)
    }

    /// The statement's id. It is derived from what the statement allows: the same permission has the same id in every
    /// run, and another permission never replaces it unnoticed.
    pub fn statement_id(&self) -> String {
        let allowed = Self { statement_id_prefix: String::new(), ..self.clone() };
        let content = serde_json::to_string(&allowed).unwrap_or_default();
        let digest = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(content));
        format!("{}{}", self.statement_id_prefix, &digest[..DIGEST])
    }

    /// A permission for a function or alias, without any other value.
    pub fn of(function_name: &str) -> Self {
        Properties { function_name: function_name.to_owned(), ..Properties::default() }.into()
    }

    /// The prefix of the ids of a permission's statements: `STACK-LOGICALID-`.
    ///
    /// Where that is too long, the stack's name is shortened first, because the logical id is read from the id.
    pub fn statement_id_prefix(stack: &str, logical_id: &str) -> String {
        format!("{}-", joined(stack, logical_id, STATEMENT_ID - DIGEST - 1, STATEMENT_ID))
    }

    /// The logical id of the permission for which a stack created this statement id: `STACK-NAME-DIGEST`.
    ///
    /// Logical ids contain letters and digits only, so a stack with a longer name is not confused with this one.
    pub fn logical_id_in<'a>(statement_id: &'a str, stack: &str) -> Option<&'a str> {
        let prefix = statement_id.get(..statement_id.len().checked_sub(DIGEST)?)?;
        let is_name = |name: &&str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric());
        let whole = prefix.strip_prefix(stack).and_then(|rest| rest.strip_prefix('-')?.strip_suffix('-'));
        // A shortened id ends with a digest of both names, so only the stack's own ids match.
        let shortened = || {
            let logical_id = prefix.strip_suffix('-')?.rsplit('-').nth(1)?;
            (Self::statement_id_prefix(stack, logical_id) == prefix).then_some(logical_id)
        };
        whole.filter(is_name).or_else(|| shortened().filter(is_name))
    }

    /// Whether a statement id is one that this permission has or had.
    ///
    /// The length distinguishes `chat-Api-…` of the stack `chat` from `chat-Api-Route-…` of the stack `chat-Api`.
    pub fn owns(&self, statement_id: &str) -> bool {
        let digest = statement_id.strip_prefix(self.statement_id_prefix.as_str());
        digest.is_some_and(|digest| digest.len() == DIGEST)
    }
}

/// The length of the digest in a statement id.
pub(crate) const DIGEST: usize = 12;

/// The maximum length of a statement's id in Lambda.
const STATEMENT_ID: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    fn permission(source_arn: &str) -> Permission {
        let mut permission = Permission::of("arn:aws:lambda:us-east-1:1:function:chat");
        permission.action = "lambda:InvokeFunction".to_owned();
        permission.principal = "apigateway.amazonaws.com".into();
        permission.source_arn = Some(source_arn.to_owned());
        permission.complete(&OwnershipTag {
            stack: "chat".to_owned(),
            region: String::new(),
            logical_id: "Permission".to_owned(),
        });
        permission
    }

    #[test]
    fn a_statement_id_follows_from_what_is_allowed() {
        let (one, same, other) = (permission("api/a"), permission("api/a"), permission("api/b"));
        assert_eq!(one.function_name, "chat");
        assert_eq!(one.statement_id(), same.statement_id());
        assert_ne!(one.statement_id(), other.statement_id());
        assert!(one.statement_id().starts_with("chat-Permission-"), "{}", one.statement_id());
        assert!(one.statement_id().len() <= 100);
    }

    #[test]
    fn a_statement_id_is_never_too_long_and_contains_the_logical_id_for_its_stack_only() {
        for (stack, logical_id) in
            [("chat", "Permission"), (&*"s".repeat(75), "Permission"), (&*"s-t".repeat(40), "UrlMay")]
        {
            let tag =
                OwnershipTag { stack: stack.to_owned(), region: String::new(), logical_id: logical_id.to_owned() };
            let mut permission = Permission::of("chat");
            permission.complete(&tag);
            let id = permission.statement_id();
            assert!(id.len() <= 100, "{id}");
            assert!(permission.owns(&id), "{id}");
            assert_eq!(Permission::logical_id_in(&id, stack), Some(logical_id), "{id}");
            assert_eq!(Permission::logical_id_in(&id, &format!("{stack}x")), None, "{id}");
            assert_eq!(Permission::logical_id_in(&id, &stack[..stack.len() - 1]), None, "{id}");
        }
    }
}
