//! Functions: code and configuration.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::super::problem::{Answer, Refusal, has_message, if_exists, problem};
use super::super::retry::{First, PATIENCE};
use super::super::service::{Dispatch, Find};
use super::super::{Aws, AwsReader};
use super::outside_settings::outside_settings;
use super::ready::{failure, first_poll, is_underway};
use crate::denial::Denial;
use crate::error::{Error, Result};
use crate::hint::Hint;
use crate::observe::Found;
use crate::package;
use crate::phrase::Phrase;
use crate::resources::function::{self, Call, Code, Function};
use crate::resources::{Ids, OwnershipTag, Property, Resource, property};
use aws_sdk_lambda::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_lambda::operation::get_function::GetFunctionOutput;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{
    Architecture, Environment, EphemeralStorage, FunctionCode, FunctionConfiguration, LoggingConfig, Runtime,
    TracingConfig,
};

impl Find for Function {
    async fn find(&self, reader: &AwsReader, tag: &OwnershipTag) -> Result<Option<Found>> {
        let name = &self.function_name;
        let now = Option::clone(&*reader.function(name).await?);
        let answer = if reader.patient {
            reader.aws.settled_function(name, now).await?
        } else {
            reader.aws.reported_now(name, now)
        };
        let Some(answer) = answer else { return Ok(None) };
        // Without this permission Lambda returns no tags, and the stack's own function would seem to have no owner.
        if let Some(refused) = answer.tags_error() {
            let cause = format!("{} ({})", refused.message(), refused.error_code());
            let reported = Error::new(format!("reading the tags of function {name}"), cause);
            return Err(match Denial::read(refused.message()) {
                Some(denial) => reported.denied(denial),
                None => reported.hint(
                    "give these credentials `lambda:ListTags` on the function; `docs/permissions.md` lists all that a \
                     deploy needs",
                ),
            });
        }
        let ids = answer.configuration().map(function_ids).unwrap_or_default();
        let resource = observed(name, answer);
        let owner = tag.owner(&resource.tags);
        Ok(Some(Found::new(Resource::Function(resource), ids, owner)))
    }
}

impl AwsReader {
    async fn function(&self, name: &str) -> Result<Arc<Option<GetFunctionOutput>>> {
        self.answers.functions.once(name, self.aws.read_function(name)).await
    }

    /// Whether AWS has no such function, so that calls about its parts are not needed.
    ///
    /// The first calls of a run do not wait for this answer. They save a round trip where the function exists, and cost
    /// no time where it does not, as long as they stay within Lambda's quota. Lambda allows an account a hundred
    /// `GetFunction` a second and fifteen of the other calls together, so in a template of many functions the answer is
    /// awaited. If `GetFunction` is refused, the result is `false`: the calls about the parts then report the missing
    /// permission.
    pub(super) async fn has_no_function(&self, name: &str) -> bool {
        match self.answers.functions.get(name) {
            Some(function) => function.is_none(),
            None if self.is_sent_early() => false,
            None => self.function(name).await.is_ok_and(|function| function.is_none()),
        }
    }

    /// Whether one more call may be sent before its function is known to exist.
    fn is_sent_early(&self) -> bool {
        self.early.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
    }
}

/// The configuration of a function in a request that creates or updates it, as far as `sent` returns true for the
/// property.
macro_rules! configured {
    ($request:expr, $function:expr, $sent:expr) => {{
        let (function, sent) = (&$function, $sent);
        $request
            .function_name(&function.function_name)
            .set_description(sent(property!(Function.description)).then(|| function.description.clone()))
            .set_runtime(sent(property!(Function.runtime)).then(|| Runtime::from(function.runtime.as_str())))
            .set_handler(sent(property!(Function.handler)).then(|| function.handler.clone()))
            .set_role(sent(property!(Function.role)).then(|| function.role.clone()))
            .set_memory_size(sent(property!(Function.memory_size)).then_some(function.memory_size))
            .set_timeout(sent(property!(Function.timeout)).then_some(function.timeout))
            .set_environment(sent(property!(Function.environment)).then(|| sdk_environment(function)))
            .set_layers(sent(property!(Function.layers)).then(|| function.layers.clone()))
            .set_logging_config(sent(property!(Function.logging_config)).then(|| sdk_logging(function)))
            .set_tracing_config(sent(property!(Function.tracing_config)).then(|| sdk_tracing(function)))
            .set_ephemeral_storage(match sent(property!(Function.ephemeral_storage)) {
                true => Some(sdk_storage(function)?),
                false => None,
            })
    }};
}

