//! How many calls a run has to wait for, one after the other. Counts and depth, never time.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::support::account::Account;
use crate::support::package;
use crate::support::proxy::call::Call;
use crate::support::proxy::chain::{Chain, chain};
use crate::support::seed;
use crate::support::user::{User, code};

/// Longer than a busy machine needs to send the calls that go side by side, so that none of them seems to have waited.
const FAR: Duration = Duration::from_millis(250);

/// The chain of a command that has to work.
async fn chain_of(user: &User, args: &[&str]) -> Chain {
    user.proxy.clear();
    user.run(args).await.expect_success();
    chain(&user.proxy.calls())
}

#[track_caller]
fn assert_at_most(limit: usize, chain: &Chain) {
    assert!(chain.depth() <= limit, "at most {limit} are needed, here are {chain:?}");
}

fn far_away(user: User) -> User {
    user.proxy.far_away(FAR);
    user
}

#[tokio::test]
async fn a_first_deploy_is_as_deep_as_what_it_makes_and_one_that_finds_all_as_it_shall_be_2_calls() {
    let user = far_away(User::new());
    assert_at_most(2, &chain_of(&user, &["plan"]).await);
    assert_at_most(13, &chain_of(&user, &["deploy"]).await);
    for command in ["deploy", "update", "plan"] {
        assert_at_most(2, &chain_of(&user, &[command]).await);
        assert!(!user.proxy.calls().iter().any(Call::is_write), "{:?}", user.proxy.calls());
    }
}

#[tokio::test]
async fn new_code_reaches_callers_without_a_call_that_waits_for_another_in_vain() {
    let user = User::new();
    user.deploy(&[]).await;
    let user = far_away(user);
    let argument = code(package::other_function_zip_file());
    let arguments = ["update", "--code", argument.to_str().unwrap()];
    assert_at_most(8, &chain_of(&user, &arguments).await);
}

#[tokio::test]
async fn a_chat_on_an_api_of_others_is_no_deeper() {
    let account = Account::fresh();
    let movies = seed::movies_api(&account).await;
    let user = far_away(User::of(account).always(["-P".to_owned(), format!("ApiId={}", movies.api_id)]));
    assert_at_most(2, &chain_of(&user, &["plan"]).await);
    assert_at_most(13, &chain_of(&user, &["deploy"]).await);
    assert_at_most(2, &chain_of(&user, &["deploy"]).await);
    // No list is asked for twice. The paths of these services tell what is asked.
    let by_path: Vec<_> = user.proxy.calls().into_iter().filter(|call| call.target != "/").collect();
    let questions: BTreeSet<_> = by_path.iter().map(|call| (call.name(), &call.target)).collect();
    assert_eq!(questions.len(), by_path.len(), "{by_path:?}");
}
