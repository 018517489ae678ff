use std::sync::Mutex;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region};
use aws_types::os_shim_internal::{Env, Fs};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use super::super::source::Source;
use super::*;

/// An STS that returns credentials for every role and records the requests.
async fn sts() -> (String, Arc<Mutex<Vec<String>>>) {
    sts_after(&[]).await
}

/// What STS does with a call in place of returning credentials.
#[derive(Clone, Copy)]
enum Instead {
    /// It closes the connection without an answer.
    Cut,
    /// It answers with this status and body.
    Answer(u16, &'static str),
}

/// The same, after these answers to the first calls.
async fn sts_after(first: &[Instead]) -> (String, Arc<Mutex<Vec<String>>>) {
    let first = first.to_vec();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let sent = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&sent);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (kept, first) = (Arc::clone(&kept), first.clone());
            let answer = service_fn(move |request: Request<Incoming>| {
                let (kept, first) = (Arc::clone(&kept), first.clone());
                async move {
                    let key = request.headers()["authorization"].to_str().unwrap().to_owned();
                    let body = request.into_body().collect().await.map_err(std::io::Error::other)?.to_bytes();
                    let key = key.split(['=', '/']).nth(1).unwrap_or_default().to_owned();
                    let mut kept = kept.lock().unwrap();
                    kept.push(format!("{key} {}", String::from_utf8_lossy(&body)));
                    let (status, body) = match first.get(kept.len() - 1) {
                        Some(Instead::Cut) => return Err(std::io::Error::other("cut")),
                        Some(Instead::Answer(status, body)) => (*status, *body),
                        None => (200, ANSWER),
                    };
                    let mut answer = Response::new(Full::new(Bytes::from_static(body.as_bytes())));
                    *answer.status_mut() = status.try_into().unwrap();
                    Ok(answer)
                }
            });
            tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
        }
    });
    (url, sent)
}

const ANSWER: &str = "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>\
                      <Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
                      <SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>\
                      </AssumeRoleResult></AssumeRoleResponse>";

const CONFIG: &str = "[profile base]\naws_access_key_id = AKIABASE\naws_secret_access_key = secret\n\
                      [profile dev]\nrole_arn = arn:aws:iam::123456789012:role/one\nsource_profile = base\n\
                      mfa_serial = arn:aws:iam::123456789012:mfa/me\nexternal_id = ours\nduration_seconds = 900\n\
                      [profile prod]\nrole_arn = arn:aws:iam::123456789012:role/two\nsource_profile = dev\n";

async fn with_code(profile: &str, url: &str, ask: Option<AskCode>) -> Roles {
    of_config(CONFIG, profile, url, ask).await
}

async fn of_config(config: &str, profile: &str, url: &str, ask: Option<AskCode>) -> Roles {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join(".aws")).unwrap();
    std::fs::write(home.path().join(".aws/config"), config).unwrap();
    let env = Env::from_slice(&[("HOME", home.path().to_str().unwrap())]);
    let profiles = Profiles::load(&env, &Fs::real(), Some(profile)).await.unwrap();
    let Ok(Source::Profile(chain)) = Source::of(&env, &profiles) else { panic!("no profile") };
    assert!(chain.has_roles_to_assume());
    let http = super::super::http::direct(&Default::default());
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(url)
        .http_client(http)
        .retry_config(RetryConfig::disabled())
        .build();
    Roles::of(&chain, &profiles, &config, &ProviderConfig::without_region(), ask).unwrap()
}

