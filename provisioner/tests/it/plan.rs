//! `plan` shows the changes, and changes nothing.

use rstest::rstest;

use crate::support::account::Account;
use crate::support::aws::Aws;
use crate::support::cli::Cli;
use crate::support::proxy::call::Call;
use crate::support::seed;
use crate::support::user::User;

#[rstest]
#[tokio::test]
async fn detailed_exitcode_is_2_for_changes_0_for_none_and_1_for_errors(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = aws.user().await;
    let plan = ["plan", "--detailed-exitcode"];
    let (run, writes) = user.writes_of(&plan).await;
    assert_eq!(writes, [""; 0]);
    let run = run.expect_code(2);
    assert!(run.stdout.contains("to create") && run.stderr.is_empty(), "{run:?}");
    assert!(user.world().await.is_empty());

    user.deploy(&[]).await;
    let run = user.run(&plan).await.expect_code(0);
    assert!(run.stdout.contains("nothing to do"), "{run:?}");
    user.run(&["plan", "--detailed-exitcode", "-P", "MemorySize=256"]).await.expect_code(2);
    user.run(&["plan", "-P", "MemorySize=256"]).await.expect_code(0);
    user.run(&["plan", "--detailed-exitcode", "-P", "MemorySize=none"]).await.expect_code(1);
    let blocked = user.run(&["plan", "--detailed-exitcode", "--stack", "other"]).await.expect_code(1);
    assert!(blocked.stdout.ends_with("\n\nnothing is executed: see the error\n"), "{blocked:?}");
    assert!(
        blocked.stderr.starts_with("\nerror: planning stack other: the plan is blocked, nothing was changed"),
        "{blocked:?}"
    );
}

#[rstest]
#[tokio::test]
async fn the_json_plan_matches_its_schema_and_hides_environment_values(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = aws.user().await;
    // The schema of the written form, which omits empty fields.
    let schema = schemars::generate::SchemaSettings::draft2020_12().for_serialize().into_generator();
    let schema = schema.into_root_schema_for::<provisioner::plan::Plan>().to_value();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let origin = "https://only-for-the-environment.example";
    let parameter = format!("AllowedOrigin={origin}");

    let first = user.run(&["plan", "--output", "json", "-P", &parameter]).await.expect_success();
    user.deploy(&[]).await;
    let second = user.run(&["plan", "--output", "json", "-P", "CatalogTtl=76543"]).await.expect_success();
    for run in [&first, &second] {
        let errors: Vec<String> = schema.iter_errors(&run.json()).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}\n{run:?}");
    }
    let text = user.run(&["plan", "-P", "CatalogTtl=76543"]).await.expect_success().stdout;
    assert!(second.stdout.contains("CATALOG_TTL") && text.contains("CATALOG_TTL"), "{second:?}");
    assert!(!second.stdout.contains("76543") && !text.contains("76543"), "{second:?}\n{text}");
}

