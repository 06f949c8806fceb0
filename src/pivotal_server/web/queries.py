"""What the address of a list says: where its page begins, and its filters."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.text import parse_moment
from pivotal_server.kit.validation import Query
from pivotal_server.web.view import Frame

_END = datetime.max.replace(tzinfo=UTC)
_MOMENTS = frozenset({"since", "until"})


def moment_in(text: str | None) -> datetime | None:
    """The cursor in an address; nonsense means the first page, and so does the last microsecond of time,
    behind which no page could go on.
    """
    try:
        moment = parse_moment(text, None) if text else None
    except ApiError:
        return None
    return moment if moment is None or moment < _END else None


def place_in(text: str) -> tuple[datetime, str] | None:
    """A cursor of a moment and an id, a space between them; nonsense means the first page."""
    moment, _, id = text.rpartition(" ")
    at = moment_in(moment)
    return None if at is None or "\0" in id else (at, id)


def local_moment(text: str, frame: Frame) -> datetime:
    """A moment typed in the workspace's zone, or a whole one with its offset. Raises ``ValueError``."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=frame.zone)


def filters_in(
    asked: Mapping[str, str], query: Query, frame: Frame, words: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, str]]:
    """The filters of an address as a service takes them, and what is wrong with some.

    ``query`` is that of the list over the API; ``words`` say of a filter what it can be.
    """
    filters: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for name, text in asked.items():
        if not text:
            continue
        try:
            if name in _MOMENTS:
                filters[name] = local_moment(text, frame).astimezone(UTC)
            else:
                filters[name] = getattr(query.read([(name, text)]), name)
        except (ValueError, OverflowError):
            faults[name] = "Enter a date and a time."
        except ApiError:
            faults[name] = words.get(name, "This is no value of the filter.")
    return filters, faults
