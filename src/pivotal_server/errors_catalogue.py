"""Every error code of the API, declared once: code, status, type, message, cure."""

from pivotal_server.kit.errors import ErrorCode

# 400: the request itself is at fault
MISSING_FIELD = ErrorCode(
    "missing_field", 400, "invalid_request_error", "{name} is required",
    "Send the property named in `field`.",
)
INVALID_TYPE = ErrorCode(
    "invalid_type", 400, "invalid_request_error", "Expected {expected}, received {received}",
    "Send a value of the type the reference gives for `field`.",
)
TOO_SMALL = ErrorCode(
    "too_small", 400, "invalid_request_error", "{name} must be at least {limit}",
    "Send a longer text or a larger number.",
)
TOO_BIG = ErrorCode(
    "too_big", 400, "invalid_request_error", "{name} must be at most {limit}",
    "Send a shorter text, a smaller number or fewer entries.",
)
INVALID_STRING = ErrorCode(
    "invalid_string", 400, "invalid_request_error", "{name} is not well formed",
    "Send the text in the form that the message names.",
)
INVALID_ENUM_VALUE = ErrorCode(
    "invalid_enum_value", 400, "invalid_request_error", "Invalid value. Expected {expected}, received '{received}'",
    "Send one of the values that the message lists.",
)
UNRECOGNIZED_KEYS = ErrorCode(
    "unrecognized_keys", 400, "invalid_request_error", "Unrecognized key: {key}",
    "Remove the property or parameter named in `field`, or correct its spelling.",
)
INVALID_JSON = ErrorCode(
    "invalid_json", 400, "invalid_request_error", "The request body is not valid JSON: {reason}",
    "Send one JSON object in UTF-8, nested at most 64 levels deep.",
)
INVALID_REFERENCE = ErrorCode(
    "invalid_reference", 400, "invalid_request_error", "{name} names no {kind} that can be used here",
    "Send the id of an existing, active record of this workspace.",
)
IDEMPOTENCY_KEY_TOO_LONG = ErrorCode(
    "idempotency_key_too_long", 400, "invalid_request_error", "Idempotency-Key must be 1 to 255 bytes long",
    "Shorten the key; a UUID is a good choice.",
)
UNKNOWN_PHASE = ErrorCode(
    "unknown_phase", 400, "invalid_request_error", "Unknown phase '{phase}'. Valid phases: {valid}",
    "Send the key of a phase of this workspace.",
)
TERMINAL_PHASE = ErrorCode(
    "terminal_phase", 400, "invalid_request_error",
    "This onboarding is in a terminal phase. Resume it by sending state 'active' together with a phase",
    "Send `state: \"active\"` and a `phase` in one request.",
)
ONBOARDING_PAUSED = ErrorCode(
    "onboarding_paused", 400, "invalid_request_error", "This onboarding is paused. Resume it first",
    "Send `state: \"active\"` first.",
)
ONBOARDING_DONE = ErrorCode(
    "onboarding_done", 400, "invalid_request_error", "This onboarding is done. Resume it first",
    "Send `state: \"active\"` first.",
)
LIMIT_REACHED = ErrorCode(
    "limit_reached", 400, "invalid_request_error",
    "{name}: the limit of {limit} is reached ({used} in use). See Admin > Limits",
    "Free some of what counts against the limit, or raise it where that is offered.",
)
IMMUTABLE_FIELD = ErrorCode(
    "immutable_field", 400, "invalid_request_error", "{name} cannot be changed once it is set",
    "Leave the property out.",
)

# 405, 413, 415
METHOD_NOT_ALLOWED = ErrorCode(
    "method_not_allowed", 405, "invalid_request_error", "{method} is not allowed here. Allowed: {allowed}",
    "Use one of the methods in the `Allow` header.",
)
BODY_TOO_LARGE = ErrorCode(
    "body_too_large", 413, "invalid_request_error", "The request body is larger than {limit} bytes",
    "Send less at once.",
)
INVALID_CONTENT_TYPE = ErrorCode(
    "invalid_content_type", 415, "invalid_request_error", "Send the body as {expected}, not {received}",
    "Set the `Content-Type` header to the type that the message names.",
)