/// A program can run the command of a hint as it is.
#[rstest]
#[tokio::test]
async fn a_hint_in_json_has_a_complete_command(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = aws.user().await;
    let iam = aws_sdk_iam::Client::new(&user.account.sdk());
    let trust = seed::trust_policy().to_string();
    iam.create_role().role_name("a-role-s").assume_role_policy_document(trust).send().await.unwrap();
    let blocked = user.run(&["plan", "--output", "json", "-P", "RoleName=a-role-s", "--stack", "films"]).await;
    let blocked = blocked.expect_code(1);
    let blocker = &blocked.json()["blockers"][0];
    let command: Vec<_> = blocker["command"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    assert_eq!(command[..7], ["provisioner", "deploy", "--adopt", "--stack", "films", "-P", "RoleName=a-role-s"]);
    let text = blocker["hint"].as_str().unwrap();
    assert!(text.contains("`provisioner deploy --adopt --stack films -P RoleName=a-role-s"), "{text}");
}

/// `--profile` selects that account, even where the environment still contains keys of another one.
#[rstest]
#[tokio::test]
async fn the_profile_option_precedes_keys_in_the_environment(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let (of_environment, of_profile) = (aws.account().await, aws.account().await);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("credentials");
    let keys = format!("[prod]\naws_access_key_id = {}\naws_secret_access_key = test\n", of_profile.access_key());
    std::fs::write(&file, keys).unwrap();
    let template = folder.path().join("template.yaml");
    std::fs::write(&template, "Resources: {Logs: {Type: AWS::Logs::LogGroup}}\n").unwrap();
    let cli = Cli::new(&of_environment).env("AWS_SHARED_CREDENTIALS_FILE", &file);
    let template = template.to_str().unwrap();
    let plan = ["plan", "--output", "json", "--template", template];

    assert_eq!(cli.run(plan).await.expect_success().json()["account"], of_environment.id());
    let run = cli.run(plan.into_iter().chain(["--profile", "prod"])).await.expect_success();
    assert_eq!(run.json()["account"], of_profile.id());
    let run = cli.run(plan.into_iter().chain(["--profile", "nope"])).await.expect_code(1);
    assert!(run.stderr.contains("there is no profile `nope` in ") && run.stderr.contains("hint: "), "{run:?}");
}

/// A stage whose flag is `yes`, and a queue whose name is a dynamic reference.
#[tokio::test]
async fn plain_scalars_are_read_as_cloudformation_reads_them_and_dynamic_references_are_refused() {
    let text = "\
Parameters: {Name: {Type: String, Default: on}}
Resources:
  Api: {Type: 'AWS::ApiGatewayV2::Api', Properties: {Name: 42, ProtocolType: HTTP, Tags: {CostCenter: 1234}}}
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {ApiId: !Ref Api, StageName: $default, AutoDeploy: yes}
  Queue:
    Type: AWS::SQS::Queue
    Properties: {QueueName: !Sub 'jobs-${Name}'}
";
    let user = User::of_template(Account::fresh(), text);
    let plan = user.plain(&["plan"]).await.expect_success();
    for line in [
        "t.yaml:1: without quotes, the value `on` is read as `true`, as in CloudFormation",
        "t.yaml:6: without quotes, the value `yes` is read as `true`",
        "Queue  jobs-true",
    ] {
        assert!(plan.stdout.contains(line), "no `{line}` in {plan:?}");
    }
    let refused = user.plain(&["plan", "-P", "Name={{resolve:ssm:/queue/name}}"]).await.expect_code(1);
    for part in ["QueueName contains a dynamic reference", "only CloudFormation resolves", "--engine cloudformation"] {
        assert!(refused.stderr.contains(part) || refused.stdout.contains(part), "no `{part}` in {refused:?}");
    }
    assert!(user.proxy.writes().is_empty(), "{:?}", user.proxy.calls());
}

#[rstest]
#[tokio::test]
async fn an_invalid_name_is_an_error_with_its_line_before_the_first_call(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let user = User::of_template(
        aws.account().await,
        "\
Resources:
  R:
    Type: AWS::IAM::Role
    Properties:
      RoleName: a b
      AssumeRolePolicyDocument: {Version: 2012-10-17, Statement: []}
  G: {Type: 'AWS::Logs::LogGroup', Properties: {LogGroupName: 'films & more'}}
",
    );
    for command in [&["plan"][..], &["deploy", "--yes"], &["status"], &["synth", "--terraform-import"]] {
        let run = user.plain(command).await.expect_code(1);
        for text in [
            "the plan is blocked, nothing was changed",
            "R: RoleName contains a space",
            "t.yaml:5)",
            "G: LogGroupName",
            "t.yaml:7)",
            "hint: ",
        ] {
            assert!(run.stderr.contains(text), "no `{text}` in {run:?}");
        }
        assert!(user.proxy.calls().is_empty(), "{:?}", user.proxy.calls());
    }
    // A resource with such a name does not exist, and does not prevent the deletion of the others.
    let destroyed = user.plain(&["destroy", "--yes"]).await.expect_success();
    assert!(destroyed.stderr.contains("nothing to do"), "{destroyed:?}");
    let calls: Vec<String> = user.proxy.calls().iter().map(Call::name).collect();
    assert!(calls.iter().all(|name| !["iam GetRole", "logs DescribeLogGroups"].contains(&name.as_str())), "{calls:?}");
}
