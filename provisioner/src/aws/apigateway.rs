//! API Gateway: HTTP APIs, their integrations, routes and stages.

mod api;
mod deployment;
mod integration;
mod route;
mod stage;

use std::collections::HashMap;

pub(super) use api::{SeenApi, found_api};
use aws_config::retry::RetryConfig;
use aws_sdk_apigatewayv2::error::{ProvideErrorMetadata, SdkError};

pub(super) use integration::found_integration;
pub(super) use route::found_route;
pub(super) use stage::found_stage;

use super::Aws;
use super::problem::{Refusal, has_message, is_missing, problem};
use crate::error::{Error, ErrorKind, Result};
use crate::phrase::Phrase;
use crate::resources::{Ids, Tags};

impl Aws {
    async fn tag(&self, path: &str, tags: &Tags) -> Result<()> {
        let place = self.place();
        let arn = format!("arn:{}:apigateway:{}::{path}", place.partition(), place.region());
        let request = self.apigateway.tag_resource().resource_arn(&arn).set_tags(Some(unsorted(tags)));
        self.sent(format!("tagging {arn}"), busy, || request.clone().send()).await.map(drop)
    }
}

/// For the calls that create something that has no unique name: the SDK must not retry them by itself.
fn only_once() -> aws_sdk_apigatewayv2::config::Builder {
    aws_sdk_apigatewayv2::config::Builder::new().retry_config(RetryConfig::disabled())
}

/// The one conflict that a retry solves: API Gateway makes one change of an API at a time, and refuses the second of two
/// steps that run side by side. A route key that is taken is a conflict too, and a retry does not solve it.
fn busy<E: ProvideErrorMetadata>(error: &SdkError<E>) -> Option<String> {
    has_message(error, "ConflictException", Phrase::CONCURRENT_MODIFICATION)
        .then(|| "waiting for another change of the HTTP API".to_owned())
}

/// Reads all pages of a list. The SDK has no paginator for API Gateway. `read` takes the token of a page and returns
/// its items and the token of the next page.
async fn all_pages<T, E, F>(mut read: impl FnMut(Option<String>) -> F) -> std::result::Result<Vec<T>, E>
where
    F: Future<Output = std::result::Result<(Option<Vec<T>>, Option<String>), E>>,
{
    let (mut all, mut token) = (Vec::new(), None);
    loop {
        let (items, next) = read(token).await?;
        all.extend(items.unwrap_or_default());
        if next.is_none() {
            return Ok(all);
        }
        token = next;
    }
}

/// All items of a list, for the request of its first page.
macro_rules! all_items {
    ($request:expr) => {{
        let request = $request;
        super::all_pages(move |token| {
            let page = request.clone().set_next_token(token).send();
            futures_util::TryFutureExt::map_ok(page, |page| (page.items, page.next_token))
        })
    }};
}
use all_items;

/// The error of a failed list of an API's parts, such as its routes.
fn unlisted(parts: &str, api_id: &str, error: &SdkError<impl Refusal>) -> Error {
    match is_missing(error) {
        true => no_such_api(api_id),
        false => problem(format!("listing the {parts} of HTTP API {api_id}"), error),
    }
}

pub(super) fn no_such_api(api_id: &str) -> Error {
    Error::new(format!("reading HTTP API {api_id}"), "there is no such API in this account and region")
        .hint("name an existing HTTP API: `aws apigatewayv2 get-apis`")
        .of_kind(ErrorKind::NoParent)
}

pub(super) fn api_ids(id: Option<&str>, endpoint: Option<&str>) -> Ids {
    let mut ids = named_id(Ids::API_ID, id);
    ids.insert("ApiEndpoint".to_owned(), endpoint.unwrap_or_default().to_owned());
    ids
}

/// An id under its own name, and as the value that `Ref` returns.
pub(super) fn named_id(name: &str, id: Option<&str>) -> Ids {
    let id = id.unwrap_or_default().to_owned();
    Ids::from([(Ids::REF.to_owned(), id.clone()), (name.to_owned(), id)])
}

pub(super) fn sorted(tags: Option<&HashMap<String, String>>) -> Tags {
    tags.cloned().unwrap_or_default().into_iter().collect()
}

pub(super) fn unsorted(tags: &Tags) -> HashMap<String, String> {
    tags.clone().into_iter().collect()
}
