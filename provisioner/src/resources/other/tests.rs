use super::*;
use crate::resources::Resource;

fn tag() -> OwnershipTag {
    OwnershipTag { stack: "chat".to_owned(), region: String::new(), logical_id: "One".to_owned() }
}

/// A resource as a template gives it, completed with the registry's schema.
fn resource(kind: &str, properties: &Value) -> Other {
    resource_with(crate::world::schema(kind).as_ref(), kind, properties, &tag())
}

fn resource_with(schema: Option<&Schema>, kind: &str, properties: &Value, tag: &OwnershipTag) -> Other {
    let mut other = Other::new(kind, properties.as_object().unwrap().clone()).unwrap();
    other.complete(tag);
    other.with_schema(schema)
}

fn found_as(wanted: &Other, properties: &Value) -> Other {
    wanted.found(Identifier::new("one"), properties.as_object().unwrap().clone())
}

fn changes(wanted: &Other, found: &Value) -> Vec<String> {
    let found = Resource::Other(found_as(wanted, found));
    let changes = Resource::Other(wanted.clone()).changes_from(&found);
    changes.into_iter().map(|change| change.property).collect()
}

fn tags_of(kind: &str, more: &Value) -> Value {
    let mut tags = vec![
        json!({"Key": "provisioner:kind", "Value": kind}),
        json!({"Key": "provisioner:resource", "Value": "One"}),
        json!({"Key": "provisioner:stack", "Value": "chat"}),
    ];
    tags.extend(more.as_array().cloned().unwrap_or_default());
    tags.into()
}

#[test]
fn kinds_of_the_registry_are_accepted_and_no_others() {
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
    let queue = resource("AWS::SQS::Queue", &json!({"QueueName": "jobs", "VisibilityTimeout": "30"}));
    let found = |seconds: u32| json!({"QueueName": "jobs", "VisibilityTimeout": seconds, "Tags": tags_of("AWS::SQS::Queue", &json!([]))});
    assert!(changes(&queue, &found(30)).is_empty());
    assert_eq!(changes(&queue, &found(60)), ["VisibilityTimeout"]);
    let create = queue.create().concat();
    let [Call::CreateResource { desired_state, .. }] = create.as_slice() else { panic!("not one call") };
    assert_eq!(desired_state["VisibilityTimeout"], 30);
}

#[test]
fn properties_that_the_template_does_not_give_are_kept_with_tags_of_others() {
    let topic = resource("AWS::SNS::Topic", &json!({"DisplayName": "news"}));
    let theirs = json!({"Key": "cost-centre", "Value": "films"});
    let found =
        json!({"DisplayName": "old", "KmsMasterKeyId": "k", "Tags": tags_of("AWS::SNS::Topic", &json!([theirs]))});
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
    let subscription = resource("AWS::SNS::Subscription", &json!({"FilterPolicy": {"kind": ["film"]}}));
    assert!(changes(&subscription, &json!({"FilterPolicy": "{\"kind\": [\"film\"]}"})).is_empty());
    assert_eq!(changes(&subscription, &json!({"FilterPolicy": "{}"})), ["FilterPolicy"]);
}

#[test]
fn a_resource_without_tags_is_the_same_if_its_create_only_properties_are() {
    let wanted = resource("AWS::SNS::Subscription", &json!({"TopicArn": "t", "Protocol": "sqs", "Endpoint": "q"}));
    let other = |endpoint: &str| {
        let found = json!({"TopicArn": "t", "Protocol": "sqs", "Endpoint": endpoint, "RawMessageDelivery": true});
        found_as(&wanted, &found)
    };
    assert!(other("q").is_the_same_as(&wanted));
    assert!(!other("p").is_the_same_as(&wanted));
    assert_eq!(wanted.owner(&tag()), Owner::Ours);
}

#[test]
fn a_resource_is_found_by_a_primary_identifier_in_its_properties() {
    let own = |kind: &str, properties: &Value| resource(kind, properties).own_identifier();
    assert_eq!(own("AWS::CloudWatch::Alarm", &json!({"AlarmName": "errors"})), Some(Identifier::new("errors")));
    assert_eq!(own("AWS::SNS::Topic", &json!({"TopicName": "news"})), None);
    let authorizer = json!({"AuthorizerId": "auth1", "ApiId": "api1"});
    assert_eq!(own("AWS::ApiGatewayV2::Authorizer", &authorizer), Some(Identifier::new("auth1|api1")));
}

