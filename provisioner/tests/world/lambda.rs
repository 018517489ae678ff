//! Functions and the statements of their resource policies.

use super::{ACCOUNT, Execute, State, Stored, conflict, iam, ids, missing};
use crate::observe::{Duplicate, Found};
use crate::resources::function::{self, Failure, Function};
use crate::resources::named::FunctionRef;
use crate::resources::permission::{self, Permission};
use crate::resources::{Ids, Owner, OwnershipTag, Resource};

impl Stored for Function {
    fn find(&self, state: &State, tag: &OwnershipTag) -> Option<Found> {
        let function = state.functions.get(&self.function_name)?;
        let arn = function_arn(&function.function_name);
        let ids = ids([("Arn", &arn), ("RevisionId", &state.revision(&function.function_name))]);
        Some(Found::new(Resource::Function(function.clone()), ids, tag.owner(&function.tags)))
    }
}

impl Stored for Permission {
    fn find(&self, state: &State, _tag: &OwnershipTag) -> Option<Found> {
        let id = |sid: &str| ids([("Ref", sid), ("Id", sid)]);
        let mine = |(function, sid): &(String, String)| *function == self.function_name && self.owns(sid);
        let mut duplicates = state.permissions.iter().filter(|(key, _)| mine(key)).map(|((_, sid), permission)| {
            Duplicate { resource: Resource::Permission(permission.clone()), ids: id(sid) }
        });
        let Duplicate { resource, ids } = duplicates.next()?;
        Some(Found { duplicates: duplicates.collect(), ..Found::new(resource, ids, Owner::Ours) })
    }
}

impl Execute for function::Call {
    fn execute(&self, state: &mut State) -> Result<Ids, String> {
        use function::Call;
        let name = match self {
            Call::CreateFunction { function, publish } => {
                let mut function = Function::clone(function);
                if state.functions.contains_key(&function.function_name) {
                    return Err(conflict(&function.function_name));
                }
                state.role_exists(&function.role)?;
                function.code.path = None;
                function.reserved_concurrent_executions = None; // set by a separate call
                let name = function.function_name.clone();
                state.functions.insert(name.clone(), function);
                return Ok(state.written(&name, *publish));
            }
            Call::UpdateFunctionCode { function_name: name, code, architectures, revision, publish } => {
                state.must_be_at(name, revision)?;
                let function = state.functions.get_mut(name).ok_or_else(|| missing(name))?;
                changeable(function)?;
                function.failure = None;
                function.code.sha256.clone_from(&code.sha256);
                function.architectures.clone_from(architectures);
                return Ok(state.written(name, *publish));
            }
            Call::UpdateFunctionConfiguration { function: new, properties, revision } => {
                state.must_be_at(&new.function_name, revision)?;
                if properties.iter().any(|name| name == "Role") {
                    state.role_exists(&new.role)?;
                }
                let name = &new.function_name;
                let now = state.functions.get_mut(name).ok_or_else(|| missing(name))?;
                changeable(now)?;
                for property in properties {
                    configure(now, new, property)?;
                }
                name.clone()
            }
            Call::TagResource { function_name: _, arn, tags } => {
                let function =
                    state.functions.values_mut().find(|function| function_arn(&function.function_name) == *arn);
                let function = function.ok_or_else(|| missing(arn))?;
                function.tags.extend(tags.clone());
                function.function_name.clone()
            }
            Call::PutFunctionConcurrency { function_name: name, reserved } => {
                let function = state.functions.get_mut(name).ok_or_else(|| missing(name))?;
                function.reserved_concurrent_executions = Some(*reserved);
                name.clone()
            }
            Call::DeleteFunctionConcurrency { function_name: name } => {
                let function = state.functions.get_mut(name).ok_or_else(|| missing(name))?;
                function.reserved_concurrent_executions = None;
                name.clone()
            }
            Call::DeleteFunction { function_name: name } => {
                state.functions.remove(name);
                state.permissions.retain(|(function, _), _| function.split(':').next() != Some(name));
                state.urls.retain(|of, _| of.split(':').next() != Some(name));
                state.versions.retain(|(function, _), _| function != name);
                state.aliases.retain(|(function, _), _| function != name);
                return Ok(Ids::new());
            }
        };
        Ok(state.written(&name, false))
    }
}

