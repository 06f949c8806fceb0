"""What a call may raise. Every class descends from :class:`PivotalError`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class PivotalError(Exception):
    """Anything that this package raises by itself."""


class ApiConnectionError(PivotalError):
    """No complete answer came, on any try."""


class ApiTimeoutError(ApiConnectionError):
    """The last try took too long."""


class WebhookVerificationError(PivotalError):
    """A message is not to be trusted. ``reason`` names why, for branching and metrics."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class ApiError(PivotalError):
    """The server refused the call. ``code`` is the one to branch on; ``type`` has a class of its own."""

    def __init__(self, status: int, error: Mapping[str, Any], retry_after: float | None = None) -> None:
        self.status = status
        self.type = str(error.get("type", ""))
        self.code = str(error.get("code", ""))
        self.message = str(error.get("message", f"the server answered {status}"))
        self.field: str | None = error.get("field")
        self.request_id: str | None = error.get("request_id")
        self.doc_url: str | None = error.get("doc_url")
        self.retry_after = retry_after
        tail = f" (request {self.request_id})" if self.request_id else ""
        super().__init__(f"{status} {self.code or 'error'}: {self.message}{tail}")


class InvalidRequestError(ApiError):
    """The request itself is wrong; ``field`` names the part."""


class AuthenticationError(ApiError):
    """The key is missing, unknown, revoked or expired."""


class PermissionDeniedError(ApiError):
    """The key may not do this."""


class NotFoundError(ApiError):
    """There is no such object, or the key may not see it."""


class ConflictError(ApiError):
    """The object is not in the state that the call presumes."""


class RateLimitError(ApiError):
    """Too many calls; ``retry_after`` says how many seconds to wait."""


class InternalError(ApiError):
    """The server failed."""


BY_TYPE: Mapping[str, type[ApiError]] = {
    "invalid_request_error": InvalidRequestError,
    "authentication_error": AuthenticationError,
    "permission_error": PermissionDeniedError,
    "not_found": NotFoundError,
    "conflict": ConflictError,
    "rate_limit_error": RateLimitError,
    "internal_error": InternalError,
}
