//! The writing side: a call takes effect once, even when its answer is lost.
//!
//! When no answer arrives, the SDK retries a call that AWS may already have executed. For most calls the retry has the
//! same result. AWS refuses the retry of some calls (`EntityAlreadyExists`, a different revision): before such an error
//! is reported, the current state is read. And two calls would take effect twice, because nothing makes an API or an
//! integration unique: the SDK must not retry these by itself.

use super::Aws;
use super::retry::{Doubt, First, unless_done};
use crate::error::{Error, Result};
use crate::execute::Writer;
use crate::observe::Reader as _;
use crate::resources::function::Function;
use crate::resources::log_group::LogGroup;
use crate::resources::role::Role;
use crate::resources::{
    Call, Changed, Ids, Mark, Property, Resource, alias, api, function, integration, log_group, permission, property,
    role, route, stage, table, url, version,
};

impl Writer for Aws {
    async fn send(&self, call: &Call) -> Result<Ids> {
        let doubt = |error: &Error| match () {
            () if error.is_unanswered() && is_done_twice(call) => Doubt::LookAndSendAgain,
            () if error.is_unanswered() || error.is_conflict() => Doubt::Look,
            () => Doubt::None,
        };
        let sent = unless_done(|| self.send_once(call), doubt, || self.what_it_left(call)).await;
        match (sent, call) {
            (Err(error), Call::Alias(call)) if error.is_overtaken() => Err(self.moved_meanwhile(call, error).await),
            (sent, _) => sent,
        }
    }
}

/// Whether a retry of the call would take effect twice, so that the SDK must not retry it.
fn is_done_twice(call: &Call) -> bool {
    matches!(call, Call::Api(api::Call::CreateApi(_)) | Call::Integration(integration::Call::CreateIntegration(_)))
}

/// The result of a call: a resource, of which the call sets some properties.
struct Left {
    resource: Resource,
    sets: Sets,
}

enum Sets {
    AllBut(&'static [Property]),
    Only(Vec<String>),
}

impl Left {
    fn all(resource: Resource) -> Self {
        Self { resource, sets: Sets::AllBut(&[]) }
    }

    /// Whether `now` has the properties that the call sets.
    fn is_there(&self, now: &Resource) -> bool {
        let changed = Changed::of(&self.resource.changes_from(now));
        match &self.sets {
            Sets::AllBut(others) => !changed.beyond(others),
            Sets::Only(own) => !own.iter().any(|property| changed.has_named(property)),
        }
    }
}

impl Aws {
    async fn send_once(&self, call: &Call) -> Result<Ids> {
        match call {
            Call::Role(call) | Call::InlinePolicy(call) => self.send_role(call).await,
            Call::LogGroup(call) => self.send_log_group(call).await,
            Call::Function(call) => self.send_function(call).await,
            Call::Version(call) => self.send_version(call).await,
            Call::Alias(call) => self.send_alias(call).await,
            Call::Url(call) => self.send_url(call).await,
            Call::Permission(call) => self.send_permission(call).await,
            Call::Api(call) => self.send_api(call).await,
            Call::Integration(call) => self.send_integration(call).await,
            Call::Route(call) => self.send_route(call).await,
            Call::Stage(call) => self.send_stage(call).await,
            Call::Table(call) => self.send_table(call).await,
            Call::Other(call) => self.send_other(call).await,
        }
    }

    /// The ids that AWS assigned, if the call took effect. A look that fails counts as not found, so the call's own
    /// error is reported.
    async fn what_it_left(&self, call: &Call) -> Option<Ids> {
        if let Call::Version(version::Call::PublishVersion { function_name, package, .. }) = call {
            return self.published(function_name, package).await.ok().flatten();
        }
        if let Call::Function(function::Call::UpdateFunctionCode {
            function_name, code, architectures, publish, ..
        }) = call
        {
            let written = self.has_code(function_name, code, architectures).await.ok().flatten()?;
            return if *publish { self.was_published(function_name).await.ok().flatten() } else { Some(written) };
        }
        let left = left_by(call)?;
        let tags = left.resource.tags();
        let found = self.reader().find(&left.resource, &Mark::of(&tags)).await.ok()??.led_by(&left.resource);
        if !left.is_there(&found.resource) {
            return None;
        }
        if let Resource::Function(function) = &left.resource {
            let name = &function.function_name;
            let publishes = matches!(call, Call::Function(function::Call::CreateFunction { publish: true, .. }));
            return if publishes {
                self.was_published(name).await.ok().flatten()
            } else {
                self.function_is_ready(name, None, First::AtOnce).await.ok()
            };
        }
        Some(found.ids)
    }
}

/// The result of a call that AWS refuses or executes twice when it is retried. A call of Cloud Control has a token by
/// which AWS recognizes the retry.
#[expect(clippy::wildcard_enum_match_arm, reason = "most calls may come twice: they set, or remove, what they name")]
fn left_by(call: &Call) -> Option<Left> {
    let sets = |resource, sets| Some(Left { resource, sets });
    match call.clone() {
        Call::Role(role::Call::CreateRole(role)) => {
            sets(Resource::Role(*role), Sets::AllBut(&[property!(Role.policies), property!(Role.managed_policy_arns)]))
        }
        Call::LogGroup(log_group::Call::CreateLogGroup { log_group_name, tags }) => {
            let group = LogGroup { log_group_name, retention_in_days: None, tags };
            sets(Resource::LogGroup(group), Sets::AllBut(&[property!(LogGroup.retention_in_days)]))
        }
        Call::Function(function::Call::CreateFunction { function, publish: _ }) => {
            sets(Resource::Function(*function), Sets::AllBut(&[property!(Function.reserved_concurrent_executions)]))
        }
        Call::Function(function::Call::UpdateFunctionConfiguration { function, properties, .. }) => {
            sets(Resource::Function(*function), Sets::Only(properties))
        }
        Call::Alias(
            alias::Call::CreateAlias { function_name, name, version, routing, description }
            | alias::Call::UpdateAlias { function_name, name, version, routing, description, .. },
        ) => {
            let alias = alias::Alias::seen(&function_name, &name, &version, routing, &description);
            Some(Left::all(Resource::Alias(alias)))
        }
        Call::Url(url::Call::CreateFunctionUrlConfig(url)) => Some(Left::all(Resource::Url(*url))),
        Call::Permission(permission::Call::AddPermission(one)) => Some(Left::all(Resource::Permission(*one))),
        Call::Api(api::Call::CreateApi(api)) => Some(Left::all(Resource::Api(*api))),
        Call::Integration(integration::Call::CreateIntegration(one)) => Some(Left::all(Resource::Integration(*one))),
        Call::Route(route::Call::CreateRoute(route)) => Some(Left::all(Resource::Route(*route))),
        Call::Stage(stage::Call::CreateStage(stage)) => Some(Left::all(Resource::Stage(*stage))),
        Call::Table(table::Call::CreateTable(table)) => Some(Left::all(Resource::Table(*table))),
        _ => None,
    }
}
