//! The known failures of the table, as data. A test writes `docs/failures.md` from it.

use crate::aws::{
    ENDPOINT_FAILED, Example, KnownFailure, NO_CREDENTIALS, Pattern, Stage, TOKEN_FILE_FAILED, UNFIT_CREDENTIALS,
};

const fn aws(code: &'static str, message: &'static str) -> Example {
    Example { status: 400, code, message }
}

const fn local(code: &'static str) -> Example {
    Example { status: 0, code, message: "" }
}

const fn row(
    name: &'static str,
    pattern: Pattern,
    example: Example,
    hint: &'static str,
    action: bool,
) -> KnownFailure<bool> {
    KnownFailure { name, pattern, example, hint, action }
}

/// The page is requested once more.
const RETRY: bool = true;
/// The page is not requested again, because a second request would fail too.
const NO_RETRY: bool = false;

/// The reasons why there may be no films, and whether the page is requested once more. The first matching row applies.
pub const FAILURES: &[KnownFailure<bool>] = &[
    row(
        "a policy of the organization denies the table",
        Pattern::Message(&["service control policy", "resource control policy"]),
        aws(
            "AccessDeniedException",
            "User: arn:aws:sts::123456789012:assumed-role/chat is not authorized to perform: dynamodb:Scan with an \
             explicit deny in a service control policy",
        ),
        "ask the organization's administrator to allow dynamodb:Scan in the function's region",
        NO_RETRY,
    ),
    row(
        "the role's permissions boundary or the policy of a VPC endpoint does not allow the table",
        Pattern::Message(&["permissions boundary", "vpc endpoint policy"]),
        aws(
            "AccessDeniedException",
            "User: arn:aws:sts::123456789012:assumed-role/chat is not authorized to perform: dynamodb:Scan because no \
             permissions boundary allows the dynamodb:Scan action",
        ),
        "allow dynamodb:Scan in the policy that the message names",
        NO_RETRY,
    ),
    row(
        "the role may not use the table's key",
        Pattern::Message(&["kms"]),
        aws("AccessDeniedException", "KMS key access denied error: The ciphertext refers to a customer master key"),
        "allow kms:Decrypt on the table's key in the function's role and in the key's policy",
        NO_RETRY,
    ),
    row(
        "the table does not exist in the account and region",
        Pattern::Code(&["ResourceNotFoundException"]),
        aws("ResourceNotFoundException", "Requested resource not found"),
        "set DYNAMODB_TABLE to a table of the function's account and region: aws dynamodb list-tables",
        NO_RETRY,
    ),
    row(
        "the role may not read the table",
        Pattern::Code(&["AccessDeniedException", "AccessDenied"]),
        aws(
            "AccessDeniedException",
            "User: arn:aws:sts::123456789012:assumed-role/chat is not authorized to perform: dynamodb:Scan on resource: \
             arn:aws:dynamodb:us-east-1:123456789012:table/x because no identity-based policy allows the dynamodb:Scan \
             action",
        ),
        "allow dynamodb:Scan on the table in DYNAMODB_TABLE in the policy of the function's role",
        NO_RETRY,
    ),
    row(
        "the table is throttled",
        Pattern::Code(&["ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded"]),
        aws("ProvisionedThroughputExceededException", "The level of configured provisioned throughput was exceeded."),
        "increase the table's read capacity or make it on-demand, or increase CATALOG_TTL so that it is read less often",
        RETRY,
    ),
    row(
        "DynamoDB does not accept the credentials",
        Pattern::Code(&[
            "UnrecognizedClientException", "ExpiredTokenException", "InvalidSignatureException",
            "IncompleteSignatureException", "MissingAuthenticationTokenException",
        ]),
        aws("UnrecognizedClientException", "The security token included in the request is invalid."),
        "check the function's credentials, which Lambda sets from its role, and the machine's clock",
        NO_RETRY,
    ),
    row(
        "a fault of DynamoDB",
        Pattern::Stage(Stage::Fault),
        Example { status: 500, code: "InternalServerError", message: "Internal server error" },
        "retry later: the next request reads the table again; check the AWS Health Dashboard if it continues",
        RETRY,
    ),
    row(
        "an incomplete answer, or an answer of another server (empty, JSON without rows, HTML with any status)",
        Pattern::Stage(Stage::Foreign),
        local("UnreadableAnswer"),
        "check which server answers at DynamoDB's address: a proxy, a VPC endpoint, or the server in \
         AWS_ENDPOINT_URL_DYNAMODB or AWS_ENDPOINT_URL",
        RETRY,
    ),
    row(
        "no answer in time",
        Pattern::Stage(Stage::Timeout),
        local("Timeout"),
        "check that the function reaches DynamoDB in its region (NAT or VPC endpoint), and that its Timeout is long enough",
        RETRY,
    ),
    NO_CREDENTIALS.with_action(NO_RETRY),
    ENDPOINT_FAILED.with_action(RETRY),
    TOKEN_FILE_FAILED.with_action(NO_RETRY),
    UNFIT_CREDENTIALS.with_action(NO_RETRY),
    row(
        "no connection, or a broken connection",
        Pattern::Stage(Stage::Connection),
        local("DispatchFailure"),
        "check the network (NAT or VPC endpoint), AWS_REGION, AWS_ENDPOINT_URL_DYNAMODB or AWS_ENDPOINT_URL, and the \
         certificates in SSL_CERT_FILE",
        RETRY,
    ),
    row(
        "any other error",
        Pattern::Any,
        aws("ValidationException", "One or more parameter values were invalid"),
        "check DYNAMODB_TABLE and AWS_REGION, and look up the code in the API reference of Scan",
        NO_RETRY,
    ),
];
