"""The error codes of webhooks, each declared once."""

from pivotal_server.kit.errors import ErrorCode

URL_NOT_ALLOWED = ErrorCode(
    "url_not_allowed",
    400,
    "invalid_request_error",
    "This URL cannot be used",
    "Send an absolute https URL without user name, password and fragment.",
)
TARGET_BLOCKED = ErrorCode(
    "target_blocked",
    400,
    "invalid_request_error",
    "This host is not reachable from here",
    "Use a host with a public address, or have the operator allow its network.",
)
HEADER_NOT_ALLOWED = ErrorCode(
    "header_not_allowed",
    400,
    "invalid_request_error",
    "The header {name} cannot be set",
    "Choose another name; those that the request itself needs are taken.",
)
FIELD_FILTER_NOT_ALLOWED = ErrorCode(
    "field_filter_not_allowed",
    400,
    "invalid_request_error",
    "Events of the type {name} cannot be filtered by their keys",
    "Filter types that end in `.updated`, by keys of their object.",
)
LIVE_ENDPOINT_REQUIRES_LIVE_KEY = ErrorCode(
    "live_endpoint_requires_live_key",
    400,
    "invalid_request_error",
    "A test key makes endpoints in test mode only",
    "Leave `test_mode` out, or use a live key.",
)
WINDOW_TOO_LARGE = ErrorCode(
    "window_too_large",
    400,
    "invalid_request_error",
    "The time range is too large: at most {days} days",
    "Ask for a shorter range, within the time for which events are kept.",
)
WEBHOOK_ENDPOINT_NOT_FOUND = ErrorCode(
    "webhook_endpoint_not_found",
    404,
    "not_found",
    "No such webhook endpoint",
    "Check the id; a test key sees endpoints in test mode only.",
)
WEBHOOK_DELIVERY_NOT_FOUND = ErrorCode(
    "webhook_delivery_not_found",
    404,
    "not_found",
    "No such delivery of this endpoint",
    "Check the id; deliveries are kept as long as their events.",
)
ENDPOINT_DISABLED = ErrorCode(
    "endpoint_disabled",
    409,
    "conflict",
    "This endpoint is disabled",
    "Enable it first.",
)
DELIVERY_IN_PROGRESS = ErrorCode(
    "delivery_in_progress",
    409,
    "conflict",
    "This delivery is being sent right now",
    "Wait for the attempt to end, at most a minute.",
)
RECOVERY_IN_PROGRESS = ErrorCode(
    "recovery_in_progress",
    409,
    "conflict",
    "A recovery of this endpoint is running already",
    "Wait for its job to end, or cancel it.",
)
