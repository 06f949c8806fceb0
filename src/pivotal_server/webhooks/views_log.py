"""View models of the log of an endpoint and of one delivery."""

import shlex
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import urlencode

import msgspec

from pivotal_server.events.types import ALL_TYPES, RESOURCES
from pivotal_server.webhooks.schemas_deliveries import (
    WebhookAttempt,
    WebhookDelivery,
    WebhookDeliveryWithAttempts,
)
from pivotal_server.webhooks.service_shown import DeliveryRow, Subject

STATUS_NAMES = {
    "pending": "Pending",
    "sending": "Sending",
    "delivered": "Delivered",
    "failed": "Failed",
    "aborted": "Aborted",
    "canceled": "Canceled",
}
ERRORS = {
    "http_status": "Status",
    "timeout": "Timed out",
    "dns_failure": "Name not found",
    "connection_refused": "Refused",
    "connection_failed": "No connection",
    "connection_reset": "Reset",
    "tls_failure": "TLS failed",
    "target_blocked": "Blocked address",
    "invalid_response": "Broken response",
    "worker_lost": "Interrupted",
}
TRIGGERS = {
    "scheduled": "By schedule",
    "replay": "Replay",
    "resend": "Resend",
    "recover": "Recovery",
    "test": "Test",
    "ping": "Ping",
}
TYPE_FILTERS = (*(f"{resource}.*" for resource in RESOURCES), *ALL_TYPES)
FILTERS = ("status", "event_type", "since", "until", "response", "event_id")
_TONES = {"delivered": "good", "failed": "bad", "aborted": "warn", "canceled": ""}
_NOT_COPIED = ("webhook-signature", "svix-signature", "content-length")
_HIDDEN = "[redacted]"
AGAIN = ("replay", "resend", "recover")


class DeliveryView(msgspec.Struct, frozen=True):
    """One delivery of a list. ``subject``: what its event is about, such as "Task #77", and where that is."""

    id: str
    url: str
    event_id: str
    type: str
    at: datetime
    status: str
    code: str
    error: str
    took: str
    attempts: str
    next_at: datetime | None
    marks: tuple[str, ...]
    finished: bool
    sending: bool
    subject: str = ""
    subject_url: str = ""

    @property
    def status_name(self) -> str:
        """The status in words."""
        return STATUS_NAMES[self.status]

    @property
    def tone(self) -> str:
        """The tone of its badge."""
        return _TONES.get(self.status, "")

    @property
    def arrived(self) -> bool:
        """Whether the last attempt was answered with a 2xx."""
        return self.status == "delivered"


def took(milliseconds: int | None) -> str:
    """A duration as people read it: ``41 ms``, ``1.2 s``; nothing for none."""
    if milliseconds is None:
        return ""
    return f"{milliseconds / 1000:.1f} s" if milliseconds >= 1000 else f"{milliseconds} ms"


def _moment(value: str | datetime | None) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def delivery_view(
    shown: WebhookDelivery | DeliveryRow, path: str, subject: Subject | None = None, *, trigger: str = ""
) -> DeliveryView:
    """A delivery; ``path`` is that of its endpoint, ``trigger`` what started its present run."""
    marks = [TRIGGERS[shown.source]] if shown.source in ("test", "ping") else []
    if trigger in AGAIN:
        marks.append("Replayed")
    made_at = _moment(shown.created_at)
    assert made_at is not None
    return DeliveryView(
        id=shown.id,
        url=f"{path}/deliveries/{shown.id}",
        event_id=shown.event_id,
        type=shown.event_type,
        at=made_at,
        status=shown.status,
        code="" if shown.response_status is None else str(shown.response_status),
        error=ERRORS.get(shown.error_code or "", "") if shown.error_code != "http_status" else "",
        took=took(shown.duration_ms),
        attempts=f"{shown.attempt_count}",
        next_at=_moment(shown.next_attempt_at),
        marks=tuple(marks),
        finished=shown.status not in ("pending", "sending"),
        sending=shown.status == "sending",
        subject="" if subject is None else f"{subject.kind.replace('_', ' ').capitalize()} #{subject.number}",
        subject_url=subject_url(subject, shown.source),
    )


def subject_url(subject: Subject | None, source: str) -> str:
    """Where the record of an event is opened; test messages and pings are about none."""
    if subject is None or source != "change":
        return ""
    return f"/admin/developer/objects/{subject.kind}/{subject.number}"


class LogPage(msgspec.Struct, frozen=True):
    """The tab Logs. ``asked``: what the filters say now; ``faults``: what is wrong with one of them.

    ``newest`` is the cursor of the first row, with which a script asks again without moving the list;
    ``fresh``: how many have come since.
    """

    head: object
    rows: tuple[DeliveryView, ...]
    asked: Mapping[str, str]
    faults: Mapping[str, str]
    path: str
    newest: str
    fresh: int
    older: str
    enabled: bool
    first: bool

    @property
    def filtered(self) -> bool:
        """Whether any filter is set."""
        return any(self.asked.values())

    @property
    def types(self) -> tuple[str, ...]:
        """What can be chosen as a type."""
        return TYPE_FILTERS

    @property
    def statuses(self) -> Mapping[str, str]:
        """What can be chosen as a status."""
        return STATUS_NAMES

    @property
    def here(self) -> str:
        """The address of the first page with these filters."""
        return log_url(self.path, self.asked)


