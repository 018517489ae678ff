//! Outputs whose value only CloudFormation knows.

use super::{Blocker, Note};
use crate::desired::Desired;
use crate::hint::{Command, Hint};
use crate::template::{has_dynamic_reference, has_function_of_dynamic_reference};

/// Every output whose value is a function of a dynamic reference, such as its Base64 text.
///
/// Only CloudFormation resolves the reference, so the direct engine never has the value.
pub(super) fn unprintable(desired: &Desired) -> impl Iterator<Item = Blocker> {
    let encoded = desired.outputs.iter().filter(|output| has_function_of_dynamic_reference(&output.value));
    encoded.map(|output| Blocker {
        logical_id: output.name.clone(),
        cause: format!(
            "the output's value is a function of a dynamic reference (`{{{{resolve:…}}}}`), which only CloudFormation \
             resolves ({})",
            desired.output_place(&output.name)
        ),
        hint: remedy(),
    })
}

/// Notes about outputs whose value contains a dynamic reference, for example because a parameter has it as its value.
pub(super) fn unresolved(desired: &Desired) -> impl Iterator<Item = Note> {
    let unresolved = desired.outputs.iter().filter(|output| {
        has_dynamic_reference(&output.value.clone().into()) && !has_function_of_dynamic_reference(&output.value)
    });
    unresolved.map(|output| Note {
        logical_id: None,
        text: format!(
            "the output `{}` is printed with its dynamic reference (`{{{{resolve:…}}}}`), which only CloudFormation \
             resolves ({})",
            output.name,
            desired.output_place(&output.name)
        ),
        hint: Some(remedy()),
    })
}

fn remedy() -> Hint {
    Hint::new("deploy with CloudFormation")
        .run(Command::provisioner(["deploy", "--engine", "cloudformation"]))
        .or("give the output another value")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::plan::tests::planned;
    use crate::plan::tests::spec::desired;
    use crate::plan::{Options, Plan};
    use crate::world::State;

    fn of(value: &Value) -> Plan {
        let resources = json!({"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "q"}}});
        let template = json!({"Resources": resources, "Outputs": {"O": {"Value": value}}});
        planned(&desired(&template.to_string()), &State::default(), Options::default())
    }

    fn blockers(value: &Value) -> Vec<(String, String, String)> {
        let plan = of(value);
        plan.blockers.into_iter().map(|one| (one.logical_id, one.cause, one.hint.to_string())).collect()
    }

    #[test]
    fn an_output_that_encodes_a_dynamic_reference_is_refused_before_the_first_call() {
        for encoded in [json!("x {{resolve:ssm:/y}}"), json!({"Fn::Sub": "${Queue.Arn} {{resolve:ssm:/y}}"})] {
            let [(output, cause, hint)] = blockers(&json!({"Fn::Base64": encoded})).try_into().unwrap();
            assert_eq!(output, "O");
            assert!(cause.starts_with("the output's value is a function of a dynamic reference"), "{cause}");
            assert!(cause.contains(":1)"), "{cause}");
            assert!(
                hint.starts_with("deploy with CloudFormation: `provisioner deploy --engine cloudformation`"),
                "{hint}"
            );
        }
    }

    #[test]
    fn an_output_with_a_dynamic_reference_is_printed_unchanged_with_a_note() {
        let notes = |value: &Value| -> Vec<String> {
            let notes = of(value).notes.into_iter().map(|note| note.text);
            notes.filter(|note| note.contains("dynamic reference")).collect()
        };
        assert_eq!(blockers(&json!("x {{resolve:ssm:/y}}")), []);
        assert_eq!(
            notes(&json!("x {{resolve:ssm:/y}}")),
            ["the output `O` is printed with its dynamic reference (`{{resolve:…}}`), which only CloudFormation \
                 resolves (t.yaml:1)"]
        );
        let encoded = json!({"Fn::Base64": {"Ref": "Queue"}});
        assert_eq!((blockers(&encoded), notes(&encoded)), (vec![], vec![]));
    }
}
