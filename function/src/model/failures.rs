//! The known failures of a model, as data. A test writes `docs/failures.md` from it.
//!
//! The order matters: the first matching row applies. AWS's words are from its API reference, from its user guide and
//! from reports on GitHub (2025 and 2026): aws-samples/sample-badgers issue 33 (service control policy),
//! aws-samples/sample-host-openclaw-on-amazon-bedrock-agentcore issue 41 (Marketplace), Tracer-Cloud/opensre pull
//! request 1811 (payment), aws-samples/amazon-bedrock-workshop issue 386 (legacy), minorun365/agent-book issue 29
//! (tokens per day), anthropics/claude-code issue 1466 (tokens, on-demand throughput).

use super::Retry::{self, Never, NextModel, SameModel};
use crate::aws::{
    ENDPOINT_FAILED, Example, KnownFailure, NO_CREDENTIALS, Pattern, Stage, TOKEN_FILE_FAILED, UNFIT_CREDENTIALS,
};
use crate::error::ModelError::{
    self, AccessRefused, Busy, Failed, NoText, NotAvailable, RequestRefused, Throttled, TimedOut, Unreachable,
};

type Row = KnownFailure<(ModelError, Retry)>;

const fn aws(status: u16, code: &'static str, message: &'static str) -> Example {
    Example { status, code, message }
}

const fn local(code: &'static str) -> Example {
    aws(0, code, "")
}

const DENIED: &str = "AccessDeniedException";
const NOT_FOUND: &str = "ResourceNotFoundException";
const THROTTLED: &str = "ThrottlingException";
const INVALID: &str = "ValidationException";

/// The last row, which matches every failure.
pub(super) const OTHER: Row = KnownFailure {
    name: "any other error",
    pattern: Pattern::Any,
    example: aws(400, "SomethingNewException", "Something new."),
    hint: "look up the code in the API reference of Converse: \
           https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html",
    action: (Failed, Never),
};

