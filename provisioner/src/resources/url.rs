//! `AWS::Lambda::Url`: a function's URL without an API. It supports streamed responses, while HTTP APIs pass on
//! complete responses only.

use serde::{Deserialize, Serialize};

use super::cors::Cors;
use super::kind::*;
use super::named::FunctionRef;

/// A function URL.
///
/// It has no tags and no description. A function or alias has at most one, so its owner is the function's owner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Url {
    /// The function's name. A template may give its ARN.
    pub target_function_arn: String,
    /// The alias that is called; without it, the function itself.
    pub qualifier: Option<String>,
    /// `NONE` for public access, or `AWS_IAM`. In both cases the resource policy must allow the call, too.
    pub auth_type: String,
    /// `BUFFERED`, or `RESPONSE_STREAM` for responses that are streamed.
    #[serde(default = "buffered")]
    pub invoke_mode: String,
    /// The CORS configuration of the URL. If it is present, the function's own CORS headers are ignored.
    pub cors: Option<Cors>,
}

has_properties!(Url);

fn buffered() -> String {
    "BUFFERED".to_owned()
}

/// A writing call to Lambda about a function URL.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the variants are Lambda's operations, the fields their arguments")]
pub enum Call {
    CreateFunctionUrlConfig(Box<Url>),
    UpdateFunctionUrlConfig(Box<Url>),
    DeleteFunctionUrlConfig { function_name: String, qualifier: Option<String> },
}

impl Kind for Url {
    const TYPE: &'static str = "AWS::Lambda::Url";
    const ATTRIBUTES: &'static [&'static str] = &["FunctionArn", "FunctionUrl"];
    const OWNERSHIP: Ownership = Ownership::Assumed;
    const ORPHANS: Orphans = Orphans::WithParent;
    const REMOVAL: Removal = Removal::Urls;
    const CREATE_ONLY: &'static [Property] = &[property!(Url.target_function_arn), property!(Url.qualifier)];
    type Call = Call;

    fields!(part_of_function: target_function_arn);

    fn complete(&mut self, _tag: &OwnershipTag) {
        let target = std::mem::take(&mut self.target_function_arn);
        let FunctionRef { name, qualifier } = FunctionRef::parse(&target);
        name.clone_into(&mut self.target_function_arn);
        self.qualifier = self.qualifier.take().or_else(|| qualifier.map(str::to_owned));
        // Lambda does not distinguish these values.
        if let Some(cors) = &mut self.cors {
            cors.max_age = cors.max_age.filter(|seconds| *seconds > 0);
        }
        self.cors = self.cors.take().filter(|cors| *cors != Cors::default());
    }

    fn name(&self) -> String {
        self.name_with_alias(":")
    }

    fn identity(&self) -> Vec<String> {
        [Some(&self.target_function_arn), self.qualifier.as_ref()].into_iter().flatten().cloned().collect()
    }

    fn attributes(&self, place: &Place) -> Vec<(&'static str, String)> {
        let arn = FunctionRef { name: &self.target_function_arn, qualifier: self.qualifier.as_deref() }.arn(place);
        vec![(Ids::REF, arn.clone()), ("FunctionArn", arn)]
    }

    fn untagged_part(&self) -> Option<String> {
        Some(format!("a URL of this stack's function `{}`", self.target_function_arn))
    }

    fn imports(&self, _ids: &Ids) -> Vec<Import> {
        vec![Import::whole("aws_lambda_function_url", self.name_with_alias("/"))]
    }

    created_by!(CreateFunctionUrlConfig, Refused);

    fn update(&self, _now: &Self, _ids: &Ids, _changed: &Changed) -> Batches<Call> {
        batches([vec![Call::UpdateFunctionUrlConfig(Box::new(self.clone()))]])
    }

    fn delete(&self, _ids: &Ids) -> Batches<Call> {
        let (function_name, qualifier) = (self.target_function_arn.clone(), self.qualifier.clone());
        batches([vec![Call::DeleteFunctionUrlConfig { function_name, qualifier }]])
    }
}

impl Url {
    /// The function's name, and the alias after `separator` if there is one.
    pub fn name_with_alias(&self, separator: &str) -> String {
        match &self.qualifier {
            Some(alias) => format!("{}{separator}{alias}", self.target_function_arn),
            None => self.target_function_arn.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::resources::Resource;

    fn url(properties: &Value) -> Resource {
        let mut url = Resource::parse(Url::TYPE, properties.as_object().unwrap().clone()).unwrap().unwrap();
        url.complete(&OwnershipTag { stack: "chat".to_owned(), region: String::new(), logical_id: "Url".to_owned() });
        url
    }

    #[test]
    fn a_target_is_one_function_or_alias_however_it_is_written() {
        let arn = "arn:aws:lambda:us-east-1:1:function:chat";
        let named = |target: &str, alias: Option<&str>| {
            url(&json!({"TargetFunctionArn": target, "Qualifier": alias, "AuthType": "NONE"}))
        };
        assert_eq!(named(arn, Some("live")), named("chat", Some("live")));
        assert_eq!(named(&format!("{arn}:live"), None), named("chat", Some("live")));
        assert_eq!(named(arn, None).name(), "chat");
    }

    #[test]
    fn dropped_cross_origin_answers_are_a_change() {
        let with = url(&json!({"TargetFunctionArn": "chat", "AuthType": "NONE", "Cors": {"AllowOrigins": ["*"]}}));
        let without = url(&json!({"TargetFunctionArn": "chat", "AuthType": "NONE", "Cors": {}}));
        let changed: Vec<_> = without.changes_from(&with).into_iter().map(|change| change.property).collect();
        assert_eq!(changed, ["Cors"]);
    }
}
