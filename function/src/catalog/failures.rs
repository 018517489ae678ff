//! The known failures of the table, as data. A test writes `docs/failures.md` from it.

use crate::aws::{ENDPOINT_FAILED, Example, Known, NO_CREDENTIALS, Sign, Stage, TOKEN_FILE_FAILED, UNFIT_CREDENTIALS};

const fn aws(code: &'static str, message: &'static str) -> Example {
    Example { status: 400, code, message }
}

const fn here(code: &'static str) -> Example {
    Example { status: 0, code, message: "" }
}

const fn row(what: &'static str, sign: Sign, example: Example, hint: &'static str, then: bool) -> Known<bool> {
    Known { what, sign, example, hint, then }
}

/// The page is requested once more.
const AGAIN: bool = true;
/// The page is not requested again, because the next request would fail too.
const ONCE: bool = false;

/// The reasons why there may be no films, and whether the page is requested once more. The first matching row applies.
pub const FAILURES: &[Known<bool>] = &[
    row(
        "a policy of the organization denies the table",
        Sign::Says(&["service control policy", "resource control policy"]),
        aws(
            "AccessDeniedException",
            "User: arn:aws:sts::123456789012:assumed-role/chat is not authorized to perform: dynamodb:Scan with an \
             explicit deny in a service control policy",
        ),
        "ask the organization's administrator to allow dynamodb:Scan in the function's region",
        ONCE,
    ),
    row(
        "the role's permissions boundary or the policy of a VPC endpoint does not allow the table",
        Sign::Says(&["permissions boundary", "vpc endpoint policy"]),
        aws(
            "AccessDeniedException",
            "User: arn:aws:sts::123456789012:assumed-role/chat is not authorized to perform: dynamodb:Scan because no \
             permissions boundary allows the dynamodb:Scan action",
        ),
        "allow dynamodb:Scan in the policy that the message names",
        ONCE,
    ),
    row(
        "the role may not use the table's key",
        Sign::Says(&["kms"]),
        aws("AccessDeniedException", "KMS key access denied error: The ciphertext refers to a customer master key"),
        "allow kms:Decrypt on the table's key in the function's role and in the key's policy",
        ONCE,
    ),
    row(
        "the table does not exist in the account and region",
        Sign::Code(&["ResourceNotFoundException"]),
        aws("ResourceNotFoundException", "Requested resource not found"),
        "set DYNAMODB_TABLE to a table of the function's account and region: aws dynamodb list-tables",
        ONCE,
    ),
    row(
        "the role may not read the table",
        Sign::Code(&["AccessDeniedException", "AccessDenied"]),
        aws(
            "AccessDeniedException",
            "User: arn:aws:sts::123456789012:assumed-role/chat is not authorized to perform: dynamodb:Scan on resource: \
             arn:aws:dynamodb:us-east-1:123456789012:table/x because no identity-based policy allows the dynamodb:Scan \
             action",
        ),
        "allow dynamodb:Scan on the table that DYNAMODB_TABLE names in the policy of the function's role",
        ONCE,
    ),
    row(
        "too many reads of the table",
        Sign::Code(&["ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded"]),
        aws("ProvisionedThroughputExceededException", "The level of configured provisioned throughput was exceeded."),
        "raise the table's read capacity or make it on-demand, or raise CATALOG_TTL so that it is read less often",
        AGAIN,
    ),
    row(
        "DynamoDB does not accept the credentials",
        Sign::Code(&[
            "UnrecognizedClientException",
            "ExpiredTokenException",
            "InvalidSignatureException",
            "IncompleteSignatureException",
            "MissingAuthenticationTokenException",
        ]),
        aws("UnrecognizedClientException", "The security token included in the request is invalid."),
        "check the function's credentials, which Lambda sets from its role, and the machine's clock",
        ONCE,
    ),
    row(
        "a fault of DynamoDB",
        Sign::Stage(Stage::Fault),
        Example { status: 500, code: "InternalServerError", message: "Internal server error" },
        "ask again later: the next request reads the table again; look at the AWS Health Dashboard if it lasts",
        AGAIN,
    ),
    row(
        "an answer that broke off, or that DynamoDB did not write (empty, JSON without rows, HTML with any status)",
        Sign::Stage(Stage::Foreign),
        here("UnreadableAnswer"),
        "check what answers at DynamoDB's address: a proxy, a VPC endpoint, or what AWS_ENDPOINT_URL names",
        AGAIN,
    ),
    row(
        "no answer in time",
        Sign::Stage(Stage::Timeout),
        here("Timeout"),
        "check that the function reaches DynamoDB in its region (NAT or VPC endpoint), and that its Timeout leaves time",
        AGAIN,
    ),
    NO_CREDENTIALS.then(ONCE),
    ENDPOINT_FAILED.then(AGAIN),
    TOKEN_FILE_FAILED.then(ONCE),
    UNFIT_CREDENTIALS.then(ONCE),
    row(
        "no connection, or one that broke",
        Sign::Stage(Stage::Connection),
        here("DispatchFailure"),
        "check the network (NAT or VPC endpoint), AWS_REGION, AWS_ENDPOINT_URL and the certificates in SSL_CERT_FILE",
        AGAIN,
    ),
    row(
        "any other error",
        Sign::Any,
        aws("ValidationException", "One or more parameter values were invalid"),
        "check DYNAMODB_TABLE and AWS_REGION, and look up the code in the API reference of Scan",
        ONCE,
    ),
];
