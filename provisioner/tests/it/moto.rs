//! The tests of the control plane run on MiniStack and on moto, as the same functions (`cargo test … Moto` runs only
//! those on moto). The others are listed here with the reason.

use std::fs;
use std::path::Path;

struct LeftOut {
    what: &'static str,
    why: &'static str,
    /// Single tests, or all tests of a module that run on MiniStack only. Empty where the proxy or an edit of the
    /// template replaces the missing part.
    tests: &'static [&'static str],
}

const LEFT_OUT: [LeftOut; 12] = [
    LeftOut {
        what: "Invoke, a check that fails, chats over HTTP",
        why: "moto runs functions in Docker only; the proxy answers for a version that is checked",
        tests: &[
            "adopt::an_integration_that_other_routes_use_stays_theirs_and_callers_lose_no_answer",
            "attach::callers_of_that_api_get_what_they_got_and_the_chat_answers_beside_it",
            "fire::",
            "invoke::",
            "local::",
            "releases::a_first_version_that_fails_its_check_gets_no_alias",
            "releases::a_version_that_fails_its_check_never_gets_callers_and_the_next_good_one_does",
            "releases::an_alias_that_leads_to_the_function_itself_is_led_to_what_serves_before_that_changes",
            "releases::callers_keep_the_hand_made_function_when_what_follows_it_fails_its_check",
            "releases::callers_lose_no_answer_while_a_function_made_by_hand_is_adopted",
            "rights::",
            "rollback::a_version_that_does_not_answer_gets_no_callers_unless_that_is_wanted",
            "rollback::callers_lose_no_answer_on_the_way_back_and_the_next_deploy_moves_forward_again",
            "smoke::",
            "smoke_declared::",
        ],
    },
    LeftOut {
        what: "changes of a stage",
        why: "moto has no UpdateStage",
        tests: &["changes::another_throttle_is_one_update_of_the_stage"],
    },
    LeftOut {
        what: "whether a change of an API is in force",
        why: "moto has no GetDeployments of HTTP APIs; the proxy answers in its place",
        tests: &[],
    },
    LeftOut {
        what: "`LoggingConfig` of functions",
        why: "moto does not keep it; the template there is without it",
        tests: &[],
    },
    LeftOut {
        what: "changes by somebody else between plan and write; a lost answer to a change of a function",
        why: "moto does not compare revision ids: what is sent again is done again",
        tests: &[
            "planned::of_two_deployers_at_once_the_one_who_writes_late_is_refused_and_the_other_keeps_what_was_made",
            "planned::what_somebody_changed_since_refuses_the_plan_before_the_first_write",
        ],
    },
    LeftOut {
        what: "a lost answer to a permission",
        why: "moto takes a second one with the same id; the proxy refuses it as AWS does",
        tests: &[],
    },
    LeftOut {
        what: "canaries",
        why: "moto's CloudWatch does not speak the protocol of the SDK (RPC v2 CBOR)",
        tests: &["canary::", "faults::samples::a_canary_that_is_killed_after_every_writing_call_gets_there"],
    },
    LeftOut {
        what: "URLs of aliases, and who may call them",
        why: "moto keeps one URL a function, and of a permission neither `FunctionUrlAuthType` nor `InvokedViaFunctionUrl`",
        tests: &[
            "prune::parts_of_what_stays_are_told_and_pruned_and_those_of_others_are_not",
            "status::two_functions_are_told_one_after_the_other",
            "streaming::",
        ],
    },
    LeftOut {
        what: "CloudFormation",
        why: "moto's has no kinds of API Gateway v2, and leaves them out without a word",
        tests: &["cloudformation::", "cdk_output::", "status::what_cloudformation_owns_is_told_as_its"],
    },
    LeftOut {
        what: "kinds that go through Cloud Control",
        why: "moto has no Cloud Control",
        tests: &[
            "other_kinds::",
            "plan::a_plain_word_is_read_as_cloudformation_reads_it_with_a_note_and_what_only_it_resolves_is_refused",
            "principals::a_statement_whose_source_is_created_again_under_its_name_stays",
            "references::an_attribute_that_a_kind_does_not_have_is_an_error_at_every_run_and_nothing_is_written",
            "references::an_output_that_is_not_known_is_an_error_and_the_others_are_printed",
            "registry::",
        ],
    },
    LeftOut {
        what: "wordings, options, files and packages; what the tests stand on",
        why: "the program or the proxy answers by itself, whatever AWS is behind",
        tests: &["credentials::", "network::", "output::", "problems::", "rates::", "support_tests::", "synth::"],
    },
    LeftOut {
        what: "the whole matrix of `make torture`",
        why: "it takes 25 minutes on one; the samples of it in `make test` run on both",
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
fn what_does_not_run_on_both_emulators_has_a_reason() {
    let tests = tests_under(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it"), "");
    let (both, alone): (Vec<_>, Vec<_>) = tests.into_iter().partition(|(_, on_both)| *on_both);
    assert!(both.len() > 80, "{both:?}");
    let names = |entry: &str, test: &str| entry == test || (entry.ends_with("::") && test.starts_with(entry));
    let entries = || LEFT_OUT.iter().flat_map(|one| one.tests);
    let unexplained: Vec<_> = alone.iter().filter(|(test, _)| !entries().any(|entry| names(entry, test))).collect();
    assert!(unexplained.is_empty(), "on MiniStack alone, and no reason is given: {unexplained:?}");
    let stale: Vec<_> = entries().filter(|entry| !alone.iter().any(|(test, _)| names(entry, test))).collect();
    assert!(stale.is_empty(), "no such test runs on MiniStack alone: {stale:?}");
}

#[test]
fn the_page_of_promises_holds_what_is_left_out_and_why() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reliability.md");
    let page = fs::read_to_string(page).unwrap();
    let rows =
        page.lines().skip_while(|line| *line != "| left out | why |").skip(2).take_while(|line| line.starts_with('|'));
    let expected: Vec<String> = LEFT_OUT.iter().map(|one| format!("| {} | {} |", one.what, one.why)).collect();
    assert_eq!(rows.collect::<Vec<_>>(), expected);
}
