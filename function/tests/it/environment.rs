//! The variables that Lambda and its user set: endpoints, and the source of the credentials.

use harness::backend::{Backend, chat_rule};
use harness::call::Call;
use harness::credentials::CredentialServer;
use harness::dynamodb::Table;
use harness::http::Response;
use serde_json::json;

use crate::support::{Chat, aws, closed_address, scratch};

/// Empty key variables, so that the program uses the credentials of a container.
const NO_KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", ""), ("AWS_SECRET_ACCESS_KEY", "")];

fn backend() -> Backend {
    aws(chat_rule(Table::with_films(3), "Alien."))
}

fn status(chat: &Chat) -> u64 {
    chat.post(json!({"message": "sci-fi?"})).0
}

#[test]
fn each_service_is_called_at_its_own_endpoint() {
    let (table, model, closed_address) = (backend(), backend(), closed_address());
    for general in [closed_address.as_str(), ""] {
        let chat = Chat::start(
            &table,
            &[
                ("AWS_ENDPOINT_URL", general),
                ("AWS_ENDPOINT_URL_DYNAMODB", &table.url),
                ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", &model.url),
            ],
        );
        assert_eq!(status(&chat), 200);
    }
    assert!(table.requests().iter().all(|request| request.call() == Call::Scan) && table.requests().len() == 2);
    assert!(model.requests().iter().all(|request| matches!(request.call(), Call::Converse(_))));
    assert_eq!(model.requests().len(), 2);
}

#[test]
fn the_general_endpoint_is_for_services_without_their_own() {
    let (all, model) = (backend(), backend());
    let chat = Chat::start(&all, &[("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", &model.url)]);
    assert_eq!(status(&chat), 200);
    assert!(all.requests().iter().all(|request| request.call() == Call::Scan) && !all.requests().is_empty());
    assert_eq!(model.requests().len(), 1);
}

#[test]
fn all_invalid_settings_are_in_the_one_line_that_the_program_logs() {
    let settings = [
        ("MODEL_ID", "claude", "MODEL_ID is \"claude\""),
        ("AWS_ENDPOINT_URL", "http://localhost:4566/?a=b", "AWS_ENDPOINT_URL is \"http://localhost:4566/?…\""),
        ("AWS_REGION", "", "AWS_REGION is not set"),
        ("AWS_ACCESS_KEY_ID", "AKIA\n", "AWS_ACCESS_KEY_ID has the character U+000A at position 5 of 5"),
        ("AWS_SESSION_TOKEN", "hush\u{1}hush", "AWS_SESSION_TOKEN has the character U+0001 at position 5 of 9"),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://evil.example/x", "FULL_URI is \"http://evil.example/x\""),
        ("SSL_CERT_FILE", "/nonexistent", "SSL_CERT_FILE is \"/nonexistent\""),
        ("AWS_LAMBDA_RUNTIME_API", "", "AWS_LAMBDA_RUNTIME_API is \"\""),
    ];
    let mut chat = Chat::start(&backend(), &settings.map(|(name, value, _)| (name, value)));
    assert_eq!(chat.end().code(), Some(1), "{}", chat.log_text());
    let [line] = &chat.log()[..] else { panic!("not one line: {}", chat.log_text()) };
    for (.., fault) in settings {
        assert!(line["message"].as_str().unwrap().contains(fault), "{fault}: {line}");
    }
    assert!(!chat.log_text().contains("hush"), "{line}");
}

#[test]
fn half_of_a_key_pair_stops_the_program() {
    let mut chat = Chat::start(&backend(), &[("AWS_SECRET_ACCESS_KEY", "")]);
    assert_eq!(chat.end().code(), Some(1), "{}", chat.log_text());
    let [line] = &chat.log()[..] else { panic!("not one line: {}", chat.log_text()) };
    let expected = "the settings are invalid, the function stops: AWS_SECRET_ACCESS_KEY is not set, but \
                    AWS_ACCESS_KEY_ID is: set both or neither";
    assert_eq!(line["message"], expected);
}

