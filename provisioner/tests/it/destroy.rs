//! Removing a stack, and only it.

use rstest::rstest;

use crate::support::aws::Aws;
use crate::support::http::send;
use crate::support::ministack::api_url;
use crate::support::seed;
use crate::support::user::User;
use crate::support::world::World;

#[rstest]
#[tokio::test]
async fn a_destroy_leaves_nothing_of_ours_and_everything_of_others(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let account = aws.account().await;
    let movies = seed::movies_api(&account).await;
    if aws.runs_functions() {
        // The first call makes the log group of their function.
        let url = api_url(&movies.api_id, "/movies");
        assert_eq!(send(&account, "GET", &url, &[], String::new()).await.status, 200);
    }
    let before = World::read(&account).await;
    let user = User::of(account);
    user.run(&["deploy"]).await.expect_success();
    assert_ne!(before.changes_to(&user.world().await), [""; 0]);

    let run = user.run(&["destroy", "--yes"]).await.expect_success();
    assert_eq!(before.changes_to(&user.world().await), [""; 0], "{run:?}");
    assert_eq!(run.stdout, "", "no outputs of what is gone");

    let (again, writes) = user.writes_of(&["destroy", "--yes"]).await;
    assert_eq!(writes, [""; 0], "{again:?}");
    assert!(again.expect_success().stderr.contains("nothing to do"));
}

#[rstest]
#[tokio::test]
async fn a_destroy_without_yes_and_without_a_terminal_is_refused_and_says_so(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let user = aws.user().await;
    user.deploy(&[]).await;
    let before = user.world().await;
    let (run, writes) = user.writes_of(&["destroy"]).await;
    let run = run.expect_code(1);
    assert_eq!(writes, [""; 0], "{run:?}");
    for text in ["nobody is there to be asked", "nothing was changed", "`--yes`", "cinedb-chat-bedrock"] {
        assert!(run.stderr.contains(text), "no `{text}` in {run:?}");
    }
    assert_eq!(before.changes_to(&user.world().await), [""; 0]);
}

#[rstest]
#[tokio::test]
async fn a_destroy_leaves_a_stack_made_by_hand_and_says_why(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let account = aws.account().await;
    let made = seed::by_hand(&account).await;
    let before = World::read(&account).await;
    let api_id = format!("ApiId={}", made.movies.api_id);
    let user = User::of(account).always(["-P", api_id.as_str()]);
    let (run, writes) = user.writes_of(&["destroy", "--yes"]).await;
    let run = run.expect_success();
    assert_eq!(writes, [""; 0], "{run:?}");
    assert!(run.stderr.contains("it was not made by this stack"), "{run:?}");
    assert_eq!(before.changes_to(&user.world().await), [""; 0]);
}
