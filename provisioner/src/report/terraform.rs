//! Terraform `import` blocks: the resource types of Terraform's AWS provider for the deployed resources, and the ids
//! for their import.
//!
//! The id of each kind is the one that the provider's documentation names under "Import" (read in November 2026).

use crate::desired::Desired;
use crate::observe::{Found, Observed};
use crate::printable::{line, lines};
use crate::resources::{Owner, Resource};

/// A block for each existing resource of the stack, in the template's order; for the others a comment with the reason
/// why there is none.
#[must_use]
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
                    "# {label}: {} `{}` is not this stack's\n\n",
                    wanted.resource.kind(),
                    line(&found.resource.name())
                )
            }
            Some(found) => imports(&label, found).into_iter().map(block).collect::<String>(),
            None => format!("# {label}: {} is not deployed\n\n", wanted.resource.kind()),
        }
    });
    lines(blocks.collect::<String>().trim_end()) + "\n"
}

/// The Terraform type of a part of a resource, its label, and its id.
struct Import {
    kind: String,
    label: String,
    id: String,
    /// A warning before the import.
    warning: Option<&'static str>,
}

fn block(Import { kind, label, id, warning }: Import) -> String {
    let warning = warning.map(|text| format!("# {label}: {text}\n")).unwrap_or_default();
    format!("{warning}import {{\n  to = {kind}.{label}\n  id = {id:?}\n}}\n\n")
}

/// Source: hashicorp/terraform-provider-aws pull request 44858, released with 6.29.0.
const BY_FUNCTION_URL: &str = "write `invoked_via_function_url = true`, which the AWS provider knows since 6.29.0; without it, \
                               Terraform's next apply lets everybody invoke the function without its URL";

/// Terraform has several resources where CloudFormation has one.
fn imports(label: &str, found: &Found) -> Vec<Import> {
    let own =
        |kind: &str, id: String| vec![Import { kind: kind.to_owned(), label: label.to_owned(), id, warning: None }];
    let given = |name: &str| found.ids.get(name).cloned().unwrap_or_default();
    let part = |kind: &str, part: &str, id: String| Import {
        kind: kind.to_owned(),
        label: format!("{label}_{}", snake_case(part)),
        id,
        warning: None,
    };
    match &found.resource {
        Resource::Role(role) => {
            let name = &role.role_name;
            let inline =
                role.policies.keys().map(|policy| part("aws_iam_role_policy", policy, format!("{name}:{policy}")));
            let attached = role.managed_policy_arns.iter().map(|arn| {
                let policy = arn.rsplit('/').next().unwrap_or(arn);
                part("aws_iam_role_policy_attachment", policy, format!("{name}/{arn}"))
            });
            own("aws_iam_role", name.clone()).into_iter().chain(inline).chain(attached).collect()
        }
        Resource::InlinePolicy(policy) => {
            let on = |role: &String| part("aws_iam_role_policy", role, format!("{role}:{}", policy.policy_name));
            policy.roles.iter().map(on).collect()
        }
        Resource::LogGroup(group) => own("aws_cloudwatch_log_group", group.log_group_name.clone()),
        Resource::Function(function) => own("aws_lambda_function", function.function_name.clone()),
        Resource::Version(_) => Vec::new(), // see above
        Resource::Alias(alias) => own("aws_lambda_alias", format!("{}/{}", alias.function_name, alias.name)),
        Resource::Url(url) => own("aws_lambda_function_url", url.name_with_alias("/")),
        Resource::Permission(permission) => {
            let mut imports = own("aws_lambda_permission", format!("{}/{}", permission.function_name, given("Ref")));
            let by_url = permission.invoked_via_function_url.unwrap_or_default();
            imports.iter_mut().for_each(|one| one.warning = by_url.then_some(BY_FUNCTION_URL));
            imports
        }
        Resource::Api(_) => own("aws_apigatewayv2_api", given("ApiId")),
        Resource::Integration(one) => {
            own("aws_apigatewayv2_integration", format!("{}/{}", one.api_id, given("IntegrationId")))
        }
        Resource::Route(route) => own("aws_apigatewayv2_route", format!("{}/{}", route.api_id, given("RouteId"))),
        Resource::Stage(stage) => own("aws_apigatewayv2_stage", format!("{}/{}", stage.api_id, stage.stage_name)),
        Resource::Table(table) => own("aws_dynamodb_table", table.table_name.clone()),
        // The provider for Cloud Control names its types after the registry's, and accepts its identifiers.
        Resource::Other(other) => {
            let kind = other.type_name.trim_start_matches("AWS::").replace("::", "_");
            let identifier = other.identifier.as_ref().map(ToString::to_string).unwrap_or_default();
            own(&format!("awscc_{}", snake_case(&kind)), identifier)
        }
    }
}

/// `ChatLogGroup` as `chat_log_group`, `AWS::SQS::Queue`'s `SQS_Queue` as `sqs_queue`.
fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    let mut before = '_';
    for letter in name.chars() {
        if !letter.is_ascii_alphanumeric() {
            if before != '_' {
                snake.push('_');
                before = '_';
            }
            continue;
        }
        if letter.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_digit()) {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
        before = letter;
    }
    snake
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
            [("ChatLogGroup", "chat_log_group"), ("SQS_Queue", "sqs_queue"), ("Api2Route", "api2_route")]
        {
            assert_eq!(snake_case(name), label);
        }
    }

    #[test]
    fn what_is_deployed_is_imported_by_the_providers_ids_and_what_is_not_is_said() {
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
    fn a_version_is_never_said_not_to_be_deployed_and_a_permission_for_a_url_is_imported_with_a_warning() {
        let spec = Spec { code: "sha-two", ..Spec::plain() };
        let mut state = existing(&Spec::plain(), true);
        let one = state.permissions.iter_mut().find(|((function, _), _)| function == "chat:live");
        one.unwrap().1.invoked_via_function_url = Some(true);
        let desired = spec.desired();
        let observed = run(observe(&World::of(state), &desired, Reach::Resources)).unwrap();
        let told = terraform_imports(&desired, &observed);
        assert!(!told.contains("is not deployed"), "{told}");
        assert!(told.contains("# version: Terraform has no resource for a version"), "{told}");
        let warned = "# permission: write `invoked_via_function_url = true`, which the AWS provider knows since 6.29.0; without \
                      it, Terraform's next apply lets everybody invoke the function without its URL\nimport {\n  to = \
                      aws_lambda_permission.permission\n";
        assert!(told.contains(warned), "{told}");
    }
}