# 401, 403
MISSING_API_KEY = ErrorCode(
    "missing_api_key", 401, "authentication_error",
    "No API key was sent. Send it in the header 'Authorization: Bearer <key>'",
    "Add the header; keys are made at Admin > API Keys.",
)
INVALID_API_KEY = ErrorCode(
    "invalid_api_key", 401, "authentication_error", "The API key is not valid",
    "Copy the whole key again, or create a new one.",
)
API_KEY_REVOKED = ErrorCode(
    "api_key_revoked", 401, "authentication_error", "The API key was revoked",
    "Use another key.",
)
API_KEY_EXPIRED = ErrorCode(
    "api_key_expired", 401, "authentication_error", "The API key has expired",
    "Create a new key.",
)
READ_ONLY_KEY = ErrorCode(
    "read_only_key", 403, "permission_error", "This API key may only read",
    "Use a key that may write.",
)
IP_NOT_ALLOWED = ErrorCode(
    "ip_not_allowed", 403, "permission_error", "This API key may not be used from this address",
    "Call from an address of the key's allow-list, or extend the list.",
)
INSUFFICIENT_SCOPE = ErrorCode(
    "insufficient_scope", 403, "permission_error", "This API key lacks the scope {scope}",
    "Use a key with that scope.",
)

# 404
CUSTOMER_NOT_FOUND = ErrorCode(
    "customer_not_found", 404, "not_found", "No such customer", "Check the id; deleted customers are not found.",
)
CONTACT_NOT_FOUND = ErrorCode(
    "contact_not_found", 404, "not_found", "No such contact", "Check the id; deleted contacts are not found.",
)
ONBOARDING_NOT_FOUND = ErrorCode(
    "onboarding_not_found", 404, "not_found", "No such onboarding",
    "Check the id; deleted onboardings are not found.",
)
ROUTE_NOT_FOUND = ErrorCode(
    "route_not_found", 404, "not_found", "No such route", "Check the path against the reference.",
)

# 409, 412
SLUG_TAKEN = ErrorCode(
    "slug_taken", 409, "conflict", 'A customer with the slug "{slug}" already exists.',
    "Choose another slug, or leave it out to have one made.",
)
EMAIL_TAKEN = ErrorCode(
    "email_taken", 409, "conflict", "{email} is already a contact of this customer",
    "Update the existing contact instead.",
)
EXTERNAL_ID_TAKEN = ErrorCode(
    "external_id_taken", 409, "conflict", 'The external id "{external_id}" is already in use',
    "Update the record that has it.",
)
IDEMPOTENCY_KEY_REUSED = ErrorCode(
    "idempotency_key_reused", 409, "conflict", "This Idempotency-Key was used for another request body",
    "Use a new key for a new request.",
)
IDEMPOTENCY_KEY_IN_USE = ErrorCode(
    "idempotency_key_in_use", 409, "conflict", "A request with this Idempotency-Key is still running",
    "Wait a moment and send the same request again.",
)
PRECONDITION_FAILED = ErrorCode(
    "precondition_failed", 412, "conflict", "The record has changed since it was read",
    "Read it again, and send `If-Match` with its present `ETag`.",
)

# 429, 500, 503
RATE_LIMITED = ErrorCode(
    "rate_limited", 429, "rate_limit_error", "Rate limit exceeded. Retry after {seconds} seconds.",
    "Wait as long as `Retry-After` says.",
)
INTERNAL_ERROR = ErrorCode(
    "internal_error", 500, "internal_error", "Something went wrong on our side",
    "Try again; if it persists, report the request id.",
)
UNAVAILABLE = ErrorCode(
    "unavailable", 503, "internal_error", "The server cannot reach its database right now",
    "Try again shortly, with the same Idempotency-Key.",
)

# Codes that only the web app can meet
INSUFFICIENT_ROLE = ErrorCode(
    "insufficient_role", 403, "permission_error", "Only {roles} can {act}.", app_only=True,
)
NAME_TAKEN = ErrorCode(
    "name_taken", 409, "conflict", "A key named “{name}” exists. Choose another name.", app_only=True,
)
