"""The error codes of acts on customers that only the web app has, each declared once."""

from pivotal_server.kit.errors import ErrorCode

CUSTOMER_ARCHIVED = ErrorCode(
    "customer_archived", 409, "conflict", "It is archived. Unarchive it first", app_only=True
)
CUSTOMER_NOT_ARCHIVED = ErrorCode(
    "customer_not_archived", 409, "conflict", "It is not archived", app_only=True
)
CUSTOMER_NOT_LIVE = ErrorCode(
    "customer_not_live", 409, "conflict", "It is {status}. Set it to a live status first", app_only=True
)
