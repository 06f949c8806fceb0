"""Every error code of the product: those of the kit and those of the domain, each declared once."""

from pivotal_server.kit.codes import (
    BODY_TOO_LARGE,
    IDEMPOTENCY_KEY_IN_USE,
    IDEMPOTENCY_KEY_REUSED,
    IDEMPOTENCY_KEY_TOO_LONG,
    INTERNAL_ERROR,
    INVALID_CONTENT_TYPE,
    INVALID_ENUM_VALUE,
    INVALID_JSON,
    INVALID_MULTIPART,
    INVALID_STRING,
    INVALID_TYPE,
    METHOD_NOT_ALLOWED,
    MISSING_FIELD,
    PRECONDITION_FAILED,
    RATE_LIMITED,
    ROUTE_NOT_FOUND,
    TOO_BIG,
    TOO_SMALL,
    UNAVAILABLE,
    UNRECOGNIZED_KEYS,
)
from pivotal_server.kit.errors import ErrorCode

# 400: the request itself is at fault
INVALID_REFERENCE = ErrorCode(
    "invalid_reference",
    400,
    "invalid_request_error",
    "{name} names no {kind} that can be used here",
    "Send the id of an existing, active record of this workspace.",
)
UNKNOWN_PHASE = ErrorCode(
    "unknown_phase",
    400,
    "invalid_request_error",
    "Unknown phase '{phase}'. Valid phases: {valid}",
    "Send the key of a phase of this workspace.",
)
TERMINAL_PHASE = ErrorCode(
    "terminal_phase",
    400,
    "invalid_request_error",
    "This onboarding is in a terminal phase. Resume it by sending state 'active' together with a phase",
    'Send `state: "active"` and a `phase` in one request.',
)
ONBOARDING_PAUSED = ErrorCode(
    "onboarding_paused",
    400,
    "invalid_request_error",
    "This onboarding is paused. Resume it first",
    'Send `state: "active"` first.',
)
ONBOARDING_DONE = ErrorCode(
    "onboarding_done",
    400,
    "invalid_request_error",
    "This onboarding is done. Resume it first",
    'Send `state: "active"` first.',
)
LIMIT_REACHED = ErrorCode(
    "limit_reached",
    400,
    "invalid_request_error",
    "{name}: the limit of {limit} is reached ({used} in use). See Admin > Limits",
    "Free some of what counts against the limit, or raise it where that is offered.",
)
IMMUTABLE_FIELD = ErrorCode(
    "immutable_field",
    400,
    "invalid_request_error",
    "{name} cannot be changed once it is set",
    "Leave the property out.",
)
SUBTASK_DEPTH = ErrorCode(
    "subtask_depth",
    400,
    "invalid_request_error",
    "A subtask cannot have subtasks, and a task with subtasks cannot become one",
    "Name a task that is no subtask itself.",
)
DEPENDENCY_CYCLE = ErrorCode(
    "dependency_cycle",
    400,
    "invalid_request_error",
    "These tasks would wait for each other: {path}",
    "Leave out one of the dependencies on the path that the message names.",
)
REASON_REQUIRED = ErrorCode(
    "reason_required",
    400,
    "invalid_request_error",
    "Say why, in at least {least} characters.",
    app_only=True,
)
# 401, 403
MISSING_API_KEY = ErrorCode(
    "missing_api_key",
    401,
    "authentication_error",
    "No API key was sent. Send it in the header 'Authorization: Bearer <key>'",
    "Add the header; keys are made at Admin > API Keys.",
)
INVALID_API_KEY = ErrorCode(
    "invalid_api_key",
    401,
    "authentication_error",
    "The API key is not valid",
    "Copy the whole key again, or create a new one.",
)
API_KEY_REVOKED = ErrorCode(
    "api_key_revoked",
    401,
    "authentication_error",
    "The API key was revoked",
    "Use another key.",
)
API_KEY_EXPIRED = ErrorCode(
    "api_key_expired",
    401,
    "authentication_error",
    "The API key has expired",
    "Create a new key.",
)
READ_ONLY_KEY = ErrorCode(
    "read_only_key",
    403,
    "permission_error",
    "This API key may only read",
    "Use a key that may write.",
)
IP_NOT_ALLOWED = ErrorCode(
    "ip_not_allowed",
    403,
    "permission_error",
    "This API key may not be used from this address",
    "Call from an address of the key's allow-list, or extend the list.",
)
INSUFFICIENT_SCOPE = ErrorCode(
    "insufficient_scope",
    403,
    "permission_error",
    "This API key lacks the scope {scope}",
    "Use a key with that scope.",
)
NOT_AUTHOR = ErrorCode(
    "not_author",
    403,
    "permission_error",
    "Only its author can edit a comment",
    "Edit it with the key that wrote it, or write a comment of your own.",
)
# 404
CUSTOMER_NOT_FOUND = ErrorCode(
    "customer_not_found",
    404,
    "not_found",
    "No such customer",
    "Check the id; deleted customers are not found.",
)
CONTACT_NOT_FOUND = ErrorCode(
    "contact_not_found",
    404,
    "not_found",
    "No such contact",
    "Check the id; deleted contacts are not found.",
)
ONBOARDING_NOT_FOUND = ErrorCode(
    "onboarding_not_found",
    404,
    "not_found",
    "No such onboarding",
    "Check the id; deleted onboardings are not found.",
)
TASK_NOT_FOUND = ErrorCode(
    "task_not_found",
    404,
    "not_found",
    "No such task",
    "Check the id; deleted tasks, and those of deleted onboardings, are not found.",
)
TEMPLATE_NOT_FOUND = ErrorCode(
    "template_not_found",
    404,
    "not_found",
    "No such template",
    "Check the id; deleted templates are not found.",
)
COMMENT_NOT_FOUND = ErrorCode(
    "comment_not_found",
    404,
    "not_found",
    "No such comment",
    "Check the id; deleted comments, and those of deleted onboardings and tasks, are not found.",
)
ATTACHMENT_NOT_FOUND = ErrorCode(
    "attachment_not_found",
    404,
    "not_found",
    "No such attachment",
    "Check the id; removed files, and those of deleted comments and tasks, are not found.",
)
JOB_NOT_FOUND = ErrorCode(
    "job_not_found",
    404,
    "not_found",
    "No such job",
    "Check the id; finished jobs are kept for 90 days.",
)
JOB_NOT_FAILED = ErrorCode(
    "job_not_failed", 409, "conflict", "Only a job that failed can be run again", app_only=True
)
JOB_WAITS_ALREADY = ErrorCode(
    "job_waits_already", 409, "conflict", "The same work waits or runs already", app_only=True
)
FILE_NOT_FOUND = ErrorCode("file_not_found", 404, "not_found", "No such file", app_only=True)
EVENT_NOT_FOUND = ErrorCode(
    "event_not_found",
    404,
    "not_found",
    "No such event",
    "Check the id; events are kept for a limited time.",
)
CUSTOM_FIELD_NOT_FOUND = ErrorCode(
    "custom_field_not_found", 404, "not_found", "No such custom field", app_only=True
)
MEMBER_NOT_FOUND = ErrorCode(
    "member_not_found",
    404,
    "not_found",
    "No such member",
    "Check the id.",
)
API_KEY_NOT_FOUND = ErrorCode("api_key_not_found", 404, "not_found", "No such API key", app_only=True)
MAIL_NOT_FOUND = ErrorCode("mail_not_found", 404, "not_found", "No such mail", app_only=True)
WORKSPACE_NOT_FOUND = ErrorCode("workspace_not_found", 404, "not_found", "No such workspace", app_only=True)

