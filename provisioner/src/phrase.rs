//! The phrases in messages of AWS, of its SDK and of the libraries below it that decide something here.
//!
//! Wherever an answer has a code, or an error has a public type, the code or the type decides. These facts have neither:
//! AWS uses one code for several causes, or the type is private to its crate. Each phrase comes from an answer of the
//! service, or from the source of the library. If AWS rewords one, a hint is less specific, or a retry is missing.
//! [`crate::denial`] parses AWS's sentences about missing permissions.

/// A fact that only the text of a message states, as texts in lower case: a message that contains one of them states it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Phrase(&'static [&'static str]);

impl Phrase {
    /// The clock of this machine is wrong. AWS has the same code for a wrong secret.
    pub(crate) const WRONG_CLOCK: Self = Self(&["signature expired", "signature not yet current"]);
    /// A policy names a principal that does not exist.
    // IAM: `Invalid principal in policy: "AWS":"arn:…"`. Lambda: `The provided principal was invalid.`
    pub(crate) const INVALID_PRINCIPAL: Self = Self(&["invalid principal in policy", "principal was invalid"]);
    /// The name is taken. The same codes report a change in progress.
    pub(crate) const NAME_TAKEN: Self = Self(&["already exist", "functionurlconfig exists"]);
    /// STS does not accept the MFA code, whose code is `AccessDenied`.
    pub(crate) const WRONG_MFA_CODE: Self = Self(&["multifactorauthentication failed"]);
    /// There is no cached login, in the SDK's words. For SSO they do not distinguish a missing file from an unreadable one;
    /// a login solves both.
    pub(crate) const NO_LOGIN: Self = Self(&["os error 2", "failed to load the cached sso token"]);
    /// The login does not include the role: a private error of the SDK's SSO client.
    pub(crate) const ROLE_NOT_IN_LOGIN: Self = Self(&["forbiddenexception"]);
    /// The SDK waited too long for credentials.
    pub(crate) const NO_CREDENTIALS_IN_TIME: Self = Self(&["identity resolver timed out"]);
    /// rustls does not trust the certificate.
    pub(crate) const UNTRUSTED_CERTIFICATE: Self = Self(&["invalid peer certificate"]);
    /// The host has no address: a private error of hyper-util.
    pub(crate) const NO_ADDRESS: Self = Self(&["dns error", "failed to lookup address"]);
    /// No TCP connection was opened: a private error of hyper-util.
    pub(crate) const NOT_CONNECTED: Self = Self(&["tcp connect error", "dns error"]);
    /// There is no server at the address: the operating system's message.
    pub(crate) const NO_SERVER: Self = Self(&["connection refused"]);
    /// Something other than TLS answered a TLS handshake. rustls reports this for any first bytes that are not TLS.
    pub(crate) const NOT_TLS: Self = Self(&["corrupt message of type invalidcontenttype"]);
    /// The connection was not opened in time: the private `HttpTimeoutError` of aws-smithy-http-client.
    pub(crate) const CONNECT_TIMEOUT: Self = Self(&["http connect timeout occurred"]);
    /// The SDK's request for credentials got no answer.
    pub(crate) const NO_ANSWER: Self = Self(&["dispatch failure", "request has timed out"]);
    /// IAM still counts deleted policies of a role.
    pub(crate) const POLICIES_LEFT: Self = Self(&["policies first"]);
    /// IAM does not know a role yet: `The role with name NAME cannot be found`.
    pub(crate) const UNKNOWN_ROLE: Self = Self(&["role with name"]);
    /// Lambda cannot assume a role yet.
    pub(crate) const ROLE_NOT_ASSUMABLE: Self = Self(&["cannot be assumed by lambda"]);
    /// Lambda does not see the permissions of a role yet.
    pub(crate) const ROLE_WITHOUT_PERMISSIONS: Self = Self(&["provided execution role does not have permissions"]);
    /// Another update of the function is in progress.
    pub(crate) const UPDATE_IN_PROGRESS: Self = Self(&["in progress", "currently in the following state: pending"]);
    /// The account has too few concurrent executions to reserve any.
    pub(crate) const NO_CONCURRENCY_LEFT: Self = Self(&["unreservedconcurrentexecution"]);
    /// API Gateway makes another change of the API. A route key that is taken has the same code.
    pub(crate) const CONCURRENT_MODIFICATION: Self = Self(&["concurrent modification"]);
    /// A function's log reports that IAM refused a call.
    pub(crate) const REFUSED_BY_IAM: Self = Self(&["accessdenied"]);
    /// CloudFormation does not know the stack. The code is `ValidationError`, as for most of its refusals.
    pub(crate) const NO_SUCH_STACK: Self = Self(&["does not exist"]);
    /// CloudFormation makes another change of the stack.
    pub(crate) const STACK_BUSY: Self = Self(&["_in_progress state and can"]);
    /// A change set without changes, which CloudFormation reports as a failure.
    pub(crate) const NO_CHANGES: Self = Self(&["didn't contain changes", "no updates are to be performed"]);
    /// CloudFormation cancelled the operation because another one failed at the same time.
    pub(crate) const CANCELLED: Self =
        Self(&["resource creation cancelled", "resource update cancelled", "resource deletion cancelled"]);
    /// Lambda has published this code and configuration already.
    pub(crate) const VERSION_EXISTS: Self = Self(&["a version for this lambda function exists"]);
    /// A service refused a call of CloudFormation.
    pub(crate) const ACCESS_DENIED: Self = Self(&["access denied", "accessdenied"]);

    /// Whether a message contains it; upper and lower case are the same.
    pub(crate) fn is_in(self, message: &str) -> bool {
        let message = message.to_ascii_lowercase();
        self.0.iter().any(|text| message.contains(text))
    }

    /// Whether one of these messages contains it.
    pub(crate) fn is_in_any<M: AsRef<str>>(self, messages: &[M]) -> bool {
        messages.iter().any(|message| self.is_in(message.as_ref()))
    }
}