#[test]
fn a_resource_is_found_by_its_tag_then_its_name_then_its_properties() {
    let chosen = |wanted: &Other, all: &[Value]| {
        let all: Vec<Other> = all.iter().map(|one| found_as(wanted, one)).collect();
        wanted.among(all.iter().enumerate(), &tag()).map(|(place, _)| place)
    };
    let queue = resource("AWS::SQS::Queue", &json!({"QueueName": "jobs"}));
    let (namesake, tagged) =
        (json!({"QueueName": "jobs"}), json!({"QueueName": "old", "Tags": tags_of("K", &json!([]))}));
    assert_eq!(chosen(&queue, &[namesake.clone(), tagged]), Some(1));
    assert_eq!(chosen(&queue, &[json!({"QueueName": "other"}), namesake]), Some(1));
    let subscription =
        resource("AWS::SNS::Subscription", &json!({"TopicArn": "t", "Protocol": "sqs", "Endpoint": "q"}));
    let other = json!({"TopicArn": "t", "Protocol": "sqs", "Endpoint": "another"});
    let same = json!({"TopicArn": "t", "Protocol": "sqs", "Endpoint": "q", "RawMessageDelivery": true});
    assert_eq!(chosen(&subscription, &[other.clone(), same]), Some(1));
    assert_eq!(chosen(&subscription, &[other]), None);
}

#[test]
fn a_retained_resource_is_tagged_as_retained() {
    let found = |queue: &Other| queue.found(Identifier::new("one"), queue.wanted());
    let mut queue = resource("AWS::SQS::Queue", &json!({"QueueName": "jobs"}));
    assert_eq!(found(&queue).is_kept(), None);
    queue.retain();
    assert!(found(&queue).is_kept().is_some());
    let kind = |one: &Other| one.found_tags().unwrap()[KIND_TAG].clone();
    assert_eq!(kind(&found(&queue)), "AWS::SQS::Queue retained");
}

#[test]
fn a_policy_is_compared_by_its_meaning_and_an_account_by_its_id_and_its_root() {
    let policy =
        |principal: Value| json!({"Statement": [{"Effect": "Allow", "Principal": principal, "Action": "a:X"}]});
    let root = "arn:aws:iam::123456789012:root";
    let wanted = resource("AWS::SQS::QueuePolicy", &json!({"PolicyDocument": policy(json!({"AWS": "123456789012"}))}));
    let mut found = policy(json!({"AWS": [root]}));
    found["Statement"][0]["Action"] = json!(["a:X"]);
    assert!(changes(&wanted, &json!({"PolicyDocument": found})).is_empty());
    assert!(changes(&wanted, &json!({"PolicyDocument": found.to_string()})).is_empty(), "as text");
    let other = policy(json!({"AWS": "AROAEXAMPLEEXAMPLE12"}));
    assert_eq!(changes(&wanted, &json!({"PolicyDocument": other})), ["PolicyDocument"]);
    let layer = resource("AWS::Lambda::LayerVersionPermission", &json!({"Principal": "123456789012"}));
    assert!(changes(&layer, &json!({"Principal": root})).is_empty());
    assert_eq!(changes(&layer, &json!({"Principal": "arn:aws:iam::123456789013:root"})), ["Principal"]);
}

#[test]
fn changes_and_deletions_use_the_identifier_and_references_the_value_of_ref() {
    let wanted =
        resource("AWS::ApiGatewayV2::Authorizer", &json!({"ApiId": "api1", "Name": "jwt", "AuthorizerType": "JWT"}));
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
        let other = resource("AWS::ApiGatewayV2::Stage2", &json!({}));
        Resource::Other(other.found(Identifier::new(identifier), Map::new()))
    };
    let ids = Ids::from([("Ref".to_owned(), "prod")]);
    assert!(of("api1|prod").is_same(&ids, &of("api1|prod"), &ids));
    assert!(!of("api1|prod").is_same(&ids, &of("api2|prod"), &ids));
}

