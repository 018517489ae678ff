//! Function URLs.

use aws_sdk_lambda::types as sdk;

use super::super::problem::if_exists;
use super::super::service::{Dispatch, Find};
use super::super::{Aws, AwsReader};
use crate::error::Result;
use crate::observe::Found;
use crate::resources::named::FunctionRef;
use crate::resources::url::{Call, Url};
use crate::resources::{Cors, Ids, Owner, OwnershipTag, Resource};

impl Find for Url {
    async fn find(&self, reader: &AwsReader, _tag: &OwnershipTag) -> Result<Option<Found>> {
        reader.url_of(&self.name_with_alias(":")).await
    }
}

impl AwsReader {
    /// The URL of a function or an alias (`chat:live`).
    pub(in super::super) async fn url_of(&self, callee: &str) -> Result<Option<Found>> {
        let ask = async {
            let name = FunctionRef::parse(callee).name;
            if self.has_no_function(name).await { Ok(None) } else { self.aws.url(callee).await }
        };
        let found = self.answers.urls.once(callee, ask).await?;
        Ok(Option::clone(&found))
    }
}

impl Dispatch for Call {
    async fn dispatch(&self, aws: &Aws) -> Result<Ids> {
        match self {
            Call::CreateFunctionUrlConfig(url) => {
                let request = aws
                    .lambda
                    .create_function_url_config()
                    .function_name(&url.target_function_arn)
                    .set_qualifier(url.qualifier.clone())
                    .auth_type(url.auth_type.as_str().into())
                    .invoke_mode(url.invoke_mode.as_str().into())
                    .set_cors(url.cors.as_ref().map(sdk::Cors::from));
                let name = &url.target_function_arn;
                let answer = aws.on_function("making a URL for", name, "", || request.clone().send()).await?;
                Ok(url_ids(&answer.function_arn, &answer.function_url))
            }
            Call::UpdateFunctionUrlConfig(url) => {
                let request = aws
                    .lambda
                    .update_function_url_config()
                    .function_name(&url.target_function_arn)
                    .set_qualifier(url.qualifier.clone())
                    .auth_type(url.auth_type.as_str().into())
                    .invoke_mode(url.invoke_mode.as_str().into())
                    // A property that is not sent remains, so no CORS configuration is sent as an empty one.
                    .cors(url.cors.as_ref().map_or_else(|| sdk::Cors::builder().build(), sdk::Cors::from));
                let name = &url.target_function_arn;
                let answer = aws.on_function("changing the URL of", name, "", || request.clone().send()).await?;
                Ok(url_ids(&answer.function_arn, &answer.function_url))
            }
            Call::DeleteFunctionUrlConfig { function_name: name, qualifier } => {
                let request = aws.lambda.delete_function_url_config().function_name(name);
                let answer = request.set_qualifier(qualifier.clone()).send().await;
                if_exists(format!("deleting the URL of function {name}"), answer)?;
                Ok(Ids::new())
            }
        }
    }
}

impl Aws {
    async fn url(&self, callee: &str) -> Result<Option<Found>> {
        let FunctionRef { name, qualifier } = FunctionRef::parse(callee);
        let qualifier = qualifier.map(str::to_owned);
        let request = self.lambda.get_function_url_config().function_name(name).set_qualifier(qualifier.clone());
        let found = if_exists(format!("reading the URL of function {callee}"), request.send().await)?;
        let Some(found) = found else { return Ok(None) };
        let resource = Url {
            target_function_arn: name.to_owned(),
            qualifier,
            auth_type: found.auth_type.as_str().to_owned(),
            invoke_mode: found.invoke_mode.as_ref().map_or("BUFFERED", sdk::InvokeMode::as_str).to_owned(),
            cors: found.cors.as_ref().map(observed_cors).filter(|cors| *cors != Cors::default()),
        };
        let ids = url_ids(&found.function_arn, &found.function_url);
        Ok(Some(Found::new(Resource::Url(resource), ids, Owner::Ours)))
    }
}

fn url_ids(arn: &str, url: &str) -> Ids {
    Ids::from([(Ids::REF, arn), ("FunctionArn", arn), ("FunctionUrl", url)])
}

/// Lambda does not distinguish no age from the age 0.
fn observed_cors(cors: &sdk::Cors) -> Cors {
    let cors = Cors::from(cors);
    Cors { max_age: cors.max_age.filter(|seconds| *seconds > 0), ..cors }
}
