//! How many calls of a run wait for each other. The tests measure counts and depth, never time.
//!
//! The function has a package of a few bytes, so that parallel calls are sent at once: uploading its own package takes
//! a debug build longer than many calls. It answers the smoke test of a new version.

use std::collections::BTreeSet;

use rstest::rstest;

use crate::support::aws::Aws;
use crate::support::package;
use crate::support::proxy::call::Call;
use crate::support::proxy::chain::{Chain, chain};
use crate::support::seed;
use crate::support::user::{User, code};

/// The chain of calls of a command that must succeed, with the package of this release.
async fn chain_of(user: &User, command: &str, release: u8) -> Chain {
    let code = code(&package::answering_zip_file(release));
    user.proxy.clear();
    user.run(&[command, "--code", code.to_str().expect("UTF-8")]).await.expect_success();
    chain(&user.proxy.calls())
}

#[track_caller]
fn assert_at_most(limit: usize, chain: &Chain) {
    assert!(chain.depth() <= limit, "at most {limit} are needed, here are {chain:?}");
}

fn in_rounds(user: User) -> User {
    let aws = user.account.aws();
    user.proxy.answer_in_rounds();
    let ours = "Runtime: provided.al2023\n      Handler: bootstrap";
    let answering = "Runtime: python3.11\n      Handler: answer.handler";
    user.always(aws.template().edited("templates/chat.yaml", ours, answering).kept())
}

#[rstest]
#[tokio::test]
async fn a_first_deploy_is_8_calls_deep_a_code_change_6_and_an_unchanged_stack_2(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let user = in_rounds(aws.user().await);
    assert_at_most(2, &chain_of(&user, "plan", 1).await);
    assert_at_most(8, &chain_of(&user, "deploy", 1).await);
    assert!(user.proxy.calls().iter().any(|call| call.name() == "lambda Invoke"), "{:?}", user.proxy.calls());
    for command in ["deploy", "update", "plan"] {
        assert_at_most(2, &chain_of(&user, command, 1).await);
        assert!(!user.proxy.calls().iter().any(Call::is_write), "{:?}", user.proxy.calls());
    }
    assert_at_most(6, &chain_of(&user, "update", 2).await);
    assert_at_most(6, &chain_of(&user, "deploy", 3).await);
}

#[rstest]
#[tokio::test]
async fn an_existing_api_adds_no_depth_and_no_list_is_requested_twice(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let account = aws.account().await;
    let movies = seed::movies_api(&account).await;
    let user = in_rounds(User::of(account).always(["-P".to_owned(), format!("ApiId={}", movies.api_id)]));
    assert_at_most(2, &chain_of(&user, "plan", 1).await);
    assert_at_most(8, &chain_of(&user, "deploy", 1).await);
    assert_at_most(2, &chain_of(&user, "deploy", 1).await);
    // The paths of these services identify the request.
    let by_path: Vec<_> = user.proxy.calls().into_iter().filter(|call| call.target != "/").collect();
    let questions: BTreeSet<_> = by_path.iter().map(|call| (call.name(), &call.target)).collect();
    assert_eq!(questions.len(), by_path.len(), "{by_path:?}");
}