#[tokio::test]
async fn the_mfa_code_is_read_once_and_sent_with_the_device_of_the_role() {
    let (url, sent) = sts().await;
    let questions = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&questions);
    let ask: AskCode = Arc::new(move |question| {
        keep.lock().unwrap().push(question.to_owned());
        Some(" 123456\n".to_owned())
    });
    let credentials = with_code("prod", &url, Some(ask)).await.provide_credentials().await.unwrap();
    assert_eq!((credentials.access_key_id(), credentials.session_token()), ("ASIA", Some("t")));
    assert!(credentials.expiry().is_some());
    assert_eq!(*questions.lock().unwrap(), ["MFA code of arn:aws:iam::123456789012:mfa/me for the profile `dev`:"]);
    let sent = sent.lock().unwrap();
    let [one, two] = sent.as_slice() else { panic!("{sent:?}") };
    for part in
        ["AKIABASE ", "role%2Fone", "SerialNumber=arn%3Aaws%3Aiam%3A%3A123456789012%3Amfa%2Fme", "TokenCode=123456"]
            .iter()
            .chain(&["ExternalId=ours", "DurationSeconds=900"])
    {
        assert!(one.contains(part), "{part}: {one}");
    }
    assert!(two.starts_with("ASIA ") && two.contains("role%2Ftwo") && !two.contains("TokenCode"), "{two}");
}

#[tokio::test]
async fn without_a_terminal_no_request_is_sent_and_the_error_has_a_hint() {
    let (url, sent) = sts().await;
    let error = with_code("dev", &url, None).await.provide_credentials().await.unwrap_err();
    let no_code = within::<NoCode>(&error).expect("it says that there is no code");
    let message = no_code.to_string();
    assert!(
        message.contains("the MFA code of arn:aws:iam::123456789012:mfa/me, but there is no terminal"),
        "{message}"
    );
    assert!(no_code.hint("dev").contains("`eval \"$(aws configure export-credentials --profile dev --format env)\"`"));
    assert!(sent.lock().unwrap().is_empty());
}

/// Answers that the user types one after the other, and the questions.
fn typing(answers: &[&str]) -> (AskCode, Arc<Mutex<Vec<String>>>) {
    let questions = Arc::new(Mutex::new(Vec::new()));
    let (keep, answers) = (Arc::clone(&questions), answers.iter().map(|&answer| answer.to_owned()).collect::<Vec<_>>());
    let ask: AskCode = Arc::new(move |question: &str| {
        let mut questions = keep.lock().unwrap();
        questions.push(question.to_owned());
        answers.get(questions.len() - 1).cloned()
    });
    (ask, questions)
}

#[tokio::test]
async fn an_invalid_mfa_code_is_read_again_at_most_three_times() {
    let (url, sent) = sts().await;
    let (ask, questions) = typing(&["abc\n", "12345\n", "123 456\n"]);
    with_code("dev", &url, Some(ask)).await.provide_credentials().await.unwrap();
    let questions = questions.lock().unwrap().clone();
    assert_eq!(questions.len(), 3);
    assert!(questions[1].starts_with("a code is six digits; MFA code of arn:aws:iam::"), "{questions:?}");
    let bodies = sent.lock().unwrap().clone();
    assert!(bodies.len() == 1 && bodies[0].contains("TokenCode=123456"), "{bodies:?}");

    let (ask, questions) = typing(&["abc\n", "\n", "1234567\n", "123456\n"]);
    let error = with_code("dev", &url, Some(ask)).await.provide_credentials().await.unwrap_err();
    assert_eq!(questions.lock().unwrap().len(), 3);
    let no_code = within::<NoCode>(&error).unwrap();
    assert!(no_code.to_string().ends_with("but no answer was six digits"), "{no_code}");
    assert!(no_code.hint("dev").contains("the six digits of the device"), "{}", no_code.hint("dev"));
    assert_eq!(sent.lock().unwrap().len(), 1, "nothing was sent");
}

#[tokio::test]
async fn the_end_of_the_input_fails_every_request_for_the_credentials() {
    let (url, sent) = sts().await;
    let (ask, questions) = typing(&[]);
    let roles = with_code("dev", &url, Some(ask)).await;
    let (one, other) = tokio::join!(roles.provide_credentials(), roles.provide_credentials());
    for error in [one.unwrap_err(), other.unwrap_err(), roles.provide_credentials().await.unwrap_err()] {
        let no_code = within::<NoCode>(&error).unwrap().to_string();
        assert!(no_code.ends_with("but the input ended before the code"), "{no_code}");
    }
    assert_eq!(questions.lock().unwrap().len(), 1);
    assert!(sent.lock().unwrap().is_empty());
}