/// The failures between a request and the first word of its answer.
pub const FAILURES: &[Row] = &[
    KnownFailure {
        name: "Anthropic's use case form was not sent",
        pattern: Pattern::Message(&["use case details", "use-case form"]),
        example: aws(
            404,
            NOT_FOUND,
            "Model use case details have not been submitted for this account. Fill out the Anthropic use case details \
             form before using the model.",
        ),
        hint: "send Anthropic's use case form once for the account (Bedrock console, model catalog, the model's page), \
               then wait 15 minutes",
        action: (NotAvailable, NextModel),
    },
    KnownFailure {
        name: "the account has no valid payment method",
        pattern: Pattern::Message(&["payment_instrument", "payment instrument"]),
        example: aws(
            403,
            DENIED,
            "Model access is denied due to INVALID_PAYMENT_INSTRUMENT:A valid payment instrument must be provided. Your \
             AWS Marketplace subscription for this model cannot be completed at this time.",
        ),
        hint: "add a valid payment method to the account (Billing console, payment preferences), then wait 15 minutes",
        action: (AccessRefused, NextModel),
    },
    KnownFailure {
        name: "the account has no AWS Marketplace subscription to the model",
        pattern: Pattern::Message(&["aws marketplace", "aws-marketplace:"]),
        example: aws(
            403,
            DENIED,
            "Model access is denied due to IAM user or service role is not authorized to perform the required AWS \
             Marketplace actions (aws-marketplace:ViewSubscriptions, aws-marketplace:Subscribe) to enable access to \
             this model.",
        ),
        hint: "call the model once with a role that has aws-marketplace:Subscribe and aws-marketplace:ViewSubscriptions, \
               such as in the Bedrock console's playground, then wait 15 minutes",
        action: (AccessRefused, NextModel),
    },
    KnownFailure {
        name: "a policy of the organization denies the model",
        pattern: Pattern::Message(&["service control policy", "resource control policy"]),
        example: aws(
            403,
            DENIED,
            "User: arn:aws:sts::123456789012:assumed-role/chat is not authorized to perform: bedrock:InvokeModel on \
             resource: arn:aws:bedrock:us-west-2::foundation-model/x with an explicit deny in a service control policy",
        ),
        hint: "ask the organization's administrator to allow bedrock:InvokeModel in each region of the inference \
               profile (aws bedrock get-inference-profile lists them), or set MODEL_ID to a profile of allowed regions",
        action: (AccessRefused, NextModel),
    },
    KnownFailure {
        name: "the role's permissions boundary does not allow the model",
        pattern: Pattern::Message(&["permissions boundary"]),
        example: aws(
            403,
            DENIED,
            "User: arn:aws:sts::123456789012:assumed-role/chat is not authorized to perform: bedrock:InvokeModel \
             because no permissions boundary allows the bedrock:InvokeModel action",
        ),
        hint: "allow bedrock:InvokeModel in the permissions boundary of the function's role",
        action: (AccessRefused, NextModel),
    },
    KnownFailure {
        name: "the policy of a VPC endpoint denies the model",
        pattern: Pattern::Message(&["vpc endpoint policy"]),
        example: aws(
            403,
            DENIED,
            "User: arn:aws:sts::123456789012:assumed-role/chat is not authorized to perform: bedrock:InvokeModel \
             because no VPC endpoint policy allows the bedrock:InvokeModel action",
        ),
        hint: "allow bedrock:InvokeModel in the policy of the VPC endpoint bedrock-runtime",
        action: (AccessRefused, NextModel),
    },
    KnownFailure {
        name: "another policy denies the model explicitly",
        pattern: Pattern::Message(&["explicit deny"]),
        example: aws(
            403,
            DENIED,
            "User: arn:aws:sts::123456789012:assumed-role/chat is not authorized to perform: bedrock:InvokeModel with \
             an explicit deny in an identity-based policy",
        ),
        hint: "remove the statement that denies bedrock:InvokeModel from the policy that the message names",
        action: (AccessRefused, NextModel),
    },
    KnownFailure {
        name: "the model has reached its end of life",
        pattern: Pattern::Message(&["end of its life"]),
        example: aws(404, NOT_FOUND, "This model version has reached the end of its life."),
        hint: "set MODEL_ID to another model: this one has reached its end of life",
        action: (NotAvailable, NextModel),
    },
    KnownFailure {
        name: "the model is legacy, and the account has not used it lately",
        pattern: Pattern::Message(&["marked by provider as legacy"]),
        example: aws(
            404,
            NOT_FOUND,
            "Access denied. This Model is marked by provider as Legacy and you have not been actively using the model \
             in the last 15 days.",
        ),
        hint: "set MODEL_ID to an active model: aws bedrock list-foundation-models shows modelLifecycle",
        action: (NotAvailable, NextModel),
    },
    KnownFailure {
        name: "the provider does not serve the country or region",
        pattern: Pattern::Message(&["unsupported countries"]),
        example: aws(
            400,
            INVALID,
            "Access to Anthropic models is not allowed from unsupported countries, regions, or territories.",
        ),
        hint: "set MODEL_ID to a model of another provider, or deploy in a region that the provider serves",
        action: (AccessRefused, NextModel),
    },
    KnownFailure {
        name: "the account may not use Bedrock yet",
        pattern: Pattern::Message(&["operation not allowed"]),
        example: aws(400, INVALID, "Operation not allowed"),
        hint: "ask AWS Support to enable Amazon Bedrock for the account: new accounts are restricted",
        action: (AccessRefused, NextModel),
    },
    KnownFailure {
        name: "the model is called without an inference profile",
        pattern: Pattern::Message(&["on-demand throughput"]),
        example: aws(
            400,
            INVALID,
            "Invocation of model ID anthropic.claude-haiku-5-5 with on-demand throughput isn’t supported. Retry your \
             request with the ID or ARN of an inference profile that contains this model.",
        ),
        hint: "set MODEL_ID to an inference profile of the model: aws bedrock list-inference-profiles",
        action: (NotAvailable, NextModel),
    },
    KnownFailure {
        name: "the model's id is not known in the region",
        pattern: Pattern::Message(&["model identifier is invalid"]),
        example: aws(400, INVALID, "The provided model identifier is invalid."),
        hint: "set MODEL_ID to an inference profile of the function's region: aws bedrock list-inference-profiles",
        action: (NotAvailable, NextModel),
    },
    KnownFailure {
        name: "the quota of tokens per day is used up",
        pattern: Pattern::Message(&["tokens per day"]),
        example: aws(429, THROTTLED, "Too many tokens per day, please wait before trying again."),
        hint: "increase the model's quota of tokens per day (Service Quotas, Amazon Bedrock), or set FALLBACK_MODEL_IDS",
        action: (Throttled, NextModel),
    },
    KnownFailure {
        name: "the quota of tokens per minute is used up",
        pattern: Pattern::Message(&["too many tokens"]),
        example: aws(429, THROTTLED, "Too many tokens, please wait before trying again."),
        hint: "increase the model's quota of tokens per minute (Service Quotas, Amazon Bedrock), or lower MOVIE_LIMIT",
        action: (Throttled, SameModel),
    },
    KnownFailure {
        name: "too many requests, or another quota",
        pattern: Pattern::Code(&[THROTTLED, "ServiceQuotaExceededException", "TooManyRequestsException", "HTTP 429"]),
        example: aws(429, THROTTLED, "Too many requests, please wait before trying again."),
        hint: "increase the model's quota of requests per minute (Service Quotas, Amazon Bedrock), or lower the route's \
               throttle",
        action: (Throttled, SameModel),
    },
    KnownFailure {
        name: "the model has no capacity at the moment",
        pattern: Pattern::Code(&["ServiceUnavailableException", "ModelNotReadyException", "HTTP 503"]),
        example: aws(503, "ServiceUnavailableException", "Bedrock is unable to process your request."),
        hint: "set FALLBACK_MODEL_IDS: another model may have capacity; check the AWS Health Dashboard",
        action: (Busy, SameModel),
    },
    KnownFailure {
        name: "the model did not answer Bedrock in time",
        pattern: Pattern::Code(&["ModelTimeoutException", "HTTP 408", "HTTP 504"]),
        example: aws(408, "ModelTimeoutException", "The request took too long to process."),
        hint: "set FALLBACK_MODEL_IDS to a faster model, or lower MOVIE_LIMIT",
        action: (TimedOut, NextModel),
    },
    KnownFailure {
        name: "the model failed",
        pattern: Pattern::Code(&["ModelErrorException", "ModelStreamErrorException", "StreamError"]),
        example: aws(424, "ModelErrorException", "The request failed due to an error while processing the model."),
        hint: "retry later: the fault is the model's; set FALLBACK_MODEL_IDS if it continues",
        action: (Failed, SameModel),
    },
    KnownFailure {
        name: "the model is not in the account or region",
        pattern: Pattern::Code(&[NOT_FOUND]),
        example: aws(404, NOT_FOUND, "Could not resolve the foundation model from the provided model identifier."),
        hint: "set MODEL_ID to a model that this region and account have: aws bedrock list-inference-profiles",
        action: (NotAvailable, NextModel),
    },
    KnownFailure {
        name: "the role may not call the model",
        pattern: Pattern::Code(&[DENIED]),
        example: aws(
            403,
            DENIED,
            "User: arn:aws:sts::123456789012:assumed-role/chat is not authorized to perform: bedrock:InvokeModel on \
             resource: arn:aws:bedrock:us-east-1:123456789012:inference-profile/x because no identity-based policy \
             allows the bedrock:InvokeModel action",
        ),
        hint: "allow bedrock:InvokeModel (with STREAMING=true bedrock:InvokeModelWithResponseStream) on the inference \
               profile and on the model in each of its regions, and check that the account has access to the model",
        action: (AccessRefused, NextModel),
    },
    KnownFailure {
        name: "Bedrock does not accept the credentials",
        pattern: Pattern::Code(&[
            "UnrecognizedClientException", "ExpiredTokenException", "InvalidSignatureException",
            "IncompleteSignatureException", "MissingAuthenticationTokenException",
        ]),
        example: aws(403, "ExpiredTokenException", "The security token included in the request is expired"),
        hint: "check the function's credentials, which Lambda sets from its role, and the machine's clock",
        action: (AccessRefused, Never),
    },
    KnownFailure {
        name: "the model does not accept the request",
        pattern: Pattern::Code(&[INVALID]),
        example: aws(400, INVALID, "`temperature` is deprecated for this model."),
        hint: "check MODEL_ID, and what the model accepts in src/model/table.rs",
        action: (RequestRefused, Never),
    },
    KnownFailure {
        name: "any other error with a status of 500 or more",
        pattern: Pattern::Stage(Stage::Fault),
        example: aws(500, "InternalServerException", "The system encountered an unexpected error during processing."),
        hint: "retry later: the fault is Bedrock's; check the AWS Health Dashboard if it continues",
        action: (Failed, SameModel),
    },
    KnownFailure {
        name: "Bedrock failed in the middle of a stream",
        pattern: Pattern::Code(&["InternalServerException"]),
        example: local("InternalServerException"),
        hint: "retry later: the fault is Bedrock's; check the AWS Health Dashboard if it continues",
        action: (Failed, SameModel),
    },
    KnownFailure {
        name: "an incomplete answer, or an answer of another server (half of a JSON document, JSON of another kind, \
               HTML with any status, an error without a code)",
        pattern: Pattern::Stage(Stage::Foreign),
        example: local("UnreadableAnswer"),
        hint: "check which server answers at Bedrock's address: a proxy, a VPC endpoint, or the server in \
               AWS_ENDPOINT_URL_BEDROCK_RUNTIME or AWS_ENDPOINT_URL",
        action: (Failed, SameModel),
    },
    KnownFailure {
        name: "an answer without text, unless the token limit, the context window, a refusal or a guardrail ended it",
        pattern: Pattern::Code(&["NoText"]),
        example: local("NoText"),
        hint: "check the stop reason in the detail; set FALLBACK_MODEL_IDS, since another model may answer",
        action: (NoText, NextModel),
    },
    KnownFailure {
        name: "no answer in time",
        pattern: Pattern::Stage(Stage::Timeout),
        example: local("Timeout"),
        hint: "check that the function reaches bedrock-runtime in its region (NAT or VPC endpoint); then increase its \
               Timeout, lower MOVIE_LIMIT, or set FALLBACK_MODEL_IDS to a faster model",
        action: (TimedOut, NextModel),
    },
    NO_CREDENTIALS.with_action((Unreachable, Never)),
    ENDPOINT_FAILED.with_action((Unreachable, SameModel)),
    TOKEN_FILE_FAILED.with_action((Unreachable, Never)),
    UNFIT_CREDENTIALS.with_action((Unreachable, Never)),
    KnownFailure {
        name: "no connection, or a broken connection",
        pattern: Pattern::Stage(Stage::Connection),
        example: local("DispatchFailure"),
        hint: "check the network (NAT or VPC endpoint), AWS_REGION, AWS_ENDPOINT_URL_BEDROCK_RUNTIME or \
               AWS_ENDPOINT_URL, and the certificates in SSL_CERT_FILE",
        action: (Unreachable, SameModel),
    },
    KnownFailure {
        name: "the request cannot be built",
        pattern: Pattern::Code(&["ConstructionFailure", "BuildError"]),
        example: local("ConstructionFailure"),
        hint: "set AWS_REGION to the function's region, and check AWS_ENDPOINT_URL_BEDROCK_RUNTIME and \
               AWS_ENDPOINT_URL",
        action: (Failed, Never),
    },
    OTHER,
];
