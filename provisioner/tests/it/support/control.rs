//! A registry and a Cloud Control that answer as AWS's do. The emulators have no registry. MiniStack's Cloud Control does
//! not know primary identifiers, and lists a kind's resources without the properties that AWS requires.

use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value, json};

use super::proxy::Proxy;
use super::proxy::rule::{AwsError, Fault, Rule, Serve, calls_that};

/// The created resources, by kind and identifier.
type Resources = Vec<(String, String, Value)>;

/// The resources behind one proxy.
#[derive(Clone, Default)]
pub(crate) struct Control(Arc<Mutex<Resources>>);

/// The registry's schemas of some kinds, which `provisioner/tests/schemas/generate.py` writes.
static REGISTRY: LazyLock<Value> = LazyLock::new(|| {
    let file: Value = serde_json::from_str(include_str!("../../schemas/registry.json")).expect("JSON");
    file["kinds"].clone()
});

/// A schema of the registry: a generated one, or one of the tests' own.
fn schema(kind: &str) -> Option<Value> {
    Some(match kind {
        "AWS::Scheduler::Schedule" => json!({
            "primaryIdentifier": ["/properties/Name"], "createOnlyProperties": ["/properties/Name"],
            "readOnlyProperties": ["/properties/Arn"], "tagging": {"taggable": false},
            "properties": {
                "Arn": {"type": "string"}, "Name": {"type": "string"}, "ScheduleExpression": {"type": "string"},
            },
        }),
        "AWS::IAM::ManagedPolicy" => json!({
            "primaryIdentifier": ["/properties/PolicyArn"], "readOnlyProperties": ["/properties/PolicyArn"],
            "createOnlyProperties": ["/properties/ManagedPolicyName"], "tagging": {"taggable": false},
            "properties": {
                "ManagedPolicyName": {"type": "string"}, "PolicyArn": {"type": "string"},
                "PolicyDocument": {"type": "object"},
            },
        }),
        "AWS::EC2::NetworkAclEntry" => json!({
            "primaryIdentifier": ["/properties/Id"], "readOnlyProperties": ["/properties/Id"],
            "createOnlyProperties": ["/properties/NetworkAclId", "/properties/Egress", "/properties/RuleNumber"],
            "tagging": {"taggable": false},
            "properties": {
                "CidrBlock": {"type": "string"}, "Egress": {"type": "boolean"}, "Id": {"type": "string"},
                "NetworkAclId": {"type": "string"}, "Protocol": {"type": "integer"}, "RuleAction": {"type": "string"},
                "RuleNumber": {"type": "integer"},
            },
        }),
        "AWS::Test::Listed" => json!({
            "primaryIdentifier": ["/properties/Id"], "readOnlyProperties": ["/properties/Id"],
            "handlers": {"list": {"handlerSchema": {"required": ["Namespace"]}}}, "tagging": {"taggable": false},
            "properties": {"Id": {"type": "string"}, "Namespace": {"type": "string"}, "Text": {"type": "string"}},
        }),
        "AWS::Test::Film" => json!({
            "primaryIdentifier": ["/properties/Title"], "createOnlyProperties": ["/properties/Title"],
            "properties": {"Title": {"type": "string"}},
        }),
        _ => return REGISTRY.get(kind).cloned(),
    })
}

/// Answers the calls to the registry.
pub(super) fn registry() -> Rule {
    let registry = Serve::new(|_, body| {
        let text = String::from_utf8_lossy(body).replace("%3A", ":");
        let kind = text.split('&').find_map(|pair| pair.strip_prefix("TypeName=")).unwrap_or_default();
        let Some(schema) = schema(kind) else {
            return Err(AwsError::new(404, "TypeNotFoundException", "The type cannot be found."));
        };
        let schema = schema.to_string().replace('&', "&amp;").replace('<', "&lt;");
        Ok(format!(
            "<DescribeTypeResponse><DescribeTypeResult><ProvisioningType>FULLY_MUTABLE</ProvisioningType>\
             <Schema>{schema}</Schema></DescribeTypeResult></DescribeTypeResponse>"
        ))
    });
    calls_that(|call| call.operation == "DescribeType").suffer(Fault::Serve(registry))
}

