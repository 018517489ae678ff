//! `--engine cloudformation` shows, executes and reports the change set; errors name the first failure.

use serde_json::{Value, json};

use crate::support::account::Account;
use crate::support::package;
use crate::support::user::{TemplateCopy, User, chat_url, code};
use crate::support::world::World;

const BY_CLOUDFORMATION: [&str; 2] = ["--engine", "cloudformation"];
const FUNCTION: &str = "cinedb-chat-bedrock";

/// Runs a command with the CloudFormation engine. Returns only the writing calls to CloudFormation.
async fn run(user: &User, args: &[&str]) -> (crate::support::cli::Run, Vec<String>) {
    let (run, writes) = user.writes_of(&[args, &BY_CLOUDFORMATION].concat()).await;
    (run, writes.into_iter().filter(|name| name.starts_with("cloudformation")).collect())
}

fn alias(world: &World) -> Value {
    world["functions"][FUNCTION]["aliases"]["live"]["version"].clone()
}

#[tokio::test]
async fn a_deploy_shows_the_change_set_and_a_second_one_changes_nothing() {
    let user = User::new();
    let (first, writes) = run(&user, &["deploy", "--output", "json"]).await;
    let report = first.expect_success();
    assert_eq!(writes, ["cloudformation CreateChangeSet", "cloudformation ExecuteChangeSet"]);
    for expected in ["+ AWS::Lambda::Function", "ChatFunction", "done    AWS::IAM::Role                  ChatRole "] {
        assert!(report.stderr.contains(expected), "no `{expected}` in {report:?}");
    }
    let report = report.json();
    assert_eq!(report["plan"]["engine"], "cloudformation");
    assert_eq!((&report["failed"], &report["notDone"]), (&json!({}), &json!([])));
    assert_eq!(report["smoke"]["passed"], true, "{report:#}");
    assert!(chat_url(&report).ends_with("/chat"), "{report:#}");
    assert_eq!(alias(&user.world().await), "1");

    let (second, writes) = run(&user, &["deploy"]).await;
    let second = second.expect_success();
    assert!(second.stderr.contains("nothing to do") && second.stdout.contains("ChatUrl"), "{second:?}");
    assert_eq!(writes, ["cloudformation CreateChangeSet", "cloudformation DeleteChangeSet"]);
}

#[tokio::test]
async fn changed_code_publishes_a_new_version_and_keeps_the_previous_one() {
    let user = User::new();
    run(&user, &["deploy", "--no-smoke"]).await.0.expect_success();
    let other = package::other_function_zip_file();
    let argument = code(other);
    run(&user, &["deploy", "--no-smoke", "--code", argument.to_str().unwrap()]).await.0.expect_success();
    let world = user.world().await;
    assert_eq!(alias(&world), "2");
    let versions = &world["functions"][FUNCTION]["versions"];
    assert_eq!(versions["2"]["code_sha256"], package::sha256(other));
    assert_eq!(versions["1"]["code_sha256"], package::sha256(package::function_zip_file()));
}

#[tokio::test]
async fn a_plan_keeps_no_stack_change_set_or_bucket() {
    let user = User::new();
    let before = user.world().await;
    let (plan, _) = run(&user, &["plan", "--detailed-exitcode"]).await;
    let plan = plan.expect_code(2);
    assert!(plan.stdout.contains("to create"), "{plan:?}");
    assert_eq!(before.changes_to(&user.world().await), [""; 0]);
    let sdk = user.account.sdk();
    let cloudformation = aws_sdk_cloudformation::Client::new(&sdk);
    assert!(cloudformation.describe_stacks().stack_name("cinedb-chat").send().await.is_err());
    let s3 = aws_sdk_s3::Client::new(&sdk);
    assert!(s3.list_buckets().send().await.unwrap().buckets().is_empty());

    run(&user, &["deploy", "--no-smoke"]).await.0.expect_success();
    let (plan, writes) = run(&user, &["plan", "-P", "MemorySize=1024", "--output", "json"]).await;
    let plan = plan.expect_success().json();
    let row = plan["steps"].as_array().unwrap().iter().find(|row| row["logicalId"] == "ChatFunction").unwrap();
    assert_eq!((&row["action"], &row["changes"]), (&json!("update"), &json!([{"property": "MemorySize"}])));
    assert_eq!(writes, ["cloudformation CreateChangeSet", "cloudformation DeleteChangeSet"]);
}

