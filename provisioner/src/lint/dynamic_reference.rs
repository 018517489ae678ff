//! Dynamic references in properties.

use super::{Checked, Finding, Severity};
use crate::template::{dynamic_reference_in, reference_to_another_service_in};

/// Checks that no property contains a dynamic reference, which the direct engine would send as literal text.
///
/// CloudFormation also resolves `ssm` references in outputs, when it creates a change set
/// (amazon-archives/realworld-serverless-application pull request 16); the direct engine prints them as text.
pub(super) fn no_dynamic_reference(one: &Checked) -> Option<Finding> {
    let property = dynamic_reference_in(&one.properties)?;
    let cause = format!(
        "{} contains a dynamic reference (`{{{{resolve:…}}}}`), which only CloudFormation resolves: AWS would receive \
         the text itself",
        property.join(".")
    );
    let hint = "write the value itself, or deploy with `--engine cloudformation`";
    Some(Finding { property, ..one.finding(Severity::Refused, cause, hint) })
}

/// Checks that each dynamic reference in a property names a service that CloudFormation documents. It is not documented
/// whether CloudFormation refuses another service or keeps the text, so this is a note.
pub(super) fn no_other_service(one: &Checked) -> Option<Finding> {
    let property = reference_to_another_service_in(&one.properties)?;
    let cause = format!(
        "{} contains `{{{{resolve:…}}}}` with a service other than `ssm`, `ssm-secure` and `secretsmanager`: it is \
         not a dynamic reference, and AWS receives the text itself",
        property.join(".")
    );
    let hint = "write the value itself, or refer to a resource with `!Ref` or `!GetAtt`";
    Some(Finding { property, ..one.finding(Severity::Unwise, cause, hint) })
}
