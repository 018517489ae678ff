//! The phrases in messages of AWS, of its SDK and of the libraries below it that decide something here.
//!
//! Wherever an answer has a code, or an error has a public type, the code or the type decides. These facts have neither:
//! AWS uses one code for several causes, or the type is private to its crate. Each phrase comes from an answer of the
//! service, or from the source of the library. If AWS rewords one, a hint is less specific, or a retry is missing.
//! [`crate::denial`] parses AWS's sentences about missing permissions.

/// A fact that only the text of a message states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phrase {
    /// The clock of this machine is wrong. AWS has the same code for a wrong secret.
    WrongClock,
    /// A policy names a principal that does not exist.
    InvalidPrincipal,
    /// The name is taken. The same codes report a change in progress.
    NameTaken,
    /// STS does not accept the MFA code, whose code is `AccessDenied`.
    WrongMfaCode,
    /// There is no cached login, in the SDK's words. For SSO they do not distinguish a missing file from an unreadable one;
    /// a login solves both.
    NoLogin,
    /// The login does not include the role: a private error of the SDK's SSO client.
    RoleNotInLogin,
    /// The SDK waited too long for credentials.
    NoCredentialsInTime,
    /// rustls does not trust the certificate.
    UntrustedCertificate,
    /// The host has no address: a private error of hyper-util.
    NoAddress,
    /// No TCP connection was opened: a private error of hyper-util.
    NotConnected,
    /// There is no server at the address: the operating system's message.
    NoServer,
    /// Something other than TLS answered a TLS handshake. rustls reports this for any first bytes that are not TLS.
    NotTls,
    /// The connection was not opened in time: the private `HttpTimeoutError` of aws-smithy-http-client.
    ConnectTimeout,
    /// The SDK's request for credentials got no answer.
    NoAnswer,
    /// IAM still counts deleted policies of a role.
    PoliciesLeft,
    /// IAM does not know a role yet: `The role with name NAME cannot be found`.
    UnknownRole,
    /// Lambda cannot assume a role yet.
    RoleNotAssumable,
    /// Lambda does not see the permissions of a role yet.
    RoleWithoutPermissions,
    /// Another update of the function is in progress.
    UpdateInProgress,
    /// The account has too few concurrent executions to reserve any.
    NoConcurrencyLeft,
    /// API Gateway makes another change of the API. A route key that is taken has the same code.
    ConcurrentModification,
    /// A function's log reports that IAM refused a call.
    RefusedByIam,
    /// CloudFormation does not know the stack. The code is `ValidationError`, as for most of its refusals.
    NoSuchStack,
    /// CloudFormation makes another change of the stack.
    StackBusy,
    /// A change set without changes, which CloudFormation reports as a failure.
    NoChanges,
    /// CloudFormation cancelled the operation because another one failed at the same time.
    Cancelled,
    /// Lambda has published this code and configuration already.
    VersionExists,
    /// A service refused a call of CloudFormation.
    AccessDenied,
}

impl Phrase {
    /// Whether a message contains it; upper and lower case are the same.
    pub(crate) fn is_in(self, message: &str) -> bool {
        let message = message.to_ascii_lowercase();
        self.texts().iter().any(|text| message.contains(text))
    }

    /// Whether one of these messages contains it.
    pub(crate) fn is_in_any<M: AsRef<str>>(self, messages: &[M]) -> bool {
        messages.iter().any(|message| self.is_in(message.as_ref()))
    }

    /// In lower case.
    fn texts(self) -> &'static [&'static str] {
        match self {
            Self::WrongClock => &["signature expired", "signature not yet current"],
            // IAM: `Invalid principal in policy: "AWS":"arn:…"`. Lambda: `The provided principal was invalid.`
            Self::InvalidPrincipal => &["invalid principal in policy", "principal was invalid"],
            Self::NameTaken => &["already exist", "functionurlconfig exists"],
            Self::WrongMfaCode => &["multifactorauthentication failed"],
            Self::NoLogin => &["os error 2", "failed to load the cached sso token"],
            Self::RoleNotInLogin => &["forbiddenexception"],
            Self::NoCredentialsInTime => &["identity resolver timed out"],
            Self::UntrustedCertificate => &["invalid peer certificate"],
            Self::NoAddress => &["dns error", "failed to lookup address"],
            Self::NotConnected => &["tcp connect error", "dns error"],
            Self::NoServer => &["connection refused"],
            Self::NotTls => &["corrupt message of type invalidcontenttype"],
            Self::ConnectTimeout => &["http connect timeout occurred"],
            Self::NoAnswer => &["dispatch failure", "request has timed out"],
            Self::PoliciesLeft => &["policies first"],
            Self::UnknownRole => &["role with name"],
            Self::RoleNotAssumable => &["cannot be assumed by lambda"],
            Self::RoleWithoutPermissions => &["provided execution role does not have permissions"],
            Self::UpdateInProgress => &["in progress", "currently in the following state: pending"],
            Self::NoConcurrencyLeft => &["unreservedconcurrentexecution"],
            Self::ConcurrentModification => &["concurrent modification"],
            Self::RefusedByIam => &["accessdenied"],
            Self::NoSuchStack => &["does not exist"],
            Self::StackBusy => &["_in_progress state and can"],
            Self::NoChanges => &["didn't contain changes", "no updates are to be performed"],
            Self::Cancelled => {
                &["resource creation cancelled", "resource update cancelled", "resource deletion cancelled"]
            }
            Self::VersionExists => &["a version for this lambda function exists"],
            Self::AccessDenied => &["access denied", "accessdenied"],
        }
    }
}
