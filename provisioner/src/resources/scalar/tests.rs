//! Values of the wrong type for each typed kind.

use proptest::prelude::*;
use serde::Deserialize;
use serde_json::json;

use super::super::{Resource, typed_kinds};
use super::*;

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[derive(Default)]
struct Each {
    text: String,
    texts: Vec<String>,
    named: std::collections::BTreeMap<String, String>,
    whole: i32,
    wholes: Vec<u16>,
    real: f64,
    flag: bool,
    perhaps: Option<i32>,
}

fn each(properties: Value) -> Result<Each, String> {
    serde_path_to_error::deserialize(Typed(properties)).map_err(|error| error.to_string())
}

#[test]
fn scalars_are_converted_in_both_directions_at_any_depth() {
    for (name, given, wanted) in [
        ("Text", json!(2024), json!("2024")),
        ("Text", json!(30.0), json!("30.0")),
        ("Text", json!(1.5), json!("1.5")),
        ("Text", json!(true), json!("true")),
        ("Text", json!("yes"), json!("yes")),
        ("Texts", json!([80, "a", false]), json!(["80", "a", "false"])),
        ("Named", json!({"A": 1234, "B": true, "C": 0.1}), json!({"A": "1234", "B": "true", "C": "0.1"})),
        ("Whole", json!("512"), json!(512)),
        ("Whole", json!(512.0), json!(512)),
        ("Whole", json!("30.0"), json!(30)),
        ("Whole", json!("1e3"), json!(1000)),
        ("Whole", json!(" 5 "), json!(5)),
        ("Wholes", json!(["80", 443.0]), json!([80, 443])),
        ("Real", json!("0.1"), json!(0.1)),
        ("Real", json!(5), json!(5.0)),
        ("Flag", json!("true"), json!(true)),
        ("Flag", json!("False"), json!(false)),
        ("Flag", json!("yes"), json!(true)),
        ("Flag", json!("OFF"), json!(false)),
        ("Perhaps", json!("5"), json!(5)),
    ] {
        let read = each(json!({ name: given.clone() }));
        let expected = serde_json::from_value(json!({ name: wanted })).map_err(|error| error.to_string());
        assert_eq!(read, expected, "{name}: {given}");
    }
}

#[test]
fn a_scalar_that_cannot_be_converted_is_refused_in_words() {
    for (name, given, reason) in [
        ("Text", json!(["a"]), "it must be text, not a list"),
        ("Texts", json!("a"), "it must be a list, not `a`"),
        ("Named", json!([]), "it must be a map, not a list"),
        ("Whole", json!("many"), "it must be a whole number, not `many`"),
        ("Whole", json!(30.5), "it must be a whole number, not 30.5"),
        ("Whole", json!(true), "it must be a whole number, not true"),
        ("Whole", json!(3_000_000_000_u64), "it must be a whole number from -2147483648 to 2147483647, not 3000000000"),
        ("Real", json!("NaN"), "it must be a number, not `NaN`"),
        ("Flag", json!(1), "it must be true or false, not 1"),
        ("Flag", json!(null), "it must be true or false, not nothing"),
    ] {
        let error = each(json!({ name: given.clone() })).unwrap_err();
        assert!(error.contains(reason), "{name}: {given}: {error}");
    }
    let arn = crate::template::Reference::new("Queue", "Arn").to_string();
    let error = crate::template::shown(&each(json!({ "Whole": arn })).unwrap_err());
    assert!(
        error.contains("it must be a whole number that is known before AWS is asked, not `${Queue.Arn}`"),
        "{error}"
    );
    assert_eq!(each(json!({ "Texts": arn })).map(|each| each.texts.len()), Ok(1), "it becomes a list once it is known");
}