# 409, 412
WORKSPACE_SLUG_TAKEN = ErrorCode(
    "workspace_slug_taken",
    409,
    "conflict",
    'A workspace with the slug "{slug}" already exists.',
    app_only=True,
)
SLUG_TAKEN = ErrorCode(
    "slug_taken",
    409,
    "conflict",
    'A customer with the slug "{slug}" already exists.',
    "Choose another slug, or leave it out to have one made.",
)
EMAIL_TAKEN = ErrorCode(
    "email_taken",
    409,
    "conflict",
    "{email} is already a contact of this customer",
    "Update the existing contact instead.",
)
AMBIGUOUS_MATCH = ErrorCode(
    "ambiguous_match",
    409,
    "conflict",
    '{count} customers have the {name} "{value}"',
    "Match by `external_id` or `slug` instead, or update the one you mean by its id.",
)
EXTERNAL_ID_TAKEN = ErrorCode(
    "external_id_taken",
    409,
    "conflict",
    'The external id "{external_id}" is already in use',
    "Update the record that has it.",
)
TEMPLATE_NAME_TAKEN = ErrorCode(
    "template_name_taken",
    409,
    "conflict",
    'A template called "{name}" exists in this phase',
    "Choose another name, or change the template that has it.",
)
# 429, 500, 503
# Codes that only the web app can meet
INSUFFICIENT_ROLE = ErrorCode(
    "insufficient_role",
    403,
    "permission_error",
    "Only {roles} can {act}.",
    app_only=True,
)
FIELD_SLUG_TAKEN = ErrorCode(
    "field_slug_taken",
    409,
    "conflict",
    "A custom field with the slug “{slug}” exists, perhaps an archived one. Choose another slug.",
    app_only=True,
)
STALE_PHASE = ErrorCode(
    "stale_phase",
    409,
    "conflict",
    "Somebody moved this onboarding meanwhile.",
    app_only=True,
)
NAME_TAKEN = ErrorCode(
    "name_taken",
    409,
    "conflict",
    "A key named “{name}” exists. Choose another name.",
    app_only=True,
)

