//! `AWS::Lambda::Function`: the code and its configuration.

mod configuration;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use self::configuration::{Environment, EphemeralStorage, LoggingConfig, TracingConfig};
use super::Resource;
pub use super::code::Code;
use super::kind::*;
use super::name::default_name;
use super::named::FunctionRef;
use crate::template::Reference;

/// A function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Function {
    /// The properties that a template can give.
    #[serde(flatten)]
    pub properties: Properties,
    /// A failure that Lambda reports.
    pub failure: Option<Failure>,
    /// Settings that a template cannot declare here, such as `VpcConfig`, by Lambda's names. A deploy keeps them, and
    /// versions contain them.
    #[serde(default, rename = "Beside")]
    pub outside_settings: BTreeMap<String, Value>,
}

/// The properties of a function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Properties {
    /// The physical name; at most 64 characters.
    #[serde(default, deserialize_with = "super::name::given", skip_serializing_if = "String::is_empty")]
    pub function_name: String,
    /// The package.
    pub code: Code,
    /// Free text.
    #[serde(default)]
    pub description: String,
    /// The runtime, such as `provided.al2023`.
    pub runtime: String,
    /// The entry point that the runtime starts.
    pub handler: String,
    /// The ARN of the execution role.
    pub role: String,
    /// `x86_64` or `arm64`, in a list of one.
    #[serde(default = "x86")]
    pub architectures: Vec<String>,
    /// Memory in MiB; CPU power is proportional to it.
    #[serde(default = "least_memory")]
    pub memory_size: i32,
    /// The maximum duration of an invocation, in seconds.
    #[serde(default = "three_seconds")]
    pub timeout: i32,
    /// Environment variables.
    #[serde(default)]
    pub environment: Environment,
    /// ARNs of layer versions, in order.
    #[serde(default)]
    pub layers: Vec<String>,
    /// The destination and the format of log lines.
    #[serde(default)]
    pub logging_config: LoggingConfig,
    /// Whether X-Ray traces requests.
    #[serde(default)]
    pub tracing_config: TracingConfig,
    /// The size of `/tmp`.
    #[serde(default)]
    pub ephemeral_storage: EphemeralStorage,
    /// The maximum number of concurrent invocations of all versions together, which Lambda reserves from the account's
    /// limit.
    ///
    /// Without a value nothing is reserved.
    pub reserved_concurrent_executions: Option<i32>,
    /// Tags.
    #[serde(default, deserialize_with = "super::tags::either_shape")]
    pub tags: Tags,
}

has_properties!(Function { failure, outside_settings });

/// The operation of Lambda's that failed, and the reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Failure {
    /// Lambda could not create it: its state is `Failed`, and it has never served. It cannot be invoked, changed or
    /// published any more.
    Create(String),
    /// Lambda could not apply the last change, or reactivate it: its last update status or its state is `Failed`, and
    /// it has served.
    ///
    /// The properties that Lambda returns are those that were requested, not those that run.
    Change(String),
}

defaults! {
    x86: Vec<String> = vec!["x86_64".to_owned()];
    least_memory: i32 = 128;
    three_seconds: i32 = 3;
}

/// A writing call to Lambda about a function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the variants are Lambda's operations, the fields their arguments")]
pub enum Call {
    CreateFunction {
        function: Box<Function>,
        publish: bool,
    },
    /// With `publish`, Lambda publishes the updated function in the same call.
    UpdateFunctionCode {
        function_name: String,
        code: Code,
        architectures: Vec<String>,
        revision: String,
        publish: bool,
    },
    /// Sends the named properties only, since each property that is sent needs a permission (`iam:PassRole` for
    /// `Role`).
    UpdateFunctionConfiguration {
        function: Box<Function>,
        properties: Vec<String>,
        revision: String,
    },
    TagResource {
        function_name: String,
        arn: String,
        tags: Tags,
    },
    PutFunctionConcurrency {
        function_name: String,
        reserved: i32,
    },
    DeleteFunctionConcurrency {
        function_name: String,
    },
    DeleteFunction {
        function_name: String,
    },
}

/// The properties that `UpdateFunctionCode` sends.
const CODE: [Property; 2] = [property!(Function.code), property!(Function.architectures)];