impl Dispatch for Call {
    async fn dispatch(&self, aws: &Aws) -> Result<Ids> {
        match self {
            Call::CreateFunction { function, publish } => aws.create_function(function, *publish).await,
            Call::UpdateFunctionCode { function_name: name, code, architectures, revision, publish } => {
                let request = aws
                    .lambda
                    .update_function_code()
                    .function_name(name)
                    .zip_file(zip(name, code)?)
                    .set_architectures(Some(sdk_architectures(architectures)))
                    .revision_id(revision)
                    .publish(*publish);
                let answer = aws.on_function("updating the code of", name, "", || request.clone().send()).await?;
                let first = first_poll(answer.state.as_ref(), answer.last_update_status.as_ref());
                aws.is_written(name, publish.then_some(answer.version).flatten(), first).await
            }
            Call::UpdateFunctionConfiguration { function, properties, revision } => {
                let sent = |property: Property| properties.iter().any(|one| one == property.name());
                let request = aws.lambda.update_function_configuration().revision_id(revision);
                let request = configured!(request, function, sent);
                let (doing, name) = ("updating the configuration of", &function.function_name);
                let answer = aws.on_function(doing, name, &function.role, || request.clone().send()).await?;
                let first = first_poll(answer.state.as_ref(), answer.last_update_status.as_ref());
                aws.function_is_ready(name, None, first).await
            }
            Call::TagResource { function_name, arn, tags } => {
                let request =
                    aws.lambda.tag_resource().resource(arn).set_tags(Some(tags.clone().into_iter().collect()));
                aws.on_function("tagging", arn, "", || request.clone().send()).await?;
                aws.function_is_ready(function_name, None, First::AtOnce).await // tagging gives it a new revision
            }
            Call::PutFunctionConcurrency { function_name: name, reserved } => {
                let request = aws.lambda.put_function_concurrency().function_name(name);
                let request = request.reserved_concurrent_executions(*reserved);
                let wait_reason = |error: &_| wait_reason(error, name, "");
                match aws.with_retries(wait_reason, || request.clone().send()).await {
                    Ok(_) => {}
                    // A new account has ten concurrent executions in all and cannot reserve any of them. A cap that is
                    // not available must not fail the deploy.
                    Err(error)
                        if has_message(&error, "InvalidParameterValueException", Phrase::NO_CONCURRENCY_LEFT) =>
                    {
                        let cause = "the account has too few unreserved executions";
                        let limit = format!("the concurrency limit {reserved} of function {name} is not set: {cause}");
                        (aws.notify)(&limit);
                    }
                    Err(error) => {
                        return Err(problem(format!("setting the concurrency limit of function {name}"), &error));
                    }
                }
                aws.function_is_ready(name, None, First::AtOnce).await
            }
            Call::DeleteFunctionConcurrency { function_name: name } => {
                let request = aws.lambda.delete_function_concurrency().function_name(name);
                aws.on_function("removing the concurrency limit of", name, "", || request.clone().send()).await?;
                aws.function_is_ready(name, None, First::AtOnce).await
            }
            Call::DeleteFunction { function_name: name } => {
                let request = aws.lambda.delete_function().function_name(name);
                let wait_reason = |error: &_| wait_reason(error, name, "");
                aws.removed(format!("deleting function {name}"), wait_reason, || request.clone().send()).await
            }
        }
    }

    async fn took_effect(&self, aws: &Aws, found: Option<Ids>) -> Option<Ids> {
        match self {
            Call::UpdateFunctionCode { function_name: name, code, architectures, publish, .. } => {
                let written = aws.has_code(name, code, architectures).await.ok().flatten()?;
                if *publish { aws.was_published(name).await.ok().flatten() } else { Some(written) }
            }
            Call::CreateFunction { function, publish: true } => {
                found?;
                aws.was_published(&function.function_name).await.ok().flatten()
            }
            Call::CreateFunction { function, .. } | Call::UpdateFunctionConfiguration { function, .. } => {
                found?;
                aws.function_is_ready(&function.function_name, None, First::AtOnce).await.ok()
            }
            Call::TagResource { .. }
            | Call::PutFunctionConcurrency { .. }
            | Call::DeleteFunctionConcurrency { .. }
            | Call::DeleteFunction { .. } => None,
        }
    }
}

impl Aws {
    fn reported_now(&self, name: &str, now: Option<GetFunctionOutput>) -> Option<GetFunctionOutput> {
        if now.as_ref().is_some_and(is_underway) {
            (self.notify)(&format!(
                "function {name} has an update in progress: the values shown may not be in effect yet"
            ));
        }
        now
    }

    pub(super) async fn read_function(&self, name: &str) -> Result<Option<GetFunctionOutput>> {
        let answer = self.lambda.get_function().function_name(name).send().await;
        if_exists(format!("reading function {name}"), answer)
    }

    /// The ids of the function when it is ready, if it has this code.
    async fn has_code(&self, name: &str, code: &Code, architectures: &[String]) -> Result<Option<Ids>> {
        let ready = self.function_is_ready(name, None, First::AtOnce).await?;
        let Some(answer) = self.read_function(name).await? else { return Ok(None) };
        let now = observed(name, answer);
        Ok((now.code.sha256 == code.sha256 && now.architectures == architectures).then_some(ready))
    }

