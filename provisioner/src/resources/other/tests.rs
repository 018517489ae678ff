use super::*;
use crate::resources::Resource;

fn mark() -> Mark {
    Mark { stack: "chat".to_owned(), region: String::new(), logical_id: "One".to_owned() }
}

/// As a template gives it, and told what the registry says.
fn told(kind: &str, properties: &Value) -> Other {
    let properties = properties.as_object().unwrap().clone();
    let mut other = Other::new(kind, properties).unwrap();
    other.complete(&mark());
    other.schema = Schema::kept(kind);
    other
}

fn found_as(wanted: &Other, properties: &Value) -> Other {
    wanted.found(Identifier::new("one"), properties.as_object().unwrap().clone())
}

fn changes(wanted: &Other, found: &Value) -> Vec<String> {
    let found = Resource::Other(found_as(wanted, found));
    let changes = Resource::Other(wanted.clone()).changes_from(&found);
    changes.into_iter().map(|change| change.property).collect()
}

fn marked(kind: &str, more: &Value) -> Value {
    let mut tags = vec![
        json!({"Key": "provisioner:kind", "Value": kind}),
        json!({"Key": "provisioner:resource", "Value": "One"}),
        json!({"Key": "provisioner:stack", "Value": "chat"}),
    ];
    tags.extend(more.as_array().cloned().unwrap_or_default());
    tags.into()
}

#[test]
fn any_kind_of_the_registry_is_taken_and_nothing_else() {
    for kind in ["AWS::SQS::Queue", "Datadog::Monitors::Monitor"] {
        assert!(Other::new(kind, Map::new()).is_some(), "{kind}");
    }
    for no_kind in
        ["*", "", "AWS::SQS", "AWS::CloudFormation::Stack", "Custom::Thing", "AWS::CDK::Metadata", "a::b c::d"]
    {
        assert!(Other::new(no_kind, Map::new()).is_none(), "{no_kind}");
    }
}

#[test]
fn numbers_are_compared_and_sent_in_the_registrys_type() {
    let queue = told("AWS::SQS::Queue", &json!({"QueueName": "jobs", "VisibilityTimeout": "30"}));
    let found = |seconds: u32| json!({"QueueName": "jobs", "VisibilityTimeout": seconds, "Tags": marked("AWS::SQS::Queue", &json!([]))});
    assert!(changes(&queue, &found(30)).is_empty());
    assert_eq!(changes(&queue, &found(60)), ["VisibilityTimeout"]);
    let create = queue.create().concat();
    let [Call::CreateResource { desired_state, .. }] = create.as_slice() else { panic!("not one call") };
    assert_eq!(desired_state["VisibilityTimeout"], 30);
}

#[test]
fn what_the_template_does_not_say_is_no_change_and_tags_of_others_stay() {
    let topic = told("AWS::SNS::Topic", &json!({"DisplayName": "news"}));
    let theirs = json!({"Key": "cost-centre", "Value": "films"});
    let found =
        json!({"DisplayName": "old", "KmsMasterKeyId": "k", "Tags": marked("AWS::SNS::Topic", &json!([theirs]))});
    assert_eq!(changes(&topic, &found), ["DisplayName"]);
    let mut untagged = found_as(&topic, &json!({"Tags": [theirs]}));
    untagged.identifier = Some(Identifier::new("arn:topic"));
    let changed = Changed::of(&Resource::Other(topic.clone()).changes_from(&Resource::Other(untagged.clone())));
    let update = topic.update(&untagged, &Ids::new(), &changed).concat();
    let [Call::UpdateResource { patch, identifier, .. }] = update.as_slice() else { panic!("not one call") };
    assert_eq!(identifier.as_str(), "arn:topic");
    let tags = patch.as_array().unwrap().iter().find(|one| one["path"] == "/Tags").unwrap();
    assert_eq!((&tags["op"], tags["value"].as_array().unwrap().len()), (&json!("replace"), 4), "{patch}");
    assert!(patch.as_array().unwrap().iter().any(|one| one["path"] == "/DisplayName" && one["op"] == "add"), "{patch}");
}

#[test]
fn a_policy_as_text_and_as_a_map_are_the_same() {
    let subscription = told("AWS::SNS::Subscription", &json!({"FilterPolicy": {"kind": ["film"]}}));
    assert!(changes(&subscription, &json!({"FilterPolicy": "{\"kind\": [\"film\"]}"})).is_empty());
    assert_eq!(changes(&subscription, &json!({"FilterPolicy": "{}"})), ["FilterPolicy"]);
}

