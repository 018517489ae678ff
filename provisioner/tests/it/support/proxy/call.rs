//! One recorded call, and the identities in a list of calls.

use std::fmt;
use std::time::Instant;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Read,
    Write,
    Invoke,
}

impl Kind {
    /// Determined by the operation's name; an unknown operation counts as a write.
    pub(super) fn of(service: &str, operation: &str) -> Self {
        const READS: [&str; 12] = [
            "Get", "List", "Describe", "BatchGet", "TransactGet", "Scan", "Query", "Simulate", "AssumeRole", "Filter",
            "GET ", "HEAD ",
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
    /// The path and query: which function, which API.
    pub(crate) target: String,
    /// The subject of the call, in words that are the same in every account: names, without the ids that AWS assigns.
    pub(crate) subject: String,
    /// A digest of path, query and body, which is equal for equal requests.
    pub(super) question: u64,
    /// The status that the caller received; `None` while the call is in progress, or when the connection was dropped on
    /// purpose.
    pub(crate) status: Option<u16>,
    /// The status of AWS's answer, whether or not the caller received it.
    pub(super) upstream: Option<u16>,
    /// When its first byte arrived; a large call takes longer to arrive completely.
    pub(super) began: Instant,
    pub(super) ended: Option<Instant>,
}

impl Call {
    pub(crate) fn is_write(&self) -> bool {
        self.kind == Kind::Write
    }

    /// Whether AWS executed it.
    pub(crate) fn took_effect(&self) -> bool {
        self.upstream.is_some_and(|status| status < 300)
    }

    /// For example `lambda CreateFunction`.
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.service, self.operation)
    }
}

/// For example `lambda CreateFunction 201`, which a failed assertion prints.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name();
        match self.status {
            Some(status) => write!(f, "{name} {status}"),
            None => write!(f, "{name} (no answer)"),
        }
    }
}

/// Identifies a call of a run. The same call in another run or account has the same identity, whatever the order of
/// parallel calls.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CallId {
    pub(crate) service: String,
    pub(crate) operation: String,
    pub(crate) subject: String,
    /// Counted from 1 among the calls that are otherwise the same.
    pub(crate) occurrence: usize,
}

impl CallId {
    /// Whether the call is this one or another occurrence of it.
    pub(crate) fn is_about(&self, call: &Call) -> bool {
        (&self.service, &self.operation, &self.subject) == (&call.service, &call.operation, &call.subject)
    }

    /// Whether it is this one or another occurrence of it.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Self { occurrence: 0, ..self.clone() } == Self { occurrence: 0, ..other.clone() }
    }
}

/// For example `lambda GetAlias functions/chat/aliases/live #2`.
impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { service, operation, subject, occurrence } = self;
        write!(f, "{service} {operation} {subject} #{occurrence}")
    }
}

/// The calls of a run with their identities, in order of arrival.
pub(crate) fn identified(calls: &[Call]) -> Vec<(CallId, Kind)> {
    let mut all: Vec<(CallId, Kind)> = Vec::new();
    for call in calls {
        let occurrence = 1 + all.iter().filter(|(id, _)| id.is_about(call)).count();
        let (service, operation, subject) = (call.service.clone(), call.operation.clone(), call.subject.clone());
        all.push((CallId { service, operation, subject, occurrence }, call.kind));
    }
    all
}

/// The names only, in order of arrival.
pub(crate) fn names(calls: &[Call]) -> Vec<String> {
    calls.iter().map(Call::name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_a_read_a_write_or_an_invocation() {
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
