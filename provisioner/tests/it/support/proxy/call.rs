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
    /// What it is about, in words that are the same in every account: names, without ids that AWS hands out.
    pub(crate) subject: String,
    /// A digest of path, query and body: the same for the same question.
    pub(super) question: u64,
    /// What the caller was told; nothing while under way, or when the connection was dropped on purpose.
    pub(crate) status: Option<u16>,
    /// What AWS answered, whether or not the caller was told.
    pub(super) upstream: Option<u16>,
    /// When the first byte of it came; a large one takes a while longer to be there.
    pub(super) began: Instant,
    pub(super) ended: Option<Instant>,
}

impl Call {
    pub(crate) fn is_write(&self) -> bool {
        self.kind == Kind::Write
    }

    /// Whether AWS did it.
    pub(crate) fn took_effect(&self) -> bool {
        self.upstream.is_some_and(|status| status < 300)
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

/// Which call of a run: the same one in another run, in another account, however parallel calls fall.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CallId {
    pub(crate) service: String,
    pub(crate) operation: String,
    pub(crate) subject: String,
    /// Counted from 1 among the calls that are the same otherwise.
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

/// `lambda GetAlias functions/chat/aliases/live #2`
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
