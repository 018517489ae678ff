//! The retained versions, and the rollback targets.

use proptest::prelude::*;
use serde_json::json;

use super::judge::{existing, judge};
use super::spec::Spec;
use super::{executed, planned, run};
use crate::observe::Reader as _;
use crate::plan::{Action, Back, Options, Plan, plan_rollback};
use crate::resources::alias::RoutingConfig;
use crate::resources::function::{self, Failure};
use crate::resources::{Call, Resource};
use crate::world::{ACCOUNT, CallFailure, State, World, cases};

/// A state with this many published versions, in which the newest equals the template and the alias points to `live`.
fn published(versions: u32, live: u32) -> State {
    let mut state = existing(&Spec::plain(), true);
    let newest = state.versions.remove(&("chat".to_owned(), 1)).unwrap();
    for number in 1..=versions {
        let mut content = newest.clone();
        content.memory_size += i32::try_from(versions - number).unwrap();
        state.versions.insert(("chat".to_owned(), number), content);
    }
    point(&mut state, "live", live, None);
    state
}

pub(super) fn point(state: &mut State, name: &str, version: u32, share: Option<(u32, f64)>) {
    let routing = share.map(|(version, share)| RoutingConfig::share(&version.to_string(), share));
    let mut alias = state.aliases[&("chat".to_owned(), "live".to_owned())].clone();
    alias.name = name.to_owned();
    alias.function_version = version.to_string();
    alias.routing_config = routing.unwrap_or_default();
    state.aliases.insert(("chat".to_owned(), name.to_owned()), alias);
}

fn numbers(state: &State) -> Vec<u32> {
    state.versions.keys().map(|(_, number)| *number).collect()
}

fn keeping(keep: usize) -> Options {
    Options { keep_versions: Some(keep), ..Options::default() }
}

pub(super) fn rollback_of(state: &State, back: &Back) -> crate::Result<Plan> {
    let desired = Spec::plain().desired();
    let wanted = desired.get("Alias").unwrap();
    let Resource::Alias(alias) = &wanted.resource else { panic!("no alias") };
    let releases = run(World::of(state.clone()).releases("chat")).unwrap();
    plan_rollback(&desired, wanted, alias, releases.as_ref(), ACCOUNT, back)
}

fn to(number: u64) -> Back {
    Back { to: Some(number), smoke: true }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(64), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_newest_and_the_serving_versions_are_kept(
        count in 1u32..9,
        live in any::<prop::sample::Index>(),
        other in any::<prop::sample::Index>(),
        keep in 1usize..7,
        changed in any::<bool>(),
    ) {
        let number = |index: prop::sample::Index| u32::try_from(index.index(count as usize)).unwrap() + 1;
        let mut state = published(count, number(live));
        let (beta, share) = (number(other), number(live));
        point(&mut state, "beta", beta, (share != beta).then_some((share, 0.1)));
        let spec = Spec { memory: changed.then_some(2048), ..Spec::plain() };
        let plan = planned(&spec.desired(), &state, keeping(keep));
        let done = executed(&plan, &state, None);
        prop_assert!(done.outcome.is_complete(), "{:?}", done.outcome.failed);
        let newest = count + u32::from(changed);
        let stays = |number: &u32| *number + u32::try_from(keep).unwrap() > newest
            || [beta, share].contains(number) || *number == newest;
        let expected: Vec<_> = (1..=newest).filter(stays).collect();
        prop_assert_eq!(numbers(&done.state), expected);
        prop_assert_eq!(plan.losses().len(), 0, "no confirmation is needed");
        prop_assert!(planned(&spec.desired(), &done.state, keeping(keep)).is_empty());
    }
}

#[test]
fn old_versions_are_deleted_last_and_listed_in_the_plan() {
    let state = published(7, 7);
    let spec = Spec { memory: Some(2048), ..Spec::plain() };
    let plan = planned(&spec.desired(), &state, keeping(5));
    let version = plan.steps.iter().find(|step| step.logical_id == "Version").unwrap();
    assert_eq!(version.reason.as_deref(), Some("deletes versions 1, 2, 3: 5 are kept"));
    let done = executed(&plan, &state, None);
    assert_eq!(
        done.calls[done.calls.len() - 4..],
        ["UpdateAlias", "DeleteFunction", "DeleteFunction", "DeleteFunction"]
    );
}

#[test]
fn a_run_that_adopts_deletes_no_version() {
    let mut state = published(7, 7);
    for role in state.roles.values_mut() {
        role.tags.clear();
    }
    let plan = planned(&Spec::plain().desired(), &state, Options { adopt: true, ..keeping(5) });
    assert!(plan.steps.iter().any(|step| step.action == Action::Adopt));
    assert_eq!(numbers(&executed(&plan, &state, None).state).len(), 7);
}

