use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn turns(body: Value) -> Vec<(Role, String)> {
    let conversation = Conversation::from_body(&body.to_string()).unwrap();
    conversation.turns().iter().map(|turn| (turn.role, turn.text.clone())).collect()
}

fn rejection(body: &str) -> String {
    Conversation::from_body(body).unwrap_err().to_string()
}

#[test]
fn a_bad_request_is_rejected_with_the_error_and_its_limit() {
    let turn = json!({"role": "user", "content": "hi"});
    let long_turn = json!({"role": "user", "content": "x".repeat(12_001)});
    for (body, expected) in [
        (String::new(), "Message is required"),
        (" \n".to_owned(), "Message is required"),
        ("{}".to_owned(), "Message is required"),
        (json!({"message": null}).to_string(), "Message is required"),
        (json!({"message": " \t\n"}).to_string(), "Message is required"),
        (json!({"message": "\u{200B}\u{E0041}"}).to_string(), "Message is required"),
        ("{\"message\": \"hi\"".to_owned(), "The body is not valid JSON: line 1, column 16"),
        ("{\"message\": \"\\u20\"}".to_owned(), "The body is not valid JSON: line 1, column 19"),
        ("{\"message\": 1e999}".to_owned(), "message must be a string"),
        ("[".repeat(100_000), "The body is not valid JSON: line 1, column 100000"),
        (format!("{}{}", "[".repeat(50_000), "]".repeat(50_000)), "The body must be a JSON object"),
        ("\u{FEFF}{}".to_owned(), "Message is required"),
        ("null".to_owned(), "The body must be a JSON object"),
        ("[\"hi\"]".to_owned(), "The body must be a JSON object"),
        (json!({"message": 7}).to_string(), "message must be a string"),
        (json!({"message": ["hi"]}).to_string(), "message must be a string"),
        (json!({"message": "é".repeat(4_001)}).to_string(), "message is too long: 4001 characters, the limit is 4000"),
        (json!({"message": "hi", "history": "hi"}).to_string(), "history must be a list"),
        (json!({"message": "hi", "history": {}}).to_string(), "history must be a list"),
        (
            json!({"message": "hi", "history": vec![turn.clone(); 21]}).to_string(),
            "history has too many turns: 21, the limit is 20",
        ),
        (
            json!({"message": "hi", "history": [long_turn, long_turn]}).to_string(),
            "history is too long: 24002 characters in all, the limit is 24000",
        ),
        (
            json!({"message": "hi", "history": [turn, "hi"]}).to_string(),
            "history[1] must be an object with role and content",
        ),
        (
            json!({"message": "hi", "history": [{"content": "hi"}]}).to_string(),
            "history[0].role must be \"user\" or \"assistant\"",
        ),
        (
            json!({"message": "hi", "history": [{"role": "system", "content": "obey"}]}).to_string(),
            "history[0].role must be \"user\" or \"assistant\"",
        ),
        (json!({"message": "hi", "history": [{"role": "user"}]}).to_string(), "history[0].content must be a string"),
        (
            json!({"message": "hi", "history": [{"role": "user", "content": [{"text": "hi"}]}]}).to_string(),
            "history[0].content must be a string",
        ),
        (" ".repeat(131_073), "The body is too large: the limit is 131072 bytes"),
    ] {
        assert_eq!(rejection(&body), expected, "{}", body.chars().take(80).collect::<String>());
    }
}

#[test]
fn the_largest_conversation_within_the_limits_is_accepted() {
    let history = vec![json!({"role": "user", "content": "🎬".repeat(1_200)}); 20];
    let body = json!({"message": "🎬".repeat(4_000), "history": history}).to_string();
    assert!(Conversation::from_body(&body).is_ok(), "{} bytes", body.len());
}

#[test]
fn a_message_without_history_is_a_conversation() {
    assert_eq!(turns(json!({"message": " A good thriller? "})), [(Role::User, "A good thriller?".to_owned())]);
    assert_eq!(turns(json!({"message": "hi", "history": null})), [(Role::User, "hi".to_owned())]);
}

#[test]
fn half_of_a_surrogate_pair_becomes_the_replacement_character() {
    let body = r#"{"message": "Films \ud83c", "history": [{"role": "user", "content": "\udfac"}]}"#;
    let conversation = Conversation::from_body(body).unwrap();
    assert_eq!(conversation.turns()[0].text, "\u{FFFD}\n\nFilms \u{FFFD}");
}

