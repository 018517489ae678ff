//! The known failures of a model, as data. A test writes `docs/failures.md` from it.
//!
//! The order matters: the first matching row applies. AWS's words are from its API reference, from its user guide and
//! from reports on GitHub (2025 and 2026): aws-samples/sample-badgers issue 33 (service control policy),
//! aws-samples/sample-host-openclaw-on-amazon-bedrock-agentcore issue 41 (Marketplace), Tracer-Cloud/opensre pull
//! request 1811 (payment), aws-samples/amazon-bedrock-workshop issue 386 (legacy), minorun365/agent-book issue 29
//! (tokens per day), anthropics/claude-code issue 1466 (tokens, on-demand throughput).

use super::Remedy::{self, Again, Another, Nothing};
use crate::aws::{ENDPOINT_FAILED, Example, Known, NO_CREDENTIALS, Sign, Stage, TOKEN_FILE_FAILED, UNFIT_CREDENTIALS};
use crate::error::ModelTrouble::{
    self, AccessRefused, Busy, Failed, NoText, NotAvailable, RequestRefused, Throttled, TimedOut, Unreachable,
};

type Failure = Known<(ModelTrouble, Remedy)>;

const fn aws(status: u16, code: &'static str, message: &'static str) -> Example {
    Example { status, code, message }
}

const fn here(code: &'static str) -> Example {
    aws(0, code, "")
}

const DENIED: &str = "AccessDeniedException";
const NOT_FOUND: &str = "ResourceNotFoundException";
const THROTTLED: &str = "ThrottlingException";
const INVALID: &str = "ValidationException";

/// The last row, which matches every failure.
pub(super) const OTHER: Failure = Known {
    what: "any other error",
    sign: Sign::Any,
    example: aws(400, "SomethingNewException", "Something new."),
    hint: "look up the code in the API reference of Converse: \
           https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html",
    then: (Failed, Nothing),
};

