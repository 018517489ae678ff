//! `AWS::ApiGatewayV2::Integration`: the backend that an API calls for a route.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::kind::*;
use super::named::{FunctionRef, function_arn};

/// An integration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Integration {
    /// The properties that a template can give.
    #[serde(flatten)]
    pub properties: Properties,
    /// The ownership tag, since an integration has no tags.
    #[serde(default)]
    pub description: String,
    /// The keys of the template's routes that use it; for an integration from AWS, the keys of all routes that use it.
    /// They are not compared, since a route has its target.
    #[serde(default)]
    pub routes: BTreeSet<String>,
}

/// The properties of an integration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Properties {
    /// The API that it belongs to.
    pub api_id: String,
    /// `AWS_PROXY` for a function.
    pub integration_type: String,
    /// The function's ARN.
    #[serde(default)]
    pub integration_uri: String,
    /// The HTTP method for the backend; a function is always called with POST.
    #[serde(default = "post")]
    pub integration_method: String,
    /// The format of the event: `2.0`, or `1.0` as for REST APIs.
    #[serde(default = "oldest")]
    pub payload_format_version: String,
    /// The timeout of API Gateway, in milliseconds; the maximum for HTTP APIs is 30 seconds.
    #[serde(default = "thirty_seconds")]
    pub timeout_in_millis: i32,
    /// `INTERNET` or `VPC_LINK`.
    #[serde(default = "internet")]
    pub connection_type: String,
}

has_properties!(Integration { description, routes });

defaults! {
    post: String = "POST".to_owned();
    oldest: String = "1.0".to_owned();
    thirty_seconds: i32 = 30_000;
    internet: String = "INTERNET".to_owned();
}

/// A writing call to API Gateway about an integration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the variants are API Gateway's operations, the fields their arguments")]
pub enum Call {
    CreateIntegration(Box<Integration>),
    UpdateIntegration { integration_id: String, integration: Box<Integration> },
    DeleteIntegration { api_id: String, integration_id: String },
}

impl Kind for Integration {
    const TYPE: &'static str = "AWS::ApiGatewayV2::Integration";
    const ATTRIBUTES: &'static [&'static str] = &[Ids::INTEGRATION_ID];
    const OWNERSHIP: Ownership = Ownership::Description;
    const ASSIGNED_ID: Option<&'static str> = Some(Ids::INTEGRATION_ID);
    const ORPHANS: Orphans = Orphans::WithParent;
    const REMOVAL: Removal = Removal::Integrations;
    const CREATE_ONLY: &'static [Property] = &[property!(Integration.integration_type)];
    const REFUSED: &'static [(Property, &'static str)] =
        &[(DESCRIPTION, "not supported: the ownership tag is stored there, since an integration has no tags")];
    const CREATE_BEFORE_DELETE: bool = true;
    type Call = Call;

    fields!(part_of_api: api_id);

    fn complete(&mut self, tag: &OwnershipTag) {
        self.integration_uri = function_arn(&self.integration_uri).to_owned();
        self.description = tag.as_description();
    }

    fn name(&self) -> String {
        // The end of the ARN is sufficient: the function is in the stack's own account and region.
        let function = FunctionRef::in_uri(&self.integration_uri);
        let to = function.map_or_else(|| self.integration_uri.clone(), |function| function.to_string());
        format!("{} to {to}", self.integration_type)
    }

    /// An integration with the ownership tag is found whatever it calls, an untagged one by its function.
    fn identity(&self) -> Vec<String> {
        vec![self.api_id.clone()]
    }

    fn comparable(&self) -> Value {
        with(&self.properties, [(DESCRIPTION, self.description.clone().into())])
    }

    fn imports(&self, ids: &Ids) -> Vec<Import> {
        let id = format!("{}/{}", self.api_id, id(ids, Ids::INTEGRATION_ID));
        vec![Import::whole("aws_apigatewayv2_integration", id)]
    }

    created_by!(CreateIntegration, Twice);

    fn update(&self, _now: &Self, ids: &Ids, _changed: &Changed) -> Batches<Call> {
        let integration_id = id(ids, Ids::INTEGRATION_ID);
        batches([vec![Call::UpdateIntegration { integration_id, integration: Box::new(self.clone()) }]])
    }

    fn delete(&self, ids: &Ids) -> Batches<Call> {
        let integration_id = id(ids, Ids::INTEGRATION_ID);
        batches([vec![Call::DeleteIntegration { api_id: self.api_id.clone(), integration_id }]])
    }
}

impl Integration {
    /// The routes that use it, as AWS has it, in addition to those of `wanted` in the template. If there are any, the
    /// integration is shared with routes outside the template.
    pub fn outside_routes<'a>(&'a self, wanted: &'a Self) -> impl Iterator<Item = &'a str> {
        self.routes.difference(&wanted.routes).map(String::as_str)
    }
}
