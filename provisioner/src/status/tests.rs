//! The status for a state of the in-memory AWS, and its JSON form.

use super::*;
use crate::observe::{Reach, observe, published};
use crate::plan::tests::judge::existing;
use crate::plan::tests::run;
use crate::plan::tests::schema::{assert_is_published, generated};
use crate::plan::tests::spec::Spec;
use crate::plan::{Options, plan};
use crate::resources::OwnershipTag;
use crate::resources::alias::RoutingConfig;
use crate::world::World;

/// The status that the command would show. `by_cloudformation` owns the untagged resources of kinds that can have tags.
pub(crate) fn status_of(mut desired: Desired, state: &crate::world::State, by_cloudformation: Option<&str>) -> Status {
    let world = World::of(state.clone());
    let releases = run(published(&world, &desired)).unwrap();
    let code_not_compared = desired.keep_deployed_code(&releases);
    let mut observed = run(observe(&world, &desired, Reach::Surroundings)).unwrap();
    if let Some(stack) = by_cloudformation {
        for found in observed.found.values_mut() {
            if matches!(found.resource, Resource::Role(_) | Resource::Function(_) | Resource::LogGroup(_)) {
                found.owner = Owner::CloudFormation(stack.to_owned());
            }
        }
    }
    let plan = plan(&desired, &observed, &Options::default());
    let outputs = BTreeMap::from([("ChatUrl".to_owned(), "https://api1.example/chat".to_owned())]);
    status(&desired, &observed, &plan, Known { releases, outputs, code_not_compared })
}

/// A stack whose alias gives a tenth of the calls to a second version, which equals the template.
pub(crate) fn with_canary() -> (Desired, crate::world::State) {
    let new = Spec { memory: Some(512), ..Spec::plain() };
    let mut state = existing(&Spec::plain(), true);
    let function = existing(&new, true).functions["chat"].clone();
    state.functions.insert("chat".to_owned(), function.clone());
    let mut content = function;
    content.tags.clear();
    state.versions.insert(("chat".to_owned(), 2), content);
    if let Some(alias) = state.aliases.get_mut(&("chat".to_owned(), "live".to_owned())) {
        alias.routing_config = RoutingConfig::share("2", 0.1);
    }
    (new.desired(), state)
}

/// The same without a package.
pub(crate) fn without_package(mut desired: Desired) -> Desired {
    for wanted in &mut desired.resources {
        if let Resource::Function(function) = &mut wanted.resource {
            function.code.sha256.clear();
        }
        if let Resource::Version(version) = &mut wanted.resource {
            version.package.clear();
            version.release["Code"]["Sha256"] = "".into();
        }
    }
    desired
}

fn properties(status: &Status) -> Vec<(&str, Vec<&str>)> {
    let all = status.differences.iter();
    all.map(|one| (one.logical_id.as_str(), one.changes.iter().map(|change| change.property.as_str()).collect()))
        .collect()
}

#[test]
fn without_a_package_everything_except_the_code_is_compared() {
    let state = existing(&Spec { code: "sha-two", ..Spec::plain() }, true);
    let same = status_of(without_package(Spec::plain().desired()), &state, None);
    assert_eq!((same.state, same.differences.len()), (State::InSync, 0));
    assert_eq!(same.code_not_compared, BTreeSet::from(["Function".to_owned()]));
    assert!(same.functions[0].versions[0].in_sync);

    let memory = Spec { memory: Some(512), ..Spec::plain() };
    let drifted = status_of(without_package(memory.desired()), &state, None);
    let expected = [("Function", vec!["MemorySize"]), ("Version", vec![]), ("Alias", vec!["FunctionVersion"])];
    assert_eq!((drifted.state, properties(&drifted)), (State::Drifted, expected.to_vec()));
    assert!(!drifted.functions[0].versions[0].in_sync);
}

