"""View models of the timeline of many onboardings: a row each, and where its phases stand (ONB-GANTT-3)."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal

import msgspec

from pivotal_server.onboardings.views_board import Views
from pivotal_server.onboardings.views_record import Choice
from pivotal_server.onboardings.views_timeline import HEAD, ROW, Line, months
from pivotal_server.web.view import Person

Kind = Literal["past", "present", "long", "planned", "still"]
_BAR = 18
_LETTER = 7
_MARK = 6
_MARGIN = timedelta(days=4)


class Segment(msgspec.Struct, frozen=True):
    """A stay in a phase, from its first to its last day.

    ``kind``: ``past``, ``present``, ``long`` (present, over its days), ``still`` (present, paused) or
    ``planned``.
    """

    name: str
    start: date
    end: date
    kind: Kind


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One onboarding. ``may``: the reader may change its target."""

    number: int
    name: str
    url: str
    customer_name: str
    state: str
    csm: Person | None
    target: date | None
    late: bool
    may: bool
    segments: tuple[Segment, ...]


class Group(msgspec.Struct, frozen=True):
    """Onboardings under one heading; an empty ``name`` has none."""

    name: str
    rows: tuple[Row, ...]


class Drawn(msgspec.Struct, frozen=True):
    """A segment in units of the picture; ``label`` where there is room for it."""

    segment: Segment
    x: int
    y: int
    width: int
    label: str

    @property
    def text_y(self) -> int:
        """Where its label stands."""
        return self.y + _BAR - 5


class Mark(msgspec.Struct, frozen=True):
    """The sign of a target launch: a diamond, as points."""

    points: str
    day: date
    late: bool


class Chart(msgspec.Struct, frozen=True):
    """The picture, as high as the names beside it."""

    width: int
    height: int
    bars: tuple[Drawn, ...]
    marks: tuple[Mark, ...]
    lines: tuple[Line, ...]

    @property
    def width_rem(self) -> float:
        """Width on the page, in rem."""
        return self.width / 16

    @property
    def height_rem(self) -> float:
        """Height on the page, in rem."""
        return self.height / 16


class PortfolioPage(msgspec.Struct, frozen=True, kw_only=True):
    """Context ``page`` of ``onboardings/portfolio.html``."""

    views: Views
    groups: tuple[Group, ...]
    chart: Chart
    zooms: tuple[Choice, ...]
    groupings: tuple[Choice, ...]
    as_table: bool
    table_url: str
    total_url: str
    nothing: Literal["", "new", "matches", "given"] = ""
    newer: str | None = None
    older: str | None = None


def chart(groups: Sequence[Group], today: date, unit: int) -> Chart:
    """Lay the onboardings out, one a row under the headings of their groups."""
    days = [today]
    for group in groups:
        for row in group.rows:
            days += [day for one in row.segments for day in (one.start, one.end)]
            days += [row.target] if row.target is not None else []
    first, last = min(days) - _MARGIN, max(days) + _MARGIN

    def at(day: date) -> int:
        return (day - first).days * unit

    bars: list[Drawn] = []
    marks: list[Mark] = []
    place = 0
    for group in groups:
        place += bool(group.name)
        for row in group.rows:
            y = HEAD + place * ROW + (ROW - _BAR) // 2
            for one in row.segments:
                width = max(((one.end - one.start).days + 1) * unit - 2, 3)
                fits = len(one.name) * _LETTER + 10 <= width
                bars.append(Drawn(one, at(one.start), y, width, one.name if fits else ""))
            if row.target is not None:
                marks.append(_mark(at(row.target) + unit // 2, y + _BAR // 2, row))
            place += 1
    return Chart(
        width=((last - first).days + 1) * unit,
        height=HEAD + max(1, place) * ROW,
        bars=tuple(bars),
        marks=tuple(marks),
        lines=(*months(first, last, unit), Line(at(today), "Today", "today")),
    )


def _mark(x: int, y: int, row: Row) -> Mark:
    assert row.target is not None
    points = f"{x},{y - _MARK} {x + _MARK},{y} {x},{y + _MARK} {x - _MARK},{y}"
    return Mark(points, row.target, row.late)