#[tokio::test]
async fn one_mfa_code_serves_every_request_for_the_credentials() {
    let (url, sent) = sts().await;
    let (ask, questions) = typing(&["123456\n"]);
    let roles = with_code("dev", &url, Some(ask)).await;
    let (one, other) = tokio::join!(roles.provide_credentials(), roles.provide_credentials());
    assert_eq!((one.unwrap().access_key_id(), other.unwrap().access_key_id()), ("ASIA", "ASIA"));
    assert_eq!((questions.lock().unwrap().len(), sent.lock().unwrap().len()), (1, 1));
}

#[tokio::test]
async fn the_hint_contains_only_the_region_of_the_profile() {
    let (url, _) = sts().await;
    for (region, part) in [
        ("us-east-1", "and then the same command with `--region us-east-1` and without `--profile`"),
        ("eu-central-1", "and then the same command without `--profile`"),
    ] {
        let config = CONFIG.replace("[profile dev]\n", &format!("[profile dev]\nregion = {region}\n"));
        let roles = of_config(&config, "dev", &url, None).await;
        let error = roles.provide_credentials().await.unwrap_err();
        let hint = within::<NoCode>(&error).unwrap().hint("dev");
        assert!(hint.contains(part), "{hint}");
    }
}

#[tokio::test]
async fn no_request_is_signed_with_an_invalid_key() {
    let (url, sent) = sts().await;
    let config = CONFIG.replace("AKIABASE", "AKIA\u{1}BASE").replace("mfa_serial", "region");
    let error = of_config(&config, "dev", &url, None).await.provide_credentials().await.unwrap_err();
    let causes = super::super::problem::causes(&error);
    assert!(causes.iter().any(|cause| cause == "the AccessKeyId contains a control character"), "{causes:?}");
    assert!(sent.lock().unwrap().is_empty());
}

const WRONG_CODE: &str = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>MultiFactorAuthentication \
                          failed with invalid MFA one time pass code.</Message></Error></ErrorResponse>";
const THROTTLED: &str = "<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message>\
                         </Error></ErrorResponse>";
const FAULT: &str = "<ErrorResponse><Error><Type>Receiver</Type><Code>InternalFailure</Code></Error></ErrorResponse>";
const PAGE: &str = "<html><body>Welcome to the hotel</body></html>";

/// Advances the time.
async fn later(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

#[tokio::test]
async fn a_transient_failure_is_kept_for_ten_seconds() {
    for passing in [
        Instead::Cut,
        Instead::Answer(500, FAULT),
        Instead::Answer(503, ""),
        Instead::Answer(400, THROTTLED),
        Instead::Answer(403, PAGE),
    ] {
        let (url, sent) = sts_after(&[passing]).await;
        let (ask, questions) = typing(&["123456\n", "654321\n"]);
        let roles = with_code("dev", &url, Some(ask)).await;
        let (one, other) = tokio::join!(roles.provide_credentials(), roles.provide_credentials());
        assert!(one.is_err() && other.is_err());
        assert!(roles.provide_credentials().await.is_err(), "the calls of the same moment ask for no other code");
        assert_eq!((questions.lock().unwrap().len(), sent.lock().unwrap().len()), (1, 1));
        later(SHARED).await;
        assert_eq!(roles.provide_credentials().await.unwrap().access_key_id(), "ASIA");
        assert_eq!((questions.lock().unwrap().len(), sent.lock().unwrap().len()), (2, 2));
        assert!(sent.lock().unwrap()[1].contains("TokenCode=654321"));
    }
}

#[tokio::test]
async fn a_wrong_mfa_code_and_an_ended_input_are_kept_for_the_run() {
    let (url, sent) = sts_after(&[Instead::Answer(403, WRONG_CODE)]).await;
    for (answers, calls) in [(&["123456\n", "654321\n"][..], 1), (&[], 0)] {
        sent.lock().unwrap().clear();
        let (ask, questions) = typing(answers);
        let roles = with_code("dev", &url, Some(ask)).await;
        assert!(roles.provide_credentials().await.is_err());
        later(SHARED * 100).await;
        assert!(roles.provide_credentials().await.is_err());
        assert_eq!((questions.lock().unwrap().len(), sent.lock().unwrap().len()), (1, calls));
    }
}
