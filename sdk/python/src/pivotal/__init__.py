"""Pivotal's API for Python. Begin with :class:`PivotalApi` or :class:`AsyncPivotalApi`."""

from typing import TYPE_CHECKING, Any

from pivotal import webhooks
from pivotal._calls import Answer, FileInput, RateLimit
from pivotal._client import AsyncClient as _AsyncClient
from pivotal._client import Client as _Client
from pivotal._events import EventObject, TruncatedEvent, UnknownEvent, WebhookEvent
from pivotal._generated import MODELS as _MODELS
from pivotal._generated import __version__
from pivotal._generated.aio.root import AsyncRoot as _AsyncRoot
from pivotal._generated.root import Root as _Root
from pivotal._model import OMIT, Id, Model, Omit, Page, ResponseInfo, response_of
from pivotal._model import model_named as _model_named
from pivotal._paging import AsyncPaginator, Paginator
from pivotal.errors import (
    ApiConnectionError,
    ApiError,
    ApiTimeoutError,
    AuthenticationError,
    ConflictError,
    InternalError,
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
    PivotalError,
    RateLimitError,
    WebhookVerificationError,
)

if TYPE_CHECKING:
    from pivotal._generated.models import *  # noqa: F403
    from pivotal._generated.webhook_events import *  # noqa: F403


class PivotalApi(_Root, _Client):
    """All methods of the API; safe to share between threads.

    ``api_key`` and ``base_url`` default to ``PIVOTAL_API_KEY`` and ``PIVOTAL_BASE_URL``. ``transport`` is any
    httpx transport, ``http_client`` a whole client, which stays yours to close.
    """


class AsyncPivotalApi(_AsyncRoot, _AsyncClient):
    """The same for asyncio; safe to share between the tasks of one event loop."""


def __getattr__(name: str) -> Any:
    """Objects and events are loaded at their first use, so that importing stays quick."""
    if name in _MODELS:
        return _model_named(name)
    if name.endswith("Event"):
        from pivotal._generated import webhook_events  # noqa: PLC0415

        return getattr(webhook_events, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = [
    "OMIT",
    "Answer",
    "ApiConnectionError",
    "ApiError",
    "ApiTimeoutError",
    "AsyncPaginator",
    "AsyncPivotalApi",
    "AuthenticationError",
    "ConflictError",
    "EventObject",
    "FileInput",
    "Id",
    "InternalError",
    "InvalidRequestError",
    "Model",
    "NotFoundError",
    "Omit",
    "Page",
    "Paginator",
    "PermissionDeniedError",
    "PivotalApi",
    "PivotalError",
    "RateLimit",
    "RateLimitError",
    "ResponseInfo",
    "TruncatedEvent",
    "UnknownEvent",
    "WebhookEvent",
    "WebhookVerificationError",
    "__version__",
    "response_of",
    "webhooks",
]