#[tokio::test]
async fn a_failed_update_names_its_cause_and_the_serving_version() {
    let user = User::new();
    run(&user, &["deploy", "--no-smoke"]).await.0.expect_success();
    // The function is unchanged, so there is nothing to publish.
    let (failed, _) = run(&user, &["deploy", "--no-smoke", "-P", "Release=another"]).await;
    let failed = failed.expect_code(1);
    for expected in [
        "error: changing stack cinedb-chat with CloudFormation: ChatVersion (AWS::Lambda::Version): ",
        "A version for this Lambda function exists ( 1 )",
        "CloudFormation rolled back the update: callers get the previous version",
        "hint: keep the logical id and the properties of the version, or change the function too",
    ] {
        assert!(failed.stderr.contains(expected), "no `{expected}` in {failed:?}");
    }
    assert_eq!(alias(&user.world().await), "1");
}

#[tokio::test]
async fn a_failed_first_deploy_names_the_command_that_continues_and_it_works() {
    // IAM treats tag keys that differ only in case as equal and refuses them; no check finds this earlier.
    let copy = TemplateCopy::new().edited(
        "templates/chat.yaml",
        "      RoleName: !Ref RoleName\n",
        "      RoleName: !Ref RoleName\n      Tags: [{Key: team, Value: x}, {Key: Team, Value: x}]\n",
    );
    let user = User::new();
    let before = user.world().await;
    let template = copy.arguments();
    let bad = ["deploy", "--no-smoke", template[0].as_str(), template[1].as_str()];
    let failed = run(&user, &bad).await.0.expect_code(1);
    let remedy = "`provisioner destroy --engine cloudformation --stack cinedb-chat";
    for expected in ["ChatRole (AWS::IAM::Role): ", "CloudFormation deleted the new resources", remedy] {
        assert!(failed.stderr.contains(expected), "no `{expected}` in {failed:?}");
    }
    assert_eq!(before.changes_to(&user.world().await), [""; 0]);

    let (again, writes) = run(&user, &["deploy", "--no-smoke"]).await;
    let again = again.expect_code(1);
    assert!(
        again.stderr.contains("while the stack is ROLLBACK_COMPLETE") && again.stderr.contains(remedy),
        "{again:?}"
    );
    assert_eq!(writes, [""; 0]);

    run(&user, &["destroy", "--yes"]).await.0.expect_success();
    run(&user, &["deploy", "--no-smoke"]).await.0.expect_success();
}

#[tokio::test]
async fn options_of_the_direct_engine_are_refused() {
    let user = User::new();
    for (option, hint) in [
        (&["--adopt"][..], "IMPORT"),
        (&["--take-over"], "creates its own routes only"),
        (&["--prune"], "always deletes"),
        (&["--keep-versions", "5"], "UpdateReplacePolicy"),
    ] {
        for command in ["plan", "deploy"] {
            let (run, writes) = run(&user, &[&[command], option].concat()).await;
            let run = run.expect_code(1);
            let refused = format!("`{}` is an option of the direct engine", option[0]);
            assert!(run.stderr.contains(&refused) && run.stderr.contains(hint), "{run:?}");
            assert_eq!(writes, [""; 0]);
        }
    }
}

#[tokio::test]
async fn a_destroy_asks_deletes_the_stack_and_a_second_one_changes_nothing() {
    let user = User::new();
    let before = user.world().await;
    run(&user, &["deploy", "--no-smoke"]).await.0.expect_success();
    let (refused, writes) = run(&user, &["destroy"]).await;
    let refused = refused.expect_code(1);
    assert!(refused.stderr.contains("there is no terminal to ask for consent"), "{refused:?}");
    let command = "consent with `--yes`: `provisioner destroy --yes --engine cloudformation`";
    assert!(refused.stderr.contains(command), "{refused:?}");
    assert_eq!(writes, [""; 0]);
    let destroyed = run(&user, &["destroy", "--yes"]).await.0.expect_success();
    assert!(destroyed.stderr.contains("- AWS::Lambda::Function"), "{destroyed:?}");
    assert_eq!(before.changes_to(&user.world().await), [""; 0]);
    let (again, writes) = run(&user, &["destroy", "--yes"]).await;
    assert!(again.expect_success().stderr.contains("nothing to do"));
    assert_eq!(writes, [""; 0]);
}

