//! Lambda: functions, their resource policies, and invoking them.

use std::collections::BTreeMap;
use std::fs;

use aws_sdk_lambda::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_lambda::operation::get_function::GetFunctionOutput;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{
    Architecture, Environment, EphemeralStorage, FunctionCode, FunctionConfiguration, LastUpdateStatus, LogType,
    LoggingConfig, Runtime, State, TracingConfig,
};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use super::Aws;
use super::problem::{is_missing, problem, says};
use super::retry::{PATIENCE, Progress, healing, until_ready};
use crate::error::{Error, Result};
use crate::observe::{Found, Twin};
use crate::package;
use crate::resources::function::{self, Call, Code, Function};
use crate::resources::permission::{self, Permission};
use crate::resources::{Ids, Mark, Owner, Resource};

/// What a function answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The payload.
    pub payload: Value,
    /// `Handled` or `Unhandled` when the function failed rather than answered.
    pub function_error: Option<String>,
    /// The last 4 KiB of its log.
    pub log: String,
}

impl Aws {
    pub(super) async fn find_function(&self, wanted: &Function, mark: &Mark) -> Result<Option<Found>> {
        let name = &wanted.function_name;
        let answer = match self.lambda.get_function().function_name(name).send().await {
            Ok(answer) => answer,
            Err(error) if is_missing(&error) => return Ok(None),
            Err(error) => return Err(problem(format!("reading function {name}"), &error)),
        };
        // Lambda then answers without tags, and the stack's own function would look like nobody's.
        if let Some(refused) = answer.tags_error() {
            let cause = format!("{} ({})", refused.message(), refused.error_code());
            return Err(Error::new(format!("reading the tags of function {name}"), cause).hint(
                "give these credentials the permission lambda:ListTags; `docs/permissions.md` lists all that a deploy needs",
            ));
        }
        let arn = answer.configuration().and_then(|one| one.function_arn()).unwrap_or_default().to_owned();
        let resource = observed(name, answer);
        let owner = mark.owner(&resource.tags);
        Ok(Some(Found::new(Resource::Function(resource), Ids::from([("Arn".to_owned(), arn)]), owner)))
    }

    pub(super) async fn send_function(&self, call: &Call) -> Result<Ids> {
        match call {
            Call::CreateFunction(function) => return self.create_function(function).await,
            Call::UpdateFunctionCode { function_name: name, code, architectures } => {
                let request = self
                    .lambda
                    .update_function_code()
                    .function_name(name)
                    .zip_file(zip(name, code)?)
                    .set_architectures(Some(sdk_architectures(architectures)));
                self.on_function("updating the code of", name, "", || request.clone().send()).await?;
                self.function_is_ready(name).await?;
            }
            Call::UpdateFunctionConfiguration { function, properties } => {
                let sent = |property: &str| properties.iter().any(|one| one == property);
                let request = self
                    .lambda
                    .update_function_configuration()
                    .function_name(&function.function_name)
                    .set_description(sent("Description").then(|| function.description.clone()))
                    .set_runtime(sent("Runtime").then(|| Runtime::from(function.runtime.as_str())))
                    .set_handler(sent("Handler").then(|| function.handler.clone()))
                    .set_role(sent("Role").then(|| function.role.clone()))
                    .set_memory_size(sent("MemorySize").then_some(function.memory_size))
                    .set_timeout(sent("Timeout").then_some(function.timeout))
                    .set_environment(sent("Environment").then(|| sdk_environment(function)))
                    .set_layers(sent("Layers").then(|| function.layers.clone()))
                    .set_logging_config(sent("LoggingConfig").then(|| sdk_logging(function)))
                    .set_tracing_config(sent("TracingConfig").then(|| sdk_tracing(function)))
                    .set_ephemeral_storage(if sent("EphemeralStorage") { sdk_storage(function)? } else { None });
                let name = &function.function_name;
                self.on_function("updating the configuration of", name, &function.role, || request.clone().send())
                    .await?;
                self.function_is_ready(name).await?;
            }
            Call::TagResource { arn, tags } => {
                let request =
                    self.lambda.tag_resource().resource(arn).set_tags(Some(tags.clone().into_iter().collect()));
                self.on_function("tagging", arn, "", || request.clone().send()).await?;
            }
            Call::DeleteFunction { function_name: name } => {
                let request = self.lambda.delete_function().function_name(name);
                match healing(|what| (self.notify)(what), |error| heals(error, name, ""), || request.clone().send())
                    .await
                {
                    Ok(_) => {}
                    Err(error) if is_missing(&error) => {}
                    Err(error) => return Err(problem(format!("deleting function {name}"), &error)),
                }
            }
        }
        Ok(Ids::new())
    }

