"""Days as queries name them: ``today``, ``this_week``, ``7d``, ``2026-06-01``."""

import re
from datetime import date, timedelta

EARLIEST = date(1970, 1, 1)
LATEST = date(9999, 12, 30)
Days = tuple[date, date]
"""The first and the last day of a stretch."""

_WITHIN = re.compile(r"(\d{1,4})d", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_NAMED = {"yesterday": -1, "today": 0, "tomorrow": 1}


def week_of(day: date, starts: int = 1) -> Days:
    """The week of a day; ``starts`` is the ISO number of the day that weeks begin with."""
    first = day - timedelta(days=(day.isoweekday() - starts) % 7)
    return first, first + timedelta(days=6)


def days_of(text: str, today: date, *, ahead: bool, starts: int = 1) -> Days | None:
    """The days that a value means; ``None`` when it means none.

    ``7d`` reaches 7 days ahead of today, or back where the field looks back; ``starts``: see :func:`week_of`.
    """
    text = text.lower()
    if text in _NAMED:
        day = today + timedelta(days=_NAMED[text])
        return day, day
    if text in ("this_week", "next_week"):
        return week_of(today + timedelta(days=7 * (text == "next_week")), starts)
    if text == "this_month":
        following = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
        return today.replace(day=1), following - timedelta(days=1)
    within = _WITHIN.fullmatch(text)
    if within is not None:
        far = timedelta(days=int(within[1]))
        return (today, today + far) if ahead else (today - far, today)
    if _DAY.fullmatch(text) is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return (day, day) if EARLIEST <= day <= LATEST else None


def stretch(compare: str, first: Days, last: Days | None = None) -> Days:
    """The days that a comparison with ``first`` allows; for a range, from ``first`` to ``last``."""
    day = timedelta(days=1)
    if compare == "<":
        return EARLIEST, first[0] - day
    if compare == "<=":
        return EARLIEST, first[1]
    if compare == ">":
        return first[1] + day, LATEST
    if compare == ">=":
        return first[0], LATEST
    return first[0], first[1] if last is None else last[1]
