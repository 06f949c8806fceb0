"""Error codes of HTTP, JSON and validation: what any API of this kind can answer."""

from pivotal_server.kit.errors import ErrorCode

MISSING_FIELD = ErrorCode(
    "missing_field",
    400,
    "invalid_request_error",
    "{name} is required",
    "Send the property named in `field`.",
)
INVALID_TYPE = ErrorCode(
    "invalid_type",
    400,
    "invalid_request_error",
    "Expected {expected}, received {received}",
    "Send a value of the type the reference gives for `field`.",
)
TOO_SMALL = ErrorCode(
    "too_small",
    400,
    "invalid_request_error",
    "{name} must be at least {limit}",
    "Send a longer text or a larger number.",
)
TOO_BIG = ErrorCode(
    "too_big",
    400,
    "invalid_request_error",
    "{name} must be at most {limit}",
    "Send a shorter text, a smaller number or fewer entries.",
)
INVALID_STRING = ErrorCode(
    "invalid_string",
    400,
    "invalid_request_error",
    "{name} is not well formed",
    "Send the text in the form that the message names.",
)
INVALID_ENUM_VALUE = ErrorCode(
    "invalid_enum_value",
    400,
    "invalid_request_error",
    "Invalid value. Expected {expected}, received '{received}'",
    "Send one of the values that the message lists.",
)
UNRECOGNIZED_KEYS = ErrorCode(
    "unrecognized_keys",
    400,
    "invalid_request_error",
    "Unrecognized key: {key}",
    "Remove the property or parameter named in `field`, or correct its spelling.",
)
INVALID_JSON = ErrorCode(
    "invalid_json",
    400,
    "invalid_request_error",
    "The request body is not valid JSON: {reason}",
    "Send one JSON object in UTF-8, nested at most 64 levels deep.",
)
INVALID_MULTIPART = ErrorCode(
    "invalid_multipart",
    400,
    "invalid_request_error",
    "The request body is not valid multipart/form-data: {reason}",
    "Let your HTTP client write the form, and the boundary in `Content-Type`.",
)
IDEMPOTENCY_KEY_TOO_LONG = ErrorCode(
    "idempotency_key_too_long",
    400,
    "invalid_request_error",
    "Idempotency-Key must be 1 to 255 bytes long",
    "Shorten the key; a UUID is a good choice.",
)
METHOD_NOT_ALLOWED = ErrorCode(
    "method_not_allowed",
    405,
    "invalid_request_error",
    "{method} is not allowed here. Allowed: {allowed}",
    "Use one of the methods in the `Allow` header.",
)
BODY_TOO_LARGE = ErrorCode(
    "body_too_large",
    413,
    "invalid_request_error",
    "The request body is larger than {limit} bytes",
    "Send less at once.",
)
INVALID_CONTENT_TYPE = ErrorCode(
    "invalid_content_type",
    415,
    "invalid_request_error",
    "Send the body as {expected}, not {received}",
    "Set the `Content-Type` header to the type that the message names.",
)
ROUTE_NOT_FOUND = ErrorCode(
    "route_not_found",
    404,
    "not_found",
    "No such route",
    "Check the path against the reference.",
)
IDEMPOTENCY_KEY_REUSED = ErrorCode(
    "idempotency_key_reused",
    409,
    "conflict",
    "This Idempotency-Key was used for another request body",
    "Use a new key for a new request.",
)
IDEMPOTENCY_KEY_IN_USE = ErrorCode(
    "idempotency_key_in_use",
    409,
    "conflict",
    "A request with this Idempotency-Key is still running",
    "Wait a moment and send the same request again.",
)
PRECONDITION_FAILED = ErrorCode(
    "precondition_failed",
    412,
    "conflict",
    "The record has changed since it was read",
    "Read it again, and send `If-Match` with its present `ETag`.",
)
RATE_LIMITED = ErrorCode(
    "rate_limited",
    429,
    "rate_limit_error",
    "Rate limit exceeded. Retry after {seconds} seconds.",
    "Wait as long as `Retry-After` says.",
)
INTERNAL_ERROR = ErrorCode(
    "internal_error",
    500,
    "internal_error",
    "Something went wrong on our side",
    "Try again; if it persists, report the request id.",
)
UNAVAILABLE = ErrorCode(
    "unavailable",
    503,
    "internal_error",
    "The server cannot reach its database right now",
    "Try again shortly, with the same Idempotency-Key.",
)
