//! Filling in: a known value replaces its reference, once.

use proptest::prelude::*;
use serde_json::json;

use super::*;

#[test]
fn a_known_reference_is_replaced_and_an_unknown_one_is_kept() {
    let (api, role) = (Reference::new("Api", "Ref"), Reference::new("Role", "Arn"));
    let mut known = Known::default();
    known.insert(api.clone(), "abc");
    let value = json!({"Target": [format!("apis/{api}/x"), format!("{role}{api}")]});
    assert_eq!(known.fill(&value), json!({"Target": ["apis/abc/x", format!("{role}abc")]}));
    assert_eq!(references_in(&known.fill(&value)), [role].into());
}

#[test]
fn a_list_replaces_a_whole_text_only() {
    let servers = Reference::new("Zone", "NameServers");
    let mut known = Known::default();
    known.insert(servers.clone(), json!(["ns-1", "ns-2"]));
    let value = json!({"Whole": servers.to_string(), "Part": format!("dns {servers}")});
    assert_eq!(known.fill(&value), json!({"Whole": ["ns-1", "ns-2"], "Part": format!("dns {servers}")}));
    assert_eq!(known.fill_texts(&value), value);
}

#[test]
fn a_spread_adds_its_items_to_the_enclosing_list() {
    let subnets = Reference::new("Network", "SubnetIds");
    let value = json!([spread(&subnets.to_string()).unwrap()]);
    let mut known = Known::default();
    assert_eq!(known.fill(&value), value);
    known.insert(subnets, json!(["subnet-1", "subnet-2"]));
    assert_eq!(known.fill(&value), json!(["subnet-1", "subnet-2"]));
    assert_eq!(spread("subnet-1"), None);
}

#[test]
fn an_unknown_term_is_reported_with_place_and_reason() {
    let (list, missing) = (Reference::new("Zone", "NameServers"), Reference::new("Queue", "Aarn"));
    let fifth = Deferred::new("Fn::Select", json!([5, list.to_string()])).to_string();
    let mut known = Known::default();
    known.insert(list.clone(), json!(["ns-1"]));
    known.insert(Reference::new("Queue", "Arn"), "arn:q");
    let reported = |value: Value| {
        let Unfilled { path, term, reason, known } = known.unfilled(&known.fill_texts(&value)).unwrap();
        format!("{}: {term} {reason} {known:?}", path.join("."))
    };
    assert_eq!(reported(json!({"A": ["x", missing.to_string()]})), r#"A.1: ${Queue.Aarn} is not known ["Arn"]"#);
    assert_eq!(reported(json!({"A": format!("x{list}")})), "A: ${Zone.NameServers} is a list where text is needed []");
    assert_eq!(
        reported(json!({"A": fifth})),
        "A: !Select [5, !GetAtt Zone.NameServers] cannot be evaluated: the index 5 is outside a list of 1 []"
    );
    assert_eq!(known.unfilled(&json!({"A": ["x", 5, null]})), None);
}

proptest! {
    /// Any answer of AWS is text, and is filled in once.
    #[test]
    fn an_inserted_value_is_not_scanned_again(value in "[a-z{}.$:\"\\\\]{0,12}") {
        let (one, other) = (Reference::new("One", "Ref"), Reference::new("Other", "Ref"));
        let mut known = Known::default();
        known.insert(one.clone(), format!("{value}{other}"));
        known.insert(other.clone(), "filled twice");
        prop_assert_eq!(known.fill_text(&format!("<{one}>")), format!("<{value}{other}>"));
    }

    /// A deferred function returns the same as the function of the known value.
    #[test]
    fn a_deferred_function_equals_the_function_of_the_known_value(value in "[a-z/:,]{0,20}", index in 0_usize..4, around in "[a-z/\"\\\\]{0,4}") {
        let reference = Reference::new("Url", "FunctionUrl");
        let mut known = Known::default();
        known.insert(reference.clone(), value.as_str());
        let of = |text: String| {
            let split = json!(["/", text]);
            (split, json!(text))
        };
        let (later, now) = (of(format!("{around}{reference}{around}")), of(format!("{around}{value}{around}")));
        let deferred = |name: &str, argument: &Value| Value::String(Deferred::new(name, argument.clone()).to_string());
        let parts = functions::apply("Fn::Split", &now.0).unwrap();
        prop_assert_eq!(known.fill(&deferred("Fn::Split", &later.0)), parts.clone());
        prop_assert_eq!(known.fill(&deferred("Fn::Base64", &later.1)), functions::apply("Fn::Base64", &now.1).unwrap());
        let joined = json!(["-", deferred("Fn::Split", &later.0)]);
        prop_assert_eq!(known.fill(&deferred("Fn::Join", &joined)), functions::apply("Fn::Join", &json!(["-", parts])).unwrap());
        let selected = deferred("Fn::Select", &json!([index, deferred("Fn::Split", &later.0)]));
        match functions::apply("Fn::Select", &json!([index, parts])) {
            Ok(one) => prop_assert_eq!(known.fill(&selected), one),
            Err(_) => prop_assert_eq!(known.fill(&selected), selected),
        }
    }
}

#[test]
fn references_in_keys_are_replaced_and_reported() {
    let name = Reference::new("Policy", "Name");
    let mut known = Known::default();
    let value = json!({ "A": { format!("p-{name}"): 1 } });
    assert_eq!(known.unfilled(&value).unwrap().term, "${Policy.Name}");
    assert_eq!(references_in(&value), [name.clone()].into());
    known.insert(name, "read");
    assert_eq!(known.fill(&value), json!({"A": {"p-read": 1}}));
}

#[test]
fn a_text_with_only_an_unknown_account_is_split_around_it() {
    let account = Reference::account();
    let of = |name: &str, argument: Value| json!(Deferred::new(name, argument).to_string());
    let arn = format!("arn:aws:lambda:eu-west-1:{account}:function:chat");
    let known = Known::default();
    let parts = json!(["arn", "aws", "lambda", "eu-west-1", account.to_string(), "function", "chat"]);
    assert_eq!(known.fill(&of("Fn::Split", json!([":", arn]))), parts);
    assert_eq!(known.fill(&of("Fn::Select", json!([6, of("Fn::Split", json!([":", arn]))]))), json!("chat"));
    assert_eq!(
        known.fill(&of("Fn::Join", json!(["/", of("Fn::Split", json!([":function:", arn]))]))),
        json!(format!("arn:aws:lambda:eu-west-1:{account}/chat"))
    );
    // The account may contain such a separator or a part of it, and another value may contain any.
    for waits in [
        of("Fn::Split", json!(["1", arn])),
        of("Fn::Split", json!([":1", arn])),
        of("Fn::Split", json!([":", format!("{arn}{}", Reference::new("Q", "Arn"))])),
    ] {
        assert_eq!(known.fill(&waits), waits);
    }
}

proptest! {
    /// A result that is decided before the account is known is the result for every account.
    #[test]
    fn a_split_around_the_account_equals_the_split_of_the_known_text(
        before in "[0-9:/a]{0,6}", after in "[0-9:/a]{0,6}", separator in "[:/a1]{1,2}", number in "[0-9]{12}",
    ) {
        let split = |text: String| json!(Deferred::new("Fn::Split", json!([separator, text])).to_string());
        let later = Known::default().fill(&split(format!("{before}{}{after}", Reference::account())));
        let expected = functions::apply("Fn::Split", &json!([separator, format!("{before}{number}{after}")])).unwrap();
        prop_assert_eq!(Known::of_account(&number).fill(&later), expected);
    }
}