__all__ = [
    "AMBIGUOUS_MATCH",
    "API_KEY_EXPIRED",
    "API_KEY_NOT_FOUND",
    "API_KEY_REVOKED",
    "ATTACHMENT_NOT_FOUND",
    "BODY_TOO_LARGE",
    "COMMENT_NOT_FOUND",
    "CONTACT_NOT_FOUND",
    "CUSTOMER_NOT_FOUND",
    "CUSTOM_FIELD_NOT_FOUND",
    "DEPENDENCY_CYCLE",
    "EMAIL_TAKEN",
    "EVENT_NOT_FOUND",
    "EXTERNAL_ID_TAKEN",
    "FIELD_SLUG_TAKEN",
    "FILE_NOT_FOUND",
    "IDEMPOTENCY_KEY_IN_USE",
    "IDEMPOTENCY_KEY_REUSED",
    "IDEMPOTENCY_KEY_TOO_LONG",
    "IMMUTABLE_FIELD",
    "INSUFFICIENT_ROLE",
    "INSUFFICIENT_SCOPE",
    "INTERNAL_ERROR",
    "INVALID_API_KEY",
    "INVALID_CONTENT_TYPE",
    "INVALID_ENUM_VALUE",
    "INVALID_JSON",
    "INVALID_MULTIPART",
    "INVALID_REFERENCE",
    "INVALID_STRING",
    "INVALID_TYPE",
    "IP_NOT_ALLOWED",
    "JOB_NOT_FAILED",
    "JOB_NOT_FOUND",
    "JOB_WAITS_ALREADY",
    "LIMIT_REACHED",
    "MAIL_NOT_FOUND",
    "MEMBER_NOT_FOUND",
    "METHOD_NOT_ALLOWED",
    "MISSING_API_KEY",
    "MISSING_FIELD",
    "NAME_TAKEN",
    "NOT_AUTHOR",
    "ONBOARDING_DONE",
    "ONBOARDING_NOT_FOUND",
    "ONBOARDING_PAUSED",
    "PRECONDITION_FAILED",
    "RATE_LIMITED",
    "READ_ONLY_KEY",
    "REASON_REQUIRED",
    "ROUTE_NOT_FOUND",
    "SLUG_TAKEN",
    "STALE_PHASE",
    "SUBTASK_DEPTH",
    "TASK_NOT_FOUND",
    "TEMPLATE_NAME_TAKEN",
    "TEMPLATE_NOT_FOUND",
    "TERMINAL_PHASE",
    "TOO_BIG",
    "TOO_SMALL",
    "UNAVAILABLE",
    "UNKNOWN_PHASE",
    "UNRECOGNIZED_KEYS",
    "WORKSPACE_NOT_FOUND",
    "WORKSPACE_SLUG_TAKEN",
]