impl Execute for permission::Call {
    fn execute(&self, state: &mut State) -> Result<Ids, String> {
        use permission::Call;
        match self {
            Call::AddPermission(permission) => {
                let (name, sid) = (permission.function_name.clone(), permission.statement_id());
                let FunctionRef { name: function, qualifier } = permission.function();
                let alias = qualifier.map(|alias| (function.to_owned(), alias.to_owned()));
                if alias.map_or(!state.functions.contains_key(function), |alias| !state.aliases.contains_key(&alias)) {
                    return Err(missing(&name));
                }
                state.revise(&name);
                if state.permissions.contains_key(&(name.clone(), sid.clone())) {
                    return Err(conflict(&sid));
                }
                state.permissions.insert((name, sid.clone()), Permission::clone(permission));
                Ok(ids([("Ref", &sid), ("Id", &sid)]))
            }
            Call::RemovePermission { statement_id, successor: Some(successor), .. } if statement_id == successor => {
                Ok(Ids::new())
            }
            Call::RemovePermission { function_name, qualifier, statement_id, successor: _ } => {
                let of = qualifier.iter().fold(function_name.clone(), |name, alias| format!("{name}:{alias}"));
                state.permissions.remove(&(of.clone(), statement_id.clone()));
                state.revise(&of);
                Ok(Ids::new())
            }
        }
    }
}

impl State {
    /// Lambda accepts only a role that exists.
    fn role_exists(&self, arn: &str) -> Result<(), String> {
        match self.roles.values().any(|role| iam::arn(role) == arn) {
            true => Ok(()),
            false => Err(format!("InvalidParameterValueException: no role {arn}")),
        }
    }

    /// The answer for a changed function, which is published if the call requests it.
    fn written(&mut self, name: &str, publish: bool) -> Ids {
        self.revise(name);
        let number = publish.then(|| self.publish(name, None));
        let mut assigned = ids([("Arn", &function_arn(name)), ("RevisionId", &self.revision(name))]);
        if let Some(number) = number {
            assigned.insert("PublishedVersion".to_owned(), number.to_string());
            assigned.insert("PublishedArn".to_owned(), format!("{}:{number}", function_arn(name)));
        }
        assigned
    }
}

/// A function whose creation failed cannot be changed or published.
pub(super) fn changeable(function: &Function) -> Result<(), String> {
    match &function.failure {
        Some(Failure::Create(reason)) => Err(format!("ResourceConflictException: its state is Failed: {reason}")),
        Some(Failure::Change(_)) | None => Ok(()),
    }
}

fn configure(now: &mut Function, new: &Function, property: &str) -> Result<(), String> {
    match property {
        "Description" => now.description.clone_from(&new.description),
        "Runtime" => now.runtime.clone_from(&new.runtime),
        "Handler" => now.handler.clone_from(&new.handler),
        "Role" => now.role.clone_from(&new.role),
        "MemorySize" => now.memory_size = new.memory_size,
        "Timeout" => now.timeout = new.timeout,
        "Environment" => now.environment = new.environment.clone(),
        "Layers" => now.layers.clone_from(&new.layers),
        "LoggingConfig" => now.logging_config = new.logging_config.clone(),
        "TracingConfig" => now.tracing_config = new.tracing_config.clone(),
        "EphemeralStorage" => now.ephemeral_storage = new.ephemeral_storage.clone(),
        other => return Err(format!("UpdateFunctionConfiguration does not take {other}")),
    }
    Ok(())
}

pub(super) fn function_arn(name: &str) -> String {
    format!("arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}")
}
