use super::*;

const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "hush+/=")];

fn read(set: &[(&str, &str)]) -> Result<CredentialSource, String> {
    let lookup = |variable: &str| set.iter().find(|(name, _)| *name == variable).map(|(_, value)| (*value).to_owned());
    let mut reader = Reader::new(lookup);
    CredentialSource::read(&mut reader).ok_or_else(|| reader.into_errors().join("; "))
}

fn container(variable: &'static str, address: &str, token_file: Option<&str>) -> CredentialSource {
    CredentialSource::Container(ContainerCredentials {
        variable,
        address: address.to_owned(),
        token_file: token_file.map(str::to_owned),
    })
}

#[test]
fn keys_have_priority_over_a_container_and_a_relative_address_over_a_full_one() {
    let full = (FULL, "http://localhost:1/x?key=hush");
    let relative = (RELATIVE, "/v2/x");
    assert_eq!(read(&[]), Ok(CredentialSource::Unset));
    assert_eq!(read(&[KEYS[0], KEYS[1], full]), Ok(CredentialSource::Variables));
    assert_eq!(read(&[("AWS_SESSION_TOKEN", "token")]), Ok(CredentialSource::Unset));
    assert_eq!(read(&[full]), Ok(container(FULL, "http://localhost:1/x", None)));
    let file = (TOKEN_FILE, "/token");
    assert_eq!(read(&[full, relative, file]), Ok(container(RELATIVE, "http://169.254.170.2/v2/x", Some("/token"))));
}

#[test]
fn an_empty_variable_that_the_sdk_treats_as_set_is_rejected_with_a_container() {
    for name in [RELATIVE, TOKEN_FILE] {
        let rejection = format!("{name} is empty, which the SDK treats as a value: unset it");
        assert_eq!(read(&[(FULL, "http://localhost:1/x"), (name, "")]), Err(rejection));
        assert_eq!(read(&[(FULL, ""), (name, "")]), Ok(CredentialSource::Unset));
    }
}

#[test]
fn half_of_a_key_pair_is_rejected_with_the_name_of_the_other() {
    let [id, secret] = KEYS;
    let missing = "AWS_SECRET_ACCESS_KEY is not set, but AWS_ACCESS_KEY_ID is: set both or neither";
    assert_eq!(read(&[id]), Err(missing.to_owned()));
    assert_eq!(read(&[id, (secret.0, "")]), Err(missing.to_owned()));
    let missing = "AWS_ACCESS_KEY_ID is not set, but AWS_SECRET_ACCESS_KEY is: set both or neither";
    assert_eq!(read(&[secret]), Err(missing.to_owned()));
    assert_eq!(read(&[(id.0, ""), (secret.0, "")]), Ok(CredentialSource::Unset));
}

#[test]
fn an_invalid_key_or_token_is_rejected_and_not_shown() {
    for (name, value, fault) in [
        ("AWS_ACCESS_KEY_ID", "AKIA\n", "U+000A at position 5 of 5"),
        ("AWS_ACCESS_KEY_ID", "AKIA\r", "U+000D at position 5 of 5"),
        ("AWS_SECRET_ACCESS_KEY", "hush hush", "U+0020 at position 5 of 9"),
        ("AWS_SESSION_TOKEN", "a\u{1}b", "U+0001 at position 2 of 3"),
        ("AWS_SESSION_TOKEN", "hüsh", "U+00FC at position 2 of 4"),
        (TOKEN, "hush\nhush", "U+000A at position 5 of 9"),
    ] {
        let set: Vec<_> = KEYS.into_iter().filter(|(key, _)| *key != name).chain([(name, value)]).collect();
        let expected = format!("{name} has the character {fault}, expected visible ASCII characters");
        assert_eq!(read(&set), Err(expected));
    }
    for (name, value) in [("AWS_SESSION_TOKEN", " token\n"), (TOKEN, "Basic eDp5")] {
        assert_eq!(read(&[KEYS[0], KEYS[1], (name, value)]), Ok(CredentialSource::Variables), "{name}");
    }
}

#[test]
fn an_address_that_must_not_get_the_token_is_rejected() {
    for address in [
        "https://evil.example/x", "http://LOCALHOST", "http://127.8.8.8:1", "http://[::1]:80/x",
        "http://[fd00:ec2::23]",
    ] {
        assert!(read(&[(FULL, address)]).is_ok(), "{address}");
    }
    for address in ["http://evil.example/x", "http://8.8.8.8/x", "http://[fd00::1]/x", "ftp://localhost", "foo"] {
        assert_eq!(read(&[(FULL, address)]), Err(format!("{FULL} is {address:?}, expected {FULL_ALLOWED}")));
    }
    assert!(read(&[(RELATIVE, "http://x/path")]).is_err());
    let rejection = read(&[(FULL, "http://8.8.8.8/x?key=hush")]);
    assert_eq!(rejection, Err(format!("{FULL} is \"http://8.8.8.8/x?…\", expected {FULL_ALLOWED}")));
}
