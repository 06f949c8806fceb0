"""Texts and moments as they enter the system: cleaned, checked, or refused with a declared code."""

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta

from pivotal_server.kit.codes import INVALID_STRING, TOO_BIG, TOO_SMALL

LONGEST_LINE = 255
"""A field of at most so many characters holds one line: a name, a title, an id of another system."""

# C0 and C1 control characters other than tab and newline, and the line separators that would
# break a log line or a CSV row.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# ASCII: `\d` alone also takes the digits of other scripts.
_MOMENT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?([Zz]|[+-]\d\d:?\d\d))?",
    re.ASCII,
)
# What nobody sees and no script needs, left behind by copying: soft hyphens, zero-width spaces, byte order
# marks, annotations, and the embeddings, overrides and isolates that turn the text around a name too. Joiners
# stay, for Persian, the scripts of India and emoji; so do tags behind a flag.
_HIDDEN = re.compile(
    "[\u00ad\u180e\u200b\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
    "|(?<![\U0001f3f4\U000e0020-\U000e007e])[\U000e0000-\U000e007f]+"
)
# Direction marks and joiners do nothing at the end of a text.
_AT_ENDS = "\u061c\u200c\u200d\u200e\u200f"
_BREAKS = re.compile(r" *[\t\n][ \t\n]*")
# Letters and marks that are drawn as nothing.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)


def clean(value: str, field: str | None) -> str:
    """``value`` in Unicode NFC, without white space around it, line ends as ``\\n``.

    A text of which nothing can be seen is empty.

    Raises ``invalid_string`` for a control character other than tab and newline, wherever it stands.
    """
    if not value.isascii():
        value = unicodedata.normalize("NFC", value)
    if not value.isprintable():
        value = value.replace("\r\n", "\n")
        # Before trimming, which would take some of them for white space and drop them unsaid.
        if _CONTROL.search(value):
            raise INVALID_STRING(field=field, message=f"{field or 'The text'} contains a control character")
    value = value.strip()
    return value if value.isascii() or any(map(_is_seen, value)) else ""


def _is_seen(character: str) -> bool:
    return not (
        character in _BLANK
        or "\ufe00" <= character <= "\ufe0f"
        or unicodedata.category(character) in ("Cf", "Zs", "Zl", "Zp", "Cc")
    )


def line(value: str, field: str | None, least: int | None, most: int | None) -> str:
    """The text of a name, title or the like: :func:`clean`, :func:`bounded`, and one line.

    Tabs and line ends become a space; hidden characters are left out.
    """
    value = clean(value, field)
    if not value.isprintable() or not value.isascii():
        value = unicodedata.normalize("NFC", _BREAKS.sub(" ", _HIDDEN.sub("", value)))
        while value != (trimmed := value.strip().strip(_AT_ENDS)):
            value = trimmed
    return bounded(value, field, least, most)


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


def passage(value: str, field: str | None, least: int | None, most: int | None) -> str:
    """The text of a field that may have several lines: :func:`clean` and :func:`bounded`."""
    return bounded(clean(value, field), field, least, most)


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
    raise INVALID_STRING(field=field, message=f"Expected a day such as 2026-06-01, received '{value[:100]}'")
