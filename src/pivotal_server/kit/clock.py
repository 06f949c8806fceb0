"""The one source of time. Tests move it with :func:`travel`; nothing else calls ``datetime.now``."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_offset_seconds = 0.0


def now() -> datetime:
    """The present moment, aware, UTC, with microseconds."""
    return datetime.fromtimestamp(time.time() + _offset_seconds, UTC)


def real_now() -> datetime:
    """The present moment without regard to :func:`travel`, to compare with the clocks of others."""
    return datetime.fromtimestamp(time.time(), UTC)


def unix() -> float:
    """The present moment as Unix seconds, following :func:`travel`."""
    return time.time() + _offset_seconds


@contextmanager
def travel(by: timedelta) -> Iterator[None]:
    """Shift this process's clock by ``by`` inside the block (tests only)."""
    global _offset_seconds
    before = _offset_seconds
    _offset_seconds = before + by.total_seconds()
    try:
        yield
    finally:
        _offset_seconds = before


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970-01-01 UTC of an aware ``moment``."""
    return (moment - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """The aware UTC moment ``micros`` microseconds after 1970-01-01."""
    return _EPOCH + timedelta(microseconds=micros)


_SECONDS = [f"{second:02d}." for second in range(60)]
_MILLIS = [f"{milli:03d}Z" for milli in range(1000)]
_MINUTES: dict[int, str] = {}
_MOST_MINUTES = 100_000


def wire_of_micros(micros: int) -> str:
    """The moment ``micros`` after 1970-01-01 as the API writes it: ISO 8601, milliseconds, ``Z``.

    Ten times as fast as ``isoformat``: rows share their minutes, and the rest is looked up.
    """
    seconds, millis = divmod(micros // 1000, 1000)
    minute, second = divmod(seconds, 60)
    head = _MINUTES.get(minute)
    if head is None:
        if len(_MINUTES) >= _MOST_MINUTES:
            _MINUTES.clear()
        head = _MINUTES[minute] = (_EPOCH + timedelta(minutes=minute)).isoformat()[:17]
    return head + _SECONDS[second] + _MILLIS[millis]


def wire(moment: datetime) -> str:
    """``moment`` (aware) as the API writes it: ISO 8601 with milliseconds and ``Z``."""
    return wire_of_micros((moment - _EPOCH) // _MICROSECOND)


def wire_or_none(moment: datetime | None) -> str | None:
    """:func:`wire`, passing ``None`` through."""
    return None if moment is None else wire(moment)


def wire_micros(moment: datetime) -> str:
    """``moment`` (aware, UTC) with all six fractional digits, as cursors carry it."""
    return moment.isoformat(timespec="microseconds")[:26] + "Z"
