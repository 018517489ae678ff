//! The ids by which Terraform imports a resource. The AWS provider's documentation names the id of each kind under
//! "Import" (read in November 2026).

/// A Terraform resource for a deployed resource, or for a part of it: Terraform has several resources where
/// CloudFormation has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Terraform's resource type, such as `aws_lambda_function`.
    pub kind: String,
    /// The name of the part; `None` for the resource itself.
    pub part: Option<String>,
    /// The id for the import.
    pub id: String,
    /// A warning before the import.
    pub warning: Option<&'static str>,
}

impl Import {
    /// The resource itself.
    pub(super) fn whole(kind: &str, id: impl Into<String>) -> Self {
        Self { kind: kind.to_owned(), part: None, id: id.into(), warning: None }
    }

    /// A part of it.
    pub(super) fn part(kind: &str, part: &str, id: impl Into<String>) -> Self {
        Self { part: Some(part.to_owned()), ..Self::whole(kind, id) }
    }
}

/// `ChatLogGroup` as `chat_log_group`, `AWS::SQS::Queue`'s `SQS_Queue` as `sqs_queue`.
pub(crate) fn snake_case(name: &str) -> String {
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
