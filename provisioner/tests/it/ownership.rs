//! What is not this stack's is not touched.

use crate::support::seed;
use crate::support::user::User;

#[tokio::test]
async fn a_role_of_that_name_without_our_tag_is_an_error_that_names_adopt() {
    let user = User::new();
    let iam = aws_sdk_iam::Client::new(&user.account.sdk());
    let trust = seed::trust_policy().to_string();
    iam.create_role().role_name("cinedb-chat-bedrock-role").assume_role_policy_document(trust).send().await.unwrap();
    let before = user.world().await;

    let (run, writes) = user.writes_of(&["deploy"]).await;
    let run = run.expect_code(1);
    assert_eq!(writes, [""; 0], "{run:?}");
    for text in ["AWS::IAM::Role `cinedb-chat-bedrock-role` exists and was not made by this stack", "`--adopt`"] {
        assert!(run.stderr.contains(text), "no `{text}` in {run:?}");
    }
    assert_eq!(run.stdout, "");
    assert_eq!(before.changes_to(&user.world().await), [""; 0]);
}

#[tokio::test]
async fn the_names_of_another_stack_are_refused_even_with_adopt() {
    let user = User::new();
    user.deploy(&[]).await;
    let before = user.world().await;
    for command in [&["deploy", "--adopt", "--yes"][..], &["update", "--adopt"], &["plan"]] {
        let (run, writes) = user.writes_of(&[command, &["--stack", "other"]].concat()).await;
        let run = run.expect_code(1);
        assert_eq!(writes, [""; 0], "{run:?}");
        assert!(run.stderr.contains("belongs to the stack `cinedb-chat`"), "{run:?}");
    }
    let destroyed = user.run(&["destroy", "--yes", "--stack", "other"]).await.expect_success();
    assert!(destroyed.stderr.contains("it belongs to the stack `cinedb-chat`"), "{destroyed:?}");
    assert_eq!(before.changes_to(&user.world().await), [""; 0]);
}