#[test]
fn a_container_is_asked_once_for_the_credentials_of_both_services() {
    let file = scratch("token");
    std::fs::write(&file, "hush-token").unwrap();
    let file = file.display().to_string();
    for token in
        [("AWS_CONTAINER_AUTHORIZATION_TOKEN", "hush-token"), ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", &file)]
    {
        let (backend, server) = (backend(), CredentialServer::start("hush-token").unwrap());
        let uri = ("AWS_CONTAINER_CREDENTIALS_FULL_URI", server.url.as_str());
        let snap_start = ("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start");
        let chat = Chat::start(&backend, &[NO_KEYS[0], NO_KEYS[1], uri, token, snap_start]);
        assert_eq!((status(&chat), status(&chat)), (200, 200));
        assert_eq!(server.requests().len(), 1);
        assert!(backend.requests().iter().all(|request| request.header("x-amz-security-token") == Some("session")));
        assert!(!chat.log_text().contains("hush") && !chat.log_text().contains("secret"), "{}", chat.log_text());
    }
}

/// Asserts that the reply is 500, that AWS is not called, and that each log line above INFO has `code`, a hint that
/// starts with `hint`, and a detail, if any, that contains `detail`.
fn assert_no_credentials(settings: &[(&str, &str)], code: &str, hint: &str, detail: &str) {
    let backend = backend();
    let chat = Chat::start(&backend, &[&NO_KEYS[..], settings].concat());
    let unreachable = json!({"error": "Bedrock service error: the model could not be reached"});
    assert_eq!(chat.post(json!({"message": "sci-fi?"})), (500, unreachable));
    assert!(backend.requests().is_empty());
    let lines: Vec<_> = chat.log().into_iter().filter(|line| line["level"] != "INFO").collect();
    for message in ["the model gave no answer", "the catalogue cannot be read: answering from general knowledge"] {
        assert!(lines.iter().any(|line| line["message"] == message), "{}", chat.log_text());
    }
    for line in lines {
        assert_eq!(line["code"], code, "{line}");
        assert!(line["hint"].as_str().unwrap().starts_with(hint), "{line}");
        assert!(line.get("detail").is_none_or(|text| text.as_str().unwrap().contains(detail)), "{detail}: {line}");
    }
    assert!(!chat.log_text().contains("hush"), "{}", chat.log_text());
}

#[test]
fn missing_credentials_are_logged_with_a_hint() {
    assert_no_credentials(&[], "NoCredentials", "set AWS_ACCESS_KEY_ID", "no variable names a source of credentials");
}

#[test]
fn a_failed_credentials_endpoint_is_logged_with_its_address_and_error() {
    let full = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
    let html = CredentialServer::with_rule(|_| Response::foreign(200, "<html>Sign in</html>")).unwrap();
    let unauthorized = CredentialServer::start("another").unwrap();
    let failing = CredentialServer::with_rule(|_| Response::error(500, "InternalError", "oh")).unwrap();
    let refused = closed_address().replace("https", "http");
    let hint = "check which server answers at the address in AWS_CONTAINER_CREDENTIALS_FULL_URI";
    for (address, detail) in [
        (html.url.as_str(), "JSON"),
        (&unauthorized.url, "401"),
        (&failing.url, "500"),
        (&refused, "Connection refused"),
    ] {
        let settings = [(full, address), ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "hush-wrong")];
        assert_no_credentials(&settings, "CredentialsEndpoint", hint, detail);
        assert_no_credentials(&settings, "CredentialsEndpoint", hint, &format!("{address}, which {full} names"));
    }
}

#[test]
fn a_missing_token_file_is_logged_with_its_path() {
    let server = CredentialServer::start("hush-token").unwrap();
    let uri = ("AWS_CONTAINER_CREDENTIALS_FULL_URI", server.url.as_str());
    let file = ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/nonexistent/token");
    let hint = "set AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
    assert_no_credentials(&[uri, file], "CredentialsTokenFile", hint, "/nonexistent/token");
    assert!(server.requests().is_empty());
}

#[test]
fn an_invalid_key_is_a_failure_and_not_a_panic() {
    for (id, token, name) in [("AKIA\n", "session", "AccessKeyId"), ("AKIA", "hush\u{1}", "Token")] {
        let expiration = "2100-01-01T00:00:00Z";
        let server = CredentialServer::with_rule(move |_| {
            let secret = "hush-secret";
            Response::ok(
                json!({"AccessKeyId": id, "SecretAccessKey": secret, "Token": token, "Expiration": expiration}),
            )
        })
        .unwrap();
        let uri = ("AWS_CONTAINER_CREDENTIALS_FULL_URI", server.url.as_str());
        let detail =
            format!("{name} of {}, which AWS_CONTAINER_CREDENTIALS_FULL_URI names, has the character", server.url);
        assert_no_credentials(&[uri], "UnfitCredentials", "replace the value that the detail names", &detail);
    }
}
