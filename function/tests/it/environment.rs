//! The variables that Lambda and its user set: endpoints, and the source of the credentials.

use harness::bedrock;
use harness::call::Call;
use harness::credentials::CredentialServer;
use harness::dynamodb::Table;
use harness::http::{Body, Response};
use serde_json::json;

use crate::support::{Chat, aws, nobody, scratch};

/// Empty key variables, so that the program uses the credentials of a container.
const NO_KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", ""), ("AWS_SECRET_ACCESS_KEY", "")];

fn backend() -> harness::backend::Backend {
    let table = Table::of_films(3);
    aws(move |request| {
        Some(match request.call() {
            Call::Scan => table.scan(request),
            Call::Converse(_) | Call::ConverseStream(_) | Call::Other => Response::ok(bedrock::answer("Alien.")),
        })
    })
}

fn status(chat: &Chat) -> u64 {
    chat.post(json!({"message": "sci-fi?"})).0
}

#[test]
fn each_service_is_called_at_its_own_endpoint() {
    let (table, model, nobody) = (backend(), backend(), nobody());
    for general in [nobody.as_str(), ""] {
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
fn one_endpoint_of_its_own_leaves_the_other_service_at_the_general_one() {
    let (all, model) = (backend(), backend());
    let chat = Chat::start(&all, &[("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", &model.url)]);
    assert_eq!(status(&chat), 200);
    assert!(all.requests().iter().all(|request| request.call() == Call::Scan) && !all.requests().is_empty());
    assert_eq!(model.requests().len(), 1);
}

#[test]
fn settings_of_the_sdk_and_of_lambda_that_are_wrong_stop_the_program_with_all_others_in_one_line() {
    let settings = [
        ("MODEL_ID", "claude", "MODEL_ID holds \"claude\""),
        ("AWS_ENDPOINT_URL", "http://localhost:4566/?a=b", "AWS_ENDPOINT_URL holds \"http://localhost:4566/?…\""),
        ("AWS_REGION", "", "AWS_REGION is not set"),
        ("AWS_ACCESS_KEY_ID", "AKIA\n", "AWS_ACCESS_KEY_ID has the character U+000A at place 5 of 5"),
        ("AWS_SESSION_TOKEN", "hush\u{1}hush", "AWS_SESSION_TOKEN has the character U+0001 at place 5 of 9"),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://evil.example/x", "FULL_URI holds \"http://evil.example/x\""),
        ("SSL_CERT_FILE", "/nonexistent", "SSL_CERT_FILE holds \"/nonexistent\""),
        ("AWS_LAMBDA_RUNTIME_API", "", "AWS_LAMBDA_RUNTIME_API holds \"\""),
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
fn half_of_a_key_pair_stops_the_program_which_names_the_other_half() {
    let mut chat = Chat::start(&backend(), &[("AWS_SECRET_ACCESS_KEY", "")]);
    assert_eq!(chat.end().code(), Some(1), "{}", chat.log_text());
    let [line] = &chat.log()[..] else { panic!("not one line: {}", chat.log_text()) };
    let expected = "the settings are wrong, the function stops: AWS_SECRET_ACCESS_KEY is not set, but \
                    AWS_ACCESS_KEY_ID is: set both or neither";
    assert_eq!(line["message"], expected);
}

#[test]
fn a_container_gives_the_credentials_once_for_both_services() {
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
fn has_no_credentials(settings: &[(&str, &str)], code: &str, hint: &str, detail: &str) {
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
        assert!(line.get("detail").is_none_or(|held| held.as_str().unwrap().contains(detail)), "{detail}: {line}");
    }
    assert!(!chat.log_text().contains("hush"), "{}", chat.log_text());
}

#[test]
fn without_credentials_the_log_says_so_with_a_hint() {
    has_no_credentials(&[], "NoCredentials", "set AWS_ACCESS_KEY_ID", "no variable names a source of credentials");
}

#[test]
fn a_credentials_endpoint_that_gives_none_is_named_with_what_failed() {
    let full = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
    let page = || Response { status: 200, headers: Vec::new(), body: Body::Whole(b"<html>Sign in</html>".to_vec()) };
    let html = CredentialServer::answering(move |_| page()).unwrap();
    let unauthorized = CredentialServer::start("another").unwrap();
    let failing = CredentialServer::answering(|_| Response::error(500, "InternalError", "oh")).unwrap();
    let refused = nobody().replace("https", "http");
    let hint = "check what answers at the address in AWS_CONTAINER_CREDENTIALS_FULL_URI";
    for (address, detail) in [
        (html.url.as_str(), "JSON"),
        (&unauthorized.url, "401"),
        (&failing.url, "500"),
        (&refused, "Connection refused"),
    ] {
        let settings = [(full, address), ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "hush-wrong")];
        has_no_credentials(&settings, "CredentialsEndpoint", hint, detail);
        has_no_credentials(&settings, "CredentialsEndpoint", hint, &format!("{address}, which {full} names"));
    }
}

#[test]
fn a_token_file_that_is_missing_is_named() {
    let server = CredentialServer::start("hush-token").unwrap();
    let uri = ("AWS_CONTAINER_CREDENTIALS_FULL_URI", server.url.as_str());
    let file = ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/nonexistent/token");
    let hint = "set AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
    has_no_credentials(&[uri, file], "CredentialsTokenFile", hint, "/nonexistent/token");
    assert!(server.requests().is_empty());
}

#[test]
fn a_key_that_no_request_can_be_signed_with_is_a_failure_and_not_a_panic() {
    for (id, token, name) in [("AKIA\n", "session", "AccessKeyId"), ("AKIA", "hush\u{1}", "Token")] {
        let expiration = "2100-01-01T00:00:00Z";
        let server = CredentialServer::answering(move |_| {
            let secret = "hush-secret";
            Response::ok(
                json!({"AccessKeyId": id, "SecretAccessKey": secret, "Token": token, "Expiration": expiration}),
            )
        })
        .unwrap();
        let uri = ("AWS_CONTAINER_CREDENTIALS_FULL_URI", server.url.as_str());
        let detail =
            format!("{name} of {}, which AWS_CONTAINER_CREDENTIALS_FULL_URI names, has the character", server.url);
        has_no_credentials(&[uri], "UnfitCredentials", "set the value that the detail names again", &detail);
    }
}