def log_url(path: str, asked: Mapping[str, str], **more: str) -> str:
    """The address of a page of the log."""
    query = {"tab": "logs", **{name: value for name, value in asked.items() if value}, **more}
    return f"{path}?{urlencode(query)}"


class AttemptView(msgspec.Struct, frozen=True):
    """One attempt."""

    number: int
    at: datetime
    trigger: str
    result: str
    message: str
    took: str
    ip: str
    succeeded: bool
    interrupted: bool


def attempt_view(shown: WebhookAttempt) -> AttemptView:
    """An attempt as a row."""
    status = "" if shown.response_status is None else str(shown.response_status)
    error = ERRORS.get(shown.error_code or "", "") if shown.error_code != "http_status" else ""
    return AttemptView(
        number=shown.number,
        at=datetime.fromisoformat(shown.started_at),
        trigger=TRIGGERS.get(shown.trigger, shown.trigger),
        result=" · ".join(part for part in (status, error) if part) or "No answer",
        message=shown.error_message or "",
        took=took(shown.duration_ms),
        ip=shown.remote_ip or "",
        succeeded=shown.outcome == "success",
        interrupted=shown.outcome == "interrupted",
    )


class DeliveryPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``webhooks/delivery.html``.

    ``request`` and ``response``: the headers of the chosen attempt as lines, and the bodies; ``raw`` says
    which form of the bodies is shown. ``curl`` repeats the request without its signature.
    """

    endpoint: object
    delivery: DeliveryView
    attempts: tuple[AttemptView, ...]
    chosen: int
    request_line: str
    request_headers: str
    request_body: str
    response_line: str
    response_headers: str
    response_body: str
    response_note: str
    raw: bool
    curl: str
    path: str
    event_url: str
    can_replay: bool

    @property
    def views(self) -> tuple[tuple[str, str, bool], ...]:
        """Title, address and whether it is shown, of each form of the bodies."""
        here = f"{self.delivery.url}?attempt={self.chosen}" if self.chosen else self.delivery.url
        joint = "&" if self.chosen else "?"
        return (("Pretty", here, not self.raw), ("Raw", f"{here}{joint}view=raw", self.raw))


def pretty(text: str) -> str:
    """JSON with line breaks; any other text as it is."""
    try:
        return msgspec.json.format(text, indent=2)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return text


def lines_of(headers: Mapping[str, str] | None) -> str:
    """Headers as they stand on the wire."""
    return "\n".join(f"{name}: {value}" for name, value in (headers or {}).items())


def curl_of(url: str, headers: Mapping[str, str], body: str) -> str:
    """A command that sends the request again, without its signature and without what is hidden."""
    parts = [f"curl --request POST {shlex.quote(url)}"]
    for name, value in headers.items():
        if name not in _NOT_COPIED and value != _HIDDEN:
            parts.append(f"--header {shlex.quote(f'{name}: {value}')}")
    parts.append(f"--data-binary {shlex.quote(body)}")
    return " \\\n  ".join(parts)


def delivery_page(
    shown: WebhookDeliveryWithAttempts,
    endpoint: object,
    view: DeliveryView,
    path: str,
    url: str,
    *,
    attempt: int,
    raw: bool,
    can_replay: bool,
) -> DeliveryPage:
    """One delivery with the attempt of that number, by default the last one."""
    made: Sequence[WebhookAttempt] = shown.attempts
    chosen = next((one for one in made if one.number == attempt), made[-1] if made else None)
    headers = {} if chosen is None else chosen.request_headers
    body = "" if chosen is None else chosen.response_body or ""
    note = ""
    if chosen is not None and chosen.response_body_encoding == "base64":
        note = "Binary, shown as base64."
    if chosen is not None and chosen.response_truncated:
        note = f"{note} The first 20,000 bytes; the rest was not kept.".strip()
    is_text = chosen is not None and chosen.response_body_encoding == "utf8"
    return DeliveryPage(
        endpoint=endpoint,
        delivery=view,
        attempts=tuple(attempt_view(one) for one in reversed(made)),
        chosen=0 if chosen is None else chosen.number,
        request_line=f"POST {url if chosen is None else chosen.url}",
        request_headers=lines_of(headers),
        request_body=shown.request_body if raw else pretty(shown.request_body),
        response_line="" if chosen is None or chosen.response_status is None else str(chosen.response_status),
        response_headers="" if chosen is None else lines_of(chosen.response_headers),
        response_body=pretty(body) if is_text and not raw else body,
        response_note=note,
        raw=raw,
        curl=curl_of(url if chosen is None else chosen.url, headers, shown.request_body),
        path=path,
        event_url=f"/admin/developer/events/{shown.event_id}",
        can_replay=can_replay and shown.status != "sending",
    )
