//! AWS's errors in AWS's words: each service's own code, status and message.

use super::rule::AwsError;

/// The caller in the messages of refused calls.
const CALLER: &str = "arn:aws:iam::123456789012:user/dev";

/// Too many calls in this account.
pub(crate) fn throttled(service: &str) -> AwsError {
    match service {
        "lambda" => AwsError::new(429, "TooManyRequestsException", "Rate exceeded"),
        "apigatewayv2" => AwsError::new(429, "TooManyRequestsException", "Too Many Requests"),
        "iam" | "sts" | "cloudformation" => AwsError::new(400, "Throttling", "Rate exceeded"),
        _ => AwsError::new(400, "ThrottlingException", "Rate exceeded"),
    }
}

/// The service failed, which does not show whether the call took effect.
pub(crate) fn failed(service: &str) -> AwsError {
    let cannot = "The request processing has failed because of an unknown error, exception or failure.";
    match service {
        "lambda" => AwsError::new(500, "ServiceException", "An error occurred and the request cannot be processed."),
        "iam" => AwsError::new(500, "ServiceFailure", cannot),
        _ => AwsError::new(500, "InternalFailure", cannot),
    }
}

pub(crate) fn unavailable(service: &str) -> AwsError {
    let code = if service == "logs" { "ServiceUnavailableException" } else { "ServiceUnavailable" };
    AwsError::new(503, code, "Service Unavailable")
}

/// The answer of a load balancer without a target.
pub(crate) fn bad_gateway() -> AwsError {
    AwsError::without_a_code(502)
}

/// No policy of the caller allows the action.
pub(crate) fn denied(service: &str, action: &str, resource: &str) -> AwsError {
    let (status, code) = match service {
        "iam" | "sts" => (403, "AccessDenied"),
        "logs" | "dynamodb" => (400, "AccessDeniedException"),
        "sns" => (403, "AuthorizationError"),
        _ => (403, "AccessDeniedException"),
    };
    let message = format!(
        "User: {CALLER} is not authorized to perform: {action} on resource: {resource} because no identity-based \
         policy allows the {action} action"
    );
    AwsError::new(status, code, &message)
}

/// The caller's session has expired.
pub(crate) fn expired(service: &str) -> AwsError {
    let message = "The security token included in the request is expired";
    match service {
        "iam" | "sts" | "cloudformation" => AwsError::new(403, "ExpiredToken", message),
        "logs" | "dynamodb" => AwsError::new(400, "ExpiredTokenException", message),
        _ => AwsError::new(403, "ExpiredTokenException", message),
    }
}

/// The keys are unknown.
pub(crate) fn unknown_credentials(service: &str) -> AwsError {
    let message = "The security token included in the request is invalid.";
    match service {
        "iam" | "sts" => AwsError::new(403, "InvalidClientTokenId", message),
        "logs" | "dynamodb" => AwsError::new(400, "UnrecognizedClientException", message),
        _ => AwsError::new(403, "UnrecognizedClientException", message),
    }
}

/// The account has not enabled the region or subscribed to the service.
pub(crate) fn not_opted_in() -> AwsError {
    AwsError::new(403, "OptInRequired", "The AWS Access Key Id needs a subscription for the service")
}

/// The caller's clock is wrong.
pub(crate) fn skewed_clock(service: &str) -> AwsError {
    let message =
        "Signature expired: 20261125T170000Z is now earlier than 20261125T185500Z (20261125T190000Z - 5 min.)";
    match service {
        "iam" | "sts" => AwsError::new(403, "SignatureDoesNotMatch", message),
        _ => AwsError::new(403, "InvalidSignatureException", message),
    }
}

/// The role is so new that Lambda does not know it yet.
pub(crate) fn role_cannot_be_assumed() -> AwsError {
    let message = "The role defined for the function cannot be assumed by Lambda.";
    AwsError::new(400, "InvalidParameterValueException", message)
}

pub(crate) fn update_in_progress(function: &str) -> AwsError {
    let message = format!(
        "The operation cannot be performed at this time. An update is in progress for resource: \
         arn:aws:lambda:us-east-1:123456789012:function:{function}"
    );
    AwsError::new(409, "ResourceConflictException", &message)
}

pub(crate) fn function_is_pending(function: &str) -> AwsError {
    let message = format!(
        "The operation cannot be performed at this time. The function is currently in the following state: Pending \
         (arn:aws:lambda:us-east-1:123456789012:function:{function})"
    );
    AwsError::new(409, "ResourceConflictException", &message)
}

/// API Gateway makes one change of an API at a time.
pub(crate) fn concurrent_modification() -> AwsError {
    let message = "Unable to complete operation due to concurrent modification. Please try again later.";
    AwsError::new(409, "ConflictException", message)
}

/// IAM makes one change of a role at a time.
pub(crate) fn role_is_changing() -> AwsError {
    let message = "The request was rejected because multiple requests to change this object were submitted \
                   simultaneously. Wait a few minutes and submit your request again.";
    AwsError::new(409, "ConcurrentModification", message)
}

/// The role is so new that not all of IAM knows it yet.
pub(crate) fn no_such_role(name: &str) -> AwsError {
    AwsError::new(404, "NoSuchEntity", &format!("The role with name {name} cannot be found."))
}

/// The role's policies were deleted so recently that IAM still counts them.
pub(crate) fn role_has_policies() -> AwsError {
    AwsError::new(409, "DeleteConflict", "Cannot delete entity, must detach all policies first.")
}

/// CloudWatch Logs makes one change of a log group at a time.
pub(crate) fn log_group_is_changing() -> AwsError {
    let message = "A conflicting operation is currently in progress against this resource. Please try again.";
    AwsError::new(400, "OperationAbortedException", message)
}

/// A write contains a revision that is outdated.
pub(crate) fn changed_since() -> AwsError {
    let message = "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to \
                   retrieve the latest Revision Id";
    AwsError::new(412, "PreconditionFailedException", message)
}

/// The resource to create exists already; AWS returns this error for these calls. `name` is the subject of the call.
pub(crate) fn exists(operation: &str, name: &str) -> Option<AwsError> {
    let lambda = |message: &str| AwsError::new(409, "ResourceConflictException", message);
    Some(match operation {
        "CreateRole" => AwsError::new(409, "EntityAlreadyExists", &format!("Role with name {name} already exists.")),
        "CreateLogGroup" => {
            AwsError::new(400, "ResourceAlreadyExistsException", "The specified log group already exists")
        }
        "CreateFunction" => lambda(&format!("Function already exist: {name}")),
        "CreateAlias" => lambda(&format!("Alias already exists: {name}")),
        "CreateFunctionUrlConfig" => lambda(&format!("FunctionUrlConfig exists for this Lambda function: {name}")),
        "AddPermission" => lambda(
            "The statement id (chat) provided already exists. Please provide a new statement id, or remove the \
             existing statement.",
        ),
        "CreateRoute" => route_exists(name),
        "CreateStage" => stage_exists(name),
        _ => return None,
    })
}

pub(crate) fn route_exists(key: &str) -> AwsError {
    AwsError::new(409, "ConflictException", &format!("Route with key {key} already exists for this API"))
}

pub(crate) fn stage_exists(name: &str) -> AwsError {
    AwsError::new(409, "ConflictException", &format!("Stage already exists: {name}"))
}

/// A stage has settings of a route that the API does not have.
pub(crate) fn no_such_route(key: &str) -> AwsError {
    let message = format!("Unable to find Route by key {key} within the provided RouteSettings");
    AwsError::new(404, "NotFoundException", &message)
}