#[test]
fn a_kind_without_tags_is_the_same_when_all_that_cannot_change_is() {
    let wanted = told("AWS::SNS::Subscription", &json!({"TopicArn": "t", "Protocol": "sqs", "Endpoint": "q"}));
    let other = |endpoint: &str| {
        let found = json!({"TopicArn": "t", "Protocol": "sqs", "Endpoint": endpoint, "RawMessageDelivery": true});
        found_as(&wanted, &found)
    };
    assert!(other("q").is_the_same_as(&wanted));
    assert!(!other("p").is_the_same_as(&wanted));
    assert_eq!(wanted.owner(&mark()), Owner::Ours);
}

#[test]
fn a_primary_identifier_in_the_properties_is_what_it_is_found_by() {
    let own = |kind: &str, properties: &Value| told(kind, properties).own_identifier();
    assert_eq!(own("AWS::CloudWatch::Alarm", &json!({"AlarmName": "errors"})), Some(Identifier::new("errors")));
    assert_eq!(own("AWS::SNS::Topic", &json!({"TopicName": "news"})), None);
    let authorizer = json!({"AuthorizerId": "auth1", "ApiId": "api1"});
    assert_eq!(own("AWS::ApiGatewayV2::Authorizer", &authorizer), Some(Identifier::new("auth1|api1")));
}

#[test]
fn of_all_of_its_kind_it_is_the_marked_one_then_the_one_of_its_name_and_without_tags_the_one_that_equals_it() {
    let chosen = |wanted: &Other, all: &[Value]| {
        let all: Vec<Other> = all.iter().map(|one| found_as(wanted, one)).collect();
        wanted.among(all.iter().enumerate(), &mark()).map(|(place, _)| place)
    };
    let queue = told("AWS::SQS::Queue", &json!({"QueueName": "jobs"}));
    let (namesake, marked) =
        (json!({"QueueName": "jobs"}), json!({"QueueName": "old", "Tags": marked("K", &json!([]))}));
    assert_eq!(chosen(&queue, &[namesake.clone(), marked]), Some(1));
    assert_eq!(chosen(&queue, &[json!({"QueueName": "other"}), namesake]), Some(1));
    let subscription = told("AWS::SNS::Subscription", &json!({"TopicArn": "t", "Protocol": "sqs", "Endpoint": "q"}));
    let other = json!({"TopicArn": "t", "Protocol": "sqs", "Endpoint": "another"});
    let same = json!({"TopicArn": "t", "Protocol": "sqs", "Endpoint": "q", "RawMessageDelivery": true});
    assert_eq!(chosen(&subscription, &[other.clone(), same]), Some(1));
    assert_eq!(chosen(&subscription, &[other]), None);
}

#[test]
fn what_the_template_lets_go_says_so_in_its_tags() {
    let found = |queue: &Other| queue.found(Identifier::new("one"), queue.wanted());
    let mut queue = told("AWS::SQS::Queue", &json!({"QueueName": "jobs"}));
    assert!(!found(&queue).is_retained());
    queue.retain();
    assert!(found(&queue).is_retained());
    let kind = |one: &Other| one.found_tags().unwrap()[KIND_TAG].clone();
    assert_eq!(kind(&found(&queue)), "AWS::SQS::Queue retained");
}

#[test]
fn a_policy_is_compared_by_its_meaning_and_an_account_by_its_id_and_its_root() {
    let policy =
        |principal: Value| json!({"Statement": [{"Effect": "Allow", "Principal": principal, "Action": "a:X"}]});
    let root = "arn:aws:iam::123456789012:root";
    let wanted = told("AWS::SQS::QueuePolicy", &json!({"PolicyDocument": policy(json!({"AWS": "123456789012"}))}));
    let mut found = policy(json!({"AWS": [root]}));
    found["Statement"][0]["Action"] = json!(["a:X"]);
    assert!(changes(&wanted, &json!({"PolicyDocument": found})).is_empty());
    assert!(changes(&wanted, &json!({"PolicyDocument": found.to_string()})).is_empty(), "as text");
    let other = policy(json!({"AWS": "AROAEXAMPLEEXAMPLE12"}));
    assert_eq!(changes(&wanted, &json!({"PolicyDocument": other})), ["PolicyDocument"]);
    let layer = told("AWS::Lambda::LayerVersionPermission", &json!({"Principal": "123456789012"}));
    assert!(changes(&layer, &json!({"Principal": root})).is_empty());
    assert_eq!(changes(&layer, &json!({"Principal": "arn:aws:iam::123456789013:root"})), ["Principal"]);
}