#[test]
fn a_kind_without_tags_is_found_in_the_registrys_types_whatever_the_template_writes() {
    let schema = json!({
        "primaryIdentifier": ["/properties/Id"], "readOnlyProperties": ["/properties/Id"],
        "createOnlyProperties":
            ["/properties/NetworkAclId", "/properties/Egress", "/properties/RuleNumber", "/properties/Ports"],
        "tagging": {"taggable": false}, "handlers": {"list": {"handlerSchema": {"required": ["RuleNumber"]}}},
        "properties": {
            "NetworkAclId": {"type": "string"}, "Egress": {"type": "boolean"}, "RuleNumber": {"type": "integer"},
            "Ports": {"type": "array", "items": {"type": "integer"}}, "Id": {"type": "string"},
        },
    });
    let schema = Schema::from_registry(&schema.to_string()).unwrap();
    let entry = |egress: Value, number: Value, ports: Value| {
        let properties = json!({"NetworkAclId": 12, "Egress": egress, "RuleNumber": number, "Ports": ports});
        resource_with(Some(&schema), "AWS::EC2::NetworkAclEntry", &properties, &tag())
    };
    let there = json!({"NetworkAclId": "12", "Egress": true, "RuleNumber": 30, "Ports": [80, 443], "Id": "e1"});
    for (egress, number, ports) in [
        (json!(true), json!(30), json!([80, 443])),
        (json!("True"), json!("30.0"), json!(["80", 443.0])),
        (json!("yes"), json!(30.0), json!(["80.0", "443"])),
    ] {
        let wanted = entry(egress, number, ports);
        assert!(found_as(&wanted, &there).is_the_same_as(&wanted), "{:?}", wanted.properties);
        assert_eq!(wanted.listed_by(), json!({"RuleNumber": 30}).as_object().cloned());
    }
    for (egress, number, ports) in
        [(false, "30", json!([80, 443])), (true, "31", json!([80, 443])), (true, "30", json!([80]))]
    {
        let wanted = entry(json!(egress), json!(number), ports);
        assert!(!found_as(&wanted, &there).is_the_same_as(&wanted), "{:?}", wanted.properties);
    }
}

#[test]
fn a_name_that_is_a_number_in_the_template_is_a_name() {
    let queue = resource("AWS::SQS::Queue", &json!({"QueueName": 2024}));
    assert_eq!(queue.given_name(), Some("2024"));
    let alarm = resource("AWS::CloudWatch::Alarm", &json!({"AlarmName": 7}));
    assert_eq!(alarm.own_identifier(), Some(Identifier::new("7")));
}

/// A resource of a kind without tags, which is identified by its name.
fn schedule(schema: &Value, properties: &Value) -> Other {
    let schema = Schema::from_registry(&schema.to_string()).unwrap();
    resource_with(Some(&schema), "AWS::Scheduler::Schedule", properties, &tag())
}

#[test]
fn a_resource_without_tags_and_name_gets_a_name_and_is_found_by_it() {
    let untagged = json!({
        "primaryIdentifier": ["/properties/Arn"], "readOnlyProperties": ["/properties/Arn"],
        "createOnlyProperties": ["/properties/Name"], "tagging": {"taggable": false},
        "properties": {"Name": {"type": "string"}, "Arn": {"type": "string"}},
    });
    let unnamed = schedule(&untagged, &json!({}));
    assert_eq!(unnamed.given_name(), Some("chat-One"));
    assert_eq!(unnamed.why_not_findable(), None);
    let found = found_as(&unnamed, &json!({"Name": "chat-One", "Arn": "arn:1"}));
    assert!(unnamed.among([((), &found)].into_iter(), &tag()).is_some());
    assert_eq!(schedule(&untagged, &json!({"Name": "mine"})).given_name(), Some("mine"));

    let mut tagged = untagged.clone();
    tagged["tagging"] = json!({"taggable": true});
    tagged["properties"]["Tags"] = json!({"type": "array"});
    assert_eq!(schedule(&tagged, &json!({})).given_name(), None, "its tags say which one it is");
}

#[test]
fn a_name_has_the_registrys_maximum_length_or_64_characters() {
    let name = |name: Value| {
        let schema = json!({
            "primaryIdentifier": ["/properties/Arn"], "createOnlyProperties": ["/properties/Name"],
            "tagging": {"taggable": false}, "properties": {"Name": name, "Arn": {"type": "string"}},
            "definitions": {"Name": {"type": "string", "maxLength": 48}},
        });
        let tag = OwnershipTag { stack: "s".repeat(60), logical_id: "L".repeat(40), ..tag() };
        let schema = Schema::from_registry(&schema.to_string()).unwrap();
        let other = resource_with(Some(&schema), "AWS::Scheduler::Schedule", &json!({}), &tag);
        other.given_name().unwrap().to_owned()
    };
    assert_eq!(name(json!({"type": "string", "maxLength": 32})).len(), 32);
    assert_eq!(name(json!({"$ref": "#/definitions/Name"})).len(), 48);
    assert_eq!(name(json!({"type": "string"})).len(), 64);
    let whole = format!("{}-{}", "s".repeat(60), "L".repeat(40));
    assert_eq!(name(json!({"type": "string", "maxLength": 1024})), whole);
}

