//! An account with AWS's default quotas and many functions. The tests measure counts, never time; `make bench-deploy`
//! prints the time.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::json;

use crate::support::account::{Account, REGION};
use crate::support::cli::Run;
use crate::support::many::Many;
use crate::support::proxy::call::Call;
use crate::support::proxy::rate::{aws_rates, limited};
use crate::support::proxy::rule::call;
use crate::support::user::User;

/// The end of the message of a run that waits for a quota.
const WAITS: &str = "this run waits for its turn";

fn user(many: &Many) -> User {
    let user = User::new().always(many.arguments());
    user.proxy.on(aws_rates());
    user
}

/// Runs a command under AWS's quotas: it succeeds, and hardly any call is throttled.
async fn run(user: &User, command: &[&str]) -> (Run, Vec<Call>) {
    user.proxy.clear();
    let run = user.plain(command).await.expect_success();
    let calls = user.proxy.calls();
    let limited = limited(&calls);
    let of = (limited.done, limited.allowed, limited.slowest);
    assert!(limited.refused * 20 < calls.len(), "{} refused, {of:?}\n{:#?}", limited.refused, by_name(&calls));
    assert!(run.stderr.matches(WAITS).count() <= 1, "one message: {run:?}");
    (run, calls)
}

/// How many calls each operation got.
fn by_name(calls: &[Call]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for call in calls {
        *counts.entry(call.name()).or_default() += 1;
    }
    counts
}

/// How many calls a run sends before it knows whether their functions exist.
const EARLY: usize = 15;

/// How many calls Lambda got, without the looks at whether a function is ready.
fn of_lambda(calls: &[Call]) -> BTreeMap<String, usize> {
    let mut counts = by_name(calls);
    counts.retain(|name, _| name.starts_with("lambda ") && name != "lambda GetFunction");
    counts
}

/// For functions that do not exist, the run sends only the early reads; and it sends these writing calls for each.
#[track_caller]
fn assert_writes_of_missing(calls: &[Call], functions: usize, each: &[(&str, usize)]) {
    let (reads, writes): (BTreeMap<_, _>, BTreeMap<_, _>) =
        of_lambda(calls).into_iter().partition(|(name, _)| name.contains(" Get") || name.contains(" List"));
    assert!(reads.values().sum::<usize>() <= EARLY, "{reads:?}");
    let expected = each.iter().map(|(operation, count)| (format!("lambda {operation}"), count * functions));
    assert_eq!(writes, expected.collect(), "{functions} functions");
}

/// The calls that were not throttled.
fn done(mut calls: Vec<Call>) -> Vec<Call> {
    calls.retain(|call| call.status != Some(429));
    calls
}

/// How many calls Lambda got for each function, without the looks at whether it is ready.
#[track_caller]
fn assert_calls_of_lambda(calls: &[Call], functions: usize, each: &[(&str, usize)]) {
    let counts = of_lambda(calls);
    let expected = each.iter().map(|(operation, count)| (format!("lambda {operation}"), count * functions));
    assert_eq!(counts, expected.collect(), "{functions} functions");
}

#[tokio::test]
async fn fifty_functions_are_planned_deployed_found_unchanged_and_destroyed_within_awss_rates() {
    let many = Many::functions(50);
    let user = user(&many);
    let (plan, calls) = run(&user, &["plan"]).await;
    assert!(plan.stdout.contains("many-49"), "{plan:?}");
    assert_writes_of_missing(&calls, 50, &[]);
    assert_eq!(by_name(&calls)["lambda GetFunction"], 50);

    let (deploy, calls) = run(&user, &["deploy", "--yes", "--no-smoke"]).await;
    assert_writes_of_missing(&calls, 50, &[("AddPermission", 1), ("CreateAlias", 1), ("CreateFunction", 1)]);
    assert_eq!(deploy.stderr.matches(WAITS).count(), 1, "{deploy:?}");
    // One before the function is created, and the looks until it and its version are ready, half a second later.
    let polls = by_name(&calls)["lambda GetFunction"];
    assert!(polls <= 50 * 6, "{polls} of GetFunction for 50 functions");

    let (again, calls) = run(&user, &["deploy", "--yes", "--no-smoke"]).await;
    assert!(again.stderr.contains("nothing to do"), "{again:?}");
    assert_calls_of_lambda(&calls, 50, &[("GetPolicy", 1), ("ListAliases", 1), ("ListVersionsByFunction", 1)]);
    assert_eq!(by_name(&calls)["lambda GetFunction"], 50);

    // A plan and a destroy look for orphaned parts too.
    let reads = [("GetFunctionUrlConfig", 2), ("GetPolicy", 2), ("ListAliases", 1), ("ListVersionsByFunction", 1)];
    let (_, calls) = run(&user, &["plan"]).await;
    assert_calls_of_lambda(&done(calls), 50, &reads);
    let (_, calls) = run(&user, &["destroy", "--yes"]).await;
    let (counts, removals) = (by_name(&calls), [("DeleteAlias", 1), ("DeleteFunction", 1), ("RemovePermission", 1)]);
    assert_calls_of_lambda(&done(calls), 50, &[&reads[..], &removals].concat());
    assert_eq!(counts["lambda GetFunction"], 50);
    assert_eq!(user.world().await.names("functions"), [""; 0]);
}

#[tokio::test]
async fn two_hundred_functions_are_planned_within_awss_rates() {
    let many = Many::functions(200);
    let (plan, calls) = run(&user(&many), &["plan"]).await;
    assert!(plan.stdout.contains("many-199"), "{plan:?}");
    assert_writes_of_missing(&calls, 200, &[]);
    // Lists for all resources are read once.
    for once in ["logs DescribeLogGroups", "apigatewayv2 GetApis"] {
        assert_eq!(by_name(&calls)[once], 1, "{once}");
    }
}

/// MiniStack's tagging service does not know log groups, so the proxy answers for it.
#[tokio::test]
async fn one_list_reads_the_tags_of_many_log_groups_and_only_differences_are_read_again() {
    let mut text = "Resources:\n".to_owned();
    for n in 0..12 {
        writeln!(text, "  Logs{n}: {{Type: AWS::Logs::LogGroup, Properties: {{LogGroupName: /app/{n}}}}}")
            .expect("a text");
    }
    let user = User::of_template(Account::fresh(), &text).always(["--stack", "logs"]);
    run(&user, &["deploy", "--yes"]).await;

    let entry = |n: usize, owner: &str| {
        let arn = format!("arn:aws:logs:{REGION}:{}:log-group:/app/{n}", user.account.id());
        let tags = [("provisioner:stack", owner.to_owned()), ("provisioner:resource", format!("Logs{n}"))];
        json!({"ResourceARN": arn, "Tags": tags.map(|(key, value)| json!({"Key": key, "Value": value}))})
    };
    // The tags that it returns for the last one are outdated.
    let owner = |n: usize| if n == 11 { "another" } else { "logs" };
    let all: Vec<_> = (0..12).map(|n| entry(n, owner(n))).collect();
    user.proxy.on(call("GetResources").reply(json!({"ResourceTagMappingList": all, "PaginationToken": ""})));
    let (again, calls) = run(&user, &["deploy", "--yes"]).await;
    assert!(again.stderr.contains("nothing to do"), "{again:?}");
    let counts = by_name(&calls);
    let reads = ["logs DescribeLogGroups", "logs ListTagsForResource"].map(|name| counts.get(name).copied());
    assert_eq!(reads, [Some(1), Some(1)], "{counts:#?}");
}
