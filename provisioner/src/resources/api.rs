//! `AWS::ApiGatewayV2::Api`: an HTTP API.

use serde::{Deserialize, Serialize};

use super::cors::Cors;
use super::kind::*;
use crate::template::references_in_text;

/// The API that an `ApiId` names: its logical id if that is a reference, else the id.
///
/// `Ref` and `Fn::GetAtt` of `ApiId` return the same id (AWS's guide, `AWS::ApiGatewayV2::Api`, return values).
pub(crate) fn api_of(id: &str) -> String {
    references_in_text(id).into_iter().next().map_or_else(|| id.to_owned(), |reference| reference.logical_id)
}

/// An HTTP API.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Api {
    /// Its name, which is not unique on AWS.
    #[serde(default, deserialize_with = "super::name::given", skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The protocol; only HTTP is supported.
    pub protocol_type: Protocol,
    /// Free text.
    #[serde(default)]
    pub description: String,
    /// The CORS configuration of the API, for all its routes. If it is present, the functions' own CORS headers are
    /// ignored.
    pub cors_configuration: Option<Cors>,
    /// Whether the API is reachable through a custom domain only.
    #[serde(default)]
    pub disable_execute_api_endpoint: bool,
    /// Tags.
    #[serde(default, deserialize_with = "super::tags::either_shape")]
    pub tags: Tags,
}

has_properties!(Api);

/// The protocol of an API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Protocol {
    /// An HTTP API.
    #[serde(rename = "HTTP")]
    Http,
}

/// A call to API Gateway about an API.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the variants are API Gateway's operations, the fields their arguments")]
pub enum Call {
    CreateApi(Box<Api>),
    UpdateApi { api_id: String, api: Box<Api> },
    DeleteCorsConfiguration { api_id: String },
    TagResource { api_id: String, tags: Tags },
    DeleteApi { api_id: String },
    // Waits until the last change of the API, or of a part of it, is in force for callers. Changes nothing.
    GetDeployments { api_id: String },
}

impl Kind for Api {
    const TYPE: &'static str = "AWS::ApiGatewayV2::Api";
    const ATTRIBUTES: &'static [&'static str] = &[Ids::API_ID, "ApiEndpoint"];
    const OWNERSHIP: Ownership = Ownership::Tags;
    const ASSIGNED_ID: Option<&'static str> = Some(Ids::API_ID);
    const ORPHANS: Orphans = Orphans::ByList(Arn { service: "apigateway", start: "/apis/" });
    const REMOVAL: Removal = Removal::Apis;
    const CREATE_ONLY: &'static [Property] = &[property!(Api.protocol_type)];
    type Call = Call;

    fields!(name: name, tags_mut: tags);

    fn complete(&mut self, tag: &OwnershipTag) {
        super::name::default_name(&mut self.name, tag, 128);
        tag.add_to(&mut self.tags);
    }

    fn imports(&self, ids: &Ids) -> Vec<Import> {
        vec![Import::whole("aws_apigatewayv2_api", id(ids, Ids::API_ID))]
    }

    created_by!(CreateApi, Twice);

    fn only_reads(call: &Call) -> bool {
        matches!(call, Call::GetDeployments { .. })
    }

    fn update(&self, _now: &Self, ids: &Ids, changed: &Changed) -> Batches<Call> {
        let api_id = || id(ids, Ids::API_ID);
        let mut calls = Vec::new();
        let removes_cors = changed.has(property!(Api.cors_configuration)) && self.cors_configuration.is_none();
        if removes_cors {
            calls.push(Call::DeleteCorsConfiguration { api_id: api_id() });
        }
        let sent_apart = [property!(Api.tags), property!(Api.cors_configuration)];
        if changed.beyond(if removes_cors { &sent_apart } else { &sent_apart[..1] }) {
            calls.push(Call::UpdateApi { api_id: api_id(), api: Box::new(self.clone()) });
        }
        if changed.has(property!(Api.tags)) {
            calls.push(Call::TagResource { api_id: api_id(), tags: self.tags.clone() });
        }
        calls.into_iter().map(|call| vec![call]).collect()
    }

    fn delete(&self, ids: &Ids) -> Batches<Call> {
        batches([vec![Call::DeleteApi { api_id: id(ids, Ids::API_ID) }]])
    }
}
