//! Terraform `import` blocks: the resource types of Terraform's AWS provider for the deployed resources, and the ids
//! for their import.

use crate::desired::Desired;
use crate::observe::Observed;
use crate::printable::{line, lines};
use crate::resources::{Import, Owner, Resource, snake_case};

/// A block for each existing resource of the stack, in the template's order; for the others a comment with the reason
/// why there is none.
pub fn terraform_imports(desired: &Desired, observed: &Observed) -> String {
    let blocks = desired.resources.iter().map(|wanted| {
        let label = snake_case(&wanted.logical_id);
        // Whether it is deployed does not matter: no resource type can import a version.
        if let Resource::Version(version) = &wanted.resource {
            return format!(
                "# {label}: Terraform has no resource for a version: `publish = true` of the aws_lambda_function that is \
                 {} publishes it\n\n",
                version.function_name
            );
        }
        match observed.found.get(&wanted.logical_id) {
            Some(found) if found.owner != Owner::Ours => {
                format!(
                    "# {label}: {} `{}` does not belong to this stack\n\n",
                    wanted.resource.kind(),
                    line(&found.resource.name())
                )
            }
            Some(found) => {
                found.resource.imports(&found.ids).iter().map(|import| block(&label, import)).collect::<String>()
            }
            None => format!("# {label}: {} is not deployed\n\n", wanted.resource.kind()),
        }
    });
    lines(blocks.collect::<String>().trim_end()) + "\n"
}

fn block(label: &str, import: &Import) -> String {
    let Import { kind, part, id, warning } = import;
    let label = part.iter().fold(label.to_owned(), |label, part| format!("{label}_{}", snake_case(part)));
    let warning = warning.map(|text| format!("# {label}: {text}\n")).unwrap_or_default();
    format!("{warning}import {{\n  to = {kind}.{label}\n  id = {id:?}\n}}\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::{Reach, observe};
    use crate::plan::tests::judge::existing;
    use crate::plan::tests::run;
    use crate::plan::tests::spec::Spec;
    use crate::world::World;

    #[test]
    fn labels_are_names_that_terraform_takes() {
        for (name, label) in
            [("ChatLogGroup", "chat_log_group"), ("SQS_Queue", "sqs_queue"), ("Api2Route", "api_2_route")]
        {
            assert_eq!(snake_case(name), label);
        }
    }

    #[test]
    fn deployed_resources_are_imported_by_the_providers_ids_and_others_are_listed() {
        let spec = Spec { managed: ["arn:aws:iam::aws:policy/Basic"].into(), ..Spec::plain() };
        let mut state = existing(&spec, true);
        state.tables.clear();
        let desired = spec.desired();
        let observed = run(observe(&World::of(state), &desired, Reach::Resources)).unwrap();
        insta::assert_snapshot!(terraform_imports(&desired, &observed), @r#"
        import {
          to = aws_iam_role.role
          id = "role"
        }

        import {
          to = aws_iam_role_policy_attachment.role_basic
          id = "role/arn:aws:iam::aws:policy/Basic"
        }

        import {
          to = aws_cloudwatch_log_group.logs
          id = "/aws/lambda/chat"
        }

        # table: AWS::DynamoDB::Table is not deployed

        import {
          to = aws_apigatewayv2_api.api
          id = "api1"
        }

        import {
          to = aws_lambda_function.function
          id = "chat"
        }

        import {
          to = aws_apigatewayv2_stage.stage
          id = "api1/$default"
        }

        # version: Terraform has no resource for a version: `publish = true` of the aws_lambda_function that is chat publishes it

        import {
          to = aws_lambda_alias.alias
          id = "chat/live"
        }

        import {
          to = aws_lambda_permission.permission
          id = "chat:live/chat-Permission-7v5fYKBfCIyQ"
        }

        import {
          to = aws_apigatewayv2_integration.integration
          id = "api1/int2"
        }

        import {
          to = aws_apigatewayv2_route.route
          id = "api1/route3"
        }
        "#);
    }

    #[test]
    fn a_version_is_not_listed_as_missing_and_a_permission_for_a_url_is_imported_with_a_warning() {
        let spec = Spec { code: "sha-two", ..Spec::plain() };
        let mut state = existing(&Spec::plain(), true);
        let one = state.permissions.iter_mut().find(|((function, _), _)| function == "chat:live");
        one.unwrap().1.invoked_via_function_url = Some(true);
        let desired = spec.desired();
        let observed = run(observe(&World::of(state), &desired, Reach::Resources)).unwrap();
        let imports = terraform_imports(&desired, &observed);
        assert!(!imports.contains("is not deployed"), "{imports}");
        assert!(imports.contains("# version: Terraform has no resource for a version"), "{imports}");
        let warned = "# permission: write `invoked_via_function_url = true`, which the AWS provider knows since 6.29.0; without \
                      it, Terraform's next apply lets everybody invoke the function without its URL\nimport {\n  to = \
                      aws_lambda_permission.permission\n";
        assert!(imports.contains(warned), "{imports}");
    }
}
