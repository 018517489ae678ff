//! `AWS::ApiGatewayV2::Stage`: the path under which an API is served, and its limits.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::api::api_of;
use super::kind::*;

/// A stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Stage {
    /// The API that it belongs to.
    pub api_id: String,
    /// `$default` for the root path.
    pub stage_name: String,
    /// Whether a changed route is served at once; otherwise it is served after a deployment.
    #[serde(default)]
    pub auto_deploy: bool,
    /// Free text.
    #[serde(default)]
    pub description: String,
    /// The settings of every route without specific settings.
    #[serde(default)]
    pub default_route_settings: RouteSettings,
    /// Settings by route key.
    #[serde(default)]
    pub route_settings: BTreeMap<String, RouteSettings>,
    /// Tags.
    #[serde(default, deserialize_with = "super::tags::either_shape")]
    pub tags: Tags,
}

has_properties!(Stage);

/// Limits of a route. The default is the account's limit of 10,000 requests a second.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct RouteSettings {
    /// Whether metrics are recorded per route.
    pub detailed_metrics_enabled: bool,
    /// Concurrent requests.
    pub throttling_burst_limit: Option<i32>,
    /// Requests per second.
    pub throttling_rate_limit: Option<f64>,
}

/// A writing call to API Gateway about a stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the variants are API Gateway's operations, the fields their arguments")]
pub enum Call {
    CreateStage(Box<Stage>),
    UpdateStage(Box<Stage>),
    DeleteRouteSettings { api_id: String, stage_name: String, route_key: String },
    TagResource { api_id: String, stage_name: String, tags: Tags },
    DeleteStage { api_id: String, stage_name: String },
}

impl Kind for Stage {
    const TYPE: &'static str = "AWS::ApiGatewayV2::Stage";
    const ATTRIBUTES: &'static [&'static str] = &[];
    const OWNERSHIP: Ownership = Ownership::Tags;
    const ORPHANS: Orphans = Orphans::WithParent;
    const REMOVAL: Removal = Removal::Stages;
    type Call = Call;

    fields!(name: stage_name, tags_mut: tags, part_of_api: api_id);

    fn complete(&mut self, tag: &OwnershipTag) {
        tag.add_to(&mut self.tags);
    }

    fn identity(&self) -> Vec<String> {
        vec![self.api_id.clone(), self.stage_name.clone()]
    }

    fn attributes(&self, _place: &Place) -> Vec<(&'static str, String)> {
        vec![(Ids::REF, self.stage_name.clone())]
    }

    fn collides_with(&self, other: &Self) -> bool {
        api_of(&self.api_id) == api_of(&other.api_id) && self.stage_name == other.stage_name
    }

    fn imports(&self, _ids: &Ids) -> Vec<Import> {
        vec![Import::whole("aws_apigatewayv2_stage", format!("{}/{}", self.api_id, self.stage_name))]
    }

    created_by!(CreateStage, Refused);

    fn update(&self, now: &Self, _ids: &Ids, changed: &Changed) -> Batches<Call> {
        let (api_id, stage_name) = (|| self.api_id.clone(), || self.stage_name.clone());
        let mut calls = Vec::new();
        // `UpdateStage` merges route settings, so a setting that is dropped must be removed by name.
        for route_key in now.route_settings.keys().filter(|key| !self.route_settings.contains_key(*key)) {
            let route_key = route_key.clone();
            calls.push(Call::DeleteRouteSettings { api_id: api_id(), stage_name: stage_name(), route_key });
        }
        if changed.beyond(&[property!(Stage.tags)]) {
            calls.push(Call::UpdateStage(Box::new(self.clone())));
        }
        if changed.has(property!(Stage.tags)) {
            calls.push(Call::TagResource { api_id: api_id(), stage_name: stage_name(), tags: self.tags.clone() });
        }
        calls.into_iter().map(|call| vec![call]).collect()
    }

    fn delete(&self, _ids: &Ids) -> Batches<Call> {
        batches([vec![Call::DeleteStage { api_id: self.api_id.clone(), stage_name: self.stage_name.clone() }]])
    }
}