    async fn create_function(&self, function: &Function) -> Result<Ids> {
        let name = &function.function_name;
        let code = FunctionCode::builder().zip_file(zip(name, &function.code)?).build();
        let request = self
            .lambda
            .create_function()
            .function_name(name)
            .description(&function.description)
            .runtime(Runtime::from(function.runtime.as_str()))
            .handler(&function.handler)
            .role(&function.role)
            .code(code)
            .set_architectures(Some(sdk_architectures(&function.architectures)))
            .memory_size(function.memory_size)
            .timeout(function.timeout)
            .environment(sdk_environment(function))
            .set_layers(Some(function.layers.clone()).filter(|layers| !layers.is_empty()))
            .logging_config(sdk_logging(function))
            .tracing_config(sdk_tracing(function))
            .set_ephemeral_storage(sdk_storage(function)?)
            .set_tags(Some(function.tags.clone().into_iter().collect()));
        let answer = self.on_function("creating", name, &function.role, || request.clone().send()).await?;
        self.function_is_ready(name).await?;
        Ok(answer.function_arn.map(|arn| ("Arn".to_owned(), arn)).into_iter().collect())
    }

    /// A call about a function, sent again while its role is too new or an update is in progress.
    async fn on_function<T, E, R, F>(&self, doing: &str, name: &str, role: &str, call: impl FnMut() -> F) -> Result<T>
    where
        F: Future<Output = std::result::Result<T, SdkError<E, R>>>,
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
        R: std::fmt::Debug + Send + Sync + 'static,
    {
        let answer = healing(|what| (self.notify)(what), |error| heals(error, name, role), call).await;
        answer.map_err(|error| {
            let told = problem(format!("{doing} function {name}"), &error);
            if says(&error, "InvalidParameterValueException", CANNOT_ASSUME) {
                return told.hint(format!(
                    "role {role} could not be assumed for {} s: if its trust policy names lambda.amazonaws.com, run the same command again",
                    PATIENCE.as_secs()
                ));
            }
            told
        })
    }

    /// Waits until the last change of a function is in force.
    async fn function_is_ready(&self, name: &str) -> Result<()> {
        let doing = || format!("waiting for function {name}");
        let look = || async {
            let answer = self.lambda.get_function().function_name(name).send().await;
            let answer = answer.map_err(|error| problem(doing(), &error))?;
            match answer.configuration() {
                Some(configuration) => readiness(configuration).map_err(|reason| Error::new(doing(), reason)),
                None => Ok(Progress::Underway),
            }
        };
        match until_ready(look).await? {
            Some(()) => Ok(()),
            None => Err(Error::new(doing(), "it took longer than two minutes").hint("run the same command again")),
        }
    }

    pub(super) async fn find_permission(&self, wanted: &Permission) -> Result<Option<Found>> {
        let name = &wanted.function_name;
        let policy = match self.lambda.get_policy().function_name(name).send().await {
            Ok(answer) => answer.policy.unwrap_or_default(),
            Err(error) if is_missing(&error) => return Ok(None),
            Err(error) => return Err(problem(format!("reading the resource policy of function {name}"), &error)),
        };
        let policy: Value = serde_json::from_str(&policy).unwrap_or_default();
        let statements = policy["Statement"].as_array().cloned().unwrap_or_default();
        let sid = |statement: &Value| statement["Sid"].as_str().unwrap_or_default().to_owned();
        let ours = statements.iter().filter(|statement| wanted.owns(&sid(statement)));
        let mut twins = ours.map(|statement| Twin {
            resource: Resource::Permission(observed_permission(wanted, statement)),
            ids: statement_ids(sid(statement)),
        });
        let first = twins.next();
        let found = first.map(|Twin { resource, ids }| Found::new(resource, ids, Owner::Ours));
        Ok(found.map(|found| Found { twins: twins.collect(), ..found }))
    }

