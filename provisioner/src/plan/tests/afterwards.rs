//! The actions that remain for the user.

use super::judge::{existing, foreign};
use super::spec::{FOREIGN_API, Spec};
use super::{executed, planned, planned_removal};
use crate::hint::Hint;
use crate::plan::{Options, Plan};
use crate::resources::stage::Stage;
use crate::world::State;

fn attached() -> Spec {
    Spec { attach: true, ..Spec::plain() }
}

/// Adds a stage to the foreign API.
fn with_a_stage(mut state: State, auto_deploy: bool) -> State {
    let stages = existing(&Spec::plain(), true).stages;
    let stage = stages.into_values().next().unwrap();
    let stage = Stage { api_id: FOREIGN_API.to_owned(), stage_name: "prod".to_owned(), auto_deploy, ..stage };
    state.stages.insert((FOREIGN_API.to_owned(), "prod".to_owned()), stage);
    state
}

fn hints(plan: &Plan) -> Vec<String> {
    let of_stages = |hint: &&Hint| hint.contains("`aws apigatewayv2 create-");
    plan.notes.iter().filter_map(|note| note.hint.as_ref()).filter(of_stages).map(ToString::to_string).collect()
}

#[test]
fn a_changed_route_on_a_stage_without_auto_deploy_needs_a_deployment() {
    let state = with_a_stage(foreign(), false);
    let plan = planned(&attached().desired(), &state, Options::default());
    let deployment =
        "deploy the stage afterwards: `aws apigatewayv2 create-deployment --api-id foreign --stage-name prod`";
    assert_eq!(hints(&plan), [deployment]);

    let done = executed(&plan, &state, None);
    assert_eq!(hints(&planned(&attached().desired(), &done.state, Options::default())), [""; 0]);
    assert_eq!(hints(&planned_removal(&attached().desired(), &done.state)), [deployment]);
    let served = planned(&attached().desired(), &with_a_stage(foreign(), true), Options::default());
    assert_eq!(hints(&served), [""; 0]);
}

#[test]
fn an_api_of_another_owner_without_a_stage_needs_one() {
    let plan = planned(&attached().desired(), &foreign(), Options::default());
    let command =
        "create a stage: `aws apigatewayv2 create-stage --api-id foreign --stage-name '$default' --auto-deploy`";
    assert_eq!(hints(&plan), [command]);
    let done = executed(&plan, &foreign(), None);
    assert_eq!(hints(&planned_removal(&attached().desired(), &done.state)), [""; 0]);

    // The template may create a stage.
    let mut template = attached().template();
    template["Resources"]["Stage"] = serde_json::json!({
        "Type": "AWS::ApiGatewayV2::Stage", "Properties": {"ApiId": FOREIGN_API, "StageName": "chat", "AutoDeploy": true},
    });
    assert_eq!(hints(&planned(&attached().desired_by(&template), &foreign(), Options::default())), [""; 0]);
}

#[test]
fn an_integration_behind_a_stage_without_auto_deploy_is_not_adopted() {
    let desired = Spec { memory: Some(512), ..attached() }.desired();
    let adopt = || Options { adopt: true, ..Options::default() };
    let by_hand = existing(&attached(), false);
    let plan = planned(&desired, &with_a_stage(by_hand.clone(), false), adopt());
    let [blocker] = plan.blockers.as_slice() else { panic!("{:#?}", plan.blockers) };
    assert_eq!(blocker.logical_id, "Integration");
    assert!(blocker.cause.contains("callers of stage `prod` of API foreign"), "{}", blocker.cause);
    assert!(
        blocker.hint.contains("update-stage --api-id foreign --stage-name prod --auto-deploy`"),
        "{}",
        blocker.hint
    );
    assert_eq!(planned(&desired, &with_a_stage(by_hand, true), adopt()).blockers, []);
    // Callers that use the alias already are not moved.
    let ours = with_a_stage(existing(&attached(), true), false);
    assert_eq!(planned(&desired, &ours, Options::default()).blockers, []);
}

#[test]
fn without_a_default_stage_the_plan_names_the_stage_in_the_url() {
    let notes = |state: &State| planned(&attached().desired(), state, Options::default()).notes;
    let has_note = |state: &State| notes(state).iter().any(|note| note.text.contains("has no stage `$default`"));
    let mut state = with_a_stage(foreign(), true);
    let hint = notes(&state).into_iter().find_map(|note| note.hint.filter(|hint| hint.contains("/prod/chat")));
    assert!(has_note(&state) && hint.is_some(), "{hint:?}");
    let stage = state.stages.values().next().unwrap().clone();
    let default = Stage { stage_name: "$default".to_owned(), ..stage };
    state.stages.insert((FOREIGN_API.to_owned(), "$default".to_owned()), default);
    assert!(!has_note(&state) && !has_note(&foreign()));
}