    async fn create_function(&self, function: &Function, publish: bool) -> Result<Ids> {
        let name = &function.function_name;
        let code = FunctionCode::builder().zip_file(zip(name, &function.code)?).build();
        let request = configured!(self.lambda.create_function(), function, |_| true)
            .code(code)
            .set_architectures(Some(sdk_architectures(&function.architectures)))
            .set_layers(Some(function.layers.clone()).filter(|layers| !layers.is_empty()))
            .set_tags(Some(function.tags.clone().into_iter().collect()))
            .publish(publish);
        let answer = self.on_function("creating", name, &function.role, || request.clone().send()).await?;
        let first = first_poll(answer.state.as_ref(), answer.last_update_status.as_ref());
        self.is_written(name, publish.then_some(answer.version).flatten(), first).await
    }

    /// Waits until an updated function is ready, and the version that the same call published.
    async fn is_written(&self, name: &str, published: Option<String>, first: First) -> Result<Ids> {
        match published {
            None => self.function_is_ready(name, None, first).await,
            Some(version) => self.is_published(name, &version, first).await,
        }
    }

    /// Sends a call about a function, and retries it while its role is too new or an update is in progress.
    pub(super) async fn on_function<T, E: Refusal, F: Future<Output = Answer<T, E>>>(
        &self,
        doing: &str,
        name: &str,
        role: &str,
        call: impl FnMut() -> F,
    ) -> Result<T> {
        let answer = self.with_retries(|error| wait_reason(error, name, role), call).await;
        answer.map_err(|error| {
            let reported = problem(format!("{doing} function {name}"), &error);
            if has_message(&error, "InvalidParameterValueException", Phrase::ROLE_NOT_ASSUMABLE) {
                let hint = format!(
                    "add lambda.amazonaws.com to the trust policy of role {role}, which Lambda could not assume for {} s",
                    PATIENCE.as_secs()
                );
                return reported.hint(Hint::new(hint).then_again());
            }
            reported
        })
    }
}

/// The errors about a function that a retry solves, by code and message.
pub(super) fn wait_reason<E: ProvideErrorMetadata>(error: &SdkError<E>, name: &str, role: &str) -> Option<String> {
    let too_new = [Phrase::ROLE_NOT_ASSUMABLE, Phrase::ROLE_WITHOUT_PERMISSIONS];
    if too_new.into_iter().any(|phrase| has_message(error, "InvalidParameterValueException", phrase)) {
        return Some(format!("waiting until Lambda can assume role {role}"));
    }
    has_message(error, "ResourceConflictException", Phrase::UPDATE_IN_PROGRESS)
        .then(|| format!("waiting for another update of function {name}"))
}

pub(super) fn function_ids(configuration: &FunctionConfiguration) -> Ids {
    let of = [(Ids::ARN, configuration.function_arn()), (Ids::REVISION_ID, configuration.revision_id())];
    Ids::from(of.map(|(name, value)| (name, value.unwrap_or_default())))
}

fn zip(function: &str, code: &Code) -> Result<Blob> {
    let path = code.path.clone().unwrap_or_default();
    let doing = || format!("reading the package {} of function {function}", path.display());
    let zip = package::read(&path).map_err(|unread| unread.problem(doing()))?;
    if package::sha256(&zip) != code.sha256 {
        return Err(Error::new(doing(), "it changed since the plan was made").hint("run the same command again"));
    }
    Ok(Blob::new(zip))
}

pub(super) fn observed(name: &str, answer: GetFunctionOutput) -> Function {
    let reserved_concurrent_executions =
        answer.concurrency.and_then(|concurrency| concurrency.reserved_concurrent_executions);
    let tags = answer.tags.unwrap_or_default().into_iter().collect();
    let configuration = answer.configuration.unwrap_or_else(|| FunctionConfiguration::builder().build());
    let failure = failure(&configuration);
    let outside_settings = outside_settings(&configuration);
    let variables: BTreeMap<_, _> = match configuration.environment.and_then(|environment| environment.variables) {
        Some(variables) => variables.into_iter().collect(),
        None => BTreeMap::new(),
    };
    let logging = configuration.logging_config;
    let properties = function::Properties {
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
        reserved_concurrent_executions,
        tags,
    };
    let mut function = Function { properties, failure, outside_settings };
    if function.architectures.is_empty() {
        function.architectures.push("x86_64".to_owned());
    }
    function.fill_defaults();
    function
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

fn sdk_storage(function: &Function) -> Result<EphemeralStorage> {
    let storage = EphemeralStorage::builder().size(function.ephemeral_storage.size).build();
    storage.map_err(|error| Error::new(format!("writing the storage of function {}", function.function_name), error))
}
