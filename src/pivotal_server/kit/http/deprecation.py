"""Saying that an operation will go: in the document, and in the headers of each of its answers."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime

from pivotal_server.kit.http.request import Headers

NOTICE = timedelta(days=183)
"""How long an operation works at least after it was said that it will go."""


@dataclass(frozen=True, slots=True)
class Deprecation:
    """An operation that is deprecated ``since`` a day and may go on the day ``sunset``, both in UTC.

    ``instead`` is a sentence on what to use. ValueError for less than six months between the two.
    """

    since: date
    sunset: date
    instead: str

    def __post_init__(self) -> None:
        if self.sunset - self.since < NOTICE:
            raise ValueError("a deprecated operation stays for six months at least")

    @property
    def headers(self) -> Headers:
        """``Deprecation`` (RFC 9745) and ``Sunset`` (RFC 8594)."""
        since = int(_midnight(self.since).timestamp())
        sunset = format_datetime(_midnight(self.sunset), usegmt=True)
        return [(b"deprecation", b"@%d" % since), (b"sunset", sunset.encode("ascii"))]

    @property
    def words(self) -> str:
        """What the description of the operation says of it."""
        return f"Deprecated since {self.since}; may go from {self.sunset} on. {self.instead}"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
