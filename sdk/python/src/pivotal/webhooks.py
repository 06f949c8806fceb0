"""Verify what arrives at a webhook endpoint, and sign messages for tests (Standard Webhooks, ``v1``)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from pivotal._events import WebhookEvent, event_of
from pivotal.errors import WebhookVerificationError

__all__ = ["sign", "verify"]

_PREFIX = "whsec_"
_FAMILIES = ("webhook", "svix")


def verify(
    raw_body: bytes | str,
    headers: Mapping[str, str],
    secret: str | Sequence[str],
    tolerance: int = 300,
) -> WebhookEvent[Any]:
    """The event of a message whose signature holds under one of the secrets.

    ``raw_body`` is the body as it came, not parsed; ``tolerance`` is how many seconds its timestamp may be
    off. Raises :class:`WebhookVerificationError`, whose ``reason`` is ``parsed_body``, ``missing_headers``,
    ``invalid_secret``, ``invalid_timestamp``, ``too_old``, ``too_new``, ``no_match`` or ``invalid_body``.
    """
    if not isinstance(raw_body, (bytes, str)):
        raise WebhookVerificationError(
            "parsed_body",
            "verify needs the body as it came: the signature covers its bytes, and parsed JSON has lost them",
        )
    body = raw_body.encode() if isinstance(raw_body, str) else raw_body
    message_id, timestamp, listed = _signature_headers(headers)
    keys = [_key(one) for one in ([secret] if isinstance(secret, str) else secret)]
    try:
        sent = int(timestamp)
    except ValueError:
        raise WebhookVerificationError("invalid_timestamp", "the timestamp is not a number") from None
    age = time.time() - sent
    if age > tolerance:
        raise WebhookVerificationError("too_old", f"the message is {age:.0f} s old")
    if age < -tolerance:
        raise WebhookVerificationError("too_new", f"the message is dated {-age:.0f} s ahead")
    given = [entry[3:] for entry in listed.split() if entry.startswith("v1,")]
    wanted = [_signature(key, message_id, timestamp, body) for key in keys]
    equal = [hmac.compare_digest(a.encode(), b.encode()) for a in given for b in wanted]
    if not any(equal):
        raise WebhookVerificationError("no_match", "no signature belongs to this body and secret")
    try:
        data = json.loads(body)
        return event_of(data)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise WebhookVerificationError("invalid_body", "the body is no event") from None


def sign(raw_body: bytes | str, secret: str, *, id: str, timestamp: int | None = None) -> dict[str, str]:
    """The headers with which the server would send a body; for tests of a receiver."""
    body = raw_body.encode() if isinstance(raw_body, str) else raw_body
    moment = str(int(time.time()) if timestamp is None else timestamp)
    signature = "v1," + _signature(_key(secret), id, moment, body)
    values = {"id": id, "timestamp": moment, "signature": signature}
    return {f"{family}-{name}": value for family in _FAMILIES for name, value in values.items()}


def _signature_headers(headers: Mapping[str, str]) -> tuple[str, str, str]:
    given = {name.lower(): value for name, value in headers.items()}
    for family in _FAMILIES:
        names = [f"{family}-{name}" for name in ("id", "timestamp", "signature")]
        if all(name in given for name in names):
            return given[names[0]], given[names[1]], given[names[2]]
    raise WebhookVerificationError("missing_headers", "the headers of a signed message are missing")


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not key:
        raise WebhookVerificationError("invalid_secret", f"a secret is {_PREFIX} and base64")
    return key


def _signature(key: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    signed = f"{message_id}.{timestamp}.".encode() + body
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
