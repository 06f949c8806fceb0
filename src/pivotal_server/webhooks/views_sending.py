"""View models of the dialogs that send: a test message, and what is missing."""

from collections.abc import Mapping

import msgspec

from pivotal_server.web.view import Form
from pivotal_server.webhooks.views import EndpointView
from pivotal_server.webhooks.views_log import DeliveryView

WINDOWS = (
    ("1", "The last hour"),
    ("6", "The last 6 hours"),
    ("24", "The last 24 hours"),
    ("72", "The last 72 hours"),
    ("own", "A range of my own"),
)


class AnswerView(msgspec.Struct, frozen=True):
    """What a receiver answered to a test message; asked for again until there is an answer."""

    delivery: DeliveryView
    body: str
    message: str
    poll_url: str


class TestPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``webhooks/test.html``. Fields of ``form``: ``type``, ``data`` (JSON)."""

    form: Form
    endpoint: EndpointView
    types: tuple[tuple[str, str], ...]
    answer: AnswerView | None = None


class RecoverPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``webhooks/recover.html``.

    Fields of ``form``: ``window``, ``since``, ``until`` (in the workspace's zone), ``never_sent`` (a box).
    ``matched``: how many events the dry run found, ``None`` before it was made.
    """

    form: Form
    endpoint: EndpointView
    matched: int | None
    zone: str

    @property
    def windows(self) -> tuple[tuple[str, str], ...]:
        """What can be chosen."""
        return WINDOWS


class RecoveryPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``webhooks/recovery.html``: how far a job is. ``of``: what the dry run counted."""

    endpoint: EndpointView
    url: str
    status: str
    queued: int
    of: int
    error: str
    log_url: str

    @property
    def runs(self) -> bool:
        """Whether it is not finished."""
        return self.status in ("queued", "running")


def recovery_page(
    endpoint: EndpointView, url: str, status: str, counts: Mapping[str, int], of: int, error: str
) -> RecoveryPage:
    """The progress of a job."""
    queued = counts.get("queued", 0)
    return RecoveryPage(endpoint, url, status, queued, max(of, queued), error, f"{endpoint.path}?tab=logs")
