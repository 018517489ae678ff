//! How many calls a run has to wait for, one after the other. Counts and depth, never time.
//!
//! The chat that a new version answers is left out, since it needs the function's own package: it is one call more, and
//! the tests of `execute` show where.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::support::account::Account;
use crate::support::package;
use crate::support::proxy::call::Call;
use crate::support::proxy::chain::{Chain, chain};
use crate::support::seed;
use crate::support::user::{User, code};

/// Longer than a busy machine needs to send the calls that go side by side, so that none of them seems to have waited.
pub(crate) const FAR: Duration = Duration::from_millis(250);

/// The chain of a command that has to work, with the package of this release.
async fn chain_of(user: &User, command: &str, release: u8) -> Chain {
    let code = code(&package::small_zip_file(release));
    let no_smoke = if command == "plan" { [].as_slice() } else { &["--no-smoke"] };
    user.proxy.clear();
    user.run(&[&[command, "--code", code.to_str().expect("UTF-8")], no_smoke].concat()).await.expect_success();
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
async fn a_first_deploy_is_7_calls_deep_new_code_5_and_a_run_that_finds_all_as_it_shall_be_2() {
    let user = far_away(User::new());
    assert_at_most(2, &chain_of(&user, "plan", 1).await);
    assert_at_most(7, &chain_of(&user, "deploy", 1).await);
    for command in ["deploy", "update", "plan"] {
        assert_at_most(2, &chain_of(&user, command, 1).await);
        assert!(!user.proxy.calls().iter().any(Call::is_write), "{:?}", user.proxy.calls());
    }
    assert_at_most(5, &chain_of(&user, "update", 2).await);
    assert_at_most(5, &chain_of(&user, "deploy", 3).await);
}

#[tokio::test]
async fn on_an_api_of_others_it_is_no_deeper_and_no_list_is_asked_for_twice() {
    let account = Account::fresh();
    let movies = seed::movies_api(&account).await;
    let user = far_away(User::of(account).always(["-P".to_owned(), format!("ApiId={}", movies.api_id)]));
    assert_at_most(2, &chain_of(&user, "plan", 1).await);
    assert_at_most(7, &chain_of(&user, "deploy", 1).await);
    assert_at_most(2, &chain_of(&user, "deploy", 1).await);
    // The paths of these services tell what is asked.
    let by_path: Vec<_> = user.proxy.calls().into_iter().filter(|call| call.target != "/").collect();
    let questions: BTreeSet<_> = by_path.iter().map(|call| (call.name(), &call.target)).collect();
    assert_eq!(questions.len(), by_path.len(), "{by_path:?}");
}
