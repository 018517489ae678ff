use super::*;

const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "hush+/=")];

fn read(set: &[(&str, &str)]) -> Result<Source, String> {
    let lookup = |asked: &str| set.iter().find(|(name, _)| *name == asked).map(|(_, value)| (*value).to_owned());
    let mut reader = Reader::new(lookup);
    Source::read(&mut reader).ok_or_else(|| reader.into_bad().join("; "))
}

fn container(variable: &'static str, address: &str, token_file: Option<&str>) -> Source {
    Source::Container(Container { variable, address: address.to_owned(), token_file: token_file.map(str::to_owned) })
}

#[test]
fn keys_count_before_a_container_and_a_relative_address_before_a_full_one() {
    let full = (FULL, "http://localhost:1/x?key=hush");
    let relative = (RELATIVE, "/v2/x");
    assert_eq!(read(&[]), Ok(Source::Unset));
    assert_eq!(read(&[KEYS[0], KEYS[1], full]), Ok(Source::Variables));
    assert_eq!(read(&[("AWS_SESSION_TOKEN", "token")]), Ok(Source::Unset));
    assert_eq!(read(&[full]), Ok(container(FULL, "http://localhost:1/x", None)));
    let file = (TOKEN_FILE, "/token");
    assert_eq!(read(&[full, relative, file]), Ok(container(RELATIVE, "http://169.254.170.2/v2/x", Some("/token"))));
}

#[test]
fn an_empty_variable_that_the_sdk_takes_for_set_is_refused_where_a_container_is_used() {
    for name in [RELATIVE, TOKEN_FILE] {
        let refusal = format!("{name} is empty, which the SDK takes for a value: unset it");
        assert_eq!(read(&[(FULL, "http://localhost:1/x"), (name, "")]), Err(refusal));
        assert_eq!(read(&[(FULL, ""), (name, "")]), Ok(Source::Unset));
    }
}

#[test]
fn half_of_a_key_pair_is_refused_and_the_missing_half_named() {
    let [id, secret] = KEYS;
    let missing = "AWS_SECRET_ACCESS_KEY is not set, but AWS_ACCESS_KEY_ID is: set both or neither";
    assert_eq!(read(&[id]), Err(missing.to_owned()));
    assert_eq!(read(&[id, (secret.0, "")]), Err(missing.to_owned()));
    let missing = "AWS_ACCESS_KEY_ID is not set, but AWS_SECRET_ACCESS_KEY is: set both or neither";
    assert_eq!(read(&[secret]), Err(missing.to_owned()));
    assert_eq!(read(&[(id.0, ""), (secret.0, "")]), Ok(Source::Unset));
}

#[test]
fn a_value_that_no_request_can_be_signed_with_is_refused_and_not_shown() {
    for (name, value, fault) in [
        ("AWS_ACCESS_KEY_ID", "AKIA\n", "U+000A at place 5 of 5"),
        ("AWS_ACCESS_KEY_ID", "AKIA\r", "U+000D at place 5 of 5"),
        ("AWS_SECRET_ACCESS_KEY", "hush hush", "U+0020 at place 5 of 9"),
        ("AWS_SESSION_TOKEN", "a\u{1}b", "U+0001 at place 2 of 3"),
        ("AWS_SESSION_TOKEN", "hüsh", "U+00FC at place 2 of 4"),
        (TOKEN, "hush\nhush", "U+000A at place 5 of 9"),
    ] {
        let set: Vec<_> = KEYS.into_iter().filter(|(key, _)| *key != name).chain([(name, value)]).collect();
        let expected = format!("{name} has the character {fault}, allowed are visible ASCII characters");
        assert_eq!(read(&set), Err(expected));
    }
    for (name, value) in [("AWS_SESSION_TOKEN", " token\n"), (TOKEN, "Basic eDp5")] {
        assert_eq!(read(&[KEYS[0], KEYS[1], (name, value)]), Ok(Source::Variables), "{name}");
    }
}

#[test]
fn an_address_that_no_token_may_be_sent_to_is_refused() {
    for address in [
        "https://evil.example/x",
        "http://LOCALHOST",
        "http://127.8.8.8:1",
        "http://[::1]:80/x",
        "http://[fd00:ec2::23]",
    ] {
        assert!(read(&[(FULL, address)]).is_ok(), "{address}");
    }
    for address in ["http://evil.example/x", "http://8.8.8.8/x", "http://[fd00::1]/x", "ftp://localhost", "foo"] {
        assert_eq!(read(&[(FULL, address)]), Err(format!("{FULL} holds {address:?}, allowed is {FULL_ALLOWED}")));
    }
    assert!(read(&[(RELATIVE, "http://x/path")]).is_err());
    let refusal = read(&[(FULL, "http://8.8.8.8/x?key=hush")]);
    assert_eq!(refusal, Err(format!("{FULL} holds \"http://8.8.8.8/x?…\", allowed is {FULL_ALLOWED}")));
}
