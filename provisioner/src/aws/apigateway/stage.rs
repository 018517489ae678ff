//! Stages of HTTP APIs.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use aws_sdk_apigatewayv2::types as sdk;

use super::super::service::{Dispatch, Find};
use super::super::{Aws, AwsReader};
use super::{all_items, busy, sorted, unlisted, unsorted};
use crate::error::Result;
use crate::observe::{Found, SeenStage, Surroundings};
use crate::resources::stage::{self, RouteSettings, Stage};
use crate::resources::{Ids, OwnershipTag, Resource};

impl Find for Stage {
    async fn find(&self, reader: &AwsReader, tag: &OwnershipTag) -> Result<Option<Found>> {
        let stages = reader.stages_of(&self.api_id).await?;
        let found = stages.iter().find(|stage| stage.stage_name() == Some(&self.stage_name));
        Ok(found.map(|stage| found_stage(&self.api_id, stage, tag)))
    }
}

impl AwsReader {
    /// The configuration of an API outside the stack that applies to the routes that are added to it.
    pub(in super::super) async fn api_surroundings(&self, api_id: &str) -> Result<Surroundings> {
        let (api, stages) = tokio::join!(self.seen_api(api_id), self.stages_of(api_id));
        let api = api?;
        // The stages are needed only for notes. Where they cannot be read, a note says so.
        let (stages, stages_unknown) = match stages {
            Err(error) if error.is_without_parent() => return Err(error),
            Err(error) => (Arc::default(), Some(error)),
            Ok(stages) => (stages, None),
        };
        let limited = |settings: &sdk::RouteSettings| settings.throttling_rate_limit().is_some();
        let stages = stages.iter().map(|stage| SeenStage {
            name: stage.stage_name().unwrap_or_default().to_owned(),
            auto_deploy: stage.auto_deploy().unwrap_or_default(),
            throttled: stage.default_route_settings().is_some_and(limited),
            throttled_routes: stage
                .route_settings()
                .into_iter()
                .flatten()
                .filter(|(_, settings)| limited(settings))
                .map(|(key, _)| key.clone())
                .collect(),
        });
        Ok(Surroundings { protocol: api.protocol.clone(), cors: api.cors, stages: stages.collect(), stages_unknown })
    }

    /// All stages of an API.
    pub(in super::super) async fn stages_of(&self, api_id: &str) -> Result<Arc<Vec<sdk::Stage>>> {
        self.answers.api_stages.once(api_id, self.aws.stages(api_id)).await
    }
}

/// A stage from the list of an API.
pub(in super::super) fn found_stage(api_id: &str, found: &sdk::Stage, tag: &OwnershipTag) -> Found {
    let tags = sorted(found.tags());
    let owner = tag.owner(&tags);
    let settings = |all: &HashMap<String, sdk::RouteSettings>| -> BTreeMap<_, _> {
        all.iter().map(|(key, one)| (key.clone(), observed_settings(one))).collect()
    };
    let resource = Stage {
        api_id: api_id.to_owned(),
        stage_name: found.stage_name().unwrap_or_default().to_owned(),
        auto_deploy: found.auto_deploy().unwrap_or_default(),
        description: found.description().unwrap_or_default().to_owned(),
        default_route_settings: found.default_route_settings().map(observed_settings).unwrap_or_default(),
        route_settings: found.route_settings().map(settings).unwrap_or_default(),
        tags,
    };
    Found::new(Resource::Stage(resource), Ids::new(), owner)
}

/// The properties of a stage, without its tags, in a request that creates or updates it.
macro_rules! with_properties {
    ($request:expr, $stage:expr) => {
        $request
            .api_id(&$stage.api_id)
            .stage_name(&$stage.stage_name)
            .auto_deploy($stage.auto_deploy)
            .description(&$stage.description)
            .default_route_settings(sdk_settings(&$stage.default_route_settings))
            .set_route_settings(Some(all_settings($stage)).filter(|all| !all.is_empty()))
    };
}

impl Dispatch for stage::Call {
    async fn dispatch(&self, aws: &Aws) -> Result<Ids> {
        let client = &aws.apigateway;
        let doing = |verb: &str, api_id: &str, stage: &str| format!("{verb} stage {stage} of HTTP API {api_id}");
        match self {
            stage::Call::CreateStage(stage) => {
                let request = with_properties!(client.create_stage(), stage).set_tags(Some(unsorted(&stage.tags)));
                let doing = doing("creating", &stage.api_id, &stage.stage_name);
                aws.sent(doing, busy, || request.clone().send()).await?;
            }
            stage::Call::UpdateStage(stage) => {
                let request = with_properties!(client.update_stage(), stage);
                let doing = doing("updating", &stage.api_id, &stage.stage_name);
                aws.sent(doing, busy, || request.clone().send()).await?;
            }
            stage::Call::DeleteRouteSettings { api_id, stage_name, route_key } => {
                let request = client.delete_route_settings().api_id(api_id).stage_name(stage_name).route_key(route_key);
                let doing = doing(&format!("removing the settings of `{route_key}` from"), api_id, stage_name);
                aws.removed(doing, busy, || request.clone().send()).await?;
            }
            stage::Call::TagResource { api_id, stage_name, tags } => {
                aws.tag(&format!("/apis/{api_id}/stages/{stage_name}"), tags).await?;
            }
            stage::Call::DeleteStage { api_id, stage_name } => {
                let request = client.delete_stage().api_id(api_id).stage_name(stage_name);
                let doing = doing("deleting", api_id, stage_name);
                aws.removed(doing, busy, || request.clone().send()).await?;
            }
        }
        Ok(Ids::new())
    }
}

impl Aws {
    async fn stages(&self, api_id: &str) -> Result<Vec<sdk::Stage>> {
        let items = all_items!(self.apigateway.get_stages().api_id(api_id));
        items.await.map_err(|error| unlisted("stages", api_id, &error))
    }
}

fn observed_settings(settings: &sdk::RouteSettings) -> RouteSettings {
    RouteSettings {
        detailed_metrics_enabled: settings.detailed_metrics_enabled().unwrap_or_default(),
        throttling_burst_limit: settings.throttling_burst_limit(),
        throttling_rate_limit: settings.throttling_rate_limit(),
    }
}

fn sdk_settings(settings: &RouteSettings) -> sdk::RouteSettings {
    sdk::RouteSettings::builder()
        .detailed_metrics_enabled(settings.detailed_metrics_enabled)
        .set_throttling_burst_limit(settings.throttling_burst_limit)
        .set_throttling_rate_limit(settings.throttling_rate_limit)
        .build()
}

fn all_settings(stage: &Stage) -> HashMap<String, sdk::RouteSettings> {
    stage.route_settings.iter().map(|(key, settings)| (key.clone(), sdk_settings(settings))).collect()
}
