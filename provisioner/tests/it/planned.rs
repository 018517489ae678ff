//! `plan --out` and `deploy --plan`: the deploy executes exactly the shown plan, or nothing.

use std::fs;
use std::path::PathBuf;

use rstest::rstest;
use serde_json::Value;
use tempfile::TempDir;

use crate::releases::{a_template_whose_function_does_not_start, is_released, releases};
use crate::support::aws::Aws;
use crate::support::chat::{Release, assert_is_all_there_is, assert_release_is_all_there_is};
use crate::support::cli::Run;
use crate::support::proxy::rule::{Fault, call};
use crate::support::proxy::trap::Trap;
use crate::support::seed::{FUNCTION, ROLE};
use crate::support::user::{User, code};

/// A folder for plans.
struct Plans(TempDir);

impl Plans {
    fn new() -> Self {
        Self(TempDir::new().expect("a directory"))
    }

    fn file(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    /// Plans this into a file.
    async fn planned(&self, name: &str, user: &User, more: &[&str]) -> String {
        let file = self.file(name);
        user.run(&[&["plan", "--no-smoke", "--out", &file], more].concat()).await.expect_success();
        file
    }
}

#[track_caller]
fn assert_refused((run, writes): (Run, Vec<String>), expected: &[&str]) {
    assert_eq!(writes, [""; 0], "{run:?}");
    let run = run.expect_code(1);
    for text in expected {
        assert!(run.stderr.contains(text), "no `{text}` in {run:?}");
    }
    assert!(run.stderr.contains("hint: ") || run.stderr.contains("--help"), "{run:?}");
}

#[rstest]
#[tokio::test]
async fn a_saved_plan_is_executed_as_shown_by_a_first_and_a_later_deploy(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let (user, plans) = (aws.user().await, Plans::new());
    let file = plans.file("a user's first.plan");
    let plan = ["plan", "--output", "json", "--detailed-exitcode", "--out", &file];
    let (run, writes) = user.writes_of(&plan).await;
    let run = run.expect_code(2);
    assert_eq!(writes, [""; 0]);
    let quoted = provisioner::hint::shell_word(&file);
    assert!(run.stderr.contains(&format!("execute this plan: `provisioner deploy --plan {quoted}")), "{run:?}");
    let stored: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    let actions = |steps: &Value| -> Vec<Value> {
        steps.as_array().into_iter().flatten().map(|step| step["action"].clone()).collect()
    };
    assert_eq!(actions(&stored["steps"]), actions(&run.json()["steps"]));

    let run = user.run(&["deploy", "--output", "json", "--plan", &file]).await.expect_success();
    assert_eq!(run.json()["smoke"], Value::Null, "{run:?}");
    assert!(run.json()["plan"]["steps"].to_string().contains("Invoke"), "the version was tested, as planned: {run:?}");
    assert_is_all_there_is(&user.world().await, &user.account);

    let argument = code(aws.other_package());
    let change = ["-P", "MemorySize=1024", "--code", argument.to_str().unwrap()];
    let update = plans.planned("update.plan", &user, &change).await;
    // The argument gives the zip's current location; without it, the location of the plan is used.
    let (run, writes) = user.writes_of(&["deploy", "--plan", &update, "--code", argument.to_str().unwrap()]).await;
    run.expect_success();
    assert_eq!(writes, ["lambda UpdateFunctionConfiguration", "lambda UpdateFunctionCode", "lambda UpdateAlias"]);
    assert_release_is_all_there_is(&user.world().await, &user.account, Release::next(aws));

    let nothing = plans.file("nothing.plan");
    let same = [&["plan", "--detailed-exitcode", "--out", &nothing], &change[..]].concat();
    let run = user.run(&same).await.expect_code(0);
    assert!(run.stderr.contains(&format!("wrote a plan without changes to {nothing}")), "{run:?}");
    assert!(!run.stderr.contains("execute this plan"), "{run:?}");
    let (run, writes) = user.writes_of(&["deploy", "--plan", &nothing, "--code", argument.to_str().unwrap()]).await;
    assert_eq!(writes, [""; 0]);
    assert!(run.expect_success().stderr.contains("nothing to do"));
}

#[rstest]
#[tokio::test]
async fn equal_states_give_equal_plan_files_and_a_second_plan_is_done_or_refused(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let (user, plans) = (aws.user().await, Plans::new());
    let (one, other) = (plans.planned("one", &user, &[]).await, plans.planned("other", &user, &[]).await);
    assert_eq!(fs::read(&one).unwrap(), fs::read(&other).unwrap());
    user.run(&["deploy", "--plan", &one]).await.expect_success();
    // A repeated job finds the result of its first run.
    let (run, writes) = user.writes_of(&["deploy", "--plan", &other, "--output", "json"]).await;
    let run = run.expect_success();
    assert_eq!(writes, [""; 0]);
    for text in ["the plan has already been executed", "nothing to do"] {
        assert!(run.stderr.contains(text), "no `{text}` in {run:?}");
    }
    assert!(run.json()["outputs"]["ChatUrl"].is_string(), "{run:?}");

    let (one, other) = (
        plans.planned("one", &user, &["-P", "MemorySize=1024"]).await,
        plans.planned("other", &user, &["-P", "MemorySize=768"]).await,
    );
    user.run(&["deploy", "--plan", &one]).await.expect_success();
    let revised = if aws.has_revisions() { "; its RevisionId has changed" } else { "" };
    let expected = format!("ChatFunction: MemorySize is 1024 now, and was 512{revised}\n");
    assert_refused(user.writes_of(&["deploy", "--plan", &other]).await, &[&expected]);
    assert!(is_released(&user.world().await, "2", &["1", "2"]));
}

#[tokio::test]
async fn a_change_since_the_plan_refuses_it_before_the_first_write() {
    let (user, plans) = (User::new(), Plans::new());
    user.deploy(&[]).await;
    let sdk = user.account.sdk_through(user.proxy.url());
    let lambda = aws_sdk_lambda::Client::new(&sdk);
    let iam = aws_sdk_iam::Client::new(&sdk);

    // An alias that points at the same version, but was changed.
    let plan = plans.planned("plan", &user, &["-P", "ThrottleRate=7"]).await;
    let alias = lambda.get_alias().function_name(FUNCTION).name("live").send().await.unwrap();
    let touch = lambda.update_alias().function_name(FUNCTION).name("live");
    touch.description(alias.description().unwrap()).function_version("1").send().await.unwrap();
    assert_refused(user.writes_of(&["deploy", "--plan", &plan]).await, &["ChatAlias: its RevisionId has changed"]);

    // A configuration that differs in the value of a variable, which is not printed.
    let plan = plans.planned("plan", &user, &["-P", "ThrottleRate=7"]).await;
    let environment = aws_sdk_lambda::types::Environment::builder().variables("MODEL_ID", "only-by-hand").build();
    lambda.update_function_configuration().function_name(FUNCTION).environment(environment).send().await.unwrap();
    let (run, writes) = user.writes_of(&["deploy", "--plan", &plan]).await;
    assert!(!run.stderr.contains("only-by-hand"), "{run:?}");
    let expected =
        ["ChatFunction: was to stay as it is, and would be changed now; ", "Environment.Variables.MODEL_ID differs"];
    assert_refused((run, writes), &expected);
    let file = plans.planned("plan", &user, &[]).await;
    assert!(!fs::read_to_string(&file).unwrap().contains("only-by-hand"));
    user.deploy(&[]).await;

    // A policy, which has no revision.
    let plan = plans.planned("plan", &user, &["-P", "ThrottleRate=7"]).await;
    iam.delete_role_policy().role_name(ROLE).policy_name("DynamoDBReadPolicy").send().await.unwrap();
    assert_refused(user.writes_of(&["deploy", "--plan", &plan]).await, &["ChatRole: was to stay as it is"]);
}

#[rstest]
#[tokio::test]
async fn a_plan_for_other_inputs_or_a_damaged_plan_is_refused_before_the_first_write(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let (user, plans) = (aws.user().await, Plans::new());
    let copy = aws.template();
    let [template, path] = copy.arguments();
    let plan = plans.planned("plan", &user, &[&template, &path]).await;
    let deploy = ["deploy", "--plan", &plan];

    let argument = code(aws.other_package());
    let other = [&deploy[..], &["--code", argument.to_str().unwrap()]].concat();
    assert_refused(user.writes_of(&other).await, &["the package of `ChatFunction` has changed after the plan"]);

    let there = [&deploy[..], &["--region", "eu-west-1"]].concat();
    assert_refused(user.writes_of(&there).await, &["it is for the region `us-east-1` and not for `eu-west-1`"]);
    let stack = [&deploy[..], &["--stack", "other"]].concat();
    assert_refused(user.writes_of(&stack).await, &["it is for the stack `cinedb-chat` and not for `other`"]);
    let other_deployer = aws.user().await;
    let expected = format!("it is for the account `{}`", user.account.id());
    assert_refused(other_deployer.writes_of(&deploy).await, &[&expected]);

    // A policy that the template includes is a part of it; a comment is not.
    let copy = copy.edited("templates/chat.yaml", "Resources:", "# all of them\nResources:");
    let whole = fs::read_to_string(&plan).unwrap();
    fs::write(plans.file("half"), &whole[..whole.len() / 2]).unwrap();
    let half = plans.file("half");
    assert_refused(user.writes_of(&["deploy", "--plan", &half]).await, &["the file is damaged or incomplete"]);
    user.run(&deploy).await.expect_success();
    let plan = plans.planned("plan", &user, &[&template, &path]).await;
    let _edited = copy.edited("policies/dynamodb-read.json", "\"dynamodb:Scan\"", "\"dynamodb:PartiQLSelect\"");
    assert_refused(user.writes_of(&["deploy", "--plan", &plan]).await, &["chat.yaml has changed after the plan"]);
    let missing = plans.file("missing");
    assert_refused(user.writes_of(&["deploy", "--plan", &missing]).await, &["No such file"]);
}

#[rstest]
#[tokio::test]
async fn options_that_contradict_the_plan_are_refused_and_a_blocked_plan_is_not_written(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let (user, plans) = (aws.user().await, Plans::new());
    let plan = plans.planned("plan", &user, &["-P", "MemorySize=1024"]).await;
    for more in [
        &["--adopt"][..],
        &["--take-over"],
        &["--prune"],
        &["--no-smoke"],
        &["--keep-versions", "3"],
        &["--template", "templates/chat.yaml"],
    ] {
        let run = user.writes_of(&[&["deploy", "--plan", &plan], more].concat()).await;
        assert_refused(run, &["cannot be used with", more[0]]);
    }
    let other = user.writes_of(&["deploy", "--plan", &plan, "-P", "MemorySize=512"]).await;
    assert_refused(other, &["parameter `MemorySize` was `1024` in the plan"]);
    let engine = user.writes_of(&["deploy", "--plan", &plan, "--engine", "cloudformation"]).await;
    assert_refused(engine, &["`--plan` is an option of the direct engine"]);
    let out = plans.file("out");
    let engine = user.writes_of(&["plan", "--out", &out, "--engine", "cloudformation"]).await;
    assert_refused(engine, &["`--out` is an option of the direct engine"]);

    // The options of the plan may be repeated.
    user.run(&["deploy", "--plan", &plan, "-P", "MemorySize=1024", "--stack", "cinedb-chat", "--yes"])
        .await
        .expect_success();
    let blocked = user.writes_of(&["plan", "--out", &out, "--stack", "other"]).await;
    assert_refused(blocked, &["belongs to the stack `cinedb-chat`"]);
    assert!(!PathBuf::from(out).exists());
}

#[rstest]
#[tokio::test]
async fn a_saved_plan_omits_secret_parameters_and_deploy_requires_them_again(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let copy = aws
        .template()
        .edited("templates/chat.yaml", "Parameters:\n", "Parameters:\n  ApiKey:\n    Type: String\n    NoEcho: true\n")
        .edited(
            "templates/chat.yaml",
            "MOVIE_LIMIT: !Ref MovieLimit",
            "MOVIE_LIMIT: !Ref MovieLimit\n          FILM_KEY: !Ref ApiKey",
        );
    let (user, plans) = (aws.user().await.always(copy.arguments()), Plans::new());
    let plan = plans.planned("plan", &user, &["-P", "ApiKey=s3cret-key", "-P", "MemorySize=256"]).await;
    let text = fs::read_to_string(&plan).unwrap();
    assert!(!text.contains("s3cret-key") && text.contains("ApiKey"), "{text}");

    let user = user.without_always();
    let expected =
        ["the file does not contain values of NoEcho parameters, and ApiKey must be given", "-P ApiKey=VALUE"];
    assert_refused(user.writes_of(&["deploy", "--plan", &plan]).await, &expected);
    user.run(&["deploy", "--plan", &plan, "-P", "ApiKey=s3cret-key"]).await.expect_success();
    let latest = &user.world().await["functions"][FUNCTION]["latest"];
    assert_eq!((&latest["environment"]["FILM_KEY"], &latest["memory"]), (&"s3cret-key".into(), &256.into()));
}

/// The first deploy has found everything as planned, and is stopped just before a write. Another deploy runs in the
/// meantime. The first one's write then contains an outdated revision.
#[tokio::test]
async fn the_later_of_two_concurrent_deployers_is_refused_and_overwrites_nothing() {
    for operation in ["UpdateFunctionConfiguration", "UpdateAlias"] {
        let (late, plans) = (User::new(), Plans::new());
        late.deploy(&[]).await;
        let early = User::in_account_of(&late);
        let plan = plans.planned("plan", &late, &["-P", "MemorySize=1024"]).await;
        let paused = Trap::new();
        late.proxy.on(call(operation).first(1).suffer(Fault::PauseBefore(paused.clone())));
        let program = late.spawn(&["deploy", "--plan", &plan]);
        paused.sprung().await;
        early.deploy(&["-P", "MemorySize=768"]).await;
        let published = releases(&early.world().await);
        // Its connection is closed, and it retries the call.
        paused.open();
        let ended = program.wait_with_output().await.unwrap();
        let stderr = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(1), "{operation}: {stderr}");
        assert!(stderr.contains("another change was made after the plan"), "{operation}: {stderr}");
        let hint =
            "plan again, and review the new plan: `provisioner plan --out FILE --stack cinedb-chat -P MemorySize=1024";
        assert!(stderr.contains(hint) && stderr.contains(" --no-smoke`"), "{operation}: {stderr}");
        let message = "after the plan: live points to version 3 now";
        assert_eq!(stderr.contains(message), operation == "UpdateAlias", "{stderr}");
        assert_eq!(releases(&early.world().await), published, "{operation}");
        let latest = &early.world().await["functions"][FUNCTION]["latest"]["memory"];
        assert_eq!(*latest, 768, "{operation}");
    }
}

#[tokio::test]
async fn a_plan_whose_version_fails_its_smoke_test_proposes_no_option_that_it_refuses() {
    let (user, plans) = (User::new(), Plans::new());
    user.deploy(&[]).await;
    let bad = a_template_whose_function_does_not_start();
    let plan = plans.file("plan");
    user.run(&["plan", "--out", &plan, &bad[0], &bad[1]]).await.expect_success();
    let run = user.run(&["deploy", "--plan", &plan]).await.expect_code(1);
    for text in [
        "version 2 of function cinedb-chat-bedrock failed its smoke test",
        "hint: read the function's log: `aws logs tail /aws/lambda/cinedb-chat-bedrock --since 10m",
        ", then correct the function or the request of the smoke test, then plan again, and review the new plan: `",
    ] {
        assert!(run.stderr.contains(text), "no `{text}` in {run:?}");
    }
    assert!(!run.stderr.contains("--no-smoke"), "{run:?}");
}
