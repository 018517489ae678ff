//! Resources outside this stack are not changed.

use rstest::rstest;

use crate::support::aws::Aws;
use crate::support::seed;

#[rstest]
#[tokio::test]
async fn an_untagged_role_of_the_same_name_is_an_error_that_names_adopt(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = aws.user().await;
    let iam = aws_sdk_iam::Client::new(&user.account.sdk());
    let trust = seed::trust_policy().to_string();
    iam.create_role().role_name("cinedb-chat-bedrock-role").assume_role_policy_document(trust).send().await.unwrap();
    let before = user.world().await;

    let (run, writes) = user.writes_of(&["deploy"]).await;
    let run = run.expect_code(1);
    assert_eq!(writes, [""; 0], "{run:?}");
    for text in [
        "AWS::IAM::Role `cinedb-chat-bedrock-role` exists and was not created by this stack",
        "`provisioner deploy --adopt",
    ] {
        assert!(run.stderr.contains(text), "no `{text}` in {run:?}");
    }
    assert_eq!(run.stdout, "");
    assert_eq!(before.changes_to(&user.world().await), [""; 0]);
}

#[rstest]
#[tokio::test]
async fn adopt_does_not_take_ownership_of_another_stacks_resources(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = aws.user().await;
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

#[rstest]
#[tokio::test]
async fn a_run_in_another_region_neither_changes_nor_deletes_the_role(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = aws.user().await;
    user.deploy(&[]).await;
    let before = user.world().await;
    let expected = "AWS::IAM::Role `cinedb-chat-bedrock-role` belongs to this stack in region us-east-1";
    let there = &["--region", "eu-west-1"];
    for command in [&["deploy", "--yes"][..], &["deploy", "--adopt", "--yes"], &["update"], &["plan"]] {
        let (run, writes) = user.writes_of(&[command, there].concat()).await;
        let run = run.expect_code(1);
        assert_eq!(writes, [""; 0], "{run:?}");
        for expected in [expected, "hint: work on it with `--region us-east-1`", "`--parameter RoleName=NAME`"] {
            assert!(run.stderr.contains(expected), "no `{expected}` in {run:?}");
        }
    }
    let status = user.run(&["status", "--region", "eu-west-1"]).await.expect_success();
    for expected in ["not deployed", expected, "`--region us-east-1`"] {
        assert!(status.stdout.contains(expected), "no `{expected}` in {status:?}");
    }
    let (destroyed, writes) = user.writes_of(&["destroy", "--yes", "--region", "eu-west-1"]).await;
    let destroyed = destroyed.expect_success();
    assert_eq!(writes, [""; 0], "{destroyed:?}");
    assert!(
        destroyed.stderr.contains("it belongs to this stack in region us-east-1: remove it there"),
        "{destroyed:?}"
    );
    assert_eq!(before.changes_to(&user.world().await), [""; 0]);

    let with_other_name =
        [&["deploy", "--no-smoke", "-P", "RoleName=chat-role-there", "--prune", "--yes"][..], there].concat();
    user.run(&with_other_name).await.expect_success();
    let both = user.world().await;
    assert_eq!(before.changes_to(&both).iter().filter(|change| !change.starts_with("+ ")).count(), 0, "{both:?}");
    user.run(&["destroy", "--yes", "-P", "RoleName=chat-role-there", "--region", "eu-west-1"]).await.expect_success();
    assert_eq!(before.changes_to(&user.world().await), [""; 0]);
}

#[rstest]
#[tokio::test]
async fn one_call_adds_the_region_to_an_older_ownership_tag_of_a_role(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = aws.user().await;
    user.deploy(&[]).await;
    let iam = aws_sdk_iam::Client::new(&user.account.sdk());
    iam.untag_role().role_name(seed::ROLE).tag_keys("provisioner:region").send().await.unwrap();
    let status = user.run(&["status"]).await.expect_success();
    assert!(status.stdout.contains("Tags.provisioner:region"), "{status:?}");
    let (run, writes) = user.writes_of(&["deploy", "--no-smoke"]).await;
    run.expect_success();
    assert_eq!(writes, ["iam TagRole"]);
    let (run, writes) = user.writes_of(&["deploy", "--no-smoke"]).await;
    run.expect_success();
    assert_eq!(writes, [""; 0]);
}
