//! One recorded call, and what a list of them says.

use std::fmt;
use std::time::Instant;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Read,
    Write,
    Invoke,
}

impl Kind {
    /// Told from the operation's name; what is not known to be harmless counts as a write.
    pub(super) fn of(service: &str, operation: &str) -> Self {
        const READS: [&str; 12] = [
            "Get",
            "List",
            "Describe",
            "BatchGet",
            "TransactGet",
            "Scan",
            "Query",
            "Simulate",
            "AssumeRole",
            "Filter",
            "GET ",
            "HEAD ",
        ];
        if service == "execute-api" || operation.starts_with("Invoke") {
            Self::Invoke
        } else if READS.iter().any(|prefix| operation.starts_with(prefix)) {
            Self::Read
        } else {
            Self::Write
        }
    }
}

#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) service: String,
    pub(crate) operation: String,
    pub(crate) kind: Kind,
    /// Path and query: which function, which API.
    pub(crate) target: String,
    /// What the caller was told; nothing while under way, or when the connection was dropped on purpose.
    pub(crate) status: Option<u16>,
    pub(super) began: Instant,
    pub(super) ended: Option<Instant>,
}

impl Call {
    pub(crate) fn is_write(&self) -> bool {
        self.kind == Kind::Write
    }

    /// `lambda CreateFunction`
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.service, self.operation)
    }
}

/// `lambda CreateFunction 201`: what a failed assertion prints.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name();
        match self.status {
            Some(status) => write!(f, "{name} {status}"),
            None => write!(f, "{name} (no answer)"),
        }
    }
}

/// The names alone, in order of arrival.
pub(crate) fn names(calls: &[Call]) -> Vec<String> {
    calls.iter().map(Call::name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_writes_and_invocations_are_told_apart() {
        let table = [
            ("iam", "GetRole", Kind::Read),
            ("iam", "SimulatePrincipalPolicy", Kind::Read),
            ("sts", "GetCallerIdentity", Kind::Read),
            ("logs", "DescribeLogGroups", Kind::Read),
            ("dynamodb", "Scan", Kind::Read),
            ("bedrock", "GET /foundation-models", Kind::Read),
            ("iam", "PutRolePolicy", Kind::Write),
            ("lambda", "TagResource", Kind::Write),
            ("lambda", "PublishVersion", Kind::Write),
            ("bedrock", "POST /guardrails", Kind::Write),
            ("lambda", "Invoke", Kind::Invoke),
            ("execute-api", "GET /movies", Kind::Invoke),
        ];
        for (service, operation, kind) in table {
            assert_eq!(Kind::of(service, operation), kind, "{service} {operation}");
        }
    }
}