impl Kind for Function {
    const TYPE: &'static str = "AWS::Lambda::Function";
    const ATTRIBUTES: &'static [&'static str] = &[Ids::ARN];
    const OWNERSHIP: Ownership = Ownership::Tags;
    const ORPHANS: Orphans = Orphans::ByName(Arn { service: "lambda", start: "function:" });
    const REMOVAL: Removal = Removal::Functions;
    const CHANGED_BY_UPDATE: bool = true;
    const RUNS_LATER: bool = true;
    type Call = Call;

    fields!(name: function_name, tags_mut: tags);

    /// A function that could not be created is recreated.
    fn create_only(&self) -> Vec<&str> {
        vec![STATE.name()]
    }

    fn complete(&mut self, tag: &OwnershipTag) {
        default_name(&mut self.function_name, tag, 64);
        self.fill_defaults();
        tag.add_to(&mut self.tags);
    }

    fn callee(&self) -> Option<String> {
        Some(self.name())
    }

    fn attributes(&self, place: &Place) -> Vec<(&'static str, String)> {
        let function = FunctionRef { name: &self.function_name, qualifier: None };
        vec![(Ids::REF, self.function_name.clone()), (Ids::ARN, function.arn(place))]
    }

    /// The path of the zip is irrelevant to what is deployed. A failure is compared by Lambda's own attribute for it.
    fn comparable(&self) -> Value {
        let failed = |reason: &String| format!("Failed: {reason}");
        let (state, last_update) = match &self.failure {
            None => (None, None),
            Some(Failure::Create(reason)) => (Some(failed(reason)), None),
            Some(Failure::Change(reason)) => (None, Some(failed(reason))),
        };
        let state = state.unwrap_or_else(|| "Active".to_owned());
        let last_update = last_update.unwrap_or_else(|| "Successful".to_owned());
        let mut value = with(&self.properties, [(STATE, state.into()), (LAST_UPDATE, last_update.into())]);
        if let Some(code) = value.get_mut(property!(Function.code).name()).and_then(Value::as_object_mut) {
            code.remove("Path");
        }
        value
    }

    fn with_name_only(name: &str) -> Option<Self> {
        let properties = json!({"FunctionName": name, "Code": "", "Runtime": "", "Handler": "", "Role": ""});
        serde_json::from_value(properties).ok()
    }

    fn requires(&self, other: &Resource, ids: &Ids) -> bool {
        matches!(other, Resource::Role(_)) && ids.get(Ids::ARN) == Some(&self.role)
    }

    fn imports(&self, _ids: &Ids) -> Vec<Import> {
        vec![Import::whole("aws_lambda_function", &self.function_name)]
    }

    /// After `UpdateFunctionCode`, the writer compares the hash of the code instead.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the other calls set, or delete, what they name")]
    fn effect(call: &Call) -> Effect<Self> {
        match call.clone() {
            Call::CreateFunction { function, publish: _ } => {
                Effect::all_but(&[property!(Function.reserved_concurrent_executions)], *function, Again::Refused)
            }
            Call::UpdateFunctionConfiguration { function, properties, .. } => {
                Effect::only(properties, *function, Again::Refused)
            }
            Call::UpdateFunctionCode { .. } => Effect::SeenByService,
            _ => Effect::Repeatable,
        }
    }

    fn recorded(call: &Call) -> Value {
        let mut call = call.clone();
        match &mut call {
            Call::CreateFunction { function, .. } | Call::UpdateFunctionConfiguration { function, .. } => {
                function.code.path = None;
                function.environment.variables.values_mut().for_each(String::clear);
            }
            Call::UpdateFunctionCode { code, .. } => code.path = None,
            Call::TagResource { .. }
            | Call::PutFunctionConcurrency { .. }
            | Call::DeleteFunctionConcurrency { .. }
            | Call::DeleteFunction { .. } => {}
        }
        serde_json::to_value(call).unwrap_or_default()
    }

    fn create(&self) -> Batches<Call> {
        let reserved = self.reserved_concurrent_executions.map(|_| self.concurrency());
        let create = Call::CreateFunction { function: Box::new(self.clone()), publish: false };
        batches([vec![create], reserved.into_iter().collect()])
    }

    fn update(&self, _now: &Self, ids: &Ids, changed: &Changed) -> Batches<Call> {
        let tag = changed.has(property!(Function.tags)).then(|| Call::TagResource {
            function_name: self.function_name.clone(),
            arn: id(ids, Ids::ARN),
            tags: self.tags.clone(),
        });
        let all = changed.has(LAST_UPDATE); // it is unknown how much of a failed change was applied
        let configuration = (all || changed.any(&CONFIGURATION)).then(|| Call::UpdateFunctionConfiguration {
            function: Box::new(self.clone()),
            revision: Reference::own(Ids::REVISION_ID).to_string(),
            properties: CONFIGURATION
                .iter()
                .filter(|property| all || changed.has(**property))
                .map(|property| property.name().to_owned())
                .collect(),
        });
        let code = (all || changed.any(&CODE)).then(|| Call::UpdateFunctionCode {
            function_name: self.function_name.clone(),
            code: self.code.clone(),
            architectures: self.architectures.clone(),
            revision: Reference::own(Ids::REVISION_ID).to_string(),
            publish: false,
        });
        let reserved = changed.has(CONCURRENCY).then(|| self.concurrency());
        // The calls are sequential: Lambda answers 409 to a second update while one is in progress. Tags are last: they
        // also give the function a new revision, and the updates would be refused as concurrent changes.
        batches([configuration, code, tag, reserved].map(|call| call.into_iter().collect()))
    }

    fn delete(&self, _ids: &Ids) -> Batches<Call> {
        batches([vec![Call::DeleteFunction { function_name: self.function_name.clone() }]])
    }
}

