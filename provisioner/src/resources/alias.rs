//! `AWS::Lambda::Alias`: the name that callers use, and the release that it points to.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::check::Check;
use super::kind::*;
use super::named::FunctionRef;
use super::served;
use super::watch::Watch;
use crate::template::Reference;

/// An alias of a function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Alias {
    /// The properties that a template can give.
    #[serde(flatten)]
    pub properties: Properties,
    /// The ownership tag, since an alias has no tags.
    #[serde(default)]
    pub description: String,
    /// The versions that it pointed to before, newest first. Lambda stores them in the description.
    #[serde(default)]
    pub before: Vec<String>,
    /// The newest version that existed before the stack published any. The description stores it, too.
    pub since: Option<u64>,
    /// The smoke tests that a version must pass before the alias points to it.
    #[serde(default)]
    pub checks: Vec<Check>,
}

/// The properties of an alias.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Properties {
    /// Its name, such as `live`.
    pub name: String,
    /// The function's name. A template may give its ARN.
    pub function_name: String,
    /// The version that it points to.
    pub function_version: String,
    /// The other version that gets a share of the calls.
    #[serde(default)]
    pub routing_config: RoutingConfig,
}

has_properties!(Alias { description, before, since, checks });

/// The distribution of an alias's calls.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct RoutingConfig {
    /// The versions besides the alias's own; Lambda accepts at most one. The alias's own version gets the remaining
    /// calls.
    #[serde(default)]
    pub additional_version_weights: Vec<VersionWeight>,
}

/// The share of an alias's calls that one version gets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct VersionWeight {
    /// The version.
    pub function_version: String,
    /// Its share, from 0 to 1.
    pub function_weight: f64,
}

/// A call to Lambda about aliases.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the variants are Lambda's operations, the fields their arguments")]
pub enum Call {
    /// Invokes a version, and fails unless the answer is as expected. Changes nothing.
    Invoke {
        function_name: String,
        version: String,
        check: Check,
    },
    /// Waits until a version is ready to be invoked. Changes nothing.
    GetFunction {
        function_name: String,
        version: String,
    },
    /// Watches a version that gets a share of the calls, and fails when it fails more often than the one with the rest
    /// of the calls.
    ///
    /// Changes nothing.
    GetMetricData(Watch),
    /// Reads the alias's revision, and fails unless it points to this version. Changes nothing.
    GetAlias {
        function_name: String,
        name: String,
        version: String,
    },
    CreateAlias {
        function_name: String,
        name: String,
        version: String,
        routing: RoutingConfig,
        description: String,
    },
    /// Sends the revision that the plan saw, so that a concurrent change is not overwritten.
    UpdateAlias {
        function_name: String,
        name: String,
        version: String,
        routing: RoutingConfig,
        description: String,
        revision: String,
    },
    DeleteAlias {
        function_name: String,
        name: String,
    },
}

impl Kind for Alias {
    const TYPE: &'static str = "AWS::Lambda::Alias";
    const ATTRIBUTES: &'static [&'static str] = &["AliasArn"];
    const OWNERSHIP: Ownership = Ownership::Description;
    const ORPHANS: Orphans = Orphans::WithParent;
    const REMOVAL: Removal = Removal::Aliases;
    const CHANGED_BY_UPDATE: bool = true;
    const REFUSED: &'static [(Property, &'static str)] =
        &[(DESCRIPTION, "not supported: the ownership tag is stored there, since an alias has no tags")];
    type Call = Call;

    fields!(part_of_function: function_name);

    fn complete(&mut self, tag: &OwnershipTag) {
        self.function_name = FunctionRef::parse(&self.function_name).to_string();
        self.description = tag.as_description();
    }

    fn name(&self) -> String {
        format!("{}:{}", self.function_name, self.name)
    }

    fn identity(&self) -> Vec<String> {
        vec![self.function_name.clone(), self.name.clone()]
    }

    fn callee(&self) -> Option<String> {
        Some(self.name())
    }

    fn attributes(&self, place: &Place) -> Vec<(&'static str, String)> {
        let arn = FunctionRef { name: &self.function_name, qualifier: Some(&self.name) }.arn(place);
        vec![(Ids::REF, arn.clone()), ("AliasArn", arn)]
    }

    fn comparable(&self) -> Value {
        // One line for each version: `RoutingConfig.3: 0.1 → (none)`.
        let routing = (property!(Alias.routing_config), self.routing_config.by_version());
        with(&self.properties, [routing, (DESCRIPTION, self.description.clone().into())])
    }

    fn imports(&self, _ids: &Ids) -> Vec<Import> {
        vec![Import::whole("aws_lambda_alias", format!("{}/{}", self.function_name, self.name))]
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the other calls set, or delete, what they name")]
    fn effect(call: &Call) -> Effect<Self> {
        match call {
            Call::CreateAlias { function_name, name, version, routing, description }
            | Call::UpdateAlias { function_name, name, version, routing, description, .. } => {
                let alias = Self::seen(function_name, name, version, routing.clone(), description);
                Effect::all(alias, Again::Refused)
            }
            _ => Effect::Repeatable,
        }
    }

    fn only_reads(call: &Call) -> bool {
        match call {
            Call::Invoke { .. } | Call::GetFunction { .. } | Call::GetMetricData(_) | Call::GetAlias { .. } => true,
            Call::CreateAlias { .. } | Call::UpdateAlias { .. } | Call::DeleteAlias { .. } => false,
        }
    }

    fn create(&self) -> Batches<Call> {
        batches([self.smoke_test_calls(), vec![self.create_call()]])
    }

    fn update(&self, _now: &Self, _ids: &Ids, changed: &Changed) -> Batches<Call> {
        let smoke_test_calls = changed.has(property!(Alias.function_version)).then(|| self.smoke_test_calls());
        batches([smoke_test_calls.unwrap_or_default(), vec![self.update_call()]])
    }

    fn delete(&self, _ids: &Ids) -> Batches<Call> {
        batches([vec![Call::DeleteAlias { function_name: self.function_name.clone(), name: self.name.clone() }]])
    }
}

