//! Values of another tool that an adoption replaces.

use super::judge::existing;
use super::planned;
use super::spec::Spec;
use crate::plan::Options;
use crate::world::State;

#[test]
fn an_adoption_of_resources_tagged_by_terraform_names_the_command_for_its_state() {
    let desired = Spec::plain().desired();
    let mut state = existing(&Spec::plain(), false);
    let adopting = || Options { adopt: true, ..Options::default() };
    let notes = |state: &State| {
        let plan = planned(&desired, state, adopting());
        plan.notes.into_iter().filter(|note| note.text.contains("Terraform")).collect::<Vec<_>>()
    };
    assert_eq!(notes(&state), []);
    state.roles.get_mut("role").unwrap().tags.insert("ManagedBy".to_owned(), "Terraform".to_owned());
    state.functions.get_mut("chat").unwrap().tags.insert("terraform:workspace".to_owned(), "prod".to_owned());
    let [note] = notes(&state).try_into().unwrap();
    assert_eq!(note.text, "a tag suggests that Terraform manages the resources that are adopted as `Role`, `Function`");
    assert!(note.hint.unwrap().contains("`terraform state rm ADDRESS`"));
    assert_eq!(planned(&desired, &state, Options::default()).notes.len(), 0, "nothing is adopted");
}