#[test]
fn kinds_take_scalars_of_other_types() {
    let parsed = |kind: &str, properties: Value| {
        let Value::Object(properties) = properties else { panic!("no map") };
        serde_json::to_value(Resource::parse(kind, properties).unwrap().unwrap()).unwrap()
    };
    let stage = parsed(
        "AWS::ApiGatewayV2::Stage",
        json!({
            "ApiId": "a", "StageName": 1, "AutoDeploy": "yes",
            "DefaultRouteSettings": {"ThrottlingRateLimit": "0.5", "ThrottlingBurstLimit": "5.0"},
        }),
    );
    assert_eq!((&stage["StageName"], &stage["AutoDeploy"]), (&json!("1"), &json!(true)));
    assert_eq!(stage["DefaultRouteSettings"]["ThrottlingRateLimit"], 0.5);
    assert_eq!(stage["DefaultRouteSettings"]["ThrottlingBurstLimit"], 5);
    let api = parsed(
        "AWS::ApiGatewayV2::Api",
        json!({
            "Name": 42, "ProtocolType": "HTTP", "Tags": {"CostCenter": 1234, "Live": true},
            "CorsConfiguration": {"AllowOrigins": ["*"], "AllowHeaders": [5], "MaxAge": "300", "AllowCredentials": "no"},
        }),
    );
    assert_eq!((&api["Name"], &api["Tags"]), (&json!("42"), &json!({"CostCenter": "1234", "Live": "true"})));
    let cors = &api["CorsConfiguration"];
    assert_eq!((&cors["MaxAge"], &cors["AllowHeaders"]), (&json!(300), &json!(["5"])));
    let function = parsed(
        "AWS::Lambda::Function",
        json!({
            "FunctionName": "f", "Runtime": "python3.12", "Handler": "index.handler", "Role": "arn:aws:iam::1:role/x",
            "Code": "code", "Description": 2024, "MemorySize": 512.0, "Timeout": "30.0", "Tags": [{"Key": 1, "Value": 2.5}],
            "Environment": {"Variables": {"A": 1.5, "B": false}}, "EphemeralStorage": {"Size": "1024"},
        }),
    );
    assert_eq!((&function["Description"], &function["MemorySize"]), (&json!("2024"), &json!(512)));
    assert_eq!((&function["Timeout"], &function["Tags"]), (&json!(30), &json!({"1": "2.5"})));
    assert_eq!(function["Environment"]["Variables"], json!({"A": "1.5", "B": "false"}));
}

/// Words of the decoder and of Rust.
const FOREIGN: [&str; 15] = [
    "f64", "i32", "u32", "u64", "usize", "invalid type", "invalid value", "expected struct", "unit", "sequence",
    "string", "boolean", "integer", "untagged", "variant",
];

/// The properties of the typed kinds, with those of their parts.
const PROPERTIES: [&str; 42] = [
    "ApiId", "AllowCredentials", "AllowHeaders", "Architectures", "AssumeRolePolicyDocument", "AttributeDefinitions",
    "AuthType", "AutoDeploy", "BillingMode", "Code", "CorsConfiguration", "DefaultRouteSettings", "Description",
    "Environment", "EphemeralStorage", "FunctionName", "FunctionVersion", "GroupName", "Handler", "IntegrationType",
    "KeySchema", "Layers", "LogGroupName", "LoggingConfig", "ManagedPolicyArns", "MaxSessionDuration", "MemorySize",
    "Name", "Policies", "Principal", "ProtocolType", "RetentionInDays", "Role", "RouteKey", "RoutingConfig", "Runtime",
    "StageName", "TableName", "Tags", "Timeout", "TimeoutInMillis", "TracingConfig",
];

fn any_value() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e9..1e9_f64).prop_map(Value::from),
        "[a-z0-9 ]{0,6}".prop_map(Value::from),
    ];
    scalar.prop_recursive(3, 12, 3, |inner| {
        let keys = prop_oneof![proptest::sample::select(&PROPERTIES[..]).prop_map(str::to_owned), "[A-Z][a-z]{0,4}"];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            proptest::collection::hash_map(keys, inner, 0..3)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_message_about_a_property_speaks_of_the_decoder(
        kind in proptest::sample::select(typed_kinds()),
        properties in proptest::collection::hash_map(proptest::sample::select(&PROPERTIES[..]), any_value(), 0..6),
    ) {
        let properties = properties.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        if let Err(fault) = Resource::parse(kind, properties) {
            // A message may quote any text of the template.
            let words: String = fault.reason.to_string().split('`').step_by(2).collect();
            for word in FOREIGN {
                prop_assert!(!words.contains(word), "{kind} {}: {}", fault.property, fault.reason);
            }
        }
    }
}