impl Alias {
    /// The alias that Lambda returns.
    pub fn seen(function: &str, name: &str, version: &str, routing: RoutingConfig, description: &str) -> Self {
        let since = served::since(description);
        let (description, before) = served::split(description);
        let properties = Properties {
            name: name.to_owned(),
            function_name: function.to_owned(),
            function_version: version.to_owned(),
            routing_config: routing,
        };
        Self { properties, description, before, since, checks: Vec::new() }
    }

    /// Its description as Lambda stores it.
    pub fn whole_description(&self) -> String {
        served::join(&self.description, &self.before, self.since)
    }

    /// The alias with the versions that it pointed to before; `now` is the alias as AWS has it.
    pub fn with_history_of(mut self, now: &Self) -> Self {
        self.before = match self.function_version == now.function_version {
            true => now.before.clone(),
            false => served::after_leaving(&now.function_version, &now.before, &self.function_version),
        };
        self.since = now.since;
        self
    }

    /// The calls that send the wanted version its smoke tests.
    ///
    /// Without smoke tests, the call that waits until the version is ready: a killed run may have published it a moment
    /// ago.
    pub fn smoke_test_calls(&self) -> Vec<Call> {
        let version_of = || (self.function_name.clone(), self.function_version.clone());
        if self.checks.is_empty() {
            let (function_name, version) = version_of();
            return vec![Call::GetFunction { function_name, version }];
        }
        let invoke = |check: &Check| {
            let (function_name, version) = version_of();
            Call::Invoke { function_name, version, check: check.clone() }
        };
        self.checks.iter().map(invoke).collect()
    }

    /// The call that checks that the alias still points to `version`, and reads its revision.
    pub fn still_at(&self, version: &str) -> Call {
        Call::GetAlias {
            function_name: self.function_name.clone(),
            name: self.name.clone(),
            version: version.to_owned(),
        }
    }

    /// The call that creates the alias.
    pub fn create_call(&self) -> Call {
        Call::CreateAlias {
            function_name: self.function_name.clone(),
            name: self.name.clone(),
            version: self.function_version.clone(),
            routing: self.routing_config.clone(),
            description: self.whole_description(),
        }
    }

    /// The call that moves the alias, if it is still as the plan saw it.
    pub fn update_call(&self) -> Call {
        self.point_to(&self.function_version, &self.routing_config)
    }

    /// The call that points the alias to `version`, with the shares of others in `routing`, if it has not changed since
    /// it was read last.
    pub fn point_to(&self, version: &str, routing: &RoutingConfig) -> Call {
        Call::UpdateAlias {
            function_name: self.function_name.clone(),
            name: self.name.clone(),
            version: version.to_owned(),
            routing: routing.clone(),
            description: self.whole_description(),
            revision: Reference::own(Ids::REVISION_ID).to_string(),
        }
    }
}

impl RoutingConfig {
    /// This share of the calls, from 0 to 1, for `version`.
    pub fn share(version: &str, share: f64) -> Self {
        let weight = VersionWeight { function_version: version.to_owned(), function_weight: share };
        Self { additional_version_weights: vec![weight] }
    }

    /// The share that `version` gets in addition to the alias's own version.
    pub fn share_of(&self, version: &str) -> Option<f64> {
        let mut weights = self.additional_version_weights.iter();
        weights.find(|weight| weight.function_version == version).map(|weight| weight.function_weight)
    }

    fn by_version(&self) -> Value {
        let weights = self.additional_version_weights.iter();
        weights.map(|weight| (weight.function_version.clone(), Value::from(weight.function_weight))).collect()
    }
}