#[test]
fn a_global_resource_has_the_region_in_its_generated_name_and_in_its_tag() {
    let untagged = json!({
        "primaryIdentifier": ["/properties/PolicyArn"], "createOnlyProperties": ["/properties/ManagedPolicyName"],
        "tagging": {"taggable": false},
        "properties": {"ManagedPolicyName": {"type": "string"}, "PolicyArn": {"type": "string"}},
    });
    let untagged = Schema::from_registry(&untagged.to_string()).unwrap();
    let there = |region: &str| OwnershipTag { region: region.to_owned(), ..tag() };
    let policy = |region: &str| resource_with(Some(&untagged), "AWS::IAM::ManagedPolicy", &json!({}), &there(region));
    assert_eq!(policy("eu-west-1").given_name(), Some("chat-One-eu-west-1"));
    let first = found_as(&policy("us-east-1"), &json!({"ManagedPolicyName": "chat-One-us-east-1"}));
    let is_found = |region: &str| policy(region).among([((), &first)].into_iter(), &there(region)).is_some();
    assert_eq!((is_found("us-east-1"), is_found("eu-west-1")), (true, false));

    let tagged = json!({
        "primaryIdentifier": ["/properties/UserName"], "createOnlyProperties": ["/properties/UserName"],
        "properties": {"UserName": {"type": "string"}, "Tags": {"type": "array"}},
    });
    let tagged = Schema::from_registry(&tagged.to_string()).unwrap();
    let user = |region: &str| resource_with(Some(&tagged), "AWS::IAM::User", &json!({}), &there(region));
    let wanted = user("us-east-1");
    let first = wanted.found(Identifier::new("u1"), wanted.wanted());
    assert_eq!(first.owner(&there("us-east-1")), Owner::Ours);
    assert_eq!(first.owner(&there("eu-west-1")), Owner::InRegion("us-east-1".to_owned()));
    let is_found = |region: &str| user(region).among([((), &first)].into_iter(), &there(region)).is_some();
    assert_eq!((is_found("us-east-1"), is_found("eu-west-1")), (true, false));
    let queue = resource_with(None, "AWS::SQS::Queue", &json!({}), &there("eu-west-1"));
    assert_eq!(queue.ownership_tags.get(crate::resources::REGION_TAG), None, "a queue is of its region anyway");
}

#[test]
fn a_resource_that_cannot_be_found_again_has_a_reason_and_a_hint() {
    let nameless = json!({
        "primaryIdentifier": ["/properties/Id"], "readOnlyProperties": ["/properties/Id"],
        "tagging": {"taggable": false}, "properties": {"Id": {"type": "string"}, "Text": {"type": "string"}},
    });
    let not_findable = |schema: &Value, properties: Value| {
        let not_findable = schedule(schema, &properties).why_not_findable();
        not_findable.map(|not_findable| (not_findable.cause, not_findable.hint))
    };
    let expected = |cause: &str, hint: &str| Some((cause.to_owned(), hint.to_owned()));
    let no_name = "an AWS::Scheduler::Schedule has no tags, and this one has neither a name nor a property that stays";
    let by_cloudformation = "deploy this template with `--engine cloudformation`";
    assert_eq!(not_findable(&nameless, json!({"Text": "x"})), expected(no_name, by_cloudformation));
    let mut fixed = nameless.clone();
    fixed["createOnlyProperties"] = json!(["/properties/Arn"]);
    assert_eq!(not_findable(&fixed, json!({"Text": "x"})), expected(no_name, "give it the property `Arn`"));
    fixed["createOnlyProperties"] = json!(["/properties/Arn", "/properties/Kind"]);
    assert_eq!(
        not_findable(&fixed, json!({"Text": "x"})),
        expected(no_name, "give it one of the properties `Arn`, `Kind`")
    );
    assert_eq!(not_findable(&fixed, json!({"Kind": "x"})), None);
    let mut listed_by = nameless;
    listed_by["handlers"] = json!({"list": {"handlerSchema": {"required": ["ServiceNamespace"]}}});
    let by = "AWS lists AWS::Scheduler::Schedule by `ServiceNamespace`, which the template does not give";
    assert_eq!(not_findable(&listed_by, json!({"Text": "x"})), expected(by, "give it the property `ServiceNamespace`"));
    assert_eq!(not_findable(&listed_by, json!({"Id": "x"})), None, "it is asked for by its identifier");
}
