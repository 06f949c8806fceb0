"""How values are written: times, days, numbers, money, initials. Registered as template filters.

``assets/js/time.js`` writes the same words for relative times; both follow one table of thresholds.
"""

import zlib
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

import msgspec

from pivotal_server.web.view import Frame

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
TONES = 8

STATUS_NAMES: Mapping[str, str] = {
    "onboarding": "Onboarding",
    "active": "Active",
    "at_risk": "At risk",
    "churned": "Churned",
    "archived": "Archived",
}
"""Customer statuses as screens name them."""

STATE_NAMES: Mapping[str, str] = {
    "active": "Active",
    "waiting": "Waiting on customer",
    "at_risk": "At risk",
    "paused": "Paused",
    "done": "Done",
}
"""Onboarding states as screens name them."""


class Style(msgspec.Struct, frozen=True):
    """How a workspace writes days (``mdy``, ``dmy``, ``iso``), and its currency by code."""

    date_format: str = "mdy"
    currency: str = "USD"


_USUAL = Style()
_STYLE: ContextVar[Style] = ContextVar("style", default=_USUAL)
_MARKS: Mapping[str, str] = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩"}


def write_as(style: Style) -> None:
    """Write days and money so for the rest of this request."""
    _STYLE.set(style)


def ago(at: datetime, frame: Frame) -> str:
    """How long ago: "Just now", "12 min ago", "3 h ago", "2 d ago"; from the seventh day on, the date."""
    return _ago(at, frame, " ago", "Just now")


def short_ago(at: datetime, frame: Frame) -> str:
    """The same for columns: "Now", "12 min", "3 h", "2 d", "May 26"."""
    return _ago(at, frame, "", "Now")


def _ago(at: datetime, frame: Frame, tail: str, none: str) -> str:
    seconds = int((frame.now - at).total_seconds())
    if seconds < _MINUTE:
        return none
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min{tail}"
    if seconds < _DAY:
        return f"{seconds // _HOUR} h{tail}"
    if seconds < 7 * _DAY:
        return f"{seconds // _DAY} d{tail}"
    return short_day(at.astimezone(frame.zone).date(), frame)


def ahead(at: datetime, frame: Frame) -> str:
    """How long until then: "Now", "in 45 s", "in 12 min", "in 3 h", "in 2 d"."""
    seconds = int((at - frame.now).total_seconds())
    if seconds <= 0:
        return "Now"
    for size, unit in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min")):
        if seconds >= size:
            return f"in {seconds // size} {unit}"
    return f"in {seconds} s"


def local_date(at: datetime, frame: Frame) -> str:
    """The date of a moment in the workspace's zone: "May 26, 2026"."""
    return day(at.astimezone(frame.zone).date())


def exact(at: datetime, frame: Frame) -> str:
    """A moment in UTC and in the workspace's zone, to the second.

    "Jun 9, 2026, 09:29:04 UTC, 11:29:04 in Europe/Berlin"; the second date is named when it differs.
    """
    in_utc = at.astimezone(UTC)
    local = at.astimezone(frame.zone)
    text = f"{day(in_utc.date())}, {in_utc:%H:%M:%S} UTC"
    if frame.time_zone == "UTC":
        return text
    clock = f"{local:%H:%M:%S}" if local.date() == in_utc.date() else f"{day(local.date())}, {local:%H:%M:%S}"
    return f"{text}, {clock} in {frame.time_zone}"


def day(value: date) -> str:
    """A calendar day: "Jul 15, 2026", or as the workspace writes it."""
    return _day(value, _STYLE.get().date_format)


# The same few days stand on every row of a list.
@lru_cache(maxsize=4096)
def _day(value: date, date_format: str) -> str:
    match date_format:
        case "dmy":
            return f"{value.day} {value:%b} {value.year}"
        case "iso":
            return value.isoformat()
        case _:
            return f"{value:%b} {value.day}, {value.year}"


def short_day(value: date, frame: Frame) -> str:
    """A calendar day without the year when it is this one: "Jul 15", "Nov 2, 2025"."""
    date_format = _STYLE.get().date_format
    if value.year != frame.today.year or date_format == "iso":
        return _day(value, date_format)
    return f"{value.day} {value:%b}" if date_format == "dmy" else f"{value:%b} {value.day}"


def long_day(value: date) -> str:
    """A calendar day with its weekday: "Wed, Jul 15, 2026"."""
    return f"{value:%a}, {day(value)}"


def in_days(value: date, frame: Frame) -> str:
    """How far a day is from today: "today", "tomorrow", "in 36 days", "yesterday", "3 days ago"."""
    days = (value - frame.today).days
    match days:
        case 0:
            return "today"
        case 1:
            return "tomorrow"
        case -1:
            return "yesterday"
        case _ if days > 0:
            return f"in {days:,} days"
        case _:
            return f"{-days:,} days ago"


def number(value: float | Decimal) -> str:
    """A number with thousands marks and no more decimals than it has: "18,500", "2.5"."""
    exact_value = Decimal(str(value))
    whole = exact_value.to_integral_value()
    return f"{int(whole):,}" if exact_value == whole else f"{exact_value.normalize():,f}"


def money(value: float | Decimal) -> str:
    """An amount in the currency of the workspace: "$4,200", or with cents "$4,200.50", "CHF 4,200"."""
    amount = Decimal(str(value))
    currency = _STYLE.get().currency
    mark = _MARKS.get(currency, f"{currency}\N{NO-BREAK SPACE}")
    return f"{mark}{amount:,.0f}" if amount == amount.to_integral_value() else f"{mark}{amount:,.2f}"


def initials(name: str) -> str:
    """The first letters of the first and the last word, upper case: "Mira Chen" → "MC"."""
    words = [word for word in name.split() if word[0].isalnum()] or name.split()
    if not words:
        return "?"
    return "".join(word[0] for word in (words[0], words[-1])[: len(words)]).upper()


def tone(key: str) -> int:
    """A colour from 1 to 8 that always is the same for the same id."""
    return zlib.crc32(key.encode()) % TONES + 1


def count(value: int, one: str, many: str | None = None) -> str:
    """A number with its noun: "1 customer", "1,284 customers"."""
    return f"{value:,} {one if value == 1 else many or one + 's'}"


FILTERS: Mapping[str, Callable[..., Any]] = {
    "ago": ago,
    "short_ago": short_ago,
    "ahead": ahead,
    "local_date": local_date,
    "exact": exact,
    "day": day,
    "short_day": short_day,
    "long_day": long_day,
    "in_days": in_days,
    "number": number,
    "money": money,
    "initials": initials,
    "tone": tone,
    "count": count,
}
