"""Texts and moments as they enter the system: cleaned, checked, or refused with a declared code."""

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta

from pivotal_server.kit.codes import INVALID_STRING, TOO_BIG, TOO_SMALL

# C0 and C1 control characters other than tab and newline, and the line separators that would
# break a log line or a CSV row.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# ASCII: `\d` alone also takes the digits of other scripts.
_MOMENT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?([Zz]|[+-]\d\d:?\d\d))?",
    re.ASCII,
)
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)


def clean(value: str, field: str | None) -> str:
    """``value`` in Unicode NFC, without white space around it, line ends as ``\\n``.

    Raises ``invalid_string`` for a control character other than tab and newline, wherever it stands.
    """
    if not value.isascii():
        value = unicodedata.normalize("NFC", value)
    if not value.isprintable():
        value = value.replace("\r\n", "\n")
        # Before trimming, which would take some of them for white space and drop them unsaid.
        if _CONTROL.search(value):
            raise INVALID_STRING(field=field, message=f"{field or 'The text'} contains a control character")
    return value.strip()


def bounded(value: str, field: str | None, least: int | None, most: int | None) -> str:
    """``value`` when its length in characters lies between the bounds.

    Raises ``too_small`` or ``too_big``.
    """
    name = field or "The text"
    if least is not None and len(value) < least:
        raise TOO_SMALL(
            field=field, message=f"{name} must contain at least {least} character{'s' * (least > 1)}"
        )
    if most is not None and len(value) > most:
        raise TOO_BIG(field=field, message=f"{name} must contain at most {most} characters")
    return value


def parse_moment(value: str, field: str | None) -> datetime:
    """An aware UTC moment from ISO 8601 with any offset and up to nine fractional digits.

    A date alone means midnight UTC; digits past microseconds are cut. Raises ``invalid_string``
    with the message ``Invalid datetime``.
    """
    match = _MOMENT.fullmatch(value)
    if match is None:
        raise INVALID_STRING(field=field, message="Invalid datetime")
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    try:
        if hour is None:
            return datetime(int(year), int(month), int(day), tzinfo=UTC)
        micros = int((fraction or "0").ljust(6, "0")[:6])
        moment = datetime(
            int(year), int(month), int(day), int(hour), int(minute), int(second or 0), micros, tzinfo=UTC
        )
        if zone not in ("Z", "z"):
            minutes = int(zone[1:3]) * 60 + int(zone[-2:])
            if minutes >= 24 * 60 or int(zone[-2:]) > 59:
                raise ValueError("offset")
            offset = timedelta(minutes=minutes)
            moment = moment - offset if zone[0] == "+" else moment + offset
    except (ValueError, OverflowError):
        raise INVALID_STRING(field=field, message="Invalid datetime") from None
    return moment


def parse_day_of(value: str, field: str | None) -> date:
    """The calendar day that a date or moment is written with, whatever its offset.

    ``2026-07-15T00:00:00+02:00`` is July 15 for whoever wrote it, though not yet in UTC. Raises what
    :func:`parse_moment` raises.
    """
    parse_moment(value, field)
    return parse_day(value[:10], field)


def parse_day(value: str, field: str | None) -> date:
    """A calendar day from ``YYYY-MM-DD``. Raises ``invalid_string``."""
    match = _DAY.fullmatch(value)
    try:
        if match is not None:
            return date(*(int(part) for part in match.groups()))
    except ValueError:
        pass
    raise INVALID_STRING(field=field, message="Invalid date")
