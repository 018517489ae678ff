//! What Lambda and its user set in the environment: endpoints, and where credentials come from.

use harness::{bedrock, call::Call, credentials::CredentialServer, dynamodb::Table, http::Response};
use serde_json::json;

use crate::support::{Chat, aws, nobody, scratch};

/// Credentials that are set but empty, so that a container's count.
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
fn settings_of_the_sdk_that_are_wrong_stop_the_program_with_all_others_in_one_line() {
    let settings = [("MODEL_ID", "claude"), ("AWS_ENDPOINT_URL", "localhost:4566"), ("AWS_REGION", "us east")];
    let mut chat = Chat::start(&backend(), &settings);
    assert!(!chat.end().success());
    let [line] = &chat.log()[..] else { panic!("not one line") };
    for (name, _) in settings {
        assert!(line["message"].as_str().unwrap().contains(&format!("{name} holds ")), "{line}");
    }
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

#[test]
fn without_credentials_the_log_says_so_with_a_hint() {
    let server = CredentialServer::start("another").unwrap();
    let uri = ("AWS_CONTAINER_CREDENTIALS_FULL_URI", server.url.as_str());
    for settings in [&NO_KEYS[..], &[NO_KEYS[0], NO_KEYS[1], uri, ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "wrong")]] {
        let backend = backend();
        let chat = Chat::start(&backend, settings);
        let unreachable = json!({"error": "Bedrock service error: the model could not be reached"});
        assert_eq!(chat.post(json!({"message": "sci-fi?"})), (500, unreachable));
        assert!(backend.requests().is_empty());
        for message in ["the model gave no answer", "the catalogue cannot be read: answering from general knowledge"] {
            let line = chat.log().into_iter().find(|line| line["message"] == message).unwrap();
            assert_eq!(line["code"], "NoCredentials", "{line}");
            assert!(line["hint"].as_str().unwrap().starts_with("set AWS_ACCESS_KEY_ID"), "{line}");
        }
    }
}
