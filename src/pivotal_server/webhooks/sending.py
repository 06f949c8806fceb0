"""One attempt: the request as it goes out, and what came back in the form in which it is kept."""

import base64
from collections.abc import Sequence
from datetime import datetime

import msgspec

from pivotal_server import __version__
from pivotal_server.kit import clock
from pivotal_server.kit.outbound.transport import Exchange, Transport
from pivotal_server.kit.outbound.urls import BadUrl, check_url
from pivotal_server.webhooks.checks import is_sensitive
from pivotal_server.webhooks.policy import Outcome, read_directives, read_wish
from pivotal_server.webhooks.repository_queue import Claimed
from pivotal_server.webhooks.results import Record
from pivotal_server.webhooks.signing import signature_headers

USER_AGENT = f"Pivotal-Webhooks/{__version__}"
MOST_RESPONSE_HEADERS = 8_000
HIDDEN = "[redacted]"


class Settings(msgspec.Struct, frozen=True):
    """What an attempt reads of its endpoint. ``keys``: decoded secrets with the moment of their end.

    ``fault``: why its secrets cannot be opened, if they cannot; then nothing is sent.
    """

    url: str
    headers: dict[str, str]
    keys: tuple[tuple[bytes, datetime | None], ...]
    fault: str | None = None


async def attempt(transport: Transport, claimed: Claimed, settings: Settings, text: str) -> Record:
    """Make one attempt. Whatever happens out there becomes a record."""
    row = claimed.row
    body = text.encode("ascii")
    started_at = clock.now()
    number = row.attempt_count + 1
    keys = [key for key, until in settings.keys if until is None or until > started_at]
    headers = [
        ("content-type", "application/json"),
        ("user-agent", USER_AGENT),
        ("accept", "*/*"),
        ("accept-encoding", "identity"),
        *signature_headers(keys, row.id, int(started_at.timestamp()), body),
        ("pivotal-event-type", row.event_type),
        ("pivotal-event-id", row.event_id),
        ("pivotal-attempt", str(number)),
    ]
    # An endpoint may have an Accept of its own; all other names of ours are refused to it.
    sent = {**dict(headers), **settings.headers}
    if settings.fault is not None:
        exchange = Exchange(error_code="connection_failed", error_message=f"Not signed: {settings.fault}")
    else:
        exchange = await _exchange(transport, settings.url, list(sent.items()), body)
    ended_at = clock.now()
    response = dict(exchange.headers)
    abort, disable = read_directives(response)
    shown = {name: HIDDEN if is_sensitive(name) else value for name, value in settings.headers.items()}
    text_of_body, encoding = _readable(exchange.body, cut=exchange.cut)
    return Record(
        claimed=claimed,
        outcome=Outcome(
            started_at=started_at,
            ended_at=ended_at,
            status=exchange.status,
            error_code=exchange.error_code,
            wish=read_wish(response.get("retry-after"), ended_at),
            abort=abort,
            disable=disable,
        ),
        text=text,
        url=settings.url,
        remote_ip=exchange.remote_ip,
        request_headers={**dict(headers), "content-length": str(len(body)), **shown},
        response_headers=None if exchange.status is None else _kept_headers(exchange.headers),
        response_body=None if exchange.status is None else text_of_body,
        response_body_encoding=None if exchange.status is None else encoding,
        response_truncated=exchange.cut,
        error_message=exchange.error_message,
        duration_ms=exchange.duration_ms,
    )


async def _exchange(
    transport: Transport, url: str, headers: Sequence[tuple[str, str]], body: bytes
) -> Exchange:
    try:
        target = check_url(url, transport.policy)
    except BadUrl as fault:
        return Exchange(error_code="target_blocked", error_message=str(fault))
    return await transport.post(target, headers, body)


def _kept_headers(headers: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Response headers as they are kept: those that fit, of doubles the last, no cookies."""
    kept: dict[str, str] = {}
    room = MOST_RESPONSE_HEADERS
    for name, value in headers:
        room -= len(name) + len(value)
        if room < 0:
            break
        kept[name] = HIDDEN if name == "set-cookie" else value.replace("\0", "")
    return kept


def _readable(body: bytes, *, cut: bool) -> tuple[str, str]:
    """A body as text and the name of its encoding; what is cut may end in the middle of a character."""
    for less in range(4 if cut else 1):
        try:
            text = body[: len(body) - less].decode("utf-8")
        except UnicodeDecodeError:
            continue
        # PostgreSQL keeps no NUL in texts.
        if "\0" not in text:
            return text, "utf8"
        break
    return base64.b64encode(body).decode("ascii"), "base64"
