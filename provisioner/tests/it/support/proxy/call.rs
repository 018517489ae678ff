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

/// The longest chain of calls of which each began only after the one before had been answered.
pub(crate) fn depth(calls: &[Call]) -> usize {
    // In order of arrival, so that whatever a call may have waited for has its own depth already.
    let mut depths: Vec<usize> = Vec::with_capacity(calls.len());
    for call in calls {
        let waited_for = calls.iter().zip(&depths).filter(|(c, _)| c.ended.is_some_and(|e| e <= call.began));
        let before = waited_for.map(|(_, depth)| *depth).max().unwrap_or(0);
        depths.push(before + 1);
    }
    depths.into_iter().max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

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

    #[test]
    fn depth_counts_only_calls_that_waited_for_each_other() {
        let start = Instant::now();
        let at = |from: u64, to: u64| Call {
            service: "iam".to_owned(),
            operation: "GetRole".to_owned(),
            kind: Kind::Read,
            target: "/".to_owned(),
            status: Some(200),
            began: start + Duration::from_millis(from),
            ended: Some(start + Duration::from_millis(to)),
        };
        assert_eq!(depth(&[]), 0);
        assert_eq!(depth(&[at(0, 10), at(1, 30), at(2, 10)]), 1);
        assert_eq!(depth(&[at(0, 10), at(1, 30), at(12, 20), at(25, 40)]), 3);
    }
}
