//! A caller that sends requests without a pause during a change gets complete answers, each of one release.

use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;

use crate::releases::a_template_whose_function_does_not_start;
use crate::support::account::Account;
use crate::support::http::{Answer, post_chat};
use crate::support::ministack::ministack;
use crate::support::package;
use crate::support::user::{User, chat_url, code};

/// Sends requests without a pause during `work` and returns the answers. The chats use the user's proxy, so that they
/// can end before the function changes. `work` starts after the first answer: MiniStack creates the log group of a
/// function with its first invocation, and a plan that is older than the group is refused.
pub(crate) async fn under_fire<T>(user: &User, url: &str, work: impl Future<Output = T>) -> (T, Vec<Answer>) {
    let url = url.replace(ministack().url(), user.proxy.url());
    let done = AtomicBool::new(false);
    let first = chat(&user.account, &url).await;
    let fire = async {
        let mut answers = vec![first];
        while !done.load(Ordering::SeqCst) {
            answers.push(chat(&user.account, &url).await);
        }
        answers
    };
    let work = async {
        let result = work.await;
        done.store(true, Ordering::SeqCst);
        result
    };
    tokio::join!(work, fire)
}

async fn chat(account: &Account, url: &str) -> Answer {
    post_chat(account, url, &json!({"message": "A thriller", "history": []})).await
}

/// A release's answer to the same question: MiniStack's canned text contains the model's name, which is configuration,
/// and a hash of the instructions, which are code.
pub(crate) async fn signature(user: &User, url: &str) -> String {
    let answer = chat(&user.account, url).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body["message"].as_str().expect("an answer").to_owned()
}

/// First the answers of `before`, then those of `after`, and no others.
#[track_caller]
pub(crate) fn are_whole(answers: &[Answer], before: &str, after: &str) {
    assert!(answers.len() > 1, "too few answers: {answers:?}");
    let refused: Vec<_> = answers.iter().filter(|answer| answer.status != 200).collect();
    assert!(refused.is_empty(), "{refused:?}");
    let texts: Vec<&str> = answers.iter().filter_map(|answer| answer.body["message"].as_str()).collect();
    let old = texts.iter().take_while(|text| **text == before).count();
    assert!(old > 0 && texts[old..].iter().all(|text| *text == after), "first {before}, then {after}: {texts:#?}");
}

#[tokio::test]
async fn each_answer_comes_from_one_release_during_deploys_failures_and_rollbacks() {
    let user = User::new();
    let report = user.run(&["deploy", "--output", "json"]).await.expect_success().json();
    let url = chat_url(&report);
    let first = signature(&user, url).await;

    let zip = code(package::other_function_zip_file());
    let model = "FoundationModel=anthropic.claude-haiku-4-5-20251001-v1:0";
    let both = ["deploy", "-P", model, "--code", zip.to_str().unwrap()];
    let (run, answers) = under_fire(&user, url, user.run(&both)).await;
    run.expect_success();
    let second = signature(&user, url).await;
    are_whole(&answers, &first, &second);
    let (model_of, hash_of) = (
        |text: &str| text.split(']').next().map(str::to_owned),
        |text: &str| text.split('#').nth(1).map(str::to_owned),
    );
    assert_ne!(model_of(&first), model_of(&second), "the answer identifies the configuration");
    assert_ne!(hash_of(&first), hash_of(&second), "the answer identifies the code");

    let bad = a_template_whose_function_does_not_start();
    let (run, answers) = under_fire(&user, url, user.run(&["deploy", &bad[0], &bad[1]])).await;
    run.expect_code(1);
    are_whole(&answers, &second, &second);

    let (run, answers) = under_fire(&user, url, user.run(&["rollback"])).await;
    run.expect_success();
    are_whole(&answers, &second, &first);

    // The configuration only: the code is the second one again, by the template and the package.
    let configuration = ["update", "--code", zip.to_str().unwrap()];
    let (run, answers) = under_fire(&user, url, user.run(&configuration)).await;
    run.expect_success();
    let third = signature(&user, url).await;
    are_whole(&answers, &first, &third);
    assert_eq!((model_of(&third), hash_of(&third)), (model_of(&first), hash_of(&second)));

    let (run, answers) = under_fire(&user, url, user.run(&["deploy"])).await;
    run.expect_success();
    are_whole(&answers, &third, &first);
}