#[tokio::test]
async fn a_named_bucket_is_used_and_never_created() {
    let user = User::new();
    let missing = run(&user, &["deploy", "--no-smoke", "--bucket", "packages-of-mine"]).await.0.expect_code(1);
    assert!(missing.stderr.contains("looking for bucket packages-of-mine: there is no such bucket"), "{missing:?}");
    let s3 = aws_sdk_s3::Client::from_conf(
        aws_sdk_s3::config::Builder::from(&user.account.sdk()).force_path_style(true).build(),
    );
    s3.create_bucket().bucket("packages-of-mine").send().await.unwrap();
    run(&user, &["deploy", "--no-smoke", "--bucket", "packages-of-mine"]).await.0.expect_success();
    let objects = s3.list_objects_v2().bucket("packages-of-mine").send().await.unwrap();
    assert_eq!(objects.contents().len(), 1, "the package, once");
}

#[tokio::test]
async fn a_package_replaced_in_the_bucket_is_uploaded_again() {
    let user = User::new();
    let s3 = aws_sdk_s3::Client::from_conf(
        aws_sdk_s3::config::Builder::from(&user.account.sdk()).force_path_style(true).build(),
    );
    s3.create_bucket().bucket("packages-of-all").send().await.unwrap();
    let deploy = ["deploy", "--no-smoke", "--bucket", "packages-of-all"];
    run(&user, &deploy).await.0.expect_success();
    let objects = s3.list_objects_v2().bucket("packages-of-all").send().await.unwrap();
    let [package] = objects.contents() else { panic!("{objects:?}") };
    let key = package.key().unwrap();
    assert!(key.starts_with("cinedb-chat/"), "under the stack's name: {key}");
    // Different content of the same length.
    let length = usize::try_from(package.size().unwrap()).unwrap();
    s3.put_object().bucket("packages-of-all").key(key).body(vec![b'x'; length].into()).send().await.unwrap();
    run(&user, &["destroy", "--yes"]).await.0.expect_success();

    run(&user, &deploy).await.0.expect_success();
    let there = s3.get_object().bucket("packages-of-all").key(key).send().await.unwrap();
    let there = there.body.collect().await.unwrap().into_bytes();
    assert_eq!(there.as_ref(), std::fs::read(user.account.aws().package()).unwrap());
}

#[tokio::test]
async fn plans_and_deploys_show_the_notes_on_the_template() {
    let user = User::of_template(
        Account::fresh(),
        "Parameters:\n  Name: {Type: String, Default: jobs, AllowedPattern: '[\\N{LATIN SMALL LETTER J}a-z]+'}\n  Kept: {Type: String, Default: on}\n\
         Resources:\n  Queue: {Type: 'AWS::SQS::Queue', Properties: {QueueName: !Sub '${Name}'}}\n",
    );
    let notes =
        ["t.yaml:3: without quotes, the value `on` is read as `true`", "t.yaml:2: the value of `Name` is not checked"];
    let by = |command: &[&'static str]| [command, &BY_CLOUDFORMATION].concat();
    let plan = user.plain(&by(&["plan"])).await.expect_success();
    let deploy = user.plain(&by(&["deploy", "--yes", "--no-smoke"])).await.expect_success();
    for note in notes {
        assert!(plan.stdout.contains(note), "no `{note}` in {plan:?}");
        assert!(deploy.stderr.contains(note), "no `{note}` in {deploy:?}");
    }
    let json = user.plain(&by(&["plan", "--output", "json"])).await.expect_success().json();
    let texts: Vec<_> = json["notes"].as_array().unwrap().iter().filter_map(|note| note["text"].as_str()).collect();
    assert!(texts.len() == 2 && texts.iter().zip(notes).all(|(text, note)| text.contains(note)), "{json:#}");
}
