"""Which part of a list a caller wants."""

from datetime import datetime

from msgspec import Struct


class Slice(Struct, frozen=True):
    """Order, range and size. ``cursor`` is the ``created_at`` of the last row of the page before.

    Records have ``created_after`` and ``created_before``, both exclusive; streams ``since``, which includes
    its moment, and ``until``.
    """

    limit: int = 20
    cursor: datetime | None = None
    ascending: bool = False
    created_after: datetime | None = None
    created_before: datetime | None = None
    updated_since: datetime | None = None
    livemode: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
