"""JSON as it comes in, and values compared as JSON: objects without the order of their keys, ``true`` apart
from ``1``.
"""

import math
import re
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from pivotal_server.kit.codes import INVALID_JSON, TOO_BIG

MAX_DEPTH = 64
"""Deepest nesting of arrays and objects that a JSON body may have."""
EXACT_UNDER = "metadata"
"""The key below which every number must come back as it was sent."""

# Only what this finds can be a number that a double does not keep: 17 digits or more, or a long exponent.
_LONG_NUMBER = re.compile(rb"[0-9.]{17}|[0-9][eE][-+]?[0-9]{3}")
_LONGEST = 1_000


class _Float(float):
    """A number with the text it had."""

    text: str


def _with_text(text: str) -> _Float:
    value = _Float(text)
    value.text = text
    return value


_decoder = msgspec.json.Decoder()
_decoder_with_text = msgspec.json.Decoder(float_hook=_with_text)
_canonical = msgspec.json.Encoder(order="sorted").encode


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal. Python's ``==`` alone also takes ``True`` for ``1``."""
    return bool(one == other) and _canonical(one) == _canonical(other)


def kept_or_new(stored: msgspec.Raw, value: Any) -> msgspec.Raw:
    """``stored`` itself when it holds ``value`` already, else ``value`` encoded."""
    encoded = msgspec.json.encode(value)
    if encoded == bytes(stored) or same(msgspec.json.decode(stored), value):
        return stored
    return msgspec.Raw(encoded)


def decode_json(body: bytes) -> Any:
    """The JSON document in ``body``; of a key that an object repeats, the last value counts.

    Raises ``invalid_json`` for anything that is not one UTF-8 JSON document at most :data:`MAX_DEPTH` levels
    deep, and ``too_big`` for a number that no double can hold or, below :data:`EXACT_UNDER`, keep.
    """
    if not body:
        raise INVALID_JSON(reason="it is empty")
    long_numbers = _LONG_NUMBER.search(body) is not None
    try:
        document = (_decoder_with_text if long_numbers else _decoder).decode(body)
    except RecursionError:
        raise INVALID_JSON(reason=f"it is nested deeper than {MAX_DEPTH} levels") from None
    except UnicodeDecodeError:
        raise INVALID_JSON(reason="it is not UTF-8") from None
    except msgspec.MsgspecError as fault:
        raise INVALID_JSON(reason=str(fault)[:200]) from None
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH and _too_deep(document):
        raise INVALID_JSON(reason=f"it is nested deeper than {MAX_DEPTH} levels")
    return _plain(document, "", exact=False) if long_numbers else document


def _too_deep(document: Any) -> bool:
    level = [document]
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                below.extend(value.values())
            elif isinstance(value, list):
                below.extend(value)
        if not below:
            return False
        level = below
    return any(isinstance(value, dict | list) for value in level)


def _is_kept(value: _Float) -> bool:
    """Whether the double is the number that its text says, so that clients read back what they sent."""
    try:
        return len(value.text) <= _LONGEST and Decimal(value.text) == Decimal(repr(float(value)))
    except InvalidOperation:
        return False


def _plain(value: Any, path: str, *, exact: bool) -> Any:
    """``value`` with plain numbers in the place of those with their text. Raises ``too_big``."""
    if isinstance(value, dict):
        prefix = f"{path}." if path else ""
        return {
            key: _plain(entry, prefix + key[:200], exact=exact or key == EXACT_UNDER)
            for key, entry in value.items()
        }
    if isinstance(value, list):
        prefix = f"{path}." if path else ""
        return [_plain(entry, f"{prefix}{index}", exact=exact) for index, entry in enumerate(value)]
    if not isinstance(value, _Float):
        return value
    name = path or "The number"
    if math.isinf(value):
        raise TOO_BIG(field=path or None, message=f"{name} is too large: {value.text[:40]}")
    if exact and not _is_kept(value):
        raise TOO_BIG(
            field=path or None,
            message=f"{name} has more digits than a number keeps: {value.text[:40]}. Send it as a string.",
        )
    return float(value)