#[test]
fn with_a_package_other_code_is_a_difference() {
    let state = existing(&Spec { code: "sha-two", ..Spec::plain() }, true);
    let status = status_of(Spec::plain().desired(), &state, None);
    assert!(status.code_not_compared.is_empty());
    assert_eq!(properties(&status)[0], ("Function", vec!["Code.Sha256"]));
}

#[test]
fn each_version_of_a_canary_has_its_share() {
    let (desired, state) = with_canary();
    let status = status_of(desired, &state, None);
    let share = |version: &str, share| Share { version: version.to_owned(), share };
    assert_eq!(status.functions[0].aliases[0].shares, [share("1", 0.9), share("2", 0.1)]);
    assert_eq!(status.state, State::Drifted);
    assert_eq!(properties(&status), [("Alias", vec!["FunctionVersion", "RoutingConfig.2"])]);
}

#[test]
fn resources_of_other_owners_are_not_a_deployment_of_this_stack() {
    let status = status_of(Spec::plain().desired(), &crate::world::State::default(), None);
    assert_eq!((status.state, status.functions.len(), status.outputs.len()), (State::NotDeployed, 0, 0));
    let status = status_of(Spec::plain().desired(), &existing(&Spec::plain(), false), None);
    assert_eq!((status.state, status.functions.len(), status.outputs.len()), (State::NotDeployed, 0, 0));
    let role = status.differences.iter().find(|one| one.logical_id == "Role").unwrap();
    assert_eq!(role.action, Action::Leave);
    assert!(role.hint.as_ref().unwrap().contains("--adopt"));
}

/// The state as CloudFormation leaves it: no ownership tag, and a CloudFormation id for the permission.
#[test]
fn resources_of_cloudformation_are_compared_without_ownership_tags() {
    let mut state = existing(&Spec::plain(), true);
    state.roles.values_mut().for_each(|one| one.tags.clear());
    state.functions.values_mut().for_each(|one| one.tags.clear());
    state.log_groups.values_mut().for_each(|one| one.tags.clear());
    state.tables.values_mut().for_each(|one| one.tags.clear());
    state.apis.values_mut().for_each(|one| one.tags.clear());
    state.stages.values_mut().for_each(|one| one.tags.clear());
    state.aliases.values_mut().for_each(|one| one.description.clear());
    let tag = OwnershipTag { stack: "chat".to_owned(), region: String::new(), logical_id: "Integration".to_owned() }
        .as_description();
    let own = |one: &&mut crate::resources::integration::Integration| one.description == tag;
    state.integrations.values_mut().filter(own).for_each(|one| one.description.clear());
    state.permissions.retain(|(function, _), _| function != "chat:live");

    let status = status_of(Spec::plain().desired(), &state, Some("chat"));
    assert_eq!((status.state, properties(&status)), (State::InSync, Vec::new()));
    let other = Spec { timeout: Some(30), ..Spec::plain() };
    let status = status_of(other.desired(), &state, Some("chat"));
    let expected = [("Function", vec!["Timeout"]), ("Version", vec![]), ("Alias", vec!["FunctionVersion"])];
    assert_eq!((status.state, properties(&status)), (State::Drifted, expected.to_vec()));
}

#[test]
fn the_published_schema_is_the_one_of_this_status() {
    assert_is_published::<Status>("status");
}

#[test]
fn real_statuses_match_the_schema() {
    let schema = generated::<Status>();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let (desired, canary) = with_canary();
    let by_hand = existing(&Spec::plain(), false);
    for status in [
        status_of(desired, &canary, None),
        status_of(without_package(Spec::plain().desired()), &canary, None),
        status_of(Spec::plain().desired(), &by_hand, Some("chat")),
        status_of(Spec::plain().desired(), &crate::world::State::default(), None),
    ] {
        let json = serde_json::to_value(&status).unwrap();
        let errors: Vec<_> = validator.iter_errors(&json).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}\n{json:#}");
    }
}
