"""Errors as declared data.

A code is declared once, as an :class:`ErrorCode`; calling it makes the :class:`ApiError` to raise.
The REST dispatcher, the OpenAPI writer and the web app read the declarations from the registry.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

ErrorType = Literal[
    "invalid_request_error",
    "authentication_error",
    "permission_error",
    "not_found",
    "conflict",
    "rate_limit_error",
    "internal_error",
]

CODES: dict[str, "ErrorCode"] = {}
"""Every declared code by name."""


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """One declared error: its code, HTTP status, type, message, and cure for the manual.

    ``message`` may hold ``{name}`` placeholders, filled by the keyword arguments of a call.
    ``app_only`` marks codes that only the web app can meet; they stand in no REST operation.
    """

    code: str
    status: int
    type: ErrorType
    message: str
    cure: str = ""
    app_only: bool = False

    def __post_init__(self) -> None:
        if self.code in CODES:
            raise ValueError(f"error code declared twice: {self.code}")
        CODES[self.code] = self

    def __call__(
        self,
        *,
        field: str | None = None,
        message: str | None = None,
        headers: Mapping[str, str] | None = None,
        **values: object,
    ) -> "ApiError":
        """An exception with this code.

        ``field`` names the request property at fault; ``message`` replaces the declared text,
        else ``values`` fill its placeholders; ``headers`` go out with the answer.
        """
        text = message if message is not None else self.message.format(**values)
        return ApiError(self, text, field, headers)


class ApiError(Exception):
    """A refusal with a declared code. ``str()`` is its message.

    ``field`` names the request property at fault (``contacts.0.email`` for nested ones), if one is.
    """

    def __init__(
        self,
        code: ErrorCode,
        message: str,
        field: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
        self.headers = dict(headers or {})

    def under(self, prefix: str) -> "ApiError":
        """The same error for a nested request property: ``field`` gets ``prefix.`` in front."""
        path = prefix if self.field is None else f"{prefix}.{self.field}"
        return ApiError(self.code, self.message, path, self.headers)