    pub(super) async fn send_permission(&self, call: &permission::Call) -> Result<Ids> {
        match call {
            permission::Call::AddPermission(permission) => {
                let (name, sid) = (&permission.function_name, permission.statement_id());
                let request = self
                    .lambda
                    .add_permission()
                    .function_name(name)
                    .statement_id(&sid)
                    .action(&permission.action)
                    .principal(&permission.principal)
                    .set_source_arn(permission.source_arn.clone())
                    .set_source_account(permission.source_account.clone());
                self.on_function("adding a permission to", name, "", || request.clone().send()).await?;
                Ok(statement_ids(sid))
            }
            permission::Call::RemovePermission { function_name: name, statement_id } => {
                match self.lambda.remove_permission().function_name(name).statement_id(statement_id).send().await {
                    Ok(_) => Ok(Ids::new()),
                    Err(error) if is_missing(&error) => Ok(Ids::new()),
                    Err(error) => {
                        Err(problem(format!("removing permission {statement_id} of function {name}"), &error))
                    }
                }
            }
        }
    }

    /// Invokes a function and waits for its answer.
    ///
    /// # Errors
    /// When Lambda does not run it. A function that runs and fails is an [`Answer`] with an error.
    pub async fn invoke(&self, name: &str, event: &Value) -> Result<Answer> {
        let request =
            self.lambda.invoke().function_name(name).log_type(LogType::Tail).payload(Blob::new(event.to_string()));
        let answer = request.send().await.map_err(|error| {
            let told = problem(format!("invoking function {name}"), &error);
            if is_missing(&error) { told.hint("set it up with `provisioner deploy`") } else { told }
        })?;
        let payload =
            answer.payload().map(|blob| String::from_utf8_lossy(blob.as_ref()).into_owned()).unwrap_or_default();
        let log = answer.log_result().and_then(|log| BASE64_STANDARD.decode(log).ok()).unwrap_or_default();
        Ok(Answer {
            payload: serde_json::from_str(&payload).unwrap_or(Value::String(payload)),
            function_error: answer.function_error,
            log: String::from_utf8_lossy(&log).into_owned(),
        })
    }
}

const CANNOT_ASSUME: &str = "cannot be assumed by Lambda";

/// The errors about a function that pass by themselves, and only these: by code and sentence.
fn heals<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>, name: &str, role: &str) -> Option<String> {
    if says(error, "InvalidParameterValueException", CANNOT_ASSUME)
        || says(error, "InvalidParameterValueException", "provided execution role does not have permissions")
    {
        return Some(format!("waiting until Lambda can assume role {role}"));
    }
    let busy = ["in progress", "currently in the following state: Pending"];
    busy.iter()
        .any(|text| says(error, "ResourceConflictException", text))
        .then(|| format!("waiting for another update of function {name}"))
}

/// Whether the last change is in force; an error with Lambda's own reason when it never will be.
fn readiness(configuration: &FunctionConfiguration) -> std::result::Result<Progress<()>, String> {
    if configuration.state() == Some(&State::Failed) {
        return Err(configuration.state_reason().unwrap_or("it failed, without a reason").to_owned());
    }
    if configuration.last_update_status() == Some(&LastUpdateStatus::Failed) {
        return Err(configuration
            .last_update_status_reason()
            .unwrap_or("its update failed, without a reason")
            .to_owned());
    }
    let pending = configuration.state() == Some(&State::Pending);
    let updating = configuration.last_update_status() == Some(&LastUpdateStatus::InProgress);
    Ok(if pending || updating { Progress::Underway } else { Progress::Ready(()) })
}

fn zip(function: &str, code: &Code) -> Result<Blob> {
    let path = code.path.clone().unwrap_or_default();
    let doing = || format!("reading the package {} of function {function}", path.display());
    let zip = fs::read(&path).map_err(|error| Error::new(doing(), error))?;
    if package::sha256(&zip) != code.sha256 {
        return Err(Error::new(doing(), "it changed since the plan was made").hint("run the same command again"));
    }
    Ok(Blob::new(zip))
}