#[test]
fn a_rollback_tests_the_version_and_moves_the_alias_in_one_call_with_its_revision() {
    let mut state = published(3, 3);
    state.revisions.insert("chat:live".to_owned(), 7);
    let plan = rollback_of(&state, &to(1)).unwrap();
    insta::assert_snapshot!(anstream::adapter::strip_str(&crate::report::plan_text(&plan)), @r#"
    stack chat in us-east-1, account 123456789012

      ~ AWS::Lambda::Alias  Alias  chat:live
          FunctionVersion  3 → 1

      alias chat:live
          points to   version 3 → 1
          smoke test  the event of Alias expects no error (Alias)

    1 to change
    "#);
    let done = executed(&plan, &state, None);
    assert!(done.outcome.is_complete(), "{:?}", done.outcome.failed);
    assert_eq!(done.calls, ["Invoke", "UpdateAlias"]);
    assert_eq!(done.state.aliases[&("chat".to_owned(), "live".to_owned())].function_version, "1");
    state.revisions.insert("chat:live".to_owned(), 9);
    let late = executed(&plan, &state, None);
    assert!(!late.outcome.is_complete(), "another deployer moved it since");
}

#[test]
fn without_a_number_it_is_the_version_before_that_exists() {
    let mut state = published(4, 4);
    state.versions.remove(&("chat".to_owned(), 3));
    let plan = rollback_of(&state, &Back::default()).unwrap();
    assert_eq!(plan.steps[0].changes[0].new, Some(json!("2")));
    assert_eq!(plan.steps[0].calls, ["GetFunction", "UpdateAlias"], "without a smoke test it only has to be ready");
}

#[test]
fn while_a_new_version_gets_a_share_it_is_the_one_that_has_the_rest() {
    let mut state = published(4, 3);
    point(&mut state, "live", 3, Some((4, 0.1)));
    let plan = rollback_of(&state, &Back::default()).unwrap();
    insta::assert_snapshot!(anstream::adapter::strip_str(&crate::report::plan_text(&plan)), @r#"
    stack chat in us-east-1, account 123456789012

      ~ AWS::Lambda::Alias  Alias  chat:live
          RoutingConfig.4  0.1 → (none)

      alias chat:live
          points to  version 3, with all traffic

    1 to change
    "#);
    let done = executed(&plan, &state, None);
    let alias = &done.state.aliases[&("chat".to_owned(), "live".to_owned())];
    assert_eq!((alias.function_version.as_str(), &alias.routing_config), ("3", &RoutingConfig::default()));
}

#[test]
fn going_to_what_serves_is_nothing_to_do() {
    assert!(rollback_of(&published(3, 2), &to(2)).unwrap().is_empty());
}

#[test]
fn an_impossible_rollback_has_a_reason_and_a_hint() {
    let refused = |state: &State, back: &Back| rollback_of(state, back).unwrap_err().to_string();
    insta::assert_snapshot!(refused(&published(1, 1), &Back::default()), @r#"
    rolling back alias chat:live: there is no version before 1, which the alias points to; published versions: 1

    hint: restore an earlier state of the template and the code, and deploy it: `provisioner deploy`
    "#);
    let with_newer = refused(&published(3, 1), &Back::default());
    let or_another = "`provisioner deploy`; or name one of these versions: `provisioner rollback --to N`";
    assert!(with_newer.ends_with(or_another), "{with_newer}");
    insta::assert_snapshot!(refused(&published(3, 3), &to(9)), @r#"
    rolling back alias chat:live: function chat has no version 9; it has 1, 2, 3

    hint: name one of these versions: `provisioner rollback --to N`
    "#);
    insta::assert_snapshot!(refused(&State::default(), &Back::default()), @r#"
    rolling back alias chat:live: function chat does not exist in account 123456789012

    hint: check the account and the region, and give the names of the deploy: `provisioner rollback --stack NAME`; or deploy the stack first: `provisioner deploy`
    "#);
    let mut theirs = published(3, 3);
    theirs.aliases.values_mut().for_each(|alias| alias.description = "by hand".to_owned());
    insta::assert_snapshot!(refused(&theirs, &Back::default()), @r#"
    rolling back alias chat:live: it was not created by this stack

    hint: take ownership of it: `provisioner deploy --adopt`; or if CloudFormation created it, deploy the earlier state with CloudFormation
    "#);
    theirs.aliases.clear();
    insta::assert_snapshot!(refused(&theirs, &Back::default()), @r#"
    rolling back alias chat:live: function chat has no alias `live`

    hint: create it: `provisioner deploy`
    "#);
}

#[test]
fn versions_from_before_the_stack_are_never_deleted() {
    let mut state = existing(&Spec::plain(), false);
    let theirs = state.functions["chat"].clone();
    for number in 1..=3 {
        let mut content = theirs.clone();
        content.memory_size = 3000 + i32::try_from(number).unwrap();
        state.versions.insert(("chat".to_owned(), number), content);
    }
    let adopting = Options { adopt: true, ..keeping(2) };
    let adopted = executed(&planned(&Spec::plain().desired(), &state, adopting), &state, None);
    assert!(adopted.outcome.is_complete(), "{:?}", adopted.outcome.failed);
    let mut state = adopted.state;
    for memory in 0..4 {
        state = deployed_keeping(&state, 1024 + memory, 2);
    }
    assert_eq!(numbers(&state).len(), 5, "{:?}", numbers(&state));
    assert_eq!(numbers(&state)[..3], [1, 2, 3]);
    assert_eq!(state.aliases[&("chat".to_owned(), "live".to_owned())].since, Some(3));
    let back = executed(&rollback_of(&state, &Back::default()).unwrap(), &state, None).state;
    assert_eq!(back.aliases[&("chat".to_owned(), "live".to_owned())].since, Some(3), "no move forgets it");
}

#[test]
fn an_interrupted_first_deploy_counts_as_the_stacks_own() {
    let mut state = existing(&Spec::plain(), true);
    state.aliases.clear();
    state.permissions.clear();
    let done = executed(&planned(&Spec::plain().desired(), &state, keeping(5)), &state, None).state;
    assert_eq!(done.aliases[&("chat".to_owned(), "live".to_owned())].since, None);
}

fn deployed_keeping(state: &State, memory: i32, keep: usize) -> State {
    let plan = planned(&Spec { memory: Some(memory), ..Spec::plain() }.desired(), state, keeping(keep));
    executed(&plan, state, None).state
}

#[test]
fn settings_outside_the_template_are_reported_kept_and_part_of_a_version() {
    let mut state = existing(&Spec::plain(), true);
    let network = json!({"SubnetIds": ["subnet-1"]});
    state.functions.get_mut("chat").unwrap().outside_settings = [("VpcConfig".to_owned(), network)].into();
    let desired = Spec::plain().desired();
    let plan = planned(&desired, &state, Options::default());
    let [note] = plan.notes.as_slice() else { panic!("{:#?}", plan.notes) };
    assert!(note.text.starts_with("`VpcConfig` of function `chat` is set on AWS and not in the template"), "{note:?}");
    assert!(
        note.hint.as_ref().unwrap().contains(" --function-name chat --vpc-config SubnetIds='[],SecurityGroupIds=[]'"),
        "{note:?}"
    );
    let changing: Vec<_> = plan.changing().map(|step| step.id.as_str()).collect();
    assert_eq!(changing, ["Version", "Alias"], "the version without it is not what the function is now");
    let mut state = executed(&plan, &state, None).state;
    assert!(state.versions[&("chat".to_owned(), 2)].outside_settings.contains_key("VpcConfig"));
    assert_eq!(served(&state).0, "2");
    assert!(planned(&desired, &state, Options::default()).is_empty(), "it is published once");

    state.functions.get_mut("chat").unwrap().outside_settings.clear();
    let state = executed(&planned(&desired, &state, Options::default()), &state, None).state;
    assert_eq!(served(&state).0, "1", "nor is the one with it, when it is gone");
}

/// `chat` as Lambda returns it after a failure.
fn failed(failure: Failure) -> State {
    let mut state = existing(&Spec::plain(), true);
    state.functions.get_mut("chat").unwrap().failure = Some(failure);
    state
}

#[test]
fn after_a_failed_change_all_calls_are_sent_again() {
    let state = failed(Failure::Change("An internal error occurred".to_owned()));
    let plan = planned(&Spec::plain().desired(), &state, Options::default());
    let step = plan.steps.iter().find(|step| step.id == "Function").unwrap();
    assert_eq!((step.action, step.changes.len()), (Action::Update, 1));
    assert_eq!(step.changes[0].property, "LastUpdateStatus");
    assert_eq!(step.changes[0].old, Some(json!("Failed: An internal error occurred")));
    let Call::Function(function::Call::UpdateFunctionConfiguration { properties, .. }) = &step.batches[0][0] else {
        panic!("{:?}", step.batches)
    };
    assert!(["Environment", "Role", "MemorySize"].iter().all(|name| properties.contains(&(*name).to_owned())));
    let done = executed(&plan, &state, None);
    assert!(done.outcome.is_complete(), "{:?}", done.outcome.failed);
    judge(&done.state, &Spec::plain());
}

#[test]
fn a_function_that_could_not_be_created_is_replaced_with_its_parts() {
    let mut state = failed(Failure::Create("The package could not be unpacked".to_owned()));
    // The call that creates the function also publishes it. Only an alias shows that it has served.
    state.aliases.values_mut().for_each(|alias| alias.function_version = "$LATEST".to_owned());
    let plan = planned(&Spec::plain().desired(), &state, Options::default());
    let losses = ["Function with its versions, aliases and function URLs"];
    assert_eq!(plan.losses(), losses, "a confirmation is needed");
    let done = executed(&plan, &state, None);
    assert!(done.outcome.is_complete(), "{:?}", done.outcome.failed);
    judge(&done.state, &Spec::plain());
    let again = planned(&Spec::plain().desired(), &done.state, Options::default());
    assert!(again.is_empty(), "{:?}", again.changing().collect::<Vec<_>>());
}

#[test]
fn a_function_that_fails_and_has_served_is_changed_and_keeps_its_versions() {
    let state = failed(Failure::Create("The KMS key is disabled".to_owned()));
    let plan = planned(&Spec { memory: Some(1024), ..Spec::plain() }.desired(), &state, Options::default());
    assert_eq!(plan.losses(), [""; 0]);
    let step = plan.steps.iter().find(|step| step.id == "Function").unwrap();
    assert_eq!(step.action, Action::Update);
    assert_eq!(step.changes.last().unwrap().old, Some(json!("Failed: its state is Failed: The KMS key is disabled")));
    let calls: Vec<_> = step.calls.iter().map(String::as_str).collect();
    assert_eq!(calls, ["UpdateFunctionConfiguration", "UpdateFunctionCode"], "all is sent again");
    let refused = executed(&plan, &state, None);
    assert!(!refused.outcome.is_complete(), "as of a function that Lambda could not make");
    assert_eq!((refused.state.versions, refused.state.aliases), (state.versions, state.aliases));
}

/// The version of `chat` that callers get, and the versions that the alias stores.
fn served(state: &State) -> (String, Vec<String>) {
    let live = state.aliases[&("chat".to_owned(), "live".to_owned())].clone();
    (live.properties.function_version, live.before)
}

/// A deploy of a function with this memory size, whose new version passes or fails its smoke test.
fn deployed(state: &State, memory: i32, is_good: bool) -> State {
    let options = Options { smoke: true, ..keeping(5) };
    let plan = planned(&Spec { memory: Some(memory), ..Spec::plain() }.desired(), state, options);
    let calls: Vec<String> = executed(&plan, state, None).calls;
    let check = calls.iter().position(|call| call == "Invoke").unwrap();
    let done = executed(&plan, state, (!is_good).then_some((check, CallFailure::Refused)));
    assert_eq!(done.outcome.is_complete(), is_good, "{:?}", done.outcome.failed);
    done.state
}

#[test]
fn an_alias_of_latest_is_pinned_before_the_function_changes() {
    let mut state = existing(&Spec::plain(), true);
    state.versions.clear();
    point(&mut state, "live", 0, None);
    state.aliases.values_mut().for_each(|alias| alias.function_version = "$LATEST".to_owned());
    let served_now = state.functions["chat"].release();
    let failed = deployed(&state, 2048, false);
    assert_eq!(served(&failed).0, "1");
    assert_eq!(failed.versions[&("chat".to_owned(), 1)].release(), served_now, "callers keep what they had");
    let done = deployed(&state, 2048, true);
    assert_eq!(served(&done), ("2".to_owned(), vec!["1".to_owned()]));
    judge(&done, &Spec { memory: Some(2048), ..Spec::plain() });
}

#[test]
fn the_rollback_target_served_before_and_stays_after_failed_deploys() {
    let mut state = existing(&Spec::plain(), true);
    for memory in 0..6 {
        state = deployed(&state, 1024 + memory, false);
    }
    let state = deployed(&state, 2048, true);
    assert_eq!(served(&state), ("8".to_owned(), vec!["1".to_owned()]));
    assert_eq!(numbers(&state), [1, 5, 6, 7, 8], "five, and what served is one of them");
    let plan = rollback_of(&state, &Back::default()).unwrap();
    let back = executed(&plan, &state, None).state;
    assert_eq!(served(&back), ("1".to_owned(), Vec::new()));
}

#[test]
fn rollbacks_go_step_by_step_and_a_deploy_returns_to_the_newest() {
    let mut state = existing(&Spec::plain(), true);
    for memory in [1024, 1536, 2048] {
        state = deployed(&state, memory, true);
    }
    let owned = |versions: &[&str]| versions.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
    assert_eq!(served(&state), ("4".to_owned(), owned(&["3", "2", "1"])));
    let after = |state: &State, back: &Back| executed(&rollback_of(state, back).unwrap(), state, None).state;
    let back = after(&state, &Back::default());
    assert_eq!(served(&back), ("3".to_owned(), owned(&["2", "1"])));
    assert_eq!(served(&after(&back, &Back::default())), ("2".to_owned(), owned(&["1"])));
    assert_eq!(served(&after(&back, &to(4))), ("4".to_owned(), owned(&["3", "2", "1"])));
}