/// The failures between a question and the first word of its answer.
pub const FAILURES: &[Failure] = &[
    Known {
        what: "Anthropic's use case form was not sent",
        sign: Sign::Says(&["use case details", "use-case form"]),
        example: aws(
            404,
            NOT_FOUND,
            "Model use case details have not been submitted for this account. Fill out the Anthropic use case details \
             form before using the model.",
        ),
        hint: "send Anthropic's use case form once for the account (Bedrock console, model catalog, the model's page), \
               then wait 15 minutes",
        then: (NotAvailable, Another),
    },
    Known {
        what: "the account has no valid payment method",
        sign: Sign::Says(&["payment_instrument", "payment instrument"]),
        example: aws(
            403,
            DENIED,
            "Model access is denied due to INVALID_PAYMENT_INSTRUMENT:A valid payment instrument must be provided. Your \
             AWS Marketplace subscription for this model cannot be completed at this time.",
        ),
        hint: "add a valid payment method to the account (Billing console, payment preferences), then wait 15 minutes",
        then: (AccessRefused, Another),
    },
    Known {
        what: "the account has no AWS Marketplace subscription to the model",
        sign: Sign::Says(&["aws marketplace", "aws-marketplace:"]),
        example: aws(
            403,
            DENIED,
            "Model access is denied due to IAM user or service role is not authorized to perform the required AWS \
             Marketplace actions (aws-marketplace:ViewSubscriptions, aws-marketplace:Subscribe) to enable access to \
             this model.",
        ),
        hint: "ask the model once with a role that may aws-marketplace:Subscribe and aws-marketplace:ViewSubscriptions, \
               such as in the Bedrock console's playground, then wait 15 minutes",
        then: (AccessRefused, Another),
    },
    Known {
        what: "a policy of the organization denies the model",
        sign: Sign::Says(&["service control policy", "resource control policy"]),
        example: aws(
            403,
            DENIED,
            "User: arn:aws:sts::123456789012:assumed-role/chat is not authorized to perform: bedrock:InvokeModel on \
             resource: arn:aws:bedrock:us-west-2::foundation-model/x with an explicit deny in a service control policy",
        ),
        hint: "ask the organization's administrator to allow bedrock:InvokeModel in each region of the inference \
               profile (aws bedrock get-inference-profile lists them), or set MODEL_ID to a profile of allowed regions",
        then: (AccessRefused, Another),
    },
    Known {
        what: "the role's permissions boundary does not allow the model",
        sign: Sign::Says(&["permissions boundary"]),
        example: aws(
            403,
            DENIED,
            "User: arn:aws:sts::123456789012:assumed-role/chat is not authorized to perform: bedrock:InvokeModel \
             because no permissions boundary allows the bedrock:InvokeModel action",
        ),
        hint: "allow bedrock:InvokeModel in the permissions boundary of the function's role",
        then: (AccessRefused, Another),
    },
    Known {
        what: "the policy of a VPC endpoint denies the model",
        sign: Sign::Says(&["vpc endpoint policy"]),
        example: aws(
            403,
            DENIED,
            "User: arn:aws:sts::123456789012:assumed-role/chat is not authorized to perform: bedrock:InvokeModel \
             because no VPC endpoint policy allows the bedrock:InvokeModel action",
        ),
        hint: "allow bedrock:InvokeModel in the policy of the VPC endpoint bedrock-runtime",
        then: (AccessRefused, Another),
    },
    Known {
        what: "another policy denies the model explicitly",
        sign: Sign::Says(&["explicit deny"]),
        example: aws(
            403,
            DENIED,
            "User: arn:aws:sts::123456789012:assumed-role/chat is not authorized to perform: bedrock:InvokeModel with \
             an explicit deny in an identity-based policy",
        ),
        hint: "remove the statement that denies bedrock:InvokeModel from the policy that the message names",
        then: (AccessRefused, Another),
    },
    Known {
        what: "the model has reached its end of life",
        sign: Sign::Says(&["end of its life"]),
        example: aws(404, NOT_FOUND, "This model version has reached the end of its life."),
        hint: "set MODEL_ID to another model: this one has reached its end of life",
        then: (NotAvailable, Another),
    },
    Known {
        what: "the model is legacy, and the account has not used it lately",
        sign: Sign::Says(&["marked by provider as legacy"]),
        example: aws(
            404,
            NOT_FOUND,
            "Access denied. This Model is marked by provider as Legacy and you have not been actively using the model \
             in the last 15 days.",
        ),
        hint: "set MODEL_ID to an active model: aws bedrock list-foundation-models shows modelLifecycle",
        then: (NotAvailable, Another),
    },
    Known {
        what: "the provider does not serve the country or region",
        sign: Sign::Says(&["unsupported countries"]),
        example: aws(
            400,
            INVALID,
            "Access to Anthropic models is not allowed from unsupported countries, regions, or territories.",
        ),
        hint: "set MODEL_ID to a model of another provider, or deploy in a region that the provider serves",
        then: (AccessRefused, Another),
    },
    Known {
        what: "the account may not use Bedrock yet",
        sign: Sign::Says(&["operation not allowed"]),
        example: aws(400, INVALID, "Operation not allowed"),
        hint: "ask AWS Support to enable Amazon Bedrock for the account: new accounts are restricted",
        then: (AccessRefused, Another),
    },
    Known {
        what: "the model is called without an inference profile",
        sign: Sign::Says(&["on-demand throughput"]),
        example: aws(
            400,
            INVALID,
            "Invocation of model ID anthropic.claude-haiku-5-5 with on-demand throughput isn’t supported. Retry your \
             request with the ID or ARN of an inference profile that contains this model.",
        ),
        hint: "set MODEL_ID to an inference profile of the model: aws bedrock list-inference-profiles",
        then: (NotAvailable, Another),
    },
    Known {
        what: "the model's id is not known in the region",
        sign: Sign::Says(&["model identifier is invalid"]),
        example: aws(400, INVALID, "The provided model identifier is invalid."),
        hint: "set MODEL_ID to an inference profile of the function's region: aws bedrock list-inference-profiles",
        then: (NotAvailable, Another),
    },
    Known {
        what: "the quota of tokens per day is used up",
        sign: Sign::Says(&["tokens per day"]),
        example: aws(429, THROTTLED, "Too many tokens per day, please wait before trying again."),
        hint: "raise the model's quota of tokens per day (Service Quotas, Amazon Bedrock), or set FALLBACK_MODEL_IDS",
        then: (Throttled, Another),
    },
    Known {
        what: "the quota of tokens per minute is used up",
        sign: Sign::Says(&["too many tokens"]),
        example: aws(429, THROTTLED, "Too many tokens, please wait before trying again."),
        hint: "raise the model's quota of tokens per minute (Service Quotas, Amazon Bedrock), or lower MOVIE_LIMIT",
        then: (Throttled, Again),
    },
    Known {
        what: "too many requests, or another quota",
        sign: Sign::Code(&[THROTTLED, "ServiceQuotaExceededException", "TooManyRequestsException", "HTTP 429"]),
        example: aws(429, THROTTLED, "Too many requests, please wait before trying again."),
        hint: "raise the model's quota of requests per minute (Service Quotas, Amazon Bedrock), or lower the route's \
               throttle",
        then: (Throttled, Again),
    },
    Known {
        what: "the model has no capacity at the moment",
        sign: Sign::Code(&["ServiceUnavailableException", "ModelNotReadyException", "HTTP 503"]),
        example: aws(503, "ServiceUnavailableException", "Bedrock is unable to process your request."),
        hint: "set FALLBACK_MODEL_IDS: another model may have capacity; look at the AWS Health Dashboard",
        then: (Busy, Again),
    },
    Known {
        what: "the model did not answer Bedrock in time",
        sign: Sign::Code(&["ModelTimeoutException", "HTTP 408", "HTTP 504"]),
        example: aws(408, "ModelTimeoutException", "The request took too long to process."),
        hint: "set FALLBACK_MODEL_IDS to a faster model, or lower MOVIE_LIMIT",
        then: (TimedOut, Another),
    },
    Known {
        what: "the model failed",
        sign: Sign::Code(&["ModelErrorException", "ModelStreamErrorException", "StreamError"]),
        example: aws(424, "ModelErrorException", "The request failed due to an error while processing the model."),
        hint: "ask again later: the fault is the model's; set FALLBACK_MODEL_IDS if it lasts",
        then: (Failed, Again),
    },
    Known {
        what: "the model is not in the account or region",
        sign: Sign::Code(&[NOT_FOUND]),
        example: aws(404, NOT_FOUND, "Could not resolve the foundation model from the provided model identifier."),
        hint: "set MODEL_ID to a model that this region and account have: aws bedrock list-inference-profiles",
        then: (NotAvailable, Another),
    },
    Known {
        what: "the role may not call the model",
        sign: Sign::Code(&[DENIED]),
        example: aws(
            403,
            DENIED,
            "User: arn:aws:sts::123456789012:assumed-role/chat is not authorized to perform: bedrock:InvokeModel on \
             resource: arn:aws:bedrock:us-east-1:123456789012:inference-profile/x because no identity-based policy \
             allows the bedrock:InvokeModel action",
        ),
        hint: "allow bedrock:InvokeModel (with STREAMING=true bedrock:InvokeModelWithResponseStream) on the inference \
               profile and on the model in each of its regions, and check that the account has access to the model",
        then: (AccessRefused, Another),
    },
    Known {
        what: "Bedrock does not accept the credentials",
        sign: Sign::Code(&[
            "UnrecognizedClientException",
            "ExpiredTokenException",
            "InvalidSignatureException",
            "IncompleteSignatureException",
            "MissingAuthenticationTokenException",
        ]),
        example: aws(403, "ExpiredTokenException", "The security token included in the request is expired"),
        hint: "check the function's credentials, which Lambda sets from its role, and the machine's clock",
        then: (AccessRefused, Nothing),
    },
    Known {
        what: "the model does not accept the request",
        sign: Sign::Code(&[INVALID]),
        example: aws(400, INVALID, "`temperature` is deprecated for this model."),
        hint: "check MODEL_ID, and what the model accepts in src/model/table.rs",
        then: (RequestRefused, Nothing),
    },
    Known {
        what: "any other error with a status of 500 or more",
        sign: Sign::Stage(Stage::Fault),
        example: aws(500, "InternalServerException", "The system encountered an unexpected error during processing."),
        hint: "ask again later: the fault is Bedrock's; look at the AWS Health Dashboard if it lasts",
        then: (Failed, Again),
    },
    Known {
        what: "Bedrock failed in the middle of a stream",
        sign: Sign::Code(&["InternalServerException"]),
        example: here("InternalServerException"),
        hint: "ask again later: the fault is Bedrock's; look at the AWS Health Dashboard if it lasts",
        then: (Failed, Again),
    },
    Known {
        what: "an answer that broke off while it was read, or that Bedrock did not write (half of a JSON document, JSON \
               of another kind, HTML with any status, an error without a code)",
        sign: Sign::Stage(Stage::Foreign),
        example: here("UnreadableAnswer"),
        hint: "check what answers at Bedrock's address: a proxy, a VPC endpoint, or what AWS_ENDPOINT_URL names",
        then: (Failed, Again),
    },
    Known {
        what: "an answer without text",
        sign: Sign::Code(&["NoText"]),
        example: here("NoText"),
        hint: "look at the stop reason in the detail; set FALLBACK_MODEL_IDS, since another model may answer",
        then: (NoText, Another),
    },
    Known {
        what: "no answer in time",
        sign: Sign::Stage(Stage::Timeout),
        example: here("Timeout"),
        hint: "check that the function reaches bedrock-runtime in its region (NAT or VPC endpoint); then raise its \
               Timeout, lower MOVIE_LIMIT, or set FALLBACK_MODEL_IDS to a faster model",
        then: (TimedOut, Another),
    },
    NO_CREDENTIALS.then((Unreachable, Nothing)),
    ENDPOINT_FAILED.then((Unreachable, Again)),
    TOKEN_FILE_FAILED.then((Unreachable, Nothing)),
    UNFIT_CREDENTIALS.then((Unreachable, Nothing)),
    Known {
        what: "no connection, or one that broke",
        sign: Sign::Stage(Stage::Connection),
        example: here("DispatchFailure"),
        hint: "check the network (NAT or VPC endpoint), AWS_REGION, AWS_ENDPOINT_URL and the certificates in \
               SSL_CERT_FILE",
        then: (Unreachable, Again),
    },
    Known {
        what: "the request cannot be built",
        sign: Sign::Code(&["ConstructionFailure", "BuildError"]),
        example: here("ConstructionFailure"),
        hint: "set AWS_REGION to the function's region, and check AWS_ENDPOINT_URL",
        then: (Failed, Nothing),
    },
    OTHER,
];
