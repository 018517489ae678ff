//! The tests of the control plane run on MiniStack and on moto, as the same functions (`cargo test … Moto` runs only
//! those on moto). This file lists the other tests, each with its reason.

use std::fs;
use std::path::Path;

struct Exclusion {
    subject: &'static str,
    reason: &'static str,
    /// Single tests, or a module whose tests run on MiniStack only. Empty if the proxy or an edit of the template
    /// replaces the missing part.
    tests: &'static [&'static str],
}

const EXCLUSIONS: [Exclusion; 12] = [
    Exclusion {
        subject: "invocations, failing smoke tests, chats over HTTP",
        reason: "moto runs functions in Docker only; for smoke tests the proxy answers",
        tests: &[
            "adopt::an_adoption_keeps_an_integration_that_other_routes_use_and_callers_lose_no_answer",
            "attach::the_other_routes_of_an_existing_api_answer_as_before",
            "fire::",
            "invoke::",
            "local::",
            "planned::a_plan_whose_version_fails_its_smoke_test_proposes_no_option_that_it_refuses",
            "releases::a_first_version_that_fails_its_smoke_test_gets_no_alias",
            "releases::a_version_that_fails_its_smoke_test_gets_no_callers_and_the_next_good_one_does",
            "releases::an_alias_of_latest_is_pinned_to_the_serving_version_before_the_function_changes",
            "releases::callers_keep_a_manual_function_when_its_successor_fails_its_smoke_test",
            "releases::callers_lose_no_answer_during_the_adoption_of_a_manual_function",
            "rights::",
            "rollback::a_rollback_to_a_version_that_fails_its_smoke_test_requires_no_smoke",
            "rollback::callers_lose_no_answer_during_a_rollback_and_the_next_deploy_moves_forward",
            "smoke::",
            "smoke_declared::",
        ],
    },
    Exclusion {
        subject: "updates of a stage",
        reason: "moto has no `UpdateStage`",
        tests: &["changes::a_change_of_the_throttle_sends_one_stage_update"],
    },
    Exclusion {
        subject: "deployments of an API",
        reason: "moto has no `GetDeployments` for HTTP APIs; the proxy answers it",
        tests: &[],
    },
    Exclusion {
        subject: "`LoggingConfig` of functions",
        reason: "moto does not store it; the template for moto omits it",
        tests: &[],
    },
    Exclusion {
        subject: "changes by another deployer between plan and write; a lost answer to a change of a function",
        reason: "moto does not compare revision ids, so it executes a repeated call again",
        tests: &[
            "planned::the_later_of_two_concurrent_deployers_is_refused_and_overwrites_nothing",
            "planned::a_change_since_the_plan_refuses_it_before_the_first_write",
        ],
    },
    Exclusion {
        subject: "a lost answer to a permission",
        reason: "moto accepts a second statement with the same id; the proxy refuses it as AWS does",
        tests: &[],
    },
    Exclusion {
        subject: "canaries",
        reason: "moto's CloudWatch does not support the protocol of the SDK (RPC v2 CBOR)",
        tests: &["canary::", "faults::samples::a_canary_killed_after_each_write_completes"],
    },
    Exclusion {
        subject: "URLs of aliases and their permissions",
        reason: "moto stores one URL for each function, and omits `FunctionUrlAuthType` and `InvokedViaFunctionUrl` from permissions",
        tests: &[
            "prune::orphaned_parts_of_kept_resources_are_pruned_and_foreign_ones_are_not",
            "status::a_status_shows_each_function",
            "streaming::",
        ],
    },
    Exclusion {
        subject: "CloudFormation",
        reason: "moto's CloudFormation silently skips the resource types of API Gateway v2",
        tests: &["cloudformation::", "cdk_output::", "status::a_status_shows_resources_of_cloudformation_as_such"],
    },
    Exclusion {
        subject: "resource types managed through Cloud Control",
        reason: "moto has no Cloud Control",
        tests: &[
            "other_kinds::",
            "plan::plain_scalars_are_read_as_cloudformation_reads_them_and_dynamic_references_are_refused",
            "principals::a_permission_stays_when_its_source_is_recreated_under_the_same_name",
            "references::an_unknown_attribute_is_an_error_of_every_run_before_the_first_write",
            "references::an_unresolved_output_is_an_error_and_the_others_are_printed",
            "registry::",
        ],
    },
    Exclusion {
        subject: "messages, options, files, packages and the test support",
        reason: "the program or the proxy answers, so the emulator does not matter",
        tests: &[
            "credentials::", "hints::", "network::", "output::", "problems::", "rates::", "support_tests::", "synth::",
        ],
    },
    Exclusion {
        subject: "the complete matrix of `make torture`",
        reason: "it is long on one emulator; its samples in `make test` run on both",
        tests: &["faults::torture::"],
    },
];

/// The tests under a folder by module, and whether each runs on both.
fn tests_under(folder: &Path, module: &str) -> Vec<(String, bool)> {
    let mut tests = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        let module = format!("{module}{}::", path.file_stem().unwrap_or_default().to_string_lossy());
        if path.is_dir() {
            tests.extend(tests_under(&path, &module));
            continue;
        }
        let source = fs::read_to_string(&path).expect("a source");
        for test in source.split("\n#[tokio::test").skip(1) {
            let signature = test.split_once("fn ").and_then(|(_, rest)| rest.split_once(" {\n")).expect("a function").0;
            let (name, arguments) = signature.split_once('(').expect("arguments");
            tests.push((format!("{module}{name}"), arguments.contains("#[values(Aws::MiniStack, Aws::Moto)]")));
        }
    }
    tests
}

#[test]
fn each_test_that_runs_on_one_emulator_has_a_reason() {
    let tests = tests_under(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it"), "");
    let (both, alone): (Vec<_>, Vec<_>) = tests.into_iter().partition(|(_, on_both)| *on_both);
    assert!(both.len() > 80, "{both:?}");
    let names = |entry: &str, test: &str| entry == test || (entry.ends_with("::") && test.starts_with(entry));
    let entries = || EXCLUSIONS.iter().flat_map(|one| one.tests);
    let unexplained: Vec<_> = alone.iter().filter(|(test, _)| !entries().any(|entry| names(entry, test))).collect();
    assert!(unexplained.is_empty(), "these tests run on MiniStack alone, and no exclusion lists them: {unexplained:?}");
    let stale: Vec<_> = entries().filter(|entry| !alone.iter().any(|(test, _)| names(entry, test))).collect();
    assert!(stale.is_empty(), "these exclusions name no test that runs on MiniStack alone: {stale:?}");
}

#[test]
fn docs_reliability_lists_the_exclusions_of_moto() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reliability.md");
    let page = fs::read_to_string(page).unwrap();
    let rows = page
        .lines()
        .skip_while(|line| *line != "| not tested on moto | reason |")
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    let expected: Vec<String> = EXCLUSIONS.iter().map(|one| format!("| {} | {} |", one.subject, one.reason)).collect();
    assert_eq!(rows.collect::<Vec<_>>(), expected);
}
