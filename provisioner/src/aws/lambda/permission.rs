//! The resource policies of functions and aliases.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::super::problem::if_exists;
use super::super::service::{Dispatch, Find};
use super::super::{Aws, AwsReader};
use crate::error::Result;
use crate::observe::{Duplicate, Found, Orphan};
use crate::resources::named::FunctionRef;
use crate::resources::permission::{Call, Permission, Properties};
use crate::resources::{Ids, Owner, OwnershipTag, Resource};

impl Find for Permission {
    async fn find(&self, reader: &AwsReader, _tag: &OwnershipTag) -> Result<Option<Found>> {
        let policy = reader.policy_of(&self.function_name).await?;
        let statements = policy["Statement"].as_array().cloned().unwrap_or_default();
        let sid = |statement: &Value| statement["Sid"].as_str().unwrap_or_default().to_owned();
        let ours = statements.iter().filter(|statement| self.owns(&sid(statement)));
        let mut duplicates = ours.map(|statement| Duplicate {
            resource: Resource::Permission(observed_permission(self, statement)),
            ids: statement_ids(sid(statement)),
        });
        let first = duplicates.next();
        let found = first.map(|Duplicate { resource, ids }| Found::new(resource, ids, Owner::Ours));
        Ok(found.map(|found| Found { duplicates: duplicates.collect(), ..found }))
    }
}

impl AwsReader {
    /// The resource policy of a function or an alias (`chat:live`); null when it has none.
    pub(in super::super) async fn policy_of(&self, callee: &str) -> Result<Arc<Value>> {
        let ask = async {
            let name = FunctionRef::parse(callee).name;
            if self.has_no_function(name).await { Ok(Value::Null) } else { self.aws.resource_policy(callee).await }
        };
        self.answers.policies.once(callee, ask).await
    }
}

impl Dispatch for Call {
    async fn dispatch(&self, aws: &Aws) -> Result<Ids> {
        match self {
            Call::AddPermission(permission) => {
                let (FunctionRef { name, qualifier }, sid) = (permission.function(), permission.statement_id());
                let request = aws
                    .lambda
                    .add_permission()
                    .function_name(name)
                    .set_qualifier(qualifier.map(str::to_owned))
                    .statement_id(&sid)
                    .action(&permission.action)
                    .principal(permission.principal.as_str())
                    .set_source_arn(permission.source_arn.clone())
                    .set_source_account(permission.source_account.clone())
                    .set_function_url_auth_type(permission.function_url_auth_type.as_deref().map(Into::into))
                    .set_invoked_via_function_url(permission.invoked_via_function_url);
                aws.on_function("adding a permission to", name, "", || request.clone().send()).await?;
                Ok(statement_ids(sid))
            }
            Call::RemovePermission { statement_id, successor: Some(successor), .. } if statement_id == successor => {
                Ok(Ids::new())
            }
            Call::RemovePermission { function_name: name, qualifier, statement_id, successor: _ } => {
                let request = aws.lambda.remove_permission().function_name(name).statement_id(statement_id);
                let answer = request.set_qualifier(qualifier.clone()).send().await;
                if_exists(format!("removing permission {statement_id} of function {name}"), answer)?;
                Ok(Ids::new())
            }
        }
    }
}

impl Aws {
    async fn resource_policy(&self, name: &str) -> Result<Value> {
        let function = FunctionRef::parse(name);
        let qualifier = function.qualifier.map(str::to_owned);
        let request = self.lambda.get_policy().function_name(function.name).set_qualifier(qualifier);
        let answer = if_exists(format!("reading the resource policy of function {name}"), request.send().await)?;
        let policy = answer.and_then(|answer| answer.policy).unwrap_or_default();
        Ok(serde_json::from_str(&policy).unwrap_or_default())
    }
}

/// The statements about this function or alias that the stack created, recognized by the form of their ids and the
/// stack's name in them.
pub(in super::super) fn tagged_statements(stack: &str, function_name: &str, policy: &Value) -> Vec<Orphan> {
    let statements = policy["Statement"].as_array().into_iter().flatten();
    // An emulator returns the aliases' statements together with the function's.
    let about_it = statements.filter(|one| one["Resource"].as_str().is_some_and(|arn| names(arn, function_name)));
    let ours = about_it.filter_map(|statement| {
        let sid = statement["Sid"].as_str()?;
        let logical_id = Permission::logical_id_in(sid, stack)?;
        let mut bare = Permission::of(function_name);
        bare.statement_id_prefix = Permission::statement_id_prefix(stack, logical_id);
        let resource = Resource::Permission(observed_permission(&bare, statement));
        let found = Found::new(resource, statement_ids(sid.to_owned()), Owner::Ours);
        Some(Orphan { logical_id: logical_id.to_owned(), found })
    });
    ours.collect()
}

fn names(arn: &str, function_name: &str) -> bool {
    FunctionRef::in_uri(arn) == Some(FunctionRef::parse(function_name))
}

fn statement_ids(sid: String) -> Ids {
    Ids::from([(Ids::REF.to_owned(), sid.clone()), ("Id".to_owned(), sid)])
}

fn observed_permission(wanted: &Permission, statement: &Value) -> Permission {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let principal = &statement["Principal"];
    let mut conditions = conditions(statement);
    let mut condition = |operator_and_key: &str| {
        let value = conditions.get(operator_and_key).and_then(&text);
        value.inspect(|_| drop(conditions.remove(operator_and_key)))
    };
    let properties = Properties {
        function_name: wanted.function_name.clone(),
        action: text(&statement["Action"]).unwrap_or_default(),
        principal: text(principal)
            .or_else(|| text(&principal["Service"]))
            .or_else(|| text(&principal["AWS"]))
            .unwrap_or_default()
            .into(),
        source_arn: condition("ArnLike AWS:SourceArn"),
        source_account: condition("StringEquals AWS:SourceAccount"),
        function_url_auth_type: condition("StringEquals lambda:FunctionUrlAuthType"),
        // Lambda writes the boolean as text.
        invoked_via_function_url: condition("Bool lambda:InvokedViaFunctionUrl").map(|flag| flag == "true"),
    };
    Permission { properties, other_conditions: conditions, statement_id_prefix: wanted.statement_id_prefix.clone() }
}

/// The conditions of a statement by `OPERATOR KEY`.
fn conditions(statement: &Value) -> BTreeMap<String, Value> {
    let operators = statement["Condition"].as_object().into_iter().flatten();
    let keys =
        operators.flat_map(|(operator, keys)| keys.as_object().into_iter().flatten().map(move |key| (operator, key)));
    keys.map(|(operator, (key, value))| (format!("{operator} {key}"), value.clone())).collect()
}