impl Control {
    /// Answers the calls to Cloud Control that use this proxy.
    pub(crate) fn before(proxy: &Proxy) -> Self {
        let control = Self::default();
        let own = control.clone();
        let service = Serve::new(move |operation, body| {
            let request = serde_json::from_slice(body).expect("a request in JSON");
            own.answer(operation, &request).map(|answer| answer.to_string())
        });
        let operations = ["CreateResource", "GetResource", "ListResources", "UpdateResource", "DeleteResource"];
        proxy.on(calls_that(move |call| operations.contains(&&*call.operation)).suffer(Fault::Serve(service)));
        control
    }

    /// The properties of all resources of a kind.
    pub(crate) fn all(&self, kind: &str) -> Vec<Value> {
        self.resources().iter().filter(|(of, ..)| of == kind).map(|(.., properties)| properties.clone()).collect()
    }

    fn resources(&self) -> MutexGuard<'_, Resources> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, operation: &str, request: &Value) -> Result<Value, AwsError> {
        let text = |key: &str| request[key].as_str().unwrap_or_default().to_owned();
        let parsed = |key: &str| serde_json::from_str::<Value>(&text(key)).unwrap_or_default();
        let (kind, identifier) = (text("TypeName"), text("Identifier"));
        let mut resources = self.resources();
        let place = resources.iter().position(|(of, by, _)| (of, by) == (&kind, &identifier));
        let missing = || AwsError::new(400, "ResourceNotFoundException", "The resource was not found.");
        let described = |identifier: &str, properties: &Value| json!({"Identifier": identifier, "Properties": properties.to_string()});
        let done = |identifier: &str| {
            json!({"ProgressEvent": {
                "TypeName": kind, "Identifier": identifier, "RequestToken": "token", "OperationStatus": "SUCCESS",
            }})
        };
        match operation {
            "CreateResource" => {
                let mut properties = parsed("DesiredState");
                let identifier = named(&kind, resources.len(), properties.as_object_mut().expect("properties"));
                let answer = done(&identifier);
                resources.push((kind, identifier, properties));
                Ok(answer)
            }
            "ListResources" => {
                let schema = schema(&kind).unwrap_or_default();
                let required = schema["handlers"]["list"]["handlerSchema"]["required"].as_array();
                let model = parsed("ResourceModel");
                if required.into_iter().flatten().any(|name| model[name.as_str().unwrap_or_default()].is_null()) {
                    let message = "Missing or invalid ResourceModel property";
                    return Err(AwsError::new(400, "InvalidRequestException", message));
                }
                let fits = |properties: &Value| {
                    model.as_object().into_iter().flatten().all(|(name, value)| properties[name] == *value)
                };
                let all = resources.iter().filter(|(of, _, properties)| *of == kind && fits(properties));
                let all: Vec<_> = all.map(|(_, identifier, properties)| described(identifier, properties)).collect();
                Ok(json!({"TypeName": kind, "ResourceDescriptions": all}))
            }
            "GetResource" => {
                let (_, identifier, properties) = &resources[place.ok_or_else(missing)?];
                Ok(json!({"TypeName": kind, "ResourceDescription": described(identifier, properties)}))
            }
            "UpdateResource" => {
                let (.., properties) = &mut resources[place.ok_or_else(missing)?];
                for step in parsed("PatchDocument").as_array().into_iter().flatten() {
                    let name = step["path"].as_str().unwrap_or_default().trim_start_matches('/');
                    properties[name] = step["value"].clone();
                }
                Ok(done(&identifier))
            }
            "DeleteResource" => {
                resources.remove(place.ok_or_else(missing)?);
                Ok(done(&identifier))
            }
            other => panic!("no answer to {other}"),
        }
    }
}

/// Adds the values that AWS assigns, and returns the identifier: all parts of the primary one.
fn named(kind: &str, number: usize, properties: &mut Map<String, Value>) -> String {
    let id = format!("{}{number}", kind.rsplit("::").next().unwrap_or_default().to_lowercase());
    if kind == "AWS::Events::Rule" {
        let name = properties.get("Name").and_then(Value::as_str).unwrap_or(&id).to_owned();
        properties.insert("Arn".to_owned(), format!("arn:aws:events:us-east-1:123456789012:rule/{name}").into());
        properties.insert("RuleName".to_owned(), name.into());
    }
    let schema = schema(kind).expect("a known kind");
    let parts = schema["primaryIdentifier"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let parts = parts.map(|path| {
        let name = path.trim_start_matches("/properties/");
        properties.entry(name).or_insert_with(|| id.clone().into()).as_str().expect("a text").to_owned()
    });
    parts.collect::<Vec<_>>().join("|")
}