fn observed(name: &str, answer: GetFunctionOutput) -> Function {
    let tags = answer.tags.unwrap_or_default().into_iter().collect();
    let configuration = answer.configuration.unwrap_or_else(|| FunctionConfiguration::builder().build());
    let variables: BTreeMap<_, _> = match configuration.environment.and_then(|environment| environment.variables) {
        Some(variables) => variables.into_iter().collect(),
        None => BTreeMap::new(),
    };
    let logging = configuration.logging_config;
    let mut function = Function {
        function_name: name.to_owned(),
        code: Code { path: None, sha256: configuration.code_sha256.unwrap_or_default() },
        description: configuration.description.unwrap_or_default(),
        runtime: configuration.runtime.map(|runtime| runtime.as_str().to_owned()).unwrap_or_default(),
        handler: configuration.handler.unwrap_or_default(),
        role: configuration.role.unwrap_or_default(),
        architectures: configuration
            .architectures
            .unwrap_or_default()
            .iter()
            .map(|one| one.as_str().to_owned())
            .collect(),
        memory_size: configuration.memory_size.unwrap_or(128),
        timeout: configuration.timeout.unwrap_or(3),
        environment: function::Environment { variables },
        layers: configuration.layers.unwrap_or_default().into_iter().filter_map(|layer| layer.arn).collect(),
        logging_config: logging.map_or_else(function::LoggingConfig::default, |logging| function::LoggingConfig {
            log_format: logging.log_format.map_or_else(|| "Text".to_owned(), |format| format.as_str().to_owned()),
            application_log_level: logging.application_log_level.map(|level| level.as_str().to_owned()),
            system_log_level: logging.system_log_level.map(|level| level.as_str().to_owned()),
            log_group: logging.log_group.unwrap_or_default(),
        }),
        tracing_config: configuration
            .tracing_config
            .and_then(|tracing| tracing.mode)
            .map_or_else(function::TracingConfig::default, |mode| function::TracingConfig {
                mode: mode.as_str().to_owned(),
            }),
        ephemeral_storage: configuration
            .ephemeral_storage
            .map_or_else(function::EphemeralStorage::default, |storage| function::EphemeralStorage {
                size: storage.size,
            }),
        tags,
    };
    if function.architectures.is_empty() {
        function.architectures.push("x86_64".to_owned());
    }
    function.fill_defaults();
    function
}

fn statement_ids(sid: String) -> Ids {
    Ids::from([("Ref".to_owned(), sid.clone()), ("Id".to_owned(), sid)])
}

fn observed_permission(wanted: &Permission, statement: &Value) -> Permission {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let principal = &statement["Principal"];
    let condition = &statement["Condition"];
    Permission {
        function_name: wanted.function_name.clone(),
        action: text(&statement["Action"]).unwrap_or_default(),
        principal: text(principal)
            .or_else(|| text(&principal["Service"]))
            .or_else(|| text(&principal["AWS"]))
            .unwrap_or_default(),
        source_arn: text(&condition["ArnLike"]["AWS:SourceArn"]),
        source_account: text(&condition["StringEquals"]["AWS:SourceAccount"]),
        statement_id_prefix: wanted.statement_id_prefix.clone(),
    }
}

fn sdk_architectures(names: &[String]) -> Vec<Architecture> {
    names.iter().map(|name| Architecture::from(name.as_str())).collect()
}

fn sdk_environment(function: &Function) -> Environment {
    Environment::builder().set_variables(Some(function.environment.variables.clone().into_iter().collect())).build()
}

fn sdk_logging(function: &Function) -> LoggingConfig {
    let logging = &function.logging_config;
    LoggingConfig::builder()
        .log_format(logging.log_format.as_str().into())
        .set_application_log_level(logging.application_log_level.as_deref().map(Into::into))
        .set_system_log_level(logging.system_log_level.as_deref().map(Into::into))
        .log_group(&logging.log_group)
        .build()
}

fn sdk_tracing(function: &Function) -> TracingConfig {
    TracingConfig::builder().mode(function.tracing_config.mode.as_str().into()).build()
}

fn sdk_storage(function: &Function) -> Result<Option<EphemeralStorage>> {
    let storage = EphemeralStorage::builder().size(function.ephemeral_storage.size).build();
    storage
        .map(Some)
        .map_err(|error| Error::new(format!("writing the storage of function {}", function.function_name), error))
}