const CONCURRENCY: Property = property!(Function.reserved_concurrent_executions);
/// Lambda's attribute that is `Failed` for a function that could not be created.
pub const STATE: Property = Property::named("State");
/// Lambda's attribute that is `Failed` for a function whose last change could not be applied.
pub const LAST_UPDATE: Property = Property::named("LastUpdateStatus");
/// The key of a release for settings outside the template.
pub const OUTSIDE_SETTINGS: &str = "Beside";

/// The properties that `UpdateFunctionConfiguration` sends.
const CONFIGURATION: [Property; 11] = [
    property!(Function.description),
    property!(Function.runtime),
    property!(Function.handler),
    property!(Function.role),
    property!(Function.memory_size),
    property!(Function.timeout),
    property!(Function.environment),
    property!(Function.layers),
    property!(Function.logging_config),
    property!(Function.tracing_config),
    property!(Function.ephemeral_storage),
];

/// The properties that a published version does not contain.
const NOT_IN_A_VERSION: [Property; 6] = [
    property!(Function.function_name),
    property!(Function.description),
    property!(Function.tags),
    CONCURRENCY,
    STATE,
    LAST_UPDATE,
];

impl Function {
    /// The content of a published version of it: everything that callers can notice.
    pub fn release(&self) -> Value {
        let mut release = self.comparable();
        if let Some(properties) = release.as_object_mut() {
            for property in NOT_IN_A_VERSION {
                properties.shift_remove(property.name());
            }
            if !self.outside_settings.is_empty() {
                properties.extend([(OUTSIDE_SETTINGS.to_owned(), self.outside_settings.clone().into_iter().collect())]);
            }
        }
        release
    }

    fn concurrency(&self) -> Call {
        let function_name = self.function_name.clone();
        match self.reserved_concurrent_executions {
            Some(reserved) => Call::PutFunctionConcurrency { function_name, reserved },
            None => Call::DeleteFunctionConcurrency { function_name },
        }
    }

    /// The defaults that depend on other properties.
    pub fn fill_defaults(&mut self) {
        let Properties { function_name, logging_config: logging, .. } = &mut self.properties;
        if logging.log_group.is_empty() {
            logging.log_group = format!("/aws/lambda/{function_name}");
        }
        if logging.log_format == "JSON" {
            logging.application_log_level.get_or_insert_with(|| "INFO".to_owned());
            logging.system_log_level.get_or_insert_with(|| "INFO".to_owned());
        }
    }
}
