"""Values compared as JSON: objects without the order of their keys, ``true`` apart from ``1``."""

from typing import Any

import msgspec

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
