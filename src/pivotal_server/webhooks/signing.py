"""Signatures of deliveries: the scheme of Standard Webhooks 1.0 (v1), under two families of headers.

Signed is ``{id}.{timestamp}.{body}`` with HMAC-SHA256 (RFC 2104) under the decoded secret.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence


def signature(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """One entry of the list of signatures."""
    signed = f"{message_id}.{timestamp}.".encode("ascii") + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode("ascii")


def signature_headers(
    keys: Sequence[bytes], message_id: str, timestamp: int, body: bytes
) -> list[tuple[str, str]]:
    """The headers that sign a request, in both families with equal values; the newest key comes first."""
    listed = " ".join(signature(key, message_id, timestamp, body) for key in keys)
    values = (("id", message_id), ("timestamp", str(timestamp)), ("signature", listed))
    return [(f"{family}-{name}", value) for family in ("webhook", "svix") for name, value in values]
