//! Deletes a stack, and nothing else.

use rstest::rstest;

use crate::support::aws::Aws;
use crate::support::http::send;
use crate::support::ministack::api_url;
use crate::support::seed;
use crate::support::user::User;
use crate::support::world::World;

#[rstest]
#[tokio::test]
async fn a_destroy_deletes_the_stacks_resources_and_no_others(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let account = aws.account().await;
    let movies = seed::movies_api(&account).await;
    if aws.runs_functions() {
        // The first call creates the log group of the function outside the stack.
        let url = api_url(&movies.api_id, "/movies");
        assert_eq!(send(&account, "GET", &url, &[], String::new()).await.status, 200);
    }
    let before = World::read(&account).await;
    let user = User::of(account);
    user.run(&["deploy"]).await.expect_success();
    assert_ne!(before.changes_to(&user.world().await), [""; 0]);

    let run = user.run(&["destroy", "--yes"]).await.expect_success();
    assert_eq!(before.changes_to(&user.world().await), [""; 0], "{run:?}");
    assert_eq!(run.stdout, "", "no outputs of deleted resources");

    let (again, writes) = user.writes_of(&["destroy", "--yes"]).await;
    assert_eq!(writes, [""; 0], "{again:?}");
    assert!(again.expect_success().stderr.contains("nothing to do"));
}

#[rstest]
#[tokio::test]
async fn a_destroy_without_yes_or_a_terminal_is_refused(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = aws.user().await;
    user.deploy(&[]).await;
    let before = user.world().await;
    let (run, writes) = user.writes_of(&["destroy"]).await;
    let run = run.expect_code(1);
    assert_eq!(writes, [""; 0], "{run:?}");
    for text in [
        "there is no terminal to ask for consent",
        "nothing was changed",
        "cinedb-chat-bedrock",
        "hint: review the plan, then consent with `--yes`: `provisioner destroy --yes",
    ] {
        assert!(run.stderr.contains(text), "no `{text}` in {run:?}");
    }
    assert_eq!(before.changes_to(&user.world().await), [""; 0]);
}

#[rstest]
#[tokio::test]
async fn a_destroy_keeps_a_manual_setup_and_gives_the_reason(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let account = aws.account().await;
    let manual = seed::manual_setup(&account).await;
    let before = World::read(&account).await;
    let api_id = format!("ApiId={}", manual.movies.api_id);
    let user = User::of(account).always(["-P", api_id.as_str()]);
    let (run, writes) = user.writes_of(&["destroy", "--yes"]).await;
    let run = run.expect_success();
    assert_eq!(writes, [""; 0], "{run:?}");
    assert!(run.stderr.contains("it was not created by this stack"), "{run:?}");
    assert_eq!(before.changes_to(&user.world().await), [""; 0]);
}

/// `\N{…}` is Java's notation for a character by its name; here such a pattern is not checked. `on` is `true` in YAML
/// 1.1.
const NOTED: &str = "\
Parameters:
  Name: {Type: String, Default: hosts, AllowedPattern: '[\\N{LATIN SMALL LETTER H}a-z]+'}
  Kept: {Type: String, Default: on}
Resources:
  G: {Type: 'AWS::Logs::LogGroup', Properties: {LogGroupName: !Sub '/${Name}/${Kept}'}}
";

#[rstest]
#[tokio::test]
async fn a_pattern_that_cannot_be_evaluated_is_a_note_and_not_an_error(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = User::of_template(aws.account().await, NOTED);
    let groups = async || {
        let client = aws_sdk_cloudwatchlogs::Client::new(&user.account.sdk());
        let answer = client.describe_log_groups().send().await.expect("the log groups");
        answer.log_groups().iter().filter_map(|one| one.log_group_name().map(str::to_owned)).collect::<Vec<_>>()
    };
    let before = groups().await;
    for (command, there) in [
        (&["plan"][..], false),
        (&["deploy", "--yes", "--no-smoke"], true),
        (&["status"], true),
        (&["destroy", "--yes"], false),
    ] {
        let run = user.plain(command).await.expect_success();
        if command[0] != "status" {
            for note in [
                "t.yaml:2: the value of `Name` is not checked: `[\\N{LATIN SMALL LETTER H}a-z]+` cannot be evaluated here",
                "t.yaml:3: without quotes, the value `on` is read as `true`",
            ] {
                assert!(run.stdout.contains(note) || run.stderr.contains(note), "no `{note}` in {run:?}");
            }
        }
        assert_eq!(groups().await.contains(&"/hosts/true".to_owned()), there, "{run:?}");
    }
    assert_eq!(groups().await, before);
}