#[test]
fn a_change_and_a_removal_go_by_the_identifier_and_references_get_what_ref_gives() {
    let wanted =
        told("AWS::ApiGatewayV2::Authorizer", &json!({"ApiId": "api1", "Name": "jwt", "AuthorizerType": "JWT"}));
    let properties = json!({"AuthorizerId": "auth1", "ApiId": "api1", "Name": "old", "AuthorizerType": "JWT"});
    let identifier = Identifier::new("auth1|api1");
    let found = wanted.found(identifier.clone(), properties.as_object().unwrap().clone());
    let ids = found.assigned();
    assert_eq!(ids.get("Ref").map(String::as_str), Some("auth1"));
    let changed = Changed::of(&Resource::Other(wanted.clone()).changes_from(&Resource::Other(found.clone())));
    let update = wanted.update(&found, &ids, &changed).concat();
    let [Call::UpdateResource { identifier: updated, .. }] = update.as_slice() else { panic!("not one call") };
    let delete = found.delete(&ids).concat();
    let [Call::DeleteResource { identifier: deleted, .. }] = delete.as_slice() else { panic!("not one call") };
    assert_eq!((updated, deleted), (&identifier, &identifier));
}

#[test]
fn two_of_a_kind_are_the_same_by_their_identifiers_and_not_by_what_ref_gives() {
    let of = |identifier: &str| {
        let other = told("AWS::ApiGatewayV2::Stage2", &json!({}));
        Resource::Other(other.found(Identifier::new(identifier), Map::new()))
    };
    let ids = Ids::from([("Ref".to_owned(), "prod")]);
    assert!(of("api1|prod").is_the_very(&ids, &of("api1|prod"), &ids));
    assert!(!of("api1|prod").is_the_very(&ids, &of("api2|prod"), &ids));
}

/// A kind without tags whose name decides which one it is, as `AWS::IAM::ManagedPolicy`.
fn policy(schema: &Value, properties: Value) -> Other {
    let mut other = Other::new("AWS::IAM::ManagedPolicy", properties.as_object().unwrap().clone()).unwrap();
    other.complete(&mark());
    other.with_schema(Some(&Schema::from_registry(&schema.to_string()).unwrap()))
}

#[test]
fn what_has_neither_tags_nor_a_name_gets_one_and_is_found_again_by_it() {
    let untagged = json!({
        "primaryIdentifier": ["/properties/PolicyArn"], "readOnlyProperties": ["/properties/PolicyArn"],
        "createOnlyProperties": ["/properties/ManagedPolicyName"], "tagging": {"taggable": false},
        "properties": {"ManagedPolicyName": {"type": "string"}, "PolicyArn": {"type": "string"}},
    });
    let unnamed = policy(&untagged, json!({}));
    assert_eq!(unnamed.given_name(), Some("chat-One"));
    assert_eq!(unnamed.not_found_again(), None);
    let found = found_as(&unnamed, &json!({"ManagedPolicyName": "chat-One", "PolicyArn": "arn:1"}));
    assert!(unnamed.among([((), &found)].into_iter(), &mark()).is_some());
    assert_eq!(policy(&untagged, json!({"ManagedPolicyName": "mine"})).given_name(), Some("mine"));

    let mut tagged = untagged.clone();
    tagged["tagging"] = json!({"taggable": true});
    tagged["properties"]["Tags"] = json!({"type": "array"});
    assert_eq!(policy(&tagged, json!({})).given_name(), None, "its tags say which one it is");
}

#[test]
fn what_could_not_be_found_again_says_why() {
    let nameless = json!({
        "primaryIdentifier": ["/properties/Id"], "readOnlyProperties": ["/properties/Id"],
        "tagging": {"taggable": false}, "properties": {"Id": {"type": "string"}, "Text": {"type": "string"}},
    });
    let lost = policy(&nameless, json!({"Text": "x"})).not_found_again();
    assert!(lost.is_some_and(|why| why.contains("neither a name nor a property that stays")));
    let mut listed_by = nameless;
    listed_by["handlers"] = json!({"list": {"handlerSchema": {"required": ["ServiceNamespace"]}}});
    let lost = policy(&listed_by, json!({"Text": "x"})).not_found_again();
    assert_eq!(lost.as_deref(), Some("AWS lists AWS::IAM::ManagedPolicy by `ServiceNamespace`, which it does not say"));
    assert_eq!(policy(&listed_by, json!({"Id": "x"})).not_found_again(), None, "it is asked for by its identifier");
}