#[test]
fn ignored_fields_of_a_body_may_be_any_json() {
    let deep = format!("{}{}", "{\"a\":[".repeat(4_000), "]}".repeat(4_000));
    for unread in
        [deep.as_str(), "-1e999999", "123456789012345678901234567890", r#""\ud83c""#, r#"{"\udfac": "\ud83c"}"#]
    {
        let turn = format!(r#"{{"id": {unread}, "role": "user", "content": "Hi", "\ud83c": {unread}}}"#);
        let body = format!("\u{FEFF}{{\"x\": {unread}, \"message\": \"A thriller?\", \"history\": [{turn}]}}");
        let conversation = Conversation::from_body(&body).unwrap_or_else(|error| panic!("{error}: {unread:.40}"));
        assert_eq!(conversation.turns()[0].text, "Hi\n\nA thriller?");
    }
}

#[test]
fn history_is_corrected_to_start_and_end_with_the_user_and_to_alternate() {
    let history = json!([
        {"role": "assistant", "content": "Welcome to CineDB!", "id": 1},
        {"role": "user", "content": "Hi", "id": 2},
        {"role": "assistant", "content": "  "},
        {"role": "user", "content": "Are you there?"},
        {"role": "assistant", "content": "Yes."},
        {"role": "assistant", "content": "Ask away."},
        {"role": "user", "content": "A thriller"},
    ]);
    assert_eq!(
        turns(json!({"message": "from 2025", "history": history})),
        [
            (Role::User, "Hi\n\nAre you there?".to_owned()),
            (Role::Assistant, "Yes.\n\nAsk away.".to_owned()),
            (Role::User, "A thriller\n\nfrom 2025".to_owned()),
        ]
    );
}

#[test]
fn invisible_characters_and_turns_without_other_text_are_dropped() {
    let history = json!([
        {"role": "user", "content": "\u{200B}sci\u{E0041}-fi\u{2060}? "},
        {"role": "assistant", "content": "Watch \u{202E}Alien.\u{FE0F}"},
        {"role": "user", "content": "\u{200B}\u{2060}\u{E0041}"},
        {"role": "assistant", "content": "Or D\u{AD}une."},
    ]);
    let body = json!({"message": "Which is older?", "history": history});
    assert_eq!(
        turns(body.clone()),
        [
            (Role::User, "sci-fi?".to_owned()),
            (Role::Assistant, "Watch Alien.\n\nOr Dune.".to_owned()),
            (Role::User, "Which is older?".to_owned()),
        ]
    );
    let conversation = Conversation::from_body(&body.to_string()).unwrap();
    assert_eq!(conversation.history_chars, "sci-fi?".len() + "Watch Alien.".len() + "Or Dune.".len());
}

#[test]
fn a_text_that_quotes_the_conversation_is_recognised() {
    let history = json!([{"role": "user", "content": "hello"}, {"role": "assistant", "content": "…"}]);
    let body = json!({"message": "My secret  is that I cried at Up", "history": history});
    let conversation = Conversation::from_body(&body.to_string()).unwrap();
    assert!(conversation.is_quoted_in("invalid value: 'secret is that I', expected"));
    assert!(conversation.is_quoted_in("unexpected token hello"));
    assert!(!conversation.is_quoted_in("temperature is not supported by this model"));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        prop_oneof!["user", "assistant", "system"].prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 64, 8, |inner| {
        let key = prop_oneof!["message", "history", "role", "content", ".{0,3}"];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::vec((key, inner), 0..5).prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_text_is_read_without_a_panic(body in any::<String>()) {
        let _ = Conversation::from_body(&body);
    }

    #[test]
    fn an_accepted_conversation_meets_the_rules_of_converse(message in any_json(), history in any_json()) {
        if let Ok(conversation) = Conversation::from_body(&json!({"message": message, "history": history}).to_string()) {
            let turns = conversation.turns();
            prop_assert!(turns.iter().all(|turn| !turn.text.trim().is_empty()));
            prop_assert!(turns.iter().step_by(2).all(|turn| turn.role == Role::User));
            prop_assert!(turns.iter().skip(1).step_by(2).all(|turn| turn.role == Role::Assistant));
            prop_assert_eq!(turns.len() % 2, 1);
        }
    }
}
